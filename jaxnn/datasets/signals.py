"""Can a network recognise a shape wherever it is? Ten shapes in one dimension, in place of digits.

    x = one of ten shapes, moved, stretched and scaled, + noise        y = which shape

After Greydanus 2020, "Scaling down deep learning", with other shapes.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.core import Tracer

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_real,
    check_count,
    check_key,
    check_memory,
    is_whole,
    shown,
)

# Heights of the ten shapes at equal distances, in fifths; 0 before and after. They were drawn at
# random once, smoothed, and kept if no shift or stretch makes them like one of the others.
SHAPES = (
    (4, 7, -2, -9, 1, 3, -3, 0),
    (0, -2, -4, 1, 3, 7, 3, -9),
    (-5, -8, -1, 2, -4, 0, 9, 6),
    (5, 5, -1, 0, 3, 2, -5, -9),
    (-9, -1, 4, 2, 0, -2, 2, 4),
    (4, -4, -3, 1, 0, -5, -3, 9),
    (-6, 1, 9, 5, 0, -1, -3, -5),
    (2, -1, -4, -3, -7, -5, 8, 9),
    (9, -2, -7, -5, -1, 1, -1, 5),
    (9, 2, -7, -3, 1, 3, 3, -7),
)


class SignalSample(NamedTuple):
    """Signals and the numbers of their shapes.

    Attributes:
      X: (n, length).
      y: (n,), class numbers 0..9 in the dtype of X.
    """

    X: Array
    y: Array


def signal(shape: Any, start: Any, width: Any, length: int = 40) -> Array:
    """A shape of `SHAPES` as a signal: its heights joined by straight lines.

    Args:
      shape: number of the shape, 0..9.
      start, width: the shape leaves 0 at `start` and returns to 0 at `start + width`.
      length: number of places of the signal, 0 ... length - 1.

    Returns:
      (length,). Not compiled.

    Raises:
      InputError, InputTypeError: an unknown shape, a width that is not positive, or a length below
        1.

    Example:
      >>> print(signal(0, start=0, width=9, length=10)[:4])
      [ 0.   0.8  1.4 -0.4]
    """
    check_count(length, "length")
    check_memory(4 * length, "length", length)
    if not isinstance(shape, Tracer):
        if not is_whole(shape):
            raise InputTypeError(f"shape is {shown(shape)}; pass the number of a shape, 0 to 9.")
        if not 0 <= shape < len(SHAPES):
            raise InputError(f"shape is {shown(shape)}; pass the number of a shape, 0 to 9.")
    start = as_real(start, "start")
    width = as_real(width, "width", "a positive number", lambda places: places > 1e-30)
    heights = jnp.pad(jnp.asarray(SHAPES, jnp.result_type(float)) / 5, ((0, 0), (1, 1)))
    along = (jnp.arange(length) - start) / width
    return jnp.interp(along, jnp.linspace(0, 1, heights.shape[1]), heights[shape])


def sample_signals(key: Array, n: int, *, length: int = 40, noise: Any = 0.25) -> SignalSample:
    """Draw n signals, each with one of the ten shapes somewhere on it.

    All shapes are equally likely. The width is uniform from 0.3 to 0.6 of the length, the place is
    uniform over all places where the shape fits, and the heights are multiplied by a uniform number
    from 0.7 to 1.3.

    Args:
      key: a typed JAX key.
      n: number of signals, at least 1.
      length: number of places of each signal, at least 10.
      noise: standard deviation of the Gaussian noise at each place; that of the shapes themselves
        is about 0.6.

    Returns:
      A `SignalSample`. Not compiled.

    Raises:
      InputError, InputTypeError: a seed instead of a key, n below 1, a length below 10, or noise
        below 0.

    Example:
      >>> X, y = sample_signals(jax.random.key(0), 5)
      >>> X.shape, y.shape
      ((5, 40), (5,))
    """
    check_key(key)
    check_count(n, "n")
    check_count(length, "length", least=10)
    check_memory(4 * n * length, "n", n)
    noise = as_real(
        noise, "noise", "a number of at least 0", lambda deviation: 0 <= deviation < 1e30
    )
    key_class, key_place, key_noise = jax.random.split(key, 3)
    y = jax.random.randint(key_class, (n,), 0, len(SHAPES))
    place, stretch, height = jax.random.uniform(key_place, (3, n))
    width = (0.3 + 0.3 * stretch) * length
    start = place * (length - 1 - width)
    clean = jax.vmap(partial(signal, length=length))(y, start, width)
    X = (0.7 + 0.6 * height)[:, None] * clean
    return SignalSample(X + noise * jax.random.normal(key_noise, X.shape), y.astype(X.dtype))
