"""Which networks have as many linear pieces as possible?

    tent       x -> 2 relu(x) - 4 relu(x - 1/2)            folds [0, 1] once, with 2 units
    zigzag     n kinks, n + 1 pieces, each onto [0, 1]     folds [0, 1] n times, with n units

L layers of folds give (folds + 1)^L pieces, because every piece of the first layers passes through
all pieces of the next one: 2^L for tents (Telgarsky 2015), and (n + 1)^L for zigzags, the most that
L layers of n units can have on a line. The weights are written down, not learned: that such
networks exist does not mean that training finds them.
"""

from __future__ import annotations

from typing import cast

import numpy as np
from jax import Array

from jaxnn.errors import check_count, check_memory
from jaxnn.mlp import MLP, Layer, Parameters


def tent_network(times: int) -> tuple[MLP, Parameters]:
    """The tent map composed `times` times, as a ReLU network 1-2-...-2-1.

    Each layer has two units. The affine map out of one tent and the map into the next are merged,
    so there are 6 times + 1 parameters. On [0, 1] the network has 2^times pieces and alternates
    between 0 and 1 at i / 2^times (`jaxnn.datasets.tent`).

    Telgarsky 2015, "Representation benefits of deep feedforward networks".

    Args:
      times: number of tents, at least 1.

    Returns:
      The network and its parameters, NumPy arrays in float64, which holds them exactly. Not
      compiled.

    Raises:
      InputError, InputTypeError: `times` is not a whole number of at least 1.

    Example:
      >>> net, params = tent_network(3)
      >>> net.sizes
      (1, 2, 2, 2, 1)
    """
    check_count(times, "times")
    check_memory(400 * times, "times", times)
    return _folding(np.array([1.0, 1.0]), np.array([0.0, -0.5]), np.array([2.0, -4.0]), 0.0, times)


def zigzag_network(units: int, layers: int) -> tuple[MLP, Parameters]:
    """A ReLU network 1-n-...-n-1 with the most linear regions possible on [0, 1], (n + 1)^layers.

    Each layer is a zigzag of n + 1 pieces, each onto [0, 1]. An ordinary zigzag needs n units and a
    linear term. A layer of ReLUs has no linear term, so the units of kinks 2 and 3 face left: with
    the slopes

        s, -s, s, -2 s, s, -s, ...     with s = n + 1/2

    these two add up to the slope on the far left.

    Args:
      units: n, at least 3.
      layers: number of hidden layers, at least 1.

    Returns:
      The network and its parameters, NumPy arrays in float64. Not compiled.

    Raises:
      InputError, InputTypeError: `units` is not a whole number of at least 3, or `layers` not one
        of at least 1.

    Example:
      >>> net, params = zigzag_network(units=10, layers=5)  # Prince 2023, figure 4.7a
      >>> sum(weights.size + biases.size for weights, biases in params), 11**5
      (471, 161051)
    """
    check_count(units, "units", least=3)
    check_count(layers, "layers")
    check_memory(8 * units**2 * max(1, layers - 1), "units", units)
    check_memory(400 * layers, "layers", layers)
    slopes = (units + 0.5) * (-1.0) ** np.arange(units + 1)
    slopes[3] *= 2
    kinks = np.cumsum(1 / np.abs(slopes))[:-1]
    faces = np.ones(units)
    faces[1:3] = -1
    # Whichever way a unit faces, it changes the slope of the sum by its output weight at its kink.
    return _folding(faces, -faces * kinks, np.diff(slopes), -_at_zero(slopes, kinks), layers)


def _at_zero(slopes: np.ndarray, kinks: np.ndarray) -> float:
    """The value at 0 of the two units that face left."""
    return float(np.diff(slopes)[1:3] @ kinks[1:3])


def _folding(
    into: np.ndarray, biases: np.ndarray, out: np.ndarray, offset: float, layers: int
) -> tuple[MLP, Parameters]:
    """x -> offset + relu(x into + biases) . out, composed, with neighbouring affine maps merged."""
    between = _layer(np.outer(out, into), offset * into + biases)
    first, last = _layer(into[None], biases), _layer(out[:, None], np.array([offset]))
    params = (first, *[between] * (layers - 1), last)
    return MLP((1, *[len(into)] * layers, 1), "relu"), params


def _layer(weights: np.ndarray, biases: np.ndarray) -> Layer:
    # NumPy arrays serve wherever JAX arrays do, and their float64 needs no setting.
    return Layer(cast(Array, weights), cast(Array, biases))
