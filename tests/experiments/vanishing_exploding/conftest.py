"""Arrays of a small run of `vanishing_exploding`, and what its claims say of them."""

from collections.abc import Callable

import jax
import numpy as np
import pytest

from experiments.vanishing_exploding import cliffs, matrix_products, signals, thirty_layers
from experiments.vanishing_exploding.claims import claims
from experiments.vanishing_exploding.compute import Settings, compute

SMALL = Settings(
    signals=signals.Signals(
        depth=41,
        width=32,
        seeds=40,
        pairs=4,
        gain_depth=41,  # as deep and wide as the others: fewer programs
        gain_width=32,
        gain_seeds=40,
        laws=((32, 40), (32, 12)),
        law_seeds=300,
        drawn_seeds=60,
        sigmoid_width=32,
        sigmoid_depth=41,
        sigmoid_seeds=60,
        batches=(("relu", 128),),
        batch_depth=10,
        batch_seeds=3,
        timed=(4, 12),
    ),
    products=matrix_products.Products(depth=40, seeds=8, square=32, marks=(1, 10, 60)),
    descents=cliffs.Descents(grid=(401, 301)),
    training=thirty_layers.DeepTraining(layers=(3,), seeds=2, epochs=1, rows=128),
)


@pytest.fixture(scope="session")
def computed():
    """Arrays of a small run. Its networks train for one epoch only."""
    results = compute(jax.random.key(21), SMALL)
    return {name: np.asarray(value) for name, value in results.items()}


@pytest.fixture(scope="session")
def trained() -> Callable:
    """Make what training might have given, for 8 and 30 layers, Xavier and He, 16 starts."""

    def make(xavier=0.105, xavier_loss=2.302, he=0.9, he_loss=0.4, shallow=0.95):
        accuracy = np.empty((2, 2, 16))
        accuracy[0], accuracy[1, 0], accuracy[1, 1] = shallow, xavier, he
        loss = np.full((2, 2, 16, 3), 0.1)
        loss[1, 0], loss[1, 1] = np.reshape(xavier_loss, (-1, 1)), np.reshape(he_loss, (-1, 1))
        return {
            "trained_layers": np.array([8, 30]),
            "trained_accuracy": accuracy,
            "trained_loss": loss,
            "trained_epochs": np.arange(3),
        }

    return make


@pytest.fixture(scope="session")
def results(computed, trained):
    """The arrays with training that went as expected and compilation that took equally long."""
    return {**computed, **trained(), "timed_seconds": np.array([1.0, 1.1])}


@pytest.fixture(scope="session")
def holds() -> Callable:
    """The outcomes of the claims whose statements contain these words, at least one."""

    def outcomes(results, words):
        found = [claim.holds for claim in claims(results) if words in claim.statement]
        assert found, f"no claim says {words!r}"
        return found

    return outcomes
