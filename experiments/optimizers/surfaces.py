"""Which path does each rule take down a surface, and how does it leave a saddle?

Every rule has the learning rate, of a grid, with which its mean loss along the path is least. Near
the saddle of x^2/2 - y^2/2 + y^4/4 the distance y grows by 1 + e in each step of gradient descent,
so it takes ln(1 / y) / ln(1 + e) steps to leave it; adaptive rules divide by the gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.landscape import LOSS_SURFACES, trajectory
from jaxnn.optimizers import adagrad, adam, gradient_descent, momentum, nesterov, rmsprop

RULES: dict[str, Callable[[Any], Any]] = {
    "gradient descent": gradient_descent,
    "momentum": momentum,
    "Nesterov": nesterov,
    "AdaGrad": adagrad,
    "RMSProp": rmsprop,
    "Adam": adam,
}
LEARNING_RATES = 2.0 ** np.arange(-14, 3)
SADDLE_RATE, SADDLE_STEPS, LEFT = 0.1, 400, 0.5
SADDLE_STARTS = 10.0 ** -np.arange(1, 9)


def compute(steps: int) -> dict[str, Any]:
    """Paths with tuned learning rates, and steps until a saddle is left.

    Returns:
      `paths` (surfaces, rules, steps + 1, 2); `path_losses` (surfaces, rules, steps + 1);
      `path_rates` (surfaces, rules) the learning rates; `saddle_steps` (rules, starts) the first
      step at which |y| > 0.5, with the learning rate 0.1.
    """
    with jax.enable_x64(True):
        found = [_tuned_paths(rule, steps) for rule in RULES.values()]
        saddle = np.stack([_saddle_steps(rule) for rule in RULES.values()])
    paths, losses, rates = (np.stack(part, axis=1) for part in zip(*found, strict=True))
    return {
        "paths": paths,
        "path_losses": losses,
        "path_rates": rates,
        "saddle_steps": saddle,
    }


def _tuned_paths(
    rule: Callable[[Any], Any], steps: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Paths (surfaces, steps + 1, 2), their losses (surfaces, steps + 1), learning rates."""
    surfaces = list(LOSS_SURFACES.values())

    def path(place: Array, start: Array, rate: Array) -> tuple[Array, Array]:
        def loss(w: Array) -> Array:  # one program for all surfaces
            return jax.lax.switch(place, [surface.loss for surface in surfaces], w)

        points = trajectory(rule(rate), loss, start, steps)
        return points, jax.vmap(loss)(points)

    starts = jnp.array([surface.start for surface in surfaces])
    places = jnp.arange(len(surfaces))
    every_rate = jax.vmap(path, (None, None, 0))
    found = jax.vmap(every_rate, (0, 0, None))(places, starts, jnp.asarray(LEARNING_RATES))
    points, losses = map(np.asarray, found)
    means = losses.mean(axis=-1)
    best = np.argmin(np.where(np.isfinite(means), means, np.inf), axis=1)
    kept = np.arange(len(best)), best
    return points[kept], losses[kept], LEARNING_RATES[best]


def _saddle_steps(rule: Callable[[Any], Any]) -> np.ndarray:
    """(starts,) the first step at which |y| > 0.5; SADDLE_STEPS + 1 if there is none."""
    surface = LOSS_SURFACES["saddle"]

    def path(y: Array) -> Array:
        start = jnp.stack([jnp.ones_like(y), y])
        return trajectory(rule(SADDLE_RATE), surface.loss, start, SADDLE_STEPS)[:, 1]

    left = np.abs(np.asarray(jax.vmap(path)(jnp.asarray(SADDLE_STARTS)))) > LEFT
    return np.where(left.any(axis=1), left.argmax(axis=1), SADDLE_STEPS + 1)
