"""Results of `regularization`: its formulas computed once, its trained networks made up.

The networks take 16 programs; made-up numbers show whether claims follow from them, and one way of
training is run (`test_digit_dropout`), since all share `digit_fits`.
"""

import jax
import numpy as np
import pytest

from experiments.regularization import (
    early_stopping,
    linear_noise,
    noise,
    overfitting,
    penalties,
    soft_labels,
    weight_scaling,
)
from experiments.regularization.reading import logit_gap

SPLITS, SEEDS = 10, 16


@pytest.fixture(scope="session")
def formulas(computed_once):
    """The arrays of the parts that are compared with formulas, at seed 0 and small."""

    def compute():
        keys = jax.random.split(jax.random.key(0), 6)
        return {
            **penalties.compute(keys[0]),
            **early_stopping.compute(keys[1], 5, 500),
            **noise.compute(keys[2], 500),
            **soft_labels.compute(keys[3]),
            **weight_scaling.compute(keys[4], 500),
            **linear_noise.compute(keys[5], 2000, 100, 600),
        }

    return computed_once("regularization-formulas", compute)


def around(rng, spread, means, count):
    """(..., count) numbers around each of the means."""
    means = np.asarray(means, float)
    return means[..., None] + spread * rng.normal(size=(*means.shape, count))


@pytest.fixture
def digits():
    """Results in which shifts, prices and doubt do what they should, at some cost."""
    rng = np.random.default_rng(0)
    prices = np.array([0.0, 0.001, 0.01])
    activity = around(rng, 0.001, [50.0, 10.0, 3.0], SPLITS)
    gaps = logit_gap(2, 0.1) + np.array([[0.1], [0.05]]) + 0.1 * rng.normal(size=(2, 500))
    return {
        "shift_errors": around(rng, 0.001, [[0.04, 0.5], [0.05, 0.06]], SPLITS),
        "shift_example": rng.uniform(0, 1, (5, 64)),
        "activity_prices": prices,
        "active": around(rng, 0.001, [0.8, 0.3, 0.05], SPLITS),
        "activity": activity,
        "balance": prices[:, None] * activity,
        "sparse_errors": around(rng, 0.001, [0.04, 0.041, 0.042], SPLITS),
        "shown_units": np.maximum(rng.normal(size=(3, 100, 64)), 0),
        "noise_gaps": gaps,
        "wrong_share": around(rng, 0.001, 0.18, SPLITS),
        "wrong_errors": around(rng, 0.001, [0.18, 0.16, 0.15], SPLITS),
        "wrong_log_losses": around(rng, 0.001, [0.6, 0.7, 0.7], SPLITS),
        "wrong_learned": around(rng, 0.001, [1.0, 1.0, 0.9], SPLITS),
    }


@pytest.fixture
def training():
    """Results in which dropout helps the probabilities alone, and stopping helps at no decay."""
    rng = np.random.default_rng(0)
    errors = around(rng, 0.002, [[0.05, 0.051]], SPLITS)
    drawn = errors[0, 1] + around(rng, 0.002, [0.08, 0.03, 0.01, 0.003, 0.0], SPLITS)
    tests = around(rng, 0.002, [0.19, 0.13, 0.12], SEEDS)
    grid, entries = len(overfitting.GRID), 5
    return {
        "architectures": np.array(["2 × 128"]),
        "errors": errors,
        "log_losses": around(rng, 0.002, [[0.17, 0.12]], SPLITS),
        "drawn_errors": drawn,
        "drawn_log_losses": around(rng, 0.002, [0.2] * 5, SPLITS),
        "variation": around(rng, 0.002, 0.1, SPLITS),
        "last_train": around(rng, 0.002, [0.01] * 3, SEEDS),
        "truth_error": around(rng, 0.002, 0.09, SEEDS),
        "last_test": tests,
        "early_test": tests - around(rng, 0.002, [0.04, 0.0, 0.0], SEEDS),
        "sine_x": rng.uniform(-1, 1, 40),
        "sine_y": rng.normal(size=40),
        "last_curve": rng.normal(size=(3, SEEDS, grid)),
        "early_curve": rng.normal(size=(3, SEEDS, grid)),
        "last_train_path": rng.uniform(0, 0.2, (3, SEEDS, entries)),
        "last_watched_path": rng.uniform(0, 0.2, (3, SEEDS, entries)),
    }


@pytest.fixture
def results(formulas, training, digits):
    """The arrays of all parts."""
    return {**formulas, **training, **digits}
