"""How is a response trained in units of its own spread, and predicted in its own unit?

    quantitative   y' = (y - center) / scale,  trained as f',  predicted as f = center + scale f'
    count          the first biases of the output are shifted by log(mean y)

with the weighted mean and standard deviation of the training rows. Both change the unit in which
the network starts, not what it can represent: the last layer W', b' of f' becomes W = W' scale and
b = center + b' scale. So learning rates and penalties mean the same in any unit.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jax import Array

from jaxnn.mlp import Layer, Parameters
from jaxnn.tables import Encoder, Scaling, fit_scaling, numeric_columns


class ResponseUnit(NamedTuple):
    """The center and scale of a quantitative response, each (outputs,)."""

    center: Array
    scale: Array


def response_unit(y: Array, weights: Array, fallback: ResponseUnit | None = None) -> ResponseUnit:
    """The weighted mean and standard deviation of a quantitative response.

    Args:
      y: (rows,) or (rows, outputs).
      weights: (rows,), at least 0.
      fallback: the unit of the whole table, from which a constant response takes its scale.

    Returns:
      A `ResponseUnit`, with the divisor sum(weights). The scale is that of `fallback`, or 1, where
      y is constant. Not compiled.
    """
    columns = y[:, None] if y.ndim == 1 else y
    encoder = Encoder(numeric_columns(columns.shape[1]))
    whole = None if fallback is None else Scaling(*fallback)
    return ResponseUnit(*fit_scaling(encoder, columns, weights, whole))


def standardized(y: Array, unit: ResponseUnit) -> Array:
    """(y - center) / scale, of the shape of y: (rows,) or (rows, outputs)."""
    columns = y[:, None] if y.ndim == 1 else y
    return ((columns - unit.center[None]) / unit.scale[None]).reshape(y.shape)


def unfolded(params: Parameters, unit: ResponseUnit) -> Parameters:
    """The network that predicts center + scale f', if `params` are those of f'."""
    *hidden, last = params
    weights = last.weights * unit.scale[None]
    return (*hidden, Layer(weights, unit.center + last.biases * unit.scale))


def starting_at_mean(params: Parameters, y: Array, weights: Array) -> Parameters:
    """First parameters whose output biases are shifted by the log of the mean count.

    Args:
      params: the first parameters.
      y: (rows,) or (rows, outputs) counts.
      weights: (rows,), at least 0.

    Returns:
      The parameters. A mean below 1/(2 rows), as of zeros alone, counts as that. Not compiled.
    """
    columns = y[:, None] if y.ndim == 1 else y
    mean = weights @ columns / jnp.sum(weights)
    *hidden, last = params
    start = jnp.log(jnp.maximum(mean, 0.5 / len(columns)))
    return (*hidden, Layer(last.weights, last.biases + start.astype(last.biases.dtype)))
