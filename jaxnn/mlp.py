"""What does a fully connected network compute?

    h_0 = x,    z_l = h_{l-1} W_l + b_l,    h_l = phi(z_l)  (l < L),    f(x) = z_L

`MLP((2, 4, 4, 1))` has two inputs, two hidden layers of four units and one output: three layers
of weights, of shapes (2, 4), (4, 4) and (4, 1), and (2+1) 4 + (4+1) 4 + (4+1) 1 = 37 parameters.
`MLP((2, 1))` has no hidden layer: linear or logistic regression.

An `MLP` is the description of a network, and its parameters are a tuple of `Layer(weights,
biases)`. `apply` is written for one example; `jax.vmap` applies it to a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn import responses
from jaxnn.errors import (
    InputError,
    as_jax_array,
    check_instance,
    check_key,
    check_name,
    unknown_name,
)
from jaxnn.initializers import Initializer, Scaled, check_initializer, initializer
from jaxnn.layer_shapes import check_layers, checked_sizes, number_of_parameters
from jaxnn.user_functions import check_hashable, check_returns

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "Activation",
    "HiddenStates",
    "Layer",
    "Parameters",
    "apply",
    "count_parameters",
    "hidden_states",
    "init",
]

Activation = Callable[[Array], Array]

ACTIVATIONS: dict[str, Activation] = {
    "elu": jax.nn.elu,
    "gelu": jax.nn.gelu,
    "hard_tanh": jax.nn.hard_tanh,
    "identity": lambda z: z,
    "leaky_relu": jax.nn.leaky_relu,
    "relu": jax.nn.relu,
    "selu": jax.nn.selu,
    "sigmoid": jax.nn.sigmoid,
    "silu": jax.nn.silu,
    "sine": jnp.sin,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "tanh": jnp.tanh,
}


class Layer(NamedTuple):
    """The parameters of one layer.

    Attributes:
      weights: (inputs, outputs).
      biases: (outputs,).
    """

    weights: Array
    biases: Array


Parameters = tuple[Layer, ...]


@dataclass(frozen=True)
class MLP:
    """The description of a fully connected network; hashable, so static under `jax.jit`.

    Attributes:
      sizes: units of every layer, inputs first and outputs last; at least two entries.
      activation: phi of the hidden layers, a name of `ACTIVATIONS` or an elementwise function.
      response: "quantitative", "binary", "categorical" or "count", which decides what the outputs
        mean and how their loss is computed (`jaxnn.responses`).
      initializer: scheme of the initial weights, a name of `jaxnn.initializers` or a function.
      bias_initializer: "zeros", "uniform" (U(+-1/sqrt(inputs))) or a function of
        (key, shape (outputs,), dtype).

    Raises:
      InputError: a size below one, fewer than two sizes, an unknown name, or a number of outputs
        that does not fit the response.
      InputTypeError: sizes that are not whole numbers, or a field that cannot be hashed.

    Example:
      >>> from jaxnn import MLP
      >>> net = MLP((2, 4, 4, 1), activation="relu", response="binary")
      >>> net == MLP([2, 4, 4, 1], "relu", "binary")
      True
      >>> net.initializer
      'glorot_uniform'
    """

    sizes: tuple[int, ...]
    activation: str | Activation = "tanh"
    response: str = "quantitative"
    initializer: str | Initializer = "glorot_uniform"
    bias_initializer: str | Initializer = "zeros"

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", checked_sizes(self.sizes))  # a list becomes hashable
        activation_function(self.activation)
        initializer(self.initializer)
        if not callable(self.bias_initializer):
            check_name(self.bias_initializer, "bias_initializer", BIAS_SCHEMES)
        responses.check_outputs(self.response, self.sizes[-1])
        check_hashable(self)
        if callable(self.activation):
            _check_activation(self.activation, jnp.result_type(float))
        check_initializer(self.initializer, "initializer", pairwise(self.sizes))
        check_initializer(self.bias_initializer, "bias_initializer", zip(self.sizes[1:]))


@lru_cache
def _check_activation(activation: Activation, dtype: Any) -> None:
    """Refuse a function that is not elementwise, as far as shapes tell."""
    example = jax.ShapeDtypeStruct((5, 3), dtype)
    accepted = "a name, or an elementwise function of an array, such as jax.numpy.tanh"
    check_returns(activation, [example], "activation", accepted, shape=(5, 3))


class HiddenStates(NamedTuple):
    """The pre-activations and hidden states of one example.

    Attributes:
      pre_activations: z_1 ... z_L, each (outputs of that layer,); the last is the output.
      hidden: h_1 ... h_{L-1}, each (units of that layer,).
    """

    pre_activations: tuple[Array, ...]
    hidden: tuple[Array, ...]


BIAS_SCHEMES = ("zeros", "uniform")


def activation_function(activation: str | Activation) -> Activation:
    """The elementwise function of an activation.

    Args:
      activation: a name of `ACTIVATIONS`, or a function, which is returned as it is.

    Raises:
      InputError: the name is not in `ACTIVATIONS`.
    """
    if callable(activation):
        return activation
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise unknown_name("activation", activation, ACTIVATIONS)
    return ACTIVATIONS[activation]


def _draw_weights(
    key: Array, scheme: Initializer, shapes: Sequence[tuple[int, int]]
) -> list[Array]:
    """The initial weights of all layers.

    Those of a `Scaled` scheme are a single draw that is cut into layers: the code of a random draw
    is long, and one draw per layer would be most of the compiled program.
    """
    dtype = jnp.result_type(float)
    if not isinstance(scheme, Scaled):
        keys = jax.random.split(key, len(shapes))
        return [scheme(k, shape, dtype) for k, shape in zip(keys, shapes, strict=True)]
    ends = np.cumsum([inputs * outputs for inputs, outputs in shapes])
    parts = jnp.split(scheme.standard(key, (int(ends[-1]),), dtype), ends[:-1].tolist())
    return [
        scheme.deviation(*shape) * part.reshape(shape)
        for shape, part in zip(shapes, parts, strict=True)
    ]


def _draw_biases(key: Array, net: MLP, shapes: Sequence[tuple[int, int]]) -> list[Array]:
    """The first biases of all layers."""
    dtype = jnp.result_type(float)
    scheme = net.bias_initializer
    if callable(scheme):
        keys = jax.random.split(key, len(shapes))
        return [scheme(k, (outputs,), dtype) for k, (_, outputs) in zip(keys, shapes, strict=True)]
    if scheme == "zeros":
        return [jnp.zeros(outputs, dtype) for _, outputs in shapes]
    ends = np.cumsum([outputs for _, outputs in shapes])
    parts = jnp.split(jax.random.uniform(key, (int(ends[-1]),), dtype, -1, 1), ends[:-1].tolist())
    return [part * inputs**-0.5 for part, (inputs, _) in zip(parts, shapes, strict=True)]


def check_network(net: Any) -> None:
    """Refuse what is not an `MLP`.

    Raises:
      InputTypeError: anything else.
    """
    check_instance(net, "net", MLP, "a jaxnn.MLP")


def init(key: Array, net: MLP) -> Parameters:
    """Draw the first parameters of a network.

    Args:
      key: a typed JAX key.
      net: the description.

    Returns:
      One `Layer(weights (inputs, outputs), biases (outputs,))` for each pair of neighbouring
      sizes, in the default float dtype. Not compiled.

    Raises:
      InputError, InputTypeError: `key` is a seed, an old-style key or several keys, or `net` is not
        an `MLP`.

    Example:
      >>> import jax
      >>> from jaxnn import MLP, init
      >>> first, second = init(jax.random.key(0), MLP((2, 4, 1)))
      >>> first.weights.shape, first.biases.shape, second.weights.shape
      ((2, 4), (4,), (4, 1))
    """
    check_key(key)
    check_network(net)
    shapes = list(pairwise(net.sizes))
    key_weights, key_biases = key, key
    if net.bias_initializer != "zeros":  # zeros need no key, nor the code that splits one
        key_weights, key_biases = jax.random.split(key)
    weights = _draw_weights(key_weights, initializer(net.initializer), shapes)
    biases = _draw_biases(key_biases, net, shapes)
    return tuple(map(Layer, weights, biases))


def apply(net: MLP, params: Parameters, x: Array) -> Array:
    """The output f(x) of the network for one example.

    Args:
      net: the description.
      params: as from `init`.
      x: one example, (inputs,); use `jax.vmap(apply, in_axes=(None, None, 0))` for a batch.

    Returns:
      (outputs,): the prediction itself (quantitative), the logit (binary), one score per class
      (categorical) or the log of the mean (count); `jaxnn.responses.mean` turns these into means
      and probabilities. Not compiled.

    Raises:
      InputError: the shape of `x` is not (inputs,), or the parameters are of another network.

    Example:
      >>> import jax.numpy as jnp
      >>> from jaxnn import MLP, Layer, apply
      >>> net = MLP((2, 1), activation="relu")
      >>> params = (Layer(jnp.array([[1.0], [2.0]]), jnp.array([0.5])),)
      >>> print(apply(net, params, jnp.array([3.0, 1.0])))  # 3 + 2 + 0.5
      [5.5]
    """
    x = _checked_example(net, x)
    check_parameters(net, params)
    return output(net, params, x)


def hidden_states(net: MLP, params: Parameters, x: Array) -> HiddenStates:
    """Every pre-activation and every hidden state of one example.

    Args:
      net: the description.
      params: as from `init`.
      x: one example, (inputs,).

    Returns:
      A `HiddenStates`; its last pre-activation is `apply(net, params, x)`. Not compiled.

    Raises:
      InputError: the shape of `x` is not (inputs,), or the parameters are of another network.

    Example:
      >>> import jax.numpy as jnp
      >>> from jaxnn import MLP, Layer, hidden_states
      >>> net = MLP((1, 2, 1), activation="relu")
      >>> first = Layer(jnp.array([[1.0, -1.0]]), jnp.zeros(2))
      >>> second = Layer(jnp.array([[1.0], [1.0]]), jnp.zeros(1))
      >>> states = hidden_states(net, (first, second), jnp.array([3.0]))  # |3|
      >>> print(states.hidden[0], states.pre_activations[1])
      [3. 0.] [3.]
    """
    x = _checked_example(net, x)
    check_parameters(net, params)
    return _forward(net, params, x)


def output(net: MLP, params: Parameters, x: Array) -> Array:
    """`apply` for arguments that have been checked."""
    return _forward(net, params, x).pre_activations[-1]


def _forward(net: MLP, params: Parameters, x: Array) -> HiddenStates:
    phi = activation_function(net.activation)
    pre_activations, hidden = [], []
    h = x
    for number, (weights, biases) in enumerate(params, start=1):
        z = h @ weights + biases
        pre_activations.append(z)
        if number < len(params):
            h = phi(z)
            hidden.append(h)
    return HiddenStates(tuple(pre_activations), tuple(hidden))


def _checked_example(net: MLP, x: Any) -> Array:
    check_network(net)
    x = as_jax_array(x, "x")
    if x.shape != (net.sizes[0],):
        raise InputError(
            f"x has shape {x.shape}; pass one example of shape ({net.sizes[0]},), and use "
            "jax.vmap for a batch."
        )
    return x


def check_parameters(net: MLP, params: Parameters, *, stacked: int = 0) -> None:
    """Refuse parameters whose shapes are not those of the network.

    Args:
      net: the description.
      params: as from `init`, or such parameters stacked along leading axes.
      stacked: the number of those axes.

    Raises:
      InputError: something else than layers of weights and biases, or shapes that are not those of
        the network.
    """
    check_layers(net.sizes, params, stacked)


def count_parameters(net: MLP) -> int:
    """The number of weights and biases: the sum over layers of (inputs + 1) outputs.

    Raises:
      InputTypeError: `net` is not an `MLP`.

    Example:
      >>> from jaxnn import MLP, count_parameters
      >>> count_parameters(MLP((2, 4, 4, 1)))  # (2+1) 4 + (4+1) 4 + (4+1) 1
      37
    """
    check_network(net)
    return number_of_parameters(net.sizes)
