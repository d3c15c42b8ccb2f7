"""Are the closed forms of linear networks right, and do starts have the documented modes?"""

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.learning_dynamics import linear_modes
from jaxnn import MLP
from jaxnn.mlp import Layer


@given(s=st.floats(0.3, 8), start=st.floats(1e-6, 0.05), t=st.floats(0, 4))
def test_the_formula_solves_its_differential_equation(s, start, t):
    u, step = linear_modes.mode_strength, 1e-5
    slope = (u(t + step, s, start) - u(t - step, s, start)) / (2 * step)
    here = u(t, s, start)
    assert slope == pytest.approx(2 * here * (s - here), rel=1e-5, abs=1e-8)
    assert u(0, s, start) == pytest.approx(start, rel=1e-12)
    assert u(linear_modes.half_time(s, start), s, start) == pytest.approx(s / 2, rel=1e-9)


def test_half_times_of_three_modes_equal_known_values():
    found = linear_modes.half_time(np.array([4.0, 2.0, 1.0]), 1e-3)
    np.testing.assert_allclose(found, [1.03672, 1.90010, 3.45338], atol=5e-6)


@pytest.mark.parametrize(("s", "start"), [(7.0, 1e-4), (0.8, 0.01)])
def test_the_lag_is_that_of_gradient_descent_by_hand(s, start):
    rate = 1e-4
    root, steps = math.sqrt(start), 0
    while root**2 < s / 2:
        last, root, steps = root, root + rate * root * (s - root**2), steps + 1
    share = (s / 2 - last**2) / (root**2 - last**2)
    late = (steps - 1 + share) * rate - linear_modes.half_time(s, start)
    assert late / rate == pytest.approx(linear_modes.half_time_lag(s, start), rel=0.01)


def test_half_times_are_interpolated_between_records():
    times = np.array([0.0, 1.0, 2.0])
    courses = np.array([[[0.0, 0.0, 0.9], [1.0, 0.0, 1.2], [4.0, 0.1, 1.3]]])
    found = linear_modes.half_times(times, courses, np.array([4.0, 1.0, 2.0]))
    np.testing.assert_allclose(found, [[1 + 1 / 3, np.nan, 1 / 3]])


def test_an_aligned_start_has_the_given_modes(key, small):
    settings = small.linear
    key_task, key_directions = jax.random.split(key)
    with jax.enable_x64(True):
        task = linear_modes.random_task(key_task, settings)
        directions = linear_modes.orthonormal(key_directions, 5, 2)
        starts = jnp.array([0.3, 0.02])
        params = linear_modes.aligned(task, directions, starts)
        product = task.inputs.T @ params[0].weights @ params[1].weights @ task.outputs
        np.testing.assert_allclose(product, np.diag(starts), atol=1e-15)
        found = linear_modes.effective_starts(task, params)
        np.testing.assert_allclose(found, starts, rtol=1e-12)
        X, Y = task.rows()
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-15)
        np.testing.assert_allclose(X.T @ X / len(X), np.eye(4), atol=1e-14)
        # Half the squared distance of the maps, sum over modes of (s - u)^2 / 2.
        value = linear_modes.loss(settings.net, params, X, Y)
        assert value == pytest.approx(float(jnp.sum((task.strengths - starts) ** 2)) / 2, rel=1e-12)


def test_random_starts_grow_by_the_mean_of_both_layers(key, small):
    # W_1^T p = a, W_2 q = -a: the mean is 0 and nothing grows.
    settings = dataclasses.replace(small.linear, strengths=(3.0,))
    with jax.enable_x64(True):
        task = linear_modes.random_task(key, settings)
        a = jnp.arange(1.0, 6.0)[:, None] / 10
        first, second = task.inputs @ a.T, -a @ task.outputs.T
        params = (
            Layer(first, jnp.zeros(5)),
            Layer(second, jnp.zeros(3)),
        )
        assert linear_modes.effective_starts(task, params)[0] < 1e-30


def test_the_network_is_one_of_the_librarys(small):
    assert small.linear.net == MLP((4, 5, 3), "identity", initializer="zeros")
