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
from jaxnn.tables import MISSING_TOKENS, Table, describe, raw_table, read_table

HEART = "heart"
MARKS = {"tab": "\t", r"\t": "\t", "space": " "}  # marks that are hard to type in a shell
KIND_OF = {
    "--categorical": "categorical",
    "--numeric": "numeric",
    "--ordinal": "ordinal",
    "--dates": "date",
}


def describe_table(options: argparse.Namespace) -> str:
    """The text that `jaxnn describe` prints; the response is the last column by default."""
    if options.response is None and options.table != HEART:
        with _worded({}):
            options.response = raw_table(options.table, **file_form(options)).names[-1]
    return describe(read(options, missing="impute"))


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


def _read(
    options: argparse.Namespace, declared: Mapping[str, Sequence[str]], missing: str
) -> Table:
    kinds = {name: KIND_OF[option] for option, names in declared.items() for name in names}
    levels = dict(options.ordinal)
    given: dict[str, Any] = {
        "predictors": options.predictors,
        "response_kind": options.kind,
        "positive": options.positive,
        "exclude": options.exclude,
        "weights": options.weights,
        "groups": options.groups,
        "dates": options.date_order,
        "missing": missing_treatment(options, missing),
        **file_form(options),
    }
    with _unlogged():
        if options.table != HEART:
            return read_table(options.table, options.response, kinds=kinds, levels=levels, **given)
        response = options.response or "AHD"
        kinds = KINDS | kinds
        if options.kind is not None:
            kinds.pop(response, None)
        numeric = {name for name, kind in kinds.items() if kind == "numeric"}
        numeric |= {response} if options.kind == "quantitative" else set()
        levels = {k: names for k, names in LEVELS.items() if k not in numeric} | levels
        with resources.as_file(resources.files("jaxnn.datasets") / "heart.csv") as path:
            return read_table(path, response, kinds=kinds, levels=levels, **given)


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
