"""How do arrays become a table?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxnn.errors import InputError, InputTypeError, check_memory, shown
from jaxnn.tables.building import build_table
from jaxnn.tables.number_formats import Given, check_marks, plain_numbers
from jaxnn.tables.raw_columns import (
    Levels,
    RawColumn,
    RawTable,
    RowPlaces,
    declared_texts,
    raw_column,
)
from jaxnn.tables.reader_arguments import Request, check_declarations
from jaxnn.tables.table import Table, check_names, is_list_of_texts


def from_arrays(
    X: Any,
    y: Any,
    *,
    names: Sequence[str] | None = None,
    response: str = "y",
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    missing: str = "refuse",
    response_kind: str | None = None,
    positive: Any = None,
    exclude: Sequence[str] | None = None,
    weights: str | None = None,
    groups: str | None = None,
    dates: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
) -> Table:
    """Make a table from a matrix of predictors and a vector of responses.

    All columns of X stay predictors; those that other readers leave out, such as row numbers, are
    noted.

    Args:
      X: (n, p) numbers, or texts, or both as an array of objects or a list of lists; masked values
        of a masked array are missing.
      y: (n,) numbers or texts.
      names: names of the p predictors; None calls them x1, x2, ...
      response: name of the response.
      kinds, missing, response_kind, positive, exclude, weights, groups, dates: as for `read_csv`;
        NaN and None are missing. Weights and groups are columns of X.
      decimal, thousands: as for `read_csv`, for numbers that are text, such as "3,14".
      levels: as for `read_csv`, except that a list of levels for a column of numbers names its
        codes 0..k-1, as in `Table.X`. For other numbers, pass a mapping: {1: "up", 2: "down"}.

    Returns:
      A `Table`.

    Raises:
      InputError, InputTypeError: as `read_csv`, with rows counted from 0, or for shapes that do
        not fit.

    Example:
      >>> table = from_arrays([[40, "a"], [50, "b"], [60, "c"]], [1.5, 2.5, 0.5])
      >>> table.X
      array([[40.,  0.],
             [50.,  1.],
             [60.,  2.]])
      >>> table.columns[1]
      Column(name='x2', kind='categorical', levels=('a', 'b', 'c'))
    """
    if hasattr(X, "columns"):
        raise InputTypeError(f"X is a {type(X).__name__}; pass it to from_dataframe.")
    if not isinstance(response, str) or not response:
        raise InputTypeError(f"response is {shown(response)}; pass a name as text.")
    check_marks(decimal, thousands)
    check_declarations(kinds, levels)
    matrix, vector = _array("X", X, 2), _array("y", y, 1)
    if len(matrix) != len(vector):
        raise InputError(
            f"y has {len(vector)} values, but X has {len(matrix)} rows; pass one value per row."
        )
    if names is None:
        names = [f"x{number}" for number in range(1, matrix.shape[1] + 1)]
    elif not is_list_of_texts(names):
        raise InputTypeError(f"names is {shown(names)}; pass a list of texts.")
    if len(names) != matrix.shape[1]:
        raise InputError(
            f"names has {len(names)} entries, but X has {matrix.shape[1]} columns; pass one name "
            "per column."
        )
    names = [str(name) for name in names]  # the repr of NumPy's text is np.str_('...')
    everything = [*names, response]
    where = RowPlaces("row", range(len(vector)))
    check_names(everything, "names")
    declared = levels if isinstance(levels, Mapping) else {}
    columns = [
        raw_column(name, values, where, declared_texts(declared.get(name)))
        for name, values in zip(everything, [*matrix.T, vector], strict=True)
    ]
    if declared:
        known = dict(zip(everything, columns, strict=True))
        levels = {name: _codes(known.get(name), given) for name, given in declared.items()}
    request = Request(
        response,
        None,
        kinds,
        levels,
        missing,
        response_kind,
        positive,
        exclude,
        weights,
        groups,
        dates,
        keeps_suspects=True,
    )
    all_kinds = {**request.declared_kinds(), **dict.fromkeys(declared, "categorical")}
    given = Given(decimal, thousands)
    columns, notes = plain_numbers(columns, where, all_kinds, given=given)
    raw = RawTable(tuple(everything), tuple(columns), where, "X, y", tuple(notes))
    return build_table(request, raw)


def _array(argument: str, values: Any, dimensions: int) -> np.ndarray:
    """The values as a NumPy array, of numbers or of the objects that were given."""
    if np.ma.is_masked(values):
        masked = np.ma.getmaskarray(values)
        values = np.array(values, dtype=object)
        values[masked] = None
    if isinstance(values, np.ndarray):
        check_memory(8 * values.size, argument, values, "pass fewer numbers")
    try:
        # In one array of numbers or text, None would become a word and a long identifier a float.
        array = np.asarray(values, dtype=None if hasattr(values, "__array__") else object)
    except ValueError:
        array = np.empty(0, dtype=object)
    except TypeError:  # such as keys of JAX
        raise InputTypeError(f"{argument} is {shown(values)}; pass numbers or texts.") from None
    ragged = array.ndim == 1 and any(isinstance(row, list | tuple) for row in array.tolist())
    if (array.shape == (0,) and len(values) > 0) or (ragged and dimensions == 2):
        raise InputError(
            f"{argument} has rows of different lengths; pass a rectangle, (rows, predictors)."
        )
    if array.ndim != dimensions:
        wanted = "(rows, predictors)" if dimensions == 2 else "(rows,)"
        raise InputError(f"{argument} has shape {array.shape}; pass shape {wanted}.")
    return array


def _codes(raw: RawColumn | None, levels: Levels) -> Levels:
    """A list of levels for a column of numbers, as a mapping from the codes to the levels."""
    listed = isinstance(levels, Sequence | np.ndarray) and not isinstance(levels, str)
    if listed and raw is not None and isinstance(raw.values, np.ndarray):
        return {str(code): str(level) for code, level in enumerate(levels)}
    return levels
