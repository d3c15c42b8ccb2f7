"""What does a network see in my table, and how sure can I be of it?  One command answers:

    jaxnn explore patients.csv --response AHD

It reads the table, fits a network to hundreds of resamples of its rows, and draws how the
prediction follows each predictor j, with a band from the refits f_b:

    average curve   mean_i f_b(x, x_iC)     every row i, had it the value x of predictor j
    profile         f_b(x, c_C)             one row, the others at their centre c
    out of bag      f_b(x_i), i not in b    an honest prediction of each row

A quantitative response is standardised before the fit, so that learning rate and penalty mean the
same in any unit; all that is told, drawn or saved is in the response's own unit again.

Whatever a user can get wrong is answered by one sentence: exit status 2 for what was asked for,
1 for what went wrong on the way, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import importlib.metadata
import json
import logging
import math
import os
import platform
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import jax
import jax.numpy as jnp
import numpy as np
from tqdm import tqdm

from jaxnn import responses
from jaxnn.bootstrap import Bootstrap, bootstrap, converged, interval
from jaxnn.datasets.heart import KINDS as HEART_KINDS
from jaxnn.datasets.heart import LEVELS as HEART_LEVELS
from jaxnn.errors import InputError, unknown_name
from jaxnn.inspection import (
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.mlp import MLP, count_parameters
from jaxnn.recipe import Recipe
from jaxnn.regularizers import ElasticNet
from jaxnn.replicate import use_all_cores
from jaxnn.resume import write_whole
from jaxnn.tables import (
    Column,
    Encoder,
    Table,
    column_index,
    describe,
    encoded_width,
    read_csv,
)
from jaxnn.tables.table import shown
from jaxnn.training import Fitter, predictor

HEART = "heart"
LARGEST = 2**31 - 1
LARGEST_SEED = 2**32 - 1
GRID = 40  # places on the curve of a numeric predictor
INDIVIDUAL = 60  # individual curves, at most
POINTS = 2000  # rows in the figure of predicted against observed, at most
ROWS_AT_ONCE = 4096
MOST_LABELS = 30  # levels whose names fit below an axis
MOST_CLASSES = 12  # lines that can be told apart
PACKAGES = ("jax", "jaxlib", "numpy", "optax", "matplotlib", "jaxnn")

OBSERVED_FILE = "predicted_versus_observed.png"
ARRAYS_FILE = "arrays.npz"
SUMMARY_FILE = "summary.json"
EFFECT_FILE = re.compile(r"predictor_[0-9]+\.png")

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


class Failure(Exception):
    """What was asked for is in order, but could not be done; one sentence."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message}; {self.prog} --help lists what is accepted.")


def main(
    argv: Sequence[str] | None = None, *, prepare: Callable[[], object] = use_all_cores
) -> int:
    """Run the command line.

    Args:
      argv: the arguments, by default those of the process.
      prepare: called once before anything is computed.

    Returns:
      The exit status: 0; 2 when something given cannot be used; 1 when it could not be done; 130
      when it was interrupted.
    """
    try:
        options = _parser().parse_args(argv)
        options.run(options, prepare)
    except InputError as error:
        return _complain(str(error), 2)
    except Failure as error:
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain("interrupted.", 130)
    except BrokenPipeError:
        # Whoever read the output has gone; Python must not fail again when it closes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _complain(f"a file cannot be read or written: {error}.", 1)
    return 0


def _complain(sentence: str, status: int) -> int:
    # Names in it come from a file: they must neither break the line nor reach the terminal as
    # control characters.
    print(f"jaxnn: {shown(sentence, 2000)}", file=sys.stderr)
    return status


def _say(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)


# The arguments.


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="jaxnn",
        description="A small-network laboratory: look into a black box with honest error bars.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"jaxnn {_version('jaxnn')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

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
    explore.set_defaults(run=_explore)

    shows = commands.add_parser(
        "describe",
        help="print the columns of a table: kinds, levels or ranges, missing values",
        description="Print the columns of a table: kinds, levels or ranges, missing values.",
        allow_abbrev=False,
    )
    _add_reading(shows, missing="impute, which widens no range")
    shows.set_defaults(run=_describe)
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
        default=0.01,
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


# Reading.


def _describe(options: argparse.Namespace, prepare: Callable[[], object]) -> None:
    del prepare  # nothing is computed
    if options.response is None and options.table != HEART:
        options.response = _last_column(options)
    _say(describe(_read(options, missing="impute")))


def _last_column(options: argparse.Namespace) -> str:
    """The last name in the first line, or "" where `read_csv` will say what is wrong with it."""
    try:
        with open(options.table, encoding=options.encoding, newline="") as file:
            lines = csv.reader(file, delimiter=_delimiter(options), skipinitialspace=True)
            names = next(line for line in lines if line)
            return [name.strip() for name in names if name.strip()][-1]
    except (OSError, ValueError, LookupError, TypeError, StopIteration, csv.Error):
        return ""


def _delimiter(options: argparse.Namespace) -> str:
    return {"tab": "\t", r"\t": "\t"}.get(options.delimiter, options.delimiter)


def _read(options: argparse.Namespace, missing: str) -> Table:
    """The table that the options ask for; `missing` is the default for that option."""
    both = [name for name in options.categorical if name in options.numeric]
    if both:
        raise InputError(f"categorical and numeric both name {both[0]!r}; it can be one of them.")
    kinds = dict.fromkeys(options.categorical, "categorical")
    kinds |= dict.fromkeys(options.numeric, "numeric")
    given: dict[str, Any] = {
        "predictors": options.predictors,
        "response_kind": options.kind,
        "positive": options.positive,
        "delimiter": _delimiter(options),
        "encoding": options.encoding,
    }
    with _unlogged():
        if options.table != HEART:
            missing = options.missing or missing
            return read_csv(options.table, options.response, kinds=kinds, missing=missing, **given)
        response = options.response or "AHD"
        kinds = HEART_KINDS | kinds
        if options.kind is not None:
            kinds.pop(response, None)
        numeric = {name for name, kind in kinds.items() if kind == "numeric"}
        numeric |= {response} if options.kind == "quantitative" else set()
        levels = {name: names for name, names in HEART_LEVELS.items() if name not in numeric}
        missing = options.missing or ("drop" if missing == "refuse" else missing)
        with resources.as_file(resources.files("jaxnn.datasets") / "heart.csv") as path:
            return read_csv(path, response, kinds=kinds, levels=levels, missing=missing, **given)


@contextmanager
def _unlogged() -> Iterator[None]:
    """What a reader logs is in the notes of the table too, and printed with its description."""

    def drop(record: logging.LogRecord) -> bool:
        return False

    logger = logging.getLogger("jaxnn")
    logger.addFilter(drop)
    try:
        yield
    finally:
        logger.removeFilter(drop)


# Fitting and looking.


class Effect(NamedTuple):
    """What the prediction does along one predictor; (classes,) only for a categorical response.

    Attributes:
      place: of the predictor among the columns of X.
      grid: (g,) values, or codes of levels.
      average: (refits, g[, classes]) averaged over rows.
      profile: (refits, g[, classes]) with the others at their centre.
      individual: (m, g[, classes]) a few rows, by the average of the refits.
    """

    place: int
    grid: np.ndarray
    average: np.ndarray
    profile: np.ndarray
    individual: np.ndarray


class LeftOut(NamedTuple):
    """Rows as seen by the refits that had left them out; NaN where there is none.

    Attributes:
      mean, lower, upper: (n,) prediction: a number, the probability of y = 1, or of the class
        that was observed.
      loss: (refits,) mean loss of each refit on the rows that it had left out.
      constant_loss: (refits,) the same for the best constant prediction on those rows.
    """

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    loss: np.ndarray
    constant_loss: np.ndarray


class _Refitted:
    """All refits that converged, as black boxes in the unit of the response."""

    def __init__(self, fitter: Fitter, refits: Bootstrap, table: Table, middle: float, unit: float):
        self.table, self.net = table, fitter.net
        self.middle, self.unit = middle, unit
        self.out_of_bag = refits.out_of_bag[~refits.diverged]
        fits = converged(refits)
        # With the identity as link the predictions are the outputs, from which a cross-entropy is
        # exact where a probability has rounded to 0 or 1.
        outputs = dataclasses.replace(fitter.net, response="quantitative")
        self._outputs = predictor(outputs, fits, fitter.encoder)
        self._means = predictor(fitter.net, fits, fitter.encoder)

    def all(self, X: Any) -> np.ndarray:
        """(refits, rows[, classes]) predictions."""
        return self.middle + self.unit * np.asarray(self._means(X), float)

    def average(self, X: Any) -> np.ndarray:
        """(rows[, classes]) their mean over refits."""
        return self.all(X).mean(axis=0)

    def effect(self, place: int, rows: np.ndarray, few: np.ndarray, center: Any) -> Effect:
        """Curves of one predictor, over the `rows` of X and individually for a `few` of them."""
        X, column = self.table.X, self.table.columns[place]
        grid = np.arange(len(column.levels), dtype=float)
        if column.kind == "numeric":
            grid = grid_for(X, place, GRID, (0.0, 1.0))
        return Effect(
            place,
            grid,
            partial_dependence(self.all, X[rows], place, grid),
            profile_at(self.all, X, place, grid, center, columns=self.table.columns),
            individual_conditional_expectation(self.average, X[few], place, grid),
        )

    def left_out(self, level: float) -> LeftOut:
        """Predictions and losses out of bag."""
        y = (self.table.y - self.middle) / self.unit
        counts = self.out_of_bag.sum(axis=1)
        constant = self._loss(
            np.broadcast_to(self._constant(y), (1, len(y), self.net.sizes[-1])), y
        )
        total = np.zeros(len(counts))
        seen = np.empty((3, len(y)))
        for start in range(0, len(y), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            out = self.out_of_bag[:, rows]
            outputs = np.asarray(self._outputs(self.table.X[rows]))
            outputs = outputs.reshape(*out.shape, -1)
            total += np.where(out, self._loss(outputs, y[rows]), 0).sum(axis=1)
            means = np.asarray(responses.mean(self.net.response, jnp.asarray(outputs)), float)
            which = y[rows].astype(int) if self.net.response == "categorical" else 0 * y[rows]
            which = np.broadcast_to(which.astype(int)[:, None], (*out.shape, 1))
            means = self.middle + self.unit * np.take_along_axis(means, which, axis=2)[..., 0]
            for row, (values, mask) in enumerate(zip(means.T, out.T, strict=True), start):
                few = values[mask]
                seen[:, row] = (few.mean(), *interval(few, level)) if few.size else np.nan
        square = self.unit**2  # of the response, in the squared error
        some = np.where(counts > 0, counts, np.nan)
        fixed = np.where(self.out_of_bag, constant, 0).sum(axis=1)
        return LeftOut(*seen, square * total / some, square * fixed / some)

    def _loss(self, outputs: np.ndarray, y: np.ndarray) -> np.ndarray:
        y = jnp.asarray(y, jnp.result_type(float))[None, :, None]
        return np.asarray(responses.loss(self.net.response, jnp.asarray(outputs), y), float)

    def _constant(self, y: np.ndarray) -> np.ndarray:
        """(outputs,) the outputs of the constant prediction that has the least loss on all rows."""
        if self.net.response == "quantitative":
            return np.array([y.mean()])
        if self.net.response == "binary":
            return np.log([y.mean() / (1 - y.mean())])
        share = np.bincount(y.astype(int), minlength=self.net.sizes[-1]) / len(y)
        return np.log(np.maximum(share, np.finfo(np.float32).tiny))  # some class may not occur


def _explore(options: argparse.Namespace, prepare: Callable[[], object]) -> None:
    if options.response is None and options.table != HEART:
        raise InputError(
            "response is missing; pass --response with the name of the column to be predicted "
            f"(jaxnn describe {options.table} lists them)."
        )
    table = _read(options, missing="refuse")
    drawn = _drawn(options.features, table)
    fitter = _fitter(options, table)
    _check_writable(options.out)
    _say(describe(table))
    prepare()

    key_refits, key_rows = jax.random.split(jax.random.key(options.seed))
    # Of a quantitative response; codes of classes stay as they are.
    numeric = fitter.net.response == "quantitative"
    middle = float(table.y.mean()) if numeric else 0.0
    unit = (float(table.y.std()) or 1.0) if numeric else 1.0
    folder = options.out / "refits" / _digest(fitter, table, options)
    refits = bootstrap(
        key_refits,
        fitter,
        table.X,
        (table.y - middle) / unit,
        options.replicates,
        progress="refits",
        directory=folder,
    )
    if refits.diverged.all():
        _forget(folder)
        raise Failure(
            f"all {options.replicates} refits diverged; pass a lower --learning-rate than "
            f"{options.learning_rate:g}."
        )
    refitted = _Refitted(fitter, refits, table, middle, unit)
    left_out = refitted.left_out(options.level)
    order = np.asarray(jax.random.permutation(key_rows, len(table.y)))[: options.rows]
    rows, few = np.sort(order), np.sort(order[:INDIVIDUAL])
    effects = [
        refitted.effect(place, rows, few, options.center)
        for place in tqdm(drawn, desc="curves", unit=" predictors", file=sys.stderr)
    ]

    record = _record(options, table, fitter.net, refits, left_out, effects)
    arrays = _arrays(table, refits, left_out, effects, rows, few)
    _write(options, table, left_out, effects, arrays, record, int((~refits.diverged).sum()))
    _forget(folder)
    for line in _outcome(options.out, record):
        _say(line)


def _drawn(features: Sequence[str] | None, table: Table) -> list[int]:
    names = [column.name for column in table.columns]
    for name in features or ():
        if name not in names:
            raise unknown_name("features", name, names)
    return [column_index(table, name) for name in dict.fromkeys(features or names)]


def _fitter(options: argparse.Namespace, table: Table) -> Fitter:
    encoder = Encoder(table.columns)
    kind = table.response.kind
    outputs = len(table.response.levels) if kind == "categorical" else 1
    net = MLP(
        (encoded_width(encoder), *options.hidden, outputs),
        activation=options.activation,
        response="quantitative" if kind == "numeric" else kind,
    )
    recipe = Recipe(
        optimizer=options.optimizer,
        learning_rate=options.learning_rate,
        epochs=options.epochs,
        batch_size=options.batch_size,
        penalty=ElasticNet(l2=options.l2) if options.l2 else None,
    )
    return Fitter(net, recipe, encoder)


def _check_writable(out: Path) -> None:
    if os.path.lexists(out) and not out.is_dir():
        raise InputError(f"out is {str(out)!r}, which is a file; pass a directory.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"out is {str(out)!r}, which cannot be written ({reason}); pass a directory that can."
        ) from None


def _digest(fitter: Fitter, table: Table, options: argparse.Namespace) -> str:
    """A name for the refits: another table or other settings go to another folder."""
    digest = hashlib.sha256()
    digest.update(repr((fitter, options.replicates, options.seed, _versions())).encode())
    for array in (table.X, table.y):
        digest.update(repr(array.shape).encode() + array.tobytes())
    return digest.hexdigest()[:16]


def _forget(folder: Path) -> None:
    """Remove the saved refits of this run; those of others, which may yet go on, stay."""
    shutil.rmtree(folder, ignore_errors=True)
    if not any(folder.parent.iterdir()):
        folder.parent.rmdir()


# Writing.


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _record(
    options: argparse.Namespace,
    table: Table,
    net: MLP,
    refits: Bootstrap,
    left_out: LeftOut,
    effects: Sequence[Effect],
) -> dict[str, Any]:
    """The summary; what it calls numbers of refits and of rows count from 0, as the arrays do."""
    bad = np.flatnonzero(refits.diverged)
    settings = {name: value for name, value in vars(options).items() if name not in ("run", "out")}
    unit = "squared unit of the response" if net.response == "quantitative" else "nats"
    drawn = {effect.place: _file(effect) for effect in effects}
    return {
        "table": options.table,
        "settings": settings,
        "versions": _versions(),
        "rows": len(table.y),
        "notes": list(table.notes),
        "response": dataclasses.asdict(table.response),
        "predictors": [
            {**dataclasses.asdict(column), "file": drawn.get(place)}
            for place, column in enumerate(table.columns)
        ],
        "network": {
            "sizes": list(net.sizes),
            "activation": net.activation,
            "parameters": count_parameters(net),
        },
        "refits": {
            "asked": len(refits.diverged),
            "diverged": len(bad),
            "diverged_refits": [
                {"refit": int(b), "step": int(refits.fits.diverged_at[b])} for b in bad
            ],
        },
        "out_of_bag": {
            "loss": {
                "quantitative": "mean squared error",
                "binary": "cross-entropy",
                "categorical": "cross-entropy",
            }[net.response],
            "unit": unit,
            "network": _spread(left_out.loss, options.level),
            "constant": _spread(left_out.constant_loss, options.level),
            "difference": _spread(left_out.constant_loss - left_out.loss, options.level),
        },
    }


def _spread(values: np.ndarray, level: float) -> dict[str, Any] | None:
    """Mean and interval over refits, or None if there is nothing to tell."""
    values = values[~np.isnan(values)]
    if not values.size or not np.isfinite(values).all():
        return None
    lower, upper = interval(values, level)
    return {"mean": float(values.mean()), "interval": [float(lower), float(upper)]}


def _arrays(
    table: Table,
    refits: Bootstrap,
    left_out: LeftOut,
    effects: Sequence[Effect],
    rows: np.ndarray,
    few: np.ndarray,
) -> dict[str, np.ndarray]:
    arrays = {
        "X": table.X,
        "observed": table.y,
        "multiplicities": refits.multiplicities,
        "diverged": refits.diverged,
        **{f"out_of_bag_{name}": array for name, array in left_out._asdict().items()},
        "average_rows": rows,
        "individual_rows": few,
    }
    for effect in effects:
        for name in ("grid", "average", "profile", "individual"):
            arrays[f"{Path(_file(effect)).stem}_{name}"] = getattr(effect, name)
    return arrays


def _file(effect: Effect) -> str:
    # Never by the name of the column, which may be any text.
    return f"predictor_{effect.place + 1:02d}.png"


def _write(
    options: argparse.Namespace,
    table: Table,
    left_out: LeftOut,
    effects: Sequence[Effect],
    arrays: dict[str, Any],
    record: dict[str, Any],
    refits: int,
) -> None:
    """Every file whole or not at all; the summary last, since it says what the others are."""
    from jaxnn import plotting  # here alone, so that a page of help does not wait for matplotlib

    out = options.out
    stale = _effect_files(out) - {_file(effect) for effect in effects}
    with plotting.style(), warnings.catch_warnings():
        # A name may be in a script that the font lacks; then it has boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure = _observed_figure(table, left_out, options.level, refits)
        write_whole(out / OBSERVED_FILE, lambda file: plotting.save(figure, file))
        for effect in tqdm(effects, desc="figures", unit=" predictors", file=sys.stderr):
            drawing = _effect_figure(table, effect, options, int(arrays["average_rows"].size))
            write_whole(out / _file(effect), lambda file, it=drawing: plotting.save(it, file))
    write_whole(out / ARRAYS_FILE, lambda file: np.savez(file, allow_pickle=False, **arrays))
    # An argument of the command line may hold bytes that are no text; JSON has escapes for them.
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(out / SUMMARY_FILE, lambda file: file.write(text.encode(errors="backslashreplace")))
    for name in stale:
        (out / name).unlink(missing_ok=True)


def _effect_files(out: Path) -> set[str]:
    """The figures of predictors that an earlier run says it wrote."""
    try:
        predictors = json.loads((out / SUMMARY_FILE).read_text(encoding="utf-8"))["predictors"]
        files = {str(entry["file"]) for entry in predictors}
    except (OSError, ValueError, LookupError, TypeError):
        return set()
    return {name for name in files if EFFECT_FILE.fullmatch(name)}


def _outcome(out: Path, record: dict[str, Any]) -> Iterator[str]:
    """What there is to say at the end."""
    refits, losses = record["refits"], record["out_of_bag"]
    network = "-".join(map(str, record["network"]["sizes"]))
    yield ""
    yield (
        f"{refits['asked'] - refits['diverged']:,} refits of a {network} network "
        f"({record['network']['parameters']:,} parameters) on {record['rows']:,} rows"
        + f"; {refits['diverged']:,} more diverged and are left out"
        * bool(refits["diverged"])
    )
    if losses["network"] is None or losses["constant"] is None:
        yield "out-of-bag loss: none, for want of rows left out or of finite predictions"
    else:
        level = f"{100 * record['settings']['level']:g}%"
        yield f"out-of-bag loss, {losses['loss']} ({losses['unit']}), with {level} of the refits:"
        for name, label in (("network", "the network"), ("constant", "the constant prediction")):
            lower, upper = losses[name]["interval"]
            yield f"  {label:24}{losses[name]['mean']:.4g}  ({lower:.4g} to {upper:.4g})"
    yield f"written to {shown(str(out), 200)}:"
    yield f"  {OBSERVED_FILE}"
    for predictor in record["predictors"]:
        if predictor["file"]:
            yield f"  {predictor['file']:{len(OBSERVED_FILE)}}  {shown(predictor['name'])}"
    yield f"  {ARRAYS_FILE}, {SUMMARY_FILE}"


# Drawing.


def _words(text: str, limit: int = 28) -> str:
    """A name as matplotlib can draw it: short, in one line, and a dollar is no formula."""
    return shown(text, limit).replace("$", r"\$")


def _predicted(response: Column) -> str:
    if response.kind == "binary":
        return f"P({_words(response.name)} = {_words(response.levels[1], 16)})"
    return _words(response.name)


def _name_places(ax: Any, names: Sequence[str], what: str) -> None:
    """Names below an axis, slanted where they are long, and left out where they are too many."""
    if len(names) > MOST_LABELS:
        ax.set_xticks([])
        ax.set_xlabel(f"{ax.get_xlabel()} ({len(names)} {what})")
    elif sum(max(map(len, name.split("\n"))) + 1 for name in names) > 40:
        slant = 90 if len(names) > 8 else 30
        ax.tick_params("x", labelrotation=slant)
        for label in ax.get_xticklabels():
            label.set(ha="center" if slant == 90 else "right", rotation_mode="anchor")
            if slant == 90:
                label.set(ha="right", va="center")


def _observed_figure(table: Table, left_out: LeftOut, level: float, refits: int) -> Any:
    from jaxnn import plotting

    figure, (ax,) = plotting.panels(1, height=4.2, width=7.0)
    response = table.response
    rows = np.flatnonzero(~np.isnan(left_out.mean))
    if not rows.size:
        ax.set_title("no refit has left a row out")
        return figure
    total = rows.size
    rows = rows[np.linspace(0, total - 1, min(POINTS, total)).round().astype(int)]
    names = [_words(name, 16) for name in response.levels]
    plotting.predicted_versus_observed(
        ax,
        table.y[rows],
        left_out.mean[rows],
        (left_out.lower[rows], left_out.upper[rows]),
        levels=names,
    )
    ax.set_xlabel(f"observed {_words(response.name)}")
    predicted = _predicted(response)
    if response.kind == "categorical":
        predicted = f"P({predicted} = observed class)"
    ax.set_ylabel(f"out-of-bag {predicted}")
    _name_places(ax, names, "classes")
    some = f"{rows.size:,} of {total:,} rows" if rows.size < total else f"{total:,} rows"
    ax.set_title(
        f"{some}, each by the refits that left it out\nbars: {plotting.band_label(level, refits)}"
    )
    return figure


def _effect_figure(table: Table, effect: Effect, options: argparse.Namespace, averaged: int) -> Any:
    from jaxnn import plotting

    column, response = table.columns[effect.place], table.response
    values = table.X[:, effect.place]
    figure, axes = plotting.panels(2, height=4.3, sharey=True)
    titles = (
        f"averaged over {averaged:,} rows",
        f"others at {options.center}" + " or most common level" * (options.center != "mode"),
    )
    curved = column.kind == "numeric" and len(effect.grid) > 1
    for ax, curves, title in zip(axes, (effect.average, effect.profile), titles, strict=True):
        _draw_curves(plotting, ax, table, effect, curves, options.level)
        if ax is axes[0] and curves.ndim == 2 and len(effect.grid) > 1:
            places = effect.grid if curved else np.arange(len(effect.grid))
            plotting.individual_curves(ax, places, effect.individual, what="individual curves")
        if curved:
            plotting.rug(ax, values[np.linspace(0, len(values) - 1, POINTS).astype(int)])
        ax.set_xlabel(_words(column.name))
        ax.set_title(title)
        if not curved:
            _name_places(ax, _places(column, effect.grid, values), "levels")
    axes[0].set_ylabel(
        "probability of the class" if response.kind == "categorical" else _predicted(response)
    )
    handles, labels = axes[0].get_legend_handles_labels()
    form = "shaded" if curved else "bars"
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=min(len(labels), 4),
        title=f"{form}: {plotting.band_label(options.level, len(effect.average))}",
        title_fontsize=10,
    )
    return figure


def _places(column: Column, grid: np.ndarray, values: np.ndarray) -> list[str]:
    """Names of levels with the number of rows that have them."""
    names = [_words(name, 16) for name in column.levels] or [f"{value:g}" for value in grid]
    counts = [np.count_nonzero(values == value) for value in grid]
    return [f"{name}\n({count:,})" for name, count in zip(names, counts, strict=True)]


def _draw_curves(
    plotting: Any, ax: Any, table: Table, effect: Effect, curves: np.ndarray, level: float
) -> None:
    """The mean over refits and its band: one curve, or one for each class."""
    column, response = table.columns[effect.place], table.response
    chosen, labels = [0], ["average of the refits"]
    if curves.ndim == 3:
        counts = np.bincount(table.y.astype(int), minlength=curves.shape[2])
        chosen = sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
        labels = [f"P({_words(response.levels[k], 16)})" for k in chosen]
    colors, lines = list(plotting.COLORS), list(plotting.LINES)
    for order, (k, label) in enumerate(zip(chosen, labels, strict=True)):
        seen = curves[..., k] if curves.ndim == 3 else curves
        center, ends = seen.mean(axis=0), interval(seen, level)
        color = colors[order % 6]
        if column.kind == "numeric" and len(effect.grid) > 1:
            line = lines[order % len(lines)]
            plotting.band(ax, effect.grid, center, ends, label=label, color=color, line=line)
        else:
            names = _places(column, effect.grid, table.X[:, effect.place])
            offset = 0.6 * ((order + 0.5) / len(chosen) - 0.5)
            plotting.level_points(ax, names, center, ends, label=label, color=color, offset=offset)
