"""What follows from the formula of batch normalisation alone?

    mean of z' = 0,    variance of z' = v / (v + delta)
    BN(a W x) = BN(W x),    gradient at a W = (gradient at W) / a,    w . gradient = 0 per unit

(the second line for delta = 0), so plain gradient descent with learning rate η makes |w|^2 grow by
η^2 |g|^2 per step, and weights a times as long with a learning rate a^2 times as large describe the
same training. The mean of a batch's variance is (m - 1) / m of that of all rows: running averages
of it need the factor m / (m - 1).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.regularizers.batch_normalization import normalized, shares_of

DELTA = 1e-3
TINY = 1e-300  # in place of delta = 0
DEVIATIONS = (0.008, 0.03, 0.1, 1.0, 10.0)  # of z: the variance is below, near and above delta
FACTOR = 4.0  # by which weights are made longer
RATE, STEPS = 0.2, 300
ROWS, INPUTS, UNITS = 40, 8, 5
POPULATION, BATCH = 10, 4  # of the enumeration: 210 batches


def compute(key: Array) -> dict[str, Any]:
    """All arrays, in double precision.

    Returns:
      `batch`, `normalized_batch` (deviations, rows); `population` (rows,) and `batch_variances`
      (batches,), the variances, with divisor m, of all batches of m of these rows; and the arrays
      of `_gradients`, `_descents` and `_moments_held`.
    """
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    z = rng.normal(size=(len(DEVIATIONS), ROWS)) * np.array(DEVIATIONS)[:, None] + 1.0
    population = rng.normal(size=POPULATION)
    batches = population[np.array(list(combinations(range(POPULATION), BATCH)))]
    x, y = rng.normal(size=(INPUTS, ROWS)), rng.normal(size=ROWS)
    W, readout = rng.normal(size=(INPUTS, UNITS)), rng.normal(size=UNITS)
    with jax.enable_x64(True):
        found = jax.tree.map(np.asarray, _measured(z, x, y, W, readout))
    return {
        "batch": z,
        "population": population,
        "batch_variances": batches.var(axis=1),
        **found,
    }


@jax.jit
def _measured(z: Array, x: Array, y: Array, W: Array, readout: Array) -> dict[str, Array]:
    loss = _network_loss(x, y, readout)
    return {
        "normalized_batch": _normalized(z, DELTA),
        **_gradients(loss, W),
        **_descents(loss, W),
        **_moments_held(x[0], y),
    }


def _normalized(z: Array, delta: float, moments_of: Array | None = None) -> Array:
    """z (units, rows) with mean 0; the moments are constants of the gradient if they are given."""
    units, rows = z.shape
    if moments_of is not None:
        held = lax.stop_gradient(moments_of)
        mean, deviation = held.mean(axis=1), held.std(axis=1)
        return (z - mean[:, None]) / jnp.sqrt(jnp.square(deviation) + delta)[:, None]
    return normalized(z, jnp.ones(units), jnp.zeros(units), shares_of(jnp.ones(rows)), delta)


def _network_loss(x: Array, y: Array, readout: Array) -> Callable[..., Array]:
    """Mean square error of a network with one normalised layer, as a function of W."""

    def loss(W: Array, hold_moments: bool = False) -> Array:
        z = W.T @ x
        h = jnp.tanh(_normalized(z, TINY, z if hold_moments else None))
        return jnp.mean(jnp.square(readout @ h - y))

    return loss


def _gradients(loss: Callable[..., Array], W: Array) -> dict[str, Array]:
    """Losses and gradients at W and at longer weights.

    Returns:
      `start` W (inputs, units); `start_losses` (2,) at W and at 4 W; `start_gradient`,
      `long_gradient`, `held_gradient` (inputs, units) at W, at 4 W, and at W with the moments taken
      for constants; `differences` (inputs, units), central differences at W.
    """
    step = 1e-5
    directions = step * jnp.eye(W.size).reshape(W.size, *W.shape)
    up, down = (jax.vmap(lambda d: loss(W + d))(sign * directions) for sign in (1, -1))
    (first, gradient), (second, long) = (jax.value_and_grad(loss)(a * W) for a in (1.0, FACTOR))
    return {
        "start": W,
        "start_losses": jnp.stack([first, second]),
        "start_gradient": gradient,
        "long_gradient": long,
        "held_gradient": jax.grad(loss)(W, True),
        "differences": ((up - down) / (2 * step)).reshape(W.shape),
    }


def _descents(loss: Callable[..., Array], W: Array) -> dict[str, Array]:
    """Gradient descent from W, and from 4 W at other learning rates.

    Returns:
      `squared_lengths` (steps + 1, units) |w|^2; `squared_gradients` (steps, units) |g|^2;
      `course` (steps + 1,) losses from W at η; `long_courses` (3, steps + 1) losses from 4 W at η,
      4 η and 16 η.
    """

    def descent(start: Array, rate: Any) -> tuple[Array, Array, Array]:
        def step(W: Array, _: Any) -> tuple[Array, Any]:
            value, gradient = jax.value_and_grad(loss)(W)
            lengths = jnp.sum(jnp.square(W), axis=0)
            return W - rate * gradient, (value, lengths, jnp.sum(jnp.square(gradient), axis=0))

        return lax.scan(step, start, length=STEPS + 1)[1]

    course, lengths, gradients = descent(W, RATE)
    rates = RATE * FACTOR ** jnp.arange(3)
    return {
        "course": course,
        "squared_lengths": lengths,
        "squared_gradients": gradients[:-1],
        "long_courses": jax.vmap(lambda rate: descent(FACTOR * W, rate)[0])(rates),
    }


def _moments_held(u: Array, target: Array) -> dict[str, Array]:
    """Descent on b in z = u + b, with the moments of the batch taken for constants.

    Returns:
      `held_biases`, `held_losses` (steps + 1,); `held_growth` () 2 e mean(target) / deviation(u),
      by which b grows in every step; `bias_gradient` () with the moments differentiated too.
    """

    def loss(b: Array, hold: bool) -> Array:
        z = (u + b)[None]
        return jnp.mean(jnp.square(_normalized(z, TINY, z if hold else None)[0] - target))

    def step(b: Array, _: Any) -> tuple[Array, Any]:
        value, gradient = jax.value_and_grad(loss)(b, True)
        return b - RATE * gradient, (b, value)

    biases, losses = lax.scan(step, jnp.array(0.0), length=STEPS + 1)[1]
    return {
        "held_biases": biases,
        "held_losses": losses,
        "held_growth": RATE * 2 * target.mean() / u.std(),
        "bias_gradient": jax.grad(loss)(jnp.array(1.0), False),
    }
