"""Are the exact minima minima?"""

import jax
import numpy as np

from experiments.shared import exact_regression


def test_newton_solves_the_likelihood_equations():
    x = np.array([[-1.0, -0.3, 0.2, 0.9, 2.0], [0.1, 0.5, -2.0, 1.0, 0.0]])
    y = np.array([[0, 1, 0, 1, 1], [1, 0, 0, 0, 1]])
    intercept, slope = exact_regression.newton(x, y)
    residual = y - 1 / (1 + np.exp(-(intercept[:, None] + slope[:, None] * x)))
    assert np.abs(slope).min() > 0.1
    np.testing.assert_allclose(residual.sum(1), 0, atol=1e-12)
    np.testing.assert_allclose((residual * x).sum(1), 0, atol=1e-12)


def test_least_squares_agrees_with_numpy(key):
    x, y = np.asarray(jax.random.normal(key, (2, 3, 20)), float)
    found = exact_regression.least_squares(x, y)
    expected = [np.polyfit(a, b, 1)[::-1] for a, b in zip(x, y, strict=True)]
    np.testing.assert_allclose(found.T, expected, rtol=1e-10)
