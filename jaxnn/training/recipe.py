"""How is a network to be trained?  A recipe says it, as data.

    minimise over W:   sum_i w_i loss_i / sum_i w_i  +  penalty(weights)

by `epochs` passes over the rows with an optax update rule: one step a pass (full batch) or one
step a batch of a fresh permutation.  A recipe is hashable, so it is static under `jax.jit`: two
equal recipes share one compiled program.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import optax

from jaxnn.errors import (
    InputError,
    InputTypeError,
    check_count,
    check_hashable,
    check_number,
    unknown_name,
)
from jaxnn.regularizers import Penalty

OptimizerFactory = Callable[..., optax.GradientTransformation]

OPTIMIZERS: dict[str, OptimizerFactory] = {
    "adadelta": optax.adadelta,
    "adagrad": optax.adagrad,
    "adam": optax.adam,
    "adamax": optax.adamax,
    "adamw": optax.adamw,
    "lbfgs": optax.lbfgs,
    "lion": optax.lion,
    "momentum": partial(optax.sgd, momentum=0.9),
    "nadam": optax.nadam,
    "nesterov": partial(optax.sgd, momentum=0.9, nesterov=True),
    "radam": optax.radam,
    "rmsprop": optax.rmsprop,
    "sgd": optax.sgd,
}

DEFAULT_LEARNING_RATE = 0.01
HISTORY_POINTS = 20  # entries of the history when `history_every` is not given


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults are 300 full-batch steps of Adam.

    Attributes:
      optimizer: a name of `OPTIMIZERS`, a factory taking a learning rate (`optax.adam`), or a
        ready optax transformation (`optax.adam(1e-3)`).  Names and factories compare equal from
        one recipe to the next, so they compile once; a ready transformation does so only if the
        same object is used again.  The decay that belongs to "adamw" and "lion" is optax's, on
        biases too; `penalty` is on weights alone.
      learning_rate: a number or an optax schedule (of the step); None is 0.01, for "lbfgs" 1, or
        for a ready transformation its own.
      epochs: passes over the training rows.
      batch_size: rows a step; None is all of them.  The last batch of an epoch may be smaller;
        its mean is over the rows that it has.
      penalty: function of the list of weight matrices, such as `jaxnn.ElasticNet(l2=0.01)`.
      validation_fraction: part of the rows, in [0, 1), that is set aside at random and never
        trained on.
      patience: stop after this many history entries in a row without a better validation loss,
        and return the best parameters; None trains to the end and returns the last.
      min_delta: how much lower a validation loss must be to count as better.
      history_every: epochs between two entries of the history; None makes about 20 entries.

    Raises:
      InputError, InputTypeError: a value out of the ranges above.
    """

    optimizer: str | OptimizerFactory | optax.GradientTransformation = "adam"
    learning_rate: float | Callable[[Any], Any] | None = None
    epochs: int = 300
    batch_size: int | None = None
    penalty: Penalty | None = None
    validation_fraction: float = 0.0
    patience: int | None = None
    min_delta: float = 0.0
    history_every: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience", "history_every"):
            value = getattr(self, name)
            if value is not None or name == "epochs":
                check_count(value, name)
        fraction = self.validation_fraction
        check_number(fraction, "validation_fraction", "a number in [0, 1)", lambda x: 0 <= x < 1)
        least = "a finite number of at least 0"
        check_number(self.min_delta, "min_delta", least, lambda x: x >= 0)
        if self.penalty is not None and not callable(self.penalty):
            raise InputTypeError(
                f"penalty is {self.penalty!r}; pass a function of the list of weight matrices, "
                "such as jaxnn.ElasticNet(l2=0.01)."
            )
        self._check_optimizer()
        check_hashable(self)

    def _check_optimizer(self) -> None:
        rate = self.learning_rate
        if isinstance(self.optimizer, optax.GradientTransformation):
            if rate is not None:
                raise InputError(
                    f"learning_rate is {rate!r}, but optimizer is a ready transformation with its "
                    "own; pass the factory, such as optax.adam, or no learning_rate."
                )
        elif isinstance(self.optimizer, str):
            if self.optimizer not in OPTIMIZERS:
                raise unknown_name("optimizer", self.optimizer, OPTIMIZERS)
        elif not callable(self.optimizer):
            raise InputTypeError(
                f"optimizer is {self.optimizer!r}; pass a name, an optax factory such as "
                "optax.adam, or a transformation such as optax.adam(0.01)."
            )
        if rate is not None and not callable(rate):
            positive = "a positive number or a schedule"
            check_number(rate, "learning_rate", positive, lambda rate: rate > 0)


def transformation(recipe: Recipe, learning_rate: Any = None) -> optax.GradientTransformation:
    """The optax transformation of a recipe.

    Args:
      recipe: the description.
      learning_rate: in place of the recipe's own; may be a traced number, so that a grid of
        learning rates can be mapped over.

    Raises:
      InputError: a learning rate is given for a ready transformation.
    """
    if isinstance(recipe.optimizer, optax.GradientTransformation):
        if learning_rate is not None:
            raise InputError(
                "learning_rate is given, but the recipe's optimizer is a ready transformation; "
                "use its factory, such as optax.adam."
            )
        return recipe.optimizer
    factory = (
        OPTIMIZERS[recipe.optimizer] if isinstance(recipe.optimizer, str) else recipe.optimizer
    )
    rate = recipe.learning_rate if learning_rate is None else learning_rate
    if rate is None:
        # L-BFGS searches along its own direction, whose natural step is one.
        rate = 1.0 if factory is optax.lbfgs else DEFAULT_LEARNING_RATE
    return factory(rate)


def treats_parameters_alike(recipe: Recipe) -> bool:
    """Whether the update rule gives the same for a vector of all parameters as leaf by leaf.

    True of every rule in `OPTIMIZERS`, by name or as the factory itself; of other transformations,
    which may look at the shapes of leaves or at their names, it is not assumed.
    """
    return isinstance(recipe.optimizer, str) or recipe.optimizer in OPTIMIZERS.values()


def history_epochs(recipe: Recipe) -> tuple[int, ...]:
    """The epochs at which the history has an entry: 0, every, 2 every, ..., epochs."""
    every = recipe.history_every or math.ceil(recipe.epochs / HISTORY_POINTS)
    return (*range(0, recipe.epochs, every), recipe.epochs)


def validation_rows(recipe: Recipe, rows: int) -> int:
    """How many of `rows` a recipe sets aside: the nearest whole number, one at least if any."""
    return max(1, round(recipe.validation_fraction * rows)) if recipe.validation_fraction else 0
