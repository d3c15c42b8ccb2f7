"""Which predictors of an explanation act together, as far as that can be computed in seconds?

All pairs of the most important predictors are compared (`jaxnn.refits.refit_interactions`), and the
surface of the strongest pair is computed in every refit (`jaxnn.refits.refit_surface`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError
from jaxnn.refits import (
    RefitImportance,
    RefitInteractions,
    RefitSurface,
    RefittedNetwork,
    refit_interactions,
    refit_surface,
)
from jaxnn.refits.interactions import VALUES
from jaxnn.tables import Table

MOST_PREDICTORS = 15  # the most important ones, whose pairs are compared
MOST_SETTINGS = 10_000  # of two predictors, over all pairs
SURFACE_ROWS = 100  # over which the surface is averaged
RESOLUTION = 21  # values of a numeric predictor on a side of the surface


class Interactions(NamedTuple):
    """The interactions of an explanation.

    Attributes:
      pairs: the pairs, the strongest first, or the sentence that says why there are none.
      compared: columns of X whose pairs were compared, the most important one first.
      surface: of the strongest pair; None without pairs.
      rows: how many rows the surface is averaged over.
    """

    pairs: RefitInteractions | str
    compared: tuple[int, ...]
    surface: RefitSurface | None
    rows: int


def interactions(
    network: RefittedNetwork,
    table: Table,
    importance: RefitImportance | str,
    rows: np.ndarray,
    level: float,
) -> Interactions:
    """The interactions of the most important predictors.

    Args:
      network: the refits to resampled rows.
      table: the table.
      importance: of every predictor; without it the first predictors are compared.
      rows: row numbers that curves are averaged over.
      level: coverage of the intervals.
    """
    compared = _compared(table, importance)
    rows = rows[:: -(-len(rows) // SURFACE_ROWS)]
    if len(compared) < 2:
        nothing = "Interactions were not computed: they need two predictors that vary."
        return Interactions(nothing, compared, None, len(rows))
    if len(network.multiplicities) < 2:
        nothing = "Interactions were not computed: their intervals need at least two refits."
        return Interactions(nothing, compared, None, len(rows))
    try:
        pairs = refit_interactions(
            network, table.X, features=compared, weights=table.weights, level=level
        )
        surface = refit_surface(
            network,
            table.X,
            pairs.features[0].tolist(),
            resolution=RESOLUTION,
            rows=rows,
            weights=table.weights,
            level=level,
        )
    except InputError as error:
        return Interactions(f"Interactions were not computed: {error}", compared, None, len(rows))
    # The band is made of double precision; what is kept for the page need not be.
    surface = surface._replace(refits=surface.refits.astype(np.float32))
    return Interactions(pairs, compared, surface, len(rows))


def _compared(table: Table, importance: RefitImportance | str) -> tuple[int, ...]:
    """The most important predictors whose pairs have no more settings than can be computed."""
    order = np.arange(table.X.shape[1])
    if not isinstance(importance, str):
        order = np.argsort(-importance.center, kind="stable")
    found: list[int] = []
    total = settings = 0
    for feature in order.tolist():
        column = table.columns[feature]
        values = len(np.unique(table.X[:, feature]))
        values = values if column.levels else min(values, VALUES)
        if values < 2 or settings + total * values > MOST_SETTINGS:
            continue
        settings, total = settings + total * values, total + values
        found.append(feature)
        if len(found) == MOST_PREDICTORS:
            break
    return tuple(found)
