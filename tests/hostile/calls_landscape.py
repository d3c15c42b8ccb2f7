"""Working calls of `jaxnn.landscape`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import landscape
from tests.hostile.calls import Call

W = np.array([1.0, -0.5])
V = np.array([0.5, 0.25])
# A loss may be infinite away from the parameters, and a path may diverge, as documented.
ANY = (
    "optimizer",
    "loss",
    "params",
    "start",
    "end",
    "direction",
    "directions",
    "steps",
    "positions",
    "first",
    "second",
)
PLACES = np.array([-1.0, 0.0, 1.0])


def loss(params: Any) -> Any:
    """A loss of two parameters."""
    return jnp.sum(params**2) + params[0] * params[1]


CALLS = {
    "LossSurface": lambda: Call(
        landscape.LossSurface,
        {
            name: getattr(landscape.quadratic_surface(), name)
            for name in landscape.LossSurface.__dataclass_fields__
        },
    ),
    "critical_point": lambda: Call(
        landscape.critical_point,
        {"loss": loss, "start": W.copy(), "steps": 3, "tolerance": 0.1},
        slow=True,
    ),
    "extreme_eigenvalues": lambda: Call(
        landscape.extreme_eigenvalues,
        {"key": jax.random.key(0), "loss": loss, "params": W.copy(), "iterations": 2},
        slow=True,
    ),
    "hessian_vector_product": lambda: Call(
        landscape.hessian_vector_product,
        {"loss": loss, "params": W.copy(), "vector": V.copy()},
        slow=True,
    ),
    "line_between": lambda: Call(
        landscape.line_between,
        {"loss": loss, "start": W.copy(), "end": V.copy(), "positions": PLACES.copy()},
        slow=True,
        nan_passes=ANY,
    ),
    "line_slice": lambda: Call(
        landscape.line_slice,
        {"loss": loss, "params": W.copy(), "direction": V.copy(), "positions": PLACES.copy()},
        slow=True,
        nan_passes=ANY,
    ),
    "plane_slice": lambda: Call(
        landscape.plane_slice,
        {
            "loss": loss,
            "params": W.copy(),
            "directions": (V.copy(), W.copy()),
            "first": PLACES.copy(),
            "second": PLACES.copy(),
        },
        slow=True,
        nan_passes=ANY,
    ),
    "plane_through": lambda: Call(
        landscape.plane_through, {"origin": W.copy(), "first": V.copy(), "second": W + V}
    ),
    "quadratic_surface": lambda: Call(landscape.quadratic_surface, {"condition": 10.0}),
    "random_direction": lambda: Call(
        landscape.random_direction,
        {"key": jax.random.key(0), "params": W.copy(), "normalization": "filter"},
    ),
    "trajectory": lambda: Call(
        landscape.trajectory,
        {"optimizer": "adam", "loss": loss, "start": W.copy(), "steps": 2},
        slow=True,
        nan_passes=ANY,
    ),
}
