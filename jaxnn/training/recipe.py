"""How should a network be trained? A recipe describes it as data.

    minimise over W:   sum_i w_i loss_i / sum_i w_i  +  penalty(weights)

with a quantitative response in units of its standard deviation, by `epochs` passes over the rows:
one step per pass (full batch), or one step per batch of a fresh permutation. A recipe is hashable,
so it is static under `jax.jit`: two equal recipes share one compiled program.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jaxnn.errors import (
    check_bool,
    check_count,
    check_memory,
    check_not_negative,
    check_number,
)
from jaxnn.optimizers import Optimizer, check_learning_rate, check_optimizer
from jaxnn.regularizers import Regularizers, as_regularizers
from jaxnn.user_functions import check_hashable

HISTORY_POINTS = 20  # at most, after the first entry, when `history_every` is not given
EPOCHS_APART = 10  # losses of all rows take at most half an epoch: a share of 5% at most


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults are 300 full-batch steps of Adam.

    Attributes:
      optimizer: a name of `jaxnn.optimizers.OPTIMIZERS`, a factory taking a learning rate
        (`optax.adam`), or a ready optax transformation (`optax.adam(1e-3)`). Names and factories
        compare equal from one recipe to the next, so they compile once; a ready transformation
        does so only if the same object is used again. The weight decay that is part of "adamw"
        and "lion" is optax's, on biases too; an `ElasticNet` is on weights alone.
      learning_rate: a number, or an optax schedule (a function of the step); None is the
        optimiser's default: 0.01, but 1 for "lbfgs".
      epochs: passes over the training rows.
      batch_size: rows per step; None is all of them. The last batch of an epoch may be smaller;
        its loss is the mean over its own rows.
      regularizers: tuple of what acts on the steps of training, such as dropout or batch
        normalisation (`jaxnn.regularizers`). A function of the list of weight matrices, such as
        `jaxnn.ElasticNet(l2=0.01)`, is a penalty that is added to the loss.
      validation_fraction: fraction of the rows, in [0, 1), that is set aside at random and never
        trained on.
      patience: stop after this many history entries in a row without a better validation loss,
        and return the best parameters (never the initial weights); None trains to the end and
        returns the last. Each entry then costs a pass over the validation rows without gradients,
        about a third of the time of training on as many rows.
      min_delta: how much lower a validation loss must be to count as better; for a standardised
        response, in units of its variance.
      history_every: epochs between two entries of the history; each costs the losses of all rows,
        a third to a half of the time of an epoch. None makes about 20 entries, but at most one in
        10 epochs (fewer if many validation rows are watched), so that they cost at most 5% of
        training; with patience it makes about 20 entries in any case, and leaves out the training
        loss of those that would cost more.
      standardize_response: whether a quantitative response is trained in units of its standard
        deviation, so that learning rate and penalties mean the same whatever its unit is, and
        whether a count starts from its mean. False is gradient descent on the loss as it is.

    Raises:
      InputError, InputTypeError: a value out of the ranges above.

    Example:
      >>> recipe = Recipe("sgd", learning_rate=0.1, epochs=50, batch_size=32)
      >>> recipe == Recipe("sgd", 0.1, 50, 32)
      True
    """

    optimizer: Optimizer = "adam"
    learning_rate: float | Callable[[Any], Any] | None = None
    epochs: int = 300
    batch_size: int | None = None
    regularizers: Regularizers = ()
    validation_fraction: float = 0.0
    patience: int | None = None
    min_delta: float = 0.0
    history_every: int | None = None
    standardize_response: bool = True

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience", "history_every"):
            value = getattr(self, name)
            if value is not None or name == "epochs":
                check_count(value, name)
        entries = self.epochs // (self.history_every or self.epochs)
        check_memory(64 * entries, "epochs", self.epochs)  # of the history
        fraction = self.validation_fraction
        check_number(fraction, "validation_fraction", "a number in [0, 1)", lambda x: 0 <= x < 1)
        check_not_negative(self.min_delta, "min_delta")
        check_bool(self.standardize_response, "standardize_response")
        object.__setattr__(self, "regularizers", as_regularizers(self.regularizers))
        check_optimizer(self.optimizer)
        check_learning_rate(self.learning_rate, self.optimizer, schedules=True)
        check_hashable(self)


def history_epochs(recipe: Recipe, evaluated: float = 1.0) -> tuple[int, ...]:
    """The epochs at which the history has an entry: 0, every, 2 every, ..., epochs.

    Args:
      recipe: how to train.
      evaluated: rows whose loss an entry holds, for each row that is trained on; at least 1.
    """
    every = recipe.history_every
    if every is None:
        affordable = _affordable(recipe, evaluated)
        # Patience counts entries, so their number may not depend on what they cost.
        points = affordable if recipe.patience is None else HISTORY_POINTS
        every = math.ceil(recipe.epochs / points)
    return (*range(0, recipe.epochs, every), recipe.epochs)


def entries_per_training_loss(recipe: Recipe) -> int:
    """How many entries of the history apart the training loss is recorded; 1 without patience."""
    if recipe.history_every is not None or recipe.patience is None:
        return 1
    return math.ceil((len(history_epochs(recipe)) - 1) / _affordable(recipe, 1.0))


def _affordable(recipe: Recipe, evaluated: float) -> int:
    """The number of entries, the last not counted, that cost little beside the training."""
    return max(1, min(HISTORY_POINTS, int(recipe.epochs / (EPOCHS_APART * evaluated))))


def validation_rows(recipe: Recipe, rows: int) -> int:
    """How many of `rows` rows are set aside: the nearest whole number, and at least one if any."""
    return max(1, round(recipe.validation_fraction * rows)) if recipe.validation_fraction else 0
