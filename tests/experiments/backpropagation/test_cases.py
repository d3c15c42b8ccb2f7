"""Is the list of compared functions complete, away from kinks, and not trivial?"""

import itertools

import jax
import numpy as np

from experiments.backpropagation import cases, functions, reading
from experiments.backpropagation.compute import FULL
from jaxnn import mlp, responses
from jaxnn.initializers import INITIALIZERS


def test_every_activation_loss_and_initialiser_is_compared(results, small):
    assert functions.ACTIVATIONS.keys() == mlp.ACTIVATIONS.keys()
    assert functions.LOSSES.keys() == responses.RESPONSES.keys()
    assert INITIALIZERS.keys() <= cases.SCHEMES.keys()
    assert FULL.schemes == tuple(cases.SCHEMES)
    assert FULL.networks == tuple(functions.ACTIVATIONS)
    names = list(
        zip(results["route_groups"].tolist(), results["route_names"].tolist(), strict=True)
    )
    assert len(set(names)) == len(names) >= 50
    assert {name for group, name in names if group == "activation"} == mlp.ACTIVATIONS.keys()
    pairs = itertools.product(small.schemes, responses.RESPONSES)
    assert {name for group, name in names if group == "initialiser to loss"} == {
        f"{scheme}, {kind}" for scheme, kind in pairs
    }
    assert {("layer", "batch normalisation"), ("layer", "dropout, fixed mask")} < set(names)


def test_gradients_are_not_trivial(results):
    sizes = reading.largest(np.abs(results["gradients"][0]), results["entry_function"])
    assert len(sizes) == len(results["route_names"])
    assert (sizes > 1e-4).all()


def test_arguments_stay_away_from_kinks():
    drawn = functions.clear_of_kinks(jax.random.key(3), (1000,))
    assert np.abs(drawn - np.round(drawn)).min() >= 0.1 - 1e-6
    assert np.abs(drawn).max() < 3 and np.unique(np.floor(drawn)).tolist() == [-3, -2, -1, 0, 1, 2]


def test_normal_arrays_have_the_given_shapes_and_are_standard_normal():
    one, other, number = functions.normals(jax.random.key(4), (200, 30), (5,), ())
    assert (one.shape, other.shape, number.shape) == ((200, 30), (5,), ())
    assert abs(one.mean()) <= 4 / 6000**0.5 and abs(one.var() - 1) <= 4 * (2 / 6000) ** 0.5
    assert len(np.unique(np.concatenate([one.ravel(), other, number[None]]))) >= 6000
