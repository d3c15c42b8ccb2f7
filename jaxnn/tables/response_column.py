"""What is predicted: a number, a count, one of two classes or one of many?

The kind of the response is declared by the caller or follows from its values, as for any other
column (see `jaxnn.tables.column_kinds`). A count has to be declared: its values are whole numbers
of at least 0, and it stays a numeric column.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jaxnn.errors import InputError, shown, unknown_name
from jaxnn.tables.column_kinds import TypedColumn, type_column
from jaxnn.tables.levels import is_positive, listed, spelling_key
from jaxnn.tables.raw_columns import RawColumn, RowPlaces, level_text
from jaxnn.tables.reader_arguments import Request
from jaxnn.tables.suspects import FEW_ROWS, MANY_LEVELS
from jaxnn.tables.table import Column, quoted

# What `jaxnn.MLP` calls the response, and the kind of its column.
COLUMN_KINDS = {"quantitative": "numeric", "count": "numeric"}


def typed_response(
    request: Request, raw: RawColumn, where: RowPlaces
) -> tuple[TypedColumn, str, list[str]]:
    """The response, what `jaxnn.MLP` calls its kind, and notes on what was guessed.

    Args:
      request: the caller's arguments.
      raw: the column, without missing values.
      where: where each row is in the source, for messages.

    Raises:
      InputError: values that do not fit the kind, an unknown positive class, or a single value.
    """
    asked = request.response_kind
    kind = None if asked is None else COLUMN_KINDS.get(asked, asked)
    declared = (request.kinds or {}).get(raw.name)
    if kind is not None and declared is not None and kind != declared:
        raise InputError(
            f"response_kind is {asked!r}, but kinds has {declared!r} for {quoted(raw.name)}; "
            "pass one of them."
        )
    levels = (request.levels or {}).get(raw.name)
    typed, notes = _unordered(type_column(raw, kind or declared, levels, where, request.dates))
    typed, guess = _positive_second(request, typed, levels is not None)
    notes += guess
    _check_values(typed)
    if not request.declares(raw.name):
        _check_repetition(typed)
    if asked == "count":
        _check_counts(typed, where)
        return typed, "count", notes
    return typed, "quantitative" if typed.column.kind == "numeric" else typed.column.kind, notes


def _unordered(typed: TypedColumn) -> tuple[TypedColumn, list[str]]:
    """The response without the order of its levels, and its notes."""
    column, codes, notes = typed
    if column.kind != "ordinal":
        return typed, list(notes)
    kind = "binary" if len(column.levels) == 2 else "categorical"
    note = f"response {quoted(column.name)}: the order of its levels is not used"
    return TypedColumn(replace(column, kind=kind), codes), [*notes, note]


def _positive_second(
    request: Request, typed: TypedColumn, declared: bool
) -> tuple[TypedColumn, list[str]]:
    """The response with its positive class second, and a note if that class was guessed."""
    column = typed.column
    if request.positive is None:
        clear = column.kind != "binary" or declared or _says_yes_second(column)
        return typed, [] if clear else [
            f"response {quoted(column.name)}: {quoted(column.levels[1])} counts as 1 and "
            f"{quoted(column.levels[0])} as 0; pass positive={column.levels[0]!r} for the "
            "opposite"
        ]
    if column.kind != "binary":
        raise InputError(
            f"positive is {shown(request.positive)}, but the response {quoted(column.name)} is "
            f"{column.kind}; only a binary response has a positive class."
        )
    positive = level_text(request.positive)
    near = [spelling_key(level) for level in column.levels]
    if positive not in column.levels and near.count(spelling_key(positive)) == 1:
        positive = column.levels[near.index(spelling_key(positive))]
    if positive not in column.levels:
        raise unknown_name("positive", positive, column.levels)
    if positive == column.levels[0]:
        column = replace(column, levels=column.levels[::-1], values=column.values[::-1])
        typed = TypedColumn(column, 1 - typed.codes)
    return typed, []


def _says_yes_second(column: Column) -> bool:
    return is_positive(column.levels[1]) and not is_positive(column.levels[0])


def _check_repetition(typed: TypedColumn) -> None:
    """Refuse text that is different in most rows; what it says cannot be learned."""
    column, y, _ = typed
    if len(y) > FEW_ROWS and len(column.levels) >= MANY_LEVELS * len(y):
        raise InputError(
            f"the response {quoted(column.name)} is text with {len(column.levels)} different "
            f"values in {len(y)} rows, such as {listed(column.levels, most=3)}; choose another "
            "response, or declare its kind."
        )


def _check_values(typed: TypedColumn) -> None:
    """Refuse a response that is the same in every row."""
    column, y, _ = typed
    found = np.unique(y)
    if len(found) > 1:
        return
    numeric = column.kind == "numeric"
    value = f"{found[0]:g}" if numeric else column.levels[int(found[0])]
    rows = "the only row" if len(y) == 1 else f"all {len(y)} rows"
    raise InputError(
        f"the response {quoted(column.name)} has the single {'value' if numeric else 'class'} "
        f"{quoted(value)} in {rows}; two are needed."
    )


def _check_counts(typed: TypedColumn, where: RowPlaces) -> None:
    wrong = np.flatnonzero((typed.codes < 0) | (typed.codes != np.round(typed.codes)))
    if wrong.size:
        row = wrong[0]
        raise InputError(
            f"response_kind is 'count', but {quoted(typed.column.name)} has {typed.codes[row]:g} "
            f"at {where(row)}; a count is a whole number of at least 0."
        )
