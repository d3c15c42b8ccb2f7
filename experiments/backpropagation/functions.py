"""Which functions of this project are differentiated, written by hand beside the library's?

    network   h <- phi(h W + b),  f = h W + b
    loss      mean over rows of l(y, f(x))

for every activation phi and the loss l of every kind of response, written with
`jaxnn.tracer.numpy` beside the same function from a library (`jaxnn`, JAX or Optax). The two must
agree in value, and six routes must agree in their gradient (`six_routes`); `cases` lists all
functions that are compared.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

import jaxnn.tracer.numpy as tnp
from jaxnn import mlp, responses

ROWS = 5  # in every batch


class Case(NamedTuple):
    """One function written in two ways, and the point at which it is differentiated.

    Attributes:
      group, name: the kind of function, and its name within this kind.
      written: (*arguments) -> array, written by hand with jaxnn.tracer.numpy.
      library: the same function from a library, for JAX.
      arguments: the point, as float64 arrays.
    """

    group: str
    name: str
    written: Callable[..., Any]
    library: Callable[..., Any]
    arguments: tuple[np.ndarray, ...]


def _selu(z: Any) -> Any:
    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
    return scale * tnp.where(z > 0, z, alpha * tnp.expm1(z))


ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "elu": lambda z: tnp.where(z > 0, z, tnp.expm1(z)),
    "gelu": lambda z: 0.5 * z * (1 + tnp.tanh((2 / np.pi) ** 0.5 * (z + 0.044715 * z**3))),
    "hard_tanh": lambda z: tnp.clip(z, -1, 1),
    "identity": lambda z: 1.0 * z,
    "leaky_relu": lambda z: tnp.where(z > 0, z, 0.01 * z),
    "relu": lambda z: tnp.where(z > 0, z, 0.0),
    "selu": _selu,
    "sigmoid": lambda z: 1 / (1 + tnp.exp(-z)),
    "silu": lambda z: z / (1 + tnp.exp(-z)),
    "sine": tnp.sin,
    "softplus": lambda z: tnp.log(1 + tnp.exp(z)),
    "softsign": lambda z: z / (1 + abs(z)),
    "tanh": lambda z: 1 - 2 / (tnp.exp(2 * z) + 1),
}
KINKS = (-1.0, 0.0, 1.0)  # the kinks of all these activations


def log_sum_exp(z: Any) -> Any:
    """log sum_k exp z_k along the last axis, which is kept; for moderate z."""
    return tnp.log(tnp.sum(tnp.exp(z), axis=-1, keepdims=True))


LOSSES: dict[str, Callable[[Any, np.ndarray], Any]] = {
    "quantitative": lambda z, y: tnp.mean((z - y) ** 2, axis=-1),
    "binary": lambda z, y: tnp.mean(tnp.log(1 + tnp.exp(z)) - y * z, axis=-1),
    "count": lambda z, y: tnp.mean(
        2 * (y * np.log(np.maximum(y, 1)) - y * z - y + tnp.exp(z)), axis=-1
    ),
    "categorical": lambda z, y: (log_sum_exp(z) - tnp.take_along_axis(z, y, -1))[:, 0],
}


def network(phi: Callable[[Any], Any], x: Any, *layers: Any) -> Any:
    """Outputs (rows, outputs) at x (rows, inputs); `layers` alternates weights and biases."""
    h = x
    for weights, biases in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        h = phi(h @ weights + biases)
    return h @ layers[-2] + layers[-1]


def mean_loss(phi: Callable, kind: str, y: np.ndarray, x: Any, *layers: Any) -> Any:
    """The mean loss of a network over rows, written by hand."""
    return tnp.mean(LOSSES[kind](network(phi, x, *layers), y))


def library_loss(net: mlp.MLP, y: np.ndarray, x: Any, *layers: Any) -> Array:
    """The mean loss of a network over rows, by `jaxnn.mlp` and `jaxnn.responses`."""
    params = tuple(map(mlp.Layer, layers[::2], layers[1::2]))
    z = jax.vmap(partial(mlp.apply, net, params))(x)
    return jnp.mean(responses.loss(net.response, z, jnp.asarray(y)))


def normals(key: Array, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    """Standard normal arrays of these shapes, float64."""
    rng = _generator(key)
    return [np.asarray(rng.normal(size=shape)) for shape in shapes]


def _generator(key: Array) -> np.random.Generator:
    """NumPy's generator, which needs no program for each shape."""
    return np.random.default_rng(np.asarray(jax.random.key_data(key)))


def clear_of_kinks(key: Array, shape: tuple[int, ...]) -> np.ndarray:
    """Random numbers from -3 to 3, none within 0.1 of an integer."""
    rng = _generator(key)
    return rng.integers(-3, 3, shape) + rng.uniform(0.1, 0.9, shape)


def random_labels(key: Array, shape: tuple[int, ...], classes: int) -> np.ndarray:
    """Random classes 0, 1, ... as integers."""
    return _generator(key).integers(0, classes, shape)


def layer_shapes(sizes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The shapes of weights and biases, alternating, for these layer sizes."""
    return [
        shape for inputs, outputs in pairwise(sizes) for shape in ((inputs, outputs), (outputs,))
    ]
