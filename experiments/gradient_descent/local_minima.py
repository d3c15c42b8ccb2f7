"""Do most local minima incur a low cost, and more so in wider networks?

Networks with one tanh layer are fitted to the same 60 rows of y = sin(3 x) from many starts. The
loss that is left differs from start to start where some are caught in poor minima.
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from jaxnn import MLP, Recipe
from jaxnn.replicate import replicate
from jaxnn.training import Fitter

WIDTHS = (2, 3, 4, 8, 16, 32)
ROWS = 60


def compute(key: Array, starts: int, epochs: int) -> dict[str, Any]:
    """Final training losses, relative to the variance of y: `final_losses` (widths, starts)."""
    x = np.linspace(-2, 2, ROWS)[:, None]
    y = np.sin(3 * x[:, 0])
    losses = []
    for place, width in enumerate(WIDTHS):
        fitter = Fitter(
            MLP((1, width, 1), activation="tanh"),
            Recipe("adam", learning_rate=0.02, epochs=epochs, history_every=epochs),
        )
        keys = jax.random.split(jax.random.fold_in(key, place), starts)
        losses.append(replicate(fitter, keys, shared=(x, y)).train_loss)
    return {"final_losses": np.array(losses) / np.var(y)}
