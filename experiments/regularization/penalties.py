"""Where is the minimum if large weights cost something?

    loss  1/2 sum_i H_i (w_i - w*_i)^2 + penalty
    L2    penalty a/2 sum w_i^2    w_i = H_i / (H_i + a) w*_i
    L1    penalty a sum |w_i|      w_i = sign(w*_i) max(|w*_i| - a / H_i, 0)

Four rows with orthogonal columns give the mean squared error these curvatures H, so `fit` itself
can be compared with the closed forms. The lecture's penalty a/2 sum |w_i| halves the threshold.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import MLP, ElasticNet, Recipe, fit

CURVATURES = np.array([4.0, 1.0, 0.25])
CENTRE = np.array([1.0, -0.3, 2.0])
PRICE, BIAS = 0.5, 3.0
SIGNS = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
L1_RATE, L1_STEPS = 0.002, 20_000
PRICES = np.linspace(0, 2, 41)
GRID = np.linspace(-3, 3, 61)  # of weights, for the priors


def compute(key: Array) -> dict[str, Any]:
    """Fits with both penalties, minima by proximal gradient descent, and penalties as priors.

    Returns:
      `l2_fit`, `l1_fit` (4,) weights and bias; `proximal` (prices, 3) minima with the L1 penalty;
      `halved` (3,) the minimum with the lecture's; `l2_penalty`, `l1_penalty` (grid,) prices of
      one weight with factor `PRICE`.
    """
    X = SIGNS * np.sqrt(CURVATURES / 2)
    y = X @ CENTRE + BIAS
    net, keys = MLP((3, 1)), jax.random.split(key)

    def trained(
        key: Array, penalty: ElasticNet, optimizer: str, rate: float | None, steps: int
    ) -> np.ndarray:
        recipe = Recipe(
            optimizer,
            learning_rate=rate,
            epochs=steps,
            regularizers=(penalty,),
            history_every=steps,
            standardize_response=False,
        )
        layer = fit(key, net, X, y, recipe).params[0]
        return np.append(layer.weights[:, 0], layer.biases)

    with jax.enable_x64(True):
        l2_fit = trained(keys[0], ElasticNet(l2=PRICE), "lbfgs", None, 100)
        l1_fit = trained(keys[1], ElasticNet(l1=PRICE), "sgd", L1_RATE, L1_STEPS)
        single = [jnp.full((1, 1), w) for w in GRID]
        return {
            "l2_fit": l2_fit,
            "l1_fit": l1_fit,
            "proximal": np.array([_proximal(price) for price in PRICES]),
            "halved": _proximal(PRICE / 2),
            "l2_penalty": np.array([ElasticNet(l2=PRICE)([w]) for w in single]),
            "l1_penalty": np.array([ElasticNet(l1=PRICE)([w]) for w in single]),
        }


def _proximal(price: float, steps: int = 400) -> np.ndarray:
    """The minimum with the L1 penalty: gradient steps, each followed by a soft threshold."""
    w, rate = np.zeros(3), 0.2
    for _ in range(steps):
        w = w - rate * CURVATURES * (w - CENTRE)
        w = np.sign(w) * np.maximum(np.abs(w) - rate * price, 0)
    return w
