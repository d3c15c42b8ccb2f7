"""Do bands made of refits cover a truth that is known?

Draw a data set from a model that is written down, refit on B resamples of its rows, read the band
of nominal level 95% off the refits, and look whether the truth lies in it.  Over many data sets

    coverage = share of data sets whose band contains the truth

    logistic    x ~ N(0, 1), logit P(y = 1) = -0.5 + 1.2 x, fitted by the same model
    network     the same data, fitted by a network with two hidden layers
    linear      x, noise ~ N(0, 1), y = x + noise, fitted by the same model
    mean        y ~ N(0, 1), its mean

A pair (data set, resample) is one replicate, so all refits of a study are one call of
`jaxnn.replicate`.  This room computes; `black_box_heart` says what is claimed of it, `closed_forms`
has what theory expects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from experiments.black_box_heart.closed_forms import (
    INTERCEPT,
    SLOPE,
    least_squares,
    line,
    logistic_curve,
    newton,
)
from jaxnn import MLP, Encoder, Fitter, Recipe, converged, interval, predict
from jaxnn.bootstrap import bootstrap, multiplicities
from jaxnn.datasets import linear_truth, logistic_truth
from jaxnn.replicate import replicate

LEVEL = 0.95
PLACES = tuple(np.linspace(-3, 3, 25).tolist())  # where logistic bands are looked at
GRID = (-2.0, -1.0, 0.0, 1.0, 2.0)  # those of them for which numbers are given
LINEAR_AT = 2.0
SMALL, LARGE = 100, 10_000  # the lecture's two sample sizes
MEAN_ROWS = (20, SMALL)
LIGHT = 0.1  # of the prior's weight, for comparison

# No hidden layer is logistic or linear regression.  With x ~ N(0, 1) the steepest curvature of the
# mean loss is about 1/4 (logistic) or 2 (squared error), and the learning rates are about one over
# it.  A logistic loss can be 10 times flatter in another direction; with momentum 1/2 the error
# still shrinks by sqrt(1/2) a step.  `compute` compares with the exact minima.
LOGISTIC = Fitter(
    MLP((1, 1), response="binary"),
    Recipe(partial(optax.sgd, momentum=0.5), learning_rate=4.0, epochs=50, history_every=50),
)
LINEAR = Fitter(MLP((1, 1)), Recipe("sgd", learning_rate=0.4, epochs=40, history_every=40))


@dataclass(frozen=True)
class TruthSettings:
    """How many data sets and resamples each study has.

    Attributes:
      mean_sets, mean_resamples: of the normal mean, at each number of rows.
      logistic_sets, logistic_resamples: of logistic regression on 100 rows.
      large_sets, large_resamples: of the same on 10,000 rows.
      linear_sets, linear_resamples: of linear regression on 100 rows.
      network_sets, network_resamples: of the network on 100 rows, with either penalty.
      network_hidden: its hidden layers.
      large_network_refits: of the network on one data set of 10,000 rows.
    """

    mean_sets: int = 1000
    mean_resamples: int = 999
    logistic_sets: int = 600
    logistic_resamples: int = 400
    large_sets: int = 20
    large_resamples: int = 200
    linear_sets: int = 1200
    linear_resamples: int = 400
    network_sets: int = 100
    network_resamples: int = 200
    network_hidden: tuple[int, ...] = (8, 8)
    large_network_refits: int = 200


@dataclass(frozen=True)
class NormalPrior:
    """The penalty of weights that are N(0, 1 / inputs of their layer) before any data are seen.

    Minus the logarithm of that prior, divided by n as the mean loss is:

        Omega(W) = strength / (2n) sum_layers inputs sum w^2

    The variance is that of LeCun's initial weights, with which a layer passes on numbers of the
    size that it is given.  So the price is not tuned to any result: weights of the size that the
    first ones have are nothing unusual, and the more rows there are, the less the prior says.

    Attributes:
      rows: n.
      strength: 1 for that prior; 0.1 for one of ten times its variance.
    """

    rows: int
    strength: float = 1.0

    def __call__(self, weights: Sequence[Array]) -> Array:
        price = jnp.zeros((), weights[0].dtype)
        for w in weights:
            price += 0.5 * self.strength * len(w) / self.rows * jnp.sum(jnp.square(w))
        return price


def network(
    inputs: int,
    hidden: tuple[int, ...],
    rows: int,
    encoder: Encoder | None = None,
    strength: float = 1.0,
) -> Fitter:
    """A tanh network for a binary response and `rows` rows: 300 steps of Adam, `NormalPrior`."""
    return Fitter(
        MLP((inputs, *hidden, 1), response="binary"),
        Recipe(penalty=NormalPrior(rows, strength), history_every=300),
        encoder,
    )


def compute(key: Array, settings: TruthSettings) -> dict[str, Any]:
    """All studies.

    Returns:
      mean_<n>: (2, sets) lower and upper end of the band for the mean of n normal numbers.
      left_out_<n>: (sets,) share of the n rows that is not in a resample, mean of the resamples;
      left_out_10000: (refits,) the same of single resamples.
      logistic_100, logistic_10000, network_100, light_100: (2, sets, places) ends at `PLACES`,
        the last of the network with a tenth of the penalty;
      logistic_100_width: (sets, places) widths of as many resamples as on 10,000 rows;
      network_100_fit, light_100_fit: (sets, places) the network fitted to the whole data set.
      network_10000: (2, places) ends for the first of the data sets on 10,000 rows; those of the
        network on 100 rows are the first of logistic_100 too.
      linear_100: (2, sets) ends at x = 2.
      newton_gap, least_squares_gap: largest difference of the fits to whole data sets from the
        exact minimum, as a probability and as a mean.
      <study>_resamples: as in the settings.
      truth_refits, truth_diverged: how many refits there were, and how many of them diverged.
    """
    names = ("data", "mean", "logistic", "large", "linear", "network", "light", "one")
    keys: dict[str, Array] = dict(zip(names, jax.random.split(key, len(names)), strict=True))
    key_small, key_large, key_line = jax.random.split(keys["data"], 3)
    small = _data(key_small, partial(_draw_logistic, rows=SMALL), settings.logistic_sets)
    large = _data(key_large, partial(_draw_logistic, rows=LARGE), settings.large_sets)
    lines = _data(key_line, _draw_linear, settings.linear_sets)
    few = small[0][: settings.network_sets], small[1][: settings.network_sets]

    studies = {
        "logistic": study(
            keys["logistic"],
            small,
            LOGISTIC,
            settings.logistic_resamples,
            progress="logistic, n = 100",
        ),
        "large": study(
            keys["large"],
            large,
            LOGISTIC,
            settings.large_resamples,
            chunk=2,
            progress="logistic, n = 10,000",
        ),
        "linear": study(
            keys["linear"],
            lines,
            LINEAR,
            settings.linear_resamples,
            at=(LINEAR_AT,),
            progress="linear, n = 100",
        ),
    }
    for name, strength in (("network", 1.0), ("light", LIGHT)):
        studies[name] = study(
            keys[name],
            few,
            network(1, settings.network_hidden, SMALL, strength=strength),
            settings.network_resamples,
            chunk=8,
            progress=f"network, penalty times {strength:g}",
        )
    one_large = _one_large_band(keys["one"], (large[0][0], large[1][0]), settings)
    bands = {name: result.band() for name, result in studies.items()}
    return {
        **_means(keys["mean"], settings),
        "logistic_100": bands["logistic"],
        "logistic_100_width": np.diff(studies["logistic"].band(settings.large_resamples), axis=0)[
            0
        ],
        "logistic_10000": bands["large"],
        "network_100": bands["network"],
        "light_100": bands["light"],
        "network_100_fit": studies["network"].fitted,
        "light_100_fit": studies["light"].fitted,
        "linear_100": bands["linear"][..., 0],
        "newton_gap": _gap(studies["logistic"], newton, logistic_curve, PLACES),
        "least_squares_gap": _gap(studies["linear"], least_squares, line, (LINEAR_AT,)),
        "network_10000": one_large[0],
        f"left_out_{LARGE}": one_large[1],
        "mean_resamples": settings.mean_resamples,
        "logistic_resamples": settings.logistic_resamples,
        "large_resamples": settings.large_resamples,
        "network_resamples": settings.network_resamples,
        "large_network_refits": settings.large_network_refits,
        "truth_refits": settings.large_network_refits
        + sum(result.diverged.size for result in studies.values()),
        "truth_diverged": one_large[2] + sum(result.diverged.sum() for result in studies.values()),
    }


@dataclass(frozen=True)
class Study:
    """Data sets, and what the refits on resamples of their rows predict.

    Attributes:
      X: (sets, n, 1).
      y: (sets, n).
      fitted: (sets, places) predicted means by the fit to each data set.
      means: (resamples, sets, places) predicted means by the refits.
      diverged: (1 + resamples, sets) bool, of the fit and the refits.
    """

    X: np.ndarray
    y: np.ndarray
    fitted: np.ndarray
    means: np.ndarray
    diverged: np.ndarray

    def band(self, resamples: int | None = None) -> np.ndarray:
        """(2, sets, places): the ends of each data set's band, over its first `resamples`.

        A data set with a diverged refit has no band and is left out.
        """
        whole = ~self.diverged.any(axis=0)
        return np.stack(interval(self.means[:resamples, whole], LEVEL))


def study(
    key: Array,
    data: tuple[np.ndarray, np.ndarray],
    fitter: Fitter,
    resamples: int,
    *,
    at: tuple[float, ...] = PLACES,
    chunk: int = 100,
    progress: bool | str = False,
) -> Study:
    """Fit each of many data sets, and resamples of it.

    Args:
      key: a typed JAX key.
      data: X (sets, n, 1) and y (sets, n).
      fitter: the model.
      resamples: how many of each data set.
      at: values of x at which to predict.
      chunk: refits side by side on a device.
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
    return Study(X, y, means[0], means[1:], diverged.reshape(which.shape))


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
    """Resample number 0 of a data set is the data set itself: every row once."""
    key_rows, key_fit = jax.random.split(key)
    X, y = X[which], y[which]
    weights = jnp.where(resample == 0, 1, multiplicities(key_rows, len(y)))
    return _fit_predict(key_fit, X, y, weights.astype(y.dtype), fitter=fitter, at=at)


def _fit_predict(
    key: Array, X: Array, y: Array, weights: Array, *, fitter: Fitter, at: tuple[float, ...]
) -> tuple[Array, Array]:
    fitted = fitter(key, X, y, weights)
    return predict(fitter.net, fitted, jnp.array(at)[:, None]), fitted.diverged_at >= 0


def _data(
    key: Array, draw: Callable[[Array], tuple[Array, Array]], sets: int
) -> tuple[np.ndarray, np.ndarray]:
    """X (sets, n, 1) and y (sets, n)."""
    return replicate(draw, jax.random.split(key, sets))


def _draw_logistic(key: Array, *, rows: int) -> tuple[Array, Array]:
    sample = logistic_truth(key, rows, INTERCEPT, SLOPE)
    return sample.X, sample.y


def _draw_linear(key: Array) -> tuple[Array, Array]:
    sample = linear_truth(key, SMALL, (1.0,))
    return sample.X, sample.y


def _one_large_band(
    key: Array, data: tuple[np.ndarray, np.ndarray], settings: TruthSettings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The network on one data set of 10,000 rows: (2, places) ends of its band, (refits,) share
    of rows left out, and how many refits diverged."""
    fitter = network(1, settings.network_hidden, LARGE)
    refits = bootstrap(
        key,
        partial(_fit_predict, fitter=fitter, at=PLACES),
        *data,
        settings.large_network_refits,
        chunk=1,
        progress="network, n = 10,000",
    )
    band = np.stack(interval(converged(refits)[0], LEVEL))
    return band, refits.out_of_bag.mean(axis=1), refits.diverged.sum()


def _means(key: Array, settings: TruthSettings) -> dict[str, Any]:
    results = {}
    for rows, key_rows in zip(MEAN_ROWS, jax.random.split(key), strict=True):
        means, left_out = replicate(
            partial(_resampled_means, rows=rows, resamples=settings.mean_resamples),
            jax.random.split(key_rows, settings.mean_sets),
        )
        results[f"mean_{rows}"] = np.stack(interval(means.T, LEVEL))
        results[f"left_out_{rows}"] = left_out
    return results


def _resampled_means(key: Array, *, rows: int, resamples: int) -> tuple[Array, Array]:
    """Means of the resamples, and the share of rows that is not in one, on average."""
    key_data, key_rows = jax.random.split(key)
    x = jax.random.normal(key_data, (rows,))
    counts = jax.vmap(partial(multiplicities, rows=rows))(jax.random.split(key_rows, resamples))
    return counts.astype(x.dtype) @ x / rows, jnp.mean(counts == 0)


def _gap(
    result: Study,
    minimum: Callable[[np.ndarray, np.ndarray], np.ndarray],
    mean: Callable[..., np.ndarray],
    at: tuple[float, ...],
) -> float:
    intercept, slope = minimum(result.X[..., 0], result.y)
    exact = mean(np.array(at), intercept[:, None], slope[:, None])
    return float(np.abs(result.fitted - exact).max())


# What claims and figures read off the results.


def covered(band: np.ndarray, target: Any) -> np.ndarray:
    """(sets, places) bool: is the target in the band (2, sets, places)?"""
    return (band[0] <= target) & (target <= band[1])


def at_grid(per_place: np.ndarray) -> np.ndarray:
    """(..., 5): of numbers at `PLACES` those at `GRID`."""
    return per_place[..., np.searchsorted(PLACES, GRID)]


def width_ratios(results: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(places,) median width at n = 100 over that at n = 10,000, and standard errors.

    The standard error of a median of about normal numbers is sqrt(pi/2) times that of their mean.
    """
    pair = (results["logistic_100_width"], np.diff(results["logistic_10000"], axis=0)[0])
    small, large = (np.median(widths, axis=0) for widths in pair)
    relative = sum(
        np.pi / 2 * widths.var(axis=0, ddof=1) / len(widths) / np.median(widths, axis=0) ** 2
        for widths in pair
    )
    return small / large, small / large * np.sqrt(relative)
