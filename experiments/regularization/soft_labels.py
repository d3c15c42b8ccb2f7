"""How sure does a network become if its labels are smoothed?

    p_correct = 1 - e + e / K,    logit gap = ln(p_correct / (e / K)),    K classes, share e

(Szegedy et al. 2016, section 7). Hard labels have no optimum: the gap grows for ever.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from jaxnn import MLP, Recipe, fit
from jaxnn.regularizers import LabelSmoothing

CASES = ((2, 0.1), (10, 0.1), (10, 0.2))  # classes and share
RATE, STEPS = 1.0, 2000


def compute(key: Array) -> dict[str, Any]:
    """Softmax regression, by gradient descent, on one row for each class.

    Returns:
      `smoothed_scores` (cases, 10, 10) and `hard_scores` (10, 10) of ten classes, row by row; NaN
      beyond K. `hard_losses`, (entries,) in the history without smoothing.
    """
    scores = np.full((len(CASES), 10, 10), np.nan)
    with jax.enable_x64(True):
        for place, (classes, share) in enumerate(CASES):
            found, _ = _trained(jax.random.fold_in(key, place), classes, (LabelSmoothing(share),))
            scores[place, :classes, :classes] = found
        hard, losses = _trained(jax.random.fold_in(key, len(CASES)), 10, ())
    return {"smoothed_scores": scores, "hard_scores": hard, "hard_losses": losses}


def _trained(key: Array, classes: int, regularizers: tuple) -> tuple[np.ndarray, np.ndarray]:
    recipe = Recipe("sgd", learning_rate=RATE, epochs=STEPS, regularizers=regularizers)
    net = MLP((classes, classes), response="categorical")
    # The factor makes the steps of ten classes as fast as those of two.
    fitted = fit(key, net, classes * np.eye(classes), np.arange(classes), recipe)
    layer = fitted.params[0]
    scores = classes * np.asarray(layer.weights) + np.asarray(layer.biases)
    return scores, np.asarray(fitted.history.train_loss)
