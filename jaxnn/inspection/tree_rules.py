"""What do the splits of a decision tree say in terms of predictors, numbers and levels?

A split of a numeric or ordinal column is x <= t or x > t; of a binary column, one level or the
other; of a categorical column, one level or any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tables import Column


class TreeNodes(NamedTuple):
    """The nodes of a binary decision tree, the first split first.

    Attributes:
      predictor: (nodes,) the column that is split, or -1 at a leaf.
      level: (nodes,) the code of the level that goes right, or -1 if there is a threshold.
      threshold: (nodes,) rows with larger values go right; NaN at leaves and for levels.
      left, right: (nodes,) the places of the two branches, or -1.
      value: (nodes, outputs) the mean prediction of the rows.
      rows: (nodes,) their number.
      gain: (nodes,) what a split takes from the weighted sum of squares, as a share of the whole.
    """

    predictor: np.ndarray
    level: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    rows: np.ndarray
    gain: np.ndarray

    def predict(self, X: np.ndarray) -> np.ndarray:
        """The values (rows, outputs) of the leaves that rows X (rows, predictors) reach."""
        place = np.zeros(len(X), int)
        every = np.arange(len(X))
        while (self.predictor[place] >= 0).any():
            split = self.predictor[place] >= 0
            x, level = X[every, self.predictor[place]], self.level[place]
            right = np.where(level < 0, x > self.threshold[place], np.round(x) == level)
            place = np.where(split, np.where(right, self.right[place], self.left[place]), place)
        return self.value[place]

    def conditions(self, node: int, columns: Sequence[Column]) -> tuple[str, str]:
        """What holds for the rows that go left and right, such as ("Age <= 54.5", "Age > 54.5").

        Args:
          node: a node that is split.
          columns: descriptions of the predictors.
        """
        column = columns[self.predictor[node]]
        if self.level[node] >= 0:
            level = column.levels[self.level[node]]
            if len(column.levels) == 2:
                other = column.levels[1 - self.level[node]]
                return f"{column.name} = {other}", f"{column.name} = {level}"
            return f"{column.name} is not {level}", f"{column.name} = {level}"
        bound = f"{self.threshold[node]:.4g}"
        if column.levels:  # ordinal: the greatest level that goes left
            place = int(np.floor(self.threshold[node]))
            bound = column.levels[min(max(place, 0), len(column.levels) - 1)]
        return f"{column.name} <= {bound}", f"{column.name} > {bound}"

    def value_text(self, node: int) -> str:
        """The prediction of a node, to three digits."""
        return ", ".join(f"{number:.3g}" for number in self.value[node])

    def text(self, columns: Sequence[Column]) -> str:
        """The tree as text, one line per branch, with predictions and numbers of rows."""
        if self.predictor[0] < 0:
            return f"always: {self.value_text(0)} ({self.rows[0]} rows)"
        return "\n".join(self._lines(0, columns, ""))

    def _lines(self, node: int, columns: Sequence[Column], indent: str) -> Iterator[str]:
        sides = zip(
            self.conditions(node, columns), (self.left[node], self.right[node]), strict=True
        )
        for condition, below in sides:
            if self.predictor[below] >= 0:
                yield f"{indent}{condition}"
                yield from self._lines(below, columns, indent + "    ")
            else:
                leaf = f"{self.value_text(below)} ({self.rows[below]} rows)"
                yield f"{indent}{condition}: {leaf}"


def features_of(columns: Sequence[Column]) -> list[tuple[int, int]]:
    """(column, level) of each feature that a tree splits; level -1 for the column itself."""
    features = []
    for place, column in enumerate(columns):
        levels = {"binary": [1], "categorical": range(len(column.levels))}.get(column.kind, [-1])
        features += [(place, level) for level in levels]
    return features


def feature_values(features: list[tuple[int, int]], X: np.ndarray) -> np.ndarray:
    """(rows, features): columns of X, or 1 where a column has the level and 0 elsewhere."""
    return np.stack(
        [
            X[:, place] if level < 0 else (np.round(X[:, place]) == level).astype(float)
            for place, level in features
        ],
        axis=1,
    ).astype(float)


def nodes_of(
    tree: Any,
    features: list[tuple[int, int]],
    center: np.ndarray,
    scale: np.ndarray,
    value_scale: float,
) -> TreeNodes:
    """The nodes of a scikit-learn tree that was fitted to (values - center) / scale.

    Args:
      tree: the `tree_` of a fitted regression tree.
      features: as from `features_of`.
      center, scale: (features,).
      value_scale: by which the predictions were divided.
    """
    split = tree.children_left >= 0
    feature = np.where(split, tree.feature, 0)
    place, level = np.array(features, int).reshape(-1, 2)[feature].T
    by_level = split & (level >= 0)
    threshold = tree.threshold * scale[feature] + center[feature]
    mass = tree.weighted_n_node_samples * tree.impurity
    gain = np.where(split, mass - mass[tree.children_left] - mass[tree.children_right], 0)
    return TreeNodes(
        np.where(split, place, -1),
        np.where(by_level, level, -1),
        np.where(split & ~by_level, threshold, np.nan),
        np.where(split, tree.children_left, -1),
        np.where(split, tree.children_right, -1),
        tree.value[:, :, 0] * value_scale,
        tree.n_node_samples.copy(),
        gain / mass[0] if mass[0] > 0 else gain,
    )
