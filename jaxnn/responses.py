"""What does the last layer mean, and what does a wrong prediction cost?

The kind of response decides both, as in a generalised linear model: with output z = f(x),

    quantitative   prediction z            loss (z - y)^2, mean over outputs
    binary         P(y = 1) = 1/(1+e^-z)   loss log(1 + e^z) - y z
    categorical    P(y = k) = softmax(z)_k loss log(sum_k e^{z_k}) - z_y
    count          mean m = e^z            loss 2 (y log(y/m) - y + m), mean over outputs

The two cross-entropies are minus the log-likelihood of one row in nats, written so that no
exponential overflows and no logarithm sees a zero. The last loss is the Poisson deviance, with
0 log 0 = 0 (McCullagh and Nelder 1989, section 2.3). Lecture 11, "Neural Networks: Concept
Check" (the output layer should match the response variable).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from jaxnn.errors import InputError, InputTypeError, as_jax_array, check_name, is_whole, shown

__all__ = [
    "RESPONSES",
    "Response",
    "loss",
    "mean",
    "response",
]


class Response(NamedTuple):
    """What a kind of response does with outputs whose units are along `axis`.

    Attributes:
      mean: (z, axis) -> the predicted mean, the same shape as z.
      loss: (z, y, axis) -> one loss per row, the shape of z without `axis`.
    """

    mean: Callable[[Array, int], Array]
    loss: Callable[[Array, Array, int], Array]


def _squared_error(z: Array, y: Array, axis: int) -> Array:
    return jnp.mean(jnp.square(z - y), axis=axis)


def _binary_cross_entropy(z: Array, y: Array, axis: int) -> Array:
    return jnp.mean(jax.nn.softplus(z) - y * z, axis=axis)


def _categorical_cross_entropy(z: Array, y: Array, axis: int) -> Array:
    # A comparison with the class numbers in place of a gather, whose derivative is a slow scatter.
    classes = jax.lax.broadcasted_iota(jnp.int32, z.shape, axis % z.ndim)
    chosen = jnp.sum(jnp.where(classes == y, z, 0), axis=axis)
    return jax.nn.logsumexp(z, axis=axis) - chosen


def _poisson_deviance(z: Array, y: Array, axis: int) -> Array:
    # y log y is not differentiated, so the derivative 2 (e^z - y) has no NaN at y = 0.
    saturated = jax.scipy.special.xlogy(y, y) - y
    return jnp.mean(2 * (saturated - y * z + jnp.exp(z)), axis=axis)


RESPONSES: dict[str, Response] = {
    "quantitative": Response(lambda z, axis: z, _squared_error),
    "binary": Response(lambda z, axis: jax.nn.sigmoid(z), _binary_cross_entropy),
    "categorical": Response(
        lambda z, axis: jax.nn.softmax(z, axis=axis), _categorical_cross_entropy
    ),
    "count": Response(lambda z, axis: jnp.exp(z), _poisson_deviance),
}


def response(kind: str) -> Response:
    """The functions of a kind of response.

    Raises:
      InputError, InputTypeError: the kind is unknown.
    """
    check_name(kind, "response", RESPONSES)
    return RESPONSES[kind]


def mean(kind: str, outputs: Array, axis: int = -1) -> Array:
    """The predicted mean of the response: a number, or the probability of y = 1 or of each class.

    Args:
      kind: "quantitative", "binary", "categorical" or "count".
      outputs: z, the network's outputs.
      axis: the axis of `outputs` along which the output units are.

    Returns:
      An array of the shape and dtype of `outputs`. Not compiled.

    Raises:
      InputError, InputTypeError: an unknown kind, shapes that do not fit, or an axis that `outputs`
        does not have.

    Example:
      >>> import jax.numpy as jnp
      >>> from jaxnn import responses
      >>> print(responses.mean("binary", jnp.array([0.0])))
      [0.5]
    """
    found = response(kind)
    z = _checked_outputs(outputs, axis)
    return found.mean(z, axis)


def loss(kind: str, outputs: Array, y: Array, axis: int = -1) -> Array:
    """The loss of each row, by the formulas at the top of this module.

    Args:
      kind: "quantitative", "binary", "categorical" or "count".
      outputs: z, the network's outputs.
      y: class numbers 0..K-1 in any dtype with length 1 along `axis` (categorical), or an array
        that broadcasts against `outputs` (any other kind).
      axis: the axis of `outputs` along which the output units are.

    Returns:
      An array of the shape of `outputs` without `axis`. The squared error has no factor 1/2, and
      the deviance has its factor 2. Cross-entropies are in nats. Not compiled.

    Raises:
      InputError, InputTypeError: an unknown kind, shapes that do not fit, or an axis that `outputs`
        does not have.

    Example:
      >>> import jax.numpy as jnp
      >>> from jaxnn import responses
      >>> print(responses.loss("quantitative", jnp.array([3.0]), jnp.array([1.0])))
      4.0
    """
    found = response(kind)
    z, y = _checked_outputs(outputs, axis), as_jax_array(y, "y")
    wanted = list(z.shape)
    if kind == "categorical":
        wanted[axis] = 1
    try:
        fits = np.broadcast_shapes(y.shape, wanted) == tuple(wanted)
    except ValueError:
        fits = False
    if not fits:
        raise InputError(
            f"y has shape {y.shape}; outputs has shape {z.shape}, so pass a shape that broadcasts "
            f"against {tuple(wanted)}."
        )
    return found.loss(z, y, axis)


def _checked_outputs(outputs: Any, axis: int) -> Array:
    z = as_jax_array(outputs, "outputs")
    if not is_whole(axis):
        raise InputTypeError(f"axis is {shown(axis)}; pass a whole number.")
    if not -z.ndim <= axis < z.ndim:
        raise InputError(f"axis is {axis}; outputs has shape {z.shape}, so pass one of its axes.")
    return z


def check_outputs(kind: str, outputs: int) -> None:
    """Refuse a number of output units that does not fit the kind of response.

    Raises:
      InputError: the kind is unknown, or the number does not fit it.
    """
    response(kind)
    if kind == "binary" and outputs != 1:
        raise InputError(
            f"sizes ends with {outputs}; a binary response has one output, the logit, so pass 1."
        )
    if kind == "categorical" and outputs < 2:
        raise InputError(
            f"sizes ends with {outputs}; a categorical response has one output per class, so pass "
            "at least 2."
        )
