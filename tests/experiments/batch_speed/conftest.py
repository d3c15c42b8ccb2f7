"""Results of `batch_speed` that are planted: losses that fall by a factor per step, and times."""

import numpy as np
import pytest

from experiments.batch_speed import passes


@pytest.fixture
def results():
    """As if every step of a batch took a share off the loss, the smaller the noisier the gradient.

    A pass takes 50, 8, 2 and 1 milliseconds; a loss of 0.5 takes 1, 1, 5 and 21 passes.
    """
    rates = np.array([3.0, 2.5, 0.35, 0.075])
    seeds = np.array([0.95, 1.0, 1.05])
    count = np.arange(31)
    return {
        "pass_rates": np.full(4, 0.125),
        "pass_losses": 2.3 * np.exp(-rates[:, None, None] * seeds[:, None] * count),
        "pass_seconds": np.array([[0.05], [0.008], [0.002], [0.001]]),
    }


@pytest.fixture
def computed(monkeypatch, key):
    """The arrays of a computation with two sizes of batch, 10 of 200 rows and all."""
    monkeypatch.setattr(passes, "ROWS", 200)
    monkeypatch.setattr(passes, "SIZES", (10, 200))
    monkeypatch.setattr(passes, "RATES", 2.0 ** np.arange(-4, 0))
    monkeypatch.setattr(passes, "TIMED_PASSES", (8, 8))
    return passes.compute(key, tuning_seeds=1, seeds=2, passes=8, repeats=2)
