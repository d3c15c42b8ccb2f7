"""Do most local minima incur a low cost, and more so in wider networks?

Networks with one tanh layer are fitted to the same 60 rows of y = sin(3 x) from many starts, by
steps of Adam and, from the same first weights, by L-BFGS, which uses curvature and goes on where
the loss is only flat. A start is caught if it ends more than 5% of the variance of y above the best
end of that width. The best of k starts of n, c of them caught, is caught with probability

    C(c, k) / C(n, k)
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array
from scipy import special

from jaxnn import MLP, Recipe
from jaxnn.replicate import replicate
from jaxnn.training import Fitter

ROWS = 60
RULES = ("adam", "lbfgs")
LOW_COST = 0.05  # of the variance of y


def compute(
    key: Array, widths: tuple[int, ...], starts: int, epochs: tuple[int, int]
) -> dict[str, Any]:
    """Final training losses of both rules, relative to the variance of y.

    Returns:
      `minima_widths` (widths,); `final_losses` (rules, widths, starts).
    """
    x = np.linspace(-2, 2, ROWS)[:, None]
    y = np.sin(3 * x[:, 0])
    losses = np.zeros((len(RULES), len(widths), starts))
    for place, width in enumerate(widths):
        keys = jax.random.split(jax.random.fold_in(key, place), starts)
        for rule, name in enumerate(RULES):
            recipe = Recipe(
                name,
                learning_rate=0.02 if name == "adam" else None,
                epochs=epochs[rule],
                history_every=epochs[rule],
            )
            fitter = Fitter(MLP((1, width, 1), activation="tanh"), recipe)
            same = jax.random.clone(keys)  # both rules begin with the same weights
            losses[rule, place] = replicate(fitter, same, shared=(x, y)).train_loss
    return {"minima_widths": np.array(widths), "final_losses": losses / np.var(y)}


def caught(losses: np.ndarray) -> np.ndarray:
    """(rules, widths, starts) whether a start ends well above the best end of its width."""
    return losses > losses.min(axis=(0, 2))[:, None] + LOW_COST


def chance_of_low(caught: np.ndarray, most: int) -> np.ndarray:
    """(most, widths) chances that the best of 1, 2, ... starts is not caught.

    Args:
      caught: (widths, starts).
      most: starts, fewer than there are.
    """
    k = np.arange(1, most + 1)[:, None]
    bad = caught.sum(axis=1)
    return 1 - np.asarray(special.comb(bad, k) / special.comb(caught.shape[1], k))
