"""How certain is a surface of two predictors, and where do refits draw the boundary?

With f_b(x, z) the surface of refit b = 1, ..., B (averaged over rows, or at a centre):

    mean             f(x, z) = mean_b f_b(x, z)
    standard error   the standard deviation over b of f_b(x, z), ddof 1
    band             the quantiles over b of f_b(x, z), pointwise
    boundary         each refit has its own: f_b(x, z) = 1/2
    ribbon           the points at which refits disagree: the share of refits with f_b(x, z) > 1/2
                     is between (1 - level) / 2 and (1 + level) / 2

The ribbon is pointwise, as the band: a whole boundary of a refit leaves it somewhere more often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.bootstrap import interval
from jaxnn.errors import InputError, check_level, check_number
from jaxnn.inspection.evaluation_points import Center
from jaxnn.inspection.surfaces import REACH, RESOLUTION, joint_surface
from jaxnn.refits.black_boxes import BLOCK_BYTES, RefittedModel, check_refitted
from jaxnn.tables import Column


class RefitSurface(NamedTuple):
    """The surface of two predictors, for every refit; made by `refit_surface`.

    Surfaces have a last axis (outputs,) if the prediction has several outputs.

    Attributes:
      features: the two columns of X.
      columns: their descriptions.
      grids: their grids, (g0,) and (g1,): values, or codes of levels.
      refits: (refits, g0, g1), the surface of each refit.
      prediction: (g0, g1), their mean.
      standard_error: (g0, g1), their standard deviation, ddof 1; 0 for a single refit.
      lower, upper: (g0, g1), the ends of the pointwise percentile band over refits.
      level: its level.
      threshold: the value at which the boundary is, or None if there is none.
      share_above: (g0, g1), the share of refits above the threshold; None without one.
      nearby: (g0, g1) bool, False where the surface is extrapolated: no row is near.
      points: (n, 2) the observed values of the two predictors.
      response: the kind of response.
    """

    features: tuple[int, int]
    columns: tuple[Column, Column]
    grids: tuple[np.ndarray, np.ndarray]
    refits: np.ndarray
    prediction: np.ndarray
    standard_error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    level: float
    threshold: float | None
    share_above: np.ndarray | None
    nearby: np.ndarray
    points: np.ndarray
    response: str

    @property
    def ribbon(self) -> np.ndarray:
        """(g0, g1) bool, the points at which refits disagree on the side of the boundary.

        Raises:
          InputError: the surface has no threshold.
        """
        if self.share_above is None:
            raise InputError("threshold is None; a boundary needs refit_surface(threshold=...).")
        tail = (1 - self.level) / 2
        return (self.share_above > tail) & (self.share_above < 1 - tail)


def refit_surface(
    model: RefittedModel,
    X: Any,
    features: Any,
    *,
    grids: Any = None,
    resolution: int = RESOLUTION,
    center: Center | Sequence[float] | None = None,
    rows: Any = slice(None),
    weights: Any = None,
    level: float = 0.95,
    threshold: float | None = None,
    reach: float = REACH,
) -> RefitSurface:
    """The surface of two predictors for every refit, with its band and its boundary.

    Args:
      model: refits of any model, as from `refitted_network`.
      X: (n, predictors), the observed rows.
      features: the two columns to vary, by their numbers or names.
      grids, resolution, center, reach: as in `jaxnn.inspection.joint_surface`.
      rows: row numbers of X to average over, if `center` is None; all by default.
      weights: (n,) case weights of X, at least 0, for the average or the centre; None gives all
        rows the same weight.
      level: coverage of the band and of the ribbon, in (0, 1).
      threshold: the value at which the boundary is; None is 1/2 for the probabilities of
        a binary or categorical response, and no boundary otherwise.

    Returns:
      A `RefitSurface` in the response's own unit, of (refits, g0, g1) numbers in double precision.

    Raises:
      InputError, InputTypeError: as `jaxnn.inspection.joint_surface`, or a level or threshold that
        cannot be used.
    """
    check_refitted(model)
    check_level(level)
    if threshold is not None:
        check_number(threshold, "threshold", "a finite number, or None", lambda _: True)
    elif model.response in ("binary", "categorical"):
        threshold = 0.5
    surface = joint_surface(
        model.predict,
        X,
        features,
        grids=grids,
        resolution=resolution,
        center=center,
        rows=rows,
        columns=model.columns,
        weights=weights,
        reach=reach,
    )
    refits = surface.prediction
    parts = [_over_refits(refits[:, block], level, threshold) for block in _blocks(refits)]
    mean, deviation, lower, upper, above = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    return RefitSurface(
        surface.features,
        surface.columns,
        surface.grids,
        refits,
        mean,
        deviation,
        lower,
        upper,
        level,
        threshold,
        None if threshold is None else above,
        surface.nearby,
        surface.points,
        model.response,
    )


def _blocks(refits: np.ndarray) -> list[slice]:
    """Parts of the first grid, whose statistics take copies of up to `BLOCK_BYTES`."""
    size = max(1, BLOCK_BYTES // refits[:, :1].nbytes)
    return [slice(start, start + size) for start in range(0, refits.shape[1], size)]


def _over_refits(
    refits: np.ndarray, level: float, threshold: float | None
) -> tuple[np.ndarray, ...]:
    """Mean, standard deviation, the ends of the band, and the share above a threshold."""
    several = len(refits) > 1
    deviation = refits.std(axis=0, ddof=1) if several else np.zeros(refits.shape[1:])
    above = (refits > (np.inf if threshold is None else threshold)).mean(axis=0)
    lower, upper = interval(refits, level)
    return refits.mean(axis=0), deviation, lower, upper, above
