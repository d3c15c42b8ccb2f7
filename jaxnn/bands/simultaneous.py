"""Which band contains a whole curve as often as it says, and not only each point of it?

A pointwise 95% band misses some point of the true curve much more often than in 5% of all tables. A
simultaneous (sup-t) band is wider by a common factor. On the link scale, with f_b(x) the curve of
refit b and s(x) the standard deviation of the refits at x,

    band   center(x) +- c s(x)
    c      quantile over b, at the level, of  max_x |f_b(x) - center(x)| / s(x)

so that the band contains this share of the refits from the first to the last point of the grid. For
one point, c is the quantile of |f_b - center| / s; for points that vary independently it grows with
their number, and for a smooth curve more slowly. The center is the mean of the refits. With a fit f
and refits f* to responses simulated from it (`jaxnn.bands.calibration`), the center is f without
its bias, and

    c      quantile over f*, at the level, of  max_x |f*(x) - f(x)| / sd f*(x)

which covers the bias of the fit too (Montiel Olea and Plagborg-Moller 2019 on sup-t bands; Hall and
Horowitz 2013 on the calibration).

Measured with least squares, nominal 95%: the curve of one of three predictors, a cubic, averaged
over the rows, on 19 points, from 500 refits. On 100 rows (1,000 data sets; standard error 0.008)
simultaneous bands contained the whole true curve in 93% of the data sets, and on 300 rows (500 data
sets; 0.011) in 94%. Pointwise percentile bands contained single points in 94% of them, but the
whole curve in 66% and 67%. With logistic regression on the same numbers of rows simultaneous bands
contained it in 97% and 96% (600 and 400 data sets; 0.007 and 0.010), and pointwise ones in 68% and
65%. Of networks, whose penalty bends curves, bands calibrated with simulated refits contained the
whole curve on five points in 86% of the data sets on average over the settings of
`experiments/band_coverage`, and bands of refits alone in 81%.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.bands.calibration import inverse_link, link, normal_factor, on_link_scale
from jaxnn.bands.measured_coverage import MeasuredCoverage
from jaxnn.errors import InputError, as_numbers, check_finite, check_level

# Of networks' curves on five points: with simulated refits, and of refits alone. A setting has one
# curve per data set and 5 to 12 data sets, too few to tell its own share, so none is the worst.
MEASURED = MeasuredCoverage("band_coverage", 0.95, mean=0.864, settings=19)
MEASURED_UNCALIBRATED = MeasuredCoverage("band_coverage", 0.95, mean=0.814, settings=19)


class SimultaneousBand(NamedTuple):
    """A band that holds for all points of a curve at once; made by `simultaneous_band`.

    Attributes:
      center: (g) or (g, outputs), the mean of the refits, or the fit without its bias.
      lower, upper: (g) or (g, outputs), ends of the band.
      factor: c, the multiple of the spread to each side; a number, or (outputs,), one per output.
      spread: (g) or (g, outputs), standard deviation of the refits on the link scale, ddof 1.
    """

    center: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    factor: float | np.ndarray
    spread: np.ndarray


def simultaneous_band(
    curves: Any,
    level: float = 0.95,
    *,
    kind: str = "quantitative",
    fitted: Any = None,
    simulated: Any = None,
) -> SimultaneousBand:
    """The sup-t band of a curve over refits, by the formulas at the top of this module.

    Args:
      curves: (refits, g) or (refits, g, outputs), the curve of each refit on g points.
      level: coverage of the whole curve, in (0, 1).
      kind: of response, as for `jaxnn.bands.calibration.link`: the band of probabilities is
        computed on their log odds and never leaves [0, 1]; "quantitative" takes curves as they are.
      fitted: (fits, g) or (fits, g, outputs), the curve of fits to all rows, of which the mean is
        the fit; or without the leading axis. Given together with `simulated`.
      simulated: (draws, g) or (draws, g, outputs), the curve of refits to responses that were
        simulated from that fit.

    Returns:
      A `SimultaneousBand`, in double precision; each output has a band of its own. A point at which
      the refits agree has no width and no say in c; where they agree at all points, c is that of
      the normal distribution. Not compiled.

    Raises:
      InputError: shapes that do not fit, fewer than two refits, numbers that are not finite, or one
        of `fitted` and `simulated` without the other.
      InputTypeError: curves that are not numbers.

    Example:
      >>> import numpy as np
      >>> curves = np.random.default_rng(0).normal(size=(4000, 1, 10))
      >>> one = simultaneous_band(curves[:, 0, :1])
      >>> all_ten = simultaneous_band(curves[:, 0])
      >>> print(f"{one.factor:.1f} {all_ten.factor:.1f}")
      2.0 2.8
      >>> inside = (curves[:, 0] > all_ten.lower) & (curves[:, 0] < all_ten.upper)
      >>> print(inside.all(axis=1).mean())
      0.95
    """
    check_level(level)
    if (fitted is None) != (simulated is None):
        given, missing = ("simulated", "fitted") if fitted is None else ("fitted", "simulated")
        raise InputError(f"{missing} is None, but {given} is given; pass both or neither.")
    shape = as_numbers(curves, "curves").shape
    if len(shape) not in (2, 3) or shape[0] < 2 or 0 in shape:
        raise InputError(
            f"curves has shape {shape}; pass (refits, points) or (refits, points, outputs) of at "
            "least two refits."
        )
    if simulated is None:
        curves = as_numbers(curves, "curves")
        check_finite(curves, "curves")
        curves = link(kind, curves)
        spread = _deviation(curves)
        center = np.where(spread > 0, curves.mean(axis=0), curves[0])
        factor = _factor(curves - center, spread, level)
    else:
        curves, fit, draws = on_link_scale(curves, fitted, simulated, kind)
        spread = _deviation(curves)
        center = 2 * fit - draws.mean(axis=0)
        factor = _factor(draws - fit, _deviation(draws), level)
    half = factor * spread
    return SimultaneousBand(
        inverse_link(kind, center),
        inverse_link(kind, center - half),
        inverse_link(kind, center + half),
        factor if factor.ndim else float(factor),
        spread,
    )


def _deviation(curves: np.ndarray) -> np.ndarray:
    """The standard deviation over refits; exactly 0 where they agree, whatever the rounding."""
    agree = (curves == curves[:1]).all(axis=0)
    return np.where(agree, 0, curves.std(axis=0, ddof=1))


def _factor(errors: np.ndarray, spread: np.ndarray, level: float) -> np.ndarray:
    """c for each output: () or (outputs,). Points without spread have no say."""
    ratio = np.divide(np.abs(errors), spread, out=np.zeros(errors.shape), where=spread > 0)
    factor = np.quantile(ratio.max(axis=1), level, axis=0)
    return np.where((spread > 0).any(axis=0), factor, normal_factor(level))
