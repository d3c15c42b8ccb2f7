"""Which options are there? In groups: reading, fitting, looking inside, predicting new rows."""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jaxnn.optimizers import OPTIMIZERS, default_learning_rate
from jaxnn.selection.candidates import BATCH_SIZE, SMALL_TABLE
from jaxnn.tables import MISSING_TOKENS

LARGEST = 2**31 - 1
LARGEST_SEED = 2**32 - 1


def add_reading(parser: argparse.ArgumentParser, missing: str) -> None:
    """Add the options that say which table is read, and how.

    Args:
      parser: what they are added to.
      missing: what is done with missing values by default, in words.
    """
    parser.add_argument(
        "table",
        metavar="TABLE",
        help="a file whose first line names the columns: text such as CSV, also .gz, or .xlsx or "
        "Parquet if pandas is installed; or heart, the data set of the package",
    )
    add = parser.add_argument_group("reading the table").add_argument
    columns: dict[str, Any] = {"nargs": "+", "metavar": "COLUMN"}
    add(
        "--response",
        metavar="COLUMN",
        help="the column to predict, by default AHD for heart; describe needs none",
    )
    add("--predictors", **columns, help="the columns to predict from; by default all that can be")
    add("--exclude", **columns, help="columns to leave out")
    add("--categorical", **columns, default=(), help="columns of numbers that are codes")
    add("--numeric", **columns, default=(), help="columns of 0 and 1 to be read as numbers")
    add(
        "--ordinal",
        nargs="+",
        type=_column_and_levels,
        default=(),
        metavar="COLUMN=LEVELS",
        help="columns with ordered levels, such as size=S,M,L",
    )
    add("--dates", **columns, default=(), help="columns of dates, which become numbers of days")
    add(
        "--date-order",
        choices=("dmy", "mdy"),
        help="order of day and month in dates such as 03/04/2020; needed if the column does not "
        "tell",
    )
    add(
        "--weights",
        metavar="COLUMN",
        help="the column of case weights: a row of weight 2 counts as two rows",
    )
    add(
        "--groups",
        metavar="COLUMN",
        help="the column whose equal values mark rows that belong together, such as the visits of "
        "a patient; they are resampled and left out together",
    )
    add(
        "--kind",
        choices=("quantitative", "binary", "categorical", "count"),
        help="kind of the response; by default inferred from its values",
    )
    add("--positive", metavar="LEVEL", help="the level of a binary response that counts as 1")
    add(
        "--missing",
        choices=("refuse", "drop", "impute"),
        help="refuse missing values, drop their rows, or impute the median or the most common "
        f"level (default: {missing})",
    )
    add_form(parser)


def add_form(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how the file is written."""
    form = parser.add_argument_group(
        "form of the file", "What is not given is recognised, and what was recognised is said."
    ).add_argument
    form(
        "--missing-values",
        nargs="+",
        metavar="TEXT",
        help="the texts that stand for a missing value, in upper or lower case; by default an "
        f"empty field and {' '.join(token for token in MISSING_TOKENS if token)}",
    )
    form("--delimiter", metavar="MARK", help="mark between columns, such as ; or tab")
    form("--decimal", metavar="MARK", help="mark before the decimals: . or ,")
    form("--thousands", metavar="MARK", help="mark between thousands, such as . or , or space")
    form("--encoding", metavar="NAME", help="encoding of the text, such as latin-1")
    form("--sheet", metavar="NAME", help="sheet of a workbook; by default the first")


def add_predicting(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which model predicts which rows, and where that is written."""
    parser.add_argument(
        "folder", metavar="DIR", help="the folder in which jaxnn explain has written its files"
    )
    parser.add_argument(
        "table",
        metavar="TABLE",
        help="a file of new rows, as for jaxnn explain; its columns may be in any order, and those "
        "that are not predictors are ignored",
    )
    add = parser.add_argument_group("predicting").add_argument
    add(
        "--level",
        type=_level,
        metavar="P",
        help="coverage of bands and intervals; that of jaxnn explain by default",
    )
    add(
        "--missing",
        choices=("empty", "impute"),
        help="leave the prediction of a row with a missing value empty, or impute the median or "
        "the most common level of the training rows; as in jaxnn explain by default",
    )
    add(
        "--unseen",
        choices=("empty", "reference", "common"),
        default="empty",
        help="leave the prediction of a row empty if a level did not occur in training, or treat "
        "it as the reference level (the first) or the most common one (default: %(default)s)",
    )
    add(
        "--out",
        type=Path,
        metavar="FILE",
        help="the CSV file to write; standard output by default",
    )
    add_form(parser)


def add_fitting(parser: argparse.ArgumentParser) -> None:
    """Add the options that describe the network and its training."""
    add = parser.add_argument_group(
        "choosing the network",
        "Hidden layers, penalty and epochs are chosen by out-of-bag loss, unless they are given.",
    ).add_argument
    add(
        "--hidden",
        nargs="*",
        type=_whole(1, 100_000),
        metavar="UNITS",
        help="units of each hidden layer, such as 16 16; without a number, linear, logistic or "
        "Poisson regression",
    )
    add(
        "--penalty",
        type=_not_negative,
        metavar="STRENGTH",
        help="strength of the normal prior of the weights, which means the same for any number of "
        "rows; 0 is no penalty",
    )
    add("--epochs", type=_whole(1), metavar="N", help="passes over the rows")
    add(
        "--activation",
        default="tanh",
        metavar="NAME",
        help="activation of the hidden units (default: %(default)s)",
    )

    add(
        "--compare",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="compare the network with linear regression and its like, a constant and, if "
        "scikit-learn is installed, a random forest and gradient boosting",
    )

    add = parser.add_argument_group(
        "fitting the network", "The first three need --hidden, --penalty and --epochs."
    ).add_argument
    add(
        "--optimizer",
        metavar="NAME",
        help=f"one of {', '.join(OPTIMIZERS)} (default: adam, but lbfgs without hidden layers)",
    )
    add(
        "--learning-rate",
        type=_positive,
        metavar="RATE",
        help="learning rate of the optimiser (default: "
        f"{default_learning_rate('adam'):g}, but {default_learning_rate('lbfgs'):g} for lbfgs)",
    )
    add(
        "--batch-size",
        type=_whole(1),
        metavar="N",
        help=f"rows per step (default: all, but {BATCH_SIZE} of more than {SMALL_TABLE:,})",
    )
    add(
        "--replicates",
        type=_whole(1, 1_000_000),
        default=200,
        metavar="N",
        help="number of refits, each on rows drawn with replacement (default: %(default)s)",
    )
    add(
        "--seed",
        type=_whole(0, LARGEST_SEED),
        default=0,
        metavar="N",
        help="seed of all random numbers: the same seed gives the same results "
        "(default: %(default)s)",
    )


def add_inspecting(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what is drawn, and where it is written."""
    add = parser.add_argument_group("looking inside the network").add_argument
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
        help="coverage of the bands (default: %(default)s)",
    )
    add(
        "--calibrate",
        action=argparse.BooleanOptionalAction,
        help="correct and widen the bands until they contain the truth as often as they say, by "
        "refits to simulated responses; by default if it takes less than a minute",
    )
    add(
        "--center",
        choices=("mean", "median", "mode"),
        default="mean",
        help="where a profile holds the other numeric predictors; binary and categorical ones are "
        "held at their most common level (default: %(default)s)",
    )
    add(
        "--rows",
        type=_whole(1),
        default=1000,
        metavar="N",
        help="the largest number of rows that a curve is averaged over, drawn at random "
        "(default: %(default)s)",
    )
    add(
        "--figures",
        action="store_true",
        help="also write each figure of the page as a file of its own",
    )
    add(
        "--out",
        type=Path,
        default=Path("jaxnn-explain"),
        metavar="DIR",
        help="directory for the files (default: %(default)s)",
    )


def _whole(least: int, most: int = LARGEST) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most:
            return int(text)
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")

    return parse


def _column_and_levels(text: str) -> tuple[str, list[str]]:
    name, _, levels = text.partition("=")
    found = [level.strip() for level in next(csv.reader([levels]), [])]
    if not name or len(found) < 2:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a column with its levels in order, such as size=S,M,L"
        )
    return name, found


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
