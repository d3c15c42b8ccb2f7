"""Working calls of `jaxnn.plotting`."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np

from jaxnn import plotting
from jaxnn.estimators.importances import MethodImportances
from jaxnn.inspection import calibration, principal_component_picture, surrogate_tree
from jaxnn.refits import refit_interactions
from jaxnn.tables import numeric_columns
from tests.hostile import refitted
from tests.hostile.calls import Call
from tests.hostile.refitted import curves, importance, matrix, surface, zero_or_one

X = np.linspace(0.0, 1.0, 5)
ENDS = (X - 0.2, X + 0.2)
WIDER = (X - 0.4, X + 0.4)


def axes() -> Any:
    """Fresh axes."""
    return plotting.panels(1)[1][0]


@cache
def result(name: str) -> Any:
    """A result that is drawn, made once."""
    rows = np.random.default_rng(0).normal(size=(12, 3))
    if name == "calibration":
        predicted = 1 / (1 + np.exp(-refitted.numbers()))
        return calibration(zero_or_one(), predicted, response="binary", bins=3)
    if name == "interactions":
        return refit_interactions(refitted.refits(), matrix(), values=4)
    if name == "components":
        return principal_component_picture(lambda X: X[:, 0] + X[:, 1], rows, resolution=4)
    if name == "tree":
        columns = numeric_columns(["a", "b", "c"])
        return surrogate_tree(lambda X: X[:, 0], rows, depth=2, columns=columns)
    return method_importances()


def method_importances() -> Any:
    """Importances of two predictors by two methods."""
    values = np.array([[0.6, 0.4], [0.7, 0.3]])
    return MethodImportances(
        ("network", "forest"),
        ("a", "b"),
        values[:, None] + np.zeros((2, 3, 2)),
        np.ones(2),
        values,
        values - 0.1,
        values + 0.1,
        0.95,
    )


CALLS = {
    "axis_label": lambda: Call(plotting.axis_label, {"name": "age", "unit": "years"}),
    "band": lambda: Call(
        plotting.band,
        {
            "ax": axes(),
            "x": X.copy(),
            "center": X**2,
            "interval": ENDS,
            "label": "network",
            "interval_label": "band",
            "color": "blue",
            "line": "solid",
            "core": (0.2, 0.8),
            "outer": WIDER,
            "outer_label": "wider",
        },
        words={"interval": ("lower", "upper"), "outer": ("lower", "upper")},
    ),
    "band_label": lambda: Call(
        plotting.band_label, {"level": 0.9, "replicates": 100, "what": "refits"}
    ),
    "differences_in_loss": lambda: Call(
        plotting.differences_in_loss,
        {
            "ax": axes(),
            "names": list("abcde"),
            "differences": X.copy(),
            "interval": ENDS,
            "reference": "network",
            "unit": "nats",
        },
        words={"interval": ("lower", "upper")},
    ),
    "importance_chart": lambda: Call(
        plotting.importance_chart,
        {"importance": importance(), "ax": axes(), "most": 2, "unit": "nats"},
    ),
    "individual_curves": lambda: Call(
        plotting.individual_curves,
        {
            "ax": axes(),
            "x": X.copy(),
            "curves": np.ones((3, 5)),
            "most": 2,
            "what": "rows",
            "color": "grey",
        },
    ),
    "level_points": lambda: Call(
        plotting.level_points,
        {
            "ax": axes(),
            "levels": list("abcde"),
            "center": X.copy(),
            "interval": ENDS,
            "label": "network",
            "color": "blue",
            "offset": 0.1,
            "pale": X > 0.5,
            "interval_label": "bars",
            "outer": WIDER,
            "outer_label": "longer bars",
        },
        words={"interval": ("lower", "upper"), "outer": ("lower", "upper")},
    ),
    "loss_path": lambda: Call(
        plotting.loss_path,
        {
            "ax": axes(),
            "strengths": X + 1,
            "losses": X**2,
            "layouts": ["8"] * 5,
            "errors": X / 10,
            "chosen": 0,
            "fitted": 1,
            "loss_label": "loss",
        },
    ),
    "method_importances": lambda: Call(
        plotting.method_importances,
        {
            "result": result("methods"),
            "ax": axes(),
            "methods": ["network"],
            "predictors": ["a", "b"],
            "most": 2,
        },
    ),
    "panels": lambda: Call(
        plotting.panels,
        {
            "n": 2,
            "columns": 2,
            "height": 2.0,
            "width": 4.0,
            "sharex": False,
            "sharey": False,
            "letters": True,
        },
    ),
    "plot_boundary": lambda: Call(
        plotting.plot_boundary,
        {
            "surface": surface(),
            "y": zero_or_one(),
            "ax": axes(),
            "output": 0,
            "sides": ("healthy", "ill"),
        },
    ),
    "plot_calibration": lambda: Call(
        plotting.plot_calibration,
        {
            "result": result("calibration"),
            "ax": axes(),
            "classes": ["ill"],
            "unit": "mm",
            "numbers": True,
        },
    ),
    "plot_effect": lambda: Call(
        plotting.plot_effect,
        {
            "effect": curves()[0],
            "ax": axes(),
            "curve": "average",
            "level": 0.9,
            "individual": 2,
            "accumulated": True,
            "output": 0,
            "fitted": curves()[0],
            "simulated": curves()[0],
            "legend": True,
        },
    ),
    "plot_effects": lambda: Call(
        plotting.plot_effects, {"effects": curves(), "columns": 2, "height": 2.0}
    ),
    "plot_interactions": lambda: Call(
        plotting.plot_interactions,
        {"interactions": result("interactions"), "ax": axes(), "most": 1, "unit": "mm"},
    ),
    "plot_principal_components": lambda: Call(
        plotting.plot_principal_components,
        {
            "picture": result("components"),
            "ax": axes(),
            "output": 0,
            "label": "prediction",
            "largest": 2,
        },
    ),
    "plot_standard_error": lambda: Call(
        plotting.plot_standard_error,
        {"surface": surface(), "ax": axes(), "output": 0, "label": "error"},
    ),
    "plot_surface": lambda: Call(
        plotting.plot_surface,
        {"surface": surface(), "ax": axes(), "output": 0, "label": "probability"},
    ),
    "predicted_versus_observed": lambda: Call(
        plotting.predicted_versus_observed,
        {
            "ax": axes(),
            "observed": np.arange(5.0),
            "predicted": X.copy(),
            "interval": ENDS,
            "new_interval": WIDER,
            "levels": list("abcde"),
            "color": "blue",
            "label": "rows",
            "interval_label": "bars",
            "new_label": "thin bars",
            "most_bars": 3,
        },
        words={"interval": ("lower", "upper"), "new_interval": ("lower", "upper")},
    ),
    "rank_chart": lambda: Call(
        plotting.rank_chart,
        {
            "names": ["a", "b"],
            "chances": np.array([[0.7, 0.3], [0.3, 0.7]]),
            "ax": axes(),
            "most": 2,
        },
    ),
    "rug": lambda: Call(
        plotting.rug, {"ax": axes(), "values": X.copy(), "color": "black", "label": "rows"}
    ),
    "save": lambda: Call(
        lambda figure: plotting.save(figure, io.BytesIO()),
        {"figure": plotting.panels(1, width=1, height=1)[0]},
        slow=True,
    ),
    "style": lambda: Call(plotting.style, {}),
    "surrogate_diagram": lambda: Call(
        plotting.surrogate_diagram, {"tree": result("tree"), "ax": axes(), "what": "risk"}
    ),
    "svg": lambda: Call(
        plotting.svg, {"figure": plotting.panels(1, width=1, height=1)[0]}, slow=True
    ),
}
