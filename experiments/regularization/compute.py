"""What is computed about regularisation? The lecture's ways, from the exact to the measured.

penalties        L1 and L2 on a quadratic
early_stopping   gradient descent that stops early against ridge regression
noise            noise on the inputs and the output weights of a given network
soft_labels      smoothed labels
weight_scaling   all thinned networks against the whole one
linear_noise     a linear model that learns with noise
digit_dropout    networks that learn digits with dropout and without
augmentation     digits that are shifted while a network learns
sparse_units     a price of active hidden units
wrong_labels     label noise, and digits with wrong labels
overfitting      a network of 5 x 100 units, weight decay and early stopping
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
from jax import Array

from experiments.regularization import (
    augmentation,
    digit_dropout,
    early_stopping,
    linear_noise,
    noise,
    overfitting,
    penalties,
    soft_labels,
    sparse_units,
    weight_scaling,
    wrong_labels,
)


@dataclass(frozen=True)
class Settings:
    """Sizes of the parts.

    Attributes:
      problems, samples: random problems of early stopping, and simulated responses of one.
      draws: of noise, and of thinned networks.
      masks: of dropout at given weights.
      runs, steps: fits of a linear model with noise, and their steps.
      hidden: units of the hidden layers of each network that learns digits.
      rows, digit_steps, splits: images that it learns from, steps, and random splits.
      small_steps: of networks with one hidden layer, with shifted images or wrong labels.
      label_runs: softmax regressions with label noise.
      prices, sparse_steps: of active units, and steps with them.
      seeds, sine_steps: fits of the network that overfits, and their steps.
    """

    problems: int = 50
    samples: int = 2000
    draws: int = 4000
    masks: int = 20_000
    runs: int = 800
    steps: int = 1000
    hidden: tuple[tuple[int, ...], ...] = (
        (256, 256),
        (128, 128),
        (128, 128, 128),
        (128, 128, 128, 128),
    )
    rows: int = 400
    digit_steps: int = 1500
    splits: int = 8
    small_steps: int = 1000
    label_runs: int = 1000
    prices: tuple[float, ...] = (0.0, 0.001, 0.01, 0.03)
    sparse_steps: int = 4000
    seeds: int = 24
    sine_steps: int = 3000


FULL = Settings()
QUICK = Settings(
    problems=10,
    samples=500,
    draws=1000,
    masks=5000,
    runs=200,
    steps=600,
    hidden=((128, 128),),
    digit_steps=40,
    splits=2,
    small_steps=40,
    label_runs=200,
    prices=(0.0, 0.01),
    sparse_steps=100,
    seeds=2,
    sine_steps=200,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of all parts."""
    keys = jax.random.split(key, 11)
    return {
        **penalties.compute(keys[0]),
        **early_stopping.compute(keys[1], settings.problems, settings.samples),
        **noise.compute(keys[2], settings.draws),
        **soft_labels.compute(keys[3]),
        **weight_scaling.compute(keys[4], settings.draws),
        **linear_noise.compute(keys[5], settings.masks, settings.runs, settings.steps),
        **digit_dropout.compute(
            keys[6], settings.hidden, settings.rows, settings.digit_steps, settings.splits
        ),
        **augmentation.compute(keys[8], settings.rows, settings.small_steps, settings.splits),
        **sparse_units.compute(
            keys[9], settings.prices, settings.rows, settings.sparse_steps, settings.splits
        ),
        **wrong_labels.compute(
            keys[10], settings.label_runs, settings.rows, settings.small_steps, settings.splits
        ),
        **overfitting.compute(keys[7], settings.seeds, settings.sine_steps),
    }
