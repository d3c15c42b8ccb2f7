"""How does a DataFrame become a table?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxnn.errors import InputTypeError, shown
from jaxnn.tables.building import build_table
from jaxnn.tables.number_formats import Given, check_marks, plain_numbers
from jaxnn.tables.raw_columns import (
    Levels,
    RawColumn,
    RawTable,
    RowPlaces,
    declared_texts,
    is_declared,
    is_missing,
    level_text,
    raw_column,
)
from jaxnn.tables.reader_arguments import Request, check_declarations
from jaxnn.tables.table import Table, check_names, quoted


def from_dataframe(
    frame: Any,
    response: str,
    *,
    predictors: Sequence[str] | None = None,
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
    """Make a table from a DataFrame of pandas or of a similar library.

    A category dtype keeps its levels in their order, and an ordered one makes an ordinal column.
    Truth values become the levels False and True, dates days since the earliest, and durations
    days. None, NaN, NA, NaT and blank text are missing. The index is not used.

    Args:
      frame: the DataFrame; it is neither changed nor kept.
      response, predictors, kinds, levels, missing, response_kind, positive, exclude, weights,
        groups, dates: as for `read_csv`.
      decimal, thousands: as for `read_csv`, for numbers that are text, such as "3,14".

    Returns:
      A `Table`.

    Raises:
      InputError, InputTypeError: as `read_csv`, with rows counted from 0.

    Example:
      >>> import pandas
      >>> frame = pandas.DataFrame({"age": [40, 50, 60], "sick": ["No", "Yes", "No"]})
      >>> from_dataframe(frame, "sick").y
      array([0., 1., 0.])
    """
    request = Request(
        response=_name(response),
        predictors=_names(predictors),
        kinds=_named(kinds),
        levels=_named(levels),
        missing=missing,
        response_kind=response_kind,
        positive=positive,
        exclude=_names(exclude),
        weights=_name(weights),
        groups=_name(groups),
        dates=dates,
    )
    declared = levels if isinstance(levels, Mapping) else None
    raw = raw_frame(
        frame, kinds=request.declared_kinds(), levels=declared, decimal=decimal, thousands=thousands
    )
    return build_table(request, raw)


def raw_frame(
    frame: Any,
    *,
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
) -> RawTable:
    """All columns of a DataFrame as they were found, without a response.

    Args:
      frame: the DataFrame; it is neither changed nor kept.
      kinds, levels, decimal, thousands: as for `read_csv`.

    Raises:
      InputError, InputTypeError: what is no DataFrame, or names that are no texts or equal.
    """
    if not (hasattr(frame, "columns") and hasattr(frame, "__getitem__")):
        raise InputTypeError(
            f"frame is a {type(frame).__name__}; pass a DataFrame, or use read_csv for a file and "
            "from_arrays for arrays."
        )
    check_marks(decimal, thousands)
    check_declarations(kinds, levels)
    labels = list(frame.columns)
    for label in labels:
        if not isinstance(label, str | int | np.integer):
            raise InputTypeError(
                f"frame has the column name {shown(label)}; pass a DataFrame whose names are text."
            )
    names = [_name(label) for label in labels]
    check_names(names, "the header")
    where = RowPlaces("row", range(len(frame)))
    declared = _named(levels or {})
    columns = [
        from_series(name, frame[label], where, declared_texts(declared.get(name)))
        for name, label in zip(names, labels, strict=True)
    ]
    all_kinds = {**_named(kinds or {}), **dict.fromkeys(declared, "categorical")}
    given = Given(decimal, thousands)
    columns, notes = plain_numbers(columns, where, all_kinds, given=given)
    return RawTable(tuple(names), tuple(columns), where, "frame", tuple(notes))


def _names(given: Any) -> Any:
    """A list of labels as names; anything else is left for the checks."""
    listed = isinstance(given, list | tuple) or hasattr(given, "to_list")
    if isinstance(given, np.ndarray):
        listed = given.ndim == 1 and given.dtype.kind in "OUiu"
    return [_name(label) for label in given] if listed else given


def _named(given: Any) -> Any:
    """A mapping from labels as a mapping from names; anything else is left for the checks."""
    if not isinstance(given, Mapping):
        return given
    return {_name(label): value for label, value in given.items()}


def _name(label: Any) -> Any:
    """The name of a column as text; the columns of a DataFrame may be numbered."""
    return str(label) if isinstance(label, int | np.integer) else label


def from_series(
    name: str, series: Any, where: RowPlaces, declared: frozenset[str] = frozenset()
) -> RawColumn:
    """A column of a DataFrame as it was found.

    Args:
      name: the name of the column.
      series: the column, a Series of pandas or of a similar library.
      where: where each value is in the source, for error messages.
      declared: texts that are levels even if they look missing.

    Raises:
      InputTypeError: the column is no Series.
    """
    dtype = getattr(series, "dtype", None)
    if not hasattr(series, "to_list"):
        raise InputTypeError(
            f"frame holds a {type(series).__name__} as column {quoted(name)}; pass a DataFrame "
            "whose columns are Series."
        )
    if getattr(dtype, "kind", None) == "f" and hasattr(series, "to_numpy"):
        return RawColumn(name, series.to_numpy(dtype=np.float64, na_value=np.nan))
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        return raw_column(name, series.to_numpy(), where)
    categories = getattr(dtype, "categories", None)
    if not np.iterable(categories):
        return raw_column(name, series.to_list(), where, declared)
    texts = [
        None if is_missing(value) and not is_declared(value, declared) else level_text(value)
        for value in series.to_list()
    ]
    levels = tuple(level_text(category) for category in categories)
    return RawColumn(name, texts, levels, ordered=getattr(dtype, "ordered", False) is True)
