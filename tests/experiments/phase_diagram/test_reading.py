"""Are accuracies, depths and growth rates computed correctly from the arrays?"""

import math

import numpy as np
import pytest

from experiments.phase_diagram.reading import best_accuracy, depth_reached, growth_rate


def test_the_growth_rate_is_the_log_of_a_mean():
    # Log-normal ratios of mean 1; the mean of logs would be -variance / 2 / layers.
    rng = np.random.default_rng(1)
    variance, layers = 0.5, 20
    logs = rng.normal(-variance / 2, math.sqrt(variance), 100_000)
    rate, error = growth_rate(logs, layers)
    assert rate == pytest.approx(0, abs=4 * error)
    assert error == pytest.approx(math.sqrt(math.expm1(variance) / 100_000) / layers, rel=0.05)


def test_ratios_beyond_the_range_of_floats_have_a_growth_rate():
    rate, error = growth_rate(np.array([900.0, 900.0, 900.0]), 30)
    assert rate == pytest.approx(30) and error == 0


def test_the_better_rate_counts_and_a_diverged_start_counts_as_zero():
    accuracy = np.zeros((2, 2, 2, 2))
    accuracy[0, 0] = [[0.2, 0.4], [0.9, np.nan]]
    accuracy[1, 1] = [[0.5, 0.7], [np.nan, np.nan]]
    best = best_accuracy({"map_accuracy": accuracy})
    np.testing.assert_allclose(best, [[0.45, 0], [0, 0.6]])


def test_the_depth_reached_is_interpolated_between_cells():
    accuracy = np.array([[0.9, 0.4, 0.9], [0.7, 0.3, 0.8], [0.3, 0.1, 0.7]])[:, :, None, None]
    results = {
        "map_accuracy": accuracy,
        "map_depths": np.array([4, 10, 40]),
        "map_weight_variances": np.arange(3),
    }
    found = depth_reached(results, 0.5)
    np.testing.assert_allclose(found, [20, np.nan, np.nan])
