"""Which networks are made of straight pieces, and between which kinks?

    phi(z) has slope s_0 below k_1, s_1 between k_1 and k_2, ...

ReLU has one kink, slope 0 below it and 1 above; leaky ReLU the same with slope 0.01; the hard tanh
has two; the identity has none.  Of such units every network is affine between places where the
input of some unit passes a kink, and these places can be found exactly, without sampling.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, InputTypeError, as_numbers, check_finite, unknown_name
from jaxnn.mlp import ACTIVATIONS, MLP, Parameters

EPSILON = float(np.finfo(np.float64).eps)
SURE = 1e3  # times their likely size, rounding errors are not


class Piecewise(NamedTuple):
    """An activation of straight pieces.

    Attributes:
      function: phi, elementwise, of NumPy arrays in float64.
      kinks: (kinks,) where the slope changes, increasing.
      slopes: (kinks + 1,) between them.
    """

    function: Callable[[np.ndarray], np.ndarray]
    kinks: np.ndarray
    slopes: np.ndarray


LEAK = 0.01  # of jax.nn.leaky_relu

PIECEWISE: dict[str, Piecewise] = {
    "hard_tanh": Piecewise(
        lambda z: np.clip(z, -1.0, 1.0), np.array([-1.0, 1.0]), np.array([0.0, 1.0, 0.0])
    ),
    "identity": Piecewise(lambda z: z, np.array([]), np.array([1.0])),
    "leaky_relu": Piecewise(
        lambda z: np.where(z >= 0, z, LEAK * z), np.array([0.0]), np.array([LEAK, 1.0])
    ),
    "relu": Piecewise(lambda z: np.maximum(z, 0.0), np.array([0.0]), np.array([0.0, 1.0])),
}


def piecewise(net: MLP) -> Piecewise:
    """The activation of a network, if it is one of straight pieces.

    Raises:
      InputTypeError: `net` is no network.
      InputError: its activation is none of `PIECEWISE`.
    """
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    names = [
        name for name in PIECEWISE if net.activation == name or net.activation is ACTIVATIONS[name]
    ]
    if not names:
        raise unknown_name(
            "activation, which must have straight pieces,", net.activation, PIECEWISE
        )
    return PIECEWISE[names[0]]


def layers_of(net: MLP, params: Parameters) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights and biases of each layer of one network, in float64.

    Raises:
      InputError: their shapes are not those of `net`, or a number is not finite.
    """
    shapes = list(pairwise(net.sizes))
    if len(params) != len(shapes):
        raise InputError(f"params has {len(params)} layers; net has {len(shapes)}.")
    layers = []
    for number, ((weights, biases), shape) in enumerate(zip(params, shapes, strict=True)):
        given = np.shape(weights), np.shape(biases)
        if given != (shape, shape[1:]):
            raise InputError(
                f"params[{number}] has weights of shape {given[0]} and biases of shape {given[1]}; "
                f"pass those of one network, {shape} and {shape[1:]}."
            )
        layer = np.asarray(weights, np.float64), np.asarray(biases, np.float64)
        for name, array in zip(("weights", "biases"), layer, strict=True):
            check_finite(array, f"{name} of params[{number}]")
        layers.append(layer)
    return layers


def point(value: Any, net: MLP, argument: str) -> np.ndarray:
    """A point of the input space in float64; of one input, a number is one too.

    Raises:
      InputError, InputTypeError: not finite numbers of shape (inputs,).
    """
    array = as_numbers(value, argument)
    if array.shape == () and net.sizes[0] == 1:
        array = array[None]
    if array.shape != net.sizes[:1]:
        raise InputError(
            f"{argument} has shape {array.shape}; pass a point of the input space, shape "
            f"{net.sizes[:1]}."
        )
    check_finite(array, argument)
    return array.astype(np.float64)


def carried(
    errors: np.ndarray, values: np.ndarray, weights: np.ndarray, biases: np.ndarray | float
) -> np.ndarray:
    """Rounding errors of values @ weights + biases.

    A strict bound on them grows like the product of the absolute weight matrices, which has no
    digit left after a dozen layers; were they independent, they would hardly grow in a network
    that keeps its signals.  So both are carried along: the one is for structured networks, in
    which errors are alike and few, the other for deep ones.

    Args:
      errors: (2, ..., inputs), of the values: the strict bound, and the likely size.
      values: (..., inputs).
      weights, biases: (inputs, outputs) and (outputs,) or 0.

    Returns:
      (2, ..., outputs).
    """
    scale = np.abs(weights)
    sizes = np.abs(values) @ scale + np.abs(biases)
    strict = errors[0] @ scale + (len(weights) + 2) * EPSILON * sizes
    # Of size 1 first, so that their squares stay in range.
    unit, peak = (max(part.max(initial=0), np.finfo(float).tiny) for part in (errors[1], scale))
    likely = unit * (peak * np.sqrt(np.square(errors[1] / unit) @ np.square(scale / peak)))
    return np.stack([strict, np.hypot(likely, EPSILON * sizes)])


def bound(errors: np.ndarray) -> np.ndarray:
    """What no rounding error exceeds, (...), of both measures of it, (2, ...)."""
    return np.minimum(errors[0], SURE * errors[1])


def through(activation: Piecewise, values: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Rounding errors (2, ...) of phi(values): none where values are surely on a flat piece."""
    aside = bound(errors)
    steepest = np.max(
        [
            np.abs(activation.slopes[np.searchsorted(activation.kinks, place)])
            for place in (values - aside, values, values + aside)
        ],
        axis=0,
    )
    return steepest * errors
