"""How are bands made for data whose truth is known?

    y = truth(x) + noise   ->   refits on B resamples   ->   band = quantiles of the predictions

A pair (data set, resample) is one replicate, so that all refits of many data sets are one call of
`jaxnn.replicate`. Resample number 0 of a data set is the data set itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from experiments.shared.binary_models import LEVEL
from experiments.shared.exact_regression import logistic_curve
from jaxnn import MLP, Fitter, Recipe, converged, interval, predict
from jaxnn.bootstrap import bootstrap, multiplicities
from jaxnn.datasets import linear_truth, logistic_truth
from jaxnn.replicate import replicate

INTERCEPT, SLOPE = -0.5, 1.2  # of the true logistic model
PLACES = tuple(np.linspace(-3, 3, 25).tolist())  # values of x at which logistic bands are computed
GRID = (-2.0, -1.0, 0.0, 1.0, 2.0)  # the places for which numbers are reported
LINEAR_AT = 2.0  # the value of x at which bands of the linear model are computed
SMALL, LARGE = 100, 10_000  # the lecture's two sample sizes
MEAN_ROWS = (20, 50, SMALL)
LIGHT = 0.1  # the share of the penalty that is kept in a comparison

# The largest curvature of the mean squared error is about 2 with x ~ N(0, 1), and the learning
# rate is about its inverse.
LINEAR = Fitter(MLP((1, 1)), Recipe("sgd", learning_rate=0.4, epochs=40, history_every=40))

Data = tuple[np.ndarray, np.ndarray]  # X (sets, rows, 1) and y (sets, rows)


def true_curve(x: Any) -> np.ndarray:
    """The true logistic curve: P(y = 1 | x) = 1 / (1 + exp(0.5 - 1.2 x))."""
    return logistic_curve(x, INTERCEPT, SLOPE)


def logistic_data(key: Array, sets: int, rows: int) -> Data:
    """Data sets with x ~ N(0, 1) and a binary y from the true logistic model."""
    return replicate(partial(_draw_logistic, rows=rows), jax.random.split(key, sets))


def linear_data(key: Array, sets: int, rows: int) -> Data:
    """Data sets with x, noise ~ N(0, 1) and y = x + noise."""
    return replicate(partial(_draw_linear, rows=rows), jax.random.split(key, sets))


def _draw_logistic(key: Array, *, rows: int) -> tuple[Array, Array]:
    sample = logistic_truth(key, rows, INTERCEPT, SLOPE)
    return sample.X, sample.y


def _draw_linear(key: Array, *, rows: int) -> tuple[Array, Array]:
    sample = linear_truth(key, rows, (1.0,))
    return sample.X, sample.y


@dataclass(frozen=True)
class Refits:
    """Many data sets, and the predictions of refits on resamples of their rows.

    Attributes:
      X: (sets, rows, 1).
      y: (sets, rows).
      fitted: (sets, places) predicted means by the fit to each data set.
      means: (resamples, sets, places) predicted means by the refits.
      diverged: (1 + resamples, sets) bool, for the fit and the refits.
    """

    X: np.ndarray
    y: np.ndarray
    fitted: np.ndarray
    means: np.ndarray
    diverged: np.ndarray

    def band(self, resamples: int | None = None) -> np.ndarray:
        """The ends of each data set's band over its first `resamples`: (2, sets, places).

        A data set with a diverged refit has no band and is left out.
        """
        whole = ~self.diverged.any(axis=0)
        return np.stack(interval(self.means[:resamples, whole], LEVEL))

    def gap(
        self,
        minimum: Callable[[np.ndarray, np.ndarray], np.ndarray],
        mean: Callable[..., np.ndarray],
        at: tuple[float, ...],
    ) -> float:
        """The largest difference between `fitted` and the exact minimum's predictions at `at`."""
        intercept, slope = minimum(self.X[..., 0], self.y)
        exact = mean(np.array(at), intercept[:, None], slope[:, None])
        return float(np.abs(self.fitted - exact).max())


def refit_many(
    key: Array,
    data: Data,
    fitter: Fitter,
    resamples: int,
    *,
    at: tuple[float, ...] = PLACES,
    chunk: int = 100,
    progress: bool | str = False,
) -> Refits:
    """Fit each of many data sets, and resamples of each.

    Args:
      key: a typed JAX key.
      data: X (sets, rows, 1) and y (sets, rows).
      fitter: the model.
      resamples: number of resamples of each data set.
      at: values of x at which to predict.
      chunk: number of refits that run together on a device.
      progress: label of the progress bar.
    """
    X, y = data
    which, resample = np.meshgrid(np.arange(len(X)), np.arange(1 + resamples))
    means, diverged = replicate(
        partial(_refit, fitter=fitter, at=at),
        jax.random.split(key, which.size),
        mapped=(which.ravel(), resample.ravel()),
        shared=(X, y),
        chunk=chunk,
        progress=progress,
    )
    means = means.reshape(*which.shape, len(at))
    return Refits(X, y, means[0], means[1:], diverged.reshape(which.shape))


def _refit(
    key: Array,
    which: Array,
    resample: Array,
    X: Array,
    y: Array,
    *,
    fitter: Fitter,
    at: tuple[float, ...],
) -> tuple[Array, Array]:
    """Refit on one resample; number 0 is the data set itself, with every row once."""
    key_rows, key_fit = jax.random.split(key)
    X, y = X[which], y[which]
    weights = jnp.where(resample == 0, 1, multiplicities(key_rows, len(y)))
    return _fit_predict(key_fit, X, y, weights.astype(y.dtype), fitter=fitter, at=at)


def _fit_predict(
    key: Array, X: Array, y: Array, weights: Array, *, fitter: Fitter, at: tuple[float, ...]
) -> tuple[Array, Array]:
    fitted = fitter(key, X, y, weights)
    return predict(fitter.net, fitted, jnp.array(at)[:, None]), fitted.diverged_at >= 0


def one_band(
    key: Array, data: Data, fitter: Fitter, refits: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The band of one data set of many rows.

    Args:
      key: a typed JAX key.
      data: X (rows, 1) and y (rows,).
      fitter: the model.
      refits: number of resamples.

    Returns:
      (2, places) ends of the band at `PLACES`, (refits,) share of rows that each leaves out, and
      the number of refits that diverged.
    """
    made = bootstrap(
        key,
        partial(_fit_predict, fitter=fitter, at=PLACES),
        *data,
        refits,
        chunk=1,
        progress=f"network, n = {len(data[1]):,}",
    )
    band = np.stack(interval(converged(made)[0], LEVEL))
    return band, made.out_of_bag.mean(axis=1), made.diverged.sum()


def mean_bands(key: Array, rows: int, sets: int, resamples: int) -> tuple[np.ndarray, np.ndarray]:
    """Bands for the mean of standard normal numbers.

    Returns:
      (2, sets) ends of the bands, and (sets,) mean share, over resamples, of the rows that a
      resample leaves out.
    """
    means, left_out = replicate(
        partial(_resampled_means, rows=rows, resamples=resamples), jax.random.split(key, sets)
    )
    return np.stack(interval(means.T, LEVEL)), left_out


def _resampled_means(key: Array, *, rows: int, resamples: int) -> tuple[Array, Array]:
    key_data, key_rows = jax.random.split(key)
    x = jax.random.normal(key_data, (rows,))
    counts = jax.vmap(partial(multiplicities, rows=rows))(jax.random.split(key_rows, resamples))
    return counts.astype(x.dtype) @ x / rows, jnp.mean(counts == 0)
