"""What does a training step minimise where regularisers act on it?

    J(W) = sum_i w_i [ loss(f(x_i + noise; W + noise), targets_i) + price of h_i ] / sum_i w_i
           + factor * penalty(W)

with noise that is drawn anew in each step, for each regulariser and each block of rows. The same
key gives the same noise, so a line search sees one function.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from jaxnn import responses
from jaxnn.regularizers import Regularizer, Regularizers, acting
from jaxnn.regularizers.batch_normalization import BatchNormalization, averaged
from jaxnn.training.batching import Rows
from jaxnn.training.objective import Objective
from jaxnn.training.regularized_pass import batch_normalization, noisy_forward

WEIGHTS = 2**30  # above the number of any block: the noise of weights is that of the step
PLACES = ("features", "targets", "weights", "hidden", "activity")


def changes_objective(regularizers: Regularizers) -> bool:
    """Whether a regulariser acts on what a step minimises, other than by a penalty on weights."""
    normalized = any(isinstance(entry, BatchNormalization) for entry in regularizers)
    return normalized or any(acting(regularizers, place) for place in PLACES)


def draws_by_row(regularizers: Regularizers) -> bool:
    """Whether two copies of a row get different noise."""
    return any(isinstance(entry, Regularizer) and entry.draws_by_row for entry in regularizers)


class NumberedRows(NamedTuple):
    """`Rows` with the number of their block, () or (blocks,), from which its noise is drawn."""

    features: Array
    y: Array
    weights: Array
    block: Array


def _numbered(rows: Rows) -> Any:
    return NumberedRows(
        *rows, lax.iota(jnp.int32, len(rows.weights)) if _cut(rows) else jnp.array(0)
    )


def _cut(rows: Rows) -> bool:
    return rows.weights.ndim == 2


@dataclass(frozen=True)
class NoisyObjective(Objective):
    """J of one step, as `Objective`.

    Attributes:
      regularizers: what acts on the step.
      key: of the step.
    """

    regularizers: Regularizers = ()
    key: Any = None

    def __call__(self, held: Any, rows: Rows) -> Array:
        """J, ()."""
        return super().__call__(held, _numbered(rows))

    def value_and_gradient(self, held: Any, rows: Rows) -> tuple[Array, Any]:
        """J and its gradient, which has the form of `held`."""
        return super().value_and_gradient(held, _numbered(rows))

    def with_running_moments(self, held: Any, before: Any, rows: Rows) -> Any:
        """Parameters whose running averages have seen the batch on which a step was taken.

        Args:
          held: the parameters after the step.
          before: those before it, with which the moments of the batch are taken.
          rows: the batch, not cut into blocks.
        """
        normalization = batch_normalization(self.regularizers)
        if normalization is None or normalization.momentum is None:
            return held
        *_, of_groups = self._forward(before, _numbered(rows))
        count = jnp.sum(rows.weights > 0)
        groups: Any = self.form.groups(held)
        earlier: Any = self.form.groups(before)
        hidden = [
            group._replace(running=averaged(old.running, batch, count, normalization.momentum))
            for group, old, batch in zip(groups[:-1], earlier[:-1], of_groups, strict=True)
        ]
        return self.form.held((*hidden, groups[-1]))

    def _forward(self, held: Any, rows: Any) -> tuple[Array, Array, Array, list[Any]]:
        """Keys, outputs, price of the hidden units, and the moments of the batch by group."""
        # One call for all keys: small calls would take longer than the noise itself.
        of_block = jax.random.fold_in(self.key, rows.block)
        shape = (len(self.regularizers), len(self.net.sizes) - 1)
        keys = jax.random.split(of_block, shape)
        groups, features = self.form.groups(held), rows.features
        for place, entry in acting(self.regularizers, "features"):
            features = entry.features(keys[place, 0], features)
        # What a function makes of padding must not count, whatever it is.
        features = jnp.where(rows.weights[None] > 0, features, 0)
        for place, entry in acting(self.regularizers, "weights"):
            of_step = jax.random.fold_in(self.key, WEIGHTS + place)
            groups = tuple(
                group._replace(weights=entry.weights(key, group.weights))
                for key, group in zip(jax.random.split(of_step, len(groups)), groups, strict=True)
            )
        results = noisy_forward(keys, self.net, groups, features, rows.weights, self.regularizers)
        return keys, *results

    def _block_loss(self, held: Any, rows: Any, unit: Array | None = None) -> Array:
        keys, outputs, price, _ = self._forward(held, rows)
        y = rows.y
        on_targets = acting(self.regularizers, "targets")
        if not on_targets:
            loss = responses.loss(self.net.response, outputs, y, axis=0)
        else:
            probabilities = _probabilities(self.net.response, y, len(outputs))
            for place, entry in on_targets:
                probabilities = entry.targets(keys[place, 0], probabilities)
            loss = _cross_entropy(self.net.response, outputs, probabilities)
        return jnp.sum(rows.weights * (loss + price))


def _probabilities(response: str, y: Array, classes: int) -> Array:
    """Labels (1, rows) as probabilities: (1, rows) of y = 1, or (classes, rows)."""
    if response == "binary":
        return y
    return (lax.iota(y.dtype, classes)[:, None] == y).astype(y.dtype)


def _cross_entropy(response: str, outputs: Array, probabilities: Array) -> Array:
    """The loss of each row, for targets that need not be 0 or 1."""
    if response == "binary":
        return responses.loss("binary", outputs, probabilities, axis=0)
    return jax.nn.logsumexp(outputs, axis=0) - jnp.sum(probabilities * outputs, axis=0)
