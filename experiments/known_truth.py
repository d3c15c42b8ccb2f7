"""Do bands made of refits cover a truth that is known?

Draw a data set from a model that is written down, refit on B resamples of its rows, read the band
of nominal level 95% off the refits, and look whether the truth lies in it.  Over many data sets

    coverage = share of data sets whose band contains the truth

    logistic    x ~ N(0, 1), logit P(y = 1) = -0.5 + 1.2 x, fitted by the same model
    network     the same data, fitted by a network with two hidden layers
    linear      x, noise ~ N(0, 1), y = x + noise, fitted by the same model
    mean        y ~ N(0, 1), its mean

A pair (data set, resample) is one replicate, so all refits of a study are one call of
`jaxnn.replicate`.  This room computes, and has the closed forms that its numbers are held against
in `black_box_heart`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from jaxnn import MLP, Encoder, Fitter, Recipe, converged, interval, predict, predictor
from jaxnn.bootstrap import bootstrap, multiplicities
from jaxnn.datasets import linear_truth, logistic_probability, logistic_truth
from jaxnn.replicate import replicate

LEVEL = 0.95
GRID = (-2.0, -1.0, 0.0, 1.0, 2.0)  # where logistic bands are looked at
LINEAR_AT = 2.0
LEFT_OUT_ROWS = (10, 100, 10_000)
MEAN_ROWS = (20, 100)
SMALL, LARGE = 100, 10_000  # the lecture's two sample sizes
INTERCEPT, SLOPE = -0.5, 1.2

# No hidden layer is logistic or linear regression.  With x ~ N(0, 1) the steepest curvature of the
# mean loss is about 1/4 (logistic) or 2 (squared error), and the learning rates are about one over
# it.  A logistic loss can be 10 times flatter in another direction; with momentum 1/2 the error
# still shrinks by sqrt(1/2) a step.  `newton` and least squares check that these are enough steps.
LOGISTIC = Fitter(
    MLP((1, 1), response="binary"),
    Recipe(partial(optax.sgd, momentum=0.5), learning_rate=4.0, epochs=50, history_every=50),
)
LINEAR = Fitter(MLP((1, 1)), Recipe("sgd", learning_rate=0.4, epochs=40, history_every=40))

# fit_predict(key, X (n, p), y (n,), weights (n,)) -> predicted means at some places, diverged?
FitPredict = Callable[[Array, Array, Array, Array], tuple[Array, Array]]


@dataclass(frozen=True)
class TruthSettings:
    """How many data sets and resamples each study has.

    Attributes:
      left_out_resamples: resamples for the share of rows that is left out.
      mean_sets, mean_resamples: of the normal mean, at each number of rows.
      logistic_sets, logistic_resamples: of logistic regression on 100 rows.
      large_sets, large_resamples: of the same on 10,000 rows.
      linear_sets, linear_resamples: of linear regression on 100 rows.
      network_sets, network_resamples: of the network on 100 rows.
      network_hidden: its hidden layers.
      checked_resamples: of each data set, refitted by Newton's method or least squares too.
      shown_refits, shown_network_refits: for the bands of the figure.
    """

    left_out_resamples: int = 2000
    mean_sets: int = 1000
    mean_resamples: int = 999
    logistic_sets: int = 800
    logistic_resamples: int = 400
    large_sets: int = 20
    large_resamples: int = 200
    linear_sets: int = 1600
    linear_resamples: int = 400
    network_sets: int = 200
    network_resamples: int = 200
    network_hidden: tuple[int, ...] = (8, 8)
    checked_resamples: int = 4
    shown_refits: int = 1000
    shown_network_refits: int = 200


@dataclass(frozen=True)
class NormalPrior:
    """The penalty of weights that are N(0, 1 / inputs of their layer) before any data are seen.

    Minus the logarithm of that prior, divided by n as the mean loss is:

        Omega(W) = 1/(2n) sum_layers inputs sum w^2

    The variance is that of LeCun's initial weights, with which a layer passes on numbers of the
    size that it is given.  So the price is not tuned to any result: weights of the size that the
    first ones have are nothing unusual, and the more rows there are, the less the prior says.

    Attributes:
      rows: n.
    """

    rows: int

    def __call__(self, weights: Sequence[Array]) -> Array:
        return sum(0.5 * len(w) / self.rows * jnp.sum(jnp.square(w)) for w in weights)


def network(
    inputs: int, hidden: tuple[int, ...], rows: int, encoder: Encoder | None = None
) -> Fitter:
    """A tanh network for a binary response and `rows` rows: 300 steps of Adam, `NormalPrior`."""
    return Fitter(
        MLP((inputs, *hidden, 1), response="binary"),
        Recipe(penalty=NormalPrior(rows), history_every=300),
        encoder,
    )


def compute(key: Array, settings: TruthSettings) -> dict[str, Any]:
    """All studies.

    Returns:
      left_out_<n>: (resamples,) share of n rows that is in no resample.
      mean_<n>: (2, sets) lower and upper end of the band for the mean of n normal numbers.
      logistic_100, logistic_10000, network_100: (2, sets, 5) ends at `GRID`;
      logistic_100_width: (sets, 5) widths of as many resamples as those on 10,000 rows have.
      network_100_fit: (sets, 5) the network fitted to the whole data set.
      linear_100: (2, sets) ends at x = 2.
      newton_gap, least_squares_gap: the largest difference from the exact minimum, as a
        probability and as a mean.
      mean_resamples, large_resamples, network_resamples: as in the settings.
      shown_x: (g,); shown_<model>_<n>: (2, g) ends of one data set's band.
      truth_refits, truth_diverged, shown_refits, shown_diverged: how many refits there were in the
        studies and for the bands shown, and how many of them diverged.
    """
    keys = dict(
        zip(
            ("left_out", "mean", "logistic", "large", "linear", "network", "fit", "shown"),
            jax.random.split(key, 8),
            strict=True,
        )
    )
    small = partial(_draw_logistic, rows=SMALL)
    logistic = partial(_by_library, fitter=LOGISTIC, at=GRID)
    net = partial(
        _by_library, fitter=network(1, settings.network_hidden, SMALL), at=GRID
    )
    linear = partial(_by_library, fitter=LINEAR, at=(LINEAR_AT,))

    on_small = Study(keys["logistic"], small, settings.logistic_sets, settings.logistic_resamples)
    curves = on_small.refits(logistic, "logistic, n = 100")
    on_large = Study(
        keys["large"],
        partial(_draw_logistic, rows=LARGE),
        settings.large_sets,
        settings.large_resamples,
    )
    large = on_large.refits(logistic, "logistic, n = 10,000", chunk=2)
    on_line = Study(keys["linear"], _draw_linear, settings.linear_sets, settings.linear_resamples)
    lines = on_line.refits(linear, "linear, n = 100")
    by_network = Study(keys["network"], small, settings.network_sets, settings.network_resamples)
    networks = by_network.refits(net, "network, n = 100", chunk=8)

    checked = settings.checked_resamples
    exact = on_small.refits(partial(_by_newton, at=GRID), False, checked)
    straight = on_line.refits(partial(_by_least_squares, at=(LINEAR_AT,)), False, checked)
    studies = (curves, large, lines, networks)
    return {
        **_left_out(keys["left_out"], settings),
        **_means(keys["mean"], settings),
        "logistic_100": curves.band(),
        "logistic_100_width": np.diff(curves.band(settings.large_resamples), axis=0)[0],
        "logistic_10000": large.band(),
        "network_100": networks.band(),
        "network_100_fit": by_network.whole(keys["fit"], net),
        "linear_100": lines.band()[..., 0],
        "newton_gap": np.abs(curves.means[:checked] - exact.means).max(),
        "least_squares_gap": np.abs(lines.means[:checked] - straight.means).max(),
        **_shown(keys["shown"], settings),
        "mean_resamples": settings.mean_resamples,
        "large_resamples": settings.large_resamples,
        "network_resamples": settings.network_resamples,
        "truth_refits": sum(study.diverged.size for study in studies),
        "truth_diverged": sum(study.diverged.sum() for study in studies),
    }


@dataclass(frozen=True)
class Refits:
    """What the refits of a study predict.

    Attributes:
      means: (resamples, sets, places) predicted means.
      diverged: (resamples, sets) bool.
    """

    means: np.ndarray
    diverged: np.ndarray

    def band(self, resamples: int | None = None) -> np.ndarray:
        """(2, sets, places): the ends of each data set's band, over its first `resamples`.

        A data set with a diverged refit has no band and is left out.
        """
        whole = ~self.diverged.any(axis=0)
        return np.stack(interval(self.means[:resamples, whole], LEVEL))


class Study:
    """Data sets drawn once, and any number of ways to refit on the same resamples of their rows."""

    def __init__(self, key: Array, draw: Callable[[Array], Any], sets: int, resamples: int):
        key_data, key_refits = jax.random.split(key)
        self.X, self.y = replicate(draw, jax.random.split(key_data, sets))
        self.sets, self.resamples = sets, resamples
        self.keys = jax.random.split(key_refits, (resamples, sets))

    def refits(
        self,
        fit_predict: FitPredict,
        progress: bool | str,
        resamples: int | None = None,
        chunk: int = 100,
    ) -> Refits:
        """Refit on the first `resamples` resamples of every data set; None is all of them."""
        # The same resamples for each way: a key that is meant to be used again.
        keys = jax.random.clone(self.keys[:resamples])
        means, diverged = replicate(
            partial(_refit, fit_predict=fit_predict),
            keys.ravel(),
            mapped=(np.tile(np.arange(self.sets), len(keys)),),
            shared=(self.X, self.y),
            chunk=chunk,
            progress=progress,
        )
        return Refits(means.reshape(*keys.shape, -1), diverged.reshape(keys.shape))

    def whole(self, key: Array, fit_predict: FitPredict) -> np.ndarray:
        """(sets, places): what the fits to the whole data sets predict."""
        keys = jax.random.split(key, self.sets)
        weights = np.ones_like(self.y)
        return replicate(fit_predict, keys, mapped=(self.X, self.y, weights))[0]


def _refit(
    key: Array, which: Array, X: Array, y: Array, *, fit_predict: FitPredict
) -> tuple[Array, Array]:
    key_rows, key_fit = jax.random.split(key)
    X, y = X[which], y[which]
    weights = multiplicities(key_rows, len(y)).astype(y.dtype)
    return fit_predict(key_fit, X, y, weights)


def _by_library(
    key: Array, X: Array, y: Array, weights: Array, *, fitter: Fitter, at: tuple[float, ...]
) -> tuple[Array, Array]:
    fitted = fitter(key, X, y, weights)
    return predict(fitter.net, fitted, jnp.array(at)[:, None]), fitted.diverged_at >= 0


def newton(X: Array, y: Array, weights: Array, steps: int = 12) -> Array:
    """Coefficients (2,), intercept and slope, of weighted logistic regression on X (n, 1).

    beta <- beta + (sum w p (1-p) x x^T)^-1 sum w (y - p) x, from zero.  Not compiled.
    """
    design = jnp.concatenate([jnp.ones_like(X), X], axis=1)  # (n, 2)

    def step(_: int, beta: Array) -> Array:
        p = jax.nn.sigmoid(design @ beta)
        information = (design * (weights * p * (1 - p))[:, None]).T @ design
        return beta + jnp.linalg.solve(information, design.T @ (weights * (y - p)))

    return jax.lax.fori_loop(0, steps, step, jnp.zeros(2, X.dtype))


def _by_newton(
    key: Array, X: Array, y: Array, weights: Array, *, at: tuple[float, ...]
) -> tuple[Array, Array]:
    del key  # Newton's method starts at zero
    intercept, slope = newton(X, y, weights)
    means = logistic_probability(jnp.array(at), intercept, slope)
    return means, ~jnp.isfinite(means).all()


def _by_least_squares(
    key: Array, X: Array, y: Array, weights: Array, *, at: tuple[float, ...]
) -> tuple[Array, Array]:
    del key  # a closed form
    design = jnp.concatenate([jnp.ones_like(X), X], axis=1)
    weighted = (design * weights[:, None]).T
    intercept, slope = jnp.linalg.solve(weighted @ design, weighted @ y)
    means = intercept + slope * jnp.array(at)
    return means, ~jnp.isfinite(means).all()


def _draw_logistic(key: Array, *, rows: int) -> tuple[Array, Array]:
    sample = logistic_truth(key, rows, INTERCEPT, SLOPE)
    return sample.X, sample.y


def _draw_linear(key: Array) -> tuple[Array, Array]:
    sample = linear_truth(key, SMALL, (1.0,))
    return sample.X, sample.y


def _left_out(key: Array, settings: TruthSettings) -> dict[str, Any]:
    return {
        f"left_out_{rows}": replicate(
            partial(_share_left_out, rows=rows),
            jax.random.split(key_rows, settings.left_out_resamples),
        )
        for rows, key_rows in zip(LEFT_OUT_ROWS, jax.random.split(key, 3), strict=True)
    }


def _share_left_out(key: Array, *, rows: int) -> Array:
    return jnp.mean(multiplicities(key, rows) == 0)


def _means(key: Array, settings: TruthSettings) -> dict[str, Any]:
    bands = {}
    for rows, key_rows in zip(MEAN_ROWS, jax.random.split(key, len(MEAN_ROWS)), strict=True):
        means = replicate(
            partial(_resampled_means, rows=rows, resamples=settings.mean_resamples),
            jax.random.split(key_rows, settings.mean_sets),
        )
        bands[f"mean_{rows}"] = np.stack(interval(means.T, LEVEL))
    return bands


def _resampled_means(key: Array, *, rows: int, resamples: int) -> Array:
    key_data, key_rows = jax.random.split(key)
    x = jax.random.normal(key_data, (rows,))
    counts = jax.vmap(partial(multiplicities, rows=rows))(jax.random.split(key_rows, resamples))
    return counts.astype(x.dtype) @ x / rows


def _shown(key: Array, settings: TruthSettings) -> dict[str, Any]:
    """One data set of either size, with the bands of both models."""
    x = np.linspace(-3, 3, 61)
    shown: dict[str, Any] = {"shown_x": x}
    diverged = refits_made = 0
    for rows, key_rows in zip((SMALL, LARGE), jax.random.split(key), strict=True):
        key_data, key_logistic, key_network = jax.random.split(key_rows, 3)
        X, y = _draw_logistic(key_data, rows=rows)
        for name, key_refits, fitter, count in (
            ("logistic", key_logistic, LOGISTIC, settings.shown_refits),
            (
                "network",
                key_network,
                network(1, settings.network_hidden, rows),
                settings.shown_network_refits,
            ),
        ):
            refits = bootstrap(key_refits, fitter, X, y, count, progress=f"{name}, n = {rows:,}")
            samples = predictor(fitter.net, converged(refits))(x[:, None])
            shown[f"shown_{name}_{rows}"] = np.stack(interval(samples, LEVEL))
            diverged += refits.diverged.sum()
            refits_made += count
    return {**shown, "shown_refits": refits_made, "shown_diverged": diverged}


# What theory says.


def logistic_curve(x: Any) -> np.ndarray:
    """The truth P(y = 1 | x), in double precision."""
    return 1 / (1 + np.exp(-(INTERCEPT + SLOPE * np.asarray(x, dtype=float))))


def left_out_moments(rows: int) -> tuple[float, float]:
    """Mean and standard deviation of the share of rows that a resample of as many leaves out.

    q = (1 - 1/n)^n,  variance = q/n + (1 - 1/n) (1 - 2/n)^n - q^2.
    """
    q = (1 - 1 / rows) ** rows
    return q, math.sqrt(q / rows + (1 - 1 / rows) * (1 - 2 / rows) ** rows - q**2)


def percentile_coverage(rows: int, level: float = LEVEL) -> float:
    """Coverage of the percentile band for a normal mean with ever more resamples.

    Its half-width is z s sqrt((n-1)/n) / sqrt(n) with s the sample's standard deviation (n-1), so
    it is P(|t_{n-1}| <= z sqrt((n-1)/n)): the band knows neither Student's factor nor n-1.
    """
    degrees = rows - 1
    end = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt(degrees / rows)
    t = np.linspace(0, end, 20_001)
    factor = math.exp(math.lgamma(rows / 2) - math.lgamma(degrees / 2))
    density = factor / math.sqrt(degrees * math.pi) * (1 + t**2 / degrees) ** (-rows / 2)
    return 2 * float(np.trapezoid(density, t))


def delta_widths(x: Any, rows: int) -> np.ndarray:
    """Widths of the large-sample band for P(y = 1 | x) of logistic regression, x ~ N(0, 1).

    2 z p (1-p) sqrt((1, x) I^-1 (1, x)^T / n) with I = E[p (1-p) (1, X)^T (1, X)].
    """
    nodes = np.linspace(-9, 9, 4001)
    p = logistic_curve(nodes)
    mass = np.exp(-(nodes**2) / 2) / math.sqrt(2 * math.pi) * p * (1 - p)
    moments = [np.trapezoid(mass * nodes**power, nodes) for power in range(3)]
    covariance = np.linalg.inv([[moments[0], moments[1]], [moments[1], moments[2]]])
    x = np.asarray(x, dtype=float)
    design = np.stack([np.ones_like(x), x], axis=-1)
    variance = np.einsum("...i,ij,...j->...", design, covariance, design)
    p = logistic_curve(x)
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    return 2 * z * p * (1 - p) * np.sqrt(variance / rows)


def linear_width(x: float, rows: int) -> float:
    """Width of the large-sample band for the mean at x of y = x + N(0, 1), x ~ N(0, 1)."""
    return 2 * NormalDist().inv_cdf((1 + LEVEL) / 2) * math.sqrt((1 + x**2) / rows)
