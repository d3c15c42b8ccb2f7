"""How is a primitive described once, so that both of its rules follow?

Nearly all primitives belong to one of three families:

    elementwise   y = p(x_1, ...)  entry by entry     given the local partials dp/dx_i
    linear        y = L x                             given the transpose  g -> L^T g
    flat          comparisons, rounding, positions    no derivative at all

The partial of an elementwise primitive is a number, a function (y, x_1, ...) -> array, or
`Select(test)`: 1 where the test holds and 0 elsewhere, by selection, so that the infinite
cotangent of an entry that was not selected leaves no NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer.box import base
from jaxnn.tracer.core import FORWARD, REVERSE, Array, Primitive, add


class Select(NamedTuple):
    """A local partial that is 1 where `test(y, x_1, ...)` is true and 0 elsewhere."""

    test: Callable[..., Array]


Partial = int | Select | Callable[..., Array]

# The local partials of the elementwise primitives, for whoever wants to show or use them.
PARTIALS: dict[Primitive, tuple[Partial, ...]] = {}


def elementwise(name: str, value: Callable[..., Array], *partials: Partial) -> Primitive:
    """A primitive that acts entry by entry, with NumPy's broadcasting.

    Args:
      name: for messages and tables.
      value: (xp, x_1, ..., x_n, **parameters) -> y.
      *partials: dy/dx_i for each argument, written with primitives.
    """
    return define_elementwise(Primitive(name, value), *partials)


def define_elementwise(primitive: Primitive, *partials: Partial) -> Primitive:
    """Give an elementwise primitive its two rules."""

    def forward(i: int, tangent: Array, y: Array, *xs: Array, **parameters: Any) -> Array:
        return expand(scale(partials[i], tangent, y, xs, parameters), y)

    def reverse(i: int, cotangent: Array, y: Array, *xs: Array, **parameters: Any) -> Array:
        return reduce_to(scale(partials[i], cotangent, y, xs, parameters), xs[i])

    PARTIALS[primitive] = partials
    return define(primitive, forward, reverse)


def linear(name: str, value: Callable[..., Array], transpose: Callable[..., Array]) -> Primitive:
    """A primitive that is linear in its one argument.

    Args:
      name: for messages and tables.
      value: (xp, x, **parameters) -> y.
      transpose: (g, x, **parameters) -> what L^T does to a cotangent g of y. Of x only shape and
        dtype may be used.
    """
    primitive = Primitive(name, value)
    return define(
        primitive,
        lambda i, tangent, y, x, **parameters: primitive(tangent, **parameters),
        lambda i, cotangent, y, x, **parameters: transpose(cotangent, x, **parameters),
    )


def flat(name: str, value: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A function without derivative: it looks through all boxes and returns a plain array."""
    primitive = Primitive(
        name, value or (lambda xp, *xs, **options: getattr(xp, name)(*xs, **options))
    )

    def look(*xs: Array, **options: Any) -> Any:
        return primitive(*map(base, xs), **options)

    look.__name__ = name
    look.__doc__ = f"NumPy's `{name}`; its derivative is zero, so the result is not traced."
    return look


def define(primitive: Primitive, forward: Callable, reverse: Callable) -> Primitive:
    """Enter both rules of a primitive, as `core` describes them."""
    FORWARD[primitive] = forward
    REVERSE[primitive] = reverse
    return primitive


def scale(partial: Partial, change: Array, y: Array, xs: tuple, parameters: dict) -> Array:
    """partial * change, without multiplying by 1 or by a mask."""
    if isinstance(partial, Select):
        return where(partial.test(y, *xs, **parameters), change, 0)
    if callable(partial):
        return multiply(change, partial(y, *xs, **parameters))
    return change if partial == 1 else negative(change)


def expand(tangent: Array, like: Array) -> Array:
    """Broadcast and cast a tangent to the shape and dtype of a value."""
    if tangent.shape != like.shape:
        tangent = broadcast_to(tangent, shape=like.shape)
    return tangent if tangent.dtype == like.dtype else astype(tangent, dtype=like.dtype)


def reduce_to(cotangent: Array, like: Array) -> Array:
    """The transpose of `expand`: sum a cotangent over what was broadcast, and cast it."""
    shape = like.shape
    if cotangent.shape != shape:
        extra = len(cotangent.shape) - len(shape)
        stretched = (i for i, n in enumerate(shape, extra) if n == 1 != cotangent.shape[i])
        cotangent = sum_(cotangent, axis=(*range(extra), *stretched))
        if cotangent.shape != shape:
            cotangent = reshape(cotangent, shape=shape)
    return cotangent if cotangent.dtype == like.dtype else astype(cotangent, dtype=like.dtype)


def _sum(xp: Any, x: Array, axis: tuple[int, ...]) -> Array:
    return np.add.reduce(x, axis) if xp is np else xp.sum(x, axis)


def _spread(g: Array, x: Array, axis: tuple[int, ...]) -> Array:
    kept = tuple(1 if i in axis else n for i, n in enumerate(x.shape))
    return broadcast_to(reshape(g, shape=kept), shape=x.shape)


def _broadcast(xp: Any, x: Array, shape: tuple[int, ...]) -> Array:
    if xp is not np:
        return xp.broadcast_to(x, shape)
    out = np.empty(shape, x.dtype)  # several times faster than numpy.broadcast_to
    out[...] = x
    return out


logical_not = flat("logical_not")

# What the families themselves need; everything else stands in operations.py.
multiply = elementwise(
    "multiply", lambda xp, x, y: xp.multiply(x, y), lambda out, x, y: y, lambda out, x, y: x
)
negative = elementwise("negative", lambda xp, x: xp.negative(x), -1)
where = elementwise(
    "where",
    lambda xp, test, x, y: xp.where(test, x, y),
    Select(lambda out, test, x, y: False),
    Select(lambda out, test, x, y: test),
    Select(lambda out, test, x, y: logical_not(test)),
)
define_elementwise(add, 1, 1)

reshape = linear(
    "reshape", lambda xp, x, shape: x.reshape(shape), lambda g, x, shape: reshape(g, shape=x.shape)
)
astype = linear(
    "astype", lambda xp, x, dtype: x.astype(dtype), lambda g, x, dtype: astype(g, dtype=x.dtype)
)
sum_ = linear("sum", _sum, _spread)
broadcast_to = linear("broadcast_to", _broadcast, lambda g, x, shape: reduce_to(g, x))
