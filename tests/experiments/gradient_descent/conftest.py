"""The results of `gradient_descent`, computed once for all its tests."""

from functools import partial

import jax
import pytest

from experiments.gradient_descent import compute


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a quick run."""
    return computed_once(
        "gradient_descent-quick", partial(compute.compute, jax.random.key(3), compute.QUICK)
    )
