"""On which known truths are intervals for importance compared, and what is the true importance?

    true importance of x_j = E loss(y, m(x with x_j')) - E loss(y, m(x))     x_j' a copy of x_j

The copy x_j' is independent of everything else, and m(x) is the true mean of y. With squared error
this is E (m(x with x_j') - m(x))^2: 2 b_j^2 var(x_j) if m is linear. With the log loss it is a mean
Kullback-Leibler divergence. Predictors are standard normal, and the last is pure noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

PREDICTORS = 4
CORRELATION = 0.7  # of every two of the first three predictors, where they are correlated
KINDS = ("quantitative", "binary")
ROWS = (100, 300)

# Slopes of the predictors, where the truth is linear.
SLOPES = (0.8, -0.5, 0.3, 0.0)
CORRELATED_SLOPES = (0.8, 0.4, 0.0, 0.0)  # the third is noise that is correlated with the signals
CURVE, SQUARE, SLOPE = 1.2, 0.4, 0.3  # curved: CURVE sin(1.5 x1) + SQUARE (x2^2 - 1) + SLOPE x3
ALONE, PRODUCT = 0.7, 0.8  # interaction: ALONE x1 + PRODUCT x2 x3


def _linear(X: Array) -> Array:
    return X @ jnp.array(SLOPES)


def _curved(X: Array) -> Array:
    curve = CURVE * jnp.sin(1.5 * X[..., 0]) + SQUARE * (X[..., 1] ** 2 - 1)
    return curve + SLOPE * X[..., 2]


def _interaction(X: Array) -> Array:
    return ALONE * X[..., 0] + PRODUCT * X[..., 1] * X[..., 2]


def _correlated(X: Array) -> Array:
    return X @ jnp.array(CORRELATED_SLOPES)


# The true mean, or log odds, of y.
TRUTHS: dict[str, Callable[[Array], Array]] = {
    "linear": _linear,
    "curved": _curved,
    "interaction": _interaction,
    "correlated": _correlated,
}
NOISE = {  # whether each predictor is noise
    "linear": (False, False, False, True),
    "curved": (False, False, False, True),
    "interaction": (False, False, False, True),
    "correlated": (False, False, True, True),
}


@dataclass(frozen=True)
class Setting:
    """A known truth, and how many rows of it a data set has.

    Attributes:
      truth: a name in `TRUTHS`.
      kind: of response, "quantitative" (noise N(0, 1)) or "binary".
      rows: n.
    """

    truth: str
    kind: str
    rows: int

    @property
    def name(self) -> str:
        """A short name for stored arrays."""
        return f"{self.truth}_{self.kind}_{self.rows}"

    @property
    def words(self) -> str:
        """The setting in words."""
        return f"{self.truth}, {self.kind}, n = {self.rows}"


class Sample(NamedTuple):
    """Data sets of one setting.

    Attributes:
      X: (sets, rows, predictors).
      y: (sets, rows).
      mean: (sets, rows) the true mean of y.
    """

    X: Array
    y: Array
    mean: Array


def draw_predictors(key: Array, truth: str, shape: tuple[int, ...]) -> Array:
    """Rows of predictors: (*shape, predictors)."""
    key_own, key_common = jax.random.split(key)
    X = jax.random.normal(key_own, (*shape, PREDICTORS))
    if truth != "correlated":
        return X
    common = jax.random.normal(key_common, (*shape, 1))
    mixed = math.sqrt(CORRELATION) * common + math.sqrt(1 - CORRELATION) * X
    return jnp.where(jnp.arange(PREDICTORS) < PREDICTORS - 1, mixed, X)


def true_mean(truth: str, kind: str, X: Array) -> Array:
    """The true mean of y: (...) from X (..., predictors)."""
    output = TRUTHS[truth](X)
    return output if kind == "quantitative" else jax.nn.sigmoid(output)


@partial(jax.jit, static_argnums=(1, 2))
def draw(key: Array, setting: Setting, sets: int) -> Sample:
    """Data sets of a setting."""
    key_rows, key_noise = jax.random.split(key)
    X = draw_predictors(key_rows, setting.truth, (sets, setting.rows))
    mean = true_mean(setting.truth, setting.kind, X)
    if setting.kind == "binary":
        return Sample(X, jax.random.bernoulli(key_noise, mean).astype(X.dtype), mean)
    return Sample(X, mean + jax.random.normal(key_noise, mean.shape), mean)


def expected_loss(kind: str, mean: Array, prediction: Array) -> Array:
    """The loss that is expected of a prediction, less that of the true mean.

    Squared error for a quantitative response, and the log loss for a binary one.
    """
    if kind == "quantitative":
        return (prediction - mean) ** 2
    gain = jnp.log(mean) - jnp.log(prediction)
    return mean * gain + (1 - mean) * (jnp.log1p(-mean) - jnp.log1p(-prediction))


@partial(jax.jit, static_argnums=(1, 2, 3))
def true_importance(key: Array, truth: str, kind: str, draws: int = 2**18) -> Array:
    """The true importance of every predictor, by Monte Carlo: (predictors,)."""
    key_rows, key_copy = jax.random.split(key)
    X = draw_predictors(key_rows, truth, (draws,))
    copy = jax.random.normal(key_copy, X.shape)
    mean = true_mean(truth, kind, X)

    def importance(column: Array) -> Array:
        changed = jnp.where(jnp.arange(PREDICTORS) == column, copy, X)
        return expected_loss(kind, mean, true_mean(truth, kind, changed)).mean()

    return jax.lax.map(importance, jnp.arange(PREDICTORS))


def closed_form(truth: str) -> np.ndarray:
    """The true importance under squared error: (predictors,)."""
    if truth == "interaction":
        return 2 * np.array([ALONE**2, PRODUCT**2, PRODUCT**2, 0.0])
    if truth == "curved":
        wave = (1 - math.exp(-2 * 1.5**2)) / 2  # the variance of sin(1.5 x)
        return 2 * np.array([CURVE**2 * wave, 2 * SQUARE**2, SLOPE**2, 0.0])
    return 2 * np.square(SLOPES if truth == "linear" else CORRELATED_SLOPES)
