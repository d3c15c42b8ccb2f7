"""Do narrow networks follow the theory with its term of order 1/n, where the limit fails?"""

import jax
import numpy as np
import pytest

from experiments.shared import finite_width
from jaxnn import propagation

WIDTH, LAYERS, FIRST, SEEDS = 24, 10, 3, 20_000
SCALES = (2.5, 0.05)


@pytest.fixture(scope="module")
def measured():
    net = propagation.random_network((WIDTH,) * (LAYERS + 1), "tanh", *SCALES)
    return propagation.measure(jax.random.key(0), net, seeds=SEEDS, correlation=0.5)


@pytest.fixture(scope="module")
def course():
    start = finite_width.first_layer(2.55, 1.3)  # inputs of mean square 1 and correlation 1/2
    return finite_width.layers(start, finite_width.TANH, SCALES, WIDTH, LAYERS)


def errors(values):
    return values.std(axis=0, ddof=1) / len(values) ** 0.5


def test_the_limit_is_the_theory_of_infinite_width(course):
    theory = propagation.trajectory("tanh", *SCALES, LAYERS, correlation=0.5)
    limits = np.array([layer.limit for layer in course])
    np.testing.assert_allclose(limits[:, 0], theory.variance, rtol=1e-7)
    np.testing.assert_allclose(limits[:, 1] / limits[:, 0], theory.correlation, atol=1e-7)


def test_variances_of_narrow_networks_have_the_shift_of_theory(measured, course):
    found = np.exp(measured.log_variance[..., 0])
    limits = np.array([layer.limit[0] for layer in course])
    corrected = limits + [layer.shift[0] for layer in course]
    off = np.abs(found.mean(axis=0) - corrected) / errors(found)
    assert off.max() < 4
    assert (np.abs(found.mean(axis=0) - limits) / errors(found)).max() > 4


def test_correlations_of_narrow_networks_have_the_shift_of_theory(measured, course):
    found = measured.correlation[..., 1]
    corrected = [finite_width.correlation(layer, WIDTH) for layer in course]
    assert found.mean(axis=0) == pytest.approx(corrected, abs=10 / WIDTH**2)
    limits = np.array([layer.limit[1] / layer.limit[0] for layer in course])
    assert np.abs(found.mean(axis=0) - limits).max() > 0.02


def test_gradients_of_narrow_networks_grow_at_the_rate_of_theory(measured, course):
    count = LAYERS - 1 - FIRST
    logs = finite_width.log_mean_gradient(course[FIRST], finite_width.TANH, SCALES, WIDTH, count)
    limit, corrected = np.exp(logs)
    gradient = measured.log_gradient[..., 0]
    ratios = np.exp(gradient[:, FIRST] - gradient[:, -1])
    assert abs(ratios.mean() - corrected) < 4 * errors(ratios)
    assert abs(ratios.mean() - limit) > 4 * errors(ratios)
