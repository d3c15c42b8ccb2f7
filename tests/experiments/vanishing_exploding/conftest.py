"""Arrays of the quick run of `vanishing_exploding`, and made-up training results."""

from collections.abc import Callable

import numpy as np
import pytest


@pytest.fixture(scope="session")
def computed(quick_results):
    """The arrays of the quick run."""
    return quick_results("vanishing_exploding")


@pytest.fixture(scope="session")
def trained() -> Callable:
    """make(...) -> possible results of training: 8 and 30 layers, Xavier and He, 16 starts."""

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
    """The arrays with training as expected."""
    return {**computed, **trained()}
