"""What is computed for vanishing and exploding gradients: which parts, sizes and keys?"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
from jax import Array

from experiments.vanishing_exploding import (
    cliffs,
    diagonal_chain,
    matrix_products,
    signals,
    thirty_layers,
)
from experiments.vanishing_exploding.signals import Signals

SIGNALS, PRODUCTS = Signals(), matrix_products.Products()
DESCENTS, TRAINING = cliffs.Descents(), thirty_layers.DeepTraining()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of the parts.

    Attributes:
      chain_depth: largest depth of the lecture's chain.
      signals: random networks whose signals and gradients are measured.
      products: products of random matrices.
      descents: gradient descent on losses with cliffs.
      training: training of networks with up to thirty layers.
    """

    chain_depth: int = 60
    signals: Signals = SIGNALS
    products: matrix_products.Products = PRODUCTS
    descents: cliffs.Descents = DESCENTS
    training: thirty_layers.DeepTraining = TRAINING


FULL = Settings()
QUICK = Settings(
    signals=Signals(
        depth=60,
        width=64,
        seeds=60,
        pairs=4,
        gain_depth=60,  # here and below the same depth and width, so that fewer programs compile
        gain_width=64,
        gain_seeds=60,
        laws=((32, 16),),
        law_seeds=5000,
        drawn_seeds=1000,
        span=6,
        batches=(("relu", 128),),
        batch_depth=12,
        batch_seeds=8,
    ),
    products=matrix_products.Products(seeds=16, depth=100),
    descents=cliffs.Descents(grid=(101, 76)),
    training=thirty_layers.DeepTraining(layers=(30,), seeds=3),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Compute all parts: arrays under the names that `claims` and `draw` read."""
    key_training, key_rest = jax.random.split(key)
    return {
        **compute_untrained(key_rest, settings),
        **thirty_layers.train(key_training, settings.training),
    }


def compute_untrained(key: Array, settings: Settings) -> dict[str, Any]:
    """Compute everything but the training of deep networks."""
    keys = jax.random.split(key, 5)
    return {
        **diagonal_chain.compute(settings.chain_depth),
        **signals.profiles(keys[0], settings.signals),
        **signals.gains(keys[1], settings.signals),
        **signals.laws(keys[2], settings.signals),
        **signals.sigmoid_slopes(),
        **signals.batches(keys[3], settings.signals),
        **matrix_products.compute(keys[4], settings.products),
        **cliffs.compute(settings.descents),
    }
