"""What do batches change?

The mean gradient of a batch of b of n rows is right on average, and its variance is that of a mean
of b rows drawn without replacement,

    E g_B = g,    Var g_B = S^2 / b (1 - b / n),    S^2 = sum_i (g_i - g)^2 / (n - 1)

A sum over the batch is b / n of the full sum instead. On a parabola with curvature h, stochastic
descent with gradients h w + noise of variance s^2 and a constant learning rate η does not settle:

    Var w = η s^2 / (h (2 - η h))
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax

ROWS = 10  # of the enumeration: 1,023 batches of all sizes
CURVATURE, NOISE = 1.0, 1.0
RATES = (0.05, 0.2, 0.8)


def compute(key: Array, chains: int, steps: int) -> dict[str, Any]:
    """An enumeration of all batches of all sizes, and stochastic descent on a parabola.

    Returns:
      `row_gradients` (rows, 3) of a logistic regression; `batch_sizes` (batches,); `batch_means`
      and `batch_sums` (batches, 3) of these gradients; `settled` (rates, chains) the mean of w^2
      along each chain.
    """
    key_rows, key_noise = jax.random.split(key)
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key_rows)))
    X = np.column_stack([np.ones(ROWS), rng.normal(size=(ROWS, 2))])
    y, w = rng.random(ROWS) < 0.5, rng.normal(size=3)
    gradients = (1 / (1 + np.exp(-X @ w)) - y)[:, None] * X
    batches = [
        list(batch) for size in range(1, ROWS + 1) for batch in combinations(range(ROWS), size)
    ]
    return {
        "row_gradients": gradients,
        "batch_sizes": np.array([len(batch) for batch in batches]),
        "batch_means": np.array([gradients[batch].mean(axis=0) for batch in batches]),
        "batch_sums": np.array([gradients[batch].sum(axis=0) for batch in batches]),
        "settled": np.asarray(_settled(key_noise, chains, steps)),
    }


def _settled(key: Array, chains: int, steps: int) -> Array:
    """(rates, chains) mean of w^2 after the first tenth of the steps, which is dropped."""
    rates = jnp.array(RATES)[:, None]
    warm = steps // 10

    def step(carry: tuple[Array, Array], number: Array) -> tuple[Any, None]:
        w, total = carry
        noise = NOISE * jax.random.normal(jax.random.fold_in(key, number), w.shape)
        w = w - rates * (CURVATURE * w + noise)
        return (w, total + jnp.where(number >= warm, jnp.square(w), 0)), None

    zeros = jnp.zeros((len(RATES), chains))
    (_, total), _ = jax.jit(lambda start: lax.scan(step, start, jnp.arange(steps)))((zeros, zeros))
    return total / (steps - warm)
