"""How do the predictions of many refits change with one predictor?

average curve   mean_i f_b(x, x_iC)     every row i, with predictor j set to x
profile         f_b(x, c_C)             one row, the other predictors at their centre c
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import as_weights
from jaxnn.inspection import (
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.inspection.black_box import check_matrix
from jaxnn.refits.black_boxes import RefittedModel

GRID = 40  # values at which the curve of a numeric predictor is computed


class Effect(NamedTuple):
    """The curves of the prediction along one predictor.

    Curves have a last axis (outputs,) if the prediction has several outputs. The band of a curve is
    `jaxnn.interval` of it.

    Attributes:
      feature: the predictor's column of X.
      grid: (g,) values, or codes of levels.
      average: (refits, g) curves averaged over rows.
      profile: (refits, g) curves with the other predictors at their centre.
      individual: (m, g) curves of single rows, averaged over the refits.
    """

    feature: int
    grid: np.ndarray
    average: np.ndarray
    profile: np.ndarray
    individual: np.ndarray


def effect(
    model: RefittedModel,
    X: Any,
    feature: int,
    *,
    rows: Any = slice(None),
    individual_rows: Any = slice(None),
    center: Any = "mean",
    resolution: int = GRID,
    weights: Any = None,
) -> Effect:
    """The curves of one predictor, for every refit.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (rows, predictors), the observed rows.
      feature: column of X to vary.
      rows: row numbers of X to average over; all by default.
      individual_rows: row numbers of X with a curve in `individual`; all by default.
      center: where the profile holds the other predictors, as for
        `jaxnn.inspection.profile_at`.
      resolution: the largest number of values on the grid of a numeric predictor, which extends
        from its least to its largest value.
      weights: (rows,) case weights of X, at least 0, for the averages and the centre; None gives
        all rows the same weight.

    Returns:
      An `Effect` in the response's own unit, in the precision of the model; the grid of a column
      with levels is the codes of all its levels.

    Raises:
      InputError, InputTypeError: as `jaxnn.inspection.profile_at`.
    """
    X = check_matrix(X)
    columns = model.columns
    grid = grid_for(X, feature, resolution, (0.0, 1.0), columns=columns)
    averaged = None
    if weights is not None:
        weights = as_weights(weights, len(X))
        averaged = weights[rows]
    return Effect(
        feature,
        grid,
        partial_dependence(model.predict, X[rows], feature, grid, averaged),
        profile_at(model.predict, X, feature, grid, center, columns=columns, weights=weights),
        individual_conditional_expectation(model.predict_mean, X[individual_rows], feature, grid),
    )
