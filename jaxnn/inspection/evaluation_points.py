"""Where is a curve evaluated? On a grid of one predictor, with the others held at a centre.

grid      equally spaced between two quantiles, the distinct values if they are few, all levels of
          a coded column, or any values given; outside the observed values it extrapolates
centre    mean, median or most common value of each predictor, a level for a coded column
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

from jaxnn.errors import (
    InputError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_name,
    shown,
)
from jaxnn.inspection.arguments import check_columns, check_feature, check_grid, check_matrix
from jaxnn.inspection.quantiles import cunnane_quantiles
from jaxnn.tables import Column

Center = Literal["mean", "median", "mode"]
CENTERS: tuple[str, ...] = get_args(Center)


def is_extrapolated(X: Any, feature: Any, grid: Any, columns: Any = None) -> np.ndarray:
    """Which values of a grid lie outside what has been observed.

    Args:
      X: (n, p), the observed rows.
      feature: column of X.
      grid: (g,) values of that column.
      columns: descriptions of the columns of X; None takes all of them as numeric.

    Returns:
      (g,) bool: below the least or above the greatest observed value; for a column with levels, a
      level of which there is no row.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> is_extrapolated([[1.0], [3.0]], 0, [0.0, 2.0, 4.0])
      array([ True, False,  True])
    """
    X = check_matrix(X)
    feature = check_feature(feature, X, columns)
    column = None if columns is None else columns[feature]
    grid, values = check_grid(grid, column), X[:, feature]
    if column is not None and column.levels:
        return ~np.isin(grid, values)
    return (grid < values.min()) | (grid > values.max())


def grid_for(
    X: Any,
    feature: int | str,
    resolution: int = 100,
    percentiles: tuple[float, float] = (0.05, 0.95),
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> np.ndarray:
    """Values of a predictor at which to evaluate its curve.

    Args:
      X: (n, p).
      feature: column of X, by its number, or by its name if `columns` are given.
      resolution: the largest number of values, at least 2.
      percentiles: the quantiles between which the grid extends, as fractions; (0, 1) takes it
        from the least to the largest value.
      columns: descriptions of the columns of X; None takes all of them as numeric.
      weights: (n,) weights of the rows, at least 0: a row of weight two is that row twice, and one
        of weight zero is left out. None gives all the same weight.

    Returns:
      (g,). The codes 0..k-1 of all levels of a column that has levels, however many. Otherwise
      the distinct observed values if there are fewer than `resolution`, and else `resolution`
      equally spaced values between the two quantiles by Cunnane's rule, as in scikit-learn (see
      `jaxnn.inspection.quantiles`).

    Raises:
      InputError: X is not finite, a resolution below 2, or percentiles that are not
        0 <= lower < upper <= 1 or coincide, or columns or weights that do not fit X.
      InputTypeError: `feature` or `resolution` is not a whole number, or X does not hold numbers.

    Example:
      >>> X = np.array([[0.0, 1], [1.0, 0], [4.0, 1]])
      >>> grid_for(X, 0, resolution=3, percentiles=(0, 1))
      array([0., 2., 4.])
      >>> grid_for(X, 1)
      array([0., 1.])
    """
    X = check_matrix(X)
    feature = check_feature(feature, X, columns)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    check_count(resolution, "resolution", least=2)
    ends = as_numbers(percentiles, "percentiles")
    if ends.shape != (2,) or ends.dtype.kind == "b" or not 0 <= ends[0] < ends[1] <= 1:
        raise InputError(
            f"percentiles is {shown(percentiles)}; pass two increasing fractions between 0 and 1."
        )
    if columns is not None and columns[feature].levels:
        return np.arange(len(columns[feature].levels), dtype=float)
    values, w = X[w > 0, feature], w[w > 0]
    distinct = np.unique(values)
    if len(distinct) < resolution:
        return distinct
    ends = cunnane_quantiles(values, w, ends)
    if ends[0] == ends[1]:
        raise InputError(
            f"percentiles is {shown(percentiles)}, and column {feature} has the value "
            f"{ends[0]:g} at both; pass wider ones, or a grid of your own."
        )
    return np.linspace(ends[0], ends[1], resolution)


def center_of(
    X: Any,
    center: Center = "mean",
    columns: Sequence[Column] | None = None,
    *,
    weights: Any = None,
) -> np.ndarray:
    """One typical row of X.

    Args:
      X: (n, p).
      center: "mean", "median" or "mode" (the most common value; the least of several).
      columns: descriptions of the columns. A mean of codes is not a code, so a binary or
        categorical column takes its most common level, and an ordinal one, unless `center` is
        "mode", the level in the middle (the lower of two). None takes all columns as numeric.
      weights: (n,) weights of the rows, at least 0: a row of weight two is that row twice. None
        gives all the same weight.

    Returns:
      (p,), in the dtype of X.

    Raises:
      InputError, InputTypeError: an unknown center, or columns or weights that do not fit X.

    Example:
      >>> columns = (Column("age", "numeric"), Column("sex", "binary", ("f", "m")))
      >>> center_of([[40.0, 0], [50.0, 1], [60.0, 1]], "mean", columns)
      array([50.,  1.])
    """
    X = check_matrix(X)
    check_name(center, "center", CENTERS)
    check_columns(columns, X)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    present = w > 0
    summaries = [center] * X.shape[1] if columns is None else [_center(c, center) for c in columns]
    return np.array(
        [
            _SUMMARIES[summary](values, w[present])
            for values, summary in zip(X[present].T, summaries, strict=True)
        ],
        X.dtype,
    )


def typical_row(
    X: np.ndarray,
    center: Center | Sequence[float],
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> np.ndarray:
    """The row (p,) at which a profile holds the predictors: a centre, or the values themselves.

    Raises:
      InputError, InputTypeError: as `center_of`, or values that are not p finite numbers.
    """
    if isinstance(center, str):
        return center_of(X, center, columns, weights=weights)
    typical = as_numbers(center, "center").astype(X.dtype)
    check_finite(typical, "center")
    if typical.shape != (X.shape[1],):
        raise InputError(
            f"center has shape {typical.shape}; pass {X.shape[1]} values, one per column of X."
        )
    return typical


def _center(column: Column, center: str) -> str:
    """Which summary of a column is one of its values."""
    if not column.levels:
        return center
    return "middle" if column.kind == "ordinal" and center != "mode" else "mode"


def _mode(values: np.ndarray, weights: np.ndarray) -> Any:
    distinct, place = np.unique(values, return_inverse=True)
    return distinct[np.bincount(place.ravel(), weights).argmax()]


def _middle(values: np.ndarray, weights: np.ndarray) -> Any:
    """The lower median: the least value with at least half of the weight at or below it."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    return values[order][np.searchsorted(below, below[-1] / 2)]


def _median(values: np.ndarray, weights: np.ndarray) -> Any:
    """The mean of the lower and the upper median, which differ if half of the weight is below."""
    return (_middle(values, weights) - _middle(-values, weights)) / 2


_SUMMARIES = {
    "mean": lambda values, weights: np.average(values, weights=weights),
    "median": _median,
    "middle": _middle,
    "mode": _mode,
}
