"""Does the effect of one predictor depend on the value of another?

Without an interaction the joint partial dependence of two predictors is the sum of their single
ones. What is left over is the interaction, a surface over the rows i of the table:

    g_i = F_jk(x_ij, x_ik) - F_j(x_ij) - F_k(x_ik)           all F centred over the rows

    strength    sqrt(mean_i g_i^2)                           in the unit of the prediction
    H^2_jk      sum_i g_i^2 / sum_i F_jk(x_ij, x_ik)^2       a share

Friedman and Popescu 2008, "Predictive learning via rule ensembles", section 8.1. H squared divides
by the effect of the pair itself: for two predictors that hardly matter it is a ratio of two small
numbers, unstable and often large. Pairs are therefore ranked by their strength.

The prediction must be on the scale on which effects add up: a logistic regression without products
has interactions on the scale of probabilities, and none on that of the log odds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_weights, shown
from jaxnn.inspection.arguments import (
    as_list,
    check_columns,
    check_feature,
    check_matrix,
    row_numbers,
)
from jaxnn.inspection.black_box import BlackBox, Predict, black_box
from jaxnn.inspection.row_averages import row_averages
from jaxnn.inspection.surfaces import check_features
from jaxnn.tables import Column, numeric_columns

ROWS = 500  # of which pairs are evaluated by default
MOST_PAIRS = 1000  # that are ranked without being asked for


Average = Callable[[Sequence[int], np.ndarray], np.ndarray]


class Interactions(NamedTuple):
    """The interactions of pairs of predictors, the strongest first.

    With several outputs the arrays have a last axis (outputs,), and with replicates a first axis
    (replicates,); the order is that of the root mean square over both.

    Attributes:
      features: (pairs, 2) the columns of each pair.
      names: the two names of each pair.
      strength: (pairs,) root mean square of the interaction, in the unit of the prediction.
      h_squared: (pairs,) H squared; 0 where the pair has no effect at all.
    """

    features: np.ndarray
    names: tuple[tuple[str, str], ...]
    strength: np.ndarray
    h_squared: np.ndarray


class PairSurface(NamedTuple):
    """The partial dependence of two predictors at the rows, centred there.

    Attributes:
      joint: (..., settings) F_jk at each distinct pair of values.
      single: (..., settings) F_j + F_k there.
      shares: (settings,) the share of each setting in the weight of all rows; their sum is 1.
      size: the largest absolute value of F_jk before it was centred.
    """

    joint: np.ndarray
    single: np.ndarray
    shares: np.ndarray
    size: float


class PairSurfaces:
    """The surfaces of pairs of predictors, with the averages of single ones computed once.

    Args:
      average: (columns, values (k, columns)) -> (..., k) average predictions with columns set.
      X: (m, p) the rows at which the surfaces are needed.
      shares: (m,) their weights, which add up to one.
    """

    def __init__(self, average: Average, X: np.ndarray, shares: np.ndarray) -> None:
        self._average, self._X, self._shares = average, X, shares
        self._values: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._single: dict[int, np.ndarray] = {}

    def values(self, feature: int) -> tuple[np.ndarray, np.ndarray]:
        """The distinct values (k,) of a column, and which of them each row has (m,)."""
        if feature not in self._values:
            distinct, of_row = np.unique(self._X[:, feature], return_inverse=True)
            self._values[feature] = distinct, of_row.ravel()
        return self._values[feature]

    def settings(self, pair: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """The places (k, 2) of the values of each distinct pair of them, and each row's (m,)."""
        (_, first), (others, second) = (self.values(feature) for feature in pair)
        present, of_row = np.unique(first * len(others) + second, return_inverse=True)
        return np.stack(np.divmod(present, len(others)), axis=1), of_row.ravel()

    def settings_values(self, pair: tuple[int, int]) -> np.ndarray:
        """(k, 2) the distinct pairs of values."""
        places, _ = self.settings(pair)
        parts = zip(pair, places.T, strict=True)
        return np.stack([self.values(feature)[0][place] for feature, place in parts], axis=1)

    def of(self, pair: tuple[int, int]) -> PairSurface:
        """The surface of one pair, with the settings as the last axis."""
        places, of_row = self.settings(pair)
        shares = np.bincount(of_row, self._shares)
        joint = self._average(pair, self.settings_values(pair))
        size = float(np.abs(joint).max())
        single: Any = 0
        for feature, place in zip(pair, places.T, strict=True):
            if feature not in self._single:
                values = self.values(feature)[0][:, None]
                self._single[feature] = self._average((feature,), values)
            single = single + self._single[feature][..., place]
        return PairSurface(_centered(joint, shares), _centered(single, shares), shares, size)


def averages_of(box: BlackBox, X: np.ndarray, shares: np.ndarray) -> Average:
    """The average predictions of a black box over rows, with the settings as the last axis."""

    def average(features: Sequence[int], values: np.ndarray) -> np.ndarray:
        averages = row_averages(box, X, shares, list(features), values)
        return np.moveaxis(averages, box.rows_axis, -1)

    return average


def _centered(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    return values - (values @ shares)[..., None]


def _mean_squares(surface: PairSurface, rounding: float) -> tuple[np.ndarray, np.ndarray]:
    """Of the interaction and of the joint effect, both 0 where the effect is only rounding."""
    joint = np.square(surface.joint) @ surface.shares
    left_over = np.square(surface.joint - surface.single) @ surface.shares
    none = joint <= (rounding * surface.size) ** 2
    return np.where(none, 0, left_over), np.where(none, 0, joint)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _rounding(box: BlackBox) -> float:
    """The relative error of an average of predictions, for the precision they are given in."""
    itemsize = box.row_bytes // max(1, int(np.prod(box.row_shape)))
    return 8 * float(np.finfo(np.float32 if itemsize <= 4 else np.float64).eps)


def chosen_rows(X: np.ndarray, rows: Any, weights: Any) -> tuple[np.ndarray, np.ndarray]:
    """The rows at which interactions are evaluated, and over which they are averaged.

    Args:
      X: (n, p).
      rows: their numbers, or None for all rows with a weight; if there are more than `ROWS`, for
        `ROWS` of them, drawn without replacement and always the same.
      weights: (n,) weights of the rows of X, at least 0; None gives all the same weight.

    Returns:
      (m, p) and (m,), their shares of the weight.

    Raises:
      InputError, InputTypeError: rows or weights that cannot be used.
    """
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    if rows is None:
        numbers = np.flatnonzero(w > 0)
        if len(numbers) > ROWS:
            numbers = np.sort(np.random.default_rng(0).choice(numbers, ROWS, replace=False))
    else:
        numbers = row_numbers(rows, X)
        if not w[numbers].any():
            raise InputError(f"rows is {shown(rows)}, none of which has a weight; pass others.")
        numbers = numbers[w[numbers] > 0]
    return X[numbers], w[numbers] / w[numbers].sum()


def chosen_pairs(features: Any, X: np.ndarray, columns: Any) -> list[tuple[int, int]]:
    """All pairs of some columns of X, by their numbers or names; of all columns for None.

    Raises:
      InputError, InputTypeError: unknown columns, one that is there twice, fewer than two, or all
        columns of a table with more than `MOST_PAIRS` pairs.
    """
    check_columns(columns, X)
    if features is None:
        count = X.shape[1] * (X.shape[1] - 1) // 2
        if count > MOST_PAIRS:
            raise InputError(
                f"features is None, and the {X.shape[1]} columns of X make {count:,} pairs; pass "
                "the columns whose pairs are ranked, such as the ten most important ones."
            )
        numbers = list(range(X.shape[1]))
    else:
        listed = as_list(features, "features", "a list of columns of X")
        numbers = [check_feature(one, X, columns, "a column in features") for one in listed]
    if len(numbers) < 2:
        raise InputError(f"features has {len(numbers)} columns; a pair needs at least two.")
    twice = {number for number in numbers if numbers.count(number) > 1}
    if twice:
        raise InputError(f"features has column {min(twice)} twice; pass each column once.")
    return list(combinations(numbers, 2))


def pair_names(
    pairs: Sequence[tuple[int, int]], X: np.ndarray, columns: Any
) -> tuple[tuple[str, str], ...]:
    """The two names of each pair; x1, x2, ... without descriptions."""
    described = numeric_columns(X.shape[1]) if columns is None else columns
    return tuple((described[first].name, described[second].name) for first, second in pairs)


def h_squared(
    predict: Predict,
    X: Any,
    features: Any,
    *,
    rows: Any = None,
    weights: Any = None,
    columns: Sequence[Column] | None = None,
) -> Any:
    """H squared of two predictors: the share of their joint effect that is an interaction.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p).
      features: two columns, by their numbers, or by their names if `columns` are given.
      rows: row numbers of X over which effects are evaluated and averaged. None takes all; in a
        table of more than 500 rows, 500 of them, always the same.
      weights: (n,) weights of the rows, at least 0; a row of weight two is that row twice.
      columns: descriptions of the columns of X.

    Returns:
      A number from 0, for effects that add up, to 1, for an interaction without any effect of
      either predictor alone; with correlated predictors it can be above 1. (replicates,),
      (outputs,) or (replicates, outputs) if the predictions have these axes. It is 0 for a pair
      without any effect. It takes m predictions, for m rows, for each distinct pair of values, in
      blocks. A JAX function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
      >>> h_squared(lambda X: X[:, 0] + X[:, 1], X, (0, 1))
      0.0
      >>> h_squared(lambda X: X[:, 0] * X[:, 1], X, (0, 1))
      1.0
      >>> h_squared(lambda X: X[:, 0] + X[:, 0] * X[:, 1], X, (0, 1))
      0.5
    """
    X = check_matrix(X)
    pair = check_features(features, X, columns)
    box = black_box(predict, X)
    chosen = chosen_rows(X, rows, weights)
    surface = PairSurfaces(averages_of(box, *chosen), *chosen).of(pair)
    return _as_number(_ratio(*_mean_squares(surface, _rounding(box))))


def total_h_squared(
    predict: Predict,
    X: Any,
    feature: Any,
    *,
    rows: Any = None,
    weights: Any = None,
    columns: Sequence[Column] | None = None,
) -> Any:
    """H squared of one predictor with all others: the share of the prediction that it interacts in.

    With F_j the partial dependence of the predictor and F_-j that of all others together,

        H^2_j = sum_i [f(x_i) - F_j(x_ij) - F_-j(x_i,-j)]^2 / sum_i f(x_i)^2      all centred

    Args:
      predict, X, rows, weights, columns: as in `h_squared`.
      feature: a column of X.

    Returns:
      As `h_squared`. It takes m predictions for each distinct value of the predictor.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
      >>> total_h_squared(lambda X: X[:, 0] + X[:, 0] * X[:, 1], X, 1)
      0.5
    """
    X = check_matrix(X)
    feature = check_feature(feature, X, columns)
    box = black_box(predict, X)
    rows_, shares = chosen_rows(X, rows, weights)
    axis = box.rows_axis
    distinct, of_row = np.unique(rows_[:, feature], return_inverse=True)
    shares_of_values = np.bincount(of_row.ravel(), shares)
    own = np.moveaxis(row_averages(box, rows_, shares, feature, distinct), axis, -1)
    others = np.zeros((*own.shape[:-1], len(rows_)))
    for values, block, predictions in box.blocks_with(rows_, feature, distinct):
        sums = np.tensordot(predictions, shares_of_values[values], axes=(axis, 0))
        others[..., block] += np.moveaxis(sums, axis, -1)
    everything = np.moveaxis(np.asarray(box.evaluate(rows_), float), axis, -1)
    surface = PairSurface(
        _centered(everything, shares),
        _centered(own[..., of_row.ravel()] + others, shares),
        shares,
        float(np.abs(everything).max()),
    )
    return _as_number(_ratio(*_mean_squares(surface, _rounding(box))))


def interaction_strengths(
    predict: Predict,
    X: Any,
    *,
    features: Any = None,
    rows: Any = None,
    weights: Any = None,
    columns: Sequence[Column] | None = None,
) -> Interactions:
    """Interactions of all pairs of predictors, ranked by their strength.

    Args:
      predict, X, rows, weights, columns: as in `h_squared`.
      features: the columns whose pairs are compared; None takes all, if they have at most 1,000
        pairs.

    Returns:
      An `Interactions`. It takes up to m^2 predictions for each pair, for m rows. A JAX function is
      compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> X = np.random.default_rng(0).normal(size=(40, 3))
      >>> found = interaction_strengths(lambda X: X[:, 0] + 2 * X[:, 1] * X[:, 2], X)
      >>> found.names[0], found.strength.shape
      (('x2', 'x3'), (3,))
    """
    X = check_matrix(X)
    pairs = chosen_pairs(features, X, columns)
    box = black_box(predict, X)
    chosen, rounding = chosen_rows(X, rows, weights), _rounding(box)
    surfaces = PairSurfaces(averages_of(box, *chosen), *chosen)
    squares = [_mean_squares(surfaces.of(pair), rounding) for pair in pairs]
    left_over, joint = (np.stack(part) for part in zip(*squares, strict=True))  # (pairs, ...)
    size = left_over.reshape(len(pairs), -1).mean(axis=1)
    order = np.argsort(-size, kind="stable")
    left_over, joint = (np.moveaxis(part[order], 0, box.rows_axis) for part in (left_over, joint))
    ranked = [pairs[place] for place in order]
    names = pair_names(ranked, X, columns)
    return Interactions(np.array(ranked), names, np.sqrt(left_over), _ratio(left_over, joint))


def _as_number(values: np.ndarray) -> Any:
    return values.item() if values.ndim == 0 else values
