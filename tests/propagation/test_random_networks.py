"""Are random networks described and drawn as mean-field theory says?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn
from jaxnn import InputError, InputTypeError
from jaxnn.initializers import Scaled
from jaxnn.propagation import NormalBiases, random_network
from jaxnn.propagation.random_networks import has_gaussian_weights, split_scales


def test_weights_and_biases_have_the_given_variances(key):
    net = random_network((300, 400), "tanh", 2.5, 0.7)
    assert net.initializer == Scaled(2.5, "fan_in", "normal")
    (layer,) = jaxnn.init(key, net)
    assert float(layer.weights.var()) * 300 == pytest.approx(2.5, rel=4 * math.sqrt(2 / 120_000))
    assert float(layer.biases.var()) == pytest.approx(0.7, rel=4 * math.sqrt(2 / 400))
    assert random_network((3, 3), "tanh", 1.0).bias_initializer == "zeros"


def test_networks_that_differ_in_scale_alone_are_equal_once_scales_are_split_off():
    one, scales = split_scales(random_network((3, 5, 2), "tanh", 4.0, 0.25))
    other, others = split_scales(random_network((3, 5, 2), "tanh", 9.0, 0.01))
    assert one == other
    assert scales == (2.0, 0.5) and others == pytest.approx((3.0, 0.1))
    assert split_scales(random_network((3, 5, 2), "relu", 4.0, 0.25))[0] != one


def test_split_scales_multiply_back_to_the_weights_of_the_network():
    net = random_network((3, 5), "tanh", 4.0, 0.25)
    unscaled, scales = split_scales(net)
    whole = jaxnn.init(jax.random.key(0), net)
    for layer, plain in zip(whole, jaxnn.init(jax.random.key(0), unscaled), strict=True):
        np.testing.assert_allclose(layer.weights, scales.weights * plain.weights, rtol=1e-6)
        np.testing.assert_allclose(layer.biases, scales.biases * plain.biases, rtol=1e-6)
    assert jnp.abs(whole[0].biases).min() > 0


@pytest.mark.parametrize(
    ("initializer", "gaussian"),
    [("he_normal", True), ("he_uniform", False), ("orthogonal", False), ("zeros", False)],
)
def test_gaussian_weights_are_recognised(initializer, gaussian):
    assert has_gaussian_weights(jaxnn.MLP((3, 3), initializer=initializer)) is gaussian


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: random_network((3, 3), "tanh", -1), InputError, "weight_variance is -1; pass"),
        (lambda: random_network((3, 3), "tanh", 1, -1), InputError, "bias_variance is -1; pass"),
        (lambda: random_network((3, 3), "tanh", None), InputTypeError, "weight_variance is None"),
        (
            lambda: random_network((3, 0, 3), "tanh", 1),
            InputError,
            r"sizes is \(3, 0, 3\)",
        ),
        (lambda: random_network((3,), "tanh", 1), InputError, r"sizes is \(3,\); pass two"),
        (lambda: NormalBiases(-0.5), InputError, r"variance is -0\.5; pass a finite number"),
        (lambda: NormalBiases(math.nan), InputError, "variance is nan"),
    ],
)
def test_bad_descriptions_are_refused(call, error, words):
    with pytest.raises(error, match=words):
        call()
