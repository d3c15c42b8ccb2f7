"""What does a loss look like along a line or a plane through its parameters?

    line     loss(w + s d)              plane     loss(w + s d_1 + t d_2)

A random direction means little by itself: a network computes the same when the weights into a ReLU
unit are doubled and those out of it halved. Filter normalisation gives the weights into each unit a
direction as long as they are themselves,

    d_unit <- d_unit |w_unit| / |d_unit|

and leaves the biases where they are (Li, Xu, Taylor, Studer & Goldstein 2018, section 4).
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.flatten_util import ravel_pytree

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_finite,
    check_key,
    check_memory,
    check_name,
    shown,
)
from jaxnn.landscape.arguments import Loss, as_alike, as_parameters, check_loss

NORMALIZATIONS = ("filter", "layer", "none")
POSITIONS = tuple(np.linspace(-1, 1, 51).tolist())


class LineSlice(NamedTuple):
    """A loss along a line.

    Attributes:
      positions: (k,) multiples s of the direction.
      loss: (k,) the loss at w + s d.
    """

    positions: np.ndarray
    loss: np.ndarray


class PlaneSlice(NamedTuple):
    """A loss on a plane.

    Attributes:
      first, second: (k,) and (m,) multiples s and t of the two directions.
      loss: (k, m) the loss at w + s d_1 + t d_2.
    """

    first: np.ndarray
    second: np.ndarray
    loss: np.ndarray


def random_direction(key: Array, params: Any, normalization: str = "filter") -> Any:
    """A normal random direction with the lengths of the weights.

    Args:
      key: of the direction.
      params: a pytree of arrays, such as the layers of a network. In a matrix (inputs, outputs)
        each column holds the weights into one unit.
      normalization: "filter" for the lengths of the weights into each unit and 0 for arrays of one
        axis (biases); "layer" for the length of each array; "none" for standard normal numbers.

    Returns:
      A pytree like `params`.

    Raises:
      InputError, InputTypeError: arguments other than these.

    Example:
      >>> direction = random_direction(jax.random.key(0), {"w": jnp.array([[3.0], [4.0]])})
      >>> print(f"{jnp.linalg.norm(direction['w']):.3f}")
      5.000
    """
    check_key(key)
    check_name(normalization, "normalization", NORMALIZATIONS)
    params = as_parameters(params)
    flat, unravel = ravel_pytree(params)
    direction = unravel(jax.random.normal(key, flat.shape, flat.dtype))
    if normalization == "none":
        return direction
    return jax.tree.map(partial(_as_long_as, normalization), params, direction)


def line_slice(loss: Loss, params: Any, direction: Any, positions: Any = POSITIONS) -> LineSlice:
    """The loss along a line through the parameters.

    Args:
      loss: parameters -> one number, a JAX function.
      params: the point w, an array or a pytree of arrays.
      direction: d, a pytree like `params`.
      positions: (k,) multiples of d; 51 from -1 to 1 by default.

    Returns:
      A `LineSlice`; the loss may be infinite or NaN. Compiled.

    Raises:
      InputError, InputTypeError: arguments other than these.

    Example:
      >>> line_slice(lambda w: (w**2).sum(), jnp.ones(2), jnp.ones(2), [-1.0, 0.0, 1.0]).loss
      array([0., 2., 8.], dtype=float32)
    """
    params, directions = _checked(loss, params, {"direction": direction})
    positions = _positions(positions, "positions")
    return LineSlice(positions, np.asarray(_along(loss, params, directions, positions[:, None])))


def plane_slice(
    loss: Loss,
    params: Any,
    directions: tuple[Any, Any],
    first: Any = POSITIONS,
    second: Any = POSITIONS,
) -> PlaneSlice:
    """The loss on a plane through the parameters.

    Args:
      loss, params: as for `line_slice`.
      directions: (d_1, d_2), each a pytree like `params`.
      first, second: (k,) and (m,) multiples of d_1 and d_2; 51 from -1 to 1 by default.

    Returns:
      A `PlaneSlice`; the loss may be infinite or NaN. Compiled, one row of the plane after another.

    Raises:
      InputError, InputTypeError: arguments other than these.
    """
    if not isinstance(directions, tuple | list) or len(directions) != 2:
        raise InputTypeError(
            f"directions is {shown(directions)}; pass two directions, each a pytree like params."
        )
    named = {"directions[0]": directions[0], "directions[1]": directions[1]}
    params, both = _checked(loss, params, named)
    first, second = _positions(first, "first"), _positions(second, "second")
    check_memory(24 * len(first) * len(second), "first", first, "pass fewer positions")
    places = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
    values = np.asarray(_along(loss, params, both, places))
    return PlaneSlice(first, second, values.reshape(len(first), len(second)))


def line_between(loss: Loss, start: Any, end: Any, positions: Any = None) -> LineSlice:
    """The loss on the line from one point, at position 0, to another, at position 1.

    Goodfellow, Vinyals & Saxe 2015.

    Args:
      loss: parameters -> one number, a JAX function.
      start, end: two points, pytrees alike.
      positions: (k,) positions; 51 from 0 to 1 by default.

    Returns:
      As `line_slice`.

    Raises:
      InputError, InputTypeError: arguments other than these.
    """
    start = as_parameters(start, "start")
    end = as_alike(end, start, "end")
    direction = jax.tree.map(jnp.subtract, end, start)
    return line_slice(
        loss, start, direction, np.linspace(0, 1, 51) if positions is None else positions
    )


def plane_through(origin: Any, first: Any, second: Any) -> tuple[Any, Any]:
    """Two directions of the plane through three points, for `plane_slice`.

    Args:
      origin, first, second: three points, pytrees alike.

    Returns:
      (d_1, d_2): first - origin, at (1, 0) of the plane, and second - origin, at (0, 1).

    Raises:
      InputError, InputTypeError: points that are not alike.
    """
    origin = as_parameters(origin, "origin")
    first, second = as_alike(first, origin, "first"), as_alike(second, origin, "second")
    return (
        jax.tree.map(jnp.subtract, first, origin),
        jax.tree.map(jnp.subtract, second, origin),
    )


def _as_long_as(normalization: str, weights: Array, direction: Array) -> Array:
    """A direction with the lengths of the weights."""
    if normalization == "layer":
        axes = tuple(range(weights.ndim))
    elif weights.ndim < 2:
        return jnp.zeros_like(direction)
    else:
        axes = tuple(range(weights.ndim - 1))
    lengths = [
        jnp.sqrt(jnp.sum(jnp.square(array), axis=axes, keepdims=True))
        for array in (weights, direction)
    ]
    return direction * lengths[0] / jnp.where(lengths[1] > 0, lengths[1], 1)


def _checked(loss: Loss, params: Any, directions: dict[str, Any]) -> tuple[Any, list[Any]]:
    params = as_parameters(params)
    check_loss(loss, params)
    return params, [as_alike(direction, params, name) for name, direction in directions.items()]


def _positions(positions: Any, argument: str) -> np.ndarray:
    positions = as_numbers(positions, argument)
    if positions.ndim != 1 or not positions.size:
        raise InputError(f"{argument} has shape {positions.shape}; pass a list of numbers.")
    check_finite(positions, argument)
    return positions.astype(float)


@partial(jax.jit, static_argnames="loss")
def _along(loss: Loss, params: Any, directions: list[Any], places: Any) -> Array:
    """The loss at params + sum_k places[:, k] directions[k], (places,)."""

    def at(place: Array) -> Array:
        def moved(start: Array, *along: Array) -> Array:
            for k, direction in enumerate(along):
                start = start + place[k].astype(start.dtype) * direction
            return start

        return loss(jax.tree.map(moved, params, *directions))

    return jax.lax.map(at, jnp.asarray(places), batch_size=64)
