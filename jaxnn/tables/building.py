"""How do raw columns become a table?

All readers share these steps: choose the predictors, treat missing values, and decide the kind of
each column by the rows that are left. Whatever is left out, filled in or guessed is recorded in
`table.notes` and logged as a warning of the logger "jaxnn", which prints to standard error unless
the program sets up logging.
"""

from __future__ import annotations

import logging

import numpy as np

from jaxnn.errors import InputError
from jaxnn.tables.case_columns import case_weights, group_codes
from jaxnn.tables.column_kinds import TypedColumn, type_column
from jaxnn.tables.missing_values import Holes, filled_in, rows_to_keep
from jaxnn.tables.raw_columns import (
    RawColumn,
    RawTable,
    RowPlaces,
    absent_rows,
    check_usable,
    selected_rows,
)
from jaxnn.tables.reader_arguments import Request, predictor_names
from jaxnn.tables.response_column import typed_response
from jaxnn.tables.table import Table, quoted

MANY_LEVELS = 30
# A range narrower than this share of its largest value holds fewer than 256 numbers of single
# precision.
NARROW = 2.0**-16

_logger = logging.getLogger("jaxnn")


def build_table(request: Request, raw: RawTable) -> Table:
    """Build the table that the arguments of a reader ask for.

    Args:
      request: the caller's arguments.
      raw: all columns of the source.

    Returns:
      A `Table`; its notes begin with those of `raw`.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, no rows, values that do not fit,
        missing values that are refused, or a response with one value.
    """
    names = predictor_names(request, raw.names)
    if len(raw.where.numbers) == 0:
        raise InputError(f"{raw.source} has no rows of data; pass at least one.")
    found = dict(zip(raw.names, raw.columns, strict=True))
    roles = [name for name in (request.response, request.weights, request.groups) if name]
    used = [found[name] for name in (*names, *roles)]
    for column in used:
        check_usable(column, request.declares(column.name))
    notes = [*raw.notes, *(column.note for column in used if column.note)]

    absent = np.column_stack([absent_rows(column) for column in used])
    for column, holes in zip(used, absent.T, strict=True):
        if holes.all():
            raise InputError(f"column {quoted(column.name)} has no values at all; leave it out.")
    holes = Holes([*names, *roles], absent, len(names))
    rows, left_out = rows_to_keep(request.missing, holes, raw.where, raw.source)
    notes += left_out
    used, where = _at(rows, used, raw.where)
    weights = groups = None
    if request.weights is not None:
        weights = case_weights(used[len(names) + 1], where)
        rows = weights > 0
        if not rows.all():
            notes.append(f"left out {(~rows).sum()} of {len(rows)} rows of weight 0")
        weights = weights[rows]
        used, where = _at(rows, used, where)
    if request.groups is not None:
        groups = group_codes(used[-1])

    response, kind, guess = typed_response(request, used[len(names)], where)
    notes += guess
    typed = []
    for column in used[: len(names)]:
        if absent_rows(column).all():
            raise InputError(
                f"column {quoted(column.name)} has no values in the rows with a response; leave "
                "it out."
            )
        name = column.name
        predictor = type_column(
            column,
            (request.kinds or {}).get(name),
            (request.levels or {}).get(name),
            where,
            request.dates,
        )
        notes += predictor.notes
        notes += _doubts(predictor, request.declares(name))
        predictor, filling = filled_in(predictor)
        notes += filling
        typed.append(predictor)
    for note in notes:
        _logger.warning("%s: %s", raw.source, note)
    return Table(
        tuple(predictor.column for predictor in typed),
        np.column_stack([predictor.codes for predictor in typed]),
        response.codes,
        response.column,
        tuple(notes),
        tuple(int(count) for count in absent.sum(axis=0)),
        kind,
        weights,
        groups,
    )


def _at(
    rows: np.ndarray, columns: list[RawColumn], where: RowPlaces
) -> tuple[list[RawColumn], RowPlaces]:
    """Columns and places of some rows."""
    numbers = [number for number, kept in zip(where.numbers, rows, strict=True) if kept]
    return [selected_rows(column, rows) for column in columns], RowPlaces(where.unit, numbers)


def _doubts(typed: TypedColumn, declared: bool) -> list[str]:
    """A note on a predictor that may have been read as something it is not."""
    column, name = typed.column, quoted(typed.column.name)
    if column.kind == "numeric":
        values = typed.codes[~np.isnan(typed.codes)]
        span = values.max() - values.min()
        if 0 < span < NARROW * np.abs(values).max():
            return [
                f"{name} lies between {values.min():.10g} and {values.max():.10g}, which are "
                f"almost equal in single precision; subtract {values.min():.10g} first"
            ]
    if len(column.levels) > MANY_LEVELS and not declared:
        return [
            f"{name} is read as categorical with {len(column.levels)} levels, each an input; "
            "if that is not intended, select predictors without it or declare its kind"
        ]
    return []
