"""Which table do the options ask for?"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import resources
from typing import Any

from jaxnn.cli.wording import worded
from jaxnn.datasets.heart import KINDS, LEVELS
from jaxnn.errors import InputError
from jaxnn.tables import MISSING_TOKENS, Table, describe_columns, raw_table, read_table

HEART = "heart"
MARKS = {"tab": "\t", r"\t": "\t", "space": " "}  # marks that are hard to type in a shell
KIND_OF = {
    "--categorical": "categorical",
    "--numeric": "numeric",
    "--ordinal": "ordinal",
    "--dates": "date",
}


def describe_table(options: argparse.Namespace) -> str:
    """The text that `jaxnn describe` prints: what is there, and what `explain` would do with it."""
    declared = _declared(options)
    response, kinds, levels = _meaning(options, declared)
    with _worded(declared), _path(options) as path:
        known = dict(kinds)
        if response and options.kind:
            numeric = options.kind in ("quantitative", "count")
            known[response] = "numeric" if numeric else options.kind
        raw = raw_table(path, kinds=known, levels=levels, **file_form(options))
        if options.table == HEART:
            raw = raw._replace(source=HEART)
        text = describe_columns(
            raw,
            response=response or None,
            predictors=options.predictors,
            kinds=kinds,
            levels=levels,
            response_kind=options.kind,
            exclude=options.exclude,
            weights=options.weights,
            groups=options.groups,
            dates=options.date_order,
        )
    lines = text.split("\n")
    end = 3 + len(raw.names)  # a title, the head of the columns and a rule
    return "\n".join([*lines[:end], *(worded(line, declared) for line in lines[end:])])


def read(options: argparse.Namespace, missing: str) -> Table:
    """The table that the options ask for.

    Args:
      options: as from `jaxnn.cli.arguments.parse`.
      missing: the treatment of missing values if no option gives one.

    Raises:
      InputError, InputTypeError: as `jaxnn.read_table`, or a column declared twice.
    """
    declared = _declared(options)
    with _worded(declared):
        table = _read(options, declared, missing)
    return table._replace(notes=tuple(map(worded, table.notes)))


def _declared(options: argparse.Namespace) -> dict[str, Sequence[str]]:
    """The columns that each option for a kind names; InputError if two options name one."""
    declared = {
        "--categorical": options.categorical,
        "--numeric": options.numeric,
        "--ordinal": [name for name, _ in options.ordinal],
        "--dates": options.dates,
    }
    first: dict[str, str] = {}
    for option, names in declared.items():
        for name in names:
            if first.setdefault(name, option) != option:
                raise InputError(
                    f"{first[name]} and {option} both name {name!r}; pass it to one of them."
                )
    return declared


@contextmanager
def _worded(given_kinds: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Say the readers' errors with the names of the options; `main` has no columns to say them."""
    try:
        yield
    except InputError as error:
        raise InputError(worded(str(error), given_kinds)) from None


def _meaning(
    options: argparse.Namespace, declared: Mapping[str, Sequence[str]]
) -> tuple[Any, dict[str, str], dict[str, Any]]:
    """The response, the kinds and the levels that the options and the data set declare."""
    kinds = {name: KIND_OF[option] for option, names in declared.items() for name in names}
    levels: dict[str, Any] = dict(options.ordinal)
    if options.table != HEART:
        return options.response, kinds, levels
    response = options.response or "AHD"
    kinds = KINDS | kinds
    if options.kind is not None:
        kinds.pop(response, None)
    numeric = {name for name, kind in kinds.items() if kind == "numeric"}
    numeric |= {response} if options.kind == "quantitative" else set()
    return response, kinds, {k: names for k, names in LEVELS.items() if k not in numeric} | levels


@contextmanager
def _path(options: argparse.Namespace) -> Iterator[Any]:
    """The path of the table, a file of the package for heart."""
    if options.table != HEART:
        yield options.table
        return
    with resources.as_file(resources.files("jaxnn.datasets") / "heart.csv") as path:
        yield path


def _read(
    options: argparse.Namespace, declared: Mapping[str, Sequence[str]], missing: str
) -> Table:
    response, kinds, levels = _meaning(options, declared)
    with _unlogged(), _path(options) as path:
        return read_table(
            path,
            response,
            predictors=options.predictors,
            kinds=kinds,
            levels=levels,
            response_kind=options.kind,
            positive=options.positive,
            exclude=options.exclude,
            weights=options.weights,
            groups=options.groups,
            dates=options.date_order,
            missing=missing_treatment(options, missing),
            **file_form(options),
        )


def missing_treatment(options: argparse.Namespace, default: str) -> str:
    """What is done with missing values; the few of the heart data are dropped by default."""
    if options.table == HEART and default == "refuse":
        default = "drop"
    return options.missing or default


def file_form(options: argparse.Namespace) -> dict[str, Any]:
    """How the file is written, as arguments of the readers."""
    return {
        "delimiter": MARKS.get(options.delimiter, options.delimiter),
        "decimal": options.decimal,
        "thousands": MARKS.get(options.thousands, options.thousands),
        "encoding": options.encoding,
        "sheet": options.sheet,
        "missing_tokens": MISSING_TOKENS
        if options.missing_values is None
        else ("", *options.missing_values),
    }


@contextmanager
def _unlogged() -> Iterator[None]:
    """Silence the readers' log: their notes are printed with the description of the table."""

    def drop(record: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger("jaxnn")
    logger.addFilter(drop)
    try:
        yield
    finally:
        logger.removeFilter(drop)
