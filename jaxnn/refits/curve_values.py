"""Which values is a predictor set to, so that one pass serves curves, contrasts and local effects?

The edges of the bins of accumulated local effects are values of the grid, near quantiles of the
predictor, and none of the bins is empty. So the predictions at both ends of a row's bin are among
those that the average curve needs. The values of contrasts are added to the grid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxnn.inspection.accumulated_local_effects import LocalSteps, accumulate, local_steps
from jaxnn.inspection.contrasts import checked_pairs, default_pairs
from jaxnn.tables import Column

BINS = 20  # of accumulated local effects


def local_moves(
    X: np.ndarray,
    feature: int,
    grid: np.ndarray,
    columns: Sequence[Column],
    weights: np.ndarray,
) -> LocalSteps:
    """Which rows move between which values of the grid, so that they are predicted once."""
    values, edges = X[weights > 0, feature].astype(float), np.unique(grid)
    if columns[feature].levels:
        edges = edges[np.isin(edges, values)]
    else:
        inside = values[(values >= edges[0]) & (values <= edges[-1])]
        if len(edges) > BINS + 1 and len(inside):
            quantiles = np.quantile(inside, np.linspace(0, 1, BINS + 1))
            near = np.abs(edges[:, None] - quantiles).argmin(axis=0)
            edges = edges[np.unique([0, *near, len(edges) - 1])]
        # A bin without rows becomes part of the next one.
        bins = np.maximum(np.searchsorted(edges, inside) - 1, 0)
        edges = edges[np.unique([0, *(bins + 1)])] if len(edges) > 1 and len(inside) else edges[:1]
    if len(edges) < 2:
        nothing = np.empty(0, int)
        return LocalSteps(feature, grid[:1], nothing, nothing, np.empty(0), np.ones(1))
    return local_steps(X, feature, edges, columns=columns, weights=weights)


def accumulated_effects(means: np.ndarray, steps: LocalSteps) -> np.ndarray:
    """(refits, edges, outputs) accumulated effects from the mean differences of the bins."""
    bins = np.unique(steps.bins)
    totals = np.bincount(steps.bins, steps.weights, len(steps.edges) - 1)
    one_row_each = steps._replace(rows=bins, bins=bins, weights=totals[bins])
    return accumulate(means[:, bins], one_row_each, rows_axis=1)


def contrasted(
    pairs: Any, X: np.ndarray, feature: int, columns: Sequence[Column], weights: np.ndarray
) -> np.ndarray:
    """(c, 2) the values between which the predictor is contrasted."""
    given = None if pairs is None else {feature: pairs}
    asked = checked_pairs(given, X, columns, "contrasts")
    found = asked[0][1] if asked else None
    if found is None:
        present = weights > 0
        found = default_pairs(X[present, feature], weights[present], columns[feature])
    return np.array(found, float).reshape(-1, 2)


def places_of(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where the wanted numbers are among values that contain them."""
    order = np.argsort(values, kind="stable")
    return order[np.searchsorted(values, wanted, sorter=order)]
