"""Do initial weights have the scale of their scheme, whatever the shape of the layer?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from jaxnn import MLP, InputError, init
from jaxnn.initializers import (
    INITIALIZERS,
    Scaled,
    constant,
    initializer,
    normal,
    orthogonal,
    sparse,
)

SHAPES = [(30, 200), (200, 30)]  # 6000 weights: the standard error of a variance is 1.8%

VARIANCES = {
    "lecun_normal": lambda m, n: 1 / m,
    "he_normal": lambda m, n: 2 / m,
    "he_uniform": lambda m, n: 2 / m,
    "glorot_uniform": lambda m, n: 2 / (m + n),
    "glorot_normal": lambda m, n: 2 / (m + n),
    "standard_uniform": lambda m, n: 1 / (3 * m),
}
BOUNDS = {
    "he_uniform": lambda m, n: np.sqrt(6 / m),
    "glorot_uniform": lambda m, n: np.sqrt(6 / (m + n)),
    "standard_uniform": lambda m, n: 1 / np.sqrt(m),
}


def drawn(scheme, shape, seed=0):
    return np.asarray(initializer(scheme)(jax.random.key(seed), shape, jnp.float32), np.float64)


def check_moments(weights, variance, uniform):
    """Mean and variance within 4.5 standard errors."""
    count, kurtosis = weights.size, 1.8 if uniform else 3.0
    assert abs(weights.mean()) < 4.5 * np.sqrt(variance / count)
    assert abs(weights.var() - variance) < 4.5 * variance * np.sqrt((kurtosis - 1) / count)
    # Half the least difference between two schemes is 25% of the variance, far outside of that.
    assert 4.5 * np.sqrt((kurtosis - 1) / count) < 0.1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", sorted(VARIANCES))
def test_weights_have_the_moments_and_distribution_of_their_scheme(name, shape):
    weights = drawn(name, shape)
    check_moments(weights, VARIANCES[name](*shape), name in BOUNDS)
    if name in BOUNDS:
        bound = BOUNDS[name](*shape)
        assert np.abs(weights).max() <= bound * (1 + 1e-6)
        assert np.abs(weights).max() > 0.998 * bound
        assert stats.kstest(weights.ravel() / bound, stats.uniform(-1, 2).cdf).pvalue > 1e-4
    else:
        deviation = np.sqrt(VARIANCES[name](*shape))
        assert stats.kstest(weights.ravel() / deviation, stats.norm.cdf).pvalue > 1e-4


@pytest.mark.parametrize("name", sorted(VARIANCES))
def test_the_weights_of_a_network_have_the_moments_of_their_layers(name):
    """One draw for all layers, each scaled by its own sizes."""
    net = MLP((30, 200, 30), initializer=name)
    for layer, shape in zip(init(jax.random.key(1), net), SHAPES, strict=True):
        check_moments(np.asarray(layer.weights, float), VARIANCES[name](*shape), name in BOUNDS)


@pytest.mark.parametrize("name", sorted(set(VARIANCES) - {"standard_uniform"}))
def test_the_scales_are_those_of_jax(name):
    """By the moments of JAX's own draw; its normal schemes are truncated but scaled back."""
    weights = np.asarray(getattr(jax.nn.initializers, name)()(jax.random.key(5), SHAPES[0]))
    check_moments(weights, VARIANCES[name](*SHAPES[0]), name in BOUNDS)


def test_normal_weights_have_the_given_deviation():
    for shape in SHAPES:
        check_moments(drawn(normal(0.3), shape), 0.09, uniform=False)
    assert normal(0.3) == normal(0.3) and hash(normal(0.3)) == hash(normal(0.3))


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 1), (1, 4), (6, 6), (3, 8), (8, 3)])
@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_orthogonal_weights_have_orthogonal_rows_or_columns(inputs, outputs, scale):
    weights = drawn(orthogonal(scale), (inputs, outputs))
    product = weights.T @ weights if inputs >= outputs else weights @ weights.T
    np.testing.assert_allclose(product, scale**2 * np.eye(min(inputs, outputs)), atol=2e-5)


def test_orthogonal_matrices_are_uniformly_distributed():
    keys = jax.random.split(jax.random.key(0), 400)
    draws = np.asarray(jax.vmap(lambda k: orthogonal()(k, (3, 2), jnp.float32))(keys))
    # Var = 1/max(m, n) with mean zero, both by symmetry; the variance of w^2 is below 1/9.
    assert np.abs(draws.mean(axis=0)).max() < 4.5 * np.sqrt(1 / 3 / 400)
    assert np.abs((draws**2).mean(axis=0) - 1 / 3).max() < 4.5 * np.sqrt(1 / 9 / 400)


@given(st.integers(1, 6), st.sampled_from([6, 9]), st.integers(0, 100))
def test_sparse_units_have_exactly_k_weights(nonzeros, inputs, seed):
    weights = drawn(sparse(nonzeros), (inputs, 7), seed)
    np.testing.assert_array_equal((weights != 0).sum(axis=0), nonzeros)


def test_sparse_weights_are_at_random_places_and_normal():
    weights = drawn(sparse(3, 2.0), (12, 2000))
    places = (weights != 0).sum(axis=1)
    assert stats.chisquare(places).pvalue > 1e-4
    assert stats.kstest(weights[weights != 0] / 2, stats.norm.cdf).pvalue > 1e-4


def test_constant_weights_are_constant():
    np.testing.assert_array_equal(drawn(constant(0.25), (2, 3)), 0.25)
    np.testing.assert_array_equal(drawn("zeros", (2, 3)), 0)


def test_equal_schemes_are_equal():
    """So that two equal networks share a compiled program."""
    for one, same, other in (
        (sparse(2), sparse(2), sparse(3)),
        (constant(0.5), constant(0.5), constant(0.25)),
        (orthogonal(2.0), orthogonal(2.0), orthogonal(3.0)),
    ):
        assert one == same != other
        assert MLP((3, 1), initializer=one) == MLP((3, 1), initializer=same)


def test_every_scheme_is_tested():
    assert set(INITIALIZERS) == {*VARIANCES, "orthogonal", "zeros"}


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_every_scheme_has_double_precision_if_enabled(name):
    with jax.enable_x64(True):
        weights = initializer(name)(jax.random.key(0), (2, 3))
        assert weights.dtype == jnp.float64


def test_a_scheme_is_a_function_of_key_shape_and_dtype():
    assert isinstance(INITIALIZERS["he_normal"], Scaled)
    for name in set(INITIALIZERS) - {"orthogonal"}:  # there is no such decomposition
        assert initializer(name)(jax.random.key(0), (2, 3), jnp.float16).dtype == jnp.float16


def test_unknown_names_and_impossible_counts_are_refused():
    with pytest.raises(InputError, match="initializer is 'he_norml'; did you mean 'he_normal'"):
        initializer("he_norml")
    with pytest.raises(InputError, match="nonzeros is 0"):
        sparse(0)
    with pytest.raises(InputError, match="nonzeros is 5, but a layer has 3 inputs"):
        init(jax.random.key(0), MLP((3, 1), initializer=sparse(5)))
    for wrong in (2.5, "two", None):
        with pytest.raises(InputError, match="nonzeros is"):
            sparse(wrong)
