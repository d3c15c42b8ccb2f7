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

from experiments.regularization.digit_fits import probabilities, scores_of, splits_of, trained
from jaxnn import MLP
from jaxnn.regularizers import Dropout, monte_carlo_predict

DROPOUT = Dropout(input_keep=0.8, hidden_keep=0.5)
RATE = 1e-3
DRAWS = (1, 3, 10, 30, 100)


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
    split = splits_of(key_splits, rows, splits)
    outcomes, drawn = [], {}
    for place, widths in enumerate(hidden):
        net = MLP((split.train_X.shape[-1], *widths, 10), "relu", "categorical", "he_normal")
        pair = []
        for regularizers in ((), (DROPOUT,)):
            same = jax.random.fold_in(key_fits, place)  # both start from the same networks
            label = f"{len(widths)} layers of {widths[0]}"
            fits = trained(same, net, regularizers, split, steps=steps, rate=RATE, progress=label)
            shares = np.asarray(probabilities(net, fits.params, split.test_X))
            pair.append(scores_of(shares, split.test_y)[:2])
            if regularizers and place == 0:
                drawn = _monte_carlo(
                    key_draws, net, fits.params, split.test_X, split.test_y, shares
                )
        outcomes.append(pair)
    found = np.array(outcomes)  # (networks, 2, scores, splits)
    return {
        "architectures": np.array([f"{len(widths)} × {widths[0]}" for widths in hidden]),
        "errors": found[:, :, 0],
        "log_losses": found[:, :, 1],
        **drawn,
    }


def _monte_carlo(
    key: Array, net: MLP, params: Any, X: np.ndarray, y: np.ndarray, whole: np.ndarray
) -> dict[str, Any]:
    errors, losses, variation = [], [], []
    for split, k in enumerate(jax.random.split(key, len(X))):
        one = jax.tree.map(lambda leaf, split=split: leaf[split], params)
        drawn = np.asarray(monte_carlo_predict(k, net, one, X[split], DROPOUT, DRAWS[-1]))
        means = np.array([drawn[:count].mean(axis=0) for count in DRAWS])
        error, loss, _ = scores_of(means, np.broadcast_to(y[split], means.shape[:2]))
        errors.append(error)
        losses.append(loss)
        gap = np.abs(means[-1] - whole[split])
        variation.append(gap.sum(axis=-1).mean() / 2)
    return {
        "drawn_errors": np.array(errors).T,
        "drawn_log_losses": np.array(losses).T,
        "variation": np.array(variation),
    }
