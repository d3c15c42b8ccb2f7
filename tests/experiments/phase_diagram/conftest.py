"""A small run of `phase_diagram`, computed once for all its tests."""

from functools import partial

import jax
import numpy as np
import pytest

from experiments.phase_diagram import compute
from experiments.phase_diagram.trainability import Map


@pytest.fixture(scope="session")
def planted_map():
    """plant(...) -> a possible map: 2 and 40 layers, three weight variances."""

    def plant(ordered=0.1, critical=0.9, chaotic=0.3, starts=4):
        accuracy = np.full((2, 3, 2, starts), 0.1)
        accuracy[0, :, 1] = 0.95
        accuracy[1, :, 1] = np.array([ordered, critical, chaotic])[:, None]
        return {
            "map_depths": np.array([2, 40]),
            "map_accuracy": accuracy,
            "map_loss": np.ones_like(accuracy),
        }

    return plant


@pytest.fixture(scope="session")
def results(computed_once, planted_map):
    """The arrays of the small run, with a planted map in place of the trained one."""
    settings = compute.Settings(
        weight_grid=3,
        bias_grid=2,
        width=64,
        depth=18,
        seeds=60,
        map=Map(depths=(3,), weight_variances=(1.0, 1.76, 4.0), seeds=2, rows=100, steps=2),
    )
    run = partial(compute.compute, jax.random.key(4), settings)
    return {**computed_once("phase_diagram-small", run), **planted_map()}
