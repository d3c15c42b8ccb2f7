"""Which networks and points can be searched for regions, and what are they in float64?

Every search for regions starts here, so bad input is answered by one sentence before any work.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_finite,
    check_name,
)
from jaxnn.mlp import MLP, Parameters

Kind = Literal["linear", "activation"]
KINDS: tuple[str, ...] = get_args(Kind)
LARGEST = 1e150  # products of two such numbers stay in the range of float64


def check_kind(kind: str) -> None:
    """Refuse what is not a kind of region.

    Raises:
      InputError: `kind` is none of `KINDS`.
    """
    check_name(kind, "kind", KINDS)


def float64_layers(net: MLP, params: Parameters) -> list[tuple[np.ndarray, np.ndarray]]:
    """Weights (inputs, outputs) and biases (outputs,) of each layer of one network, in float64.

    Raises:
      InputError, InputTypeError: `params` is not a sequence of layers, its shapes are not those of
        `net`, or an entry is not a finite number.
    """
    shapes = list(pairwise(net.sizes))
    if not isinstance(params, tuple | list):
        raise InputTypeError(
            f"params is a {type(params).__name__}; pass the layers of one network, as from "
            "jaxnn.init."
        )
    if len(params) != len(shapes):
        raise InputError(f"params has {len(params)} layers; pass the {len(shapes)} layers of net.")
    layers = []
    for number, (layer, shape) in enumerate(zip(params, shapes, strict=True)):
        if not isinstance(layer, tuple | list) or len(layer) != 2:
            raise InputTypeError(
                f"params[{number}] is a {type(layer).__name__}; pass weights and biases."
            )
        names = [f"{part} of params[{number}]" for part in ("weights", "biases")]
        weights, biases = (as_numbers(a, name) for a, name in zip(layer, names, strict=True))
        if (weights.shape, biases.shape) != (shape, shape[1:]):
            raise InputError(
                f"params[{number}] has weights of shape {weights.shape} and biases of shape "
                f"{biases.shape}; pass those of one network, {shape} and {shape[1:]}."
            )
        for array, name in zip((weights, biases), names, strict=True):
            check_finite(array, name)
        layers.append((weights.astype(np.float64), biases.astype(np.float64)))
    return layers


def input_point(value: Any, net: MLP, argument: str) -> np.ndarray:
    """A point of the input space in float64, (inputs,); a plain number is accepted for one input.

    Raises:
      InputError, InputTypeError: `value` is not finite numbers of shape (inputs,).
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


def check_range(values: np.ndarray, slopes: np.ndarray, layer: int) -> None:
    """Refuse pre-activations, or slopes of them, so large that later products could overflow.

    Args:
      values, slopes: of the pre-activations of one layer.
      layer: its number, from 1.

    Raises:
      InputError: an entry is beyond +-1e150 or NaN.
    """
    if not all((np.abs(numbers) <= LARGEST).all() for numbers in (values, slopes)):
        raise InputError(
            f"params gives pre-activations or slopes beyond {LARGEST:g} in layer {layer}; pass "
            "smaller weights or fewer layers."
        )
