"""Do layers without matrices have the law of layers with them?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.propagation import measure, random_network
from jaxnn.propagation.random_layers import orthonormal

compiled_orthonormal = jax.jit(orthonormal)


def summary(found):
    """Means of many statistics over seeds, with their standard errors."""
    parts = [
        found.log_variance[:, 1:],
        found.log_gradient[:, :-1],
        found.correlation[:, :, 1:],
        found.log_variance[:, 2:3] * found.log_gradient[:, 1:2],
        found.correlation[:, 2:3, 1:] * found.log_gradient[:, 1:2, 1:],
        np.square(found.log_gradient[:, :-1]),
        found.log_gradient[:, :1, :1] * found.log_gradient[:, :1, 1:],
    ]
    flat = np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)
    return flat.mean(axis=0), flat.std(axis=0, ddof=1) / math.sqrt(len(flat))


# Few units, so that an error would be of order 1.
@pytest.mark.parametrize(
    "net",
    [
        random_network((4, 5, 5, 5, 5, 5), "tanh", 2.0, 0.3),
        random_network((4, 4, 4, 4, 4, 4), "softplus", 1.5, 0.0),
    ],
    ids=["tanh", "softplus"],
)
def test_implied_layers_have_the_law_of_drawn_layers(net):
    seeds = 6000
    (one, error), (other, other_error) = (
        summary(measure(jax.random.key(seed), net, seeds=seeds, draw_weights=drawn,
                        inputs=np.array([[1.0, -1, 2, 0.5], [0.3, 1, 1, -1]])))
        for seed, drawn in ((1, True), (2, False))
    )  # fmt: skip
    z = (one - other) / np.hypot(error, other_error)
    assert len(z) > 30
    assert np.abs(z).max() < 4.5
    assert np.std(z) < 1.6


@given(seed=st.integers(0, 2**16), shape=st.sampled_from([(1, 3), (2, 9), (4, 6), (4, 2)]))
def test_bases_are_orthonormal_and_span(seed, shape):
    rows, size = shape
    generator = np.random.default_rng(seed)
    values = generator.normal(size=(rows, size)) * 10.0 ** generator.integers(-20, 15, (rows, 1))
    values[generator.integers(rows)] *= generator.integers(2)  # sometimes a zero
    if rows > 1:
        values[-1] = 3 * values[0]  # and always one that adds no direction
    basis, coefficients = compiled_orthonormal(jnp.asarray(values, jnp.float32))
    found = np.asarray(coefficients, float) @ np.asarray(basis, float)
    scale = np.abs(values).max(axis=1, keepdims=True) + 1e-300
    np.testing.assert_allclose(found / scale, values / scale, atol=2e-5)
    gram = np.asarray(basis @ basis.T)
    used = np.diag(gram) > 0.5
    np.testing.assert_allclose(gram, np.diag(used.astype(float)), atol=2e-5)
    assert used.sum() <= size
    np.testing.assert_array_equal(np.triu(coefficients, 1), 0)
