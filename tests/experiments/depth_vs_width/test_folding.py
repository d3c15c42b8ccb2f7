"""Are regions counted, and networks evaluated, correctly?"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jaxnn
from experiments.depth_vs_width import folding
from jaxnn.datasets import tent
from jaxnn.regions import zaslavsky


@given(st.integers(1, 3), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_the_regions_of_hyperplanes_agree_with_zaslavskys_formula(dimension, hyperplanes, seed):
    generator = np.random.default_rng(seed)
    normals = generator.normal(size=(dimension, hyperplanes))
    offsets = generator.normal(size=hyperplanes)
    assert folding.cut_regions(normals, offsets) == zaslavsky(dimension, hyperplanes)


@pytest.mark.parametrize("pieces", [1, 3, 4, 9])
def test_the_fewest_mistakes_agree_with_a_search_of_all_classifications(pieces):
    points = 9
    classes = np.array(list(itertools.product((0, 1), repeat=points)))
    allowed = np.abs(np.diff(classes, axis=1)).sum(axis=1) <= pieces
    mistakes = (classes[allowed] != np.arange(points) % 2).sum(axis=1)
    assert folding.least_mistakes(points, pieces) == mistakes.min()


def test_tents_agree_with_the_library():
    x = np.linspace(0, 1, 301)
    for times in (1, 4):
        theirs = jax.vmap(lambda h, times=times: tent(h, times))(jnp.asarray(x))
        np.testing.assert_allclose(folding.tents(x, times), theirs, atol=1e-5)


def test_outputs_agree_with_the_library(key):
    net = jaxnn.MLP((3, 5, 4, 2), "relu", bias_initializer="uniform")
    keys = jax.random.split(key, 2)
    stacked = jax.tree.map(np.asarray, jax.vmap(lambda k: jaxnn.init(k, net))(keys))
    X = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    found = folding.outputs(stacked, X)
    assert found.shape == (2, 7, 2)
    for seed in range(2):
        one = jax.tree.map(lambda leaf, seed=seed: leaf[seed], stacked)
        theirs = jax.vmap(lambda x, one=one: jaxnn.apply(net, one, x))(X)
        np.testing.assert_allclose(found[seed], theirs, rtol=1e-4, atol=1e-5)


def test_random_networks_have_he_weights_and_small_biases(key):
    net, networks = folding.random_networks(key, (2, 6, 3, 1), 2000)
    assert net.sizes == (2, 6, 3, 1)
    for number, inputs in enumerate((2, 6, 3)):
        weights = np.array([params[number].weights for params in networks])
        biases = np.array([params[number].biases for params in networks])
        assert weights.shape[1:] == (inputs, net.sizes[number + 1])
        assert abs(weights.mean()) < 5 * (2 / inputs) ** 0.5 / weights.size**0.5
        np.testing.assert_allclose(weights.std(), (2 / inputs) ** 0.5, rtol=4 / biases.size**0.5)
        np.testing.assert_allclose(biases.std(), 0.3, rtol=4 / (2 * biases.size) ** 0.5)
    assert not np.array_equal(networks[0][0].weights, networks[1][0].weights)
