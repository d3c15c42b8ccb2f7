"""How stable are the rules that a tree reads off a network? One surrogate tree for every refit.

A single tree looks definite. Trees that imitate refits of the same network to resampled rows show
which of its splits would be there had other rows been drawn:

    share of the refits whose first split is on predictor j
    mean number of splits on predictor j, and its band
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, check_level
from jaxnn.inspection.arguments import check_matrix
from jaxnn.inspection.surrogates import SurrogateTree, imitate
from jaxnn.refits.black_boxes import RefittedModel, check_refitted
from jaxnn.results import check_result
from jaxnn.tables import numeric_columns


class SurrogateTrees(NamedTuple):
    """The surrogate trees of all refits.

    Attributes:
      of_mean: the tree that imitates the mean prediction of the refits.
      trees: one tree per refit.
      names: the predictors.
      first_split: (refits,) the predictor of the first split, as a column of X; -1 for none.
      first_threshold: (refits,) where a numeric predictor is split first; NaN for levels.
      splits: (refits, predictors) the number of splits on each predictor.
      fidelity, held_out_fidelity, agreement, held_out_agreement: (refits,), as those of a
        `jaxnn.inspection.SurrogateTree`.
    """

    of_mean: SurrogateTree
    trees: tuple[SurrogateTree, ...]
    names: tuple[str, ...]
    first_split: np.ndarray
    first_threshold: np.ndarray
    splits: np.ndarray
    fidelity: np.ndarray
    held_out_fidelity: np.ndarray
    agreement: np.ndarray
    held_out_agreement: np.ndarray

    @property
    def first_share(self) -> np.ndarray:
        """(predictors,) the share of the refits whose first split is on the predictor."""
        return np.array([np.mean(self.first_split == place) for place in range(len(self.names))])


def surrogate_trees(
    model: RefittedModel,
    X: Any,
    *,
    depth: int = 3,
    least_rows: int = 5,
    folds: int = 5,
    weights: Any = None,
) -> SurrogateTrees:
    """A surrogate tree for every refit, fitted to its predictions for the same rows.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (rows, predictors).
      depth, least_rows, folds, weights: as for `jaxnn.inspection.surrogate_tree`.

    Returns:
      A `SurrogateTrees`. The trees differ because the refits do, since they see the same rows.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or scikit-learn is not installed.
    """
    check_refitted(model)
    X = check_matrix(X)
    columns = numeric_columns(X.shape[1]) if model.columns is None else model.columns
    if len(columns) != X.shape[1]:
        raise InputError(f"X has {X.shape[1]} columns; pass the {len(columns)} predictors.")
    settings = (depth, model.response, least_rows, folds, weights)
    mean = imitate(model.predict_mean(X), X, columns, *settings)
    trees = tuple(imitate(of_refit, X, columns, *settings) for of_refit in model.predict(X))
    return SurrogateTrees(
        mean,
        trees,
        mean.names,
        np.array([tree.first_split for tree in trees]),
        np.array([tree.nodes.threshold[0] for tree in trees]),
        np.stack([tree.splits for tree in trees]),
        *(np.array([getattr(tree, name) for tree in trees]) for name in SurrogateTree._fields[2:]),
    )


def surrogate_summary(trees: SurrogateTrees, level: float = 0.95) -> str:
    """How the surrogate trees vary, as text.

    Args:
      trees: as from `surrogate_trees`.
      level: share of the refits inside the stated ranges, in (0, 1).

    Returns:
      The range of the fidelity over the refits and, for every predictor that any tree splits, the
      share of the refits whose first split is on it and the mean number of splits.

    Raises:
      InputError: a level outside (0, 1).
    """
    axes = dict.fromkeys(("trees", *SurrogateTrees._fields[3:5]), "r")
    axes |= dict.fromkeys(SurrogateTrees._fields[6:], "r")
    check_result(trees, "trees", SurrogateTrees, "surrogate_trees", names="p", splits="r p", **axes)
    check_level(level)
    ends = [(1 - level) / 2, (1 + level) / 2]
    lines = []
    parts = {
        "fidelity (R squared)": trees.fidelity,
        "fidelity, rows left out": trees.held_out_fidelity,
        "same class": trees.agreement,
        "same class, rows left out": trees.held_out_agreement,
    }
    for name, values in parts.items():
        known = values[np.isfinite(values)]
        if len(known):
            low, high = np.quantile(known, ends)
            lines.append(
                f"{name:26} {known.mean():5.2f}   ({level:.0%} of refits: {low:.2f} to {high:.2f})"
            )
    width = max(9, *(len(name) for name in trees.names))
    lines += ["", f"{'predictor':{width}}  first split  splits per tree"]
    share, splits = trees.first_share, trees.splits.mean(axis=0)
    for place in np.lexsort((-splits, -share)):
        if splits[place]:
            lines.append(
                f"{trees.names[place]:{width}}  {share[place]:11.0%}  {splits[place]:15.2f}"
            )
    return "\n".join(lines)
