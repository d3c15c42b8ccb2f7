"""Does it help not to trust labels, if some of them are wrong?

    label smoothing   targets (1 - s) p + s / K
    label noise       a label is drawn anew with probability s in each step: the same in the mean

First, softmax regression on two rows learns with label noise. At a small learning rate η the mean
gap of its scores is that of smoothing plus a multiple of η, so that 2 gap(η / 2) - gap(η) has no
part of first order. Then networks learn few digits, a fifth of whose labels has been drawn at
random once and for all, and are tested on labels that are right.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.regularization.digit_fits import scores, splits_of, trained
from jaxnn import MLP, Recipe, fit
from jaxnn.regularizers import LabelNoise, LabelSmoothing, Regularizers
from jaxnn.replicate import replicate

SHARE, RATE = 0.2, 3e-3
KINDS: dict[str, Regularizers] = {
    "as given": (),
    "smoothed": (LabelSmoothing(SHARE),),
    "drawn anew": (LabelNoise(SHARE),),
}
NET = MLP((64, 128, 10), "relu", "categorical", "he_normal")
PAIR = MLP((2, 2), response="categorical")
PAIR_SHARE, PAIR_RATES, PAIR_STEPS = 0.1, (0.1, 0.05), 1500


def compute(key: Array, runs: int, rows: int, steps: int, splits: int) -> dict[str, Any]:
    """Softmax regression with label noise, and digits with wrong labels.

    Returns:
      `noise_gaps` (rates, runs) gaps of the scores of two classes; `wrong_share` (splits,) of the
      training labels; `wrong_errors`, `wrong_log_losses` (kinds, splits) on test images;
      `wrong_learned` (kinds, splits) shares of the wrong labels that the network gives its training
      images.
    """
    key_pair, key_splits, key_labels, key_fits = jax.random.split(key, 4)
    split = splits_of(key_splits, rows, splits)
    key_which, key_class = jax.random.split(key_labels)
    anew = np.asarray(jax.random.bernoulli(key_which, SHARE, split.train_y.shape))
    drawn = np.asarray(jax.random.randint(key_class, split.train_y.shape, 0, 10))
    given = split._replace(train_y=np.where(anew, drawn, split.train_y))
    wrong = given.train_y != split.train_y
    found = []
    for name, regularizers in KINDS.items():
        same = jax.random.clone(key_fits)  # all kinds start from the same networks
        fits = trained(
            same, NET, regularizers, given, steps=steps, rate=RATE, progress=f"labels {name}"
        )
        tested = scores(NET, fits, split.test_X, split.test_y)
        followed = scores(NET, fits, given.train_X, given.train_y).right & wrong
        learned = followed.sum(axis=1) / wrong.sum(axis=1)
        found.append((tested.error, tested.log_loss, learned))
    errors, losses, learned = np.array(found).swapaxes(0, 1)
    return {
        "noise_gaps": np.array(
            [
                replicate(_gap, jax.random.split(k, runs), mapped=(np.full(runs, rate),))
                for k, rate in zip(jax.random.split(key_pair), PAIR_RATES, strict=True)
            ]
        ),
        "wrong_share": wrong.mean(axis=1),
        "wrong_errors": errors,
        "wrong_log_losses": losses,
        "wrong_learned": learned,
    }


def _gap(key: Array, rate: Array) -> Array:
    """Score of the right class less that of the other, mean over both rows."""
    noise = LabelNoise(PAIR_SHARE)
    recipe = Recipe("sgd", epochs=PAIR_STEPS, regularizers=(noise,), history_every=PAIR_STEPS)
    # The factor makes the steps large enough to settle.
    layer = fit(key, PAIR, 2 * np.eye(2), np.arange(2.0), recipe, learning_rate=rate).params[0]
    scores = 2 * layer.weights + layer.biases[None]
    return (scores[0, 0] - scores[0, 1] + scores[1, 1] - scores[1, 0]) / 2
