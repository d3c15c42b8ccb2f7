"""How does the response relate to two predictors together, and to all of them at a glance?

surface      f_b(x_j, x_k, c_C) with the others at their mean or most common level c, and the
             average over patients of f_b(x_j, x_k, x_iC); the boundary is where it is 1/2
flat         patients classified by the boundary alone: all other predictors at c
components   the directions of the two largest variances of the standardised features
"""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.black_box_heart.heart_refits import HeartRefits
from experiments.shared.binary_models import LEVEL
from jaxnn.inspection import center_of, principal_component_picture
from jaxnn.refits import RefittedModel, refit_interactions, refit_surface
from jaxnn.tables import column_index

PAIR = ("MaxHR", "Oldpeak")
RESOLUTION = 25
WAYS = ("means", "rows")  # others at their centre; averaged over patients


def compute(refits: HeartRefits) -> dict[str, Any]:
    """Surfaces, interactions, and principal components.

    Returns:
      surface_<way>_<field>: each field of `jaxnn.refits.RefitSurface` for each of `WAYS`, with its
        two grids as x and z; without descriptions of columns.
      all_right, flat_right: (refits,) share of the patients left out of a refit that it classifies
        rightly, by all predictors and by those of `PAIR` alone.
      interaction_names: the pairs of predictors, the strongest interaction first;
        interaction_h_squared: (3, pairs) H squared on the scale of log odds, and its interval.
      component_<field>: each field of `jaxnn.inspection.ComponentPicture`, with its two grids as x
        and z.
    """
    table, model = refits.table, refits.few
    surfaces: dict[str, Any] = {}
    for way, center in zip(WAYS, ("mean", None), strict=True):
        found = refit_surface(
            model, table.X, PAIR, resolution=RESOLUTION, center=center, level=LEVEL
        )
        surfaces |= _fields(f"surface_{way}", found._replace(refits=found.refits.astype("f4")))
    flat = np.tile(center_of(table.X, columns=table.columns), (len(table.X), 1))
    for name in PAIR:
        place = column_index(table.columns, name)
        flat[:, place] = table.X[:, place]
    found = refit_interactions(model, table.X, level=LEVEL)
    h_squared = (found.h_squared, found.h_squared_lower, found.h_squared_upper)
    picture = principal_component_picture(model.predict_mean, table.X, columns=table.columns)
    return {
        **surfaces,
        "all_right": _right_of_left_out(model, table.X, table.y),
        "flat_right": _right_of_left_out(model, flat, table.y),
        "interaction_names": np.array([" and ".join(pair) for pair in found.names]),
        "interaction_h_squared": np.stack(h_squared),
        **_fields("component", picture),
    }


def _fields(name: str, of: Any) -> dict[str, Any]:
    """The fields of a result as arrays."""
    parts = of._asdict()
    parts.pop("columns", None)
    parts["x"], parts["z"] = parts.pop("grids")
    return {f"{name}_{field}": np.asarray(part) for field, part in parts.items()}


def _right_of_left_out(model: RefittedModel, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    right = (model.predict(X) > 0.5) == (y == 1)
    return (right * model.out_of_bag).sum(axis=1) / model.out_of_bag.sum(axis=1)
