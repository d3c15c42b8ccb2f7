"""The identities computed once, beside trainings that are made up, for all tests."""

from functools import partial

import jax
import numpy as np
import pytest

from experiments.batch_normalization import identities
from experiments.batch_normalization.compute import SWEPT, WATCHED

STEPS_TO_LOW_LOSS = {"plain": 1100, "wide start": 160, "normalised": 60}
GROWTH = {"plain": 100.0, "wide start": 3.0, "normalised": 1.5}
USABLE_RATES = {
    "sigmoid": (),
    "sigmoid, wide start": (0.3,),
    "sigmoid, normalised": (0.3, 3.0, 10.0),
    "ReLU": (0.3,),
    "ReLU, normalised": (0.3, 3.0),
}


@pytest.fixture(scope="session")
def exact(computed_once):
    """The arrays of the identities."""
    compute = partial(identities.compute, jax.random.key(3))
    return computed_once("batch_normalization-identities", compute)


@pytest.fixture
def results(exact):
    """All arrays of the experiment; those of trainings (two starts, two units) are made up."""
    losses = np.full((len(WATCHED), 1, 2, 1500), 2.0, np.float32)
    percentiles = np.zeros((len(WATCHED), 1, 2, 31, 3, 2), np.float32)
    spreads = np.ones((len(WATCHED), 1, 2, 31), np.float32)
    for place, name in enumerate(WATCHED):
        losses[place, ..., STEPS_TO_LOW_LOSS[name] :] = 0.0
        spreads[place, ..., -1] = GROWTH[name]
        percentiles[place, ..., :, :] = np.array([-1.0, 0.0, 1.0])[:, None]
        percentiles[place, :, :, -1] += GROWTH[name]
    rates = np.array([0.3, 3.0, 10.0])
    accuracy = [np.where(np.isin(rates, USABLE_RATES[name]), 0.95, 0.1) for name in SWEPT]
    return {
        **exact,
        "watched_rates": np.array([0.5]),
        "marks": np.arange(0, 1501, 50),
        "watched_losses": losses,
        "watched_accuracy": np.full((len(WATCHED), 1, 2), 0.95),
        "percentiles": percentiles,
        "spreads": spreads,
        "swept_rates": rates,
        "swept_accuracy": np.stack([accuracy, accuracy], axis=-1),
    }
