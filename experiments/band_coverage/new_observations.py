"""How often do prediction intervals and sets contain new observations?

    coverage = share of new observations inside, over new rows and data sets

A network is refitted to resampled rows of data from a known truth, with two predictors x uniform on
(-2, 2) and eta = sin(1.5 x1) + x2 / 2:

    normal noise       y = eta + e / 2                  e normal
    skewed noise       y = eta + e / 2                  e exponential, less its mean
    growing noise      y = eta + 0.4 exp(0.7 eta) e     e normal: grows with the mean
    uneven noise       y = eta + (0.1 + |x2|) e / 2     e normal: has nothing to do with the mean
    count              y Poisson with mean exp(0.5 + eta)
    binary             P(y = 1) = 1/(1 + exp(-2 eta))

Coverage is also computed by thirds of the new rows: for uneven noise by |x2|, otherwise by eta.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import MLP, Encoder, Fitter, NormalPrior, Recipe, fitted_model, from_arrays
from jaxnn.bootstrap import bootstrap

TRUTHS = ("normal noise", "skewed noise", "growing noise", "uneven noise", "count", "binary")
KINDS = {"count": "count", "binary": "binary"}  # of response; the others are quantitative
SMALLER, LARGER = 100, 500  # rows of a data set
NEW_ROWS = 600
HIDDEN = (8,)
EPOCHS = 200
THIRDS = 3


def name_of(truth: str, rows: int) -> str:
    """The name of the stored array of a truth and a number of rows."""
    return f"new_{truth.replace(' ', '_')}_{rows}"


def new_observations(
    key: Array, truths: Sequence[str], sets: tuple[int, int], refits: int, level: float
) -> dict[str, np.ndarray]:
    """Coverage of new observations on each truth, for `SMALLER` and `LARGER` data sets.

    Args:
      key: a typed JAX key.
      truths: some of `TRUTHS`.
      sets: number of data sets of either size; 0 leaves the size out.
      refits: number of refits to resampled rows of each.
      level: of the intervals, sets and bands.

    Returns:
      What `new_coverage` returns, by `name_of`.
    """
    cells = [
        (truth, *size) for truth in truths for size in zip((SMALLER, LARGER), sets, strict=True)
    ]
    cells = [cell for cell in cells if cell[2]]
    keys = jax.random.split(key, len(cells))
    return {
        name_of(truth, rows): new_coverage(key_cell, truth, rows, count, refits, level)
        for key_cell, (truth, rows, count) in zip(keys, cells, strict=True)
    }


def draw_rows(key: Array, truth: str, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of a known truth.

    Args:
      key: a typed JAX key.
      truth: one of `TRUTHS`.
      rows: their number.

    Returns:
      X (rows, 2), y (rows,), and (rows,) what the rows are cut into thirds by.
    """
    key_rows, key_noise = jax.random.split(key)
    X = jax.random.uniform(key_rows, (rows, 2), minval=-2, maxval=2)
    eta = jnp.sin(1.5 * X[:, 0]) + X[:, 1] / 2
    order = jnp.abs(X[:, 1]) if truth == "uneven noise" else eta
    if truth == "count":
        y = jax.random.poisson(key_noise, jnp.exp(0.5 + eta))
    elif truth == "binary":
        y = jax.random.bernoulli(key_noise, jax.nn.sigmoid(2 * eta))
    elif truth == "skewed noise":
        y = eta + (jax.random.exponential(key_noise, (rows,)) - 1) / 2
    else:
        size = {
            "growing noise": 0.4 * jnp.exp(0.7 * eta),
            "uneven noise": (0.1 + jnp.abs(X[:, 1])) / 2,
        }.get(truth, 0.5)
        y = eta + size * jax.random.normal(key_noise, (rows,))
    return np.asarray(X, float), np.asarray(y, float), np.asarray(order)


def new_coverage(
    key: Array, truth: str, rows: int, sets: int, refits: int, level: float
) -> np.ndarray:
    """Coverage of new observations, for each of many data sets.

    Args:
      key: a typed JAX key.
      truth: one of `TRUTHS`.
      rows: number of rows of a data set.
      sets: number of data sets.
      refits: number of refits to resampled rows of each.
      level: of the intervals, sets and bands.

    Returns:
      (6, sets): the share of `NEW_ROWS` new observations in their interval or set; the same in each
      third; the mean width of an interval, or size of a set; and the share of new observations in
      the band of the mean (NaN for a binary response, which is never inside a probability).
    """
    found = []
    for key_set in jax.random.split(key, sets):
        key_data, key_new, key_refits = jax.random.split(key_set, 3)
        X, y, _ = draw_rows(key_data, truth, rows)
        kind = KINDS.get(truth, "quantitative")
        table = from_arrays(X, y, response_kind=kind)
        net = MLP((2, *HIDDEN, 1), response=kind)
        recipe = Recipe(epochs=EPOCHS, regularizers=(NormalPrior(rows),))
        fitter = Fitter(net, recipe, Encoder(table.columns))
        made = bootstrap(key_refits, fitter, table.X, table.y, refits)
        X, y, order = draw_rows(key_new, truth, NEW_ROWS)
        new = fitted_model(fitter, made, table).predict(X, level)
        if new.classes is not None:
            inside = new.classes[np.arange(NEW_ROWS), y.astype(int)]
            size, in_band = new.classes.sum(axis=1), np.nan
        else:
            low, high = np.asarray(new.new_lower), np.asarray(new.new_upper)
            inside, size = (low <= y) & (y <= high), high - low
            in_band = ((new.lower <= y) & (y <= new.upper)).mean()
        thirds = np.split(inside[np.argsort(order)], THIRDS)
        shares = [part.mean() for part in thirds]
        found.append([inside.mean(), *shares, size.mean(), in_band])
    return np.array(found).T
