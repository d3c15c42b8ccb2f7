"""How do raw columns become a table?

All readers share these steps: choose the predictors, decide the kind of each column, and treat
missing values. Whatever is left out, filled in or guessed is recorded in `table.notes` and logged
as a warning of the logger "jaxnn", which prints to standard error unless the program sets up
logging.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jaxnn.errors import InputError, InputTypeError, unknown_name
from jaxnn.tables.column_kinds import TypedColumn, check_kind, is_positive, listed, type_column
from jaxnn.tables.raw_columns import Levels, RawColumn, RowPlaces, level_text
from jaxnn.tables.table import Column, Table, check_names, quoted

MISSING = ("refuse", "drop", "impute")
MANY_LEVELS = 30
# A range narrower than this share of its largest value holds fewer than 256 numbers of single
# precision.
NARROW = 2.0**-16

_logger = logging.getLogger("jaxnn")


@dataclass(frozen=True)
class Request:
    """The arguments that all readers share; see `jaxnn.tables.read_csv`."""

    response: str
    predictors: Sequence[str] | None
    kinds: Mapping[str, str] | None
    levels: Mapping[str, Levels] | None
    missing: str
    response_kind: str | None
    positive: Any


def predictor_names(request: Request, names: Sequence[str]) -> list[str]:
    """The names of the predictors, once every argument that needs no values has been checked.

    Args:
      request: the caller's arguments.
      names: the names of all columns.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.
    """
    if not isinstance(request.response, str):
        raise InputTypeError(
            f"response is a {type(request.response).__name__}; pass the name of a column."
        )
    check_names(names, "the header")
    if request.missing not in MISSING:
        raise unknown_name("missing", request.missing, MISSING)
    if request.response not in names:
        raise unknown_name("response", request.response, names)
    for argument in ("kinds", "levels"):
        given = getattr(request, argument)
        if given is None:
            continue
        if not isinstance(given, Mapping):
            raise InputTypeError(
                f"{argument} is a {type(given).__name__}; pass a mapping from column names."
            )
        for name in given:
            if name not in names:
                raise unknown_name(argument, name, names)
    for name, kind in (request.kinds or {}).items():
        check_kind(f"kinds[{name!r}]", kind)
    predictors = request.predictors
    if predictors is None:
        predictors = [name for name in names if name != request.response]
    if isinstance(predictors, str) or not isinstance(predictors, Sequence):
        raise InputTypeError(f"predictors is {predictors!r}; pass a list of column names.")
    for name in predictors:
        if name not in names:
            raise unknown_name("predictors", name, names)
    if request.response in predictors:
        raise InputError(
            f"predictors holds the response, {quoted(request.response)}; leave it out."
        )
    if len(set(predictors)) < len(predictors):
        twice = next(name for name in predictors if list(predictors).count(name) > 1)
        raise InputError(f"predictors holds {quoted(twice)} twice; pass each column once.")
    if not predictors:
        raise InputError("predictors is empty; pass at least one column.")
    return list(predictors)


def build_table(
    request: Request,
    names: Sequence[str],
    column: Callable[[str], RawColumn],
    where: RowPlaces,
    source: str,
    notes: Sequence[str] = (),
) -> Table:
    """Build the table of the chosen columns.

    Args:
      request: the caller's arguments.
      names: the predictors, as from `predictor_names`.
      column: gives the raw column of a name.
      where: where each row is in the source, for error messages.
      source: what to call the source in messages.
      notes: what the reader has left out or guessed.

    Returns:
      A `Table`; its notes begin with `notes`.

    Raises:
      InputError: no rows, values that do not fit, missing values that are refused, or a response
        with one class.
    """
    if len(where.numbers) == 0:
        raise InputError(f"{source} has no rows of data; pass at least one.")
    kinds, levels = request.kinds or {}, request.levels or {}
    typed = [type_column(column(name), kinds.get(name), levels.get(name), where) for name in names]
    response, guess = _response(request, column(request.response), where)
    notes = [*notes, *guess]
    for predictor in typed:
        notes += _doubts(predictor, declared=predictor.column.name in {*kinds, *levels})
    everything = [*typed, response]
    absent = np.isnan(np.column_stack([column.codes for column in everything]))
    X, y, treatment = _without_missing(request.missing, everything, absent, where, source)
    notes += treatment
    _check_classes(request, response.column, y)
    for note in notes:
        _logger.warning("%s: %s", source, note)
    counts = tuple(int(count) for count in absent.sum(axis=0))
    columns = tuple(predictor.column for predictor in typed)
    return Table(columns, X, y, response.column, tuple(notes), counts)


def _response(request: Request, raw: RawColumn, where: RowPlaces) -> tuple[TypedColumn, list[str]]:
    """The response with its positive class second, and a note if that class was guessed."""
    asked = request.response_kind
    if asked is not None:  # `jaxnn.MLP` calls a numeric response quantitative
        asked = check_kind("response_kind", "numeric" if asked == "quantitative" else asked)
    declared = (request.kinds or {}).get(raw.name)
    if asked is not None and declared is not None and asked != declared:
        raise InputError(
            f"response_kind is {asked!r}, but kinds has {declared!r} for {quoted(raw.name)}; "
            "pass one of them."
        )
    kind = asked or declared
    levels = (request.levels or {}).get(raw.name)
    typed = type_column(raw, kind, levels, where)
    column = typed.column
    if request.positive is None:
        clear = column.kind != "binary" or levels is not None or _says_yes_second(column)
        return typed, [] if clear else [
            f"response {quoted(raw.name)}: {quoted(column.levels[1])} counts as 1 and "
            f"{quoted(column.levels[0])} as 0; pass positive={column.levels[0]!r} for the "
            "opposite"
        ]
    if column.kind != "binary":
        raise InputError(
            f"positive is {request.positive!r}, but the response {quoted(raw.name)} is "
            f"{column.kind}; only a binary response has a positive class."
        )
    positive = level_text(request.positive)
    if positive not in column.levels:
        raise unknown_name("positive", positive, column.levels)
    if positive == column.levels[0]:
        column = Column(column.name, "binary", column.levels[::-1])
        typed = TypedColumn(column, 1 - typed.codes)
    return typed, []


def _says_yes_second(column: Column) -> bool:
    return is_positive(column.levels[1]) and not is_positive(column.levels[0])


def _check_classes(request: Request, column: Column, y: np.ndarray) -> None:
    """Refuse a response that is the same in every row, unless it is declared numeric."""
    declared = request.response_kind or (request.kinds or {}).get(column.name)
    found = np.unique(y)
    if len(found) > 1 or (column.kind == "numeric" and declared is not None):
        return
    value = f"{found[0]:g}" if column.kind == "numeric" else column.levels[int(found[0])]
    hint = "; if it is a number, pass response_kind='numeric'" if column.kind == "numeric" else ""
    raise InputError(
        f"the response {quoted(column.name)} has the single class {quoted(value)} in all "
        f"{len(y)} rows; two are needed{hint}."
    )


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


def _without_missing(
    missing: str, columns: Sequence[TypedColumn], absent: np.ndarray, where: RowPlaces, source: str
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """X and y without missing values, and notes on what was left out or filled in.

    A missing response is never filled in: its row is left out even if predictors are imputed.
    """
    values = np.column_stack([column.codes for column in columns])
    if not absent.any():
        return np.ascontiguousarray(values[:, :-1]), values[:, -1].copy(), []
    lacking = [place for place in range(len(columns)) if absent[:, place].any()]
    if missing == "refuse":
        counts = [
            f"{quoted(columns[place].column.name)} {absent[:, place].sum()} "
            f"(first at {where(np.argmax(absent[:, place]))})"
            for place in lacking
        ]
        raise InputError(
            f"missing is 'refuse', but {source} has missing values: {listed(counts, limit=200)}; "
            "pass missing='drop' to leave those rows out or missing='impute' to fill them in."
        )
    notes = []
    dropped = absent.any(axis=1) if missing == "drop" else absent[:, -1]
    if dropped.all():
        raise InputError(
            f"missing is {missing!r}, which leaves none of the {len(values)} rows of {source}: "
            "each has a missing value."
        )
    if dropped.any():
        where_missing = lacking if missing == "drop" else [len(columns) - 1]
        counts = [
            f"{quoted(columns[place].column.name)} {absent[:, place].sum()}"
            for place in where_missing
        ]
        notes.append(
            f"left out {dropped.sum()} of {len(values)} rows with missing values "
            f"({listed(counts, limit=200)})"
        )
    values, absent = values[~dropped], absent[~dropped]
    for place, predictor in enumerate(columns[:-1]):
        holes = absent[:, place]
        if not holes.any():
            continue
        present = values[~holes, place]
        if not present.size:
            raise InputError(
                f"column {quoted(predictor.column.name)} has no values in the rows with a "
                "response; leave it out."
            )
        if predictor.column.kind == "numeric":
            filling = float(np.median(present))
            what = f"their median, {filling:g}"
        else:
            filling = float(np.argmax(np.bincount(present.astype(int))))
            what = f"the most common level, {quoted(predictor.column.levels[int(filling)])}"
        values[holes, place] = filling
        counted = "1 missing value" if holes.sum() == 1 else f"{holes.sum()} missing values"
        notes.append(f"filled in {counted} of {quoted(predictor.column.name)} with {what}")
    return np.ascontiguousarray(values[:, :-1]), values[:, -1].copy(), notes
