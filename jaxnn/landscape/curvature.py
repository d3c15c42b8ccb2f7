"""How curved is a loss, and in which directions most and least?

A product of the Hessian H with a vector v costs about two gradients:

    H v = d/dt grad loss(w + t v) at t = 0

(Pearlmutter 1994). From such products alone, the Lanczos method finds the extreme eigenvalues of H:
it projects H on the span of v, H v, H^2 v, ..., a small tridiagonal matrix.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.flatten_util import ravel_pytree

from jaxnn.errors import check_count, check_key, check_memory
from jaxnn.landscape.arguments import (
    Loss,
    as_alike,
    as_parameters,
    check_derivatives_finite,
    check_loss,
)


class ExtremeEigenvalues(NamedTuple):
    """The smallest and the largest eigenvalue of a Hessian, () each."""

    smallest: Array
    largest: Array


def hessian_vector_product(loss: Loss, params: Any, vector: Any) -> Any:
    """The product of the Hessian of a loss with a vector, without forming the Hessian.

    Args:
      loss: parameters -> one number, a JAX function.
      params: the point, an array or a pytree of arrays.
      vector: a pytree like `params`.

    Returns:
      A pytree like `params`. Compiled if the caller is.

    Raises:
      InputError, InputTypeError: arguments other than these.

    Example:
      >>> loss = lambda w: w[0] ** 2 * w[1]
      >>> print(hessian_vector_product(loss, jnp.array([1.0, 3.0]), jnp.array([1.0, 0.0])))
      [6. 2.]
    """
    params = as_parameters(params)
    check_loss(loss, params)
    vector = as_alike(vector, params, "vector")
    vector = jax.tree.map(lambda v, p: jnp.asarray(v, p.dtype), vector, params)
    product = _product(loss, params, vector)
    check_derivatives_finite(product, "params")
    return product


def extreme_eigenvalues(
    key: Array, loss: Loss, params: Any, iterations: int = 100
) -> ExtremeEigenvalues:
    """The smallest and the largest eigenvalue of the Hessian of a loss.

    The Lanczos method from a random vector, with every new vector made orthogonal to all before.
    It is exact, up to rounding, once there are as many iterations as parameters. With fewer, both
    values lie between the true ones, and extremes that stand apart from the other eigenvalues are
    found first.

    Args:
      key: of the first vector.
      loss: parameters -> one number, a JAX function.
      params: the point, an array or a pytree of arrays.
      iterations: products with the Hessian; no more than there are parameters are used, and as many
        vectors are held at once.

    Returns:
      (smallest, largest), in the dtype of the parameters. Compiled.

    Raises:
      InputError, InputTypeError: arguments other than these.

    Example:
      >>> loss = lambda w: w[0] ** 2 - 3 * w[1] ** 2 + w[2]
      >>> smallest, largest = extreme_eigenvalues(jax.random.key(0), loss, jnp.ones(3))
      >>> print(f"{smallest:.3f} {largest:.3f}")
      -6.000 2.000
    """
    check_key(key)
    check_count(iterations, "iterations")
    params = as_parameters(params)
    check_loss(loss, params)
    size = sum(leaf.size for leaf in jax.tree.leaves(params))
    iterations = min(iterations, size)
    advice = "pass fewer iterations, or a smaller network"
    check_memory(4 * size * iterations, "iterations", iterations, advice)
    extremes = _lanczos(key, loss, params, iterations)
    check_derivatives_finite(extremes, "params")
    return extremes


def _product(loss: Loss, params: Any, vector: Any) -> Any:
    return jax.jvp(jax.grad(loss), (params,), (vector,))[1]


@partial(jax.jit, static_argnames=("loss", "iterations"))
def _lanczos(key: Array, loss: Loss, params: Any, iterations: int) -> ExtremeEigenvalues:
    flat, unravel = ravel_pytree(params)

    def product(vector: Array) -> Array:
        return ravel_pytree(_product(loss, params, unravel(vector)))[0]

    def unit(vector: Array) -> tuple[Array, Array]:
        length = jnp.linalg.norm(vector)
        return vector / jnp.where(length > 0, length, 1), length

    def step(carry: tuple[Array, Array], place: Array) -> tuple[Any, Any]:
        basis, current = carry
        basis = basis.at[place].set(current)
        image = product(current)
        diagonal = jnp.vdot(current, image)
        for _ in range(2):  # once is not enough in floating point
            image = image - (basis @ image) @ basis
        following, off_diagonal = unit(image)
        return (basis, following), (diagonal, off_diagonal)

    first, _ = unit(jax.random.normal(key, flat.shape, flat.dtype))
    start = (jnp.zeros((iterations, flat.size), flat.dtype), first)
    _, (diagonal, off_diagonal) = jax.lax.scan(step, start, jnp.arange(iterations))
    # Where the vectors span a space that H maps into itself, the next one is zero, and so are its
    # entries; an entry that is inside the range of the others leaves the extremes as they are.
    ended = jnp.concatenate([jnp.zeros(1, bool), jnp.cumsum(off_diagonal[:-1] == 0) > 0])
    diagonal = jnp.where(ended, diagonal[0], diagonal)
    inside = jnp.where(ended[1:], 0, off_diagonal[:-1])
    projected = jnp.diag(diagonal) + jnp.diag(inside, 1) + jnp.diag(inside, -1)
    eigenvalues = jnp.linalg.eigvalsh(projected)
    return ExtremeEigenvalues(eigenvalues[0], eigenvalues[-1])
