"""How does a hidden unit keep its mean and spread while the layers before it learn?

    z' = (z - mu) / sqrt(v + epsilon),   next h = phi(gamma z' + beta)

with mu and v the weighted mean and variance (divisor: sum of weights) of z = W' h over the rows of
the step, and gamma, beta learned, for every unit of every hidden layer (Ioffe and Szegedy 2015).
Biases are beta: a bias before the mean is taken off would do nothing.

At the end, mu and v are those of all training rows without noise, layer after layer, and are folded
into a plain network:

    W <- W diag(gamma / sqrt(v + epsilon)),   b <- beta - mu gamma / sqrt(v + epsilon)

With full batches and no other noise, that network is the one that was trained. A row of weight two
counts as two rows; rows of weight zero do not count. On request, mu and v are running averages over
the steps instead, noise and all, as in PyTorch's layers,

    mu <- (1 - momentum) mu + momentum mu_batch,   v <- (1 - momentum) v + momentum v_batch m/(m-1)

from mu = 0 and v = 1, with m the number of rows of positive weight in the batch, a row of weight
two being one of them. They lag behind the weights, so the network that comes out depends on how
training ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn.errors import check_number, check_positive
from jaxnn.mlp import MLP, Layer, Parameters
from jaxnn.regularizers.places import Regularizer, check_hidden_units


@dataclass(frozen=True)
class BatchNormalization(Regularizer):
    """Normalisation of all hidden units over the rows of each step; the whole batch is one block.

    A penalty on weights does not shrink the function of a normalised layer: its weights may be of
    any length without changing what it computes.

    Attributes:
      epsilon: what is added to the variance, above 0.
      momentum: of running averages, in (0, 1]; None takes the moments of all training rows.

    Raises:
      InputError, InputTypeError: a number out of these ranges.

    Example:
      >>> from jaxnn import Recipe, fit
      >>> recipe = Recipe(epochs=5, regularizers=(BatchNormalization(),))
      >>> X, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]
      >>> fit(jax.random.key(0), MLP((1, 4, 1)), X, y, recipe).params[0].weights.shape
      (1, 4)
    """

    epsilon: float = 1e-5
    momentum: float | None = None

    def __post_init__(self) -> None:
        check_positive(self.epsilon, "epsilon")
        if self.momentum is not None:
            accepted = "None or a number in (0, 1]"
            check_number(self.momentum, "momentum", accepted, lambda share: 0 < share <= 1)

    def check(self, net: MLP) -> None:
        """Refuse a network without hidden units."""
        check_hidden_units(net, self)


class Moments(NamedTuple):
    """Mean and variance of each unit, (units,)."""

    mean: Array
    variance: Array


class NormalizedLayer(NamedTuple):
    """The parameters of a layer that is normalised before its activation.

    Attributes:
      weights: (inputs, outputs).
      biases: (outputs,), beta.
      scales: (outputs,), gamma.
      running: the running averages; None if there are none.
    """

    weights: Array
    biases: Array
    scales: Array
    running: Moments | None = None


def with_scales(params: Parameters, normalization: BatchNormalization) -> Any:
    """First parameters whose hidden layers are normalised, with scales of 1."""
    *hidden, last = params
    running = normalization.momentum is not None
    return (*(_normalized_layer(layer, running) for layer in hidden), last)


def _normalized_layer(layer: Layer, running: bool) -> NormalizedLayer:
    one = jnp.ones_like(layer.biases)
    return NormalizedLayer(*layer, one, Moments(jnp.zeros_like(one), one) if running else None)


def shares_of(weights: Array) -> Array:
    """What each row contributes to a mean: (rows,) summing to one, unless all weights are zero."""
    return weights / jnp.maximum(jnp.sum(weights), jnp.finfo(weights.dtype).tiny)


def moments(z: Array, shares: Array) -> Moments:
    """The weighted moments of z (units, rows), for shares (rows,) that sum to one."""
    mean = z @ shares
    return Moments(mean, jnp.square(z - mean[:, None]) @ shares)


def averaged(running: Moments, batch: Moments, rows: Array, momentum: float) -> Moments:
    """Running averages after one more batch.

    Args:
      running, batch: the averages before, and the moments of the batch.
      rows: (), the number of rows of the batch.
      momentum: the weight of the batch.
    """
    unbiased = batch._replace(variance=batch.variance * rows / jnp.maximum(rows - 1, 1))
    return jax.tree.map(lambda old, new: (1 - momentum) * old + momentum * new, running, unbiased)


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
    # Sums as products with ones that XLA does not know to be ones. It would otherwise sum the
    # product of two arrays in a loop that takes twice as long.
    ones = (shares >= 0).astype(shares.dtype)
    d_shifts = d_outputs @ ones
    d_scales = (d_outputs * standard) @ ones
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
