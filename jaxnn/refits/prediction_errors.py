"""How large is the error of prediction, from rows that refits have not seen?

    leave-one-out bootstrap   Err1 = mean_i  mean over refits b without row i of  l(y_i, f_b(x_i))
    .632+                     (1 - w) err + w Err1',   w = 0.632 / (1 - 0.368 R)

with err the error of the fit to all rows on these rows, Err1' = min(Err1, gamma), gamma the error
without information (every response paired with every prediction), and the relative overfitting
R = (Err1' - err) / (gamma - err), which is 0 unless err < Err1' (Efron and Tibshirani 1997).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_numbers, as_weights
from jaxnn.refits.black_boxes import RefittedModel, check_refitted, row_blocks


class OutOfBagError(NamedTuple):
    """The leave-one-out bootstrap's error.

    Attributes:
      error: weighted mean of `rows`, in the square of the response's unit, in nats, or as deviance.
      standard_error: of that mean, sqrt(n / (n - 1) sum (w_i (l_i - error))^2) / sum w_i over the n
        rows that are used: the error from the rows as a sample, not the spread over refits.
      rows: (rows,) mean loss of the refits that left the row out; NaN where there are none.
    """

    error: float
    standard_error: float
    rows: np.ndarray


def out_of_bag_error(model: RefittedModel, X: Any, y: Any, weights: Any = None) -> OutOfBagError:
    """The mean loss of single refits on rows that they have not seen, row by row.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      weights: (rows,) case weights, at least 0; None gives all rows the same weight.

    Raises:
      InputTypeError: `model` is not the refits of a model.
      InputError: other rows than those of the bootstrap, or weights that cannot be used.
    """
    check_refitted(model)
    X, y = as_numbers(X, "X"), as_numbers(y, "y").astype(float)
    count = model.out_of_bag.shape[1]
    if X.shape[:1] != (count,) or y.shape != (count,):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass the {count} training rows."
        )
    w = np.ones(count) if weights is None else as_weights(weights, count).astype(float)
    rows = np.full(count, np.nan)
    for block in row_blocks(model, count):
        unseen = model.out_of_bag[:, block]
        losses = np.where(unseen, model.predictions_and_losses(X[block], y[block])[1], 0)
        number = unseen.sum(axis=0)
        rows[block] = np.where(number > 0, losses.sum(axis=0) / np.maximum(number, 1), np.nan)
    used = ~np.isnan(rows) & (w > 0)
    n, total = used.sum(), w[used].sum()
    if n < 2:
        raise InputError(f"X has {n} rows that some refit left out; pass refits that leave out 2.")
    error = float(w[used] @ rows[used] / total)
    spread = np.square(w[used] * (rows[used] - error)).sum()
    return OutOfBagError(error, float(np.sqrt(n / (n - 1) * spread) / total), rows)


def no_information_error(loss: Callable[..., Any], y: Any, prediction: Any) -> float:
    """The mean of `loss(y, prediction)` over all pairs of a response and a prediction.

    Args:
      loss: of (rows,) responses and predictions: one value per row.
      y: (rows,).
      prediction: (rows,) or (rows, outputs), by the fit to all rows.
    """
    y, prediction = np.asarray(y), np.asarray(prediction)
    return float(np.mean([np.mean(loss(np.full_like(y, one), prediction)) for one in y]))


def error_632_plus(apparent: float, out_of_bag: float, no_information: float) -> float:
    """The .632+ estimate of the error, by the formula of this module.

    Example:
      >>> error_632_plus(0.0, 0.5, 0.5)  # nothing learned but the rows: R = 1, w = 1
      0.5
    """
    bounded = min(out_of_bag, no_information)
    overfitting = 0.0
    if bounded > apparent:
        overfitting = (bounded - apparent) / (no_information - apparent)
    w = 0.632 / (1 - 0.368 * overfitting)
    return (1 - w) * apparent + w * bounded
