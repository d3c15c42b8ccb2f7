"""How does one command get from a table to a page with bands?

It reads the table, chooses a network, refits it to resamples of the rows, computes the curves and
the importance of each predictor and the predictions of rows out of bag, and writes the files.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax import Array

from jaxnn import processes
from jaxnn.bootstrap import Bootstrap, Interval, bootstrap
from jaxnn.cli import files, kept_refits
from jaxnn.cli.bands import (
    MOST_SECONDS,
    Networks,
    effects_with_bands,
    with_simulations,
)
from jaxnn.cli.choice import check_choice, choose, given_fitter, is_comparable
from jaxnn.cli.conditional import conditional
from jaxnn.cli.importance import importance
from jaxnn.cli.input_table import HEART, missing_treatment, read
from jaxnn.cli.interactions import interactions
from jaxnn.cli.memory import give_back
from jaxnn.cli.printed_report import report
from jaxnn.cli.progress import Stages
from jaxnn.cli.results import Explanation, short_names
from jaxnn.cli.terminal import say
from jaxnn.errors import InputError, unknown_name
from jaxnn.fitted_models.model import fitted_model
from jaxnn.fitted_models.prediction_intervals import LeftOut, out_of_bag_intervals
from jaxnn.fitted_models.saved_models import save_model
from jaxnn.inspection.calibration import Calibration
from jaxnn.optimizers import default_learning_rate
from jaxnn.refits import (
    OutOfBag,
    PredictionErrors,
    RefittedNetwork,
    calibration_curve,
    out_of_bag,
    prediction_errors,
    refitted_network,
)
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
    processes.check_same("the table", {"table": kept_refits.folder_for(options, table).name})
    given_fitter(options, table)  # so that unknown names are refused first
    processes.first_alone(partial(kept_refits.check_writable, options.out))
    say(described(table))
    prepare()

    with ExitStack() as stack:
        only_run = kept_refits.only_run(options.out)
        processes.first_alone(partial(stack.enter_context, only_run))
        stages = stack.enter_context(Stages(_stages(options, table)))
        results, folder = _explained(options, table, features, stages)
        record = processes.first_alone(partial(_kept, results, folder, stages))
    if record is not None:
        for line in ("", *report(record), *files.written(options.out, record)):
            say(line)


def _stages(options: argparse.Namespace, table: Table) -> list[str]:
    """The stages that these options ask for."""
    chosen = given_fitter(options, table) is None or is_comparable(options)
    return [
        *(["candidates"] if chosen else []),
        *(["comparison"] if chosen and options.compare else []),
        "refits",
        *(["simulated refits"] if options.calibrate is not False else []),
        *("curves", "importance", "interactions", "report"),
    ]


def _explained(
    options: argparse.Namespace, table: Table, features: Sequence[int], stages: Stages
) -> tuple[Explanation, Path]:
    """Compute everything; also the folder in which refits are kept meanwhile."""
    keys = jax.random.split(jax.random.key(options.seed), 6)
    folder = kept_refits.folder_for(options, table)
    chosen = choose(keys[0], options, table, folder / "candidates", stages.start)
    progress = stages.start("refits")
    refits = _refits(keys[1], chosen.fitter, table, options, folder, progress)
    network = refitted_network(chosen.fitter, refits)
    predicted = out_of_bag(network, table.X, table.y, options.level, weights=table.weights)
    networks = Networks(network)
    if options.calibrate is not False and len(network.out_of_bag) > 1:
        progress = stages.start("simulated refits")
        most_seconds = math.inf if options.calibrate else MOST_SECONDS
        calibration = (keys[2], chosen.fitter, table, network, predicted, folder / "simulated")
        networks = with_simulations(*calibration, most_seconds, progress)
    order = np.asarray(jax.random.permutation(keys[3], len(table.y)))[: options.rows]
    rows, individual_rows = np.sort(order), np.sort(order[:MOST_INDIVIDUAL])
    progress = stages.start("curves")
    along = (features, rows, individual_rows, options.center, options.level, progress)
    effects = effects_with_bands(networks, table, *along)
    progress = stages.start("importance")
    matters, of_rows = importance(keys[4], network, table, predicted, options.level, progress)
    correlated = conditional(keys[5], network, table, short_names(table))
    stages.start("interactions")
    pairs = interactions(network, table, matters, rows, options.level)
    give_back()
    results = Explanation(
        options,
        table,
        chosen,
        refits,
        networks,
        predicted,
        _new_interval(network, table, predicted, options.level),
        effects,
        matters,
        of_rows,
        correlated,
        pairs,
        *_errors(network, table, options.level),
        rows,
        individual_rows,
    )
    return results, folder


def _kept(results: Explanation, folder: Path, stages: Stages) -> dict[str, Any]:
    """Write the files and the refits, and return the content of summary.json."""
    options = results.options
    record = files.write(results, stages.start("report"))
    model = fitted_model(
        results.choice.fitter,
        results.refits,
        results.table,
        level=options.level,
        missing=missing_treatment(options, "refuse"),
        full=results.networks.full,
        simulated=results.networks.draws,
    )
    save_model(options.out, model)
    kept_refits.remove(folder)
    return record


def _errors(
    network: RefittedNetwork, table: Table, level: float
) -> tuple[PredictionErrors, Calibration] | tuple[str, None]:
    """Scores and calibration on rows that refits have not seen, or why there are none."""
    rows = (network, table.X, table.y)
    case: dict[str, Any] = {"weights": table.weights, "groups": table.groups, "level": level}
    try:
        errors = prediction_errors(*rows, **case)
        return errors, calibration_curve(*rows, unseen=errors.by_row, **case)
    except InputError as error:
        return f"Errors of prediction were not computed: {error}", None


def described(table: Table) -> str:
    """The description of a table, in which most lines of very many predictors are left out."""
    lines, count = describe(table).split("\n"), len(table.columns)
    if count <= MOST_LINES:
        return "\n".join(lines)
    first = 3  # after a title, the head of the columns and a rule
    more = f"... and {count - MOST_LINES:,} more predictors, which jaxnn describe lists"
    return "\n".join([*lines[: first + MOST_LINES], more, *lines[first + count :]])


def _refits(
    key: Array,
    fitter: Fitter,
    table: Table,
    options: argparse.Namespace,
    folder: Path,
    progress: Callable[[float], object],
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
        progress=progress,
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
    return out_of_bag_intervals(rows, table.response_kind, level)
