"""What is computed for learning dynamics?

Trajectories of linear networks (`linear_modes`), Hessians at their critical points
(`critical_points`), and random symmetric matrices (`random_hessians`).
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.learning_dynamics import critical_points, linear_modes, random_hessians

LINEAR = linear_modes.LinearSettings()
SADDLES = linear_modes.LinearSettings(strengths=(4.0, 3.0, 2.0, 1.0))


@dataclasses.dataclass(frozen=True)
class Settings:
    """Settings of the three parts.

    Attributes:
      linear: the linear networks that are trained, and how.
      saddles: sizes and strengths of the network whose critical points are visited.
      matrix_size: largest n of the random matrices.
      matrix_draws: number of draws; 3.2e7 give a relative standard error of 0.1% for P_3, 0.4% for
        P_4, 1.5% for P_5 and 8% for P_6.
      theory_size: largest n of the exact probability.
    """

    linear: linear_modes.LinearSettings = LINEAR
    saddles: linear_modes.LinearSettings = SADDLES
    matrix_size: int = 6
    matrix_draws: int = 32_000_000
    theory_size: int = 30


FULL = Settings()
QUICK = Settings(
    linear=linear_modes.LinearSettings(rates=(0.004, 0.002), seeds=50),
    matrix_size=5,
    matrix_draws=1_000_000,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Train linear networks, visit their critical points, and draw random matrices.

    Returns:
      The arrays of `linear_modes.compute` and `critical_points.compute`, and
      matrix_counts: (batches, matrix_size) number of positive definite matrices in each batch.
      matrix_batch: number of matrices in a batch.
      log_probabilities: (theory_size,) ln P_n.
    """
    key_linear, key_saddles, key_matrices = jax.random.split(key, 3)
    counts = random_hessians.positive_counts(
        key_matrices, settings.matrix_size, settings.matrix_draws
    )
    sizes = range(1, settings.theory_size + 1)
    return {
        **linear_modes.compute(key_linear, settings.linear),
        **critical_points.compute(key_saddles, settings.saddles),
        "matrix_counts": counts,
        "matrix_batch": random_hessians.BATCH,
        "log_probabilities": np.array([random_hessians.log_probability(n) for n in sizes]),
    }
