"""A small run of the experiment that its tests share."""

import jax
import numpy as np
import pytest

from experiments.universal_approximation.compute import Settings, compute
from experiments.universal_approximation.trained_networks import NetworkSettings

SMALL = Settings(
    networks=NetworkSettings(
        pictured=((1,), (16,), (1, 1)),
        pictured_activations=("relu",),
        widths=(16,),
        activations=("relu", "tanh"),
        seeds=4,
        resamples=200,
    ),
    pieces=(4, 16, 64),
    bumps=((50, 0.3),),
    draws=60,
)


@pytest.fixture(scope="session")
def results():
    """The arrays of a small run, as they are read back from a file."""
    computed = compute(jax.random.key(11), SMALL)
    return {name: np.asarray(value) for name, value in computed.items()}
