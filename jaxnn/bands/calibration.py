"""Which band contains the truth as often as it says, although a penalty bends the fitted curve?

On the link scale, with f the fit, f* its refits to simulated responses, and s the spread of refits
to resampled rows, at each point

    center = f - bias,      bias = mean f* - f
    band   = center +- c s

The factor c is calibrated (Hall and Horowitz 2013): c_x is the multiple of the spread of f* at
which a band around f* would have contained f, at this point, in 95% of the simulations,

    c_x = quantile_0.95 |f* - f| / sd f*,      c = the quantile of c_x over points x

such that the band is wide enough at all but a tenth of them. The band is drawn after the inverse of
the link, so its ends are probabilities, or positive. `jaxnn.bands.simulation` makes f*.

`MEASURED` and `MEASURED_PERCENTILE` say how often calibrated bands with the penalty of
`strength_for_bands`, and percentile bands, contained known truths in `experiments/band_coverage`.
Calibrated bands are a quarter wider than percentile bands on the link scale, and beyond the central
96% of a predictor's rows they contain the truth less often.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from jaxnn.bands.measured_coverage import MeasuredCoverage
from jaxnn.errors import (
    InputError,
    as_numbers,
    check_finite,
    check_level,
    check_name,
    check_number,
)
from jaxnn.responses import RESPONSES

MEASURED = MeasuredCoverage("band_coverage", 0.95, mean=0.953, settings=20, least=0.821)
MEASURED_PERCENTILE = MeasuredCoverage("band_coverage", 0.95, mean=0.890, settings=20, least=0.708)
STRENGTHS = (0.1, 0.3)  # of the prior with which refits for bands are penalised
TOLERANCE = 0.03  # relative out-of-bag loss that a weaker of these may cost
FIRM = 1.0  # the strength of the initial weights' prior
TOO_FREE = 0.2  # relative out-of-bag loss from which refits follow the noise
SMALLEST = 1e-7  # probabilities nearer to 0 or 1 count as this far away: float32 has no others


class Band(NamedTuple):
    """A band at each point.

    Attributes:
      center: (...) the fit without its bias.
      lower, upper: (...) ends of the band.
      factor: c, the multiple of the spread to each side; about 1.96 at level 0.95 without bias.
      bias: (...) the fit minus what it estimates, as simulated, on the link scale.
      spread: (...) standard deviation of refits to resampled rows, on the link scale.
    """

    center: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    factor: float
    bias: np.ndarray
    spread: np.ndarray


class SimulatedCoverage(NamedTuple):
    """How often bands contain the fit when responses are drawn from it.

    Attributes:
      uncorrected: (...) share of f* +- z s that contain f: bands that ignore the bias.
      calibrated: (...) share of calibrated bands that contain f.
    """

    uncorrected: np.ndarray
    calibrated: np.ndarray


def link(kind: str, means: Any) -> np.ndarray:
    """Predicted means on the scale on which bands are computed.

    Args:
      kind: "quantitative" (identity), "binary" or "categorical" (log odds of each probability), or
        "count" (logarithm).
      means: (...) predicted means, or averages of them.

    Returns:
      (...) float64, finite: probabilities count as at least 1e-7 away from 0 and 1, and means of a
      count as at least 1e-7.

    Raises:
      InputError: an unknown kind.

    Example:
      >>> link("binary", [0.5, 1.0]).round(1).tolist()
      [0.0, 16.1]
    """
    check_name(kind, "kind", RESPONSES)
    means = np.asarray(means, float)
    if kind == "quantitative":
        return means
    if kind == "count":
        return np.log(np.maximum(means, SMALLEST))
    means = np.clip(means, SMALLEST, 1 - SMALLEST)
    return np.log(means) - np.log1p(-means)


def inverse_link(kind: str, values: Any) -> np.ndarray:
    """Means from values on the scale of `link`: probabilities inside (0, 1), counts positive.

    Args:
      kind: as for `link`.
      values: (...) numbers.

    Returns:
      (...) float64, finite.

    Raises:
      InputError: an unknown kind.

    Example:
      >>> inverse_link("binary", [0.0, 16.1]).round(3).tolist()
      [0.5, 1.0]
    """
    check_name(kind, "kind", RESPONSES)
    values = np.asarray(values, float)
    if kind == "quantitative":
        return values
    if kind == "count":
        return np.exp(np.clip(values, -700, 700))
    return 1 / (1 + np.exp(-np.clip(values, -36, 36)))  # farther out it rounds to 0 or 1


def mean_of_fits(kind: str, curves: Any) -> np.ndarray:
    """The mean of fits, taken on the link scale: the fit that responses are simulated from.

    Args:
      kind: as for `link`.
      curves: (fits, ...) predicted means, such as predictions at the training rows.

    Returns:
      (...) float64. Probabilities of classes need not add up to exactly 1.

    Raises:
      InputError, InputTypeError: an unknown kind, no fit, or means that are not finite numbers.

    Example:
      >>> mean_of_fits("count", [[1.0], [100.0]]).round().tolist()
      [10.0]
    """
    curves = as_numbers(curves, "curves")
    if not curves.ndim or not curves.size:
        raise InputError(f"curves has shape {curves.shape}; pass at least one fit, (fits, ...).")
    check_finite(curves, "curves")
    return inverse_link(kind, link(kind, curves).mean(axis=0))


def calibrated_band(
    curves: Any,
    fitted: Any,
    simulated: Any,
    level: float = 0.95,
    *,
    kind: str = "quantitative",
    missed: float = 0.1,
) -> Band:
    """A band for any function of the network: predictions, averaged curves, levels of a category.

    Args:
      curves: (refits, ...) the function of refits to resampled rows.
      fitted: (fits, ...) the function of fits to all rows, of which the mean is the fit; or (...).
      simulated: (draws, ...) the function of refits to responses simulated from that fit.
      level: coverage of the band, in (0, 1).
      kind: of response, for `link`.
      missed: share of the points, in [0, 1), at which the factor may be too small.

    Returns:
      A `Band`. Its ends are ordered, and probabilities or positive where the kind's means are.
      Each class has a band of its own, so centers of classes add up to 1 only nearly. Computed in
      double precision; not compiled.

    Raises:
      InputError: shapes that do not fit, too few refits for a spread, or numbers not finite.

    Example:
      >>> import numpy as np
      >>> noise = 0.1 * np.random.default_rng(0).normal(size=(2, 1000, 3))
      >>> fitted = 0.8 * np.array([1.0, 2.0, 3.0])  # a fit is 0.8 of the truth, a refit of the fit
      >>> band = calibrated_band(fitted + noise[0], fitted, 0.8 * fitted + noise[1])
      >>> print(band.center.round(1))  # 0.8 + 0.8 (1 - 0.8) of the truth
      [1.  1.9 2.9]
    """
    curves, fit, simulated = on_link_scale(curves, fitted, simulated, kind)
    check_level(level)
    _check_missed(missed)
    bias = simulated.mean(axis=0) - fit
    spread = curves.std(axis=0, ddof=1)
    factor = _factor(simulated, fit, level, missed)
    center, half = fit - bias, factor * spread
    return Band(
        inverse_link(kind, center),
        inverse_link(kind, center - half),
        inverse_link(kind, center + half),
        factor,
        bias,
        spread,
    )


def coverage_of_simulation(
    fitted: Any,
    simulated: Any,
    level: float = 0.95,
    *,
    kind: str = "quantitative",
    missed: float = 0.1,
) -> SimulatedCoverage:
    """How often bands would contain the truth if the fit were the truth: in the user's own setting.

    Args:
      fitted, simulated, level, kind, missed: as for `calibrated_band`.

    Returns:
      A `SimulatedCoverage`, each of the shape of one sample. Bands without a correction are
      f* +- z sd f*; calibrated ones are f* - bias +- c sd f*, of which this is a hopeful estimate:
      the bias that is subtracted is known here, and estimated from a fit in `calibrated_band`.

    Raises:
      InputError: as `calibrated_band`.

    Example:
      >>> import numpy as np
      >>> noise = np.random.default_rng(0).normal(size=(2000, 3))
      >>> found = coverage_of_simulation(np.ones(3), 0.8 + 0.1 * noise)  # off by two deviations
      >>> found.uncorrected.round(1), found.calibrated.round(1)
      (array([0.5, 0.5, 0.5]), array([1., 1., 1.]))
    """
    _, fit, simulated = on_link_scale(None, fitted, simulated, kind)
    check_level(level)
    _check_missed(missed)
    spread = simulated.std(axis=0, ddof=1)
    bias = simulated.mean(axis=0) - fit
    factor = _factor(simulated, fit, level, missed)
    missing = np.abs(simulated - fit) > normal_factor(level) * spread
    missing_corrected = np.abs(simulated - fit - bias) > factor * spread
    return SimulatedCoverage(1 - missing.mean(axis=0), 1 - missing_corrected.mean(axis=0))


def strength_for_bands(strengths: Any, losses: Any) -> float:
    """The strength of `jaxnn.NormalPrior` with which refits for bands are penalised.

    The penalty that predicts best can bend a curve by as much as refits spread, and a band around a
    bent curve misses the truth; a weaker penalty costs width. In simulations, of which
    `experiments/band_coverage` is the last, strengths from 0.1 to 0.3 covered best: 0.1 where few
    predictors allow it, 0.3 elsewhere. Only where networks so free follow the noise, as with many
    predictors and few rows or events, are their bands several times too wide, and those of
    strength 1 contain the truth. The out-of-bag loss tells these apart.

    Args:
      strengths: (candidates,) strengths that were tried, with the same hidden layers.
      losses: (candidates,) their out-of-bag losses; NaN for a candidate that diverged.

    Returns:
      The smallest strength from 0.1 to 0.3 whose loss is at most 3% above the least loss of those
      strengths; 0.3 if none of them was tried. But if that least loss is more than 20% above the
      least of the strengths above 0.3 up to 1, the strength of the latter.

    Raises:
      InputError: strengths and losses of different shapes.

    Example:
      >>> strength_for_bands([1.0, 0.3, 0.1, 0.03], [0.600, 0.610, 0.620, 0.605])
      0.1
      >>> strength_for_bands([1.0, 0.3, 0.1, 0.03], [0.600, 0.610, 0.680, 0.800])
      0.3
      >>> strength_for_bands([1.0, 0.3, 0.1, 0.03], [0.600, 0.780, 0.900, 1.200])
      1.0
    """
    strengths = as_numbers(strengths, "strengths").astype(float)
    losses = as_numbers(losses, "losses").astype(float)
    if strengths.ndim != 1 or strengths.shape != losses.shape:
        raise InputError(
            f"strengths has shape {strengths.shape} and losses {losses.shape}; pass one loss per "
            "strength."
        )
    weakest, strongest = STRENGTHS
    tried = (strengths >= weakest) & (strengths <= strongest) & np.isfinite(losses)
    if not tried.any():
        return strongest
    least = losses[tried].min()
    firmer = (strengths > strongest) & (strengths <= FIRM) & np.isfinite(losses)
    if firmer.any():
        firm = min(np.flatnonzero(firmer), key=lambda place: losses[place])
        if least > losses[firm] + TOO_FREE * abs(losses[firm]):
            return float(strengths[firm])
    good = tried & (losses <= least + TOLERANCE * abs(least))
    return float(strengths[good].min())


def normal_factor(level: float) -> float:
    """Standard deviations to each side of the mean that hold a share `level` of a normal one."""
    return NormalDist().inv_cdf((1 + level) / 2)


def _factor(simulated: np.ndarray, fit: np.ndarray, level: float, missed: float) -> float:
    """c by the formula at the top of this module; points that never vary have no say."""
    spread = simulated.std(axis=0, ddof=1)
    varies = spread > 0
    if not varies.any():
        return normal_factor(level)
    error = np.quantile(np.abs(simulated - fit), level, axis=0)
    return float(np.quantile(error[varies] / spread[varies], 1 - missed))


def on_link_scale(
    curves: Any, fitted: Any, simulated: Any, kind: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Curves, fit and simulated curves as finite numbers on the link scale, if the shapes fit.

    Without curves, which are None, those that are simulated take their place.
    """
    check_name(kind, "kind", RESPONSES)
    simulated = as_numbers(simulated, "simulated")
    curves = simulated if curves is None else as_numbers(curves, "curves")
    fitted = as_numbers(fitted, "fitted")
    values = {"curves": curves, "fitted": fitted, "simulated": simulated}
    for name in ("simulated", "curves"):
        if values[name].ndim == 0 or len(values[name]) < 2:
            raise InputError(
                f"{name} has shape {values[name].shape}; pass at least two refits along the first "
                "axis."
            )
    points = values["curves"].shape[1:]
    fit_shape = values["fitted"].shape
    if (
        values["simulated"].shape[1:] != points
        or points not in (fit_shape, fit_shape[1:])
        or 0 in fit_shape
    ):
        raise InputError(
            f"curves, fitted and simulated have shapes {values['curves'].shape}, {fit_shape} and "
            f"{values['simulated'].shape}; pass the same points for all three."
        )
    for name in ("simulated", "fitted", "curves"):
        check_finite(values[name], name)
    curves, fitted, simulated = (link(kind, given) for given in values.values())
    return curves, fitted if fit_shape == points else fitted.mean(axis=0), simulated


def _check_missed(missed: Any) -> None:
    check_number(missed, "missed", "a number of at least 0 and below 1", lambda x: 0 <= x < 1)
