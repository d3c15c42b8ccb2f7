"""How does a deep network learn digits with and without batch normalisation?

    64 - 100 - 100 - 100 - 10,   W ~ N(0, s^2),   b = 0,   plain descent on batches of 60

Ioffe and Szegedy 2015, section 4.1, on 8 x 8 digits, with s = 0.1. The slope of a sigmoid is at
most 1/4, so s = 4 / sqrt(100) = 0.4 keeps signals alive instead. What is measured during training
is measured on the plain network that `jaxnn.fit` would return then: normalisation folded in, with
the moments of all training rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn import MLP, datasets, init, responses
from jaxnn.mlp import Layer, Parameters, activation_function
from jaxnn.regularizers import BatchNormalization
from jaxnn.regularizers.batch_normalization import with_scales
from jaxnn.replicate import replicate
from jaxnn.training import forward_pass
from jaxnn.training.regularized_pass import noisy_forward, plain_groups

SIZES = (64, 100, 100, 100, 10)
BATCH = 60
EVERY, INTERVALS = 50, 31  # steps between two measurements; at most 1,500 steps, then the last one
TRAINING_ROWS = 1380  # 23 batches
NORMALIZATION = BatchNormalization()
LEVELS = (15.0, 50.0, 85.0)  # percentiles


class Digits(NamedTuple):
    """Training and test images, each (64, rows), and their classes (rows,)."""

    X: Array
    y: Array
    test_X: Array
    test_y: Array


class Outcome(NamedTuple):
    """One training of a number of intervals of 50 steps; NaN in those beyond it.

    Attributes:
      losses: (intervals, steps) mean loss of each batch, before its step.
      accuracy: (intervals,) on test images, at the start of each interval.
      percentiles: (intervals, levels, units) over test images, of the pre-activations of the last
        hidden layer, then.
      spreads: (intervals,) root mean square over these units of their standard deviation, then.
    """

    losses: Array
    accuracy: Array
    percentiles: Array
    spreads: Array


def digits(key: Array) -> Digits:
    """All digits, cut at random into training and test images."""
    table = datasets.digits()
    order = np.asarray(jax.random.permutation(key, len(table.X)))
    X, y, cut = table.X[order].T.astype(np.float32), table.y[order], TRAINING_ROWS
    return Digits(*map(jnp.asarray, (X[:, :cut], y[:cut], X[:, cut:], y[cut:])))


def batches(key: Array) -> Array:
    """(intervals, steps, rows) row numbers: in every pass each training row once."""
    steps = INTERVALS * EVERY
    passes = -(-steps * BATCH // TRAINING_ROWS)
    orders = jax.vmap(lambda k: jax.random.permutation(k, TRAINING_ROWS))
    rows = orders(jax.random.split(key, passes)).ravel()
    return rows[: steps * BATCH].reshape(INTERVALS, EVERY, BATCH)


@dataclass(frozen=True)
class Training:
    """Training from a random start, as a function that `replicate` can map.

    Lengths, learning rates and scales are arguments, so that one program serves all of them.

    Attributes:
      activation: of the hidden layers.
      normalized: whether their pre-activations are normalised.
    """

    activation: str
    normalized: bool

    @property
    def net(self) -> MLP:
        """The network, with weights from N(0, 1) at first."""
        return MLP(SIZES, self.activation, response="categorical", initializer=_standard_normal)

    def __call__(
        self, key: Array, rate: Array, order: Array, deviation: Array, marks: Array, data: Digits
    ) -> Outcome:
        """Train.

        Args:
          key: of the initial weights.
          rate: learning rate, ().
          order: (intervals, steps, rows), as `batches` returns it.
          deviation: of the initial weights, ().
          marks: () int, number of intervals.
          data: the images.
        """
        regularizers = (NORMALIZATION,) if self.normalized else ()
        none = jnp.zeros((1, len(SIZES) - 1))  # keys of noise, of which there is none

        def loss(params: Any, rows: Array) -> Array:
            X, y = data.X[:, rows], data.y[None, rows]
            outputs, *_ = noisy_forward(none, self.net, params, X, jnp.ones(BATCH), regularizers)
            return jnp.mean(responses.loss("categorical", outputs, y, axis=0))

        def step(params: Any, rows: Array) -> tuple[Any, Array]:
            value, gradient = jax.value_and_grad(loss)(params, rows)
            return jax.tree.map(lambda p, g: p - rate * g, params, gradient), value

        def interval(number: Array, state: tuple[Any, Outcome]) -> tuple[Any, Outcome]:
            params, outcome = state
            measured = self._measured(params, data)
            params, losses = lax.scan(step, params, order[number])
            new = Outcome(losses, *measured)
            return params, jax.tree.map(lambda all, one: all.at[number].set(one), outcome, new)

        params = tuple(Layer(deviation * w, b) for w, b in init(key, self.net))
        start = with_scales(params, NORMALIZATION) if self.normalized else params
        shapes = ((EVERY,), (), (len(LEVELS), SIZES[-2]), ())
        empty = Outcome(*(jnp.full((INTERVALS, *shape), jnp.nan) for shape in shapes))
        return lax.fori_loop(0, marks, interval, (start, empty))[1]

    def _measured(self, params: Any, data: Digits) -> tuple[Array, Array, Array]:
        """Accuracy (), percentiles (levels, units) and spread () on test images."""
        if self.normalized:
            weights = jnp.ones(TRAINING_ROWS)
            params = plain_groups(self.net, params, data.X, weights, NORMALIZATION)
        z, outputs = _last_states(self.net, params, data.test_X)
        return (
            jnp.mean(jnp.argmax(outputs, axis=0) == data.test_y),
            jnp.percentile(z, jnp.array(LEVELS), axis=1),
            jnp.sqrt(jnp.mean(jnp.var(z, axis=1))),
        )


def _standard_normal(key: Array, shape: tuple[int, int], dtype: Any = None) -> Array:
    return jax.random.normal(key, shape, dtype or float)


def _last_states(net: MLP, params: Parameters, X: Array) -> tuple[Array, Array]:
    """The pre-activations of the last hidden layer, (units, rows), and the outputs."""
    phi, h = activation_function(net.activation), X
    for layer in params[:-2]:
        h = phi(forward_pass.dense(*layer, h))
    z = forward_pass.dense(*params[-2], h)
    return z, forward_pass.dense(*params[-1], phi(z))


def trained(
    key: Array,
    training: Training,
    data: Digits,
    *,
    deviation: float,
    rates: tuple[float, ...],
    starts: int,
    steps: int,
    label: str,
) -> Outcome:
    """Train from several starts at each learning rate.

    Args:
      key: of the starts and their batches, which are the same for all networks and rates.
      training, data: the network, and the images.
      deviation: of the initial weights.
      rates: learning rates.
      starts: number of initial weights.
      steps: of each training, a multiple of 50.
      label: of the progress bar.

    Returns:
      Leaves (rates, starts, intervals, ...); what is measured after the last step is the last
      entry.
    """
    marks = steps // EVERY + 1
    keys_init, keys_batches = jax.random.split(key, (2, starts))
    orders = jax.jit(jax.vmap(batches))(keys_batches)
    outcome = replicate(
        training,
        jnp.tile(keys_init, len(rates)),
        mapped=(
            np.repeat(np.array(rates, np.float32), starts),
            np.tile(np.asarray(orders), (len(rates), 1, 1, 1)),
        ),
        shared=(np.float32(deviation), np.int32(marks), data),
        chunk=1,
        progress=label,
    )
    shape = (len(rates), starts)
    return jax.tree.map(
        lambda leaf: leaf[:, :marks].reshape(*shape, marks, *leaf.shape[2:]), outcome
    )
