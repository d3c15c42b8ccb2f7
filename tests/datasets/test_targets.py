"""Are targets the functions that they name, sampled in their cube?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn.datasets import (
    TARGETS,
    Target,
    fold,
    nested_differences,
    product,
    radial_sine,
    sample_target,
    sine_tree,
    tanh_teacher,
    target,
    tent,
)
from jaxnn.errors import InputError


def test_fold_is_four_rectifiers():
    X = np.random.default_rng(0).uniform(-1, 1, (200, 8))
    values = jax.vmap(fold)(X)
    np.testing.assert_allclose(values, np.abs(np.abs(X.sum(axis=1)) - 1.2), atol=1e-6)
    slopes, knots, outer = np.array([-1, 1, 1, 1]), np.array([-1.2, -1.2, 0, 1.2]), [1, 1, -2, 2]
    hidden = np.maximum(slopes * (X.sum(axis=1)[:, None] - knots), 0)
    np.testing.assert_allclose(values, hidden @ outer, atol=1e-6)


def test_nested_differences_and_products_by_hand():
    x = jnp.array([5.0, 1.0, 2.0, 4.0])  # |4| and |-2|, then 2
    assert nested_differences(x) == 2
    assert nested_differences(jnp.concatenate([x, -x])) == 0
    assert product(x) == 40
    assert product(x, 0.5) == 2.5
    with pytest.raises(InputError, match="x has 3 entries; a binary tree needs 2, 4, 8"):
        nested_differences(x[:3])


def test_sines_by_hand():
    x = jnp.array([0.1, 0.2, 0.3, 0.2])  # sin(0.3 pi) and sin(0.5 pi) = 1
    expected = np.sin(np.pi * (np.sin(0.3 * np.pi) + 1))
    assert sine_tree(x) == pytest.approx(expected, abs=1e-5)
    assert radial_sine(x) == pytest.approx(np.sin(2 * np.pi * 0.18), abs=1e-5)
    with pytest.raises(InputError, match="x has 6 entries; a binary tree needs"):
        sine_tree(jnp.ones(6))


@pytest.mark.parametrize("times", [1, 3, 5, 8])
def test_the_tent_alternates(times):
    teeth = 2**times
    x = jnp.arange(teeth + 1) / teeth
    values = jax.vmap(lambda h: tent(h, times))(x)
    np.testing.assert_array_equal(values, np.arange(teeth + 1) % 2)
    middles = jax.vmap(lambda h: tent(h, times))(x[:-1] + 0.5 / teeth)
    np.testing.assert_array_equal(middles, 0.5)


def test_a_tanh_teacher_is_a_function_of_its_key():
    teacher = tanh_teacher(jax.random.key(3), 8)
    same = tanh_teacher(jax.random.key(3), 8)
    other = tanh_teacher(jax.random.key(4), 8)
    x = jnp.linspace(-1, 1, 8)
    assert teacher(x).shape == ()
    assert teacher(x) == same(x)
    assert teacher(x) != other(x)
    assert jax.jit(lambda f, x: f(x))(teacher, x) == pytest.approx(float(teacher(x)), rel=1e-5)
    X = np.random.default_rng(0).uniform(-1, 1, (500, 8))
    values = np.asarray(jax.vmap(teacher)(X))
    linear = np.c_[np.ones(500), X]
    residual = np.linalg.lstsq(linear, values, rcond=None)[1][0] / 500
    assert residual > 0.2 * values.var()  # a plane does not explain it
    with pytest.raises(InputError, match="depth is 0; pass a whole number of at least 1"):
        tanh_teacher(jax.random.key(3), 8, depth=0)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_targets_are_sampled_in_their_cube(name):
    truth = target(name)
    sample = jax.jit(lambda key: sample_target(key, 4000, name, noise=0.25))
    X, y, mean = jax.device_get(sample(jax.random.key(0)))
    assert X.shape == (4000, truth.inputs)
    assert y.shape == mean.shape == (4000,)
    assert truth.low <= X.min() < X.max() <= truth.high
    assert X.max() - X.min() > 0.99 * (truth.high - truth.low)
    np.testing.assert_allclose(jax.vmap(truth.function)(X), mean, rtol=1e-6)
    assert mean.std() > 0.05
    assert abs((y - mean).std() - 0.25) < 5 * 0.25 / 8000**0.5
    assert abs((y - mean).mean()) < 5 * 0.25 / 4000**0.5


def test_curves_are_what_their_names_say():
    x = np.linspace(0, 1, 11)
    for name, expected in [
        ("square", x**2),
        ("exponential", np.exp(3 * x)),
        ("sine", np.sin(2 * np.pi * x)),
        ("sine_period", np.sin(np.pi * x)),
        ("sine_periods", np.sin(2 * np.pi * x)),
    ]:
        np.testing.assert_allclose(
            jax.vmap(target(name).function)(x[:, None]), expected, rtol=1e-5, atol=1e-6
        )


def test_an_unknown_target_is_refused():
    with pytest.raises(InputError, match="name is 'folds'; did you mean 'fold'"):
        target("folds")


def test_a_target_of_ones_own(key):
    sample = sample_target(key, 5, Target(lambda x: x[0] - x[1], 2, 3.0, 4.0))
    np.testing.assert_array_equal(sample.y, sample.X[:, 0] - sample.X[:, 1])
    np.testing.assert_array_equal(sample.y, sample.mean)
    assert sample.X.min() >= 3


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        (3, "^truth is 3; known: "),
        ("flod", "^truth is 'flod'; did you mean 'fold'"),
        (np.arange(2), "^truth is an array of int64"),
        (Target(lambda x: x, 2), r"^function returns an array of float32 with shape \(2,\)"),
        (Target(lambda x: None, 2), "^function returns None; pass a JAX function of one example"),
    ],
)
def test_a_target_that_returns_no_number_is_refused(truth, message, key):
    with pytest.raises(InputError, match=message):
        sample_target(key, 5, truth)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"function": None}, "^function is None; pass a JAX function"),
        ({"function": lambda: 1.0}, "^function cannot be called with 1 argument"),
        ({"inputs": 2.0}, "^inputs is 2.0; pass a whole number"),
        ({"low": np.nan}, "^low is nan; pass a finite number"),
        ({"high": -3}, "^high is -3; pass a number above low"),
    ],
)
def test_a_target_on_no_cube_is_refused(wrong, message):
    with pytest.raises(InputError, match=message):
        Target(**{"function": np.sum, "inputs": 2} | wrong)
