"""How can vectors pass through a random layer whose weight matrix is never drawn?

    W = s (Q E + P W'),   columns of Q: orthonormal basis of the m rows of H,   P = I - Q Q^T

An n x n matrix of independent N(0, s^2) entries maps the m columns of Q to independent Gaussian
vectors, the rows of s E, and acts on directions orthogonal to them independently of that. So the
forward product H W needs only the m rows of E, and the backward product W g is

    s (Q E g + P w |g|),   w ~ N(0, I), drawn anew.

Both have exactly the joint distribution that a fully drawn matrix would give, at every width, from
(m + 1) n random numbers instead of n^2. Message passing and the dynamics of random networks are
analysed this way (Bolthausen 2014, "An iterative construction of solutions of the TAP equations").

`implied_layers` does this for Gaussian weights. `drawn_layers` works for any initialiser: each
matrix is drawn from its key on the way forward and drawn again on the way back, so that only one is
in memory at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn import mlp
from jaxnn.initializers import Scaled, initializer
from jaxnn.mlp import MLP, Layer
from jaxnn.propagation.random_networks import Scales


class RandomLayers(NamedTuple):
    """Random layers W, b of one shape, as three functions.

    Attributes:
      draw: (key, count) -> the random part of `count` layers, with a leading (count,) axis.
      forward: (random part of one layer, h (rows, inputs)) -> (h W + b (rows, outputs), memory
        that `backward` needs).
      backward: (the same random part, memory, g (rows, outputs)) -> g W^T (rows, inputs).
    """

    draw: Callable[[Array, int], Any]
    forward: Callable[[Any, Array], tuple[Array, Any]]
    backward: Callable[[Any, Any, Array], Array]


def drawn_layers(net: MLP, scales: Scales, inputs: int, outputs: int, impl: Any) -> RandomLayers:
    """Layers as `jaxnn.init` makes them; a matrix is drawn whenever it is used.

    Args:
      net: the network whose initialisers are used.
      scales: factors of their weights and biases.
      inputs, outputs: sizes of the layers.
      impl: implementation of the keys, as from `jax.random.key_impl`.

    Returns:
      `RandomLayers`. Not compiled.
    """
    layer = MLP(
        (inputs, outputs), initializer=net.initializer, bias_initializer=net.bias_initializer
    )

    # Keys are stored as raw data because each is used twice on purpose.
    def draw(key: Array, count: int) -> Array:
        return jax.random.key_data(jax.random.split(key, count))

    def drawn(data: Array) -> Layer:
        return mlp.init(jax.random.wrap_key_data(data, impl=impl), layer)[0]

    def forward(data: Array, h: Array) -> tuple[Array, None]:
        weights, biases = drawn(data)
        return scales.weights * (h @ weights) + scales.biases * biases[None], None

    def backward(data: Array, _: None, g: Array) -> Array:
        return scales.weights * (g @ drawn(data).weights.T)

    return RandomLayers(draw, forward, backward)


class _Draws(NamedTuple):
    images: Array  # (rows, outputs), of the basis of the forward vectors
    others: Array  # (rows, inputs), the part of a gradient orthogonal to that basis
    biases: Array  # (outputs,)


def implied_layers(net: MLP, scales: Scales, inputs: int, outputs: int, rows: int) -> RandomLayers:
    """Layers of the same distribution without matrices, for Gaussian weights and few rows.

    Args:
      net: a network for which `has_gaussian_weights` is true.
      scales: factors of its weights and biases.
      inputs, outputs: sizes of the layers.
      rows: number of vectors that go through together.

    Returns:
      `RandomLayers`. Not compiled.
    """
    scheme = initializer(net.initializer)
    assert isinstance(scheme, Scaled)
    deviation = scales.weights * scheme.deviation(inputs, outputs)
    only_biases = MLP((inputs, outputs), initializer="zeros", bias_initializer=net.bias_initializer)

    def draw(key: Array, count: int) -> _Draws:
        key_normal, key_biases = jax.random.split(key)
        normal = deviation * jax.random.normal(key_normal, (count, rows, outputs + inputs))
        keys = jax.random.split(key_biases, count)
        biases = jax.vmap(lambda k: mlp.init(k, only_biases)[0].biases)(keys)
        return _Draws(normal[..., :outputs], normal[..., outputs:], scales.biases * biases)

    def forward(draws: _Draws, h: Array) -> tuple[Array, Array]:
        basis, coefficients = orthonormal(h)
        return coefficients @ draws.images + draws.biases[None], basis

    def backward(draws: _Draws, basis: Array, g: Array) -> Array:
        others = draws.others - (draws.others @ basis.T) @ basis
        return (g @ draws.images.T) @ basis + orthonormal(g)[1] @ others

    return RandomLayers(draw, forward, backward)


def orthonormal(rows: Array) -> tuple[Array, Array]:
    """Gram-Schmidt: an orthonormal basis of the given vectors, and their coefficients in it.

    If what remains of a vector after subtracting its projection on the earlier ones is no larger
    than rounding, its basis vector is zero.

    Args:
      rows: (m, n) floats of any size that the dtype can hold.

    Returns:
      basis (m, n) and coefficients (m, m), lower triangular, with rows = coefficients @ basis.
    """
    least = 4 * jnp.finfo(rows.dtype).eps
    basis = jnp.zeros_like(rows)
    coefficients = []
    for number, row in enumerate(rows):
        size = jnp.max(jnp.abs(row))
        size = jnp.where(size > 0, size, 1)
        rest = row / size
        whole = jnp.linalg.norm(rest)
        share = jnp.zeros(len(rows), rows.dtype)
        for _ in range(2):  # one pass leaves rounding errors of the parts it subtracts
            part = basis @ rest
            rest -= part @ basis
            share += part
        norm = jnp.linalg.norm(rest)
        new = norm > least * whole
        basis = basis.at[number].set(jnp.where(new, rest / jnp.where(new, norm, 1), 0))
        coefficients.append(size * share.at[number].set(jnp.where(new, norm, 0)))
    return basis, jnp.stack(coefficients)
