"""How is a primitive described once, so that both of its rules follow?

Nearly all primitives belong to one of three families:

    elementwise   y = p(x_1, ...)  entry by entry     given the local partials dp/dx_i
    linear        y = L(x_1, ...)  in each argument   given the transposes  g -> L_i^T g
    flat          comparisons, rounding, positions    no derivative at all

The partial of an elementwise primitive is a number, a function (y, x_1, ...) -> array, or
`Select(test)`: 1 where the test holds and 0 elsewhere, by selection, so that the infinite
cotangent of an entry that was not selected leaves no NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def elementwise(name: str | Primitive, value: Any, *partials: Partial) -> Primitive:
    """A primitive that acts entry by entry, with NumPy's broadcasting.

    Args:
      name: for messages and tables; or a primitive that is there already.
      value: (xp, x_1, ..., x_n, **parameters) -> y, or None for the function `name` of xp.
      *partials: dy/dx_i for each argument, written with primitives and operators.
    """
    primitive = name if isinstance(name, Primitive) else Primitive(name, value or by_name(name))
    PARTIALS[primitive] = partials
    return define(
        primitive,
        lambda i, t, y, *xs, **options: expand(scale(partials[i], t, y, xs, options), y),
        lambda i, g, y, *xs, **options: reduce_to(scale(partials[i], g, y, xs, options), xs[i]),
    )


def linear(
    name: str, value: Callable[..., Array], transpose: Callable[..., Array], jointly: bool = False
) -> Primitive:
    """A primitive that is linear in each of its arguments, with NumPy's broadcasting.

    Args:
      name: for messages and tables.
      value: (xp, x_1, ..., x_n, **parameters) -> y.
      transpose: (i, g, x_1, ..., x_n, **parameters) -> L_i^T g. Broadcasting and dtype are taken
        care of; of x_i itself only shape and dtype may be used.
      jointly: whether it is linear in all arguments together, as a sum is and a product is not.
    """
    primitive = Primitive(name, value)

    def forward(i: int, t: Array, y: Array, *xs: Array, **options: Any) -> Array:
        others = [zeros_like(x) for x in xs] if jointly else xs
        return expand(primitive(*others[:i], t, *others[i + 1 :], **options), y)

    def reverse(i: int, g: Array, y: Array, *xs: Array, **options: Any) -> Array:
        return reduce_to(transpose(i, g, *xs, **options), xs[i])

    return define(primitive, forward, reverse)


def flat(name: str, value: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A function without derivative: it looks through all boxes and returns a plain array."""
    primitive = Primitive(name, value or by_name(name))

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


def by_name(name: str) -> Callable[..., Any]:
    """The function of that name in whichever array library."""
    return lambda xp, *xs, **options: getattr(xp, name)(*xs, **options)


def scale(partial: Partial, change: Array, y: Array, xs: Sequence, options: dict) -> Array:
    """partial * change, without multiplying by 1 or by a mask."""
    if isinstance(partial, Select):
        return where(partial.test(y, *xs, **options), change, 0)
    if callable(partial):
        return multiply(change, partial(y, *xs, **options))
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


def keepdims(y: Array, x: Array, axis: tuple[int, ...]) -> Array:
    """What a reduction of x over some axes gave, with axes of length 1 in their places."""
    return reshape(y, shape=tuple([1 if i in axis else n for i, n in enumerate(x.shape)]))


def _sum(xp: Any, x: Array, axis: tuple[int, ...]) -> Array:
    return np.add.reduce(x, axis) if xp is np else xp.sum(x, axis)


def _broadcast_to(xp: Any, x: Array, shape: tuple[int, ...]) -> Array:
    if xp is not np:
        return xp.broadcast_to(x, shape)
    out = np.empty(shape, x.dtype)  # several times faster than numpy.broadcast_to
    out[...] = x
    return out


logical_not, zeros_like = flat("logical_not"), flat("zeros_like")

# What the families themselves need; everything else stands in primitives.py.
elementwise(add, None, 1, 1)
multiply = elementwise("multiply", None, lambda z, x, y: y, lambda z, x, y: x)
negative = elementwise("negative", None, -1)
where = elementwise(
    "where",
    None,
    Select(lambda z, test, x, y: False),
    Select(lambda z, test, x, y: test),
    Select(lambda z, test, x, y: logical_not(test)),
)
reshape = linear(
    "reshape",
    lambda xp, x, shape: x.reshape(shape),
    lambda i, g, x, shape: reshape(g, shape=x.shape),
)
astype = linear("astype", lambda xp, x, dtype: x.astype(dtype), lambda i, g, x, dtype: g)
broadcast_to = linear("broadcast_to", _broadcast_to, lambda i, g, x, shape: g)
sum_ = linear("sum", _sum, lambda i, g, x, axis: broadcast_to(keepdims(g, x, axis), shape=x.shape))
