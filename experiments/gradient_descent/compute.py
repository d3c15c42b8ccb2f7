"""What is computed about gradient descent? The lecture's questions, in its order.

one_dimension   the game on a parabola: fixed and proportional steps, learning rates
local_minima    many starts of networks of growing width
batches         gradients of all batches, and noise on a parabola
batch_noise     batches of a least squares problem, against the exact mean loss
saddle          paths near a saddle, with noise and without
conditioning    features that are not normalised
separable       a loss without a minimum
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
from jax import Array

from experiments.gradient_descent import (
    batch_noise,
    batches,
    conditioning,
    local_minima,
    one_dimension,
    saddle,
    separable,
)


@dataclass(frozen=True)
class Settings:
    """Sizes of the parts.

    Attributes:
      widths: hidden units of the networks of the study of local minima.
      starts: initial weights for each width.
      epochs: full-batch steps of each start, by Adam and by L-BFGS.
      chains: parallel stochastic descents on a parabola, and their steps.
      runs, run_passes: stochastic descents on least squares, and their passes through the rows.
      saddle_runs: paths with noise from a saddle, and random starts around it.
      tables, rows: simulated tables of the study of conditioning, and their rows.
      long_steps: steps on separable rows.
    """

    widths: tuple[int, ...] = (2, 3, 4, 8, 16, 32)
    starts: int = 60
    epochs: tuple[int, int] = (3000, 400)
    chains: tuple[int, int] = (500, 4000)
    runs: int = 1000
    run_passes: int = 6
    saddle_runs: int = 2000
    tables: tuple[int, int] = (20, 2000)
    long_steps: int = 1_000_000


FULL = Settings()
QUICK = Settings(
    widths=(2, 16),
    starts=40,
    epochs=(1000, 200),
    runs=400,
    long_steps=100_000,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of all parts."""
    keys = jax.random.split(key, 5)
    return {
        **one_dimension.compute(),
        **local_minima.compute(keys[0], settings.widths, settings.starts, settings.epochs),
        **batches.compute(keys[1], *settings.chains),
        **batch_noise.compute(keys[2], settings.runs, settings.run_passes),
        **saddle.compute(keys[3], settings.saddle_runs),
        **conditioning.compute(keys[4], *settings.tables),
        **separable.compute(settings.long_steps),
    }
