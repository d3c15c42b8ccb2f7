"""What is computed for `vanishing_exploding`; see the package."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
from jax import Array

from experiments.vanishing_exploding import cliffs, diagonal_chain, matrix_products, thirty_layers
from experiments.vanishing_exploding import signals as deep_signals

SIGNALS, PRODUCTS = deep_signals.Signals(), matrix_products.Products()
DESCENTS, TRAINING = cliffs.Descents(), thirty_layers.DeepTraining()


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes.

    Attributes:
      chain_depth: of the lecture's chain.
      signals: of random networks.
      products: of products of matrices.
      descents: on losses with cliffs.
      training: of thirty layers.
    """

    chain_depth: int = 60
    signals: deep_signals.Signals = SIGNALS
    products: matrix_products.Products = PRODUCTS
    descents: cliffs.Descents = DESCENTS
    training: thirty_layers.DeepTraining = TRAINING


FULL = Settings()
QUICK = Settings(
    signals=deep_signals.Signals(
        depth=60,
        width=64,
        seeds=60,
        pairs=4,
        gain_depth=60,  # here and below the depth and width of the others: little to compile
        gain_width=64,
        gain_seeds=60,
        laws=((32, 16),),
        law_seeds=1000,
        drawn_seeds=200,
        sigmoid_width=64,
        sigmoid_depth=60,
        sigmoid_seeds=60,
        batches=(("relu", 128),),
        batch_depth=12,
        batch_seeds=8,
    ),
    products=matrix_products.Products(seeds=16, depth=100),
    descents=cliffs.Descents(grid=(201, 151)),
    training=thirty_layers.DeepTraining(layers=(30,), seeds=4),
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Everything, as arrays under the names that `claims` and `draw` read."""
    signals = settings.signals
    keys = jax.random.split(key, 8)
    return {
        **diagonal_chain.compute(settings.chain_depth),
        **deep_signals.profiles(keys[0], signals),
        **deep_signals.gains(keys[1], signals),
        **deep_signals.laws(keys[2], signals),
        **deep_signals.sigmoids(keys[3], signals),
        **deep_signals.batches(keys[4], signals),
        **deep_signals.compilation(keys[5], signals),
        **matrix_products.compute(keys[6], settings.products),
        **cliffs.compute(settings.descents),
        **thirty_layers.train(keys[7], settings.training),
    }
