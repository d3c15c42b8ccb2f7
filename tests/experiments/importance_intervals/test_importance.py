"""Are importances those of all permutations and the right rows, and intervals those of rules?"""

from itertools import permutations

import jax.numpy as jnp
import numpy as np
import pytest

from experiments.importance_intervals import least_squares
from experiments.importance_intervals.known_truths import closed_form
from experiments.importance_intervals.network_importance import Importance, cyclic_importance, loss
from experiments.importance_intervals.rules import calibrated

GENERATOR = np.random.default_rng(0)


def test_least_squares_importance_is_the_mean_over_all_permutations_of_the_drawn_rows():
    X, y = GENERATOR.normal(size=(6, 2)), GENERATOR.normal(size=6)
    counts = np.array([2, 0, 1, 1, 0, 2])
    coefficients = GENERATOR.normal(size=(1, 3))
    rows = np.repeat(np.arange(6), counts)
    base = (y[rows] - coefficients[0, 0] - X[rows] @ coefficients[0, 1:]) ** 2
    for column in range(2):
        rises = []
        for order in permutations(range(6)):
            moved = X[rows].copy()
            moved[:, column] = moved[list(order), column]
            errors = (y[rows] - coefficients[0, 0] - moved @ coefficients[0, 1:]) ** 2
            rises.append(errors.mean() - base.mean())
        found = least_squares.importance(X, y, counts[None].astype(float), coefficients)
        assert found[0, column] == pytest.approx(np.mean(rises))


def test_weighted_least_squares_is_that_of_repeated_rows():
    X, y, counts = GENERATOR.normal(size=(9, 2)), GENERATOR.normal(size=9), np.arange(9) % 3
    design = np.column_stack([np.ones(9), X]).repeat(counts, axis=0)
    expected = np.linalg.lstsq(design, y.repeat(counts))[0]
    np.testing.assert_allclose(least_squares.fit(X, y, counts[None].astype(float))[0], expected)


def test_a_cycle_moves_values_among_the_chosen_rows_alone():
    X = np.arange(20.0).reshape(5, 4)
    y = X @ np.arange(1.0, 5.0)
    X[4] = 1e6  # not in the cycle
    order = jnp.array([2, 0, 3, 1, 4])
    found = cyclic_importance(
        lambda rows: rows @ jnp.arange(1.0, 5.0),
        "quantitative",
        jnp.array(X),
        jnp.array(y),
        order,
        4,
        permutations=1,
    )
    chosen = X[[2, 0, 3, 1]]
    rises = [
        np.mean((slope * (np.roll(chosen[:, j], -2) - chosen[:, j])) ** 2)
        for j, slope in enumerate((1, 2, 3, 4))
    ]
    np.testing.assert_allclose(found, rises, rtol=1e-5)


def test_the_log_loss_of_a_mean_is_the_expected_loss():
    assert loss("binary", jnp.array(0.25), jnp.array(0.5)) == pytest.approx(np.log(2), rel=1e-5)
    assert closed_form("linear")[0] == pytest.approx(2 * 0.8**2)


def test_the_calibrated_interval_moves_the_fit_by_the_bias_of_simulated_refits():
    one = np.ones((1, 2, 1))
    refits = 5 + np.array([[[-1.0], [1.0]] * 50])
    fits = Importance(one, one, 4 * one, 3 * one, one)
    simulated = Importance(*[refits - 1] * 5)  # mean 4, so the bias is 1
    ends = calibrated(fits, Importance(*[refits] * 5), simulated)
    # |f* - own| is 0 or 2, and the deviation of refits 1.
    deviation = refits.std(ddof=1)
    np.testing.assert_allclose(ends[:, 0, 0], [3 - 2, 3 + 2], rtol=0.01)
    assert ends[1, 0, 0] - 3 == pytest.approx(2 / deviation * deviation)
