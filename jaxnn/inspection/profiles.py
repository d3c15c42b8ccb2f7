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

from jaxnn.errors import InputError, as_numbers, check_finite, check_name
from jaxnn.inspection.arguments import check_feature, check_grid, check_matrix, check_rows_axis
from jaxnn.inspection.black_box import BlackBox, Predict, black_box
from jaxnn.inspection.evaluation_points import Center, typical_row
from jaxnn.inspection.row_averages import row_averages, weighted_rows
from jaxnn.tables import Column

Origin = Literal["first", "mean"]
ORIGINS: tuple[str, ...] = get_args(Origin)


def profile_at(
    predict: Predict,
    X: Any,
    feature: int | str,
    grid: Any,
    center: Center | Sequence[float] = "mean",
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> np.ndarray:
    """The prediction along a grid of one predictor, with the others held at a centre.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p), the rows whose centre is taken.
      feature: column to vary, by its number, or by its name if `columns` are given.
      grid: (g,) values of that column, or names of its levels.
      center: "mean", "median", "mode", or the (p,) values themselves.
      columns, weights: as in `center_of`.

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
    feature, grid = _checked_axis(X, feature, grid, columns)
    typical = typical_row(X, center, columns, weights)
    rows = np.repeat(typical[None], len(grid), axis=0)
    rows[:, feature] = grid
    return black_box(predict, X).evaluate(rows)


def individual_conditional_expectation(
    predict: Predict,
    X: Any,
    feature: int | str,
    grid: Any,
    *,
    columns: Sequence[Column] | None = None,
) -> np.ndarray:
    """The prediction of every row along a grid of one predictor: one curve per row.

    Goldstein et al. 2015, "Peeking inside the black box".

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows at which the other predictors are held.
      feature: column to vary, by its number, or by its name if `columns` are given.
      grid: (g,) values of that column, or names of its levels.
      columns: descriptions of the columns of X; None takes all of them as numeric.

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
    box, X, feature, grid = _checked(predict, X, feature, grid, columns)
    return box.evaluate_with(X, feature, grid).swapaxes(box.rows_axis, box.rows_axis + 1)


def partial_dependence(
    predict: Predict,
    X: Any,
    feature: int | str,
    grid: Any,
    weights: Any = None,
    *,
    columns: Sequence[Column] | None = None,
) -> np.ndarray:
    """The average of the individual curves: sum_i w_i f(x, x_iC) / sum_i w_i.

    Friedman 2001, "Greedy function approximation", section 8.2.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows to average over.
      feature: column to vary, by its number, or by its name if `columns` are given.
      grid: (g,) values of that column, or names of its levels.
      weights: (n,) weights of the rows, at least 0; None gives all the same weight.
      columns: descriptions of the columns of X; None takes all of them as numeric.

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
    box, X, feature, grid = _checked(predict, X, feature, grid, columns)
    return row_averages(box, *weighted_rows(X, weights), feature, grid)


def centered(ice: Any, rows_axis: int | None = None, *, origin: Origin = "first") -> np.ndarray:
    """Individual curves as changes from where each of them starts, or from its own mean.

    first   f(x, x_iC) - f(x_first, x_iC)        Goldstein et al. 2015, section 3
    mean    f(x, x_iC) - mean_x f(x, x_iC)       over the grid's values

    Args:
      ice: curves as from `individual_conditional_expectation`: (n, g), (n, g, outputs),
        (replicates, n, g) or (replicates, n, g, outputs). Each output changes from its own value.
      rows_axis: the axis of the rows: 0, or 1 if there is a replicate axis before it, which three
        axes alone do not tell. None is 1 for four axes and 0 for fewer.
      origin: "first" or "mean".

    Returns:
      The same shape; zero at the first grid value, or with the mean zero. Not compiled.

    Raises:
      InputError: another number of axes, no curve, a value that is not finite, a rows_axis other
        than 0 and 1, or an unknown origin.
      InputTypeError: `ice` does not hold numbers.

    Example:
      >>> centered([[1.0, 2.0, 4.0]])
      array([[0., 1., 3.]])
    """
    ice = as_numbers(ice, "ice")
    check_finite(ice, "ice")
    if rows_axis is None:
        rows_axis = int(ice.ndim == 4)
    check_rows_axis(rows_axis)
    grid_axis = rows_axis + 1
    if ice.ndim - grid_axis not in (1, 2) or 0 in ice.shape:
        before = "replicates, " * rows_axis
        raise InputError(
            f"ice has shape {ice.shape}; pass curves ({before}rows, grid) or ({before}rows, grid, "
            "outputs)."
        )
    check_name(origin, "origin", ORIGINS)
    ice = ice.astype(float) if ice.dtype.kind in "iub" else ice
    if origin == "mean":
        return ice - ice.mean(axis=grid_axis, keepdims=True)
    return ice - ice.take([0], axis=grid_axis)


def _checked(
    predict: Predict, X: Any, feature: Any, grid: Any, columns: Sequence[Column] | None
) -> tuple[BlackBox, np.ndarray, int, np.ndarray]:
    """The arguments of a curve over rows, once they are known to be usable."""
    X = check_matrix(X)
    feature, grid = _checked_axis(X, feature, grid, columns)
    return black_box(predict, X), X, feature, grid


def _checked_axis(
    X: np.ndarray, feature: Any, grid: Any, columns: Sequence[Column] | None
) -> tuple[int, np.ndarray]:
    """The number of the column to vary and its values."""
    feature = check_feature(feature, X, columns)
    return feature, check_grid(grid, None if columns is None else columns[feature])
