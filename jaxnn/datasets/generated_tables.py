"""What do large tables with a rare event, or with a skewed response, look like?

    rare event   P(y = 1) = 1 / (1 + exp(-(b0 + s(x)))), about 2% of the rows
    skewed       y = mu(x) times a Gamma variable of mean 1 and shape 2,    log mu(x) = 3 + s(x) / 5

with s(x) = x1 - 0.7 x2 + 0.5 x3 + 0.6 (x4^2 - 1) + 0.8 x5 x6: three straight effects, one curved
and one interaction. Each x is N(0, 1), with a correlation of 0.4 between neighbours; those beyond
the sixth have no effect. A model without curves and interactions misses the last two terms.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import InputError, check_count, check_key, check_memory

CORRELATION = 0.4  # of neighbouring predictors; it falls off as 0.4, 0.16, 0.064, ...
RARE_INTERCEPT = -5.7  # gives an event in about 2% of the rows
GAMMA_SHAPE = 2.0  # noise of coefficient of variation 0.71 and skewness 1.41
RELEVANT = 6  # predictors with an effect


class GeneratedTable(NamedTuple):
    """Rows of a generated table.

    Attributes:
      X: (n, predictors).
      y: (n,), 0 or 1, or positive numbers.
      mean: (n,), the true mean of y given the predictors of the row.
    """

    X: Array
    y: Array
    mean: Array


def rare_event_table(key: Array, n: int = 10_000, predictors: int = 20) -> GeneratedTable:
    """Draw a table with a binary response of which about one row in fifty is an event.

    Args:
      key: a typed JAX key.
      n: number of rows, at least 1.
      predictors: number of columns of X, at least 6; the first six have an effect.

    Returns:
      A `GeneratedTable`. Not compiled.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, or fewer than six predictors.

    Example:
      >>> X, y, mean = rare_event_table(jax.random.key(0))
      >>> X.shape, bool(0.01 < y.mean() < 0.03)
      ((10000, 20), True)
    """
    key_x, key_y = _checked_keys(key, n, predictors)
    X = _correlated(key_x, n, predictors)
    probability = jax.nn.sigmoid(RARE_INTERCEPT + _score(X))
    y = (jax.random.uniform(key_y, (n,)) < probability).astype(X.dtype)
    return GeneratedTable(X, y, probability)


def skewed_table(key: Array, n: int = 20_000, predictors: int = 10) -> GeneratedTable:
    """Draw a table with a positive response that is strongly skewed to the right.

    Args:
      key: a typed JAX key.
      n: number of rows, at least 1.
      predictors: number of columns of X, at least 6; the first six have an effect.

    Returns:
      A `GeneratedTable`. Not compiled.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, or fewer than six predictors.

    Example:
      >>> X, y, mean = skewed_table(jax.random.key(0), n=1000)
      >>> bool(y.min() > 0), bool(y.mean() > 1.2 * jnp.median(y))
      (True, True)
    """
    key_x, key_y = _checked_keys(key, n, predictors)
    X = _correlated(key_x, n, predictors)
    mean = jnp.exp(3 + _score(X) / 5)
    noise = jax.random.gamma(key_y, GAMMA_SHAPE, (n,)) / GAMMA_SHAPE
    return GeneratedTable(X, mean * noise, mean)


def _checked_keys(key: Any, n: Any, predictors: Any) -> tuple[Array, Array]:
    """Keys for the predictors and for the response, if the arguments can be used."""
    check_key(key)
    check_count(n, "n")
    check_count(predictors, "predictors")
    check_memory(4 * n * predictors, "n", n)
    if predictors < RELEVANT:
        raise InputError(
            f"predictors is {predictors}; the first {RELEVANT} have an effect, so pass at least "
            f"{RELEVANT}."
        )
    key_x, key_y = jax.random.split(key)
    return key_x, key_y


def _correlated(key: Array, n: int, predictors: int) -> Array:
    """(n, predictors), each N(0, 1), with correlation `CORRELATION`^|i - j|."""
    places = jnp.arange(predictors)
    covariance = CORRELATION ** jnp.abs(places[:, None] - places[None, :])
    return jax.random.normal(key, (n, predictors)) @ jnp.linalg.cholesky(covariance).T


def _score(X: Array) -> Array:
    """The sum of effects s(x), (n,)."""
    x1, x2, x3, x4, x5, x6 = X[:, :RELEVANT].T
    return x1 - 0.7 * x2 + 0.5 * x3 + 0.6 * (jnp.square(x4) - 1) + 0.8 * x5 * x6
