"""Which batches learn soonest, by passes through the rows and by the clock?

    one pass = rows / b steps,    seconds of a pass = rows / b times the seconds of a step

Small batches make many steps per pass, but a step costs more per row. A network learns digits with
batches of 1, of 10, of 100 and of all rows, each size at the learning rate with the least mean
training loss at the end, of a grid, over other seeds than those shown.
"""

from __future__ import annotations

import time
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.shared.digit_images import images
from jaxnn import MLP, Recipe, fit
from jaxnn.training import Fitter

ROWS = 1000
SIZES = (1, 10, 100, ROWS)
NET = MLP((64, 32, 10), response="categorical")
RATES = 2.0 ** np.arange(-7, 3)
LOW_LOSS = 0.5  # from about 2.3, that of equal probabilities
TIMED_PASSES = (5, 20, 50, 200)  # of each size, so that all take long enough to be timed


def compute(key: Array, tuning_seeds: int, seeds: int, passes: int, repeats: int) -> dict[str, Any]:
    """Losses by pass at tuned rates, and seconds of a pass.

    Returns:
      `pass_tuning` (sizes, rates, tuning seeds) training losses at the end; `pass_rates` (sizes,)
      those chosen; `pass_losses` (sizes, seeds, passes + 1); `pass_seconds` (sizes, repeats),
      measured in turn.
    """
    key_rows, key_fits, key_time = jax.random.split(key, 3)
    X, y = images(key_rows, ROWS)
    keys = jax.random.split(key_fits, tuning_seeds + seeds)
    tuning, rates, losses = [], [], []
    for size in SIZES:
        same = jax.random.clone(keys)  # all sizes start from the same networks
        found = _courses(same[:tuning_seeds], RATES, X, y, size, passes)[..., -1]
        best = RATES[found.mean(axis=1).argmin()]
        tuning.append(found)
        rates.append(best)
        losses.append(_courses(same[tuning_seeds:], np.array([best]), X, y, size, passes)[0])
    return {
        "pass_tuning": np.array(tuning),
        "pass_rates": np.array(rates),
        "pass_losses": np.array(losses),
        "pass_seconds": _seconds(key_time, X, y, repeats),
    }


def passes_to_low_loss(losses: np.ndarray) -> np.ndarray:
    """(sizes, seeds) the first pass after which the loss is at most 0.5; all passes if none is.

    Args:
      losses: (sizes, seeds, passes + 1).
    """
    low = losses <= LOW_LOSS
    return np.where(low.any(axis=-1), low.argmax(axis=-1), losses.shape[-1] - 1)


def _recipe(size: int, passes: int, every: int) -> Recipe:
    batch = None if size == ROWS else size
    return Recipe("sgd", epochs=passes, batch_size=batch, history_every=every)


def _courses(
    keys: Array, rates: np.ndarray, X: np.ndarray, y: np.ndarray, size: int, passes: int
) -> np.ndarray:
    """(rates, keys, passes + 1) training losses; infinite where training diverged."""
    recipe = _recipe(size, passes, every=1)
    found = np.array(
        [
            [fit(key, NET, X, y, recipe, learning_rate=rate).history.train_loss for key in keys]
            for rate in rates
        ]
    )
    return np.where(np.isfinite(found), found, np.inf)


def _seconds(key: Array, X: np.ndarray, y: np.ndarray, repeats: int) -> np.ndarray:
    """(sizes, repeats) seconds of a pass; the sizes take turns, after one run that compiles."""
    fitters = [
        Fitter(NET, _recipe(size, passes, every=passes))
        for size, passes in zip(SIZES, TIMED_PASSES, strict=True)
    ]
    seconds = np.zeros((len(SIZES), repeats + 1))
    for turn in range(repeats + 1):
        for place, fitter in enumerate(fitters):
            begin = time.perf_counter()
            jax.block_until_ready(fitter(jax.random.clone(key), X, y).params)
            seconds[place, turn] = (time.perf_counter() - begin) / TIMED_PASSES[place]
    return seconds[:, 1:]
