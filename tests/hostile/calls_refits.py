"""Working calls of `jaxnn.refits`."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import numpy as np

from jaxnn import refits
from tests.hostile import refitted
from tests.hostile.calls import Call
from tests.hostile.refitted import ROWS, curves, importance, matrix, network, numbers, zero_or_one

GRID = np.linspace(-1.0, 1.0, 4)
IN_BAG = np.random.default_rng(3).normal(size=(6, 2)) + 1
CURVES = {"rows": np.arange(8), "center": "mean", "resolution": 4, "weights": np.ones(ROWS)}


def training(response: str = "quantitative", **arguments: Any) -> dict[str, Any]:
    """The rows that the linear refits were made of."""
    return {
        "model": refitted.refits(response),
        "X": matrix().copy(),
        "y": numbers() if response == "quantitative" else zero_or_one(),
        **arguments,
    }


def sample(**arguments: Any) -> dict[str, Any]:
    """The arguments of scores."""
    return {**arguments, "weights": np.ones(ROWS), "groups": np.repeat(np.arange(6), 2)}


@cache
def errors() -> Any:
    """Scores of a binary response."""
    return refits.prediction_errors(**training("binary"))


@cache
def trees() -> Any:
    """Trees that imitate the linear refits."""
    return refits.surrogate_trees(refitted.refits(), matrix(), depth=2, least_rows=2, folds=0)


CALLS = {
    "PredictionErrors.find": lambda: Call(errors().find, {"score": "AUC", "of": "mean of refits"}),
    "RefittedNetwork.means": lambda: Call(network().means, {"outputs": np.ones((3, 4, 1))}),
    "RefittedNetwork.predict": lambda: Call(network().predict, {"X": matrix()}, slow=True),
    "RefittedNetwork.predict_mean": lambda: Call(
        network().predict_mean, {"X": matrix()}, slow=True
    ),
    "RefittedNetwork.predictions_and_losses": lambda: Call(
        network().predictions_and_losses, {"X": matrix(), "y": numbers()}, slow=True
    ),
    "RefittedNetwork.predictions_and_losses_at": lambda: Call(
        network().predictions_and_losses_at, {"X": matrix(), "references": 2}, slow=True
    ),
    "calibration_curve": lambda: Call(
        refits.calibration_curve,
        sample(**training("binary", bins=3, level=0.9, unseen=errors().by_row)),
        nan_passes=("groups", "weights", "unseen"),
    ),
    "contrasts_of": lambda: Call(refits.contrasts_of, {"effects": curves()}),
    "curve_bands": lambda: Call(
        refits.curve_bands,
        {
            "effect": curves()[0],
            "curve": "row",
            "level": 0.9,
            "fitted": curves()[0],
            "simulated": curves()[0],
        },
    ),
    "effect": lambda: Call(
        refits.effect,
        {
            "model": refitted.refits(),
            "X": matrix(),
            "feature": "a",
            "grid": GRID,
            "contrasts": [(-1.0, 1.0)],
            **CURVES,
            "individual_rows": np.arange(3),
            "row": 1,
            "impossible": True,
        },
    ),
    "effects": lambda: Call(
        refits.effects,
        {
            "model": refitted.refits(),
            "X": matrix(),
            "features": ["a", "b"],
            **CURVES,
            "individual_rows": np.arange(3),
            "row": 1,
            "impossible": True,
            "progress": False,
        },
        words={"features": ("feature",)},
    ),
    "error_632_plus": lambda: Call(
        refits.error_632_plus, {"apparent": 0.1, "out_of_bag": 0.2, "no_information": 0.5}
    ),
    "error_table": lambda: Call(refits.error_table, {"result": errors()}),
    "importance_interval": lambda: Call(
        refits.importance_interval,
        {
            "in_bag": IN_BAG.copy(),
            "out_of_bag": IN_BAG - 0.5,
            "level": 0.9,
            "rule": "shifted",
        },
    ),
    "matters_more": lambda: Call(refits.matters_more, {"importance": importance()}),
    "no_information_error": lambda: Call(
        refits.no_information_error,
        {
            "loss": "squared_error",
            "y": numbers(),
            "prediction": numbers() + 0.1,
            "weights": np.ones(ROWS),
        },
    ),
    "out_of_bag": lambda: Call(
        refits.out_of_bag,
        training(level=0.9, weights=np.ones(ROWS)),
        nan_passes=("X", "y", "model", "level", "weights"),
    ),
    "prediction_errors": lambda: Call(
        refits.prediction_errors,
        sample(**training("binary", level=0.9)),
        nan_passes=("groups", "weights"),
    ),
    "rank_chances": lambda: Call(refits.rank_chances, {"importance": IN_BAG.copy()}),
    "refit_importance": lambda: Call(
        refits.refit_importance,
        {
            "key": jax.random.key(0),
            **training(
                values=4,
                groups=[[0, 1]],
                weights=np.ones(ROWS),
                names=["a", "b"],
                measure="loss",
                rule="shifted",
                level=0.9,
                progress=False,
            ),
        },
    ),
    "refit_interactions": lambda: Call(
        refits.refit_interactions,
        {
            "model": refitted.refits(),
            "X": matrix(),
            "features": ["a", "b"],
            "scale": "response",
            "values": 4,
            "refits": 3,
            "rows": np.arange(8),
            "weights": np.ones(ROWS),
            "level": 0.9,
        },
    ),
    "refit_surface": lambda: Call(
        refits.refit_surface,
        {
            "model": refitted.refits("binary"),
            "X": matrix(),
            "features": ("a", "b"),
            "grids": (GRID, GRID),
            "resolution": 4,
            "center": "mean",
            "rows": np.arange(8),
            "weights": np.ones(ROWS),
            "level": 0.9,
            "threshold": 0.4,
            "reach": 0.5,
        },
    ),
    "refitted_network": lambda: Call(
        refits.refitted_network,
        {
            "fitter": refitted.FITTER,
            "refits": refitted.network_refits(),
            "row_multiple": 4,
            "dtype": np.float32,
        },
    ),
    "row_blocks": lambda: Call(
        lambda **arguments: list(refits.row_blocks(**arguments)),
        {"model": refitted.refits(), "rows": 5},
    ),
    "seed_noise": lambda: Call(
        refits.seed_noise,
        {
            "key": jax.random.key(0),
            "fitter": refitted.FITTER,
            "importance": importance(),
            "X": matrix(),
            "y": numbers(),
            "fits": 2,
            "values": 4,
            "columns": None,
            "weights": np.ones(ROWS),
            "groups": np.arange(ROWS),
        },
        slow=True,
        words={"y": ("refits",)},  # all of which diverge
    ),
    "seed_share": lambda: Call(
        refits.seed_share, {"of_seeds": IN_BAG.copy(), "of_refits": IN_BAG + 1}
    ),
    "surrogate_summary": lambda: Call(refits.surrogate_summary, {"trees": trees(), "level": 0.9}),
    "surrogate_trees": lambda: Call(
        refits.surrogate_trees,
        {
            "model": refitted.refits(),
            "X": matrix(),
            "depth": 2,
            "least_rows": 2,
            "folds": 2,
            "weights": np.ones(ROWS),
        },
    ),
    "top_chance": lambda: Call(refits.top_chance, {"importance": IN_BAG.copy(), "k": 1}),
    "unseen_rows": lambda: Call(
        refits.unseen_rows,
        sample(**training("binary")),
        nan_passes=("model", "X", "y", "weights", "groups"),
    ),
}
