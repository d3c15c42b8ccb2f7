"""What is computed about gradient descent? The lecture's questions, in its order.

one_dimension   the game on a parabola: fixed and proportional steps, learning rates
local_minima    many starts of networks of growing width
batches         gradients of batches, and the noise that they add
conditioning    features that are not normalised
separable       a loss without a minimum
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
from jax import Array

from experiments.gradient_descent import (
    batches,
    conditioning,
    local_minima,
    one_dimension,
    separable,
)


@dataclass(frozen=True)
class Settings:
    """Sizes of the parts.

    Attributes:
      starts: first weights for each width.
      epochs: full-batch steps of each start.
      chains: parallel stochastic descents, and steps of each after those that are dropped.
      tables, rows: simulated tables of the study of conditioning, and their rows.
      long_steps: steps on separable rows.
    """

    starts: int = 100
    epochs: int = 3000
    chains: tuple[int, int] = (500, 4000)
    tables: tuple[int, int] = (20, 2000)
    long_steps: int = 1_000_000


FULL = Settings()
QUICK = Settings(starts=30, epochs=1000, long_steps=100_000)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of all parts."""
    key_minima, key_batches, key_tables = jax.random.split(key, 3)
    return {
        **one_dimension.compute(),
        **local_minima.compute(key_minima, settings.starts, settings.epochs),
        **batches.compute(key_batches, *settings.chains),
        **conditioning.compute(key_tables, *settings.tables),
        **separable.compute(settings.long_steps),
    }
