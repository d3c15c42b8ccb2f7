"""What does a training step minimise, and how are its value and gradient computed?

    J(W) = sum_i w_i loss_i / sum_i w_i + factor * penalty(W)

over the rows of one step, all at once or block by block. The training loop may hold W as one flat
vector; a `Form` turns that back into a network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn import responses
from jaxnn.mlp import MLP, Parameters
from jaxnn.regularizers import Penalty
from jaxnn.training import forward_pass
from jaxnn.training.batching import Rows, sum_over_blocks


class Form(NamedTuple):
    """The form in which the training loop holds parameters; "held" parameters have this form.

    Attributes:
      start: the first parameters, held.
      groups: held parameters -> those that `forward_pass.forward` takes.
      layers: held parameters -> one `Layer` per layer.
      held: the inverse of `groups`.
    """

    start: Any
    groups: Callable[[Any], Parameters]
    layers: Callable[[Any], Parameters]
    held: Callable[[Parameters], Any]


def form_of(net: MLP, params: Parameters, *, flat: bool) -> Form:
    """The form in which a network is trained.

    Args:
      net: the network.
      params: its first parameters, one `Layer` per layer.
      flat: whether to hold them as one vector, which is faster, or layer by layer.
    """
    start: Any = params
    groups: Callable[[Any], Parameters] = partial(forward_pass.grouped, net)
    hold: Callable[[Parameters], Any] = partial(forward_pass.ungrouped, net)
    if flat:
        first = groups(params)
        pack, groups = forward_pass.packing(first)
        start, hold = pack(first), pack
    return Form(start, groups, lambda held: forward_pass.ungrouped(net, groups(held)), hold)


@dataclass(frozen=True)
class Objective:
    """J as a function of held parameters and the rows of one step.

    Attributes:
      net: the network.
      form: how its parameters are held.
      penalty: function of the list of weight matrices, or None.
      factor: () of the penalty, or None for 1.
      unit: (outputs,) of a quantitative response, in whose square `loss` is; None for 1.
    """

    net: MLP
    form: Form
    penalty: Penalty | None
    factor: Any = None
    unit: Array | None = None

    def __call__(self, held: Any, rows: Rows) -> Array:
        """J, ()."""
        return self._mean_loss(self._block_loss, held, rows) + self._weight_penalty(held)

    def loss(self, held: Any, rows: Rows) -> Array:
        """The weighted mean loss, (), in the square of the unit and without the penalty."""
        return self._mean_loss(partial(self._block_loss, unit=self.unit), held, rows)

    def _mean_loss(self, block_loss: Callable[..., Array], held: Any, rows: Rows) -> Array:
        return sum_over_blocks(jax.checkpoint(partial(block_loss, held)), rows)

    def value_and_gradient(self, held: Any, rows: Rows) -> tuple[Array, Any]:
        """J and its gradient, which has the form of `held`."""
        if rows.weights.ndim == 1:

            def whole(held: Any) -> Array:
                return self._block_loss(held, rows) + self._weight_penalty(held)

            return jax.value_and_grad(whole)(held)
        parts = sum_over_blocks(partial(jax.value_and_grad(self._block_loss), held), rows)
        if self.penalty is None:
            return parts
        return jax.tree.map(jnp.add, parts, jax.value_and_grad(self._weight_penalty)(held))

    def _block_loss(self, held: Any, rows: Rows, unit: Array | None = None) -> Array:
        outputs = forward_pass.forward(self.net, self.form.groups(held), rows.features)
        y = rows.y
        if unit is not None:
            scale = unit[:, None]
            outputs, y = outputs * scale, y * scale
        return jnp.sum(rows.weights * responses.loss(self.net.response, outputs, y, axis=0))

    def _weight_penalty(self, held: Any) -> Array:
        if self.penalty is None:
            return jnp.zeros((), jnp.result_type(float))
        penalty = self.penalty([layer.weights for layer in self.form.layers(held)])
        return penalty if self.factor is None else self.factor * penalty
