"""Do the constructed networks have as many regions as the formulas say?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn
from jaxnn.datasets import tent
from jaxnn.errors import InputError
from jaxnn.mlp import count_parameters
from jaxnn.regions import (
    breakpoints_on_line,
    count_regions_on_line,
    montufar,
    most_regions_on_line,
    tent_network,
    zigzag_network,
)


@pytest.mark.parametrize("times", [1, 2, 6, 10, 13])
def test_composed_tents_have_a_power_of_two_of_pieces(times):
    net, params = tent_network(times)
    assert count_parameters(net) == 6 * times + 1
    for kind in ("activation", "linear"):
        assert count_regions_on_line(net, params, [0], [1], kind) == 2**times
    breaks = breakpoints_on_line(net, params, [0], [1])
    np.testing.assert_array_equal(breaks, np.arange(1, 2**times) / 2**times)
    # Outside [0, 1] it falls without end on the right and is 0 on the left.
    assert count_regions_on_line(net, params, [-1], [2]) == 2**times + (2 if times > 1 else 1)


def test_the_tent_network_computes_the_tent():
    x = np.linspace(0, 1, 1000)
    for times in (1, 4):
        net, params = tent_network(times)
        h = x[:, None]
        for weights, biases in params[:-1]:
            h = np.maximum(h @ weights + biases, 0)
        values = (h @ params[-1].weights + params[-1].biases)[:, 0]
        by_data = jax.vmap(lambda point, times=times: tent(point, times))(jnp.asarray(x))
        np.testing.assert_allclose(values, by_data, atol=1e-5)
        by_library = jax.vmap(lambda row, net=net, params=params: jaxnn.apply(net, params, row))
        np.testing.assert_allclose(by_library(jnp.asarray(x[:, None]))[:, 0], values, atol=1e-5)


@pytest.mark.parametrize(("units", "layers"), [(3, 1), (3, 4), (4, 3), (7, 2), (10, 3)])
def test_zigzags_have_the_most_regions(units, layers):
    net, params = zigzag_network(units, layers)
    assert net.sizes == (1, *[units] * layers, 1)
    most = most_regions_on_line([units] * layers)
    assert most == (units + 1) ** layers
    assert count_regions_on_line(net, params, [0], [1]) == most
    assert count_regions_on_line(net, params, [-5], [5]) == most
    assert most >= montufar(1, (units,) * layers)


def test_five_layers_of_ten_have_as_many_regions_as_published():
    # Prince 2023, "Understanding Deep Learning", figure 4.7a.
    net, params = zigzag_network(10, 5)
    assert count_parameters(net) == 471
    assert count_regions_on_line(net, params, [0], [1]) == 161051


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: tent_network(0), "times is 0; pass a whole number of at least 1"),
        (lambda: zigzag_network(2, 3), "units is 2; pass a whole number of at least 3"),
        (lambda: zigzag_network(3, 0), "layers is 0"),
    ],
)
def test_too_few_units_or_layers_are_refused(call, sentence):
    with pytest.raises(InputError, match=sentence):
        call()
