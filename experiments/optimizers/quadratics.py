"""How fast does each rule converge on a quadratic, and from which learning rate does it diverge?

    loss (mu x^2 + L y^2) / 2 with L = 1, mu = 1 / k,    rate = (|w_T| / |w_{T/2}|)^(2 / T)

Everything is measured from paths of the library's own rules, in double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.landscape import trajectory
from jaxnn.optimizers import best_settings, gradient_descent, momentum, nesterov

CONDITIONS = (10.0, 100.0, 1000.0)
DECAYS = (0.0, 0.5, 0.9)
RATES_TRIED = np.geomspace(0.2, 50, 1110)  # 0.5% apart
RULES: dict[str, Callable[[Any, Any], Any]] = {
    "gradient_descent": lambda rate, decay: gradient_descent(rate),
    "momentum": momentum,
    "nesterov": nesterov,
}


def _usual_nesterov(condition: float) -> tuple[float, float]:
    root = condition**0.5
    return 1.0, (root - 1) / (root + 1)


def _best(rule: str) -> Callable[[float], tuple[float, float]]:
    def settings(condition: float) -> tuple[float, float]:
        best = best_settings(rule, 1 / condition, 1.0)
        return best.learning_rate, best.decay

    return settings


# The rule, and its learning rate and decay for a condition number.
METHODS: dict[str, tuple[str, Callable[[float], tuple[float, float]]]] = {
    "gradient descent, η = 1/L": ("gradient_descent", lambda condition: (1.0, 0.0)),
    "gradient descent, η = 2/(L + μ)": ("gradient_descent", _best("gradient_descent")),
    "Nesterov, η = 1/L": ("nesterov", _usual_nesterov),
    "Nesterov, best": ("nesterov", _best("nesterov")),
    "momentum, best": ("momentum", _best("momentum")),
}


def compute(steps: int, limit_steps: int) -> dict[str, Any]:
    """Measured rates and limits.

    Returns:
      `distances` (methods, conditions, steps + 1) from the minimum; `rates` (methods, conditions);
      `limits` (rules, decays): the smallest learning rate tried with which |w| grows, for momentum,
      Nesterov momentum, and Nesterov momentum with the slide's point W + v.
    """
    with jax.enable_x64(True):
        distances = np.stack(
            [_distances(rule, settings, steps) for rule, settings in METHODS.values()]
        )
        limits = [_limits(RULES[name], limit_steps) for name in ("momentum", "nesterov")]
    half = steps // 2
    rates = (distances[..., steps] / distances[..., half]) ** (1 / (steps - half))
    return {
        "distances": distances,
        "rates": rates,
        "limits": np.stack([*limits, _slide_limits(limit_steps)]),
    }


def _distances(
    rule: str, settings: Callable[[float], tuple[float, float]], steps: int
) -> np.ndarray:
    """(conditions, steps + 1) lengths of w."""

    def path(rate: Array, decay: Array, smallest: Array) -> Array:
        def loss(w: Array) -> Array:
            return (smallest * w[0] ** 2 + w[1] ** 2) / 2

        points = trajectory(RULES[rule](rate, decay), loss, jnp.ones(2), steps)
        return jnp.linalg.norm(points, axis=1)

    rates, decays = np.transpose([settings(condition) for condition in CONDITIONS])
    smallest = 1 / jnp.array(CONDITIONS)
    return np.asarray(jax.vmap(path)(jnp.asarray(rates), jnp.asarray(decays), smallest))


def _limits(rule: Callable[[Any, Any], Any], steps: int) -> np.ndarray:
    """(decays,) the smallest learning rate tried that diverges on w^2 / 2."""

    def end(rate: Array, decay: Array) -> Array:
        return jnp.abs(trajectory(rule(rate, decay), lambda w: w**2 / 2, jnp.ones(()), steps)[-1])

    every_rate = jax.vmap(end, (0, None))
    ends = jax.vmap(every_rate, (None, 0))(jnp.asarray(RATES_TRIED), jnp.array(DECAYS))
    return _first_growing(np.asarray(ends))


def _slide_limits(steps: int) -> np.ndarray:
    """The same for the slide's Nesterov momentum, whose gradient is taken at W + v."""
    decay = np.array(DECAYS)[:, None]
    w, v = np.ones((len(DECAYS), len(RATES_TRIED))), np.zeros((len(DECAYS), len(RATES_TRIED)))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            v = decay * v - RATES_TRIED * (w + v)
            w = w + v
    return _first_growing(np.abs(w))


def _first_growing(ends: np.ndarray) -> np.ndarray:
    return RATES_TRIED[np.argmax(~(ends < 1), axis=1)]
