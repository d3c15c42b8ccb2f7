"""Is the growth of gradients under batch normalisation what theory says?"""

import math

import jax.numpy as jnp
import pytest

from jaxnn import InputError
from jaxnn.mlp import ACTIVATIONS
from jaxnn.propagation import batch_norm_gradient_growth


def test_the_growth_has_closed_forms():
    assert batch_norm_gradient_growth("relu") == pytest.approx(math.pi / (math.pi - 1), rel=1e-12)
    assert batch_norm_gradient_growth("identity") == pytest.approx(1, rel=1e-12)
    decay = math.exp(-2)
    assert batch_norm_gradient_growth("sine") == pytest.approx((1 + decay) / (1 - decay), rel=1e-12)
    assert batch_norm_gradient_growth(lambda u: u**2) == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_gradients_grow_unless_the_activation_is_linear(name):
    growth = batch_norm_gradient_growth(name)
    assert growth >= 1 - 1e-12
    assert (growth > 1.001) == (name != "identity")


def test_unknown_or_constant_activations_are_refused():
    with pytest.raises(InputError, match="activation is 'rel'; did you mean 'relu'"):
        batch_norm_gradient_growth("rel")
    with pytest.raises(InputError, match="which is constant where inputs"):
        batch_norm_gradient_growth(jnp.zeros_like)
