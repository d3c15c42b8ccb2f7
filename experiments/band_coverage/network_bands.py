"""Which bands of a network contain the truth? Every method on the same data sets and refits.

    data set  ->  fits to all rows            f
              ->  refits to resampled rows    their spread s, and losses out of bag
              ->  refits to responses drawn from f          f* - f, the bias

A pair (data set, refit) is one replicate, with its penalty as a number, so that all refits of a
setting at all penalties are two calls of `jaxnn.replicate` and one compiled program.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from experiments.band_coverage.settings import (
    CENTRAL,
    POINTS,
    Setting,
    draw_data,
    draw_predictors,
    mean_responses,
    places,
    true_mean,
)
from experiments.shared.binary_models import LEVEL
from jaxnn import MLP, NormalPrior, Recipe, fit, interval, predict, responses
from jaxnn.bands.calibration import (
    calibrated_band,
    coverage_of_simulation,
    inverse_link,
    link,
    mean_of_fits,
    strength_for_bands,
)
from jaxnn.bands.simulation import Noise, noise, simulate_responses
from jaxnn.bootstrap import multiplicities
from jaxnn.replicate import replicate

STRENGTHS = (1.0, 0.3, 0.1)  # of the normal prior on the weights
FITS = 6  # fits to all rows, whose mean is the fit
STEPS = 300
ALL_ROWS, RESAMPLED, SIMULATED = range(3)  # what a refit is fitted to
WIDE_ROWS, WIDE_COLUMNS = 300, 8  # few rows and many columns get the wider network
# How a band is made, and the strength of its penalty; None is that of `strength_for_bands`.
METHODS = {
    "percentile, strength 1": 1.0,
    "percentile, strength 0.3": 0.3,
    "fit and spread, strength 0.3": 0.3,
    "simulated responses, strength 0.3": 0.3,
    "union of both, strength 0.3": 0.3,
    "calibrated, strength 1": 1.0,
    "calibrated, strength 0.3": 0.3,
    "calibrated, strength 0.1": 0.1,
    "calibrated (default)": None,
}


@dataclass(frozen=True)
class Refits:
    """Mean responses by the fits and refits of every data set of a setting.

    Attributes:
      truth: (sets, places) the true mean responses.
      fits: (strengths, sets, fits, places) by fits to all rows.
      resampled: (strengths, sets, refits, places) by refits to resampled rows.
      simulated: (strengths, sets, refits, places) by refits to simulated responses.
      losses: (strengths, sets) out-of-bag losses of the mean of the refits.
      diverged: number of fits and refits that diverged.
      made: number of fits and refits.
    """

    truth: np.ndarray
    fits: np.ndarray
    resampled: np.ndarray
    simulated: np.ndarray
    losses: np.ndarray
    diverged: int
    made: int


def refit_setting(
    key: Array, setting: Setting, sets: int, refits: int, progress: bool | str
) -> Refits:
    """Draw data sets of a setting, and fit and refit the network to each.

    Args:
      key: a typed JAX key.
      setting: the truth.
      sets: number of data sets.
      refits: number of resamples, and of simulated responses, of each.
      progress: label of the progress bars.
    """
    key_data, key_points, key_fits, key_draws = jax.random.split(key, 4)
    points = np.asarray(draw_predictors(key_points, setting, POINTS, CENTRAL))
    X, y, truth = replicate(
        partial(_draw, setting=setting), jax.random.split(key_data, sets), shared=(points,)
    )
    run = partial(_refit_all, data=(X, y, points), setting=setting, progress=progress)
    unused = np.ones((2, len(STRENGTHS), *y.shape), np.float32), np.ones((len(STRENGTHS), sets))

    # The first `FITS` are fits to all rows.
    purpose = np.where(np.arange(FITS + refits) < FITS, ALL_ROWS, RESAMPLED)
    means, at_rows, absent, diverged = run(key_fits, purpose, *unused)
    fitted = np.stack([mean_of_fits(setting.kind, np.moveaxis(m[:, :FITS], 1, 0)) for m in at_rows])
    out_of_bag = _out_of_bag(at_rows[:, :, FITS:], absent[:, :, FITS:], fitted)
    scatter = [[noise(setting.kind, y[s], rows[s]) for s in range(sets)] for rows in out_of_bag]
    residuals = np.array([[found.residuals for found in row] for row in scatter])
    dispersion = np.array([[found.dispersion for found in row] for row in scatter])
    known = np.stack([fitted, residuals]).astype(np.float32)
    simulated, _, _, failed = run(key_draws, np.full(refits, SIMULATED), known, dispersion)

    outputs = link(setting.kind, out_of_bag)[..., None]
    losses = responses.loss(setting.kind, jnp.asarray(outputs), jnp.asarray(y)[None, ..., None])
    return Refits(
        truth,
        means[:, :, :FITS],
        means[:, :, FITS:],
        simulated,
        np.asarray(losses).mean(axis=-1),
        int(diverged.sum() + failed.sum()),
        diverged.size + failed.size,
    )


def _out_of_bag(at_rows: np.ndarray, absent: np.ndarray, fitted: np.ndarray) -> np.ndarray:
    """Mean prediction of the refits that left a row out; the fit's where none did."""
    counts = absent.sum(axis=2)
    return np.where(counts, (at_rows * absent).sum(axis=2) / np.maximum(counts, 1), fitted)


def _draw(key: Array, points: Array, *, setting: Setting) -> tuple[Array, Array, Array]:
    """A data set, and its true mean responses."""
    X, y = draw_data(key, setting)
    return X, y, mean_responses(partial(true_mean, setting), X, points, setting)


def _refit_all(
    key: Array,
    purpose: np.ndarray,
    known: np.ndarray,
    dispersion: np.ndarray,
    *,
    data: tuple[np.ndarray, np.ndarray, np.ndarray],
    setting: Setting,
    progress: bool | str,
) -> list[np.ndarray]:
    """Refits of every data set with every penalty; what `_refit` returns, (strengths, sets, ...).

    Args:
      key: a typed JAX key.
      purpose: (refits,) `ALL_ROWS`, `RESAMPLED` or `SIMULATED`.
      known: (2, strengths, sets, rows) means of simulated responses, and their residuals.
      dispersion: (strengths, sets) of simulated counts.
      data: X (sets, rows, columns), y (sets, rows) and points (points, columns).
      setting, progress: as for `refit_setting`.
    """
    shape = (len(STRENGTHS), len(data[1]), len(purpose))
    strength, which, refit = (grid.ravel() for grid in np.indices(shape))
    found = replicate(
        partial(_refit, setting=setting),
        jax.random.split(key, which.size),
        mapped=(which, strength, purpose[refit]),
        shared=(*data, known, dispersion.astype(np.float32)),
        chunk=4 if setting.rows < 1000 else 1,
        progress=progress,
    )
    return [leaf.reshape(*shape, *leaf.shape[1:]) for leaf in found]


def _refit(
    key: Array,
    which: Array,
    place: Array,
    purpose: Array,
    X: Array,
    y: Array,
    points: Array,
    known: Array,
    dispersion: Array,
    *,
    setting: Setting,
) -> tuple[Array, Array, Array, Array]:
    """One fit: mean responses, predictions at the rows, which rows were left out, divergence."""
    key_rows, key_draw, key_fit = jax.random.split(key, 3)
    X, y = X[which], y[which]
    means, residuals = known[:, place, which]
    scatter = Noise(residuals, dispersion[place, which])
    drawn = simulate_responses(key_draw, setting.kind, means, scatter)
    y = jnp.where(purpose == SIMULATED, drawn, y)
    counts = multiplicities(key_rows, len(y)).astype(y.dtype)
    weights = jnp.where(purpose == RESAMPLED, counts, 1)
    strength = jnp.array(STRENGTHS)[place]
    found, at_rows, diverged = _fit_predict(key_fit, X, y, weights, strength, points, setting)
    return found, at_rows, weights == 0, diverged


def _fit_predict(
    key: Array,
    X: Array,
    y: Array,
    weights: Array,
    strength: Array,
    points: Array,
    setting: Setting,
) -> tuple[Array, Array, Array]:
    wide = setting.columns >= WIDE_COLUMNS and setting.rows <= WIDE_ROWS
    hidden = (16, 16) if wide else (8, 8)
    net = MLP((setting.columns, *hidden, 1), response=setting.kind)
    recipe = Recipe(epochs=STEPS, regularizers=(NormalPrior(setting.rows),), history_every=STEPS)
    fitted = fit(key, net, X, y, recipe, weights=weights, penalty_factor=strength)
    black_box = partial(predict, net, fitted)
    means = mean_responses(black_box, X, points, setting)
    return means, black_box(X), fitted.diverged_at >= 0


def bands(refits: Refits, setting: Setting) -> dict[str, np.ndarray]:
    """The bands of every method, and what the simulations expect of them.

    Returns:
      bands: (2, methods, sets, places) lower and upper ends, in the order of `METHODS`.
      expected: (2, sets, places) the share of bands that would contain the fit if it were the
        truth, for "fit and spread" and for "calibrated" at strength 0.3.
      strength: (sets,) the strength of the default's penalty.
    """
    sets, kind = refits.truth.shape[0], setting.kind
    ends = np.empty((2, len(METHODS), *refits.truth.shape))
    expected = np.empty((2, *refits.truth.shape))
    strength = np.array(
        [strength_for_bands(STRENGTHS, refits.losses[:, number]) for number in range(sets)]
    )
    for number in range(sets):
        default = STRENGTHS.index(strength[number])
        for at in places(setting).values():
            fits, resampled, simulated = (
                values[:, number, :, at].astype(float)
                for values in (refits.fits, refits.resampled, refits.simulated)
            )
            calibrated = [
                calibrated_band(*curves, LEVEL, kind=kind)
                for curves in zip(resampled, fits, simulated, strict=True)
            ]
            percentile = [np.stack(interval(curves, LEVEL)) for curves in resampled]
            fit = link(kind, fits[1]).mean(axis=0)
            low, high = interval(link(kind, simulated[1]), LEVEL)
            basic = inverse_link(kind, np.stack([2 * fit - high, 2 * fit - low]))
            half = 1.96 * calibrated[1].spread
            made = [
                percentile[0],
                percentile[1],
                inverse_link(kind, np.stack([fit - half, fit + half])),
                basic,
                np.stack(
                    [np.minimum(percentile[1], basic)[0], np.maximum(percentile[1], basic)[1]]
                ),
                *(np.stack([band.lower, band.upper]) for band in calibrated),
                np.stack([calibrated[default].lower, calibrated[default].upper]),
            ]
            ends[:, :, number, at] = np.stack(made, axis=1)
            expected[:, number, at] = coverage_of_simulation(
                fits[1], simulated[1], LEVEL, kind=kind
            )
    return {"bands": ends, "expected": expected, "strength": strength}
