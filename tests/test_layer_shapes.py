"""Are sizes and parameters that no network has refused in one sentence?"""

import numpy as np
import pytest

from jaxnn import MLP, apply, init
from jaxnn.errors import InputError, InputTypeError
from jaxnn.layer_shapes import check_layers, check_shape, checked_sizes, number_of_parameters


@pytest.mark.parametrize(
    "sizes",
    [None, 3, "341", {3, 4}, {3: 4}, (2, None), ((1, 2), (3,)), (float("nan"), 1), (2, 1j)],
)
def test_what_is_no_sequence_of_numbers_is_refused(sizes):
    with pytest.raises(InputTypeError, match=r"^sizes is .*; pass whole numbers, inputs first"):
        checked_sizes(sizes)


@pytest.mark.parametrize("sizes", [(), (3,), (2, 0), (2, -1, 1), (2, 1.5), (True, 2), ("3", 1)])
def test_sizes_that_no_network_has_are_refused(sizes):
    with pytest.raises(InputError, match=r"^sizes is .*; pass two or more whole numbers"):
        checked_sizes(sizes)


@pytest.mark.parametrize("sizes", [(10**30, 1), (2, 2**31, 2**31, 1)])
def test_networks_that_no_memory_holds_are_refused(sizes):
    with pytest.raises(InputError, match=r"^sizes is .*, which takes at least [\d,]+ bytes"):
        MLP(sizes)


def test_parameters_are_counted():
    assert number_of_parameters((2, 4, 4, 1)) == 3 * 4 + 5 * 4 + 5


@pytest.mark.parametrize(
    "params", [None, 5, "ab", {}, [1, 2], [(1, 2)], [(np.ones(3), None)], [("a", "b")], np.ones(3)]
)
def test_what_is_no_layer_is_refused(params):
    with pytest.raises(InputTypeError, match=r"^params is .*; pass one Layer\(weights, biases\)"):
        check_layers((2, 1), params)


def test_layers_of_another_network_are_refused(key):
    params = init(key, MLP((2, 3, 1)))
    with pytest.raises(InputError, match=r"^params has the shapes .*; pass those of a network of"):
        apply(MLP((2, 4, 1)), params, np.ones(2))
    with pytest.raises(InputTypeError, match=r"^net is None; pass a jaxnn\.MLP\.$"):
        apply(None, params, np.ones(2))


@pytest.mark.parametrize(
    ("shape", "message"),
    [((2, -1), "numbers of at least 0"), ((2.5,), "a tuple of whole"), ((2**62,), "bytes")],
)
def test_shapes_that_no_array_has_are_refused(shape, message):
    with pytest.raises(InputError, match=f"^shape is .*{message}"):
        check_shape(shape)
