"""How fast does the mean of m random cosines converge to a bump in d dimensions?

    f(x) = exp(-|x|^2 / 2) = E cos(w.x),  w ~ N(0, I)          f_m(x) = (1/m) sum_j cos(w_j.x)

    E (f_m(x) - f(x))^2  =  Var cos(w.x) / m  =  (1 - e^(-|x|^2))^2 / (2m)

A function that is a mean over units is approximated by m random units with a mean squared error of
C / m in any dimension: Maurey's argument, as used by Barron (1993). Here all constants are exact.
For points x ~ N(0, s^2 I) the mean of m times this error is

    C = (1 - 2 (1 + 2 s^2)^(-d/2) + (1 + 4 s^2)^(-d/2)) / 2
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.replicate import replicate


class Sampled(NamedTuple):
    """Errors of random cosines at one set of points.

    Attributes:
      errors: (draws, counts) mean squared errors, one row per draw of the cosines.
      constant: C at these points, the mean of `variance` over them.
      standard_error: that of `constant`, as an estimate of C over the distribution of points.
    """

    errors: np.ndarray
    constant: float
    standard_error: float


def constant(dimension: int, deviation: float) -> float:
    """C for points x ~ N(0, deviation^2 I), in closed form."""
    once = (1 + 2 * deviation**2) ** (-dimension / 2)
    twice = (1 + 4 * deviation**2) ** (-dimension / 2)
    return (1 - 2 * once + twice) / 2


def variance(X: np.ndarray) -> np.ndarray:
    """Var cos(w.x) over w ~ N(0, I), at each row of X (n, d): (n,) in float64."""
    return np.square(np.expm1(-np.sum(np.square(X, dtype=float), axis=1))) / 2


def mean_squared_errors(counts: tuple[int, ...], key: Array, X: Array) -> Array:
    """Draw max(counts) cosines, and take the error of the first m for each m in `counts`.

    Args:
      counts: numbers of cosines.
      key: a typed JAX key, from which the cosines are drawn.
      X: (n, d) points.

    Returns:
      (counts,) means over the points of (f_m - f)^2. Not compiled.
    """
    units = jax.random.normal(key, (X.shape[1], max(counts)))
    waves = jnp.cos(X @ units)
    means = jnp.stack([jnp.mean(waves[:, :m], axis=1) for m in counts])
    bump = jnp.exp(-jnp.sum(jnp.square(X), axis=1) / 2)
    return jnp.mean(jnp.square(means - bump[None]), axis=1)


def sample(
    key: Array, dimension: int, deviation: float, counts: tuple[int, ...], points: int, draws: int
) -> Sampled:
    """Draw points once and cosines many times; see `Sampled`.

    Args:
      key: a typed JAX key.
      dimension, deviation: of the points, x ~ N(0, deviation^2 I).
      counts: numbers of cosines.
      points: number of points.
      draws: number of draws of the cosines, all at the same points.
    """
    key_points, key_draws = jax.random.split(key)
    X = deviation * jax.random.normal(key_points, (points, dimension))
    errors = replicate(
        partial(mean_squared_errors, counts), jax.random.split(key_draws, draws), shared=(X,)
    )
    at_points = variance(np.asarray(X))
    return Sampled(errors, float(np.mean(at_points)), float(np.std(at_points) / points**0.5))
