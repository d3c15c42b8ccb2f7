"""How close does stochastic descent come to the minimum of a least squares loss, exactly?

    w <- w - e g_B(w),    g_i(w) = x_i (x_i . w - y_i)

is linear in u = (w - w*, 1): a step with batch B multiplies u by I - e G_B, with G_B the mean of
matrices G_i. For batches of b of n rows that are drawn independently, the second moments M = E u u'
therefore obey

    M <- (I - e G) M (I - e G)' + e^2 / b (1 - b / n) sum_i (G_i - G) M (G_i - G)' / (n - 1)

and the mean loss above the minimum is tr(H M) / 2 after every step. A pass through all rows in
random order, as `fit` makes it, has batches of the same kind, but not independent ones.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

ROWS = 32
SIZES = (1, 4, 16, 32)
RATE, START = 0.1, 3.0


def compute(key: Array, runs: int, passes: int) -> dict[str, Any]:
    """Simulated and exact losses above the minimum, for each size of the batches.

    Returns:
      `noise_exact` (sizes, steps + 1) means for independent batches; `noise_mean`, `noise_error`
      (kinds, sizes, steps + 1) means over the simulated runs and their standard errors: with
      independent batches, and with passes through the rows in random order.
    """
    key_rows, key_runs = jax.random.split(key)
    x1, x2, noise = np.asarray(jax.random.uniform(key_rows, (3, ROWS), minval=-1.7, maxval=1.7))
    X = np.column_stack([x1, (x1 + x2) / 2]).astype(float)
    y = X.sum(axis=1) + noise
    steps = passes * ROWS
    orders = np.argsort(jax.random.uniform(key_runs, (runs, steps, ROWS)), axis=-1)
    means, errors = [], []
    for ordered in (False, True):
        losses = [_losses(X, y, _batches(orders, size, ordered)) for size in SIZES]
        means.append([found.mean(axis=0) for found in losses])
        errors.append([found.std(axis=0, ddof=1) / runs**0.5 for found in losses])
    return {
        "noise_exact": np.array([exact_losses(X, y, size, steps) for size in SIZES]),
        "noise_mean": np.array(means),
        "noise_error": np.array(errors),
    }


def exact_losses(X: np.ndarray, y: np.ndarray, size: int, steps: int) -> np.ndarray:
    """(steps + 1,) mean losses above the minimum for independent batches, by the recursion."""
    rows, features = X.shape
    best = _least_squares(X, y)
    each = np.zeros((rows, features + 1, features + 1))  # G_i
    each[:, :-1, :-1] = X[:, :, None] * X[:, None, :]
    each[:, :-1, -1] = X * (X @ best - y)[:, None]
    mean = each.mean(axis=0)
    step, off = np.eye(features + 1) - RATE * mean, each - mean
    share = RATE**2 / size * (1 - size / rows) / (rows - 1)
    start = np.append(START - best, 1)
    moments, losses = np.outer(start, start), []
    for _ in range(steps + 1):
        losses.append(np.sum(mean[:-1, :-1] * moments[:-1, :-1]) / 2)
        noise = np.sum(off @ moments @ off.swapaxes(1, 2), axis=0)
        moments = step @ moments @ step.T + share * noise
    return np.array(losses)


def _batches(orders: np.ndarray, size: int, ordered: bool) -> np.ndarray:
    """(runs, steps, size) rows, from permutations (runs, steps, rows).

    Each batch has a permutation of its own, or all batches of a pass share one.
    """
    if not ordered:
        return orders[:, :, :size]
    runs, steps, rows = orders.shape
    return orders[:, : steps * size // rows].reshape(runs, steps, size)


def _losses(X: np.ndarray, y: np.ndarray, batches: np.ndarray) -> np.ndarray:
    """(runs, steps + 1) losses above the minimum."""
    best, H = _least_squares(X, y), X.T @ X / len(X)
    w = np.full((len(batches), X.shape[1]), START)
    losses = [_above_minimum(w - best, H)]
    for step in range(batches.shape[1]):
        rows = X[batches[:, step]]  # (runs, size, features)
        off = np.einsum("rbf,rf->rb", rows, w) - y[batches[:, step]]
        w = w - RATE * np.einsum("rbf,rb->rf", rows, off) / batches.shape[2]
        losses.append(_above_minimum(w - best, H))
    return np.stack(losses, axis=1)


def _above_minimum(off: np.ndarray, H: np.ndarray) -> np.ndarray:
    return np.einsum("rf,fg,rg->r", off, H, off) / 2


def _least_squares(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.linalg.lstsq(X, y, rcond=None)[0]
