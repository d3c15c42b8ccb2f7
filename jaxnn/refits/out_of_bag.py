"""How well do refits predict rows that they have not seen?

Refit b was not trained on the rows that its resample left out, about 37%. These are its test rows:
f_b(x_i), i not drawn by b.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import as_weights, check_level
from jaxnn.refits.black_boxes import (
    RefittedModel,
    checked_training_rows,
    row_blocks,
    row_losses,
)


class OutOfBag(NamedTuple):
    """Predictions and losses on rows that a refit has not seen; float64, NaN where there are none.

    Attributes:
      mean, lower, upper: (rows,) mean prediction of the refits that left the row out, and the ends
        of its band over them: of a number, of the probability of y = 1, or of the probability of
        the class that was observed.
      loss: (refits,) mean loss of each refit on the rows that it left out, by the formulas of
        `jaxnn.responses`, in the square of the response's unit or in nats.
      constant_loss: (refits,) the same for the constant prediction that has the least loss on all
        rows.
    """

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    loss: np.ndarray
    constant_loss: np.ndarray


def out_of_bag(
    model: RefittedModel, X: Any, y: Any, level: float = 0.95, weights: Any = None
) -> OutOfBag:
    """Predict each training row by the refits that left it out.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      level: coverage of the band, in (0, 1).
      weights: (rows,) case weights, at least 0; None gives all rows the same weight. The losses are
        weighted means.

    Returns:
      An `OutOfBag`, computed in double precision.

    Raises:
      InputTypeError: `model` is not the refits of a model.
      InputError: other rows than those of the bootstrap, missing values, a response that the model
        does not have, weights that cannot be used, or `level` is outside (0, 1).
    """
    X, y = checked_training_rows(model, X, y)
    rows = len(y)
    check_level(level)
    w = np.ones(rows) if weights is None else as_weights(weights, rows).astype(float)
    kind = model.response
    constant = _constant_outputs(kind, y, model.width, w)
    constant_loss = row_losses(kind, np.broadcast_to(constant, (1, rows, len(constant))), y)[0]
    total = np.zeros(len(model.out_of_bag))
    predicted = np.empty((3, rows))
    for block in row_blocks(model, rows):
        unseen = model.out_of_bag[:, block]
        means, losses = model.predictions_and_losses(X[block], y[block])
        total += np.where(unseen, losses, 0) @ w[block]
        observed = y[block].astype(int) if kind == "categorical" else 0
        of_observed = means[:, np.arange(unseen.shape[1]), observed]
        predicted[:, block] = _mean_and_band(of_observed, unseen, level)
    unseen_weight = model.out_of_bag @ w
    counted = np.where(unseen_weight > 0, unseen_weight, np.nan)
    constant_total = model.out_of_bag @ (w * constant_loss)
    return OutOfBag(*predicted, loss=total / counted, constant_loss=constant_total / counted)


def _mean_and_band(values: np.ndarray, known: np.ndarray, level: float) -> np.ndarray:
    """(3, rows): mean and ends of the interval of the known values (refits, rows) of each row."""
    counts = known.sum(axis=0)
    some = counts > 0
    result = np.full((3, len(counts)), np.nan)
    values, known, counts = values[:, some], known[:, some], counts[some]
    result[0, some] = np.where(known, values, 0).sum(axis=0) / counts
    ordered = np.sort(np.where(known, values, np.inf), axis=0)
    for end, share in ((1, (1 - level) / 2), (2, (1 + level) / 2)):
        place = (counts - 1) * share
        low = np.floor(place).astype(int)
        columns = np.arange(len(counts))
        below, above = ordered[low, columns], ordered[np.minimum(low + 1, counts - 1), columns]
        result[end, some] = below + (place - low) * (above - below)
    return result


def _constant_outputs(kind: str, y: np.ndarray, outputs: int, weights: np.ndarray) -> np.ndarray:
    """(outputs,) the network outputs of the constant prediction with the least loss on all rows."""
    mean = np.average(y, weights=weights)
    if kind == "quantitative":
        return np.array([mean])
    least = np.finfo(np.float32).tiny  # some class may not occur, nor any event
    if kind == "count":
        return np.log([max(mean, least)])
    if kind == "binary":
        return np.log([max(mean, least) / max(1 - mean, least)])
    share = np.bincount(y.astype(int), weights, minlength=outputs) / weights.sum()
    return np.log(np.maximum(share, least))
