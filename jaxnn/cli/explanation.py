"""How does one command get from a table to figures with bands?

It reads the table, refits the network to resamples of its rows, computes the curves of each
predictor and the predictions of rows out of bag, and writes the files.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import jax
import numpy as np
from tqdm import tqdm

from jaxnn.bootstrap import Interval, bootstrap
from jaxnn.cli import files
from jaxnn.cli.input_table import HEART, missing_treatment, read
from jaxnn.cli.results import Explanation
from jaxnn.cli.summary import PACKAGES, report
from jaxnn.cli.terminal import say
from jaxnn.errors import InputError, unknown_name
from jaxnn.fitted_models import fitted_model
from jaxnn.mlp import MLP
from jaxnn.prediction_intervals import LeftOut, prediction_interval
from jaxnn.refits import OutOfBag, RefittedNetwork, effect, out_of_bag, refitted_network
from jaxnn.regularizers import NormalPrior
from jaxnn.saved_models import save_model
from jaxnn.tables import Encoder, Table, column_index, describe, encoded_width
from jaxnn.training import Fitter
from jaxnn.training.recipe import Recipe
from jaxnn.versions import versions

MOST_INDIVIDUAL = 60  # the largest number of individual curves


class Failure(Exception):
    """The options can be used, but the computation failed; the message is one sentence."""


def explain(options: argparse.Namespace, prepare: Callable[[], object]) -> None:
    """Run `jaxnn explain`; see its --help.

    Args:
      options: as from `jaxnn.cli.arguments.parse`.
      prepare: called before the first computation.

    Raises:
      InputError: an option or the table cannot be used.
      Failure: no refit converged.
    """
    if options.response is None and options.table != HEART:
        raise InputError(
            "response is missing; pass --response with the name of the column to be predicted "
            f"(jaxnn describe {options.table} lists them)."
        )
    table = read(options, missing="refuse")
    features = _features_to_draw(options.features, table)
    fitter = _fitter(options, table)
    _check_writable(options.out)
    say(describe(table))
    prepare()

    key_refits, key_rows = jax.random.split(jax.random.key(options.seed))
    folder = options.out / "refits" / _digest(fitter, table, options)
    refits = bootstrap(
        key_refits,
        fitter,
        table.X,
        table.y,
        options.replicates,
        progress="refits",
        directory=folder,
    )
    if refits.diverged.all():
        _remove_refits(folder)
        raise Failure(
            f"all {options.replicates} refits diverged; pass a lower --learning-rate than "
            f"{options.learning_rate:g}."
        )
    network = refitted_network(fitter, refits)
    predicted = out_of_bag(network, table.X, table.y, options.level)
    new_interval = _new_interval(network, table, predicted, options.level)
    order = np.asarray(jax.random.permutation(key_rows, len(table.y)))[: options.rows]
    rows, individual_rows = np.sort(order), np.sort(order[:MOST_INDIVIDUAL])
    effects = tuple(
        effect(
            network,
            table.X,
            feature,
            rows=rows,
            individual_rows=individual_rows,
            center=options.center,
        )
        for feature in tqdm(features, desc="curves", unit=" predictors", file=sys.stderr)
    )

    results = Explanation(
        options, table, fitter.net, refits, predicted, new_interval, effects, rows, individual_rows
    )
    record = files.write(results)
    missing = missing_treatment(options, "refuse")
    model = fitted_model(fitter, refits, table, level=options.level, missing=missing)
    save_model(options.out, model)
    _remove_refits(folder)
    for line in ("", *report(record), *files.written(options.out, record)):
        say(line)


def _features_to_draw(features: Sequence[str] | None, table: Table) -> list[int]:
    """The columns of the named predictors, each once; of all predictors if none is named."""
    names = [column.name for column in table.columns]
    for name in features or ():
        if name not in names:
            raise unknown_name("features", name, names)
    return [column_index(table, name) for name in dict.fromkeys(features or names)]


def _fitter(options: argparse.Namespace, table: Table) -> Fitter:
    """The network and the recipe that the options describe, for this table."""
    encoder = Encoder(table.columns)
    outputs = len(table.response.levels) if table.response_kind == "categorical" else 1
    net = MLP(
        (encoded_width(encoder), *options.hidden, outputs),
        activation=options.activation,
        response=table.response_kind,
    )
    recipe = Recipe(
        optimizer=options.optimizer,
        learning_rate=options.learning_rate,
        epochs=options.epochs,
        batch_size=options.batch_size,
        penalty=NormalPrior(len(table.y), options.penalty) if options.penalty else None,
    )
    return Fitter(net, recipe, encoder)


def _new_interval(
    network: RefittedNetwork, table: Table, predicted: OutOfBag, level: float
) -> Interval | None:
    """Where a new observation would lie at each training row, were it not one of them."""
    if table.response_kind not in ("quantitative", "count"):
        return None
    rows = LeftOut(network.out_of_bag, table.y, predicted.mean, table.weights, table.groups)
    known = np.flatnonzero(~np.isnan(predicted.mean))
    # Every refit is given the prediction out of bag, which no refit that saw the row has touched.
    means = np.broadcast_to(predicted.mean[known], (len(network.out_of_bag), len(known)))
    ends = np.full((2, len(table.y)), np.nan)
    if known.size:
        ends[:, known] = prediction_interval(rows, means, table.response_kind, level)
    return Interval(*ends)


def _check_writable(out: Path) -> None:
    """Make the directory, and refuse one in which no file can be written."""
    if os.path.lexists(out) and not out.is_dir():
        raise InputError(f"out is {str(out)!r}, which is a file; pass a directory.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"out is {str(out)!r}, which cannot be written to ({reason}); pass another directory."
        ) from None


def _digest(fitter: Fitter, table: Table, options: argparse.Namespace) -> str:
    """A folder name for the refits of one table with these settings."""
    digest = hashlib.sha256()
    digest.update(repr((fitter, options.replicates, options.seed, versions(PACKAGES))).encode())
    for array in (table.X, table.y):
        digest.update(repr(array.shape).encode() + array.tobytes())
    return digest.hexdigest()[:16]


def _remove_refits(folder: Path) -> None:
    """Remove the saved refits of this run, but not those of other runs, which may resume."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent.is_dir() and not any(folder.parent.iterdir()):
        folder.parent.rmdir()
