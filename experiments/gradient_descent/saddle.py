"""Does gradient descent end at a saddle, and how long does it stay near one?

    f(x, y) = x^2 / 2 - y^2 / 2 + y^4 / 4,    a saddle at 0 between the minima (0, -1) and (0, 1)

Near 0 each step multiplies x by 1 - e and y by 1 + e. From (1, y0) it takes ln(1 / y0) / ln(1 + e)
steps to leave, and on the way the gradient becomes as small as a multiple of y0^c,

    c = ln(1 / (1 - e)) / (ln(1 / (1 - e)) + ln(1 + e))

From (1, 0) descent converges to the saddle. Noise of variance s^2 in each gradient, as batches
make it, drives it away: while y is small,

    E y_t^2 = e^2 s^2 ((1 + e)^(2 t) - 1) / ((1 + e)^2 - 1)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

from jaxnn.landscape import LOSS_SURFACES, trajectory
from jaxnn.optimizers import gradient_descent

RATE, NOISE, LEFT = 0.1, 1e-4, 0.5
STARTS = 10.0 ** -np.arange(1, 9)  # y0
STEPS, NOISY_STEPS = 400, 300
MARKS = (10, 20, 40, 60)  # while y is small
CORNER = 2.0  # random starts are from the square with these half sides


def compute(key: Array, runs: int) -> dict[str, Any]:
    """Paths from near the saddle, from random starts, and with noise from where x = 1, y = 0.

    Returns:
      `saddle_paths` (starts, steps + 1, 2) and their `saddle_gradients` (starts, steps + 1)
      lengths; `ridge_end` (2,) the last point from (1, 0); `random_ends` (runs, 2); `noisy_y`
      (runs, steps + 1).
    """
    key_starts, key_noise = jax.random.split(key)
    corners = jax.random.uniform(key_starts, (runs, 2), minval=-CORNER, maxval=CORNER)
    surface = LOSS_SURFACES["saddle"]
    with jax.enable_x64(True):

        def path(start: Array) -> Array:
            return trajectory(gradient_descent(RATE), surface.loss, start, STEPS)

        near = jnp.stack([jnp.ones_like(STARTS), jnp.asarray(STARTS)], axis=1)
        every = jnp.concatenate([near, jnp.array([[1.0, 0.0]]), jnp.asarray(corners, float)])
        paths = jax.jit(jax.vmap(path))(every)
        gradients = jax.vmap(jax.vmap(jax.grad(surface.loss)))(paths[: len(near)])
        noise = NOISE * jax.random.normal(key_noise, (NOISY_STEPS, runs, 2))

        def step(points: Array, noise: Array) -> tuple[Array, Array]:
            points = points - RATE * (jax.vmap(jax.grad(surface.loss))(points) + noise)
            return points, points[:, 1]

        start = jnp.tile(jnp.array([1.0, 0.0]), (runs, 1))
        noisy = lax.scan(step, start, noise)[1]
    paths = np.asarray(paths)
    return {
        "saddle_paths": paths[: len(near)],
        "saddle_gradients": np.linalg.norm(gradients, axis=-1),
        "ridge_end": paths[len(near), -1],
        "random_ends": paths[len(near) + 1 :, -1],
        "noisy_y": np.concatenate([np.zeros((runs, 1)), np.asarray(noisy).T], axis=1),
    }


def expected_square(steps: Any) -> Any:
    """E y^2 after so many noisy steps from y = 0, while y is small."""
    growth = (1 + RATE) ** 2
    return RATE**2 * NOISE**2 * (growth ** np.asarray(steps, float) - 1) / (growth - 1)


def steps_to_leave(y: np.ndarray) -> np.ndarray:
    """(paths,) the first step at which |y| > 0.5; one more than all where there is none.

    Args:
      y: (paths, steps + 1).
    """
    left = np.abs(y) > LEFT
    return np.where(left.any(axis=1), left.argmax(axis=1), y.shape[1])


def smallest_gradients(results: Mapping[str, np.ndarray]) -> np.ndarray:
    """(starts,) least lengths of the gradient on the paths until |y| > 0.5."""
    near = np.abs(results["saddle_paths"][..., 1]) <= LEFT
    return np.where(near, results["saddle_gradients"], np.inf).min(axis=1)


def gradient_exponent() -> float:
    """c: the smallest gradient is a multiple of y0^c."""
    shrinks, grows = -np.log1p(-RATE), np.log1p(RATE)
    return float(shrinks / (shrinks + grows))
