"""Is a batch normalised, and its gradient right, with weights, padding and scales?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn.mlp import Layer
from jaxnn.regularizers.batch_normalization import (
    Moments,
    NormalizedLayer,
    folded,
    moments,
    normalized,
    shares_of,
)

EPSILON = 1e-3
UNITS, ROWS = 3, 12


def plain(z, scales, shifts, weights, epsilon=EPSILON):
    """The formula, as a layer of PyTorch computes it in training, for rows repeated by weight."""
    share = (weights / np.sum(weights))[None]
    mean = jnp.sum(share * z, axis=1, keepdims=True)
    variance = jnp.sum(share * (z - mean) ** 2, axis=1, keepdims=True)
    return scales[:, None] * (z - mean) / jnp.sqrt(variance + epsilon) + shifts[:, None]


@pytest.fixture(scope="module")
def batch():
    with jax.enable_x64(True):
        rng = np.random.default_rng(0)
        z = rng.normal(size=(UNITS, ROWS)) * [[0.01], [1.0], [30.0]] + 2
        weights = np.array([1.0, 2, 1, 3, 1, 0, 1, 2, 1, 1, 0, 1])
        scales, shifts, target = (rng.normal(size=size) for size in (UNITS, UNITS, (UNITS, ROWS)))
        yield tuple(map(jnp.asarray, (z, scales, shifts, weights, target)))


def test_values_and_derivatives_are_those_of_the_formula(batch):
    z, scales, shifts, weights, target = batch

    def loss(function, *arguments):
        return jnp.sum(weights * jnp.sum((function(*arguments) - target) ** 3, axis=0))

    def ours(*arguments):
        return normalized(*arguments, shares_of(weights), EPSILON)

    found = jax.value_and_grad(lambda *a: loss(ours, *a), (0, 1, 2))(z, scales, shifts)
    expected = jax.value_and_grad(lambda *a: loss(lambda *b: plain(*b, weights), *a), (0, 1, 2))(
        z, scales, shifts
    )
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def test_a_row_of_weight_two_is_two_rows_and_one_of_weight_zero_is_none(batch):
    z, scales, shifts, weights, _ = batch
    counts = np.array(weights, int)
    repeated = jnp.asarray(np.repeat(np.array(z), counts, axis=1))
    equal = shares_of(jnp.ones(repeated.shape[1]))
    found = normalized(z, scales, shifts, shares_of(weights), EPSILON)
    expected = normalized(repeated, scales, shifts, equal, EPSILON)
    np.testing.assert_allclose(np.repeat(found, counts, axis=1), expected, rtol=1e-12)
    # Rows without weight do not become large.
    np.testing.assert_array_equal(found[:, counts == 0], jnp.stack([shifts, shifts], axis=1))


def test_a_normalised_batch_has_mean_zero_and_variance_just_below_one(batch):
    z, _, _, weights, _ = batch
    shares = shares_of(weights)
    found = normalized(z, jnp.ones(UNITS), jnp.zeros(UNITS), shares, EPSILON)
    mean, variance = moments(found, shares)
    before = moments(z, shares).variance
    np.testing.assert_allclose(mean, 0, atol=1e-12)
    np.testing.assert_allclose(variance, before / (before + EPSILON), rtol=1e-10)


def test_the_length_of_the_weights_does_not_matter():
    """BN(x a W) = BN(x W), the gradient at a W is 1/a of that at W, and it is orthogonal to W."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(1)
        h, W, target = (jnp.asarray(rng.normal(size=s)) for s in ((4, 20), (4, 3), (3, 20)))
        one, zero, shares = jnp.ones(3), jnp.zeros(3), jnp.full(20, 0.05)

        def loss(W):
            return jnp.mean((normalized(W.T @ h, one, zero, shares, 1e-300) - target) ** 2)

        (value, gradient), (scaled, small) = (jax.value_and_grad(loss)(a * W) for a in (1, 4))
        np.testing.assert_allclose(scaled, value, rtol=1e-12)
        np.testing.assert_allclose(small, gradient / 4, rtol=1e-9)
        np.testing.assert_allclose(jnp.sum(W * gradient, axis=0), 0, atol=1e-15)


def test_a_folded_layer_computes_the_same(batch):
    z, scales, shifts, weights, _ = batch
    W = jnp.eye(UNITS)  # z is the input
    found = folded(NormalizedLayer(W, shifts, scales), moments(z, shares_of(weights)), EPSILON)
    assert isinstance(found, Layer)
    np.testing.assert_allclose(
        found.weights.T @ z + found.biases[:, None], plain(z, scales, shifts, weights), rtol=1e-9
    )
    stacked = jax.tree.map(lambda leaf: jnp.stack([leaf, 2 * leaf]), (W, shifts, scales))
    both = folded(
        NormalizedLayer(*stacked), Moments(jnp.ones((2, UNITS)), jnp.ones((2, UNITS))), EPSILON
    )
    assert both.weights.shape == (2, UNITS, UNITS) and both.biases.shape == (2, UNITS)
