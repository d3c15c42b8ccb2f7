"""For which functions are the routes to a gradient compared?

    all activations; networks with each of them; the loss of every kind of response;
    initialiser -> network -> loss for every initialiser and every kind of response;
    other layers, losses and parts of networks (`layer_cases`).

Each is a `Case`: one function written in two ways, at a random point.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import jax
import numpy as np
from jax import Array

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation import layer_cases
from experiments.backpropagation.functions import (
    ACTIVATIONS,
    KINKS,
    LOSSES,
    ROWS,
    Case,
    clear_of_kinks,
    layer_shapes,
    library_loss,
    log_sum_exp,
    mean_loss,
    normals,
    random_labels,
)
from jaxnn import mlp, responses
from jaxnn.initializers import INITIALIZERS, Initializer, constant, normal, sparse

SIZES = {
    "quantitative": (3, 4, 3),
    "binary": (3, 4, 1),
    "categorical": (3, 4, 3),
    "count": (3, 4, 2),
}
SCHEMES: dict[str, str | Initializer] = {
    **{name: name for name in INITIALIZERS},
    "normal(0.5)": normal(0.5),
    "constant(0.3)": constant(0.3),
    "sparse(2)": sparse(2),
}


def cases(
    key: Array,
    networks: Sequence[str] = tuple(ACTIVATIONS),
    schemes: Sequence[str] = tuple(SCHEMES),
) -> list[list[Case]]:
    """Draw all cases, in lists; JAX compiles each list as one program.

    Arguments stay away from kinks, where differences rightly disagree with conventions.

    Args:
      key: a typed JAX key, for the arguments.
      networks: activations, of `ACTIVATIONS`, that are also differentiated inside a network.
      schemes: initialisers, names of `SCHEMES`.
    """
    key_numbers, key_layers = jax.random.split(key)
    keys = jax.random.split(key_numbers, 7)
    return [
        _activations(keys[0]),
        _networks(keys[1], networks),
        _losses(keys[2]),
        *_pipelines(keys[3], key_layers, schemes),
        layer_cases.layers(keys[4]),
        layer_cases.losses(keys[5]),
        layer_cases.others(keys[6]),
    ]


def _activations(key: Array) -> list[Case]:
    keys = jax.random.split(key, len(mlp.ACTIVATIONS))
    return [
        Case("activation", name, ACTIVATIONS[name], phi, (clear_of_kinks(k, (12,)),))
        for k, (name, phi) in zip(keys, mlp.ACTIVATIONS.items(), strict=True)
    ]


def _networks(key: Array, activations: Sequence[str]) -> list[Case]:
    key_labels, *keys = jax.random.split(key, 1 + len(activations))
    sizes = SIZES["binary"]
    y = random_labels(key_labels, (ROWS, 1), 2).astype(float)
    found = []
    for k, name in zip(keys, activations, strict=True):
        net = mlp.MLP(sizes, activation=name, response="binary")
        written = partial(mean_loss, ACTIVATIONS[name], "binary", y)
        arguments = _network_arguments(k, sizes)
        found.append(Case("network of", name, written, partial(library_loss, net, y), arguments))
    return found


def _network_arguments(key: Array, sizes: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """Rows, weights and biases for which no unit of the first hidden layer is near a kink."""
    for attempt in itertools.count():
        drawn = normals(jax.random.fold_in(key, attempt), (ROWS, sizes[0]), *layer_shapes(sizes))
        z = drawn[0] @ drawn[1] + drawn[2]
        if np.min(np.abs(z[..., None] - KINKS)) > 0.01:
            break
    return tuple(drawn)


def _observed(key: Array, kind: str) -> np.ndarray:
    """A random response of this kind, in the form that `jaxnn.responses` takes."""
    outputs = SIZES[kind][-1]
    if kind == "quantitative":
        return normals(key, (ROWS, outputs))[0]
    if kind == "count":
        return random_labels(key, (ROWS, outputs), 6).astype(float)
    return random_labels(key, (ROWS, 1), max(outputs, 2))


def _losses(key: Array) -> list[Case]:
    key_softmax, *keys = jax.random.split(key, 1 + len(responses.RESPONSES))
    found = []
    for k, kind in zip(keys, responses.RESPONSES, strict=True):
        key_y, key_z = jax.random.split(k)
        y = _observed(key_y, kind)
        arguments = tuple(normals(key_z, (ROWS, SIZES[kind][-1])))
        written = partial(_swapped, LOSSES[kind], y)
        library = partial(_swapped, partial(responses.loss, kind), y)
        found.append(Case("loss of a response", kind, written, library, arguments))
    softmax = partial(responses.mean, "categorical")
    arguments = tuple(normals(key_softmax, (ROWS, 3)))
    return [*found, Case("mean of a response", "softmax", _softmax, softmax, arguments)]


def _softmax(z: Any) -> Any:
    return tnp.exp(z - log_sum_exp(z))


def _swapped(function: Callable, second: Any, first: Any) -> Any:
    return function(first, second)


def _pipelines(key: Array, key_layers: Array, schemes: Sequence[str]) -> list[list[Case]]:
    """Initialiser, network and loss; one list per scheme, all with the same program."""
    kinds = tuple(responses.RESPONSES)
    key_x, *keys_y = jax.random.split(key, 1 + len(kinds))
    observed = {kind: _observed(k, kind) for k, kind in zip(keys_y, kinds, strict=True)}
    nets = {kind: mlp.MLP(SIZES[kind], response=kind) for kind in kinds}
    library = {kind: partial(library_loss, nets[kind], y) for kind, y in observed.items()}
    x = normals(key_x, (ROWS, 3))[0]
    found, keys = [], iter(jax.random.split(key_layers, len(schemes) * len(kinds)))
    for name in schemes:
        batch = []
        for kind, y in observed.items():
            net = mlp.MLP(SIZES[kind], initializer=SCHEMES[name], bias_initializer="uniform")
            layers = [np.asarray(array) for layer in mlp.init(next(keys), net) for array in layer]
            written = partial(mean_loss, tnp.tanh, kind, y)
            batch.append(
                Case("initialiser to loss", f"{name}, {kind}", written, library[kind], (x, *layers))
            )
        found.append(batch)
    return found
