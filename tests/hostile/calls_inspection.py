"""Calls of jaxnn.inspection."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import inspection
from jaxnn.tables import numeric_columns
from tests.hostile.calls import Call

COLUMNS = numeric_columns(["a", "b", "c"])
GRID = np.linspace(-1.0, 1.0, 4)
GROUPS = np.repeat(np.arange(6), 2)
_OF_ONE_GROUP = ("groups", "weights")  # whose standard error is NaN, as documented


@cache
def _matrix() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(12, 3))


def _predict(X: Any) -> Any:
    return X[:, 0] + X[:, 1] * X[:, 2]


def _smooth(X: Any) -> Any:
    return jnp.sin(X[:, 0]) + X[:, 1]


def _y() -> np.ndarray:
    return _predict(_matrix()) + _matrix()[:, 1]


def _binary() -> np.ndarray:
    return (_y() > 0).astype(float)


def _key() -> jax.Array:
    return jax.random.key(0)


def _over_rows(**arguments: Any) -> dict[str, Any]:
    return {
        "predict": _predict,
        "X": _matrix().copy(),
        **arguments,
        "weights": np.ones(12),
        "columns": COLUMNS,
    }


def _without_predict(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in _over_rows(**arguments).items() if name != "predict"}


def _without_weights(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in _over_rows(**arguments).items() if name != "weights"}


def _importance(**arguments: Any) -> dict[str, Any]:
    return {
        "predict": _predict,
        "X": _matrix().copy(),
        "y": _y(),
        **arguments,
        "groups": [0, [1, 2]],
        "weights": np.ones(12),
        "names": ["a", "rest"],
    }


def _permuted() -> dict[str, Any]:
    return {"key": _key(), **_importance(score="r_squared", n_repeats=2)}


@cache
def _result(name: str) -> Any:
    """A result of the package, computed once."""
    X = _matrix()
    if name == "box":
        return inspection.black_box(_predict, X)
    if name == "steps":
        return inspection.local_steps(X, 0, resolution=4)
    if name == "contrasts":
        return inspection.contrasts(_predict, X, {"a": (0, 1)}, columns=COLUMNS)
    if name == "importance":
        return inspection.exact_importance(_predict, X, _y(), "squared_error")
    return inspection.surrogate_tree(_predict, X, depth=2, columns=COLUMNS)


def _interval(**arguments: Any) -> dict[str, Any]:
    return {**arguments, "weights": np.ones(12), "groups": GROUPS, "level": 0.9}


CALLS = {
    "BlackBox.blocks_with": lambda: Call(
        lambda **arguments: list(_result("box").blocks_with(**arguments)),
        {"X": _matrix(), "features": 0, "values": GRID},
        words={"X": ("predict",)},
    ),
    "BlackBox.evaluate": lambda: Call(
        _result("box").evaluate, {"X": _matrix()}, words={"X": ("predict",)}
    ),
    "BlackBox.evaluate_with": lambda: Call(
        _result("box").evaluate_with,
        {"X": _matrix(), "features": 0, "values": GRID},
        words={"X": ("predict",)},
    ),
    "BlackBox.places": lambda: Call(_result("box").places, {"k": 2}),
    "BlackBox.unchanged": lambda: Call(
        _result("box").unchanged, {"X": _matrix(), "k": 2}, words={"X": ("predict",)}
    ),
    "SurrogateTree.predict": lambda: Call(_result("tree").predict, {"X": _matrix()}),
    "accumulate": lambda: Call(
        inspection.accumulate,
        {
            "differences": np.ones(len(_result("steps").rows)),
            "steps": _result("steps"),
            "rows_axis": 0,
        },
    ),
    "accumulated_local_effects": lambda: Call(
        inspection.accumulated_local_effects,
        _over_rows(feature="a", edges=GRID, resolution=4),
    ),
    "auc_interval": lambda: Call(
        inspection.auc_interval,
        _interval(y=_binary(), prediction=_matrix()[:, 0]),
        nan_passes=_OF_ONE_GROUP,
    ),
    "average_derivative": lambda: Call(
        inspection.average_derivative, {**_over_rows(feature="a"), "predict": _smooth}, slow=True
    ),
    "black_box": lambda: Call(inspection.black_box, {"predict": _predict, "X": _matrix()}),
    "calibration": lambda: Call(
        inspection.calibration,
        _interval(y=_binary(), prediction=1 / (1 + np.exp(-_y())), response="binary", bins=3),
    ),
    "center_of": lambda: Call(inspection.center_of, _without_predict(center="mean")),
    "centered": lambda: Call(
        inspection.centered, {"ice": _matrix(), "rows_axis": 0, "origin": "mean"}
    ),
    "conditional_importance": lambda: Call(inspection.conditional_importance, _permuted()),
    "contrast_table": lambda: Call(
        inspection.contrast_table,
        {"result": _result("contrasts"), "level": 0.9, "decimals": 2, "outputs": ["pressure"]},
    ),
    "contrasts": lambda: Call(inspection.contrasts, _over_rows(pairs={"a": (0.0, 1.0)})),
    "correlation_check": lambda: Call(inspection.correlation_check, _permuted()),
    "data_density": lambda: Call(inspection.data_density, _without_predict(feature="a", most=5)),
    "data_nearby": lambda: Call(
        inspection.data_nearby,
        _without_predict(features=("a", "b"), grids=(GRID, GRID), reach=0.5),
    ),
    "derivative_curves": lambda: Call(
        inspection.derivative_curves,
        {**_without_weights(feature="a", grid=GRID), "predict": _smooth},
        slow=True,
    ),
    "exact_importance": lambda: Call(
        inspection.exact_importance, _importance(loss="squared_error")
    ),
    "explained_interval": lambda: Call(
        inspection.explained_interval,
        _interval(losses=np.abs(_y()), constant=np.abs(_y()) + np.arange(12)),
        nan_passes=_OF_ONE_GROUP,
    ),
    "grid_for": lambda: Call(
        inspection.grid_for,
        _without_predict(feature="a", resolution=4, percentiles=(0.1, 0.9)),
    ),
    "h_squared": lambda: Call(
        inspection.h_squared, _over_rows(features=("a", "b"), rows=np.arange(8))
    ),
    "importance_table": lambda: Call(
        inspection.importance_table, {"result": _result("importance"), "normalize": False}
    ),
    "impossible_rows": lambda: Call(
        inspection.impossible_rows, _without_predict(feature="a", grid=GRID)
    ),
    "individual_conditional_expectation": lambda: Call(
        inspection.individual_conditional_expectation, _without_weights(feature="a", grid=GRID)
    ),
    "interaction_strengths": lambda: Call(
        inspection.interaction_strengths, _over_rows(features=["a", "b"], rows=np.arange(8))
    ),
    "is_extrapolated": lambda: Call(
        inspection.is_extrapolated,
        {"X": _matrix(), "feature": "a", "grid": GRID, "columns": COLUMNS},
    ),
    "joint_surface": lambda: Call(
        inspection.joint_surface,
        _over_rows(
            features=("a", "b"),
            grids=(GRID, GRID),
            resolution=4,
            center="mean",
            rows=np.arange(5),
            reach=0.5,
        ),
    ),
    "local_steps": lambda: Call(
        inspection.local_steps, _without_predict(feature="a", edges=GRID, resolution=4)
    ),
    "mean_interval": lambda: Call(
        inspection.mean_interval, _interval(values=np.abs(_y())), nan_passes=_OF_ONE_GROUP
    ),
    "partial_dependence": lambda: Call(
        inspection.partial_dependence, _over_rows(feature="a", grid=GRID)
    ),
    "partial_dependence_2d": lambda: Call(
        inspection.partial_dependence_2d, _over_rows(features=("a", "b"), grids=(GRID, GRID))
    ),
    "permutation_importance": lambda: Call(inspection.permutation_importance, _permuted()),
    "principal_component_picture": lambda: Call(
        inspection.principal_component_picture, _over_rows(resolution=4, reach=0.5)
    ),
    "profile_at": lambda: Call(
        inspection.profile_at, _over_rows(feature="a", grid=GRID, center=[0.0, 1.0, 2.0])
    ),
    "profile_surface": lambda: Call(
        inspection.profile_surface,
        _over_rows(features=("a", "b"), grids=(GRID, GRID), center="mean"),
    ),
    "share_interval": lambda: Call(
        inspection.share_interval, _interval(values=_binary()), nan_passes=_OF_ONE_GROUP
    ),
    "surrogate_tree": lambda: Call(
        inspection.surrogate_tree, _over_rows(depth=2, response=None, least_rows=2, folds=2)
    ),
    "total_h_squared": lambda: Call(
        inspection.total_h_squared, _over_rows(feature="a", rows=np.arange(8))
    ),
}
