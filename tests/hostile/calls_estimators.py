"""Working calls of `jaxnn.estimators`."""

from functools import cache

import jax
import numpy as np

from jaxnn import estimators
from jaxnn.tables import Encoder, numeric_columns
from tests.hostile.calls import Call

X = np.array([[n % 7, n % 5, n % 3] for n in range(20)], float)
Y = X @ np.array([1.0, 2.0, 0.0]) + np.arange(20) % 2
COUNTS = np.array([[2, 0], [1, 1], [0, 2]] * 3)[:, [0, 1] * 10].astype(np.uint8)


@cache
def tree():
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(max_depth=2)


@cache
def model():
    return estimators.refitted_estimator(
        jax.random.key(0), tree(), X, Y, multiplicities=COUNTS, workers=1
    )


@cache
def importances():
    """Importances as they might have been found."""
    shares = np.abs(np.random.default_rng(0).normal(size=(2, 3, 3)))
    return estimators.MethodImportances(
        ("tree, impurity", "tree, permutation"),
        ("x1", "x2", "x3"),
        shares,
        np.ones(2),
        shares.mean(axis=1),
        shares.min(axis=1),
        shares.max(axis=1),
        0.95,
    )


CALLS = {
    "MethodImportances.difference": lambda: Call(
        importances().difference, {"of": "tree, impurity", "to": "tree, permutation"}
    ),
    "RefittedEstimator.single": lambda: Call(model().single, {"refit": 1}),
    "RefittedEstimator.predict": lambda: Call(model().predict, {"X": X.copy()}),
    "RefittedEstimator.predict_mean": lambda: Call(model().predict_mean, {"X": X.copy()}),
    "RefittedEstimator.predictions_and_losses": lambda: Call(
        model().predictions_and_losses, {"X": X.copy(), "y": Y.copy()}
    ),
    "RefittedEstimator.predictions_and_losses_at": lambda: Call(
        model().predictions_and_losses_at, {"X": X.copy(), "references": 2}
    ),
    "RefittedEstimator.features": lambda: Call(model().features, {"X": X.copy()}),
    "compare_importances": lambda: Call(
        estimators.compare_importances,
        {
            "key": jax.random.key(0),
            "models": {"tree": model()},
            "X": X.copy(),
            "y": Y.copy(),
            "values": 4,
            "measure": "loss",
            "weights": np.ones(20),
            "level": 0.9,
        },
        slow=True,
        words={"models": ("model",)},
    ),
    "comparison_table": lambda: Call(estimators.comparison_table, {"result": importances()}),
    "impurity_importances": lambda: Call(
        estimators.impurity_importances, {"model": model()}, words={"model": ("encoder",)}
    ),
    "refitted_estimator": lambda: Call(
        estimators.refitted_estimator,
        {
            "key": jax.random.key(0),
            "estimator": tree(),
            "X": X.copy(),
            "y": Y.copy(),
            "replicates": 1,
            "response": "quantitative",
            "classes": None,
            "multiplicities": None,
            "weights": np.ones(20),
            "groups": np.arange(20) // 2,
            "encoder": Encoder(numeric_columns(3)),
            "columns": numeric_columns(3),
            "resampling": "multiplicities",
            "workers": 1,
            "progress": False,
        },
        slow=True,
    ),
    "refitted_estimator.multiplicities": lambda: Call(
        estimators.refitted_estimator,
        {
            "key": jax.random.key(0),
            "estimator": tree(),
            "X": X.copy(),
            "y": Y.copy(),
            "multiplicities": COUNTS[:1].copy(),
            "workers": 1,
        },
        slow=True,
    ),
    "tree_models": lambda: Call(estimators.tree_models, {"response": "binary"}),
}
