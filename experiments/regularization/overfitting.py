"""How much does a network of five layers of 100 units overfit, and what helps?

    y = sin(2 pi x) + N(0, 0.3^2),    40 rows,    noise floor of the squared error 0.09

Weight decay is a penalty a/2 sum w^2. Early stopping watches as many further rows, stops when they
get no better for a while, and returns the best weights so far. The same seeds give the same rows
and initial weights, so differences are paired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import MLP, ElasticNet, Recipe, fit, mlp
from jaxnn.replicate import replicate

NET = MLP((1, 100, 100, 100, 100, 100, 1), "relu", initializer="he_normal")
ROWS, TEST_ROWS, NOISE = 40, 500, 0.3
DECAYS = (0.0, 0.001, 0.003)
RATE, EVERY, PATIENCE = 1e-3, 50, 10  # entries of the history
GRID = np.linspace(-1, 1, 201, dtype=np.float32)[:, None]


class Rows(NamedTuple):
    """Rows of one seed: x (rows, 1) and y (rows,), to train on, to watch and to test with."""

    x: Any
    y: Any
    watched_x: Any
    watched_y: Any
    test_x: Any
    test_y: Any


class Outcome(NamedTuple):
    """Of one fit.

    Attributes:
      train, test: () mean squared errors of the network that `fit` returns.
      epochs: () of that network.
      train_path, watched_path: (entries,) errors during training.
      curve: (grid,) predictions.
    """

    train: Array
    test: Array
    epochs: Array
    train_path: Array
    watched_path: Array
    curve: Array


@dataclass(frozen=True)
class Trained:
    """A fit that watches the test rows, to the end, or that stops early by others.

    Attributes:
      steps: at most.
      early: whether it stops early.
    """

    steps: int
    early: bool

    def __call__(self, key: Array, decay: Array, rows: Rows) -> Outcome:
        """Train with this weight decay."""
        recipe = Recipe(
            "adam",
            learning_rate=RATE,
            epochs=self.steps,
            regularizers=(ElasticNet(l2=1.0),),
            history_every=EVERY,
            patience=PATIENCE if self.early else None,
            standardize_response=False,
        )
        watched = (rows.watched_x, rows.watched_y) if self.early else (rows.test_x, rows.test_y)
        found = fit(key, NET, rows.x, rows.y, recipe, validation=watched, penalty_factor=decay)
        values = jax.vmap(lambda x: mlp.apply(NET, found.params, x)[0])
        error = jnp.mean(jnp.square(values(rows.test_x) - rows.test_y))
        history = found.history
        return Outcome(
            found.train_loss,
            error,
            found.epochs,
            history.train_loss,
            history.validation_loss,
            values(jnp.asarray(GRID)),
        )


def compute(key: Array, seeds: int, steps: int) -> dict[str, Any]:
    """Fits to the end and fits that stop early, with every weight decay.

    Returns:
      `sine_x`, `sine_y` (rows,) of the first seed; `truth_error` (seeds,) mean squared errors of
      the true function on the training rows; `last_NAME` and `early_NAME` for each field NAME
      of `Outcome`, (decays, seeds, ...).
    """
    key_rows, key_fits = jax.random.split(key)
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key_rows)))
    drawn = []
    for count in (ROWS, ROWS, TEST_ROWS):
        x = rng.uniform(-1, 1, size=(seeds, count, 1))
        y = np.sin(2 * np.pi * x[..., 0]) + NOISE * rng.normal(size=(seeds, count))
        drawn += [x.astype(np.float32), y.astype(np.float32)]
    rows = Rows(*(np.concatenate([part] * len(DECAYS)) for part in drawn))
    decays = np.repeat(np.array(DECAYS, np.float32), seeds)
    starts = jax.random.split(key_fits, seeds)[np.tile(np.arange(seeds), len(DECAYS))]
    truth = np.sin(2 * np.pi * drawn[0][..., 0])
    found = {
        "sine_x": drawn[0][0, :, 0],
        "sine_y": drawn[1][0],
        "truth_error": np.mean((drawn[1] - truth) ** 2, axis=1),
    }
    for name, early in (("last", False), ("early", True)):
        outcome = replicate(
            Trained(steps, early),
            jax.random.clone(starts),
            mapped=(decays, rows),
            working_set=4 * ROWS * sum(NET.sizes),
            varying_length=early,
            progress=f"{name} weights",
        )
        for field, values in outcome._asdict().items():
            found[f"{name}_{field}"] = values.reshape(len(DECAYS), seeds, *values.shape[1:])
    return found
