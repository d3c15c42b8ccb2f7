"""Where is the gradient zero, and is it a minimum there?

From a start, steps of Gauss and Newton on the equations grad loss(w) = 0 (Levenberg and Marquardt):

    w <- w - (H^2 + m I)^-1 H g,     g = grad loss(w),  H its Hessian

m falls while |g| falls and grows where it does not, so that |g| never grows. The method is drawn to
minima, maxima and saddles alike. The index of a critical point is the number of negative
eigenvalues of H: 0 at a minimum. Dauphin et al. 2014.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

from jaxnn.errors import InputError, check_count, check_not_negative
from jaxnn.landscape.arguments import Loss, as_parameters, check_derivatives_finite, check_loss

MOST_PARAMETERS = 4096  # of a Hessian that is formed: 128 MiB in double precision


class CriticalPoint(NamedTuple):
    """A point that was searched for with gradient zero.

    Attributes:
      params: the point, like the start.
      loss: () there.
      gradient_norm: () the length of the gradient that is left.
      eigenvalues: (parameters,) of the Hessian there, in ascending order.
      index: how many of them are below zero.
      kind: "minimum", "maximum", "saddle", or "degenerate" if an eigenvalue is zero up to rounding,
        so that second derivatives do not tell.
      steps: () steps that were made.
    """

    params: Any
    loss: Array
    gradient_norm: Array
    eigenvalues: np.ndarray
    index: int
    kind: str
    steps: Array


def critical_point(
    loss: Loss, start: Any, steps: int = 200, tolerance: float = 0.0
) -> CriticalPoint:
    """Search for a point with gradient zero near a start, and tell what it is.

    Args:
      loss: parameters -> one number, a JAX function with second derivatives.
      start: an array or a pytree of arrays, of at most 4,096 numbers.
      steps: the most steps made; a step that would make the gradient longer counts, too.
      tolerance: the search ends when the gradient is no longer than this.

    Returns:
      A `CriticalPoint`; look at its `gradient_norm`, for the search may end elsewhere. An
      eigenvalue counts as zero below 100 parameters eps max |eigenvalue|, with the eps of the
      dtype. Compiled.

    Raises:
      InputError, InputTypeError: arguments other than these.

    Example:
      >>> point = critical_point(lambda w: w[0] ** 2 - w[1] ** 2, jnp.array([1.0, 2.0]))
      >>> point.kind, point.index
      ('saddle', 1)
    """
    check_count(steps, "steps")
    check_not_negative(tolerance, "tolerance")
    start = as_parameters(start, "start")
    check_loss(loss, start)
    flat, unravel = ravel_pytree(start)
    if flat.size > MOST_PARAMETERS:
        raise InputError(
            f"start holds {flat.size:,} numbers; pass at most {MOST_PARAMETERS:,}, for the Hessian "
            "is formed."
        )
    steps = min(steps, np.iinfo(np.int32).max)
    point, steps_made, value, gradient, hessian = _search(loss, start, steps, float(tolerance))
    check_derivatives_finite((value, gradient, hessian), "start, or where the search ends,")
    eigenvalues = np.linalg.eigvalsh(np.asarray(hessian))
    scale = np.abs(eigenvalues).max(initial=0)
    rounding = 100 * flat.size * float(jnp.finfo(flat.dtype).eps) * scale
    return CriticalPoint(
        unravel(point),
        value,
        jnp.linalg.norm(gradient),
        eigenvalues,
        int((eigenvalues < -rounding).sum()),
        _kind(eigenvalues, rounding),
        steps_made,
    )


def _kind(eigenvalues: np.ndarray, rounding: float) -> str:
    if (np.abs(eigenvalues) <= rounding).any():
        return "degenerate"
    if (eigenvalues > 0).all():
        return "minimum"
    return "maximum" if (eigenvalues < 0).all() else "saddle"


@partial(jax.jit, static_argnames=("loss", "steps"))
def _search(loss: Loss, start: Any, steps: int, tolerance: float) -> tuple[Array, ...]:
    flat, unravel = ravel_pytree(start)

    def of_vector(vector: Array) -> Array:
        return loss(unravel(vector))

    gradient_at, hessian_at = jax.grad(of_vector), jax.hessian(of_vector)

    def unfinished(state: tuple[Array, ...]) -> Array:
        _, gradient, _, made = state
        return (made < steps) & (jnp.linalg.norm(gradient) > tolerance)

    def step(state: tuple[Array, ...]) -> tuple[Array, ...]:
        point, gradient, damping, made = state
        hessian = hessian_at(point)
        squared = hessian @ hessian
        shift = damping * jnp.maximum(jnp.trace(squared) / flat.size, jnp.finfo(flat.dtype).tiny)
        move = jnp.linalg.solve(squared + shift * jnp.eye(flat.size), hessian @ gradient)
        proposed = point - move
        there = gradient_at(proposed)
        better = jnp.linalg.norm(there) < jnp.linalg.norm(gradient)  # not where it is NaN
        return (
            jnp.where(better, proposed, point),
            jnp.where(better, there, gradient),
            jnp.clip(damping * jnp.where(better, 0.2, 4.0), 1e-14, 1e14),
            made + 1,
        )

    one = jnp.ones((), flat.dtype)
    first = (flat, gradient_at(flat), 1e-3 * one, jnp.zeros((), int))
    point, gradient, _, made = jax.lax.while_loop(unfinished, step, first)
    return point, made, of_vector(point), gradient, hessian_at(point)
