"""How does one command get from a table to figures with bands?

It reads the table, refits the network to resamples of its rows, computes the curves of each
predictor and the predictions of rows out of bag, and writes the files.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import jax
import numpy as np
from jax import Array

from jaxnn.bootstrap import Bootstrap, Interval, bootstrap
from jaxnn.cli import files, kept_refits
from jaxnn.cli.bands import (
    MOST_SECONDS,
    Networks,
    effects_with_bands,
    with_simulations,
)
from jaxnn.cli.choice import check_choice, choose, given_fitter
from jaxnn.cli.input_table import HEART, missing_treatment, read
from jaxnn.cli.printed_report import report
from jaxnn.cli.results import Explanation
from jaxnn.cli.terminal import say
from jaxnn.errors import InputError, unknown_name
from jaxnn.fitted_models.model import fitted_model
from jaxnn.fitted_models.prediction_intervals import LeftOut, prediction_interval
from jaxnn.fitted_models.saved_models import save_model
from jaxnn.optimizers import default_learning_rate
from jaxnn.refits import OutOfBag, RefittedNetwork, out_of_bag, refitted_network
from jaxnn.tables import Table, column_index, describe
from jaxnn.training import Fitter

MOST_LINES = 40  # about predictors
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
    check_choice(options)
    if options.calibrate and options.replicates < 2:
        raise InputError("replicates is 1, but calibrated bands need at least two refits.")
    table = read(options, missing="refuse")
    features = _features_to_draw(options.features, table)
    given_fitter(options, table)  # so that unknown names are refused first
    kept_refits.check_writable(options.out)
    say(described(table))
    prepare()

    keys = jax.random.split(jax.random.key(options.seed), 4)
    folder = kept_refits.folder_for(options, table)
    chosen = choose(keys[0], options, table, folder / "candidates")
    refits = _refits(keys[1], chosen.fitter, table, options, folder)
    network = refitted_network(chosen.fitter, refits)
    predicted = out_of_bag(network, table.X, table.y, options.level, weights=table.weights)
    networks = Networks(network)
    if options.calibrate is not False and len(network.out_of_bag) > 1:
        most_seconds = math.inf if options.calibrate else MOST_SECONDS
        calibration = (keys[2], chosen.fitter, table, network, predicted, folder / "simulated")
        networks = with_simulations(*calibration, most_seconds)
    order = np.asarray(jax.random.permutation(keys[3], len(table.y)))[: options.rows]
    rows, individual_rows = np.sort(order), np.sort(order[:MOST_INDIVIDUAL])
    effects = effects_with_bands(
        networks, table, features, rows, individual_rows, options.center, options.level
    )
    results = Explanation(
        options,
        table,
        chosen,
        refits,
        networks,
        predicted,
        _new_interval(network, table, predicted, options.level),
        effects,
        rows,
        individual_rows,
    )
    record = files.write(results)
    missing = missing_treatment(options, "refuse")
    model = fitted_model(
        chosen.fitter,
        refits,
        table,
        level=options.level,
        missing=missing,
        full=networks.full,
        simulated=networks.draws,
    )
    save_model(options.out, model)
    kept_refits.remove(folder)
    for line in ("", *report(record), *files.written(options.out, record)):
        say(line)


def described(table: Table) -> str:
    """The description of a table, in which most lines of very many predictors are left out."""
    lines, count = describe(table).split("\n"), len(table.columns)
    if count <= MOST_LINES:
        return "\n".join(lines)
    first = 3  # after a title, the head of the columns and a rule
    more = f"... and {count - MOST_LINES:,} more predictors, which jaxnn describe lists"
    return "\n".join([*lines[: first + MOST_LINES], more, *lines[first + count :]])


def _refits(
    key: Array, fitter: Fitter, table: Table, options: argparse.Namespace, folder: Path
) -> Bootstrap:
    """The refits to resampled rows.

    Raises:
      Failure: all diverged.
    """
    refits = bootstrap(
        key,
        fitter,
        table.X,
        table.y,
        options.replicates,
        weights=table.weights,
        groups=table.groups,
        progress="refits",
        directory=folder / "resampled",
    )
    if refits.diverged.all():
        kept_refits.remove(folder)
        optimizer = options.optimizer or ("adam" if options.hidden else "lbfgs")
        rate = options.learning_rate or default_learning_rate(optimizer)
        raise Failure(
            f"all {options.replicates} refits diverged; pass a lower --learning-rate than {rate:g}."
        )
    return refits


def _features_to_draw(features: Sequence[str] | None, table: Table) -> list[int]:
    """The columns of the named predictors, each once; of all predictors if none is named."""
    names = [column.name for column in table.columns]
    for name in features or ():
        if name not in names:
            raise unknown_name("features", name, names)
    return [column_index(table, name) for name in dict.fromkeys(features or names)]


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
