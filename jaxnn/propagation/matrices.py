"""How does a random weight matrix act on a few vectors, without being there?

    W = s (Q E + P W'),   Q: basis of the vectors H that it has met,  P = I - Q Q^T

An n x n matrix of independent N(0, s^2) entries turns the m columns of Q into independent Gaussian
vectors, the rows of s E; whatever it does to directions orthogonal to them is independent of that.
So the forward product H W needs only the m rows of E, and the product back, W g, is

    s (Q E g + P w |g|),   w ~ N(0, I) new.

Both have exactly the joint law that they would have with a matrix drawn in full, at every width,
for (m + 1) n random numbers in place of n^2.  (This is how message passing and the dynamics of
random networks are analysed: Bolthausen 2014.)

`implied_law` gives this for Gaussian schemes.  With `drawn_law`, for any scheme, each matrix is
drawn from its key on the way forward and once more on the way back: only one is ever there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array

from jaxnn import mlp
from jaxnn.errors import check_number
from jaxnn.initializers import Scaled, initializer
from jaxnn.mlp import MLP, Layer


class MatrixLaw(NamedTuple):
    """Random layers W, b of one shape, as three functions.

    Attributes:
      draw: (key, count) -> all that is random in so many layers, along a leading (count,).
      forward: (one of those, h (rows, inputs)) -> (h W + b (rows, outputs), what `back` needs).
      back: (the same one, that, g (rows, outputs)) -> g W^T (rows, inputs).
    """

    draw: Callable[[Array, int], Any]
    forward: Callable[[Any, Array], tuple[Array, Any]]
    back: Callable[[Any, Any, Array], Array]


class Scales(NamedTuple):
    """What weights and biases are multiplied by: apart, so that networks that differ in nothing
    else share one compiled program."""

    weights: Array
    biases: Array


@dataclass(frozen=True)
class NormalBiases:
    """Biases N(0, variance), as `jaxnn.MLP(bias_initializer=...)` takes them.

    Attributes:
      variance: a number of at least 0.

    Raises:
      InputError, InputTypeError: no such number.
    """

    variance: float

    def __post_init__(self) -> None:
        check_number(self.variance, "variance", "a finite number of at least 0", lambda x: x >= 0)

    def __call__(self, key: Array, shape: tuple[int, ...], dtype: Any = None) -> Array:
        return self.variance**0.5 * jax.random.normal(key, shape, dtype or float)


def is_gaussian(net: MLP) -> bool:
    """Whether the weights of a network are independent Gaussians."""
    scheme = initializer(net.initializer)
    return isinstance(scheme, Scaled) and scheme.distribution == "normal"


def without_scales(net: MLP) -> tuple[MLP, Scales]:
    """The network with the scales of its first weights and biases 1, and what they were."""
    scheme, biases = initializer(net.initializer), net.bias_initializer
    scales = [1.0, 1.0]
    if isinstance(scheme, Scaled):
        scales[0] = scheme.scale**0.5
        scheme = dataclasses.replace(scheme, scale=1.0)
    if isinstance(biases, NormalBiases):
        scales[1] = biases.variance**0.5
        biases = NormalBiases(1.0)
    bare = dataclasses.replace(net, initializer=scheme, bias_initializer=biases)
    return bare, Scales(*map(jnp.asarray, scales))


def drawn_law(net: MLP, scales: Scales, inputs: int, outputs: int, impl: Any) -> MatrixLaw:
    """Layers of these sizes as `jaxnn.mlp.init` makes them; a matrix is drawn when it is used.

    Args:
      net: whose initialisers.
      scales: by which their weights and biases are multiplied.
      inputs, outputs: sizes of the layers.
      impl: of the keys, as `jax.random.key_impl` has it.
    """
    layer = MLP(
        (inputs, outputs), initializer=net.initializer, bias_initializer=net.bias_initializer
    )

    # Keys as their data: each is used twice, on purpose.
    def draw(key: Array, count: int) -> Array:
        return jax.random.key_data(jax.random.split(key, count))

    def made(data: Array) -> Layer:
        return mlp.init(jax.random.wrap_key_data(data, impl=impl), layer)[0]

    def forward(data: Array, h: Array) -> tuple[Array, None]:
        weights, biases = made(data)
        return scales.weights * (h @ weights) + scales.biases * biases[None], None

    def back(data: Array, _: None, g: Array) -> Array:
        return scales.weights * (g @ made(data).weights.T)

    return MatrixLaw(draw, forward, back)


class _Draws(NamedTuple):
    images: Array  # (rows, outputs), of the basis of what comes forward
    others: Array  # (rows, inputs), what a gradient becomes away from that basis
    biases: Array  # (outputs,)


def implied_law(net: MLP, scales: Scales, inputs: int, outputs: int, rows: int) -> MatrixLaw:
    """The same law without matrices, if `is_gaussian`, for that number of rows."""
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

    def back(draws: _Draws, basis: Array, g: Array) -> Array:
        others = draws.others - (draws.others @ basis.T) @ basis
        return (g @ draws.images.T) @ basis + orthonormal(g)[1] @ others

    return MatrixLaw(draw, forward, back)


def orthonormal(rows: Array) -> tuple[Array, Array]:
    """An orthonormal basis of vectors, one after the other, and their coefficients in it.

    What is left of a vector once its share in those before is taken off counts as zero when it is
    no more than rounding; then its basis vector is zero.

    Args:
      rows: (m, n), of any size that the dtype can hold.

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
        for _ in range(2):  # once leaves rounding errors of the parts that are taken off
            part = basis @ rest
            rest -= part @ basis
            share += part
        norm = jnp.linalg.norm(rest)
        new = norm > least * whole
        basis = basis.at[number].set(jnp.where(new, rest / jnp.where(new, norm, 1), 0))
        coefficients.append(size * share.at[number].set(jnp.where(new, norm, 0)))
    return basis, jnp.stack(coefficients)
