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
from jaxnn.inspection import center_of
from jaxnn.refits import RefittedModel, refit_interactions, refit_surface
from jaxnn.tables import column_index, encoded_names

PAIR = ("MaxHR", "Oldpeak")
RESOLUTION = 25
WAYS = ("means", "rows")  # others at their centre; averaged over patients


def compute(refits: HeartRefits, features: np.ndarray) -> dict[str, Any]:
    """Surfaces, interactions, and principal components.

    Args:
      refits: the patients and the network.
      features: (n, features) the predictors as numbers and indicators.

    Returns:
      surface_<way>_<field>: fields of `jaxnn.refits.RefitSurface` for each of `WAYS`.
      all_right, flat_right: (refits,) share of the patients left out of a refit that it classifies
        rightly, by all predictors and by those of `PAIR` alone.
      interaction_names: the pairs of predictors, the strongest interaction first;
        interaction_h_squared: (3, pairs) H squared on the scale of log odds, and its interval.
      component_names: of the features.
      component_scores: (n, 2); component_weights: (features, 2).
      component_shares: (features,) of the variance.
      component_predictions: (n,) mean prediction of the refits.
    """
    table, model = refits.table, refits.few
    surfaces: dict[str, Any] = {}
    for way, center in zip(WAYS, ("mean", None), strict=True):
        found = refit_surface(
            model, table.X, PAIR, resolution=RESOLUTION, center=center, level=LEVEL
        )
        kept = ("grids", "prediction", "share_above", "nearby", "ribbon")
        parts = {name: getattr(found, name) for name in kept}
        parts["x"], parts["y"] = parts.pop("grids")
        surfaces |= {f"surface_{way}_{name}": part for name, part in parts.items()}
    flat = np.tile(center_of(table.X, columns=table.columns), (len(table.X), 1))
    for name in PAIR:
        place = column_index(table.columns, name)
        flat[:, place] = table.X[:, place]
    found = refit_interactions(model, table.X, level=LEVEL)
    h_squared = (found.h_squared, found.h_squared_lower, found.h_squared_upper)
    scores, weights, shares = _components(features)
    return {
        **surfaces,
        "surface_points": table.X[:, [column_index(table.columns, name) for name in PAIR]],
        "all_right": _right_of_left_out(model, table.X, table.y),
        "flat_right": _right_of_left_out(model, flat, table.y),
        "interaction_names": np.array([" and ".join(pair) for pair in found.names]),
        "interaction_h_squared": np.stack(h_squared),
        "component_names": np.array(encoded_names(refits.encoder)),
        "component_scores": scores[:, :2],
        "component_weights": weights[:, :2],
        "component_shares": shares,
        "component_predictions": model.predict_mean(table.X),
    }


def _right_of_left_out(model: RefittedModel, X: np.ndarray, y: np.ndarray) -> np.ndarray:
    right = (model.predict(X) > 0.5) == (y == 1)
    return (right * model.out_of_bag).sum(axis=1) / model.out_of_bag.sum(axis=1)


def _components(features: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores (n, p), weights (p, p) and shares of variance (p,) of standardised features."""
    Z = (features - features.mean(axis=0)) / features.std(axis=0)
    _, deviations, weights = np.linalg.svd(Z, full_matrices=False)
    # The largest weight of a component is positive.
    weights *= np.sign(weights[np.arange(len(weights)), np.abs(weights).argmax(axis=1)])[:, None]
    return Z @ weights.T, weights.T, deviations**2 / (deviations**2).sum()
