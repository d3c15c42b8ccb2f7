"""Are the penalties and their derivatives those of the formulas?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import (
    MLP,
    ElasticNet,
    Fitter,
    InputError,
    InputTypeError,
    NormalPrior,
    Recipe,
    init,
)

FACTORS = st.just(0.0) | st.floats(1e-3, 100)


@given(FACTORS, FACTORS, st.integers(0, 1000))
def test_value_and_derivative_are_those_of_the_formula(l2, l1, seed):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(2, 3)), rng.normal(size=(3, 1))]
    with jax.enable_x64(True):
        value, gradient = jax.value_and_grad(ElasticNet(l1, l2))([*map(jnp.asarray, weights)])
    flat = np.concatenate([w.ravel() for w in weights])
    np.testing.assert_allclose(value, l2 / 2 * np.sum(flat**2) + l1 * np.sum(np.abs(flat)))
    for found, w in zip(gradient, weights, strict=True):
        np.testing.assert_allclose(found, l2 * w + l1 * np.sign(w))


def test_without_factors_the_penalty_is_zero():
    assert ElasticNet()([jnp.ones((2, 2))]) == 0
    np.testing.assert_array_equal(jax.grad(ElasticNet())([jnp.ones((2, 2))])[0], 0)


def test_the_derivative_at_a_zero_weight_is_zero():
    gradient = jax.grad(ElasticNet(l2=1.0, l1=2.0))([jnp.zeros((1, 2))])[0]
    np.testing.assert_array_equal(gradient, 0)


def test_the_penalty_has_the_precision_of_the_weights():
    assert ElasticNet(l2=0.5)([jnp.ones((2, 2), jnp.float16)]).dtype == jnp.float16


def test_penalties_are_equal_if_their_factors_are():
    assert ElasticNet(l2=0.1) == ElasticNet(0.0, 0.1) != ElasticNet(l1=0.1)
    assert hash(ElasticNet(l2=0.1)) == hash(ElasticNet(0.0, 0.1))


@pytest.mark.parametrize("name", ["l2", "l1"])
@pytest.mark.parametrize("value", [-1e-9, float("nan"), float("inf"), "a", None, [1.0]])
def test_impossible_factors_are_refused(name, value):
    with pytest.raises(InputError, match=rf"{name} is .*; pass a finite number"):
        ElasticNet(**{name: value})


def test_the_normal_prior_is_minus_the_log_density_over_the_rows(key):
    params = init(key, MLP((3, 4, 1), response="binary"))
    weights = [layer.weights for layer in params]
    log_prior = sum(
        jax.scipy.stats.norm.logpdf(w, scale=len(w) ** -0.5).sum()
        - jax.scipy.stats.norm.logpdf(jnp.zeros_like(w), scale=len(w) ** -0.5).sum()
        for w in weights
    )
    assert NormalPrior(50)(weights) == pytest.approx(-float(log_prior) / 50, rel=1e-5)
    assert NormalPrior(50, 0.1)(weights) == pytest.approx(-float(log_prior) / 500, rel=1e-5)


@pytest.mark.parametrize(
    ("rows", "strength", "message"),
    [
        (0, 1.0, "rows is 0"),
        (2.5, 1.0, "rows is 2.5"),
        (10, -1.0, "strength is -1.0"),
        (10, float("nan"), "strength is nan"),
    ],
)
def test_an_impossible_prior_is_refused(rows, strength, message):
    with pytest.raises(InputError, match=message):
        NormalPrior(rows, strength)


@pytest.mark.parametrize(
    ("penalty", "error", "message"),
    [
        (lambda weights: weights[0], InputError, r"returns float32 of shape \(2, 3\); pass"),
        (lambda weights: None, InputError, "returns a value of type NoneType; pass functions"),
        (lambda weights: 1, InputError, r"returns int32 of shape \(\); pass functions that return"),
        (lambda weights: weights["a"], InputTypeError, "fails for the list of weight matrices wi"),
        (lambda: 0.0, InputTypeError, "regularizers holds the function <lambda>, which fails"),
    ],
)
def test_a_function_that_is_no_penalty_is_refused_before_a_fit(penalty, error, message):
    with pytest.raises(error, match=message):
        Fitter(MLP((2, 3, 1)), Recipe(regularizers=(penalty,)))
