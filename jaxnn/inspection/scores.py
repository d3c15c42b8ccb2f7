"""How good is a prediction? Scores of all rows, the higher the better, and losses of single rows.

    score(y, prediction, weights)   one number            loss(y, prediction)   one number per row

Predictions are numbers, or the probability of y = 1, (rows,), or the probabilities of classes
(rows, classes). Any function of this form can take the place of a name.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np

from jaxnn.errors import InputError, InputTypeError, as_numbers, check_finite, shown, unknown_name
from jaxnn.inspection.arguments import answer_of

Score = Callable[..., Any]
Loss = Callable[[np.ndarray, np.ndarray], Any]


def squared_error(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """(y - prediction)^2 for each row."""
    return np.square(y - prediction)


def absolute_error(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """|y - prediction| for each row."""
    return np.abs(y - prediction)


def cross_entropy(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """-log of the probability of the observed class, in nats, for each row.

    A probability below the smallest normal number of its precision counts as that number.
    """
    return -np.log(np.maximum(_of_observed(y, prediction), np.finfo(prediction.dtype).tiny))


def wrong_class(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """1 where the most probable class is not the observed one, for each row; a half counts as 0."""
    if prediction.ndim == 1:
        return ((prediction > 0.5) != (y == 1)).astype(float)
    return (np.argmax(prediction, axis=1) != y).astype(float)


def brier_score(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """The squared error of the probabilities, for each row.

    (p - y)^2 for the probability p of y = 1; the sum over classes of (p_k - [y = k])^2 otherwise,
    which for two classes is twice as large. Probabilities may have leading axes.
    """
    if prediction.ndim == 1:
        return np.square(prediction - (y == 1))
    of_observed = prediction[..., np.arange(len(y)), y.astype(int)]
    return np.square(prediction).sum(axis=-1) - 2 * of_observed + 1


def poisson_deviance(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """2 (y log(y / m) - y + m) for a predicted mean count m, with 0 log 0 = 0, for each row.

    A mean below the smallest normal number of its precision counts as that number.
    """
    from scipy import special

    mean = np.maximum(prediction, np.finfo(prediction.dtype).tiny)
    return 2 * (special.xlogy(y, y) - special.xlogy(y, mean) - y + mean)


def r_squared(y: np.ndarray, prediction: np.ndarray, weights: np.ndarray) -> float:
    """1 - sum w (y - prediction)^2 / sum w (y - mean y)^2."""
    total = weights @ np.square(y - np.average(y, weights=weights))
    if total == 0:
        raise InputError("y has the same value in all rows, so R squared is not defined.")
    return float(1 - weights @ squared_error(y, prediction) / total)


def auc(y: np.ndarray, prediction: np.ndarray, weights: np.ndarray) -> float:
    """The chance that a row with y = 1 has a higher prediction than one with y = 0.

    Ties count one half. With weights, pairs count with the product of their weights.
    """
    return area_and_influences(y, prediction, weights)[0]


def area_and_influences(
    y: np.ndarray, prediction: np.ndarray, weights: np.ndarray
) -> tuple[float, np.ndarray]:
    """The area under the ROC curve and the influence (rows,) of each row on it.

    The influence of row i is w_i (V_i - area) / (sum w of its class), with V_i the share of the
    other class against which the row is ranked right.

    Raises:
      InputError: y has one class only.
    """
    positive = y == 1
    masses = {one: weights[positive == one].sum() for one in (True, False)}
    if not masses[True] * masses[False]:
        raise InputError("y has one class only, so the area under the curve is not defined.")
    values, place = np.unique(prediction, return_inverse=True)
    ones = np.bincount(place[positive], weights[positive], len(values)) / masses[True]
    zeros = np.bincount(place[~positive], weights[~positive], len(values)) / masses[False]
    below = np.cumsum(zeros) - zeros / 2
    above = 1 - np.cumsum(ones) + ones / 2
    area = float(ones @ below)
    mass = np.where(positive, masses[True], masses[False])
    right = np.where(positive, below[place], above[place])
    return area, weights * (right - area) / mass


def _negative_mean(loss: Loss) -> Score:
    def score(y: np.ndarray, prediction: np.ndarray, weights: np.ndarray) -> float:
        return float(-np.average(loss(y, prediction), weights=weights))

    return score


def _accuracy(y: np.ndarray, prediction: np.ndarray, weights: np.ndarray) -> float:
    return float(np.average(1 - wrong_class(y, prediction), weights=weights))


LOSSES: dict[str, Loss] = {
    "squared_error": squared_error,
    "absolute_error": absolute_error,
    "cross_entropy": cross_entropy,
    "wrong_class": wrong_class,
    "brier_score": brier_score,
    "poisson_deviance": poisson_deviance,
}
SCORES: dict[str, Score] = {
    "r_squared": r_squared,
    "auc": auc,
    "accuracy": _accuracy,
    **{f"negative_{name}": _negative_mean(loss) for name, loss in LOSSES.items()},
}


def score_named(score: Any) -> Score:
    """A score as a function of (y, prediction, weights), from its name or any function.

    A function of (y, prediction) alone is accepted where all weights are equal.

    Raises:
      InputError, InputTypeError: neither.
    """
    if isinstance(score, str):
        if score not in SCORES:
            raise unknown_name("score", score, SCORES)
        return SCORES[score]
    if not callable(score):
        raise InputTypeError(
            f"score is {shown(score)}; pass a name or a function of y and prediction."
        )
    try:
        takes_weights = len(signature(score).parameters) > 2
    except ValueError:  # a function written in C
        takes_weights = False

    def checked(y: np.ndarray, prediction: np.ndarray, weights: np.ndarray) -> float:
        if not takes_weights and (weights != weights[0]).any():
            raise InputError(
                "weights differ, but score takes no weights; pass a function of y, prediction and "
                "weights."
            )
        given = (y, prediction, weights) if takes_weights else (y, prediction)
        answer = answer_of(score, "score", *given)
        value = as_numbers(answer, "score(y, prediction)")
        if value.size != 1 or not np.isfinite(value).all():
            raise InputError(f"score gives {shown(answer)}; it must give one finite number.")
        return float(value.reshape(()))

    return checked


def loss_named(loss: Any) -> Loss:
    """A loss as a function of (y, prediction) with a number per row, from its name or any function.

    Raises:
      InputError, InputTypeError: neither.
    """
    if isinstance(loss, str):
        if loss not in LOSSES:
            raise unknown_name("loss", loss, LOSSES)
        return LOSSES[loss]
    if not callable(loss):
        raise InputTypeError(
            f"loss is {shown(loss)}; pass a name or a function of y and prediction."
        )

    def checked(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
        values = as_numbers(answer_of(loss, "loss", y, prediction), "loss(y, prediction)")
        if values.shape != y.shape[:1]:
            raise InputError(
                f"loss gives shape {values.shape} for {len(y)} rows; it must give one number per "
                "row."
            )
        check_finite(values, "loss(y, prediction)")
        return values

    return checked


def check_scorable(name: Any, argument: str, y: np.ndarray, outputs: tuple[int, ...]) -> None:
    """Refuse responses or predictions of a form that a named score or loss does not take.

    Args:
      name: of a score or loss; any function is accepted.
      argument: what the caller calls it.
      y: (rows,) responses.
      outputs: the shape of the prediction of one row.

    Raises:
      InputError: several outputs for a score of numbers, or a response that is no class code.
    """
    if not isinstance(name, str):
        return
    if not any(kind in name for kind in ("accuracy", "cross_entropy", "wrong_class", "brier")):
        if outputs:
            raise InputError(
                f"{argument} is {name!r}, which takes one prediction per row; predict gives "
                f"{outputs[0]}."
            )
        if name != "auc":
            return
    codes = outputs[0] if outputs else 2
    wrong = y[~np.isin(y, np.arange(codes))]
    if len(wrong):
        raise InputError(
            f"y has the value {wrong[0]:g}; {argument} {name!r} takes class codes from 0 to "
            f"{codes - 1}."
        )


def checked_response(y: Any, rows: int) -> np.ndarray:
    """y as (rows,) finite numbers.

    Raises:
      InputError, InputTypeError: anything else.
    """
    y = as_numbers(y, "y")
    if y.shape != (rows,):
        raise InputError(f"y has shape {y.shape}; pass one number for each of the {rows} rows.")
    check_finite(y, "y")
    return y.astype(float)


def _of_observed(y: np.ndarray, prediction: np.ndarray) -> np.ndarray:
    """(rows,) the probability of the class that was observed."""
    if prediction.ndim == 1:
        return np.where(y == 1, prediction, 1 - prediction)
    return prediction[np.arange(len(y)), y.astype(int)]
