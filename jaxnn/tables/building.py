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
    at_rows,
    check_usable,
    number_of_values,
)
from jaxnn.tables.reader_arguments import Request, predictor_names
from jaxnn.tables.response_column import typed_response
from jaxnn.tables.suspects import without_suspects
from jaxnn.tables.table import Table, quoted

MANY_LEVELS = 30
# A range narrower than this share of its largest value holds fewer than 256 numbers of single
# precision.
NARROW = 2.0**-16
# Rounding to single precision merges fewer measurements than this leaves.
KEPT_NUMBERS = 0.9

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
    asked = {name for name in names if request.predictors or request.declares(name)}
    predictors, notes = without_suspects(
        [found[name] for name in names], asked, raw.where, raw.source, request.keeps_suspects
    )
    roles = [found[name] for name in (request.response, request.weights, request.groups) if name]
    used = [*predictors, *roles]
    for column in used:
        check_usable(column, request.declares(column.name))
        if absent_rows(column).all():
            raise InputError(f"column {quoted(column.name)} has no values at all; leave it out.")
    notes = [*raw.notes, *notes, *(column.note for column in used if column.note)]

    absent = np.column_stack([absent_rows(column) for column in used])
    holes = Holes([column.name for column in used], absent, len(predictors))
    rows, left_out = rows_to_keep(request.missing, holes, raw.where, raw.source)
    notes += left_out
    weights = groups = None
    if request.weights is not None:
        weights = case_weights(*at_rows(rows, roles[1], raw.where))
        if not weights.all():
            notes.append(f"left out {(weights == 0).sum()} of {len(weights)} rows of weight 0")
            rows[rows] = weights > 0
            weights = weights[weights > 0]
    response, where = at_rows(rows, roles[0], raw.where)
    if request.groups is not None:
        groups = group_codes(at_rows(rows, roles[-1], raw.where)[0])
    typed_y, kind, guess = typed_response(request, response, where)
    notes += guess

    predictors = [at_rows(rows, column, raw.where)[0] for column in predictors]
    if not rows.all():
        predictors, left_out = without_suspects(
            predictors, asked, where, raw.source, request.keeps_suspects, constants_only=True
        )
        notes += left_out
    typed = []
    for column in predictors:
        predictor, doubts = _typed_predictor(request, column, where)
        notes += doubts
        typed.append(predictor)
    for note in notes:
        _logger.warning("%s: %s", raw.source, note)
    counts = dict(zip(holes.names, absent.sum(axis=0).tolist(), strict=True))
    return Table(
        tuple(predictor.column for predictor in typed),
        np.column_stack([predictor.codes for predictor in typed]),
        typed_y.codes,
        typed_y.column,
        tuple(notes),
        tuple(counts[column.name] for column in (*predictors, *roles)),
        kind,
        weights,
        groups,
    )


def _typed_predictor(
    request: Request, raw: RawColumn, where: RowPlaces
) -> tuple[TypedColumn, list[str]]:
    """A predictor without missing values, and what is to be said of it."""
    if absent_rows(raw).all():
        raise InputError(
            f"column {quoted(raw.name)} has no values in the rows with a response; leave it out."
        )
    kind, levels = (request.kinds or {}).get(raw.name), (request.levels or {}).get(raw.name)
    typed = type_column(raw, kind, levels, where, request.dates)
    notes = [*typed.notes, *_doubts(raw, typed, request.declares(raw.name))]
    filled, filling = filled_in(typed)
    return filled, notes + filling


def _doubts(raw: RawColumn, typed: TypedColumn, declared: bool) -> list[str]:
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
        kept = len(np.unique(values.astype(np.float32)))
        different = number_of_values(raw, kept / KEPT_NUMBERS)
        if kept < KEPT_NUMBERS * different and not column.origin:
            return [
                f"{name} has {different} different numbers, of which single precision keeps "
                f"{kept} apart; kinds={{{column.name!r}: 'categorical'}} keeps all of them"
            ]
    if len(column.levels) > MANY_LEVELS and not declared:
        return [
            f"{name} is read as categorical with {len(column.levels)} levels, each an input; "
            "if that is not intended, select predictors without it or declare its kind"
        ]
    return []
