"""A small run of `backpropagation`, computed once for all its tests."""

from functools import partial

import jax
import pytest

from experiments.backpropagation import compute


@pytest.fixture(scope="session")
def small():
    """Settings of a run that takes seconds."""
    return compute.Settings(
        networks=("tanh",),
        schemes=("zeros", "orthogonal"),
        hidden=(2,),
        order=1,
        planted=("tanh",),
        cost_hidden=((4,), (3, 3)),
        cost_inputs=(1, 8),
        forward_hidden=(3,),
        forward_inputs=(1, 4),
        rows=16,
        grid=5,
    )


@pytest.fixture(scope="session")
def results(small, computed_once):
    """The arrays of the small run."""
    run = partial(compute.compute, jax.random.key(11), small)
    return computed_once("backpropagation-small", run)


@pytest.fixture(scope="session")
def changed(results):
    """changed(name, place, value) -> the results with one number replaced, or mapped by value."""

    def change(name, place, value):
        array = results[name].copy()
        array[place] = value(array[place]) if callable(value) else value
        return dict(results) | {name: array}

    return change
