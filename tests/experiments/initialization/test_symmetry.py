"""Do copies remain copies, and learn like a network of width one?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jaxnn
from experiments.initialization import symmetry
from jaxnn.initializers import constant


@settings(max_examples=3)
@given(
    weight=st.floats(-1.5, 1.5).filter(lambda w: abs(w) > 0.01),
    hidden=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    activation=st.sampled_from(["tanh", "sigmoid", "softplus"]),
)
def test_equal_weights_stay_equal_in_a_fit_of_the_library(weight, hidden, activation):
    X, y = symmetry.surface(5)
    net = jaxnn.MLP((2, *hidden, 1), activation, initializer=constant(weight))
    recipe = jaxnn.Recipe("adam", 0.02, epochs=60)
    with jax.enable_x64(True):
        params = jaxnn.fit(jax.random.key(1), net, X, y, recipe).params
    params = jax.tree.map(np.asarray, params)
    # Adam divides by the size of the gradient, which may enlarge rounding where that is small.
    assert symmetry.largest_difference(params) <= 1e-9
    assert np.abs(params[0].weights - weight).max() > 1e-3


def test_copies_learn_like_a_network_of_width_one():
    X, y = symmetry.surface(6)
    with jax.enable_x64(True):
        net = jaxnn.MLP((2, 7, 3, 5, 1), "tanh")
        params = symmetry.equal_parameters(net, 0.4)
        narrow_net = jaxnn.MLP((2, 1, 1, 1, 1), "tanh")
        rates = symmetry.equal_rates(params, 0.05)
        wide = symmetry.descend(net, params, rates, X, y, 9, 25)
        narrow = symmetry.descend(
            narrow_net,
            symmetry.narrowed(params),
            symmetry.narrowed_rates(params, 0.05),
            X,
            y,
            9,
            25,
        )
        uniform = symmetry.descend(
            narrow_net,
            symmetry.narrowed(params),
            symmetry.equal_rates(symmetry.narrowed(params), 0.05),
            X,
            y,
            9,
            25,
        )
        same = symmetry.narrowed(wide.params)
    np.testing.assert_allclose(wide.loss, narrow.loss, rtol=1e-12)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-12), same, narrow.params)
    assert np.abs(np.subtract(uniform.loss, narrow.loss)).max() > 1e-3  # the learning rates matter
    assert float(wide.loss[-1]) < 0.5 * float(wide.loss[0])


def test_distances_between_units_agree_with_a_calculation_by_hand():
    weights = jnp.array([[1.0, 3.0], [2.0, 2.0]])  # two units of two inputs
    layers = (
        jaxnn.Layer(weights, jnp.array([0.0, 4.0])),
        jaxnn.Layer(jnp.ones((2, 1)), jnp.zeros(1)),
    )
    vectors = symmetry.unit_vectors(layers)
    np.testing.assert_array_equal(vectors, [[1, 2, 0, 1], [3, 2, 4, 1]])
    assert symmetry.distance_between_units(vectors) == pytest.approx(math.sqrt(1 + 4))
    assert symmetry.largest_difference(layers) == 4
    assert symmetry.largest_difference(symmetry.equal_parameters(jaxnn.MLP((2, 3, 1)), 2.0)) == 0
