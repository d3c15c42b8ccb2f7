"""The results of `batch_speed`, computed once for all its tests, with times that are planted."""

from functools import partial

import jax
import numpy as np
import pytest

from experiments.batch_speed import compute


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a quick run, as if a pass had taken 50, 8, 2 and 1 milliseconds."""
    found = computed_once(
        "batch_speed-quick", partial(compute.compute, jax.random.key(3), compute.QUICK)
    )
    assert (found["pass_seconds"] > 0).all()
    assert found["pass_seconds"].shape == (4, compute.QUICK.repeats)
    return {**found, "pass_seconds": np.array([[0.05], [0.008], [0.002], [0.001]])}
