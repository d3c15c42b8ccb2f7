"""Does a price of active units make the representation sparse, and what does it cost?

    loss + a mean_rows sum |h| + b/2 sum w^2

Units (weights and bias) times 1 / c and their outgoing weights times c give the same ReLU network,
so the price of activity alone could be made as small as one likes. With both prices, the
derivative by c is zero at every minimum:

    b (|W2|^2 - |W1|^2) = a mean_rows sum |h|
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.regularization.digit_fits import scores, splits_of
from jaxnn import MLP, ElasticNet, Recipe
from jaxnn.regularizers import ActivityPenalty
from jaxnn.replicate import replicate
from jaxnn.training import Fitter

UNITS, DECAY, RATE = 64, 1e-3, 3e-3
NET = MLP((64, UNITS, 10), "relu", "categorical", "he_normal")
SHOWN = 100  # training images of the first split


def compute(
    key: Array, prices: tuple[float, ...], rows: int, steps: int, splits: int
) -> dict[str, Any]:
    """Digits with several prices of active units, by full-batch steps of Adam.

    Returns:
      `activity_prices` (prices,); `active` (prices, splits) shares of units and training images in
      which the unit is not 0; `activity` (prices, splits) means of sum |h|; `balance` (prices,
      splits) b (|W2|^2 - |W1|^2); `sparse_errors` (prices, splits) on test images; `shown_units`
      (prices, images, units) of the first split, images in the order of their classes.
    """
    key_splits, key_fits = jax.random.split(key)
    split = splits_of(key_splits, rows, splits)
    order = np.argsort(split.train_y[0, :SHOWN], kind="stable")
    found, shown = [], []
    for price in prices:
        recipe = Recipe(
            "adam",
            learning_rate=RATE,
            epochs=steps,
            regularizers=(ElasticNet(l2=DECAY), ActivityPenalty(l1=price)),
            history_every=steps,
        )
        fitter = Fitter(NET, recipe)
        fits = replicate(
            fitter,
            jax.random.split(jax.random.clone(key_fits), splits),
            mapped=(split.train_X, split.train_y.astype(np.float32)),
            working_set=fitter.working_set(rows),
            progress=f"price {price:g} of activity",
        )
        first, last = fits.params
        h = np.maximum(split.train_X @ first.weights + first.biases[:, None], 0)
        gap = np.square(last.weights).sum(axis=(1, 2)) - np.square(first.weights).sum(axis=(1, 2))
        error = scores(NET, fits, split.test_X, split.test_y).error
        found.append(((h > 0).mean(axis=(1, 2)), h.sum(axis=2).mean(axis=1), DECAY * gap, error))
        shown.append(h[0, :SHOWN][order])
    active, activity, balance, errors = np.array(found).swapaxes(0, 1)
    return {
        "activity_prices": np.array(prices),
        "active": active,
        "activity": activity,
        "balance": balance,
        "sparse_errors": errors,
        "shown_units": np.array(shown),
    }
