"""What can be asked for on the command line, and what is refused before anything is read?"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from jaxnn.cli.files import version
from jaxnn.errors import InputError

LARGEST = 2**31 - 1
LARGEST_SEED = 2**32 - 1

EXPLORE = """\
Fit a network to resamples of a table, and draw what it does with each predictor, with bands.

  jaxnn explore heart                               the data set that ships
  jaxnn explore patients.csv --response AHD --missing drop --categorical Slope Thal
  jaxnn explore houses.csv --response price --hidden 32 --replicates 500 --out houses

Written into DIR, each file whole or not at all: predicted_versus_observed.png (by refits that had
left the row out), predictor_01.png, predictor_02.png, ... (average and individual curves, and the
profile at the centre), arrays.npz (the same in numbers) and summary.json (settings, versions,
losses, which predictor is in which file).  If the run is killed, the same command goes on where it
was: finished refits wait in DIR/refits, which is removed at the end.
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {self.prog} --help lists what is accepted.")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options; `command` is "explore" or "describe".

    Raises:
      InputError: an option that is unknown, lacks its value, or has one that it cannot take.
    """
    return _parser().parse_args(argv)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="jaxnn",
        description="A small-network laboratory: look into a black box with honest error bars.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"jaxnn {version('jaxnn')}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    explore = commands.add_parser(
        "explore",
        help="fit a network to a table and draw what it does, with bands",
        description=EXPLORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_reading(explore, missing="refuse, but drop for heart")
    _add_fitting(explore)
    _add_looking(explore)

    shows = commands.add_parser(
        "describe",
        help="print the columns of a table: kinds, levels or ranges, missing values",
        description="Print the columns of a table: kinds, levels or ranges, missing values.",
        allow_abbrev=False,
    )
    _add_reading(shows, missing="impute, which widens no range")
    return parser


def _add_reading(parser: argparse.ArgumentParser, missing: str) -> None:
    parser.add_argument(
        "table",
        metavar="TABLE",
        help="a CSV file whose first line names the columns, or heart: the data set that ships",
    )
    add = parser.add_argument_group("reading the table").add_argument
    columns: dict[str, Any] = {"nargs": "+", "metavar": "COLUMN"}
    add(
        "--response",
        metavar="COLUMN",
        help="the column to be predicted; AHD for heart, and describe takes the last one",
    )
    add("--predictors", **columns, help="the columns to predict from; all others by default")
    add("--categorical", **columns, default=(), help="numbers that are codes of categories")
    add("--numeric", **columns, default=(), help="columns of 0 and 1 that are numbers")
    add(
        "--kind",
        choices=("quantitative", "binary", "categorical"),
        help="of the response; by default what its values look like",
    )
    add("--positive", metavar="LEVEL", help="the level of a binary response that counts as 1")
    add(
        "--missing",
        choices=("refuse", "drop", "impute"),
        help="missing values are an error, their rows are left out, or the median or the most "
        f"common level is filled in (default: {missing})",
    )
    add("--delimiter", default=",", metavar="MARK", help="between columns: , or ; or tab")
    add("--encoding", default="utf-8-sig", metavar="NAME", help="such as latin-1; UTF-8 by default")


def _add_fitting(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("fitting the network")

    def add(name: str, **settings: Any) -> None:
        settings["help"] += " (default: %(default)s)" * ("default" in settings)
        group.add_argument(name, **settings)

    add(
        "--hidden",
        nargs="*",
        type=_whole(1, 100_000),
        default=[16, 16],
        metavar="UNITS",
        help="units of each hidden layer; none is linear or logistic regression",
    )
    add("--activation", default="tanh", metavar="NAME", help="of the hidden units")
    add("--optimizer", default="adam", metavar="NAME", help="the rule of the steps")
    add("--learning-rate", type=_positive, default=0.01, metavar="RATE", help="its learning rate")
    add("--epochs", type=_whole(1), default=300, metavar="N", help="passes over the rows")
    add("--batch-size", type=_whole(1), metavar="N", help="rows a step; all of them by default")
    add(
        "--l2",
        type=_not_negative,
        default=0.03,
        metavar="PRICE",
        help="of half the sum of squared weights; 0 is none",
    )
    add(
        "--replicates",
        type=_whole(1, 1_000_000),
        default=200,
        metavar="N",
        help="refits, each on rows drawn with replacement",
    )
    add(
        "--seed",
        type=_whole(0, LARGEST_SEED),
        default=0,
        metavar="N",
        help="of all that is drawn at random: same seed, same numbers",
    )


def _add_looking(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("looking inside").add_argument
    add(
        "--features",
        nargs="+",
        metavar="COLUMN",
        help="the predictors to draw; all of them by default",
    )
    add(
        "--level",
        type=_level,
        default=0.95,
        metavar="P",
        help="part of the refits that is inside a band (default: %(default)s)",
    )
    add(
        "--center",
        choices=("mean", "median", "mode"),
        default="mean",
        help="where a profile holds the other numeric predictors; binary and categorical ones are "
        "at their most common level (default: %(default)s)",
    )
    add(
        "--rows",
        type=_whole(1),
        default=1000,
        metavar="N",
        help="average curves are over this many rows drawn at random, if the table has more "
        "(default: %(default)s)",
    )
    add(
        "--out",
        type=Path,
        default=Path("jaxnn-explore"),
        metavar="DIR",
        help="where the files go (default: %(default)s)",
    )


def _whole(least: int, most: int = LARGEST) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")

    return parse


def _number(text: str, fits: Callable[[float], bool], wanted: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and fits(number)):
        raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}")
    return number


def _positive(text: str) -> float:
    return _number(text, lambda number: number > 0, "a positive number")


def _not_negative(text: str) -> float:
    return _number(text, lambda number: number >= 0, "a number of at least 0")


def _level(text: str) -> float:
    return _number(text, lambda number: 0 < number < 1, "a number between 0 and 1, such as 0.95")
