"""Which rule trains a network best when each has its own best learning rate?

    tuned rate = the rate of a grid with the least mean loss at the end, over the tuning seeds

A seed decides which rows are set aside, the initial weights and the batches, and is the same for
all rules. Losses are shown for other seeds than those that the rates were chosen on, so that luck
in tuning does not count. A rate is tuned for the loss of the training rows, for the loss of the
rows set aside, or not at all: then it is 0.01 for every rule.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.optimizers.surfaces import RULES
from jaxnn import MLP, Encoder, Recipe, Table, datasets, encoded_width, fit, from_arrays
from jaxnn.replicate import replicate

RATES = 2.0 ** np.arange(-15, 4)
UNTUNED = 0.01
CHOICES = ("tuned for training rows", "tuned for new rows", "0.01 for every rule")
HIDDEN = (32, 32)
BATCH_SIZE = 32
SET_ASIDE = 0.25  # of the rows


def table_named(name: str) -> Table:
    """One table for each kind of response: two classes, a number, ten classes."""
    return {"Heart": datasets.heart, "diabetes": _diabetes, "digits": datasets.digits}[name]()


def _diabetes() -> Table:
    from sklearn.datasets import load_diabetes

    return from_arrays(*load_diabetes(return_X_y=True, scaled=False))


def compute(
    key: Array,
    tables: tuple[str, ...],
    rules: tuple[str, ...],
    tuning_seeds: int,
    seeds: int,
    epochs: int,
) -> dict[str, Any]:
    """Losses of every rule at every rate on the tuning seeds, and at its tuned rates on others.

    Losses are of the training rows and of the rows set aside, in this order: the axis of length 2.
    A run that has diverged has an infinite loss.

    Returns:
      `race_tables` and `race_rules`: the names; `race_tuning` (tables, rules, 2, rates, tuning
      seeds) losses after the last epoch; `race_rates` (tables, rules, choices) the learning rates
      of `CHOICES`; `race_losses` (tables, rules, choices, 2, seeds, epochs + 1).
    """
    raced = [
        _race(jax.random.fold_in(key, place), table_named(name), rules, tuning_seeds, seeds, epochs)
        for place, name in enumerate(tables)
    ]
    tuning, rates, losses = (np.stack(parts) for parts in zip(*raced, strict=True))
    return {
        "race_tables": np.array(tables),
        "race_rules": np.array(rules),
        "race_tuning": tuning,
        "race_rates": rates,
        "race_losses": losses,
    }


def _race(
    key: Array, table: Table, rules: tuple[str, ...], tuning_seeds: int, seeds: int, epochs: int
) -> tuple[np.ndarray, ...]:
    """`race_tuning`, `race_rates` and `race_losses` of one table."""
    keys = jax.random.split(key, tuning_seeds + seeds)
    raced = []
    for rule in rules:
        same = jax.random.clone(keys)  # every rule starts from the same networks
        run = _program(table, rule, epochs)
        tuning = run(same[:tuning_seeds], RATES)[..., -1]
        best = RATES[tuning.mean(axis=-1).argmin(axis=-1)]
        rates = np.array([*best, UNTUNED])
        losses = run(same[tuning_seeds:], rates).swapaxes(0, 1)
        raced.append((tuning, rates, losses))
    return tuple(np.stack(parts) for parts in zip(*raced, strict=True))


def _program(table: Table, rule: str, epochs: int) -> Callable[[Array, np.ndarray], np.ndarray]:
    """One compiled program: keys and learning rates -> (2, rates, keys, epochs + 1) losses."""
    encoder = Encoder(table.columns)
    outputs = len(table.response.levels) if table.response_kind == "categorical" else 1
    net = MLP((encoded_width(encoder), *HIDDEN, outputs), response=table.response_kind)
    recipe = Recipe(
        RULES[rule],
        epochs=epochs,
        batch_size=BATCH_SIZE,
        validation_fraction=SET_ASIDE,
        history_every=1,
    )
    one = partial(_losses, net=net, recipe=recipe, encoder=encoder)

    def run(keys: Array, rates: np.ndarray) -> np.ndarray:
        each = keys[np.tile(np.arange(len(keys)), len(rates))]
        losses = replicate(
            one, each, mapped=(np.repeat(rates, len(keys)),), shared=(table.X, table.y), chunk=8
        )
        losses = np.where(np.isfinite(losses), losses, np.inf)
        return losses.reshape(len(rates), len(keys), 2, -1).transpose(2, 0, 1, 3)

    return run


def _losses(
    key: Array, rate: Array, X: Array, y: Array, *, net: MLP, recipe: Recipe, encoder: Encoder
) -> Array:
    """(2, epochs + 1) losses of the training rows and of the rows set aside."""
    history = fit(key, net, X, y, recipe, encoder=encoder, learning_rate=rate).history
    return jax.numpy.stack([history.train_loss, history.validation_loss])
