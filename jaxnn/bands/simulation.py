"""What would the refits be if the fitted network were the truth?

    y*_i = a response drawn from the fitted network at x_i  ->  refit on (X, y*)  ->  f*

The fitted network f is then a truth that is known, so f* - f shows what no resampling of rows can:
how far the learner's penalty and its early end bend a curve. The draws are

    quantitative   y* = f(x_i) + s_i e_i     e_i the residual out of bag, s_i = +1 or -1 at random
    binary         y* = 1 with probability f(x_i)
    categorical    y* = k with probability f(x_i)_k
    count          mean f(x_i), variance phi f(x_i): Poisson for phi = 1, negative binomial above

The signs keep the size of the noise at each row (Wu 1986; Davidson and Flachaire 2008), so it need
not be equal everywhere. They make it symmetric: only the noise's third moment is lost. Residuals
are out of bag because a network's residuals on its own training rows are too small.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import responses
from jaxnn.bootstrap import Bootstrap
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_finite,
    check_key,
    check_memory,
)
from jaxnn.mlp import count_parameters
from jaxnn.replicate import replicate
from jaxnn.training import Fit, Fitter
from jaxnn.training.arguments import CheckedRows


class Noise(NamedTuple):
    """How responses scatter about their means.

    Attributes:
      residuals: (rows,) or (rows, outputs) of a quantitative response, with weighted mean zero;
        zeros otherwise.
      dispersion: phi, the variance of a count relative to its mean, at least 1.
    """

    residuals: Array | np.ndarray
    dispersion: Array | float = 1.0


def noise(kind: str, y: Any, means: Any, weights: Any = None) -> Noise:
    """How responses scatter about predicted means, best those out of bag.

    Args:
      kind: "quantitative", "binary", "categorical" or "count".
      y: (rows,) or (rows, outputs) responses.
      means: predicted means, of the shape of y; used for a quantitative response and a count. A
        NaN is a row without a prediction: its residual is the root mean square of the others.
      weights: (rows,) case weights, or None.

    Returns:
      A `Noise`: residuals less their weighted mean, and for a count
      phi = max(1, weighted mean of (y - mean)^2 / mean), Pearson's estimate.

    Raises:
      InputError: an unknown kind, shapes that differ, or no predicted mean at all.

    Example:
      >>> noise("quantitative", [1.0, 4.0], [2.0, 3.0]).residuals
      array([-1.,  1.])
      >>> print(f"{noise('count', [0, 8], [4.0, 4.0]).dispersion:.0f}")
      4
    """
    responses.response(kind)
    y = as_numbers(y, "y").astype(float)
    if kind in ("binary", "categorical"):
        return Noise(np.zeros(len(y)))
    means = as_numbers(means, "means").astype(float)
    if means.shape != y.shape:
        raise InputError(f"means has shape {means.shape}; y has shape {y.shape}, so pass that.")
    weights = np.ones(len(y)) if weights is None else as_numbers(weights, "weights").astype(float)
    weights = np.broadcast_to(weights.reshape(-1, *[1] * (y.ndim - 1)), y.shape)
    weights = np.where(np.isnan(means), 0, weights)
    if not weights.any():
        raise InputError("means is NaN for every row; pass the predicted mean of at least one row.")
    residuals = np.where(np.isnan(means), 0, y - np.nan_to_num(means))
    if kind == "count":
        squares = residuals**2 / np.maximum(np.nan_to_num(means), np.finfo(np.float32).tiny)
        return Noise(np.zeros(len(y)), max(1.0, float(np.average(squares, weights=weights))))
    residuals -= np.average(residuals, axis=0, weights=weights)
    size = np.sqrt(np.average(residuals**2, axis=0, weights=weights))
    return Noise(np.where(np.isnan(means), size, residuals))


def simulate_responses(
    key: Array, kind: str, means: Any, scatter: Noise, groups: Any = None
) -> Array:
    """Responses drawn about given means, by the formulas at the top of this module.

    Args:
      key: a typed JAX key.
      kind: "quantitative", "binary", "categorical" or "count".
      means: (rows,), (rows, outputs), or (rows, classes) probabilities.
      scatter: as from `noise`.
      groups: (rows,) codes 0, 1, ... of the rows that belong together, or None. Residuals of a
        group keep or change their signs together, so that their dependence remains; responses of
        the other kinds are drawn independently.

    Returns:
      (rows,) or (rows, outputs): numbers, 0 or 1, or codes of classes. Not compiled.

    Raises:
      InputError, InputTypeError: an unknown kind, or a seed instead of a key.

    Example:
      >>> import jax
      >>> y = simulate_responses(jax.random.key(0), "quantitative", [5.0, 7.0], Noise([1.0, 2.0]))
      >>> abs(y - jax.numpy.array([5.0, 7.0])).tolist()
      [1.0, 2.0]
    """
    check_key(key)
    responses.response(kind)
    dtype = jnp.result_type(float)
    means = jnp.asarray(means, dtype)
    rows = means.shape[0]
    if kind == "binary":
        return jax.random.bernoulli(key, means).astype(dtype)
    if kind == "categorical":
        return jax.random.categorical(key, jnp.log(means), axis=-1).astype(dtype)
    if kind == "count":
        key_rate, key_count = jax.random.split(key)
        excess = jnp.maximum(jnp.asarray(scatter.dispersion, dtype) - 1, 1e-3)  # 0.1%: Poisson
        rate = excess * jax.random.gamma(key_rate, means / excess)
        return jax.random.poisson(key_count, rate).astype(dtype)
    signs = jax.random.rademacher(key, (rows,), dtype)
    if groups is not None:
        signs = signs[jnp.asarray(groups)]
    residuals = jnp.asarray(scatter.residuals, dtype)
    return means + signs.reshape(-1, *[1] * (means.ndim - 1)) * residuals


def fits_of_all_rows(
    key: Array,
    fitter: Fitter,
    X: Any,
    y: Any,
    fits: int,
    *,
    weights: Any = None,
    groups: Any = None,
) -> Bootstrap:
    """Fits to the data as they are, from different initial weights; their mean has no such luck.

    Args:
      key: a typed JAX key.
      fitter: what is fitted.
      X, y, weights, groups: the rows, as for `jaxnn.fit`.
      fits: number of fits, at least 1.

    Returns:
      The fits as a `Bootstrap` in which each row was drawn once. Compiled, once for equal fitters
      and shapes.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation.

    Example:
      >>> import jax, jaxnn
      >>> X = np.linspace(-1, 1, 20)[:, None]
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((1, 3, 1)), jaxnn.Recipe(epochs=3))
      >>> fits = fits_of_all_rows(jax.random.key(0), fitter, X, X[:, 0], fits=2)
      >>> jaxnn.refits.refitted_network(fitter, fits).predict(X[:5]).shape
      (2, 5)
    """
    rows = _checked(key, fitter, X, y, weights, groups)
    check_count(fits, "fits")
    check_memory(_bytes_of_fits(fitter, fits), "fits", fits)
    made = replicate(
        partial(_fit, fitter=fitter),
        jax.random.split(key, fits),
        shared=(rows.X, rows.y, rows.weights, rows.groups),
        working_set=fitter.working_set(len(rows.X)),
        varying_length=fitter.traits.varying_length,
    )
    return _as_bootstrap(made, len(rows.X))


def simulated_refits(
    key: Array,
    fitter: Fitter,
    X: Any,
    y: Any,
    fitted: Any,
    draws: int,
    *,
    out_of_bag: Any = None,
    weights: Any = None,
    groups: Any = None,
    progress: bool | str | Callable[[float], object] = False,
    directory: str | os.PathLike[str] | None = None,
) -> Bootstrap:
    """Refits on the same predictors and on responses drawn from the fitted network.

    Args:
      key: a typed JAX key.
      fitter: what is refitted; the fits that `fitted` is from should be its own.
      X, y, weights, groups: the rows, as for `jaxnn.fit`.
      fitted: (rows,), (rows, outputs), or (rows, classes) predicted means at X: the known truth.
      draws: number of simulated responses, each of which is refitted once.
      out_of_bag: predicted means of the refits that left a row out, of the shape of y, for `noise`;
        None takes `fitted`, whose residuals are a little too small.
      progress, directory: as in `jaxnn.replicate.replicate`.

    Returns:
      The refits as a `Bootstrap` in which each row was drawn once, for
      `jaxnn.refits.refitted_network`. Compiled, once for equal fitters and shapes.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, before any compilation.

    Example:
      >>> import jax, jaxnn
      >>> X = np.linspace(-1, 1, 20)[:, None]
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((1, 3, 1)), jaxnn.Recipe(epochs=3))
      >>> made = simulated_refits(jax.random.key(0), fitter, X, X[:, 0], 0.9 * X[:, 0], draws=4)
      >>> jaxnn.refits.refitted_network(fitter, made).predict(X[:5]).shape
      (4, 5)
    """
    rows = _checked(key, fitter, X, y, weights, groups)
    check_count(draws, "draws")
    check_memory(_bytes_of_fits(fitter, draws), "draws", draws)
    kind = fitter.net.response
    fitted = as_numbers(fitted, "fitted")
    expected = (*rows.y.shape, fitter.net.sizes[-1]) if kind == "categorical" else rows.y.shape
    if fitted.shape != expected:
        raise InputError(
            f"fitted has shape {fitted.shape}; pass the predicted means of the training rows, of "
            f"shape {expected}."
        )
    check_finite(fitted, "fitted")
    fitted = fitted.astype(jnp.result_type(float))
    means = fitted
    if out_of_bag is not None:
        means = as_numbers(out_of_bag, "out_of_bag")
        check_finite(np.nan_to_num(means, posinf=np.inf, neginf=-np.inf), "out_of_bag")
        if kind in ("quantitative", "count") and means.shape != rows.y.shape:
            raise InputError(
                f"out_of_bag has shape {means.shape}; pass the predicted means of the training "
                f"rows, of shape {rows.y.shape}."
            )
    scatter = noise(kind, rows.y, means, weights)
    made = replicate(
        partial(_simulated_refit, fitter=fitter),
        jax.random.split(key, draws),
        shared=(rows.X, fitted, scatter, rows.weights, rows.groups),
        working_set=fitter.working_set(len(rows.X)),
        varying_length=fitter.traits.varying_length,
        progress=progress,
        directory=directory,
    )
    return _as_bootstrap(made, len(rows.X))


def _checked(key: Array, fitter: Any, X: Any, y: Any, weights: Any, groups: Any) -> CheckedRows:
    """The rows in JAX's default precision, if they can be fitted."""
    check_key(key)
    if not isinstance(fitter, Fitter):
        raise InputTypeError(f"fitter is a {type(fitter).__name__}; pass a jaxnn.Fitter.")
    rows = fitter.checked(X, y, weights, groups)
    dtype = jnp.result_type(float)
    weights = None if rows.weights is None else np.asarray(rows.weights, dtype)
    return rows._replace(X=np.asarray(rows.X, dtype), y=np.asarray(rows.y, dtype), weights=weights)


def _bytes_of_fits(fitter: Fitter, count: int) -> int:
    """The least number of bytes that `count` fits take: a key and the parameters of each."""
    return count * (8 + 4 * count_parameters(fitter.net))


def _fit(
    key: Array, X: Array, y: Array, weights: Array | None, groups: Array | None, *, fitter: Fitter
) -> Fit:
    return fitter.train(key, CheckedRows(X, y, weights, groups=groups))


def _simulated_refit(
    key: Array,
    X: Array,
    fitted: Array,
    scatter: Noise,
    weights: Array | None,
    groups: Array | None,
    *,
    fitter: Fitter,
) -> Fit:
    key_draw, key_fit = jax.random.split(key)
    y = simulate_responses(key_draw, fitter.net.response, fitted, scatter, groups)
    return fitter.train(key_fit, CheckedRows(X, y, weights, groups=groups))


def _as_bootstrap(fits: Fit, rows: int) -> Bootstrap:
    """Fits of all rows, none of which is out of bag."""
    diverged = np.asarray(fits.diverged_at) >= 0
    return Bootstrap(fits, np.ones((len(diverged), rows), np.uint8), diverged)
