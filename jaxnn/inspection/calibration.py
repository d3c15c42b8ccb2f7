"""Does what is predicted come true as often as predicted?

Rows are sorted by their prediction into bins of about equal weight. In bin k, with weights w_i,

    predicted_k = sum w_i p_i / sum w_i        observed_k = sum w_i y_i / sum w_i

which are equal on average if the prediction is calibrated, E(y | p) = p. In one number,

    expected calibration error = sum_k  (weight of bin k)  |observed_k - predicted_k|

It is above 0 by chance alone, so what chance would give stands beside it. Equal predictions are
always in one bin; a class of many is calibrated as "this class or another one".
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_numbers, check_count, check_finite, check_level, check_name
from jaxnn.inspection.recalibration import intercept_and_slope
from jaxnn.inspection.score_intervals import (
    Rows,
    ScoreInterval,
    sampled_rows,
    standard_error,
    t_quantile,
    wilson,
)

KINDS = ("quantitative", "binary", "categorical", "count")
OF_BINS = {
    "quantitative": "sampling of the rows in a bin: t interval of their mean",
    "binary": "sampling of the rows in a bin: Wilson score interval",
    "count": "sampling of the rows in a bin: exact Poisson interval, widened for overdispersion",
}


class CalibrationCurve(NamedTuple):
    """Observed against predicted, bin by bin.

    Attributes:
      code: the class, for a categorical response; otherwise 1.
      predicted, observed: (bins,) weighted means; observed shares for classes.
      lower, upper: (bins,) the ends of the interval of `observed`; NaN where one row is all.
      rows, weight: (bins,) the number of rows, and their share of all weight.
      intercept, slope: of the line that corrects the predictions, by `recalibration.py`.
      expected_error: the expected calibration error.
      expected_by_chance: what it would be on average if the prediction were calibrated.
      predictions: (rows,) all predictions, sorted, for a histogram.
    """

    code: int
    predicted: np.ndarray
    observed: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    rows: np.ndarray
    weight: np.ndarray
    intercept: ScoreInterval
    slope: ScoreInterval
    expected_error: float
    expected_by_chance: float
    predictions: np.ndarray


class Calibration(NamedTuple):
    """Calibration of a prediction.

    Attributes:
      response: "quantitative", "binary", "categorical" or "count".
      curves: one `CalibrationCurve`; one for each class of a categorical response.
      level: of the intervals.
      interval: what the intervals of bins allow for and how they are made, in words.
    """

    response: str
    curves: tuple[CalibrationCurve, ...]
    level: float
    interval: str


def calibration(
    y: Any,
    prediction: Any,
    *,
    response: str | None = None,
    bins: int = 10,
    weights: Any = None,
    groups: Any = None,
    level: float = 0.95,
) -> Calibration:
    """The calibration of predictions by any model, on rows that it has not seen.

    Args:
      y: (rows,) numbers, 0 or 1, counts, or class codes.
      prediction: (rows,) numbers or probabilities of y = 1, or (rows, classes) probabilities.
      response: the kind of response. None is "categorical" for a matrix, "binary" where y is 0 or 1
        and predictions lie between, otherwise "quantitative".
      bins: the largest number of bins, at least 1; with fewer distinct predictions each is a bin.
      weights: (rows,) case weights, at least 0; None gives all rows the same weight.
      groups: (rows,) labels, equal for rows that are not independent; None for single rows.
      level: coverage of the intervals, in (0, 1), one at a time.

    Returns:
      A `Calibration`. Wilson's interval takes the effective number of rows, (sum w)^2 / sum w^2, or
      with groups the number of independent rows that would have the groups' standard error.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> result = calibration([0, 0, 1, 0, 1, 1], [0.2, 0.2, 0.2, 0.7, 0.7, 0.7])
      >>> curve = result.curves[0]
      >>> print(curve.predicted, curve.observed.round(2))
      [0.2 0.7] [0.33 0.67]
    """
    check_level(level)
    check_count(bins, "bins")
    y, p = as_numbers(y, "y").astype(float), as_numbers(prediction, "prediction").astype(float)
    if y.ndim != 1 or not len(y) or p.ndim not in (1, 2) or len(p) != len(y):
        raise InputError(
            f"y has shape {y.shape} and prediction has shape {p.shape}; pass one response and one "
            "prediction, or one probability per class, for each row."
        )
    check_finite(y, "y")
    check_finite(p, "prediction")
    kind = _kind(response, y, p)
    rows = sampled_rows(len(y), weights, groups)
    y, p = y[rows.used], p[rows.used]
    one, setting = ("binary" if kind == "categorical" else kind), (bins, groups is not None, level)
    if kind == "categorical":
        pairs = [(k, (y == k).astype(float), p[:, k]) for k in range(p.shape[1])]
    else:
        pairs = [(1, y, p)]
    curves = tuple(_curve(one, code, of, by, rows, *setting) for code, of, by in pairs)
    return Calibration(kind, curves, level, OF_BINS[one])


def quantile_bins(prediction: np.ndarray, weights: np.ndarray, bins: int) -> np.ndarray:
    """(rows,) the numbers 0, 1, ... of bins of about equal weight; equal predictions share one.

    Example:
      >>> quantile_bins(np.array([0.1, 0.2, 0.2, 0.9]), np.ones(4), 2)
      array([0, 1, 1, 1])
    """
    values, place = np.unique(prediction, return_inverse=True)
    if len(values) <= bins:
        return place
    mass = np.bincount(place, weights)
    middle = (np.cumsum(mass) - mass / 2) / mass.sum()
    number = np.minimum((bins * middle).astype(int), bins - 1)
    return np.unique(number, return_inverse=True)[1][place]


def _kind(response: str | None, y: np.ndarray, p: np.ndarray) -> str:
    """The kind of response, if y and the predictions are of it."""
    if response is not None:
        check_name(response, "response", KINDS)
    within = p.min() >= 0 and p.max() <= 1
    kind = response
    if kind is None:
        zero_or_one = within and np.isin(y, (0, 1)).all()
        kind = "categorical" if p.ndim == 2 else "binary" if zero_or_one else "quantitative"
    if (kind == "categorical") != (p.ndim == 2):
        raise InputError(
            f"prediction has shape {p.shape} for a {kind} response; pass (rows, classes) for a "
            "categorical response and (rows,) for any other."
        )
    if kind in ("binary", "categorical"):
        if not within:
            bad = p.min() if p.min() < 0 else p.max()
            raise InputError(f"prediction has the value {bad:g}; pass probabilities from 0 to 1.")
        codes = np.arange(2 if kind == "binary" else p.shape[1])
        wrong = y[~np.isin(y, codes)]
        if len(wrong):
            raise InputError(
                f"y has the value {wrong[0]:g}; a {kind} response takes the class codes 0 to "
                f"{codes[-1]}."
            )
    if kind == "count" and (y.min() < 0 or p.min() < 0):
        raise InputError("y or prediction has a number below 0; counts are at least 0.")
    return kind


def _curve(
    kind: str,
    code: int,
    y: np.ndarray,
    p: np.ndarray,
    rows: Rows,
    bins: int,
    grouped: bool,
    level: float,
) -> CalibrationCurve:
    place = quantile_bins(p, rows.weights, bins)
    number = np.bincount(place)
    mass = np.bincount(place, rows.weights)
    predicted = np.bincount(place, rows.weights * p) / mass
    observed = np.bincount(place, rows.weights * y) / mass
    ends = np.empty((2, len(number)))
    spread = np.empty(len(number))
    order = np.argsort(place, kind="stable")
    for k, members in enumerate(np.split(order, np.cumsum(number)[:-1])):
        part = _part(rows, members)
        ends[:, k] = _ends(kind, y[members], observed[k], part, grouped, level)
        spread[k] = _spread(kind, y[members], p[members], part)
    share = mass / mass.sum()
    intercept, slope = intercept_and_slope(kind, y, p, rows, level)
    return CalibrationCurve(
        code,
        predicted,
        observed,
        *ends,
        rows=number,
        weight=share,
        intercept=intercept,
        slope=slope,
        expected_error=float(share @ np.abs(observed - predicted)),
        expected_by_chance=float(np.sqrt(2 / np.pi) * (share @ spread)),
        predictions=np.sort(p),
    )


def _part(rows: Rows, members: np.ndarray) -> Rows:
    """Some of the rows as a sample."""
    codes = np.unique(rows.groups[members], return_inverse=True)[1]
    of_groups = np.bincount(codes, rows.weights[members])
    size = of_groups.sum() ** 2 / np.square(of_groups).sum()
    return Rows(np.ones(len(members), bool), rows.weights[members], codes, float(size))


def _error(y: np.ndarray, mean: float, part: Rows) -> float:
    """The standard error of the mean of a bin."""
    return standard_error(part.weights * (y - mean) / part.weights.sum(), part.groups)


def _ends(
    kind: str, y: np.ndarray, mean: float, part: Rows, grouped: bool, level: float
) -> tuple[float, float]:
    """The ends of the interval of the mean of a bin."""
    error = _error(y, mean, part)
    if kind == "quantitative":
        half = t_quantile(part.size, level) * error
        return mean - half, mean + half
    n = float(part.weights.sum() ** 2 / np.square(part.weights).sum())
    variance = mean * (1 - mean) if kind == "binary" else mean
    count = part.groups.max() + 1
    independent = variance / (error**2 * (count - 1) / count) if error > 0 else part.size
    if grouped:
        n = independent
    elif kind == "count":
        n = min(n, independent)
    return wilson(mean, n, level) if kind == "binary" else _poisson(mean, n, level)


def _poisson(mean: float, n: float, level: float) -> tuple[float, float]:
    """The ends of the exact interval of the mean of n counts (Garwood 1936)."""
    from scipy import stats

    lower = stats.chi2.ppf((1 - level) / 2, 2 * n * mean) if mean > 0 else 0.0
    upper = stats.chi2.ppf((1 + level) / 2, 2 * n * mean + 2)
    return float(lower / (2 * n)), float(upper / (2 * n))


def _spread(kind: str, y: np.ndarray, p: np.ndarray, part: Rows) -> float:
    """The standard error of the mean of y - p in a bin if the prediction were calibrated."""
    if kind != "binary":
        left = y - p
        error = _error(left, float(np.average(left, weights=part.weights)), part)
        return error if np.isfinite(error) else 0.0
    masses = np.bincount(part.groups, part.weights)
    variances = np.bincount(part.groups, part.weights * p * (1 - p)) / masses
    return float(np.sqrt(np.square(masses) @ variances) / masses.sum())
