"""Where is the curve of a predictor, and where is all of it?

    pointwise      at each value of the grid, the band contains the truth as often as its level says
    simultaneous   it does so for the whole curve (`jaxnn.bands.simultaneous`)

Without simulated refits the pointwise band is the percentiles of the refits, about their mean; with
them both bands are calibrated, about the fit without its bias (`jaxnn.bands.calibration`). A
simultaneous band is computed with one multiple of the spread at all points, so where refits are
skewed, percentiles may reach beyond it: it is extended to contain them.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from jaxnn.bands.calibration import calibrated_band
from jaxnn.bands.simultaneous import simultaneous_band
from jaxnn.bootstrap import Interval, interval
from jaxnn.errors import InputError, check_level, check_name
from jaxnn.refits.effects import Effect, check_effect

CurveName = Literal["average", "profile", "row", "accumulated"]


class CurveBands(NamedTuple):
    """One curve of a predictor with its two bands; made by `curve_bands`.

    Arrays have a last axis (outputs,) if the prediction has several outputs.

    Attributes:
      x: (g,) values of the predictor, or codes of levels.
      center: (g,) the mean of the refits, or the fit without its bias.
      pointwise: its ends, (g,) each.
      simultaneous: its ends, (g,) each, nowhere inside the pointwise band.
      level: coverage that both aim at.
      refits: the number of refits.
      simulations: the number of simulated refits by which the bands are calibrated, or 0.
    """

    x: np.ndarray
    center: np.ndarray
    pointwise: Interval
    simultaneous: Interval
    level: float
    refits: int
    simulations: int


def curve_bands(
    effect: Effect,
    curve: CurveName = "average",
    level: float = 0.95,
    *,
    fitted: Effect | None = None,
    simulated: Effect | None = None,
) -> CurveBands:
    """The bands of one curve of a predictor.

    Args:
      effect: the curves of refits to resampled rows.
      curve: "average", "profile", "row" or "accumulated".
      level: coverage of both bands, in (0, 1).
      fitted, simulated: the effects of fits to all rows, and of refits to responses simulated from
        them, with the same grid, which calibrate the bands; or neither.

    Returns:
      A `CurveBands`. Bands of probabilities and counts are computed on the link scale and never
      leave their range; those of accumulated effects, which are differences, are not.

    Raises:
      InputError: an unknown curve, a level outside (0, 1), a single refit, an effect without the
        curve of a row, or effects that do not belong together.
      InputTypeError: what is no `Effect`.
    """
    check_level(level)
    check_name(curve, "curve", get_args(CurveName))
    curves = _curves(effect, curve, "effect")
    kind = "quantitative" if curve == "accumulated" else effect.response
    fits = None if fitted is None else _curves(fitted, curve, "fitted")
    draws = None if simulated is None else _curves(simulated, curve, "simulated")
    band = simultaneous_band(curves, level, kind=kind, fitted=fits, simulated=draws)
    if draws is None:
        center, pointwise = curves.mean(axis=0), interval(curves, level)
    else:
        exact = calibrated_band(curves, fits, draws, level, kind=kind)
        center, pointwise = exact.center, Interval(exact.lower, exact.upper)
    return CurveBands(
        effect.edges if curve == "accumulated" else effect.grid,
        center,
        pointwise,
        Interval(np.minimum(band.lower, pointwise.lower), np.maximum(band.upper, pointwise.upper)),
        level,
        len(curves),
        0 if draws is None else len(draws),
    )


def _curves(effect: Any, curve: str, argument: str) -> np.ndarray:
    """(refits, g) or (refits, g, outputs) one kind of curve of an effect."""
    check_effect(effect, argument)
    if curve != "row":
        return getattr(effect, curve)
    if effect.row_curve is None:
        raise InputError(
            f"{argument} has no curve of a row; name it when the effect is made, with "
            "effect(..., row=...)."
        )
    return effect.row_curve
