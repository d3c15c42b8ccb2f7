"""How large is the error of one fit to all rows, from its refits?

    .632+    (1 - w) err + w Err1',   w = 0.632 / (1 - 0.368 R)

with err the error on the rows that were trained on, Err1 that out of bag, gamma the error without
information (every response paired with every prediction), Err1' = min(Err1, gamma), and the
relative overfitting R = (Err1' - err) / (gamma - err), which is 0 unless err < Err1' (Efron and
Tibshirani 1997). Out of bag alone is too pessimistic, since a refit has seen only 63% of the rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxnn.errors import InputError, as_numbers, as_weights, check_finite, check_number
from jaxnn.inspection.scores import Loss, check_scorable, loss_named

PAIRS_AT_ONCE = 2**20


def no_information_error(loss: Loss | str, y: Any, prediction: Any, weights: Any = None) -> float:
    """The mean loss over all pairs of a response and a prediction.

    Args:
      loss: a name of `jaxnn.inspection.scores.LOSSES`, or a function of (rows,) responses and as
        many predictions that gives one number per row.
      y: (rows,).
      prediction: (rows,) or (rows, outputs), by the fit to all rows.
      weights: (rows,) case weights, at least 0; a pair counts with the product of its weights.

    Returns:
      The error without information. Equal responses are evaluated once; the pairs are made in
      blocks, and for "squared_error" not at all.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> no_information_error("squared_error", [0.0, 2.0], [1.0, 1.0])
      1.0
    """
    y, prediction = as_numbers(y, "y"), as_numbers(prediction, "prediction")
    if y.ndim != 1 or not len(y) or prediction.ndim not in (1, 2) or len(prediction) != len(y):
        raise InputError(
            f"y has shape {y.shape} and prediction has shape {prediction.shape}; pass one response "
            "and one prediction per row."
        )
    check_finite(y, "y")
    check_finite(prediction, "prediction")
    w = np.ones(len(y)) if weights is None else as_weights(weights, len(y)).astype(float)
    w = w / w.sum()
    if prediction.ndim == 2 and prediction.shape[1] == 1:
        prediction = prediction[:, 0]
    check_scorable(loss, "loss", y, prediction.shape[1:])
    if isinstance(loss, str) and loss == "squared_error":
        mean = w @ y
        return float(w @ np.square(y - mean) + w @ np.square(prediction - mean))
    of_pair = loss_named(loss)
    values, place = np.unique(y, return_inverse=True)
    mass = np.bincount(place, w, len(values))
    total, size = 0.0, max(1, PAIRS_AT_ONCE // len(y))
    for start in range(0, len(values), size):
        part = values[start : start + size]
        paired = np.tile(prediction, (len(part), *[1] * (prediction.ndim - 1)))
        losses = np.asarray(of_pair(np.repeat(part, len(y)), paired), float)
        total += float(mass[start : start + size] @ losses.reshape(len(part), len(y)) @ w)
    return total


def error_632_plus(apparent: float, out_of_bag: float, no_information: float) -> float:
    """The .632+ estimate of the error, by the formula of this module.

    Example:
      >>> error_632_plus(0.0, 0.5, 0.5)  # nothing learned but the rows: R = 1, w = 1
      0.5
    """
    for name, error in (
        ("apparent", apparent),
        ("out_of_bag", out_of_bag),
        ("no_information", no_information),
    ):
        check_number(error, name, "a finite number", lambda number: True)
    bounded = min(out_of_bag, no_information)
    overfitting = 0.0
    if bounded > apparent:
        overfitting = (bounded - apparent) / (no_information - apparent)
    w = 0.632 / (1 - 0.368 * overfitting)
    return (1 - w) * apparent + w * bounded
