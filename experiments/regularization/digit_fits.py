"""How are networks trained on few digits, and tested on all others, on several random splits?

The splits come from one key, initial weights and batches from another. Two ways of training with
the same keys differ in nothing else, so their differences are paired.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from jaxnn import MLP, Recipe, datasets, mlp, responses
from jaxnn.regularizers import Regularizers
from jaxnn.replicate import replicate
from jaxnn.training import Fit, Fitter

BATCH = 100


class Split(NamedTuple):
    """Images (splits, rows, 64) and their classes (splits, rows), to train on and to test with."""

    train_X: np.ndarray
    train_y: np.ndarray
    test_X: np.ndarray
    test_y: np.ndarray


class Scores(NamedTuple):
    """Error rates and mean log losses (splits,), and which rows (splits, rows) are right."""

    error: np.ndarray
    log_loss: np.ndarray
    right: np.ndarray


def splits_of(key: Array, rows: int, splits: int) -> Split:
    """Random splits of all digits into `rows` training images and the rest."""
    table = datasets.digits()
    X, y = np.asarray(table.X, np.float32), np.asarray(table.y, int)
    keys = jax.random.split(key, splits)
    order = np.array([jax.random.permutation(k, len(X)) for k in keys])
    chosen, others = order[:, :rows], order[:, rows:]
    return Split(X[chosen], y[chosen], X[others], y[others])


def trained(
    key: Array,
    net: MLP,
    regularizers: Regularizers,
    split: Split,
    *,
    steps: int,
    rate: float,
    progress: str,
) -> Fit:
    """Fits (splits, ...) by steps of Adam on batches of 100 rows."""
    splits, rows = split.train_y.shape
    epochs = steps * BATCH // rows
    recipe = Recipe(
        "adam",
        learning_rate=rate,
        epochs=epochs,
        batch_size=BATCH,
        regularizers=regularizers,
        history_every=epochs,
    )
    fitter = Fitter(net, recipe)
    return replicate(
        fitter,
        jax.random.split(key, splits),
        mapped=(split.train_X, split.train_y.astype(np.float32)),
        working_set=fitter.working_set(rows),
        progress=progress,
    )


@partial(jax.jit, static_argnames="net")
def probabilities(net: MLP, params: Any, X: Any) -> Array:
    """(splits, rows, classes) of networks (splits, ...), each on images X (splits, rows, 64)."""
    outputs = jax.vmap(jax.vmap(partial(mlp.apply, net), (None, 0)))(params, X)
    return responses.mean("categorical", outputs)


def scores(net: MLP, fits: Fit, X: np.ndarray, y: np.ndarray) -> Scores:
    """How each fit does on images of its own, X (splits, rows, 64) and y (splits, rows)."""
    return scores_of(np.asarray(probabilities(net, fits.params, X)), y)


def scores_of(shares: np.ndarray, y: np.ndarray) -> Scores:
    """Scores of probabilities (splits, rows, classes) of classes y (splits, rows)."""
    shown = np.take_along_axis(shares, y[..., None], axis=-1)[..., 0]
    right = shares.argmax(axis=-1) == y
    losses = -np.log(np.maximum(shown, 1e-30)).mean(axis=-1)
    return Scores(1 - right.mean(axis=-1), losses, right)
