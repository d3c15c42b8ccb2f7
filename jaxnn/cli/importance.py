"""How much does each predictor of an explanation matter, if that can be computed?

The importance is that of `jaxnn.refits.refit_importance`.
"""

from __future__ import annotations

from collections.abc import Callable

import jax
import numpy as np
from jax import Array

from jaxnn.errors import InputError
from jaxnn.refits import OutOfBag, RefitImportance, RefittedNetwork, refit_importance
from jaxnn.refits.importance_scores import VALUES
from jaxnn.tables import Table

FEW_PREDICTIONS = 2 * 10**8  # of which importances of a sample of the rows are computed
MOST_PREDICTIONS = 2 * 10**9  # about the number that takes a few minutes
FEWEST_ROWS = 300  # of a sample


def importance(
    key: Array,
    network: RefittedNetwork,
    table: Table,
    out_of_bag: OutOfBag,
    level: float,
    progress: Callable[[float], object],
) -> tuple[RefitImportance | str, int]:
    """The importance of every predictor, or the sentence that says why there is none.

    Args:
      key: a typed JAX key.
      network: the refits to resampled rows.
      table: the table.
      out_of_bag: their predictions of rows that they have not seen.
      level: coverage that the intervals aim at.
      progress: as for `jaxnn.replicate.replicate`.

    Returns:
      The importances and the number of rows that they are of: all rows, or a sample of the rows of
      a large table, whose intervals are as wide as those of a table with as many rows.
    """
    refits, rows = network.out_of_bag.shape
    if refits < 2 or np.isnan(out_of_bag.loss).any():
        return (
            "Importance was not computed: it needs at least two refits, and rows that each of them "
            "has left out."
        ), rows
    of_one_row = refits * table.X.shape[1] * VALUES
    size = min(rows, max(FEWEST_ROWS, FEW_PREDICTIONS // of_one_row))
    if size * of_one_row > MOST_PREDICTIONS:
        return (
            f"Importance was not computed: it would take {size * of_one_row / 1e9:.0f} billion "
            "predictions for this number of predictors and refits; fewer refits need fewer."
        ), rows
    key, sample_key = jax.random.split(key)
    sample = np.arange(rows)
    if size < rows:
        sample = np.sort(np.asarray(jax.random.permutation(sample_key, rows))[:size])
    try:
        found = refit_importance(
            key,
            network._replace(multiplicities=network.multiplicities[:, sample]),
            table.X[sample],
            table.y[sample],
            weights=None if table.weights is None else table.weights[sample],
            level=level,
            progress=progress,
        )
    except InputError as error:
        return f"Importance was not computed: {error}", rows
    return found, size
