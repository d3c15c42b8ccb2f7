"""How does the prediction change with one predictor?

Vary x_j over a grid and hold the others, x_C, fixed (lecture 11, "Unboxing the black box"):

    at a centre            f(x, c_C)          c the mean, median or most common value
    at every observed row  f(x, x_iC)         individual conditional expectation, one curve per row
    averaged over rows     mean_i f(x, x_iC)  partial dependence (Friedman 2001)

In each result the grid takes the place of the rows in the predictions. A replicate axis stays in
front, and `jaxnn.interval` along it gives the pointwise band over refits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_finite,
    is_whole,
    unknown_name,
)
from jaxnn.inspection.black_box import BlackBox, Predict, black_box, check_matrix
from jaxnn.tables import Column

Center = Literal["mean", "median", "mode"]
CENTERS: tuple[str, ...] = get_args(Center)


def _check_feature(feature: Any, X: np.ndarray) -> int:
    if not is_whole(feature):
        raise InputTypeError(
            f"feature is {feature!r}; pass the number of a column of X "
            "(jaxnn.tables.column_index finds it by name)."
        )
    if not -X.shape[1] <= feature < X.shape[1]:
        raise InputError(f"feature is {feature}; X has the columns 0 to {X.shape[1] - 1}.")
    return int(feature) % X.shape[1]


def _check_grid(grid: Any) -> np.ndarray:
    try:
        grid = np.asarray(grid)
    except ValueError:
        raise InputError("grid has rows of different lengths; pass a list of numbers.") from None
    if grid.ndim != 1 or len(grid) == 0 or grid.dtype.kind not in "fiub":
        raise InputError(
            f"grid has shape {grid.shape} and holds {grid.dtype} values; pass a list of numbers."
        )
    if not np.isfinite(grid).all():
        raise InputError(f"grid holds {grid[~np.isfinite(grid)][0]}; pass finite numbers.")
    return grid


def grid_for(
    X: Any,
    feature: int,
    resolution: int = 100,
    percentiles: tuple[float, float] = (0.05, 0.95),
) -> np.ndarray:
    """Values of a predictor at which to evaluate its curve.

    Args:
      X: (n, p).
      feature: column of X.
      resolution: the largest number of values, at least 2.
      percentiles: the quantiles between which the grid extends, as fractions; (0, 1) takes it
        from the least to the largest value.

    Returns:
      (g,). The distinct observed values if there are fewer than `resolution`; otherwise
      `resolution` equally spaced values between the two quantiles by Cunnane's rule (order
      statistic at 0.4 + q (n + 0.2), as in `scipy.stats.mquantiles` and scikit-learn), not NumPy's
      default.

    Raises:
      InputError: X is not finite, a resolution below 2, or percentiles that are not
        0 <= lower < upper <= 1 or coincide.
      InputTypeError: `feature` or `resolution` is not a whole number, or X does not hold numbers.

    Example:
      >>> X = np.array([[0.0, 1], [1.0, 0], [4.0, 1]])
      >>> grid_for(X, 0, resolution=3, percentiles=(0, 1))
      array([0., 2., 4.])
      >>> grid_for(X, 1)
      array([0., 1.])
    """
    X = check_matrix(X)
    values = np.sort(X[:, _check_feature(feature, X)])
    check_count(resolution, "resolution", least=2)
    ends = np.asarray(percentiles)
    if ends.shape != (2,) or ends.dtype.kind not in "fiu" or not 0 <= ends[0] < ends[1] <= 1:
        raise InputError(
            f"percentiles is {percentiles}; pass two increasing fractions between 0 and 1."
        )
    distinct = np.unique(values)
    if len(distinct) < resolution:
        return distinct
    places = 0.4 + ends * (len(values) + 0.2) - 1
    ends = np.interp(places, np.arange(len(values)), values)
    if ends[0] == ends[1]:
        raise InputError(
            f"percentiles is {percentiles}, and column {feature} has the value {ends[0]:g} at "
            "both; pass wider ones, or a grid of your own."
        )
    return np.linspace(ends[0], ends[1], resolution)


def center_of(
    X: Any, center: Center = "mean", columns: Sequence[Column] | None = None
) -> np.ndarray:
    """One typical row of X.

    Args:
      X: (n, p).
      center: "mean", "median" or "mode" (the most common value; the least of several).
      columns: descriptions of the columns; a binary or categorical one takes its most common
        value, since a mean of codes is not a code. None takes all columns as numeric.

    Returns:
      (p,), in the dtype of X.

    Raises:
      InputError, InputTypeError: an unknown center, or columns that do not fit X.

    Example:
      >>> columns = (Column("age", "numeric"), Column("sex", "binary", ("f", "m")))
      >>> center_of([[40.0, 0], [50.0, 1], [60.0, 1]], "mean", columns)
      array([50.,  1.])
    """
    X = check_matrix(X)
    if center not in CENTERS:
        raise unknown_name("center", center, CENTERS)
    if columns is not None and not (
        isinstance(columns, Sequence) and all(hasattr(column, "kind") for column in columns)
    ):
        raise InputTypeError(
            f"columns is a {type(columns).__name__}; pass the columns of a table, table.columns."
        )
    if columns is not None and len(columns) != X.shape[1]:
        raise InputError(
            f"columns has {len(columns)} entries; pass one for each of the {X.shape[1]} columns "
            "of X."
        )
    summaries = {"mean": np.mean, "median": np.median, "mode": _mode}
    kinds = ["numeric"] * X.shape[1] if columns is None else [column.kind for column in columns]
    return np.array(
        [
            summaries[center](values) if kind == "numeric" else _mode(values)
            for values, kind in zip(X.T, kinds, strict=True)
        ],
        X.dtype,
    )


def _mode(values: np.ndarray) -> Any:
    distinct, counts = np.unique(values, return_counts=True)
    return distinct[counts.argmax()]


def profile_at(
    predict: Predict,
    X: Any,
    feature: int,
    grid: Any,
    center: Center | Sequence[float] = "mean",
    *,
    columns: Sequence[Column] | None = None,
) -> np.ndarray:
    """The prediction along a grid of one predictor, with the others held at a centre.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p), the rows whose centre is taken.
      feature: column to vary.
      grid: (g,) values of that column.
      center: "mean", "median", "mode", or the (p,) values themselves.
      columns: as in `center_of`.

    Returns:
      (g,) or (g, outputs), with a leading (replicates,) if `predict` has one. A JAX function is
      compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[0.0, 1.0], [2.0, 3.0]])
      >>> profile_at(lambda X: X[:, 0] * X[:, 1], X, 0, [0.0, 1.0, 2.0])
      array([0., 2., 4.])
    """
    X = check_matrix(X)
    feature, grid = _check_feature(feature, X), _check_grid(grid)
    if isinstance(center, str):
        typical = center_of(X, center, columns)
    else:
        typical = as_numbers(center, "center").astype(X.dtype)
        check_finite(typical, "center")
        if typical.shape != (X.shape[1],):
            raise InputError(
                f"center has shape {typical.shape}; pass {X.shape[1]} values, one per column of X."
            )
    rows = np.repeat(typical[None], len(grid), axis=0)
    rows[:, feature] = grid
    return black_box(predict, X).evaluate(rows)


def individual_conditional_expectation(
    predict: Predict, X: Any, feature: int, grid: Any
) -> np.ndarray:
    """The prediction of every row along a grid of one predictor: one curve per row.

    Goldstein et al. 2015, "Peeking inside the black box".

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows at which the other predictors are held.
      feature: column to vary.
      grid: (g,) values of that column.

    Returns:
      (n, g) or (n, g, outputs), with a leading (replicates,) if `predict` has one. These are
      replicates x n x g numbers, so pass fewer rows if memory is short; `partial_dependence` never
      holds them all. A JAX function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[0.0, 1.0], [2.0, 3.0]])
      >>> individual_conditional_expectation(lambda X: X[:, 0] * X[:, 1], X, 0, [0.0, 1.0, 2.0])
      array([[0., 1., 2.],
             [0., 3., 6.]])
    """
    box, X, feature, grid = _checked(predict, X, feature, grid)
    curves = [_predict_at(box, X, feature, value) for value in grid]
    return np.stack(curves, axis=box.rows_axis + 1)


def partial_dependence(
    predict: Predict, X: Any, feature: int, grid: Any, weights: Any = None
) -> np.ndarray:
    """The average of the individual curves: sum_i w_i f(x, x_iC) / sum_i w_i.

    Friedman 2001, "Greedy function approximation", section 8.2.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows to average over.
      feature: column to vary.
      grid: (g,) values of that column.
      weights: (n,) weights of the rows, at least 0; None gives all the same weight.

    Returns:
      (g,) or (g, outputs), with a leading (replicates,) if `predict` has one. A JAX function is
      compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[0.0, 1.0], [2.0, 3.0]])
      >>> partial_dependence(lambda X: X[:, 0] * X[:, 1], X, 0, [0.0, 1.0, 2.0])
      array([0., 2., 4.])
    """
    box, X, feature, grid = _checked(predict, X, feature, grid)
    if weights is not None:
        weights = np.asarray(weights)
        usable = weights.dtype.kind in "fiub" and weights.shape == (len(X),)
        if not (usable and (weights >= 0).all() and 0 < weights.sum() < np.inf):
            raise InputError(
                f"weights has shape {weights.shape}; pass {len(X)} numbers of at least 0, "
                "one per row, not all zero."
            )
    averages = [
        np.average(_predict_at(box, X, feature, value), axis=box.rows_axis, weights=weights)
        for value in grid
    ]
    return np.stack(averages, axis=box.rows_axis)


def centered(ice: Any) -> np.ndarray:
    """Individual curves as changes from the first grid value: f(x, x_iC) - f(x_first, x_iC).

    Goldstein et al. 2015, section 3.

    Args:
      ice: (n, g), or (replicates, n, g), with the grid along the last axis.

    Returns:
      The same shape; zero at the first grid value. Not compiled.

    Raises:
      InputError: no grid.
      InputTypeError: `ice` does not hold numbers.

    Example:
      >>> centered([[1.0, 2.0, 4.0]])
      array([[0., 1., 3.]])
    """
    ice = as_numbers(ice, "ice")
    if ice.ndim < 1 or ice.shape[-1] == 0:
        raise InputError(
            f"ice has shape {ice.shape}; pass curves with the grid along the last axis."
        )
    return ice - ice[..., :1]


def _checked(
    predict: Predict, X: Any, feature: Any, grid: Any
) -> tuple[BlackBox, np.ndarray, int, np.ndarray]:
    """The arguments of a curve over rows, once they are known to be usable."""
    X = check_matrix(X)
    return black_box(predict, X), X, _check_feature(feature, X), _check_grid(grid)


def _predict_at(box: BlackBox, X: np.ndarray, feature: int, value: float) -> np.ndarray:
    """Predictions of all rows with one predictor set to a value."""
    moved = X.copy()
    moved[:, feature] = value
    return box.evaluate(moved)
