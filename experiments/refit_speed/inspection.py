"""How long do importances and curves of one fitted network take, here and in scikit-learn?

    permutation importance   13 predictors x 30 permutations of the 297 complete Heart rows
    individual curves        13 predictors x 50 values in every row

This library has the raw table with its encoder, 13-18-16-16-1; scikit-learn its own `MLPClassifier`
of two layers of 16 units on the 13 columns as numbers. Each function is called in a process of its
own, and fits its network in the first call.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

UNITS, EPOCHS = (16, 16), 100
REPEATS, VALUES = 30, 50
JOBS = {
    f"permutation importance ({REPEATS} permutations of each predictor)": "importance",
    f"individual curves ({VALUES} values of each predictor in every row)": "curves",
}
TARGET = 20.0  # times as fast as scikit-learn


def _table() -> tuple[Any, np.ndarray, np.ndarray, np.ndarray]:
    """The Heart table, its X and y, and the grids (13, values) from least to most."""
    import jaxnn

    table = jaxnn.datasets.heart()
    X, y = np.asarray(table.X), np.asarray(table.y)
    return table, X, y, np.linspace(X.min(axis=0), X.max(axis=0), VALUES).T


@lru_cache
def _of_jaxnn() -> dict[str, Callable[[int], Any]]:
    import jax

    import jaxnn
    from jaxnn.inspection import individual_conditional_expectation, permutation_importance

    table, X, y, grids = _table()
    encoder = jaxnn.Encoder(table.columns)
    net = jaxnn.MLP((jaxnn.encoded_width(encoder), *UNITS, 1), response="binary")
    recipe = jaxnn.Recipe(epochs=EPOCHS)
    fitted = jaxnn.fit(jax.random.key(0), net, X, y, recipe, encoder=encoder)
    predict = jaxnn.predictor(net, fitted, encoder)
    return {
        "importance": lambda seed: permutation_importance(
            predict, X, y, "accuracy", n_repeats=REPEATS, key=jax.random.key(seed)
        ),
        "curves": lambda seed: [
            individual_conditional_expectation(predict, X, column, grid)
            for column, grid in enumerate(grids)
        ],
    }


@lru_cache
def _of_scikit_learn() -> dict[str, Callable[[int], Any]]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.inspection import partial_dependence, permutation_importance
    from sklearn.neural_network import MLPClassifier

    _, X, y, grids = _table()
    model = MLPClassifier(UNITS, activation="tanh", max_iter=EPOCHS, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
    return {
        "importance": lambda seed: permutation_importance(
            model, X, y, n_repeats=REPEATS, random_state=seed
        ),
        "curves": lambda seed: [
            partial_dependence(model, X, [column], kind="individual", custom_values={column: grid})
            for column, grid in enumerate(grids)
        ],
    }


def by_jaxnn(job: str, times: int, seed: int) -> list[float]:
    """Do a job of `JOBS` several times with this library."""
    for time in range(times):
        _of_jaxnn()[job](seed + time)
    return []


def by_scikit_learn(job: str, times: int, seed: int) -> list[float]:
    """The same with scikit-learn."""
    for time in range(times):
        _of_scikit_learn()[job](seed + time)
    return []
