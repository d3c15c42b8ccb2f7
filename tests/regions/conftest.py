"""Networks, and what they do, for tests of regions."""

import math
from itertools import pairwise

import numpy as np
import pytest

from jaxnn import MLP, Layer


@pytest.fixture(scope="session")
def he_network():
    """A function: He weights and N(0, bias^2) biases, in float64."""

    def make(generator, sizes, activation="relu", bias=0.3):
        layers = [
            Layer(generator.normal(size=(m, n)) * math.sqrt(2 / m), bias * generator.normal(size=n))
            for m, n in pairwise(sizes)
        ]
        return MLP(sizes, activation), tuple(layers)

    return make


@pytest.fixture(scope="session")
def one_layer():
    """A function: one hidden layer of ReLUs on one input, from lists of weights."""

    def make(weights, biases, output):
        net = MLP((1, len(biases), 1), "relu")
        params = (
            Layer(np.array([weights], float), np.array(biases, float)),
            Layer(np.array(output, float)[:, None], np.zeros(1)),
        )
        return net, params

    return make


@pytest.fixture(scope="session")
def run_relu():
    """A function: pre-activations of all hidden layers side by side, and outputs, of rows x."""

    def run(params, x):
        h, hidden = x, []
        for weights, biases in params[:-1]:
            hidden.append(h @ weights + biases)
            h = np.maximum(hidden[-1], 0)
        return np.concatenate(hidden, axis=1), h @ params[-1].weights + params[-1].biases

    return run
