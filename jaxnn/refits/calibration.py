"""Are the mean predictions of refits calibrated on rows that these have not seen?

Row i is predicted by the mean of the refits without it; `jaxnn.inspection.calibration` compares
these predictions with the responses, bin by bin.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxnn.errors import InputError, as_weights, check_count, check_level
from jaxnn.inspection.calibration import Calibration, calibration
from jaxnn.refits.black_boxes import RefittedModel, checked_training_rows
from jaxnn.refits.unseen_rows import UnseenRows, unseen_rows
from jaxnn.results import check_result
from jaxnn.training.groups import group_codes


def calibration_curve(
    model: RefittedModel,
    X: Any,
    y: Any,
    *,
    bins: int = 10,
    weights: Any = None,
    groups: Any = None,
    level: float = 0.95,
    unseen: UnseenRows | None = None,
) -> Calibration:
    """The calibration of the mean of refits, out of bag.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      bins: the largest number of bins.
      weights: (rows,) case weights, at least 0; None gives all rows the same weight.
      groups: (rows,) labels; a row then counts as unseen only where its whole group is.
      level: coverage of the intervals, in (0, 1).
      unseen: `by_row` of `prediction_errors` for the same model and rows, which saves predicting
        them again; None predicts them.

    Returns:
      A `Calibration` of the rows that some refit left out.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> import jax
      >>> from sklearn.linear_model import LinearRegression
      >>> from jaxnn.estimators import refitted_estimator
      >>> X = np.linspace(-1, 1, 40)[:, None]
      >>> y = X[:, 0] + np.sin(np.arange(40))
      >>> model = refitted_estimator(jax.random.key(0), LinearRegression(), X, y, replicates=20)
      >>> curve = calibration_curve(model, X, y, bins=4).curves[0]
      >>> curve.rows
      array([10, 10, 10, 10])
    """
    check_level(level)
    check_count(bins, "bins")
    X, y = checked_training_rows(model, X, y)
    if unseen is None:
        unseen = unseen_rows(model, X, y, weights, groups)
    check_result(unseen, "unseen", UnseenRows, "unseen_rows", left_out_by="n", prediction="n *")
    if len(unseen.left_out_by) != len(y):
        raise InputError(
            f"unseen has {len(unseen.left_out_by)} rows, but X has {len(y)}; pass what unseen_rows "
            "returns for these rows."
        )
    codes = None if groups is None else np.asarray(group_codes(groups, len(y)))
    w = np.ones(len(y)) if weights is None else as_weights(weights, len(y)).astype(float)
    judged = (unseen.left_out_by > 0) & (w > 0)
    return calibration(
        y[judged],
        unseen.prediction[judged],
        response=model.response,
        bins=bins,
        weights=w[judged],
        groups=None if codes is None else codes[judged],
        level=level,
    )
