"""The results of `gradient_descent` for all its tests; ends of networks are made up."""

import jax
import numpy as np
import pytest

from experiments.gradient_descent import (
    batch_noise,
    batches,
    conditioning,
    one_dimension,
    saddle,
    separable,
)

HIGH = 40  # of 60 starts of the narrowest network
MINIMUM, BOWL = 0.54, (1e-10, 1e-4)  # loss; gradient and least eigenvalue


@pytest.fixture(scope="session")
def exact(computed_once):
    """The arrays of a small run, but for networks."""

    def compute():
        keys = jax.random.split(jax.random.key(3), 4)
        return {
            **one_dimension.compute(),
            **batches.compute(keys[0], 500, 4000),
            **batch_noise.compute(keys[1], 400, 6),
            **saddle.compute(keys[2], 2000),
            **conditioning.compute(keys[3], 20, 2000),
            **separable.compute(100_000),
        }

    return computed_once("gradient_descent-exact", compute)


@pytest.fixture
def results(exact):
    """All arrays: Adam ends in minima if there are two units, L-BFGS on a plateau."""
    losses = np.tile(np.geomspace(1e-4, 1e-3, 60), (2, 2, 1))
    order = np.argsort(np.arange(60) * 7 % 60)  # high ends are spread over the starts
    followed = np.full((3, 2, 2, 60), np.nan)
    for rule in range(2):
        losses[rule, 0, order[:HIGH]] = (MINIMUM, 0.84)[rule]
        ends = ((MINIMUM, *BOWL), (0.84, 1e-6, -1e-6))[rule]
        followed[:, rule, 0, order[:HIGH]] = np.array(ends)[:, None]
    return {
        **exact,
        "minima_widths": np.array([2, 32]),
        "final_losses": losses,
        "followed": followed,
    }
