"""How does a hidden unit keep its mean and spread while the layers before it learn?

    z' = (z - mu) / sqrt(v + epsilon),   next h = phi(gamma z' + beta)

with mu and v the weighted mean and variance (divisor: sum of weights) of z = W' h over the rows of
the step, and gamma, beta learned, for every unit of every hidden layer (Ioffe and Szegedy 2015).
Biases are beta: a bias before the mean is taken off would do nothing.

At the end, mu and v are those of all training rows without noise, layer after layer, and are folded
into a plain network:

    W <- W diag(gamma / sqrt(v + epsilon)),   b <- beta - mu gamma / sqrt(v + epsilon)

With full batches and no other noise, that network is the one that was trained. A row of weight two
counts as two rows; rows of weight zero do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import check_positive
from jaxnn.mlp import MLP, Layer, Parameters
from jaxnn.regularizers.places import Regularizer, check_hidden_units


@dataclass(frozen=True)
class BatchNormalization(Regularizer):
    """Normalisation of all hidden units over the rows of each step; the whole batch is one block.

    A penalty on weights does not shrink the function of a normalised layer: its weights may be of
    any length without changing what it computes.

    Attributes:
      epsilon: what is added to the variance, above 0.

    Raises:
      InputError, InputTypeError: an epsilon that is not a positive number.

    Example:
      >>> from jaxnn import Recipe, fit
      >>> recipe = Recipe(epochs=5, regularizers=(BatchNormalization(),))
      >>> X, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]
      >>> fit(jax.random.key(0), MLP((1, 4, 1)), X, y, recipe).params[0].weights.shape
      (1, 4)
    """

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        check_positive(self.epsilon, "epsilon")

    def check(self, net: MLP) -> None:
        """Refuse a network without hidden units."""
        check_hidden_units(net, self)


class NormalizedLayer(NamedTuple):
    """The parameters of a layer that is normalised before its activation.

    Attributes:
      weights: (inputs, outputs).
      biases: (outputs,), beta.
      scales: (outputs,), gamma.
    """

    weights: Array
    biases: Array
    scales: Array


class Moments(NamedTuple):
    """Mean and variance of each unit, (units,)."""

    mean: Array
    variance: Array


def with_scales(params: Parameters) -> Any:
    """First parameters whose hidden layers are normalised, with scales of 1."""
    *hidden, last = params
    return (*(NormalizedLayer(*layer, jnp.ones_like(layer.biases)) for layer in hidden), last)


def shares_of(weights: Array) -> Array:
    """What each row contributes to a mean: (rows,) summing to one, unless all weights are zero."""
    return weights / jnp.maximum(jnp.sum(weights), jnp.finfo(weights.dtype).tiny)


def moments(z: Array, shares: Array) -> Moments:
    """The weighted moments of z (units, rows), for shares (rows,) that sum to one."""
    mean = z @ shares
    return Moments(mean, jnp.square(z - mean[:, None]) @ shares)


@partial(jax.custom_vjp, nondiff_argnums=(4,))
def normalized(z: Array, scales: Array, shifts: Array, shares: Array, epsilon: float) -> Array:
    """gamma (z - mean) / sqrt(variance + epsilon) + beta.

    Args:
      z: (units, rows).
      scales, shifts: (units,), gamma and beta.
      shares: (rows,), summing to one, with which the moments are taken.
      epsilon: above 0.

    Returns:
      (units, rows); beta in rows without a share. Not compiled.
    """
    return _forward(z, scales, shifts, shares, epsilon)[0]


def _forward(
    z: Array, scales: Array, shifts: Array, shares: Array, epsilon: float
) -> tuple[Array, tuple[Array, ...]]:
    mean, variance = moments(z, shares)
    inverse = jax.lax.rsqrt(variance + epsilon)
    # Padding has no share: it must not become large where the variance is small.
    standard = jnp.where(shares[None] > 0, (z - mean[:, None]) * inverse[:, None], 0)
    outputs = scales[:, None] * standard + shifts[:, None]
    return outputs, (standard, scales, inverse, shares)


def _backward(
    epsilon: float, residuals: tuple[Array, ...], d_outputs: Array
) -> tuple[Array, Array, Array, None]:
    # Moving z moves the moments by its share, so what points along 1 and along `standard` drops.
    standard, scales, inverse, shares = residuals
    d_shifts = jnp.sum(d_outputs, axis=1)
    d_scales = jnp.sum(d_outputs * standard, axis=1)
    through_moments = d_shifts[:, None] + standard * d_scales[:, None]
    d_z = (scales * inverse)[:, None] * (d_outputs - shares[None] * through_moments)
    return d_z, d_scales, d_shifts, None


normalized.defvjp(_forward, _backward)


def folded(layer: NormalizedLayer, found: Moments, epsilon: float) -> Layer:
    """The plain layer that computes what a normalised one does with these moments.

    Args:
      layer: a layer, or equal layers stacked along a leading axis.
      found: the moments of its z, with the same leading axis.
      epsilon: above 0.
    """
    factors = layer.scales * jax.lax.rsqrt(found.variance + epsilon)
    return Layer(layer.weights * factors[..., None, :], layer.biases - found.mean * factors)
