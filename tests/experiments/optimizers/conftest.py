"""The results of `optimizers`, computed once for all its tests."""

from functools import partial

import jax
import pytest

from experiments.optimizers import compute


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a quick run."""
    return computed_once(
        "optimizers-quick", partial(compute.compute, jax.random.key(0), compute.QUICK)
    )
