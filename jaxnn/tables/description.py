"""What is in a table, column by column?

`describe` tells of a finished table, `describe_columns` of the columns as they were found: what
they hold, how many values are missing, and what a reader would do with each. Nothing is filled in,
and nothing is refused: what a reader would refuse is said.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError
from jaxnn.tables.case_columns import case_weights, group_codes
from jaxnn.tables.column_kinds import type_column
from jaxnn.tables.dates import day_number
from jaxnn.tables.raw_columns import (
    Levels,
    RawColumn,
    RawTable,
    RowPlaces,
    absent_rows,
    at_rows,
    check_raw,
    check_usable,
    texts_of,
)
from jaxnn.tables.reader_arguments import Request, predictor_names
from jaxnn.tables.response_column import typed_response
from jaxnn.tables.suspects import reason_to_leave_out, without_suspects
from jaxnn.tables.table import Column, Table, check_table, one_line, quoted

# The levels of a column that are shown with their counts.
MOST_LEVELS = 6
WIDTH = 70


def describe(table: Table) -> str:
    """The table as text, one line per column: name, kind, values, and number of missing values.

    The values are the range and mean of a numeric column, or levels with counts. The response is
    the last line, followed by the notes. Missing values are counted as they were before the table
    was made.

    Raises:
      InputError, InputTypeError: what is no table.

    Example:
      >>> age, sick = Column("age", "numeric"), Column("sick", "binary", ("No", "Yes"))
      >>> print(describe(Table((age,), np.array([[40.0], [60.0]]), np.array([0.0, 1.0]), sick)))
      rows: 2, predictors: 1; the last line is the response
      column  kind     values             missing
      ------  -------  -----------------  -------
      age     numeric  40 to 60, mean 50  0
      ------  -------  -----------------  -------
      sick    binary   No (1), Yes (1)    0
    """
    check_table(table)
    columns = (*table.columns, table.response)
    values = np.column_stack([table.X, table.y])
    missing = table.missing or (0,) * len(columns)
    body = [
        (one_line(column.name), column.kind, _summary(column, numbers), str(absent))
        for column, numbers, absent in zip(columns, values.T, missing, strict=False)
    ]
    lines = _aligned(("column", "kind", "values", "missing"), body)
    lines.insert(-1, lines[1])
    title = f"rows: {len(table.y)}, predictors: {len(table.columns)}; the last line is the response"
    cases = []
    if table.weights is not None:
        cases.append(f"weights: {table.weights.min():g} to {table.weights.max():g}")
    if table.groups is not None:
        cases.append(f"groups of rows: {len(np.unique(table.groups))}")
    return "\n".join([title, *lines, *cases, *table.notes])


class _Line(NamedTuple):
    """What is said of a column, in its line and below the table."""

    kind: str
    values: str
    use: str
    notes: tuple[str, ...] = ()


def describe_columns(
    raw: RawTable,
    *,
    response: str | None = None,
    predictors: Sequence[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    response_kind: str | None = None,
    exclude: Sequence[str] | None = None,
    weights: str | None = None,
    groups: str | None = None,
    dates: str | None = None,
) -> str:
    """All columns of a source as text, one line each: what they hold, and how they would be used.

    Args:
      raw: the columns, as from `raw_table` or `raw_frame`.
      response: the column that would be predicted, or None.
      predictors, kinds, levels, response_kind, exclude, weights, groups, dates: as for `read_csv`.

    Returns:
      A line for each column: its kind, the range and mean of its numbers or its levels with
      counts, the number of missing values, and its use: "predictor", "left out" and why, or
      "refused" with the sentence below. Then the notes that a reader would make.

    Raises:
      InputError, InputTypeError: an argument that names no column or cannot be used.

    Example:
      >>> where = RowPlaces("line", range(2, 15))
      >>> case = RawColumn("case", [str(number) for number in range(13)])
      >>> scan = RawColumn("scan", ["a", "b", None, "b", "a"] + 8 * ["a"])
      >>> visit = RawColumn("visit", [f"2020-01-{day}" for day in range(10, 23)])
      >>> names = ("case", "scan", "visit")
      >>> print(describe_columns(RawTable(names, (case, scan, visit), where, "data.csv")))
      data.csv: 13 rows, 3 columns; 12 rows have all values that are used
      column  kind     values                    missing  use
      ------  -------  ------------------------  -------  --------------------------------
      case    numeric  0 to 12, mean 6           0        left out: row numbers
      scan    binary   a (10), b (2)             1        predictor
      visit   numeric  2020-01-10 to 2020-01-22  0        predictor, days since 2020-01-10
      'visit' is read as dates, in days since 2020-01-10
    """
    check_raw(raw)
    request = Request(
        response="" if response is None else response,
        predictors=predictors,
        kinds=kinds,
        levels=levels,
        response_kind=response_kind,
        exclude=exclude,
        weights=weights,
        groups=groups,
        dates=dates,
    )
    names = predictor_names(request, raw.names, strict=False)
    uses = dict.fromkeys(raw.names, "excluded") | _predictor_uses(request, names, raw)
    roles = {"response": response, "weights": weights, "groups": groups}
    uses |= {name: role for role, name in roles.items() if name is not None}
    rows = len(raw.where.numbers)
    body, notes = [], list(raw.notes)
    complete = np.ones(rows, dtype=bool)
    for column in raw.columns:
        absent = np.zeros(rows, dtype=bool) if column.problem else absent_rows(column)
        line = _line(request, column, uses[column.name], ~absent, raw.where)
        if line.use.partition(",")[0] in ("predictor", *roles):
            complete &= ~absent
        body.append((one_line(column.name), line.kind, line.values, str(absent.sum()), line.use))
        notes += line.notes
    lines = _aligned(("column", "kind", "values", "missing", "use"), body)
    title = f"{raw.source}: {rows} row{'s' * (rows != 1)}, {len(raw.names)} columns"
    if not complete.all():
        title += f"; {complete.sum()} rows have all values that are used"
    return "\n".join([title, *lines, *notes])


def _predictor_uses(request: Request, names: Sequence[str], raw: RawTable) -> dict[str, str]:
    """For each column that may be a predictor, "predictor" or why it is left out."""
    found = dict(zip(raw.names, raw.columns, strict=True))
    asked = {name for name in names if request.predictors or request.declares(name)}
    reasons = {
        name: "" if name in asked else reason_to_leave_out(found[name], raw.where) for name in names
    }
    others = [column for name, column in found.items() if name in names]
    try:
        kept = {column.name for column in without_suspects(others, asked, raw.where, raw.source)[0]}
    except InputError:
        kept = set()
    return {
        name: "predictor" if name in kept or not reason else f"left out: {reason}"
        for name, reason in reasons.items()
    }


def _line(
    request: Request, raw: RawColumn, use: str, present: np.ndarray, where: RowPlaces
) -> _Line:
    """What is said of a column, whose values are at the rows `present`."""
    kind, levels = (request.kinds or {}).get(raw.name), (request.levels or {}).get(raw.name)
    kind = {"weights": "numeric", "groups": "categorical"}.get(use, kind)
    unused = use.startswith("left out") or use == "excluded"
    told = (raw.note,) * bool(raw.note)
    try:
        if not present.any():
            if unused:
                return _Line("", "none", use)
            raise InputError(f"column {quoted(raw.name)} has no values at all; leave it out.")
        check_usable(raw, unused or request.declares(raw.name))
        found, where = at_rows(present, raw, where)
        if use == "response":
            (column, numbers, _), kind, notes = typed_response(request, found, where)
            use = f"response, {kind}"
            return _Line(column.kind, _summary(column, numbers), use, (*told, *notes))
        if use == "weights":
            case_weights(found, where)
        if use == "groups":
            group_codes(found)
        column, numbers, notes = type_column(found, kind, levels, where, request.dates)
    except InputError as error:
        if unused:
            return _Line("text", _texts(raw), use)
        return _Line("?", _texts(raw), f"{use}, refused", (f"refused: {error}",))
    if use == "predictor":
        unit = f", days since {column.origin}" if column.origin else f", in {column.unit}"
        use += unit * bool(column.origin or column.unit)
        inputs = len(column.levels) - 1
        use += f", {inputs} inputs" * (inputs > 1)
    notes = () if unused else (*told, *notes)
    return _Line(column.kind, _summary(column, numbers), use, notes)


def _aligned(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, parts)) for parts in zip(head, *body, strict=True)]
    lines = [head, ["-" * width for width in widths], *body]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def _summary(column: Column, values: np.ndarray) -> str:
    if column.origin:
        first = day_number(column.origin)
        days = [datetime.date.fromordinal(first + int(day)) for day in (values.min(), values.max())]
        return " to ".join(day.isoformat() for day in days)
    if column.kind == "numeric":
        digits = 12 if np.all(values == np.round(values)) else 6
        least, most = f"{values.min():.{digits}g}", f"{values.max():.{digits}g}"
        mean = values.mean()
        shown_mean = f"{mean:.0f}" if digits == 12 and 1e4 <= abs(mean) < 1e12 else f"{mean:.4g}"
        return f"{least} to {most}, mean {shown_mean}"
    counts = np.bincount(values.astype(int), minlength=len(column.levels))
    parts = [
        f"{one_line(level, 20)} ({count})"
        for level, count in zip(column.levels, counts.tolist(), strict=False)
    ]
    end = min(len(parts), MOST_LEVELS)
    while end > 1 and len(", ".join(parts[:end])) > WIDTH:
        end -= 1
    more = len(parts) - end
    several = "s" * (more > 1)
    return ", ".join(parts[:end]) + (f", and {more} more level{several}" if more else "")


def _texts(raw: RawColumn) -> str:
    """The first different values, as they were found."""
    found = dict.fromkeys(text for text in texts_of(raw) if text is not None)
    parts = [one_line(text, 20) for text in list(found)[:3]]
    return ", ".join(parts) + (f", ... ({len(found)} different)" if len(found) > 3 else "")
