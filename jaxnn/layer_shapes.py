"""Which sizes can a network have, and which shapes do they give its layers?

Layer l of sizes n_0, n_1, ..., n_L has weights (n_{l-1}, n_l) and biases (n_l,), so there are

    sum_l (n_{l-1} + 1) n_l    parameters
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn.errors import InputError, InputTypeError, as_numbers, check_memory, is_whole, shown

Shapes = list[tuple[tuple[int, ...], ...]]


def number_of_parameters(sizes: Sequence[int]) -> int:
    """The number of weights and biases, by the formula at the top of this module."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))


def checked_sizes(given: Any) -> tuple[int, ...]:
    """The units of every layer as a tuple, if there can be such a network.

    Args:
      given: two or more whole numbers of at least 1, inputs first.

    Raises:
      InputError, InputTypeError: anything else, or more parameters than memory holds.
    """
    wanted = "inputs first, such as (2, 4, 4, 1)"
    listed = list(given) if isinstance(given, tuple | list) else None
    if isinstance(given, np.ndarray | jax.Array):
        listed = as_numbers(given, "sizes").tolist()
    try:
        sizes = tuple(int(size) for size in listed or ())
        whole = all(
            size == entry and not isinstance(entry, bool | str)
            for size, entry in zip(sizes, listed or (), strict=True)
        )
    except (TypeError, ValueError, OverflowError):
        listed = None
    if listed is None:
        raise InputTypeError(f"sizes is {shown(given)}; pass whole numbers, {wanted}.")
    if not whole or len(sizes) < 2 or min(sizes) < 1:
        raise InputError(
            f"sizes is {shown(given)}; pass two or more whole numbers of at least 1, {wanted}."
        )
    check_memory(4 * number_of_parameters(sizes), "sizes", sizes)
    return sizes


def check_layers(sizes: Sequence[int], params: Any, stacked: int = 0) -> None:
    """Refuse parameters that are not those of a network of these sizes.

    Args:
      sizes: units of every layer.
      params: one (weights, biases) per layer.
      stacked: the number of leading axes along which networks are stacked.

    Raises:
      InputError, InputTypeError: other shapes, or anything but layers of numbers.
    """
    wanted: Shapes = [((inputs, outputs), (outputs,)) for inputs, outputs in pairwise(sizes)]
    try:
        shapes = _shapes_of(params, stacked)
    except TypeError:
        raise InputTypeError(
            f"params is {shown(params)}; pass one Layer(weights, biases) of numbers per layer, as "
            "from jaxnn.init."
        ) from None
    if shapes != wanted:
        raise InputError(
            f"params has the shapes {shown(shapes)}; pass those of a network of sizes "
            f"{shown(sizes)}, {shown(wanted)}."
        )


def _shapes_of(params: Any, stacked: int) -> Shapes:
    """The shapes of the arrays in each layer; TypeError if there is anything else."""
    shapes = []
    for layer in params if isinstance(params, tuple | list) else [None]:
        if not isinstance(layer, tuple | list) or len(layer) != 2:
            raise TypeError
        if not all(jnp.issubdtype(getattr(array, "dtype", object), np.number) for array in layer):
            raise TypeError
        if any(np.ma.isMaskedArray(array) for array in layer):
            raise TypeError
        shapes.append(tuple(tuple(array.shape[stacked:]) for array in layer))
    return shapes


def check_shape(shape: Any) -> None:
    """Refuse what is not the shape of an array that memory holds.

    Raises:
      InputError, InputTypeError: anything but a tuple of whole numbers of at least 0.
    """
    if not isinstance(shape, tuple | list) or not all(map(is_whole, shape)):
        raise InputTypeError(f"shape is {shown(shape)}; pass a tuple of whole numbers.")
    if any(size < 0 for size in shape):
        raise InputError(f"shape is {shown(shape)}; pass numbers of at least 0.")
    check_memory(4 * math.prod(map(int, shape)), "shape", shape)
