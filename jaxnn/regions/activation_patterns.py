"""On which linear piece of its activation is a unit, and what is the slope there?

    phi(z) has slope s_0 below k_1, s_1 between k_1 and k_2, ...

ReLU has one kink at 0 with slope 0 below and 1 above; leaky ReLU the same with slope 0.01 below;
the hard tanh has two kinks; the identity has none. The pieces of all units together are the
activation pattern of an input. Where the pattern does not change, the network is affine. The
pattern changes only where the input of some unit passes a kink, so these places can be found
exactly, without sampling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputTypeError, unknown_name
from jaxnn.mlp import ACTIVATIONS, MLP


class PiecewiseLinear(NamedTuple):
    """A piecewise linear activation.

    Attributes:
      function: phi, elementwise on NumPy arrays of float64.
      kinks: (kinks,) places where the slope changes, ascending.
      slopes: (kinks + 1,) slopes between them.
    """

    function: Callable[[np.ndarray], np.ndarray]
    kinks: np.ndarray
    slopes: np.ndarray


LEAK = 0.01  # the slope below 0 of jax.nn.leaky_relu

PIECEWISE_LINEAR: dict[str, PiecewiseLinear] = {
    "hard_tanh": PiecewiseLinear(
        lambda z: np.clip(z, -1.0, 1.0), np.array([-1.0, 1.0]), np.array([0.0, 1.0, 0.0])
    ),
    "identity": PiecewiseLinear(lambda z: z, np.array([]), np.array([1.0])),
    "leaky_relu": PiecewiseLinear(
        lambda z: np.where(z >= 0, z, LEAK * z), np.array([0.0]), np.array([LEAK, 1.0])
    ),
    "relu": PiecewiseLinear(lambda z: np.maximum(z, 0.0), np.array([0.0]), np.array([0.0, 1.0])),
}


def piecewise_linear(net: MLP) -> PiecewiseLinear:
    """The activation of a network, if it is piecewise linear.

    Raises:
      InputTypeError: `net` is not a `jaxnn.MLP`.
      InputError: its activation is none of `PIECEWISE_LINEAR`.
    """
    if not isinstance(net, MLP):
        raise InputTypeError(f"net is a {type(net).__name__}; pass a jaxnn.MLP.")
    for name, activation in PIECEWISE_LINEAR.items():
        if net.activation == name or net.activation is ACTIVATIONS[name]:
            return activation
    raise unknown_name(
        "activation, which must be piecewise linear,", net.activation, PIECEWISE_LINEAR
    )


def slopes_at(activation: PiecewiseLinear, values: np.ndarray) -> np.ndarray:
    """The slope of the piece that each value is on, in the shape of `values`.

    A kink belongs to the piece below it.
    """
    return activation.slopes[np.searchsorted(activation.kinks, values)]
