"""Which network does `explain` fit, and is a network worth it here?

What no option fixes is chosen by out-of-bag loss (`jaxnn.selection`); `--hidden`, `--penalty` and
`--epochs` each fix a part. The choice is compared with simpler and with other methods on the same
resamples (`jaxnn.selection.comparison`).
"""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Callable
from typing import NamedTuple

import jax
from jax import Array

from jaxnn.bands.calibration import strength_for_bands
from jaxnn.errors import InputError
from jaxnn.mlp import MLP
from jaxnn.optimizers import check_optimizer
from jaxnn.selection.candidates import (
    BATCH_SIZE,
    SMALL_TABLE,
    Candidate,
    default_candidates,
    fitter_of,
)
from jaxnn.selection.choosing import Selection, select
from jaxnn.selection.comparison import Comparison, compare
from jaxnn.tables import Encoder, Table, encoded_width
from jaxnn.training import Fitter

CHOSEN = ("hidden", "penalty", "epochs")
STEPS_FOR_BANDS = 300  # of training, without which bands do not hold
OF_TRAINING = ("optimizer", "learning_rate", "batch_size")


class Choice(NamedTuple):
    """The network that is fitted, and how it was chosen.

    Attributes:
      fitter: the network and its training.
      selection: the losses of all candidates; None if there were none.
      place: that of the candidate which predicts best; -1 if there were none.
      fitted: that of the candidate which is fitted; -1 if there were none.
      comparison: with other methods; None if there was none.
    """

    fitter: Fitter
    selection: Selection | None = None
    place: int = -1
    fitted: int = -1
    comparison: Comparison | None = None


def check_choice(options: argparse.Namespace) -> None:
    """Refuse options that describe how one network is trained while there are several.

    Raises:
      InputError: such an option.
    """
    missing = ["--" + name for name in CHOSEN if getattr(options, name) is None]
    if not missing:
        return
    given = [name for name in OF_TRAINING if getattr(options, name) is not None]
    given += ["penalty"] if options.penalty == 0 else []
    if given:
        option, value = "--" + given[0].replace("_", "-"), getattr(options, given[0])
        raise InputError(
            f"{option} is {value!r}, which is for a network that is not chosen; pass "
            f"{' and '.join(missing)} too."
        )


def network_of(options: argparse.Namespace, table: Table) -> MLP:
    """The network for a table with the hidden layers that an option fixes, or with none.

    Raises:
      InputError: the activation is unknown.
    """
    outputs = len(table.response.levels) if table.response_kind == "categorical" else 1
    return MLP(
        (encoded_width(Encoder(table.columns)), *(options.hidden or ()), outputs),
        activation=options.activation,
        response=table.response_kind,
    )


def given_fitter(options: argparse.Namespace, table: Table) -> Fitter | None:
    """The fit that the options describe, or None if they leave something to choose.

    Raises:
      InputError: the optimiser or the activation is unknown.
    """
    net = network_of(options, table)
    if options.optimizer is not None:
        check_optimizer(options.optimizer)
    if any(getattr(options, name) is None for name in CHOSEN):
        return None
    candidate = Candidate(tuple(options.hidden), options.penalty or 1.0, options.epochs)
    fitter = fitter_of(candidate, net, len(table.y), Encoder(table.columns))
    changed = {name: getattr(options, name) for name in OF_TRAINING}
    changed = {name: value for name, value in changed.items() if value is not None}
    if options.optimizer == "lbfgs":
        changed = {"batch_size": None} | changed
    if not options.penalty:
        changed["regularizers"] = ()
    return dataclasses.replace(fitter, recipe=dataclasses.replace(fitter.recipe, **changed))


def candidates(options: argparse.Namespace, rows: int, inputs: int) -> tuple[Candidate, ...]:
    """The candidates that the options leave, and a baseline without hidden layers.

    A baseline keeps its penalties if hidden layers are given, and is always trained to its minimum.
    """
    hidden, found = options.hidden, []
    for candidate in default_candidates(rows, inputs):
        if candidate.hidden and hidden is not None:
            candidate = candidate._replace(hidden=tuple(hidden))
        asked = bool(candidate.hidden) or hidden == []
        if options.penalty is not None and (asked or hidden is None):
            candidate = candidate._replace(strength=options.penalty)
        if options.epochs is not None and asked:
            candidate = candidate._replace(epochs=options.epochs)
        if candidate.hidden or hidden != [] or asked:
            found.append(candidate)
    return tuple(dict.fromkeys(found))


def choose(
    key: Array,
    options: argparse.Namespace,
    table: Table,
    directory: str | os.PathLike[str],
    start: Callable[[str], Callable[[float], object]],
) -> Choice:
    """Choose what the options leave open, and compare the choice with other methods.

    Args:
      key: a typed JAX key.
      options: as from `jaxnn.cli.arguments.parse`.
      table: the table.
      directory: where finished candidates are kept, so that a run that was killed resumes.
      start: called with the name of each stage that begins, as `jaxnn.cli.progress.Stages.start`.

    Raises:
      InputError: a table or an option that cannot be used, or candidates that all diverged.
    """
    given = given_fitter(options, table)
    if given is not None and not is_comparable(options):
        return Choice(given)
    net, encoder = network_of(options, table), Encoder(table.columns)
    key_selection, key_comparison = jax.random.split(key)
    selection = select(
        key_selection,
        net,
        table.X,
        table.y,
        encoder=encoder,
        weights=table.weights,
        groups=table.groups,
        candidates=candidates(options, len(table.y), net.sizes[0]),
        progress=start("candidates"),
        directory=directory,
    )
    # With hidden layers that are asked for, the best without them is only the baseline.
    place = selection.network if options.hidden else selection.chosen
    if place < 0:
        raise InputError(
            "hidden is given, but some refit of each such network diverged; pass a larger "
            "--penalty or other --hidden."
        )
    fitted = place_for_bands(selection, place, options, len(table.y))
    fitter = fitter_of(selection.candidates[fitted], net, len(table.y), encoder)
    comparison = None
    if options.compare and min(selection.network, selection.baseline) >= 0:
        start("comparison")
        comparison = compare(key_comparison, selection, net, table.X, table.y, encoder=encoder)
    return Choice(fitter, selection, place, fitted, comparison)


def place_for_bands(
    selection: Selection, place: int, options: argparse.Namespace, rows: int
) -> int:
    """The candidate to fit: flexible enough that its bands contain the truth as often as they say.

    It is the best with hidden layers, trained long enough, with the penalty of
    `jaxnn.bands.calibration.strength_for_bands` or its own if that is weaker, as far as no option
    fixes these.

    Args:
      selection: the losses of all candidates.
      place: of the candidate that predicts best.
      options: as from `jaxnn.cli.arguments.parse`.
      rows: number of rows of the table.
    """
    best = selection.candidates[place if selection.network < 0 else selection.network]
    if not best.hidden:
        return place
    steps = -(-rows // BATCH_SIZE) if rows > SMALL_TABLE else 1  # per epoch
    same = [c for c in selection.candidates if c.hidden == best.hidden]
    if options.epochs is None:
        enough = [c.epochs for c in same if c.epochs * steps >= STEPS_FOR_BANDS] or [best.epochs]
        best = best._replace(epochs=max(best.epochs, min(enough)))
    if options.penalty is None:
        path = [c for c in same if c.epochs == best.epochs]
        losses = [float(selection.loss.mean[selection.candidates.index(c)]) for c in path]
        strength = strength_for_bands([c.strength for c in path], losses)
        best = best._replace(strength=min(strength, best.strength))
    return selection.candidates.index(best)


def is_comparable(options: argparse.Namespace) -> bool:
    """Whether the network that the options describe is a candidate that can be compared."""
    usual = all(getattr(options, name) is None for name in OF_TRAINING)
    return bool(options.compare and usual and options.hidden and options.penalty)
