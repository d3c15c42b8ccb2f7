"""What do trees say of the predictors, and what does a tree say of the network?

importance   by impurity, and by permutation out of bag: trees of depth 3 and 10, a random
             forest, AdaBoost and the network, all refitted to the same resamples
surrogate    a tree of depth 3 fitted to the network's predictions, and to those of each refit
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.black_box_heart.heart_refits import HeartRefits
from experiments.black_box_heart.settings import Settings
from experiments.shared.binary_models import LEVEL
from jaxnn.estimators import (
    RefittedEstimator,
    compare_importances,
    refitted_estimator,
    tree_models,
)
from jaxnn.inspection import surrogate_tree
from jaxnn.refits import surrogate_trees

DEPTH = 3
DEPTHS = (1, 2, 3, 4, 5, 6)


def refit_trees(
    key: Array, refits: HeartRefits, settings: Settings
) -> dict[str, RefittedEstimator]:
    """The lecture's tree methods by name, refitted to the first resamples of the network."""
    models = tree_models("binary")
    models["random forest"].set_params(n_estimators=settings.trees)
    models["AdaBoost"].set_params(n_estimators=min(settings.trees, 50))
    keys = jax.random.split(key, len(models))
    return {
        name: refitted_estimator(
            one_key,
            model,
            refits.table.X,
            refits.table.y,
            multiplicities=refits.few.multiplicities,
            encoder=refits.encoder,
            response="binary",
            progress=f"heart, {name}",
        )
        for one_key, (name, model) in zip(keys, models.items(), strict=True)
    }


def compute(
    key: Array, refits: HeartRefits, trees: dict[str, RefittedEstimator], settings: Settings
) -> dict[str, Any]:
    """Importances by method, and surrogate trees.

    Returns:
      methods_<field>: each field of `jaxnn.estimators.MethodImportances`, in shares; permutation by
        the share of wrong classes.
      surrogate_<field>: each field of the nodes of the tree that imitates the mean of the refits.
      surrogate_quality: (4,) its fidelity, that on rows left out, agreement in class, and that on
        rows left out.
      surrogate_first: (refits,) the predictor that the tree of each refit splits first.
      surrogate_fidelity, surrogate_held_out: (refits,) R squared of these trees.
      surrogate_splits: (refits, predictors) their splits.
      depth_fidelity: (2, depths) R squared of trees of depth 1, 2, ... for the mean of the refits,
        and the same on rows left out.
      column_names, column_kinds, column_levels: of the predictors; levels are separated by "|".
    """
    table = refits.table
    compared = compare_importances(
        key,
        {**trees, "network": refits.few},
        table.X,
        table.y,
        values=settings.compared_values,
        measure="wrong class",
        level=LEVEL,
    )
    found = surrogate_trees(refits.few, table.X, depth=DEPTH)
    mean = found.of_mean
    depths = [
        surrogate_tree(refits.few.predict_mean, table.X, depth=depth, columns=table.columns)
        for depth in DEPTHS
    ]
    return {
        **{f"methods_{name}": np.asarray(part) for name, part in compared._asdict().items()},
        **{f"surrogate_{name}": part for name, part in mean.nodes._asdict().items()},
        "surrogate_quality": np.array(mean[2:]),
        "surrogate_first": found.first_split,
        "surrogate_fidelity": found.fidelity,
        "surrogate_held_out": found.held_out_fidelity,
        "surrogate_splits": found.splits,
        "depth_fidelity": np.array([[d.fidelity, d.held_out_fidelity] for d in depths]).T,
        "column_names": np.array([column.name for column in table.columns]),
        "column_kinds": np.array([column.kind for column in table.columns]),
        "column_levels": np.array(["|".join(column.levels) for column in table.columns]),
    }
