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
    InputTypeError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    is_whole,
    unknown_name,
)
from jaxnn.inspection.black_box import check_matrix
from jaxnn.inspection.quantiles import cunnane_quantiles
from jaxnn.tables import Column

Center = Literal["mean", "median", "mode"]
CENTERS: tuple[str, ...] = get_args(Center)


def check_feature(feature: Any, X: np.ndarray, columns: Sequence[Column] | None = None) -> int:
    """The number of a column of X, counted from the left.

    Args:
      feature: that number, negative from the right, or the column's name if `columns` are given.
      X: (n, p).
      columns: descriptions of the columns of X, or None.

    Raises:
      InputError, InputTypeError: X has no such column.
    """
    check_columns(columns, X)
    if isinstance(feature, str) and columns is not None:
        names = [column.name for column in columns]
        if feature not in names:
            raise unknown_name("feature", feature, names)
        return names.index(feature)
    if not is_whole(feature):
        raise InputTypeError(
            f"feature is {feature!r}; pass the number of a column of X"
            + (
                ", or its name."
                if columns is not None
                else " (jaxnn.tables.column_index finds it by name)."
            )
        )
    if not -X.shape[1] <= feature < X.shape[1]:
        raise InputError(f"feature is {feature}; X has the columns 0 to {X.shape[1] - 1}.")
    return int(feature) % X.shape[1]


def check_grid(grid: Any, column: Column | None = None, argument: str = "grid") -> np.ndarray:
    """The values at which a predictor is set, in the order given.

    Args:
      grid: (g,) numbers, or names of levels if the column has levels.
      column: the description of the predictor, or None for a numeric one.
      argument: what the caller calls the grid.

    Returns:
      (g,) numbers: for a column with levels, their codes.

    Raises:
      InputError: no values, values that are not finite numbers, or a level that the column lacks.
    """
    try:
        values = np.asarray(grid)
    except ValueError:
        raise InputError(
            f"{argument} has rows of different lengths; pass a list of numbers."
        ) from None
    levels = () if column is None else column.levels
    if levels and values.ndim == 1 and values.dtype.kind in "UO":
        return np.array([_code(value, levels, argument) for value in values.tolist()], float)
    if values.ndim != 1 or len(values) == 0 or values.dtype.kind not in "fiub":
        raise InputError(
            f"{argument} has shape {values.shape} and holds {values.dtype} values; pass a list of "
            "numbers."
        )
    if not np.isfinite(values).all():
        raise InputError(
            f"{argument} holds {values[~np.isfinite(values)][0]}; pass finite numbers."
        )
    unseen = ~np.isin(values, np.arange(len(levels)))
    if levels and unseen.any():
        raise InputError(
            f"{argument} holds {values[unseen][0]:g}, which is no level of the column; pass codes "
            f"from 0 to {len(levels) - 1}, or names of levels."
        )
    return values


def _code(level: Any, levels: tuple[str, ...], argument: str) -> int:
    if level not in levels:
        raise unknown_name(f"a level in {argument}", level, levels)
    return levels.index(level)


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
    ends = np.asarray(percentiles)
    if ends.shape != (2,) or ends.dtype.kind not in "fiu" or not 0 <= ends[0] < ends[1] <= 1:
        raise InputError(
            f"percentiles is {percentiles}; pass two increasing fractions between 0 and 1."
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
            f"percentiles is {percentiles}, and column {feature} has the value {ends[0]:g} at "
            "both; pass wider ones, or a grid of your own."
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
    if center not in CENTERS:
        raise unknown_name("center", center, CENTERS)
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


def check_columns(columns: Any, X: np.ndarray) -> None:
    """Refuse descriptions that are not one `Column` per column of X; None is accepted.

    Raises:
      InputError, InputTypeError: anything else.
    """
    if columns is None:
        return
    if not (isinstance(columns, Sequence) and all(hasattr(column, "kind") for column in columns)):
        raise InputTypeError(
            f"columns is a {type(columns).__name__}; pass the columns of a table, table.columns."
        )
    if len(columns) != X.shape[1]:
        raise InputError(
            f"columns has {len(columns)} entries; pass one for each of the {X.shape[1]} columns "
            "of X."
        )


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
