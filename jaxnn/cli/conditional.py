"""Do importances change when only possible rows are made? The check of an explanation.

Permuting one of several correlated predictors makes rows that nobody has seen. The importances of
the mean of the refits are computed both ways (`jaxnn.inspection.correlation_check`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from jax import Array

from jaxnn.errors import InputError
from jaxnn.inspection import CorrelationCheck, correlation_check
from jaxnn.refits import RefittedNetwork
from jaxnn.tables import Table

REPEATS = 10
MOST_ROWS = 500  # that are looked at
FEWEST_ROWS = 50
MOST_PREDICTIONS = 10**8
SCORES = {
    "quantitative": "negative_squared_error",
    "count": "negative_poisson_deviance",
    "binary": "negative_cross_entropy",
    "categorical": "negative_cross_entropy",
}


def conditional(
    key: Array, network: RefittedNetwork, table: Table, names: tuple[str, ...]
) -> CorrelationCheck | None:
    """Plain and conditional permutation importance, on some of the rows.

    Args:
      key: a typed JAX key.
      network: the refits to resampled rows.
      table: the table.
      names: of the predictors, for the sentence.

    Returns:
      Both importances, of the mean of the refits; None of a single predictor, of few rows, or where
      it would take long.
    """
    rows, count = table.X.shape
    per_row = len(network.multiplicities) * count * 2 * REPEATS
    size = min(rows, MOST_ROWS, MOST_PREDICTIONS // per_row)
    if size < FEWEST_ROWS or count < 2:
        return None
    some = np.linspace(0, rows - 1, size).round().astype(int)
    weights = None if table.weights is None else table.weights[some]
    try:
        with _unlogged():
            return correlation_check(
                key,
                network.predict_mean,
                table.X[some],
                table.y[some],
                SCORES[table.response_kind],
                n_repeats=REPEATS,
                weights=weights,
                names=names,
            )
    except InputError:  # such as weights that are all 0 in these rows
        return None


@contextmanager
def _unlogged() -> Iterator[None]:
    """Silence the log: the page has the sentence."""
    logger = logging.getLogger("jaxnn")
    logger.addFilter(_drop)
    try:
        yield
    finally:
        logger.removeFilter(_drop)


def _drop(record: logging.LogRecord) -> bool:
    return False
