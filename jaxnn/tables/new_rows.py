"""How do new rows become inputs of a network that was fitted to another table?

With the columns of that table: a level keeps its code, and a date counts from the same origin. The
new table may have its columns in any order, and more of them; it needs no response. A value that
cannot be used (missing, a level that the fitted table did not have, text in place of a number) is
NaN, and a note names its rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables.column_kinds import LARGEST, number_of
from jaxnn.tables.dates import day_number, days_of
from jaxnn.tables.durations import duration_in_days
from jaxnn.tables.levels import listed, spelling_key
from jaxnn.tables.raw_columns import (
    RawColumn,
    RawTable,
    RowPlaces,
    check_raw,
    check_usable,
    texts_of,
)
from jaxnn.tables.table import Column, quoted


class NewRows(NamedTuple):
    """New rows in the form of the table that a network was fitted to.

    Attributes:
      X: (n, p) float64, values and codes as in `Table.X`, NaN where a value cannot be used.
      missing: (n, p) bool, where there is no value.
      unseen: (n, p) bool, where there is a value that cannot be used, such as an unseen level.
      problems: for each row, what cannot be used and why, or empty.
      notes: on columns that are not used.
    """

    X: np.ndarray
    missing: np.ndarray
    unseen: np.ndarray
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def reading_arguments(columns: Sequence[Column]) -> dict[str, Mapping[str, Any]]:
    """The `kinds` and `levels` with which a reader finds new rows as it found these columns.

    Example:
      >>> reading_arguments([Column("country", "categorical", ("NA", "DE"))])
      {'kinds': {'country': 'categorical'}, 'levels': {'country': ('NA', 'DE')}}
    """
    kinds = {column.name: "date" if column.origin else column.kind for column in columns}
    levels = {column.name: column.values or column.levels for column in columns if column.levels}
    return {"kinds": kinds, "levels": levels}


def new_rows(columns: Sequence[Column], raw: RawTable) -> NewRows:
    """New rows with the codes of the columns that a network was fitted to.

    Args:
      columns: the columns of the fitted table, `table.columns`.
      raw: the columns of the new table, as from `raw_table(path, **reading_arguments(columns))`.

    Returns:
      A `NewRows`.

    Raises:
      InputError: a column that the new table lacks, or whose numbers or dates are unclear.

    Example:
      >>> columns = [Column("age", "numeric"), Column("scan", "binary", ("fixed", "normal"))]
      >>> scan = RawColumn("scan", ["normal", "Fixed", "odd"])
      >>> age = RawColumn("age", ["4", None, "6"])
      >>> where = RowPlaces("line", (2, 3, 4))
      >>> rows = new_rows(columns, RawTable(("scan", "age"), (scan, age), where, "new.csv"))
      >>> rows.X
      array([[ 4.,  1.],
             [nan,  0.],
             [ 6., nan]])
      >>> rows.problems
      ('', "'age' is missing", "'scan' has the unseen level 'odd'")
    """
    is_list = isinstance(columns, tuple | list)
    if not is_list or not all(isinstance(column, Column) for column in columns):
        raise InputTypeError("columns holds something else than columns; pass table.columns.")
    check_raw(raw)
    found = dict(zip(raw.names, raw.columns, strict=True))
    lacking = [column.name for column in columns if column.name not in found]
    if lacking:
        several = "s" * (len(lacking) > 1)
        raise InputError(
            f"{raw.source} has no column{several} {listed(list(map(quoted, lacking)), limit=60)}, "
            f"which the network needs; its columns are {listed(raw.names)}."
        )
    rows = len(raw.where.numbers)
    X = np.full((rows, len(columns)), math.nan)
    missing, unseen = np.zeros(X.shape, dtype=bool), np.zeros(X.shape, dtype=bool)
    problems: list[list[str]] = [[] for _ in range(rows)]
    for place, column in enumerate(columns):
        source = found[column.name]
        check_usable(source, declared=column.kind != "numeric")
        X[:, place], told = _values(column, source, raw.where)
        for row, reason in told.items():
            (unseen if reason else missing)[row, place] = True
            problems[row].append(f"{quoted(column.name)} {reason or 'is missing'}")
    needed = {column.name for column in columns}
    extra = [quoted(name) for name in raw.names if name not in needed]
    notes = (*raw.notes, *([f"columns not used: {listed(extra, limit=60)}"] if extra else []))
    return NewRows(X, missing, unseen, tuple(map("; ".join, problems)), notes)


def _values(column: Column, raw: RawColumn, where: RowPlaces) -> tuple[np.ndarray, dict[int, str]]:
    """The numbers or codes, and why a row has none; the reason is empty where it is missing."""
    texts = texts_of(raw)
    codes = np.full(len(texts), math.nan)
    told: dict[int, str] = {}
    if column.origin:
        return _days(column, raw, where)
    known = _known_levels(column)
    for row, text in enumerate(texts):
        if text is None:
            told[row] = ""
            continue
        if column.kind == "numeric":
            number = number_of(text)
            if number is None and column.unit == "days":
                number = duration_in_days(text)
            if number is None:
                told[row] = f"is {quoted(text)}, no number"
            elif abs(number) > LARGEST:
                told[row] = f"is {number:g}, beyond the range of single precision"
            else:
                codes[row] = number
            continue
        code = known.get(text, known.get(spelling_key(text)))
        if code is None:
            told[row] = f"has the unseen level {quoted(text)}"
        else:
            codes[row] = code
    return codes, told


def _known_levels(column: Column) -> dict[str, int]:
    """The code of each text: values of the source, names of levels, then spellings of one level."""
    known: dict[str, int] = {}
    for texts in (column.values, column.levels):
        for code, text in enumerate(texts):
            known.setdefault(text, code)
    spellings: dict[str, set[int]] = {}
    for text, code in known.items():
        spellings.setdefault(spelling_key(text), set()).add(code)
    for key, codes in spellings.items():
        if len(codes) == 1:
            known.setdefault(key, *codes)
    return known


def _days(column: Column, raw: RawColumn, where: RowPlaces) -> tuple[np.ndarray, dict[int, str]]:
    origin = day_number(column.origin)
    order = column.date_order or None
    texts = texts_of(raw)
    try:
        days = days_of(raw, where, order).days
        return days - origin, dict.fromkeys(np.flatnonzero(np.isnan(days)).tolist(), "")
    except InputError:
        pass  # some value is no date: the others are read one by one
    days = np.full(len(texts), math.nan)
    told: dict[int, str] = {}
    for row, text in enumerate(texts):
        if text is None:
            told[row] = ""
            continue
        try:
            single = RawColumn(raw.name, [text])
            days[row] = days_of(single, RowPlaces(where.unit, [where.numbers[row]]), order).days[0]
        except InputError:
            told[row] = f"is {quoted(text)}, no date that can be read"
    return days - origin, told
