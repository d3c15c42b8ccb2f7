"""What is computed about regularisation? The lecture's ways, from the exact to the measured.

penalties        L1 and L2 on a quadratic
early_stopping   gradient descent that stops early against ridge regression
noise            noise on the inputs and the output weights of a given network
soft_labels      smoothed labels
weight_scaling   all thinned networks against the whole one
linear_noise     a linear model that learns with noise
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
from jax import Array

from experiments.regularization import (
    early_stopping,
    linear_noise,
    noise,
    penalties,
    soft_labels,
    weight_scaling,
)


@dataclass(frozen=True)
class Settings:
    """Sizes of the parts.

    Attributes:
      problems, samples: random problems of early stopping, and simulated responses of one.
      draws: of noise, and of thinned networks.
      masks: of dropout at given weights.
      runs, steps: fits of a linear model with noise, and their steps.
    """

    problems: int = 50
    samples: int = 2000
    draws: int = 4000
    masks: int = 20_000
    runs: int = 800
    steps: int = 1000


FULL = Settings()
QUICK = Settings(problems=10, samples=500, draws=1000, masks=5000, runs=200, steps=600)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of all parts."""
    keys = jax.random.split(key, 6)
    return {
        **penalties.compute(keys[0]),
        **early_stopping.compute(keys[1], settings.problems, settings.samples),
        **noise.compute(keys[2], settings.draws),
        **soft_labels.compute(keys[3]),
        **weight_scaling.compute(keys[4], settings.draws),
        **linear_noise.compute(keys[5], settings.masks, settings.runs, settings.steps),
    }
