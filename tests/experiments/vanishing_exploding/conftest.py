"""A small run of `vanishing_exploding`, computed once for all its tests, and made-up training."""

from collections.abc import Callable
from functools import partial

import jax
import numpy as np
import pytest

from experiments.vanishing_exploding import cliffs, compute, matrix_products, signals, thirty_layers

# One depth and width for all random networks, so that few programs compile.
SMALL = compute.Settings(
    signals=signals.Signals(
        depth=60,
        width=64,
        seeds=100,
        activations=("relu", "tanh"),
        span=6,
        pairs=4,
        gain_depth=60,
        gain_width=64,
        gain_seeds=100,
        laws=((32, 16),),
        law_seeds=10_000,
        drawn_seeds=200,
        batches=(("relu", 128),),
        batch_depth=12,
        batch_seeds=6,
    ),
    products=matrix_products.Products(seeds=16, depth=50, square=16),
    descents=cliffs.Descents(grid=(61, 46)),
)


@pytest.fixture(scope="session")
def trained() -> Callable:
    """make(...) -> possible results of training: 8 and 30 layers, N(0, 1/n) and He, 16 starts."""

    def make(xavier=0.105, xavier_loss=2.302, he=0.9, he_loss=0.4, shallow=0.95):
        accuracy = np.empty((2, 2, 16))
        accuracy[0], accuracy[1, 0], accuracy[1, 1] = shallow, xavier, he
        loss = np.full((2, 2, 16, 3), 0.1)
        loss[1, 0], loss[1, 1] = np.reshape(xavier_loss, (-1, 1)), np.reshape(he_loss, (-1, 1))
        return {
            "trained_layers": np.array([8, 30]),
            "trained_schemes": np.array(thirty_layers.SCHEMES),
            "trained_accuracy": accuracy,
            "trained_loss": loss,
            "trained_epochs": np.arange(3),
        }

    return make


@pytest.fixture(scope="session")
def results(computed_once, trained):
    """The arrays of the small run, with training as expected: it is tested by itself."""
    run = partial(compute.compute_untrained, jax.random.key(1), SMALL)
    return {**computed_once("vanishing_exploding-small", run), **trained()}
