"""What would permutation importance be with all n! permutations? It needs n^2 predictions.

With D_ik = loss(y_i, f(row i, column j taken from row k)) - loss(y_i, f(row i)), a random
permutation adds up one D_ik for each row i, so over all of them (Hoeffding 1951)

    mean = sum_ik D_ik / n^2
    sd   = sqrt(sum_ik C_ik^2 / (n - 1)) / n,     C = D with its row and column means taken off

No random numbers, no repeats; donors k with equal values are predicted once. Keeping i = k is what
a permutation does; leaving these pairs out (Fisher, Rudin and Dominici 2019) multiplies the mean by
n / (n - 1). For least squares on its own rows and the squared error the mean is 2 b_j^2 var(x_j),
with ddof 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import as_weights
from jaxnn.inspection.black_box import BlackBox, Predict
from jaxnn.inspection.column_groups import Groups, column_groups, column_names
from jaxnn.inspection.permutation_importance import as_one_output, checked_model, distinct_rows
from jaxnn.inspection.score_falls import losses_of_each
from jaxnn.inspection.scores import Loss, check_scorable, loss_named


class ExactImportance(NamedTuple):
    """Moments of permutation importance over all permutations.

    Attributes:
      mean, std: (features,) rise of the mean loss, in its unit: mean and standard deviation over
        all n! permutations.
      baseline: the mean loss of the rows as they are.
      names: of the features.
    """

    mean: np.ndarray
    std: np.ndarray
    baseline: float
    names: tuple[str, ...]


def exact_importance(
    predict: Predict,
    X: Any,
    y: Any,
    loss: Any,
    *,
    weights: Any = None,
    groups: Groups | None = None,
    names: Sequence[str] | None = None,
) -> ExactImportance:
    """The rise of the mean loss over all permutations of a column, exactly.

    Args:
      predict, X, y, groups, names: as for `jaxnn.inspection.permutation_importance`.
      loss: the name of a loss in `jaxnn.inspection.scores.LOSSES`, or a function of
        (y, prediction) with one value per row, the lower the better.
      weights: (n,) weights of the rows, at least 0: a row of weight two is that row twice. They
        should be on that scale, since the standard deviation takes their sum as n.

    Returns:
      An `ExactImportance`; sums are in double precision. An unused column is exactly 0. A JAX
      function is compiled; memory is bounded, and time is that of n predictions for each distinct
      value of a feature.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or a replicate axis.

    Example:
      >>> X = np.array([[0.0, 5.0], [1.0, 3.0], [2.0, 4.0]])
      >>> exact_importance(lambda X: 3 * X[:, 0], X, 3 * X[:, 0], "squared_error").mean.tolist()
      [12.0, 0.0]
    """
    X, y, box = checked_model(predict, X, y)
    function = loss_named(loss)
    check_scorable(loss, "loss", y, () if box.row_shape == (1,) else box.row_shape)
    labels, columns = column_groups(groups, column_names(names, X.shape[1]))
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    X, y, w = X[w > 0], y[w > 0], w[w > 0]
    unchanged: dict[int, np.ndarray] = {}
    moments = [_moments(box, X, y, w, features, function, unchanged) for features in columns]
    mean, std = np.array(moments).T
    baseline = function(y, as_one_output(box.evaluate(X)[None])[0])
    return ExactImportance(mean, std, float(np.average(baseline, weights=w)), labels)


def _moments(
    box: BlackBox,
    X: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    features: list[int],
    loss: Loss,
    unchanged: dict[int, np.ndarray],
) -> tuple[float, float]:
    """Mean and standard deviation for one feature.

    `unchanged` keeps the losses of the rows as they are, by the number of replacements in a block:
    a prediction may round differently in another place, or in a block of another size.
    """
    n = len(X)
    values, of_donor = distinct_rows(X[:, features])
    weights = np.bincount(of_donor, w, len(values))  # of donors with the same value
    of_rows, of_values, squares, first = np.zeros(n), np.zeros(len(values)), 0.0, 0
    for places, rows, predicted in box.blocks_with(X, features, values):
        first = first or len(predicted)
        # Compiled blocks are padded to one size.
        k = box.places(first if box.compiled else len(predicted))
        if k not in unchanged:
            unchanged[k] = losses_of_each(loss, y, as_one_output(box.unchanged(X, k)))
        losses = losses_of_each(loss, y[rows], as_one_output(predicted))
        difference = losses - unchanged[k][: len(losses), rows]
        of_rows[rows] += weights[places] @ difference
        of_values[places] += difference @ w[rows]
        squares += weights[places] @ np.square(difference) @ w[rows]
    total = w.sum()
    mean = (w @ of_rows) / total**2
    centered = squares - (w @ of_rows**2 + weights @ of_values**2) / total + (total * mean) ** 2
    variance = max(centered, 0.0) / (total - 1) / total**2 if total > 1 else 0.0
    return float(mean), float(np.sqrt(variance))
