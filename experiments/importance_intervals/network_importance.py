"""What is the importance of each predictor to every refit of a network, and on which rows?

    data set  ->  fits to all rows, refits to resampled rows, refits to simulated responses
    each      ->  importance on its own rows, out of bag, on all rows, and on new rows

A pair (data set, refit) is one replicate, and all truths with the same response and number of rows
are one compiled program. Rows are permuted in a cycle: they are put in a random order, and each
receives the value of the row that is s places further on. No row keeps its own value.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from experiments.importance_intervals.known_truths import (
    PREDICTORS,
    Setting,
    draw,
)
from jaxnn import MLP, NormalPrior, Recipe, fit, predict
from jaxnn.bands.simulation import Noise, noise, simulate_responses
from jaxnn.bootstrap import multiplicities
from jaxnn.replicate import replicate

HIDDEN = (8,)
STRENGTH = 0.3  # of the normal prior
EPOCHS = 200
PERMUTATIONS = 5
NEW_ROWS = 500
ALL_ROWS, RESAMPLED, SIMULATED = range(3)  # what a refit is fitted to


class Importance(NamedTuple):
    """Importance of every predictor to one fit, each (predictors,).

    Attributes:
      own: scored on the rows that it was fitted to.
      out_of_bag: scored on the rows that it has not seen; meaningless for a fit to all rows.
      observed: scored on all rows of the data set and their observed responses.
      to_itself: scored on all rows, as if its own predictions were the true means.
      new: scored on new rows with the true means.
    """

    own: Array
    out_of_bag: Array
    observed: Array
    to_itself: Array
    new: Array


class Refits(NamedTuple):
    """Importance to the fits and refits of every data set; leaves (sets, refits, predictors).

    Attributes:
      fits: to fits to all rows.
      resampled: to refits to resampled rows.
      simulated: to refits to responses simulated from the fit.
      diverged: number of fits that diverged.
      made: number of fits.
    """

    fits: Importance
    resampled: Importance
    simulated: Importance
    diverged: int
    made: int


def refit(
    key: Array,
    settings: list[Setting],
    sets: int,
    refits: int,
    fits: int = 1,
    progress: bool | str = False,
) -> Refits:
    """Draw data sets, and fit and refit the network to each.

    Args:
      key: a typed JAX key.
      settings: with the same kind of response and number of rows.
      sets: number of data sets of each setting; those of the first come first.
      refits: number of resamples, and of simulated responses, of each.
      fits: number of fits to all rows.
      progress: label of the progress bars.
    """
    key_data, key_new, key_fits, key_draws = jax.random.split(key, 4)
    keys = jax.random.split(key_data, len(settings))
    samples = [draw(k, setting, sets) for k, setting in zip(keys, settings, strict=True)]
    X, y = (np.concatenate([sample[part] for sample in samples]) for part in (0, 1))
    keys = jax.random.split(key_new, len(settings))
    new = [
        draw(k, Setting(setting.truth, setting.kind, NEW_ROWS), 1)
        for k, setting in zip(keys, settings, strict=True)
    ]
    new_X, new_mean = (np.concatenate([np.asarray(s[part]) for s in new]) for part in (0, 2))
    truth = np.repeat(np.arange(len(settings)), sets)
    kind = settings[0].kind
    run = partial(
        _refit_all, data=(X, y, truth), new=(new_X, new_mean), kind=kind, progress=progress
    )
    purpose = np.where(np.arange(fits + refits) < fits, ALL_ROWS, RESAMPLED)
    found, at_rows, absent, diverged = run(key_fits, purpose, np.ones((2, *y.shape), np.float32))
    fitted, counts = at_rows[:, :fits].mean(axis=1), absent.sum(axis=1)
    out_of_bag = (at_rows * absent).sum(axis=1) / np.maximum(counts, 1)
    out_of_bag = np.where(counts, out_of_bag, fitted)
    residuals = [noise(kind, *pair).residuals for pair in zip(y, out_of_bag, strict=True)]
    known = np.stack([fitted, residuals]).astype(np.float32)
    simulated, _, _, failed = run(key_draws, np.full(refits, SIMULATED), known)
    return Refits(
        Importance(*(leaf[:, :fits] for leaf in found)),
        Importance(*(leaf[:, fits:] for leaf in found)),
        simulated,
        int(diverged.sum() + failed.sum()),
        diverged.size + failed.size,
    )


def _refit_all(
    key: Array,
    purpose: np.ndarray,
    known: np.ndarray,
    *,
    data: tuple[np.ndarray, np.ndarray, np.ndarray],
    new: tuple[np.ndarray, np.ndarray],
    kind: str,
    progress: bool | str,
) -> tuple[Importance, np.ndarray, np.ndarray, np.ndarray]:
    """Refits of every data set; what `_refit` returns, with leading (sets, refits)."""
    shape = (len(data[0]), len(purpose))
    which, number = (grid.ravel() for grid in np.indices(shape))
    found = replicate(
        partial(_refit, kind=kind),
        jax.random.split(key, which.size),
        mapped=(which, purpose[number]),
        shared=(*data, *new, known),
        chunk=8 if data[0].shape[1] < 200 else 4,
        progress=progress,
    )
    return jax.tree.map(lambda leaf: leaf.reshape(*shape, *leaf.shape[1:]), found)


def _refit(
    key: Array,
    which: Array,
    purpose: Array,
    X: Array,
    y: Array,
    truth: Array,
    new_X: Array,
    new_mean: Array,
    known: Array,
    *,
    kind: str,
) -> tuple[Importance, Array, Array, Array]:
    """One fit: importances, predictions at the rows, which rows were left out, divergence."""
    key_rows, key_draw, key_fit, key_order = jax.random.split(key, 4)
    X, y, (means, residuals) = X[which], y[which], known[:, which]
    drawn = simulate_responses(key_draw, kind, means, Noise(residuals))
    y = jnp.where(purpose == SIMULATED, drawn, y)
    drawn_rows = multiplicities(key_rows, len(y)).astype(int)
    counts = jnp.where(purpose == RESAMPLED, drawn_rows, 1)
    net = MLP((PREDICTORS, *HIDDEN, 1), response=kind)
    recipe = Recipe(
        epochs=EPOCHS, regularizers=(NormalPrior(len(y), STRENGTH),), history_every=EPOCHS
    )
    fitted = fit(key_fit, net, X, y, recipe, weights=counts.astype(X.dtype))
    black_box = partial(predict, net, fitted)
    at_rows = black_box(X)

    own = jnp.repeat(jnp.arange(len(y)), counts, total_repeat_length=len(y))
    absent = counts == 0
    keys = jax.random.split(key_order, 4)
    left_out = random_order(keys[0], absent)
    everything = random_order(keys[1], jnp.ones_like(absent))
    score = partial(cyclic_importance, black_box, kind)
    new_X, new_mean = new_X[truth[which]], new_mean[truth[which]]
    every_new = random_order(keys[2], jnp.ones_like(new_mean, bool))
    importance = Importance(
        score(X, y, own[random_order(keys[3], own >= 0)], len(y)),
        score(X, y, left_out, absent.sum()),
        score(X, y, everything, len(y)),
        score(X, at_rows, everything, len(y)),
        score(new_X, new_mean, every_new, len(new_mean), permutations=1),
    )
    return importance, at_rows, absent, fitted.diverged_at >= 0


def random_order(key: Array, chosen: Array) -> Array:
    """All row numbers, the chosen ones first and in a random order."""
    return jnp.argsort(jax.random.uniform(key, chosen.shape) + jnp.where(chosen, 0, 1))


def cyclic_importance(
    black_box: Callable[[Array], Array],
    kind: str,
    X: Array,
    y: Array,
    order: Array,
    rows: Array | int,
    permutations: int = PERMUTATIONS,
) -> Array:
    """Mean increase of the loss when the values of a predictor move on along a cycle of rows.

    Args:
      black_box: X (n, predictors) -> (n,) predicted means.
      kind: "quantitative" for squared error, "binary" for the log loss.
      X: (n, predictors).
      y: (n,) responses, or their means.
      order: (n,) row numbers, of which the first `rows` are in the cycle.
      rows: at least 2.
      permutations: number of shifts s, spread evenly over the cycle.

    Returns:
      (predictors,).
    """
    place = jnp.arange(len(order))
    inside = place < rows
    X, y = X[order], y[order]
    shifts = jnp.maximum(1, rows * (1 + jnp.arange(permutations)) // (permutations + 1))
    donor = (place[None] + shifts[:, None]) % rows  # (permutations, n)

    def increase(predictions: Array) -> Array:
        kept, responses = (jnp.broadcast_to(a, predictions.shape) for a in (inside, y))
        return (jnp.where(kept, loss(kind, responses, predictions), 0).sum(axis=-1) / rows).mean()

    base = increase(black_box(X))
    found = []
    for column in range(PREDICTORS):
        moved = jnp.broadcast_to(X, (permutations, *X.shape)).at[..., column].set(X[donor, column])
        found.append(increase(black_box(moved.reshape(-1, PREDICTORS)).reshape(donor.shape)))
    return jnp.stack(found) - base


def loss(kind: str, y: Array, prediction: Array) -> Array:
    """Squared error, or the log loss of a probability; y may be a mean."""
    if kind == "quantitative":
        return (y - prediction) ** 2
    prediction = jnp.clip(prediction, 1e-6, 1 - 1e-6)
    return -y * jnp.log(prediction) - (1 - y) * jnp.log1p(-prediction)
