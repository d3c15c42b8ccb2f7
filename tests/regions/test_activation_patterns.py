"""Are pieces and slopes those of the library's activations?"""

import jax
import numpy as np
import pytest

from jaxnn import MLP
from jaxnn.errors import InputError, InputTypeError
from jaxnn.mlp import ACTIVATIONS
from jaxnn.regions.activation_patterns import PIECEWISE_LINEAR, piecewise_linear, slopes_at


@pytest.mark.parametrize("name", sorted(PIECEWISE_LINEAR))
def test_values_and_slopes_are_those_of_jax(name):
    z = np.array([-3.0, -1.1, -0.9, -0.01, 0.02, 0.7, 1.3, 40.0])
    found = piecewise_linear(MLP((2, 3, 1), name))
    assert piecewise_linear(MLP((2, 3, 1), ACTIVATIONS[name])) is found
    with jax.enable_x64(True):
        values, slopes = jax.jvp(ACTIVATIONS[name], (z,), (np.ones_like(z),))
    np.testing.assert_allclose(found.function(z), values, rtol=1e-15)
    np.testing.assert_allclose(slopes_at(found, z), slopes, rtol=1e-15)


def test_a_kink_belongs_to_the_piece_below():
    hard_tanh = PIECEWISE_LINEAR["hard_tanh"]
    np.testing.assert_array_equal(slopes_at(hard_tanh, np.array([[-1.0, 1.0]])), [[0.0, 1.0]])


def test_smooth_activations_and_other_objects_are_refused():
    with pytest.raises(InputError, match="activation, which must be piecewise linear, is 'gelu'"):
        piecewise_linear(MLP((2, 3, 1), "gelu"))
    with pytest.raises(InputTypeError, match=r"net is a str; pass a jaxnn\.MLP"):
        piecewise_linear("relu")
