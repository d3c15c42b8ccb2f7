"""Which simple rules come closest to what a black box predicts?

A surrogate is a decision tree T of small depth, fitted by least squares to the predictions f(x_i)
in place of the response. Its fidelity says how much of the black box it tells,

    R^2 = 1 - sum_i w_i (f(x_i) - T(x_i))^2 / sum_i w_i (f(x_i) - mean f)^2

on the rows it was fitted to, and by cross-validation on rows it was not. A surrogate of low
fidelity describes another function. It says nothing on whether the black box itself is right.

The trees are those of scikit-learn, which is imported when they are fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_name,
)
from jaxnn.inspection.arguments import check_matrix
from jaxnn.inspection.black_box import Predict, black_box
from jaxnn.inspection.tree_rules import TreeNodes, feature_values, features_of, nodes_of
from jaxnn.tables import Column, numeric_columns


class SurrogateTree(NamedTuple):
    """A decision tree that imitates a black box.

    Attributes:
      nodes: the splits and leaves, in the predictors' own units.
      columns: descriptions of the predictors.
      fidelity: R^2 on the rows of the fit; NaN if all predictions are the same.
      held_out_fidelity: R^2 on rows left out of the fit, by cross-validation; NaN without it.
      agreement: share of the rows that tree and black box give the same class; NaN for numbers.
      held_out_agreement: the same on rows left out of the fit.
    """

    nodes: TreeNodes
    columns: tuple[Column, ...]
    fidelity: float
    held_out_fidelity: float
    agreement: float
    held_out_agreement: float

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the predictors."""
        return tuple(column.name for column in self.columns)

    @property
    def first_split(self) -> int:
        """The predictor of the first split, as a column of X; -1 if there is no split."""
        return int(self.nodes.predictor[0])

    @property
    def splits(self) -> np.ndarray:
        """(predictors,) the number of splits on each predictor."""
        split = self.nodes.predictor[self.nodes.predictor >= 0]
        return np.bincount(split, minlength=len(self.columns))

    @property
    def rules(self) -> str:
        """The tree as text, one line per branch, with its prediction and number of rows."""
        return self.nodes.text(self.columns)

    def predict(self, X: Any) -> np.ndarray:
        """The tree's predictions for rows X (rows, predictors): (rows,) or (rows, outputs)."""
        X = check_matrix(X)
        if X.shape[1] != len(self.columns):
            raise InputError(
                f"X has {X.shape[1]} columns, but the tree has {len(self.columns)}; pass "
                f"{len(self.columns)}."
            )
        values = self.nodes.predict(X)
        return values[:, 0] if values.shape[1] == 1 else values


def surrogate_tree(
    predict: Predict,
    X: Any,
    *,
    depth: int = 3,
    response: str | None = None,
    least_rows: int = 5,
    folds: int = 5,
    weights: Any = None,
    columns: Sequence[Column] | None = None,
) -> SurrogateTree:
    """A decision tree fitted to the predictions of a black box.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`), without a replicate axis.
      X: (rows, predictors).
      depth: the largest number of splits on the way to a leaf.
      response: "binary" if the predictions are probabilities of y = 1, so that classes are compared
        at 1/2; None compares classes, the most probable ones, only of several outputs.
      least_rows: the least number of rows in a leaf.
      folds: parts of the cross-validation, of which row i is in part i mod folds; 0 for none. With
        fewer rows than folds there is none.
      weights: (rows,) case weights, at least 0.
      columns: descriptions of the columns of X, so that rules name levels; each level of a
        categorical column can be split off. None takes all columns as numeric, called x1, x2, ...

    Returns:
      A `SurrogateTree`. Ties between splits are broken in the same way every time.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or scikit-learn is not installed.

    Example:
      >>> X = np.linspace(0, 1, 20)[:, None]
      >>> tree = surrogate_tree(lambda X: 1.0 * (X[:, 0] > 0.5), X, depth=1)
      >>> print(tree.rules)
      x1 <= 0.5: 0 (10 rows)
      x1 > 0.5: 1 (10 rows)
      >>> tree.fidelity
      1.0
    """
    X = check_matrix(X)
    columns = _checked_columns(columns, X)
    box = black_box(predict, X)
    if box.rows_axis:
        raise InputError(
            "predict has a replicate axis; pass the mean over refits, model.predict_mean, or use "
            "jaxnn.refits.surrogate_trees."
        )
    predicted = box.evaluate(X)
    return imitate(predicted, X, columns, depth, response, least_rows, folds, weights)


def imitate(
    predicted: Any,
    X: np.ndarray,
    columns: tuple[Column, ...],
    depth: int,
    response: str | None,
    least_rows: int,
    folds: int,
    weights: Any,
) -> SurrogateTree:
    """The tree for predictions that are known: (rows,) or (rows, outputs); see `surrogate_tree`."""
    check_count(depth, "depth")
    check_count(least_rows, "least_rows")
    check_count(folds, "folds", least=0)
    if folds == 1:
        raise InputError("folds is 1; pass at least 2, or 0 for no cross-validation.")
    rows = len(X)  # more splits, rows in a leaf or parts than that are as many
    depth, least_rows, folds = min(depth, rows), min(least_rows, rows), min(folds, rows + 1)
    predicted = as_numbers(predicted, "predict(X)").astype(float)
    check_finite(predicted, "predict(X)")
    predicted = predicted.reshape(len(X), -1)
    if response is not None:
        check_name(response, "response", ("quantitative", "count", "binary", "categorical"))
    if response == "binary" and predicted.shape[1] > 1:
        raise InputError(
            f"response is 'binary', but predict gives {predicted.shape[1]} outputs; pass None."
        )
    classes = response in ("binary", "categorical") or (response is None and predicted.shape[1] > 1)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    nodes = _fitted(predicted, X, columns, depth, least_rows, w)
    held_out = np.full_like(predicted, np.nan)
    part = np.arange(len(X)) % max(1, folds)
    if 2 <= folds <= len(X) and all(w[part != fold].any() for fold in range(folds)):
        for fold in range(folds):
            kept, left = part != fold, part == fold
            of_fold = _fitted(predicted[kept], X[kept], columns, depth, least_rows, w[kept])
            held_out[left] = of_fold.predict(X[left])
    imitated = nodes.predict(X)
    return SurrogateTree(
        nodes,
        columns,
        _fidelity(predicted, imitated, w),
        _fidelity(predicted, held_out, w),
        _agreement(predicted, imitated, w) if classes else np.nan,
        _agreement(predicted, held_out, w) if classes else np.nan,
    )


def _fitted(
    predicted: np.ndarray,
    X: np.ndarray,
    columns: tuple[Column, ...],
    depth: int,
    least_rows: int,
    weights: np.ndarray,
) -> TreeNodes:
    """The tree by least squares, from rows of positive weight."""
    try:
        from sklearn.tree import DecisionTreeRegressor
    except ImportError:
        raise InputError(
            "surrogate_tree() needs scikit-learn, which is not installed; install this package "
            "with its extra, pip install 'jaxnn[sklearn]'."
        ) from None
    features = features_of(columns)
    values = feature_values(features, X[weights > 0])
    # scikit-learn compares single-precision numbers, which would merge values such as dates.
    center = values.mean(axis=0)
    scale = np.abs(values - center).max(axis=0)
    scale[scale == 0] = 1
    spread = np.abs(predicted).max() or 1.0
    tree = DecisionTreeRegressor(max_depth=depth, min_samples_leaf=least_rows, random_state=0)
    tree.fit(
        (values - center) / scale,
        predicted[weights > 0] / spread,
        sample_weight=weights[weights > 0] / weights.max(),
    )
    return nodes_of(tree.tree_, features, center, scale, spread)


def _fidelity(predicted: np.ndarray, imitated: np.ndarray, weights: np.ndarray) -> float:
    if np.ptp(predicted[weights > 0], axis=0).max() == 0:
        return float("nan")
    mean = np.average(predicted, axis=0, weights=weights)
    left = weights @ np.square(predicted - imitated)
    return float(1 - left.sum() / (weights @ np.square(predicted - mean)).sum())


def _agreement(predicted: np.ndarray, imitated: np.ndarray, weights: np.ndarray) -> float:
    if np.isnan(imitated).any():
        return float("nan")
    if predicted.shape[1] > 1:
        same = predicted.argmax(axis=1) == imitated.argmax(axis=1)
    else:
        same = ((predicted >= 0.5) == (imitated >= 0.5))[:, 0]
    return float(np.average(same, weights=weights))


def _checked_columns(columns: Sequence[Column] | None, X: np.ndarray) -> tuple[Column, ...]:
    if columns is None:
        return numeric_columns(X.shape[1])
    if not (isinstance(columns, Sequence) and all(isinstance(c, Column) for c in columns)):
        raise InputTypeError(
            f"columns is a {type(columns).__name__}; pass the columns of a table, table.columns."
        )
    if len(columns) != X.shape[1]:
        raise InputError(
            f"columns has {len(columns)} entries; pass one for each of the {X.shape[1]} columns "
            "of X."
        )
    return tuple(columns)
