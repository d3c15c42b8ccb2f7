"""Which network does `explain` fit?

What no option fixes is chosen by out-of-bag loss (`jaxnn.selection`). `--hidden`, `--penalty` and
`--epochs` each fix a part; with all three nothing is left to choose.
"""

from __future__ import annotations

import argparse
import os
from typing import NamedTuple

from jax import Array

from jaxnn.errors import InputError
from jaxnn.mlp import MLP
from jaxnn.optimizers import default_learning_rate
from jaxnn.regularizers import NormalPrior
from jaxnn.selection import Candidate, Selection, default_candidates, fitter_of, select
from jaxnn.tables import Encoder, Table, encoded_width
from jaxnn.training import Fitter
from jaxnn.training.recipe import Recipe

CHOSEN = ("hidden", "penalty", "epochs")
OF_TRAINING = ("optimizer", "learning_rate", "batch_size")


class Choice(NamedTuple):
    """The network that is fitted, and how it was chosen.

    Attributes:
      fitter: the network and its training.
      selection: the losses of all candidates; None if nothing was left to choose.
      place: that of the network among the candidates; -1 if nothing was left to choose.
    """

    fitter: Fitter
    selection: Selection | None = None
    place: int = -1


def is_open(options: argparse.Namespace) -> bool:
    """Whether anything is left to choose.

    Raises:
      InputError: something is, although an option says how the one network is trained.
    """
    if all(getattr(options, name) is not None for name in CHOSEN):
        return False
    for name in OF_TRAINING:
        if getattr(options, name) is not None:
            raise InputError(
                f"{name} is {getattr(options, name)!r}, but all candidates are trained in one "
                "way; pass --hidden, --penalty and --epochs too, so that nothing is left to choose."
            )
    return True


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


def given_fitter(options: argparse.Namespace, table: Table) -> Fitter:
    """The fit that the options describe, if they leave nothing to choose.

    Raises:
      InputError: the optimiser or the activation is unknown.
    """
    optimizer = options.optimizer or "adam"
    recipe = Recipe(
        optimizer=optimizer,
        learning_rate=options.learning_rate or default_learning_rate(optimizer),
        epochs=options.epochs,
        batch_size=options.batch_size,
        penalty=NormalPrior(len(table.y), options.penalty) if options.penalty else None,
    )
    return Fitter(network_of(options, table), recipe, Encoder(table.columns))


def candidates(options: argparse.Namespace, rows: int) -> tuple[Candidate, ...]:
    """The candidates that the options leave, with those without hidden layers as a baseline."""
    hidden, found = options.hidden, default_candidates(rows)
    if hidden is not None:
        found = [c._replace(hidden=tuple(hidden)) if c.hidden else c for c in found]
        found = [c for c in found if hidden or not c.hidden]
    if options.penalty is not None:
        found = [c._replace(strength=options.penalty) for c in found]
    if options.epochs is not None:  # the baseline is always trained to its end
        found = [
            c._replace(epochs=options.epochs) if c.hidden or hidden == [] else c for c in found
        ]
    return tuple(dict.fromkeys(found))


def choose(
    key: Array, options: argparse.Namespace, table: Table, directory: str | os.PathLike[str]
) -> Choice:
    """Choose what the options leave open.

    Args:
      key: a typed JAX key.
      options: as from `jaxnn.cli.arguments.parse`.
      table: the table.
      directory: where finished candidates are kept, so that a run that was killed resumes.

    Raises:
      InputError: a table or an option that cannot be used, or candidates that all diverged.
    """
    net, encoder = network_of(options, table), Encoder(table.columns)
    selection = select(
        key,
        net,
        table.X,
        table.y,
        encoder=encoder,
        weights=table.weights,
        groups=table.groups,
        candidates=candidates(options, len(table.y)),
        progress="candidates",
        directory=directory,
    )
    # With hidden layers that are asked for, the best without them is only the baseline.
    place = selection.network if options.hidden else selection.chosen
    fitter = fitter_of(selection.candidates[place], net, len(table.y), encoder)
    return Choice(fitter, selection, place)
