"""How does a DataFrame become a table?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from jaxnn.errors import InputTypeError
from jaxnn.tables.building import build_table
from jaxnn.tables.raw_columns import (
    NAMELESS,
    Levels,
    RawColumn,
    RawTable,
    RowPlaces,
    declared_texts,
    is_missing,
    level_text,
    raw_column,
    row_names_note,
)
from jaxnn.tables.reader_arguments import Request
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
) -> Table:
    """Make a table from a DataFrame of pandas or of a similar library.

    A category dtype keeps its levels in their order, and an ordered one makes an ordinal column.
    Truth values become the levels False and True, dates days since the earliest, and durations
    days. None, NaN, NA, NaT and blank text are missing. The index is not used.

    Args:
      frame: the DataFrame; it is neither changed nor kept.
      response, predictors, kinds, levels, missing, response_kind, positive, exclude, weights,
        groups, dates: as for `read_csv`.

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
    if not (hasattr(frame, "columns") and hasattr(frame, "__getitem__")):
        raise InputTypeError(
            f"frame is a {type(frame).__name__}; pass a DataFrame, or use read_csv for a file and "
            "from_arrays for arrays."
        )
    labels = list(frame.columns)
    for label in labels:
        if not isinstance(label, str | int | np.integer):
            raise InputTypeError(
                f"frame has the column name {label!r}; pass a DataFrame whose names are text."
            )
    names = [_name(label) for label in labels]
    where = RowPlaces("row", range(len(frame)))
    notes = []
    if predictors is None and names and NAMELESS.fullmatch(names[0]) and names.count(names[0]) == 1:
        notes = [row_names_note(list(frame[labels[0]]), "frame")]
        names, labels = names[1:], labels[1:]
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
    check_names(names, "the header")
    declared = request.levels if isinstance(request.levels, Mapping) else {}
    columns = tuple(
        from_series(name, frame[label], where, declared_texts(declared.get(name)))
        for name, label in zip(names, labels, strict=True)
    )
    return build_table(request, RawTable(tuple(names), columns, where, "frame", tuple(notes)))


def _names(given: Any) -> Any:
    """A list of labels as names; anything else is left for the checks."""
    listed = np.iterable(given) and not isinstance(given, str)
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
    texts = [None if is_missing(value) else level_text(value) for value in series.to_list()]
    levels = tuple(level_text(category) for category in categories)
    return RawColumn(name, texts, levels, ordered=getattr(dtype, "ordered", False) is True)
