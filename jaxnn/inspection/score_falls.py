"""By how much does a score fall when the predictions change, in many ways at once?

    fall_r = score(y, before) - score(y, after_r)

Most scores are a - b times the mean loss of the rows, so the fall is b times the mean of the rises
of the losses; a loss is computed once for every prediction, however many repeats share it. The area
under the curve needs the ranks, which are found for all repeats at once; any other function is
called once for each.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxnn.inspection.scores import LOSSES, Loss, score_named

# Scores that are 1 - mean loss, or with "r_squared" 1 - mean loss / variance.
_LOSS_OF_SCORE: dict[str, Loss] = {
    "accuracy": LOSSES["wrong_class"],
    "r_squared": LOSSES["squared_error"],
    **{f"negative_{name}": loss for name, loss in LOSSES.items()},
}


def score_falls(
    score: Any,
    y: np.ndarray,
    weights: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    of_row: np.ndarray | None = None,
) -> np.ndarray:
    """The fall of a score in each repeat.

    Args:
      score: as for `jaxnn.inspection.permutation_importance`.
      y: (n,) responses.
      weights: (n,) weights of the rows.
      before: (k, n) or (k, n, outputs) predictions of unchanged rows, float64, which may round
        differently in each of the k; or (1, n) or (1, n, outputs), which are the same in all.
      after: (k, n) or (k, n, outputs) predictions of changed rows.
      of_row: (repeats, n) int, which of the k each row takes in each repeat; None takes all k, one
        after the other.

    Returns:
      (repeats,) float64; exactly 0 where the predictions of a repeat have not changed.

    Raises:
      InputError: a score that gives anything but one finite number.

    Example:
      >>> y = np.array([0.0, 1.0])
      >>> score_falls("negative_squared_error", y, np.ones(2), y[None], y[None, ::-1])
      array([1.])
    """
    loss = _LOSS_OF_SCORE.get(score) if isinstance(score, str) else None
    if loss is not None:
        rises = losses_of_each(loss, y, after) - losses_of_each(loss, y, before)
        falls = _picked(rises, of_row) @ (weights / weights.sum())
        if score != "r_squared":
            return falls
        return falls / np.average(np.square(y - np.average(y, weights=weights)), weights=weights)
    changed = _scores(score, y, weights, _picked(after, of_row))
    if (before == before[:1]).all():
        return _scores(score, y, weights, before[:1]) - changed
    return _scores(score, y, weights, _picked(before, of_row)) - changed


def losses_of_each(loss: Loss, y: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """(k, n) losses of predictions (k, n) or (k, n, outputs)."""
    k = len(predictions)
    flat = predictions.reshape(k * len(y), *predictions.shape[2:])
    return np.asarray(loss(np.tile(y, k), flat), float).reshape(k, len(y))


def _picked(values: np.ndarray, of_row: np.ndarray | None) -> np.ndarray:
    """(repeats, n, ...) the values that each row takes."""
    return values if of_row is None else values[of_row, np.arange(values.shape[1])[None]]


def _scores(score: Any, y: np.ndarray, weights: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    if score == "auc" and predictions.ndim == 2:
        return _areas(y, weights, predictions)
    function = score_named(score)
    return np.array([function(y, one, weights) for one in predictions])


def _areas(y: np.ndarray, weights: np.ndarray, predictions: np.ndarray) -> np.ndarray:
    """(repeats,) the area under the curve of each row of predictions, as `scores.auc`."""
    order = np.argsort(predictions, axis=1)
    ordered = np.take_along_axis(predictions, order, axis=1)
    changes = ordered[:, 1:] != ordered[:, :-1]  # False within a set of ties
    places = np.arange(1, len(y))
    ends = np.full(order.shape, len(y))
    ends[:, :-1] = np.where(changes, places, len(y))
    ends = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    starts = np.zeros_like(order)
    starts[:, 1:] = np.where(changes, places, 0)
    starts = np.maximum.accumulate(starts, axis=1)
    ones, w = (y == 1)[order], weights[order]
    zeros_below = np.zeros((len(order), len(y) + 1))
    np.cumsum(np.where(ones, 0, w), axis=1, out=zeros_below[:, 1:])
    below = np.take_along_axis(zeros_below, starts, 1) + np.take_along_axis(zeros_below, ends, 1)
    weight_of_ones = weights @ (y == 1)
    pairs = weight_of_ones * (weights.sum() - weight_of_ones)
    return np.where(ones, w * below, 0).sum(axis=1) / 2 / pairs
