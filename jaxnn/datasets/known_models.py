"""How well does a method recover a model that is known?

    logistic   x ~ N(0, 1),                P(y = 1) = 1 / (1 + exp(-(b0 + b1 x)))
    linear     x ~ N(0, 1), correlated,    y = b0 + b.x + noise

Bands and importances can be checked against the true mean, which is a pure function of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.core import Tracer

from jaxnn.errors import (
    InputError,
    as_jax_array,
    as_real,
    check_count,
    check_finite,
    check_key,
    check_memory,
)


class LogisticSample(NamedTuple):
    """Rows drawn from a logistic model.

    Attributes:
      X: (n, 1).
      y: (n,), 0 or 1.
      probability: (n,), the true P(y = 1) of each row.
    """

    X: Array
    y: Array
    probability: Array


class LinearSample(NamedTuple):
    """Rows drawn from a linear model.

    Attributes:
      X: (n, p).
      y: (n,).
      mean: (n,), the true mean of y at each row.
    """

    X: Array
    y: Array
    mean: Array


def logistic_probability(x: Any, intercept: Any = -0.5, slope: Any = 1.2) -> Array:
    """P(y = 1) = 1 / (1 + exp(-(intercept + slope x))), elementwise, of the shape of x.

    Raises:
      InputError, InputTypeError: x that is not numbers, or an intercept or slope that is no number.
    """
    intercept = as_real(intercept, "intercept")
    slope = as_real(slope, "slope")
    return jax.nn.sigmoid(intercept + slope * as_jax_array(x, "x"))


def logistic_truth(key: Array, n: int, intercept: Any = -0.5, slope: Any = 1.2) -> LogisticSample:
    """Draw n rows with x ~ N(0, 1) and y ~ Bernoulli(`logistic_probability`).

    Args:
      key: a typed JAX key.
      n: number of rows, at least 1.
      intercept, slope: b0 and b1 of the logit; they may be traced.

    Returns:
      A `LogisticSample`. Not compiled.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, or an intercept or slope that
        is no finite number.

    Example:
      >>> X, y, probability = logistic_truth(jax.random.key(0), 5)
      >>> X.shape, y.shape
      ((5, 1), (5,))
    """
    check_key(key)
    check_count(n, "n")
    check_memory(8 * n, "n", n)
    intercept = as_real(intercept, "intercept")
    slope = as_real(slope, "slope")
    key_x, key_y = jax.random.split(key)
    X = jax.random.normal(key_x, (n, 1))
    probability = logistic_probability(X[:, 0], intercept, slope)
    y = (jax.random.uniform(key_y, (n,)) < probability).astype(X.dtype)
    return LogisticSample(X, y, probability)


def linear_mean(X: Any, coefficients: Any, intercept: Any = 0.0) -> Array:
    """intercept + X @ coefficients, for X (..., p), of shape (...).

    Raises:
      InputError, InputTypeError: shapes that do not fit, or anything that is not numbers.
    """
    X, coefficients = as_jax_array(X, "X"), _checked_coefficients(coefficients)
    intercept = as_real(intercept, "intercept")
    if X.shape[-1:] != coefficients.shape:
        raise InputError(
            f"X has shape {X.shape}; there are {len(coefficients)} coefficients, so pass shape "
            f"(..., {len(coefficients)})."
        )
    return intercept + X @ coefficients


def _checked_coefficients(coefficients: Any) -> Array:
    values = as_jax_array(coefficients, "coefficients")
    if values.ndim != 1 or not len(values):
        raise InputError(
            f"coefficients has shape {values.shape}; pass shape (p,), one per feature."
        )
    if not isinstance(values, Tracer):
        check_finite(np.asarray(values), "coefficients")
    return values.astype(jnp.result_type(float))


def linear_truth(
    key: Array,
    n: int,
    coefficients: Any = (1.0, 2.0, 0.5, 0.0),
    *,
    intercept: Any = 0.0,
    correlation: Any = 0.0,
    noise: Any = 1.0,
) -> LinearSample:
    """Draw n rows with x ~ N(0, 1) each and y = `linear_mean` + noise N(0, 1).

    If the fitted model is the true one, then the permutation importance of feature j under squared
    error is 2 coefficients[j]^2 (for the default 2, 8, 0.5, 0), and its partial dependence has the
    slope coefficients[j], whatever the correlation.

    Args:
      key: a typed JAX key.
      n: number of rows, at least 1.
      coefficients: (p,), one per feature.
      intercept: the mean of y.
      correlation: of the first two features, from -1 to 1; the others are independent.
      noise: standard deviation of y about its mean.

    Returns:
      A `LinearSample`. Not compiled.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, a correlation outside [-1, 1]
        or without a second feature, noise below 0, or numbers that are not finite.

    Example:
      >>> X, y, mean = linear_truth(jax.random.key(0), 5, coefficients=(1.0, 2.0), noise=0.0)
      >>> X.shape, bool(jnp.allclose(y, X[:, 0] + 2 * X[:, 1]))
      ((5, 2), True)
    """
    check_key(key)
    check_count(n, "n")
    check_memory(8 * n, "n", n)
    coefficients = _checked_coefficients(coefficients)
    shape = coefficients.shape
    check_memory(4 * n * shape[0], "n", n)
    intercept = as_real(intercept, "intercept")
    correlation = as_real(
        correlation, "correlation", "a number from -1 to 1", lambda r: -1 <= r <= 1
    )
    noise = as_real(noise, "noise", "a finite number of at least 0", lambda size: size >= 0)
    given = not isinstance(correlation, Tracer)
    key_x, key_noise = jax.random.split(key)
    X = jax.random.normal(key_x, (n, shape[0]))
    if not given or correlation != 0:
        if shape[0] < 2:
            raise InputError(f"correlation is {correlation}, but there is one feature; pass 0.")
        rest = jnp.sqrt(1 - jnp.square(correlation))
        X = X.at[:, 1].set(correlation * X[:, 0] + rest * X[:, 1])
    mean = linear_mean(X, coefficients, intercept)
    return LinearSample(X, mean + noise * jax.random.normal(key_noise, (n,)), mean)
