"""Which commands are there? Their options are checked before anything is read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

import jaxnn
from jaxnn.cli.option_groups import add_fitting, add_inspecting, add_predicting, add_reading
from jaxnn.errors import (
    InputError,
    InputTypeError,
    shown,
)
from jaxnn.processes.options import add_joining

EXPLAIN = """\
Choose a network for a table, say whether it is worth it, which predictors matter, and how its
prediction depends on each, with bands: in one page to read in a browser.

  jaxnn explain heart                               the data set that ships
  jaxnn explain patients.csv --response AHD --missing drop --categorical Slope Thal
  jaxnn explain houses.csv --response price --hidden 32 --replicates 500 --out houses

Files in DIR:

  report.html                    all results, in one page that needs nothing else
  importance.csv, curves.csv, changes.csv, losses.csv, predictions.csv
                                 its numbers
  summary.json                   settings, versions, losses, choice, comparison and calibration
  arrays.npz                     the numbers of every refit
  *.png                          its figures, with --figures
  model.json, arrays-*.npz       the refits, for jaxnn predict DIR NEW.csv

The curves are those of the best network with hidden layers, with a penalty of at most 0.3 unless
one is given: a stronger one may predict better, but bends the curves away from the truth.

Each file is written whole or not at all. If the run is killed, the same command resumes it:
finished refits are kept in DIR/refits, which is removed at the end.
"""

PREDICT = """\
Predict new rows with the refits that jaxnn explain has saved in its folder.

  jaxnn predict houses new_houses.csv --out predictions.csv
  jaxnn predict patients new_patients.csv --level 0.9 --missing impute

For each row: its place in the file; the prediction (a mean, or probabilities) and the ends of its
band, which says how certain that mean is; the ends of the prediction interval, or the prediction
set of classes, which covers a new observation; and a note on what could not be used as it was.
Coverage is over all rows together: a rare class is covered less often than others.
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose error message is one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {self.prog} --help lists what is accepted.")


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options as a namespace, in which `command` is "explain", "describe" or "predict".

    Its `words` are the arguments as they were given.

    Args:
      argv: the arguments; None takes those of the process.

    Raises:
      InputError: an option that is unknown, lacks its value, or has one that it does not accept.
    """
    words = sys.argv[1:] if argv is None else argv
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise InputTypeError(f"argv is {shown(words)}; pass a list of texts.")
    words = list(words)
    return _parser().parse_args(words, argparse.Namespace(words=words))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="jaxnn",
        description="A small-network laboratory: look into a black box with honest error bars.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"jaxnn {jaxnn.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    explain = commands.add_parser(
        "explain",
        help="fit a network to a table and draw its predictions, with bands",
        description=EXPLAIN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_reading(explain, missing="refuse, but drop for heart")
    add_fitting(explain)
    add_inspecting(explain)
    add_joining(explain)

    describe = commands.add_parser(
        "describe",
        help="print the columns of a table: what they hold, and what explain would do with them",
        description="Print the columns of a table: kinds, levels or ranges, missing values, and "
        "what explain would do with each. Nothing is filled in, dropped or refused.",
        allow_abbrev=False,
    )
    add_reading(describe, missing="describe only counts them")

    predict = commands.add_parser(
        "predict",
        help="predict new rows with what explain has saved, with bands and prediction intervals",
        description=PREDICT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add_predicting(predict)
    return parser
