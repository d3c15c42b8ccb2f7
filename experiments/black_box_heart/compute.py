"""What is computed for the black box of the Heart data? The lecture's second half, in its order.

heart_refits   the models, refitted once to resamples that all parts share
tree_methods   importances of trees, forests and boosting; surrogate trees
permutation    permutation importance of the network
curves         one predictor varied, others at the mean or as observed; out of bag
known_truths   importance where the truth is known
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
from jax import Array

from experiments.black_box_heart import (
    compared_bands,
    curves,
    known_truths,
    permutation,
    tree_methods,
    two_predictors,
    without_predictors,
)
from experiments.black_box_heart.heart_refits import refit_heart
from experiments.black_box_heart.settings import Settings
from jaxnn.processes import threads

FULL = Settings()
QUICK = Settings(
    refits=60,
    compared=30,
    trees=10,
    repeats=10,
    compared_values=2,
    without=10,
    grid=15,
    linear_sets=40,
    noise_sets=24,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of all parts; each part says what they are."""
    key_heart, key_looks = jax.random.split(key)
    key_trees, key_methods, key_permuted, key_without, key_bands, key_known = jax.random.split(
        key_looks, 6
    )
    refits = refit_heart(key_heart, settings)

    def of_networks() -> dict[str, Any]:
        return {
            **permutation.compute(key_permuted, refits, settings),
            **curves.compute(refits, settings),
            **two_predictors.compute(refits),
            **known_truths.compute(key_known, settings),
        }

    # Trees are refitted on one core: meanwhile networks use the other.
    with ThreadPoolExecutor(threads(2)) as pool:
        refitted = pool.submit(tree_methods.refit_trees, key_trees, refits, settings)
        networks = pool.submit(of_networks)
        trees = refitted.result()
    forest = trees["random forest"]
    features = forest.features(refits.table.X)
    return {
        **networks.result(),
        **tree_methods.compute(key_methods, refits, trees, settings),
        **without_predictors.compute(key_without, refits, features, settings),
        **compared_bands.compute(key_bands, refits, forest),
    }
