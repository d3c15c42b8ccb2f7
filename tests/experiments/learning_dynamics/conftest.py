"""A small run of `learning_dynamics`, computed once for all its tests."""

from functools import partial

import jax
import pytest

from experiments.learning_dynamics import compute
from experiments.learning_dynamics.linear_modes import LinearSettings


@pytest.fixture(scope="session")
def small():
    """Settings of a run that takes seconds."""
    return compute.Settings(
        linear=LinearSettings(
            sizes=(4, 5, 3),
            strengths=(3.0, 1.5),
            start=2e-3,
            duration=5.0,
            plateau_duration=16.0,
            rates=(0.004, 0.002),
            seeds=12,
            shown=4,
        ),
        saddles=LinearSettings(sizes=(3, 4, 4), strengths=(5.0, 2.5, 0.5)),
        matrix_size=4,
        matrix_draws=400_000,
        theory_size=30,
    )


@pytest.fixture(scope="session")
def results(small, computed_once):
    """The arrays of the small run."""
    run = partial(compute.compute, jax.random.key(5), small)
    return computed_once("learning_dynamics-small", run)
