"""How does the prediction change with two predictors together?

Vary x_j and x_k over a grid each and hold the others, x_C, fixed:

    averaged over rows   mean_i f(x, z, x_iC)   joint partial dependence (Friedman 2001)
    at a centre          f(x, z, c_C)           c the mean, median or most common value

A surface covers a rectangle, and the data often do not: where two predictors are correlated, the
corners are combinations that nobody has. `data_nearby` marks the points that some row is close to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import (
    InputError,
    as_weights,
    check_count,
    check_memory,
    check_positive,
    shown,
)
from jaxnn.inspection.arguments import as_list, check_feature, check_grid, check_matrix, row_numbers
from jaxnn.inspection.black_box import Predict, black_box
from jaxnn.inspection.evaluation_points import Center, grid_for, typical_row
from jaxnn.inspection.row_averages import row_averages, weighted_rows
from jaxnn.tables import Column, numeric_columns

RESOLUTION = 25  # values of a numeric predictor
REACH = 0.5  # standard deviations within which a row is near


class Surface(NamedTuple):
    """The prediction over the grids of two predictors.

    Attributes:
      features: the two columns of X.
      columns: their descriptions.
      grids: their grids, (g0,) and (g1,): values, or codes of levels.
      prediction: (g0, g1) or (g0, g1, outputs), with a leading (replicates,) if `predict` has one.
      nearby: (g0, g1) bool, False where the surface is extrapolated: no row is near.
      points: (n, 2) the observed values of the two predictors.
    """

    features: tuple[int, int]
    columns: tuple[Column, Column]
    grids: tuple[np.ndarray, np.ndarray]
    prediction: np.ndarray
    nearby: np.ndarray
    points: np.ndarray


def check_features(
    features: Any, X: np.ndarray, columns: Sequence[Column] | None = None
) -> tuple[int, int]:
    """The numbers of two different columns of X, from their numbers or names.

    Raises:
      InputError, InputTypeError: anything else.
    """
    wanted = "the numbers of two columns of X" + (", or their names" if columns is not None else "")
    pair = as_list(features, "features", wanted)
    if len(pair) != 2:
        raise InputError(f"features is {shown(features)}; pass {wanted}.")
    first, second = (check_feature(one, X, columns, "a column in features") for one in pair)
    if first == second:
        raise InputError(f"features has column {first} twice; pass two different columns.")
    return first, second


def _check_grids(
    grids: Any, features: tuple[int, int], columns: Sequence[Column] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The two grids, in which levels may be named."""
    pair = as_list(grids, "grids", "two lists of numbers")
    if len(pair) != 2:
        raise InputError(f"grids has {len(pair)} entries; pass two lists of numbers.")
    described = [None if columns is None else columns[feature] for feature in features]
    first, second = (
        check_grid(*one, "a grid in grids") for one in zip(pair, described, strict=True)
    )
    check_memory(len(first) * len(second), "grids", pair, "pass fewer values")
    return first, second


def _all_pairs(grids: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """(g0 g1, 2), every value of the first with every value of the second, which varies faster."""
    first, second = grids
    return np.stack([np.repeat(first, len(second)), np.tile(second, len(first))], axis=1)


def _on_grids(values: np.ndarray, axis: int, grids: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Values with one axis of all pairs as values with an axis for each grid."""
    sides = len(grids[0]), len(grids[1])
    return values.reshape(*values.shape[:axis], *sides, *values.shape[axis + 1 :])


def partial_dependence_2d(
    predict: Predict,
    X: Any,
    features: Any,
    grids: Any,
    weights: Any = None,
    *,
    columns: Sequence[Column] | None = None,
) -> np.ndarray:
    """The average prediction with two predictors set: sum_i w_i f(x, z, x_iC) / sum_i w_i.

    Friedman 2001, "Greedy function approximation", section 8.2.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows to average over.
      features: the two columns to vary, by their numbers, or by their names if `columns` are given.
      grids: their values, (g0,) and (g1,), or names of levels.
      weights: (n,) weights of the rows, at least 0; None gives all the same weight.
      columns: descriptions of the columns of X; None takes all of them as numeric.

    Returns:
      (g0, g1) or (g0, g1, outputs), with a leading (replicates,) if `predict` has one; float64.
      These are n g0 g1 predictions, computed in blocks. A JAX function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[0.0, 1.0, 5.0], [2.0, 3.0, 7.0]])
      >>> predict = lambda X: X[:, 0] * X[:, 1] + X[:, 2]
      >>> partial_dependence_2d(predict, X, (0, 1), ([0.0, 1.0], [1.0, 2.0, 3.0]))
      array([[6., 6., 6.],
             [7., 8., 9.]])
    """
    X = check_matrix(X)
    features = check_features(features, X, columns)
    grids = _check_grids(grids, features, columns)
    rows, shares = weighted_rows(X, weights)
    box = black_box(predict, X)
    averages = row_averages(box, rows, shares, list(features), _all_pairs(grids))
    return _on_grids(averages, box.rows_axis, grids)


def profile_surface(
    predict: Predict,
    X: Any,
    features: Any,
    grids: Any,
    center: Center | Sequence[float] = "mean",
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> np.ndarray:
    """The prediction over the grids of two predictors, with the others held at a centre.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p), the rows whose centre is taken.
      features: the two columns to vary.
      grids: their values, (g0,) and (g1,).
      center: "mean", "median", "mode", or the (p,) values themselves.
      columns, weights: as in `jaxnn.inspection.center_of`.

    Returns:
      (g0, g1) or (g0, g1, outputs), with a leading (replicates,) if `predict` has one. A JAX
      function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[0.0, 1.0, 5.0], [2.0, 3.0, 7.0]])
      >>> predict = lambda X: X[:, 0] * X[:, 1] + X[:, 2]
      >>> profile_surface(predict, X, (0, 1), ([0.0, 1.0], [1.0, 2.0]), center=[0, 0, 1])
      array([[1., 1.],
             [2., 3.]])
    """
    X = check_matrix(X)
    features = check_features(features, X, columns)
    grids = _check_grids(grids, features, columns)
    typical = typical_row(X, center, columns, weights)
    box = black_box(predict, X)
    rows = np.repeat(typical[None], len(grids[0]) * len(grids[1]), axis=0)
    rows[:, list(features)] = _all_pairs(grids)
    return _on_grids(box.evaluate(rows), box.rows_axis, grids)


def data_nearby(
    X: Any,
    features: Any,
    grids: Any,
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
    reach: float = REACH,
) -> np.ndarray:
    """Which points of two grids have a row of X nearby.

    A row is near if sqrt(((x - x_ij) / s_j)^2 + ((z - x_ik) / s_k)^2) <= reach, with s the standard
    deviations (ddof 0) of the two columns. For a column with levels a near row has the same level.

    Args:
      X: (n, p).
      features: the two columns.
      grids: their values, (g0,) and (g1,), inside or outside the data.
      columns: descriptions of the columns of X; None takes all of them as numeric.
      weights: (n,) weights of the rows, at least 0; a row of weight zero is not there. None keeps
        all.
      reach: in standard deviations.

    Returns:
      (g0, g1) bool. Not compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])  # the corners have no rows
      >>> data_nearby(X, (0, 1), ([0.0, 2.0], [0.0, 1.0, 2.0]))
      array([[ True, False, False],
             [False, False,  True]])
    """
    X = check_matrix(X)
    features = check_features(features, X, columns)
    grids = _check_grids(grids, features, columns)
    check_positive(reach, "reach")
    rows, shares = weighted_rows(X, weights)
    sides = []  # (g, n) squared distances along each predictor, divided by those in reach
    for feature, grid in zip(features, grids, strict=True):
        values = rows[:, feature].astype(float)
        if columns is not None and columns[feature].levels:
            scale = 0.5  # so that another level is out of reach
        else:
            spread = np.sqrt(shares @ np.square(values - shares @ values))
            scale = reach * spread if spread > 0 else 1e-9 * max(1.0, abs(values[0]))
        sides.append((values, scale, grid))
    (x, x_scale, first), (z, z_scale, second) = sides
    nearby = np.zeros((len(first), len(second)), bool)
    with np.errstate(over="ignore"):  # a row far out of reach
        for place, value in enumerate(first):
            left = 1 - np.square((x - value) / x_scale)  # of the squared reach, for the second
            close = np.flatnonzero(left >= 0)
            # The nearest rows on either side do not settle it: each row has its own reach left.
            half_width = z_scale * np.sqrt(left[close])
            nearby[place] = _covered(z[close] - half_width, z[close] + half_width, second)
    return nearby


def _covered(lower: np.ndarray, upper: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which points lie in at least one interval, ends included."""
    begun = np.searchsorted(np.sort(lower), points, side="right")
    ended = np.searchsorted(np.sort(upper), points, side="left")
    return begun > ended


def joint_surface(
    predict: Predict,
    X: Any,
    features: Any,
    *,
    grids: Any = None,
    resolution: int = RESOLUTION,
    center: Center | Sequence[float] | None = None,
    rows: Any = slice(None),
    columns: Sequence[Column] | None = None,
    weights: Any = None,
    reach: float = REACH,
) -> Surface:
    """The surface of two predictors with everything that a picture of it needs.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p), the observed rows.
      features: the two columns to vary.
      grids: their values; None takes `jaxnn.inspection.grid_for` from the least to the largest
        value, and all levels of a column with levels.
      resolution: the largest number of values of a numeric predictor, if `grids` is None.
      center: where the others are held; None averages over the rows, as `partial_dependence_2d`.
      rows: row numbers of X to average over, if `center` is None; all by default.
      columns: descriptions of the columns of X; None takes all as numeric, called x1, x2, ...
      weights: (n,) weights of the rows, at least 0, for the average or the centre; None gives all
        the same weight.
      reach: as in `data_nearby`.

    Returns:
      A `Surface`. A JAX function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.random.default_rng(0).normal(size=(50, 3))
      >>> surface = joint_surface(lambda X: X[:, 0] * X[:, 1], X, (0, 1), resolution=9)
      >>> surface.prediction.shape, surface.columns[0].name
      ((9, 9), 'x1')
    """
    X = check_matrix(X)
    features = check_features(features, X, columns)
    if grids is None:
        check_count(resolution, "resolution", least=2)
        grids = [grid_for(X, f, resolution, (0.0, 1.0), columns=columns) for f in features]
    grids = _check_grids(grids, features, columns)
    if center is None:
        numbers = row_numbers(rows, X)
        averaged = None if weights is None else as_weights(weights, len(X))[numbers]
        prediction = partial_dependence_2d(
            predict, X[numbers], features, grids, averaged, columns=columns
        )
    else:
        prediction = profile_surface(
            predict, X, features, grids, center, columns=columns, weights=weights
        )
    described = numeric_columns(X.shape[1]) if columns is None else columns
    nearby = data_nearby(X, features, grids, columns=columns, weights=weights, reach=reach)
    first, second = features
    return Surface(
        features,
        (described[first], described[second]),
        grids,
        prediction,
        nearby,
        X[:, [first, second]],
    )
