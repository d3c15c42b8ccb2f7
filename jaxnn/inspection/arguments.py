"""What do the functions of this package accept? Matrices, their columns and rows, and grids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence, Sized
from typing import Any

import jax.numpy as jnp
import numpy as np

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_finite,
    check_memory,
    is_whole,
    shown,
    unknown_name,
)
from jaxnn.tables import Column


def check_matrix(X: Any) -> np.ndarray:
    """X as a NumPy matrix of finite floats with at least one row.

    Raises:
      InputError, InputTypeError: anything else.
    """
    X = as_numbers(X, "X")
    if X.ndim != 2 or 0 in X.shape:
        raise InputError(
            f"X has shape {X.shape}; pass a matrix (rows, predictors) with at least one row."
        )
    X = X.astype(X.dtype.newbyteorder("="), copy=False)
    # A grid value must not be rounded to an integer, nor overflow in half precision.
    X = X.astype(float) if X.dtype.kind in "iub" or X.dtype.itemsize < 4 else X
    check_finite(X, "X")
    return X


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


def check_feature(
    feature: Any,
    X: np.ndarray,
    columns: Sequence[Column] | None = None,
    argument: str = "feature",
) -> int:
    """The number of a column of X, counted from the left.

    Args:
      feature: that number, negative from the right, or the column's name if `columns` are given.
      X: (n, p).
      columns: descriptions of the columns of X, or None.
      argument: what the caller calls the feature.

    Raises:
      InputError, InputTypeError: X has no such column.
    """
    check_columns(columns, X)
    if isinstance(feature, str) and columns is not None:
        names = [column.name for column in columns]
        if feature not in names:
            raise unknown_name(argument, feature, names)
        return names.index(feature)
    if not is_whole(feature):
        raise InputTypeError(
            f"{argument} is {shown(feature)}; pass the number of a column of X"
            + (
                ", or its name."
                if columns is not None
                else " (jaxnn.tables.column_index finds it by name)."
            )
        )
    if not -X.shape[1] <= feature < X.shape[1]:
        raise InputError(
            f"{argument} is {shown(feature)}; X has the columns 0 to {X.shape[1] - 1}."
        )
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
    levels = () if column is None else column.levels
    if levels and isinstance(grid, list | tuple | np.ndarray) and np.ndim(grid) == 1:
        entries = np.asarray(grid, object).tolist()
        if any(isinstance(entry, str) for entry in entries):
            return np.array([_code(entry, levels, argument) for entry in entries], float)
    values = as_numbers(grid, argument)
    if values.ndim != 1 or len(values) == 0:
        raise InputError(f"{argument} has shape {values.shape}; pass a list of numbers.")
    finite = np.abs(values.astype(float)) <= np.finfo(jnp.result_type(float)).max
    if not finite.all():
        raise InputError(f"{argument} holds {values[~finite][0]:g}; pass finite numbers.")
    unseen = ~np.isin(values, np.arange(len(levels)))
    if levels and unseen.any():
        raise InputError(
            f"{argument} holds {values[unseen][0]:g}, which is no level of the column; pass codes "
            f"from 0 to {len(levels) - 1}, or names of levels."
        )
    return values


def _code(level: Any, levels: tuple[str, ...], argument: str) -> int:
    if not (isinstance(level, str) and level in levels):
        raise unknown_name(f"a level in {argument}", level, levels)
    return levels.index(level)


def row_numbers(rows: Any, X: np.ndarray, argument: str = "rows") -> np.ndarray:
    """The numbers (m,) of chosen rows of X, counted from the first, in the order given.

    Args:
      rows: their numbers, negative from the last row, at least one; a slice; or (n,) bool.
      X: (n, p).
      argument: what the caller calls the rows.

    Raises:
      InputError, InputTypeError: anything else, or a row that X does not have.
    """
    every = np.arange(len(X))
    wanted = f"pass a list of row numbers of X, from 0 to {len(X) - 1}"
    if isinstance(rows, slice):
        try:
            numbers = every[rows]
        except TypeError:  # such as slice("a", None)
            raise InputTypeError(f"{argument} is {shown(rows)}; {wanted}.") from None
    else:
        given = as_numbers(rows, argument)
        if given.dtype.kind == "f" and given.size:
            raise InputTypeError(f"{argument} is {shown(rows)}; {wanted}.")
        if given.dtype.kind == "b":
            fits = given.shape == every.shape
        else:
            fits = given.ndim == 1 and bool(((given >= -len(X)) & (given < len(X))).all())
        if not fits:
            raise InputError(f"{argument} is {shown(rows)}; {wanted}.")
        numbers = every[given if given.dtype.kind == "b" else given.astype(int)]
    if not len(numbers):
        raise InputError(f"{argument} is {shown(rows)}, which is no row; {wanted}.")
    return numbers


def as_list(values: Any, argument: str, wanted: str) -> list[Any]:
    """The entries of a list, tuple or array, or of anything that can be gone through once.

    Args:
      values: what the caller passed.
      argument: its name, for the sentence.
      wanted: what is accepted, for the sentence.

    Raises:
      InputTypeError: text, or anything that has no entries.
      InputError: masked values, or more than memory holds.
    """
    if np.ma.is_masked(values):
        raise InputError(f"{argument} is {shown(values)} with masked values; pass {wanted}.")
    if not isinstance(values, str | bytes | dict | set) and isinstance(values, Iterable):
        if isinstance(values, Sized) and getattr(values, "shape", None) != ():
            check_memory(64 * len(values), argument, values, f"pass {wanted}")
        try:
            return list(values)
        except TypeError:  # an array without axes, or a class
            pass
    raise InputTypeError(f"{argument} is {shown(values)}; pass {wanted}.")


def check_rows_axis(rows_axis: Any) -> None:
    """Refuse what is not the axis of the rows in predictions: 0, or 1 after a replicate axis.

    Raises:
      InputError, InputTypeError: anything else.
    """
    wanted = "pass 0, or 1 if there is a replicate axis before the rows"
    if not is_whole(rows_axis):
        raise InputTypeError(f"rows_axis is {shown(rows_axis)}; {wanted}.")
    if rows_axis not in (0, 1):
        raise InputError(f"rows_axis is {shown(rows_axis)}; {wanted}.")


def answer_of(function: Callable[..., Any], argument: str, *arrays: np.ndarray) -> Any:
    """What a function of the user answers; that it cannot take such arrays is said in a sentence.

    Args:
      function: a black box, a score or a loss.
      argument: what the caller calls it.
      arrays: what it is called with.

    Raises:
      InputError: it raises an error of a type that a wrong argument gives; others pass unchanged.
    """
    try:
        return function(*arrays)
    except InputError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        told = re.split(r"[.!?] [A-Z]", " ".join(str(error).split()))[0].rstrip(".")
        told = told if len(told) <= 160 else f"{told[:157]}..."
        shapes = " and ".join(f"{array.dtype} {array.shape}" for array in arrays)
        raise InputError(
            f"{argument} raises {type(error).__name__} ({told}) for arrays {shapes}; pass a "
            "function of such arrays."
        ) from error
