"""Does dropout lower the test error, and does weight scaling replace an average of networks?

    weight scaling    softmax f(x)              the whole network, once
    Monte Carlo       mean over k masks of softmax f(x; masks)

Networks with two to four hidden layers learn from few images of handwritten digits; all others are
the test set. Both kinds of training, and all networks, see the same random splits, so differences
are paired. Srivastava et al. 2014, figures 4 and 11.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from jaxnn import MLP, Recipe, datasets, predictor
from jaxnn.regularizers import Dropout, monte_carlo_predict
from jaxnn.replicate import replicate
from jaxnn.training import Fitter

DROPOUT = Dropout(input_keep=0.8, hidden_keep=0.5)
DRAWS = (1, 3, 10, 30, 100)
BATCH = 100


def compute(
    key: Array, hidden: tuple[tuple[int, ...], ...], rows: int, steps: int, splits: int
) -> dict[str, Any]:
    """Train every network with and without dropout on every split.

    Returns:
      `architectures` (networks,) in words; `errors`, `log_losses` (networks, 2, splits) on the test
      images, without dropout and with it, by weight scaling; `drawn_errors`, `drawn_log_losses`
      (draws, splits) of Monte-Carlo dropout with the first network; `variation` (splits,) mean
      total variation between its probabilities with most draws and those of weight scaling.
    """
    key_splits, key_fits, key_draws = jax.random.split(key, 3)
    table = datasets.digits()
    X, y = np.asarray(table.X, np.float32), np.asarray(table.y, int)
    keys = jax.random.split(key_splits, splits)
    order = np.array([jax.random.permutation(k, len(X)) for k in keys])
    trained, tested = order[:, :rows], order[:, rows:]
    outcomes, drawn = [], {}
    for place, widths in enumerate(hidden):
        net = MLP((X.shape[1], *widths, 10), "relu", "categorical", "he_normal")
        pair = []
        for regularizers in ((), (DROPOUT,)):
            recipe = Recipe(
                "adam",
                learning_rate=1e-3,
                epochs=steps * BATCH // rows,
                batch_size=BATCH,
                regularizers=regularizers,
                history_every=steps * BATCH // rows,
            )
            fitter = Fitter(net, recipe)
            fits = replicate(
                fitter,
                jax.random.split(jax.random.fold_in(key_fits, place), splits),
                mapped=(X[trained], y[trained].astype(np.float32)),
                working_set=fitter.working_set(rows),
                progress=f"{len(widths)} layers of {widths[0]}",
            )
            shares = np.asarray(predictor(net, fits)(X))[np.arange(splits)[:, None], tested]
            pair.append(_scores(shares, y[tested]))
            if regularizers and place == 0:
                drawn = _monte_carlo(key_draws, net, fits.params, X[tested], y[tested], shares)
        outcomes.append(pair)
    found = np.array(outcomes)  # (networks, 2, scores, splits)
    return {
        "architectures": np.array([f"{len(widths)} × {widths[0]}" for widths in hidden]),
        "errors": found[:, :, 0],
        "log_losses": found[:, :, 1],
        **drawn,
    }


def _scores(shares: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Error rates and mean log losses (splits,) of probabilities (splits, rows, classes)."""
    right = np.take_along_axis(shares, y[..., None], axis=-1)[..., 0]
    losses = -np.log(np.maximum(right, 1e-30))
    return (shares.argmax(axis=-1) != y).mean(axis=-1), losses.mean(axis=-1)


def _monte_carlo(
    key: Array, net: MLP, params: Any, X: np.ndarray, y: np.ndarray, whole: np.ndarray
) -> dict[str, Any]:
    errors, losses, variation = [], [], []
    for split, k in enumerate(jax.random.split(key, len(X))):
        one = jax.tree.map(lambda leaf, split=split: leaf[split], params)
        drawn = np.asarray(monte_carlo_predict(k, net, one, X[split], DROPOUT, DRAWS[-1]))
        means = np.array([drawn[:count].mean(axis=0) for count in DRAWS])
        error, loss = _scores(means, np.broadcast_to(y[split], means.shape[:2]))
        errors.append(error)
        losses.append(loss)
        gap = np.abs(means[-1] - whole[split])
        variation.append(gap.sum(axis=-1).mean() / 2)
    return {
        "drawn_errors": np.array(errors).T,
        "drawn_log_losses": np.array(losses).T,
        "variation": np.array(variation),
    }
