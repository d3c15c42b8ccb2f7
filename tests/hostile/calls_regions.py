"""Working calls of `jaxnn.regions`."""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import numpy as np

from jaxnn import MLP, init, regions
from jaxnn.regions.splines import exponential
from tests.hostile.calls import Call

NET = MLP((2, 3, 1), "relu")
X = np.array([0.0, 1.0, 2.0, 3.0, 4.0])


@cache
def _params() -> Any:
    return jax.tree.map(np.asarray, init(jax.random.key(0), NET))


def _line() -> dict[str, Any]:
    ends = {"start": np.array([-1.0, 0.0]), "stop": np.array([1.0, 0.5])}
    return {"net": NET, "params": _params(), **ends, "kind": "linear"}


def _plane() -> dict[str, Any]:
    corner = {"corner": np.array([-1.0, -1.0]), "right": np.array([1.0, -1.0])}
    return {
        "net": NET,
        "params": _params(),
        **corner,
        "up": np.array([-1.0, 1.0]),
        "kind": "linear",
    }


CALLS = {
    "best_monotone_error": lambda: Call(regions.best_monotone_error, {"y": X.copy()}),
    "best_segmentation": lambda: Call(
        regions.best_segmentation, {"x": X.copy(), "y": X**2, "most": 2}
    ),
    "breakpoints_on_line": lambda: Call(
        regions.breakpoints_on_line, _line(), words={"net": ("sizes",)}
    ),
    "count_regions_in_plane": lambda: Call(
        regions.count_regions_in_plane, _plane(), words={"net": ("sizes",)}
    ),
    "count_regions_on_line": lambda: Call(
        regions.count_regions_on_line, _line(), words={"net": ("sizes",)}
    ),
    "free_knot_l2_error": lambda: Call(
        regions.free_knot_l2_error, {"curve": exponential(1.0), "pieces": 2}
    ),
    "free_knot_sup_error": lambda: Call(
        regions.free_knot_sup_error, {"curve": exponential(1.0), "pieces": 2}
    ),
    "least_errors_on_alternation": lambda: Call(
        regions.least_errors_on_alternation, {"points": 5, "pieces": 2}
    ),
    "linear_spline_error": lambda: Call(
        regions.linear_spline_error, {"x": X.copy(), "y": X**2, "knots": np.array([1.0, 3.0])}
    ),
    "montufar": lambda: Call(regions.montufar, {"inputs": 2, "hidden": [3, 3]}),
    "most_regions_on_line": lambda: Call(regions.most_regions_on_line, {"hidden": [3, 3]}),
    "regions_in_plane": lambda: Call(regions.regions_in_plane, _plane(), words={"net": ("sizes",)}),
    "tent_network": lambda: Call(regions.tent_network, {"times": 2}),
    "zaslavsky": lambda: Call(regions.zaslavsky, {"dimension": 2, "hyperplanes": 3}),
    "zigzag_network": lambda: Call(regions.zigzag_network, {"units": 3, "layers": 2}),
}
