"""Are the constants of random cosines right, and is their error computed as it is defined?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.universal_approximation import random_cosines


@pytest.mark.parametrize(("dimension", "deviation"), [(10, 0.5), (50, 0.3), (3, 1.2), (1, 0.7)])
def test_the_constant_agrees_with_quadrature(dimension, deviation):
    # |x| is deviation times a chi variable; its density by the gamma function, on a fine grid.
    t = np.linspace(0, 8 * math.sqrt(dimension), 400_001)[1:]
    log_density = (
        (dimension - 1) * np.log(t)
        - t**2 / 2
        - (dimension / 2 - 1) * math.log(2)
        - math.lgamma(dimension / 2)
    )
    density = np.exp(log_density) * (t[1] - t[0])
    assert density.sum() == pytest.approx(1, abs=1e-4)
    at_points = np.expm1(-((deviation * t) ** 2)) ** 2 / 2
    expected = density @ at_points
    assert random_cosines.constant(dimension, deviation) == pytest.approx(expected, rel=1e-4)


def test_the_constants_of_the_figure_are_as_tabulated():
    assert random_cosines.constant(10, 0.5) == pytest.approx(0.3839378, abs=1e-7)
    assert random_cosines.constant(50, 0.3) == pytest.approx(0.4842724, abs=1e-7)


def test_the_error_of_given_cosines_agrees_with_a_calculation_by_hand():
    X = jnp.array([[0.3, -0.2], [1.0, 0.5], [0.0, 0.0]])
    units = np.asarray(jax.random.normal(jax.random.key(4), (2, 3)), float)
    found = random_cosines.mean_squared_errors((1, 3), jax.random.key(4), X)
    rows = np.asarray(X, float)
    bump = np.exp(-np.sum(rows**2, axis=1) / 2)
    waves = np.cos(rows @ units)
    expected = [np.mean((waves[:, :m].mean(axis=1) - bump) ** 2) for m in (1, 3)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert random_cosines.variance(rows)[2] == 0
