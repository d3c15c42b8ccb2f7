"""How is a primitive described once, so that both of its rules follow?

Nearly all primitives belong to one of three families:

    elementwise   y = p(x_1, ...)  entry by entry     given the local partials dp/dx_i
    linear        y = L(x_1, ...)  in each argument   given the transposes  g -> L_i^T g
    flat          comparisons, rounding, positions    no derivative at all

All broadcast as NumPy does. `value` is a function (xp, x_1, ..., **parameters) -> y, with xp numpy
or jax.numpy, or None for the function `name` of xp.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer.core import Array, Primitive, add, base, cos, like, multiply, sin, vjp


class Elementwise(Primitive):
    """A primitive that acts entry by entry."""

    __slots__ = ()


class Select(NamedTuple):
    """A local partial that is 1 where `test(y, x_1, ...)` is true and 0 elsewhere.

    By selection: the infinite cotangent of an entry that was not selected leaves no NaN.
    """

    test: Callable[..., Array]


Partial = int | Select | Callable[..., Array]


def is_elementwise(primitive: Primitive) -> bool:
    """Whether a primitive acts entry by entry."""
    return isinstance(primitive, Elementwise) or primitive in (add, multiply, sin, cos)


def elementwise(name: str, value: Callable[..., Array] | None, *partials: Partial) -> Primitive:
    """A primitive that acts entry by entry, given dy/dx_i for each argument.

    A partial is 1, -1, a `Select`, or a function (y, x_1, ..., **parameters) -> array, written with
    primitives and operators.
    """

    def scaled(i: int, change: Array, y: Array, xs: Sequence, options: dict) -> Array:
        # partial * change, without multiplying by 1 or by a mask
        if len(xs) != len(partials) or (options and value is None):
            raise TypeError(
                f"{name} takes {len(partials)} arrays where it is differentiated, and no options "
                "of NumPy's."
            )
        partial = partials[i]
        if isinstance(partial, Select):
            return where(partial.test(y, *xs, **options), change, 0)
        if callable(partial):
            return multiply(change, partial(y, *xs, **options))
        return change if partial == 1 else negative(change)

    return Elementwise(
        name,
        lambda i, t, y, *xs, **options: like(scaled(i, t, y, xs, options), y),
        lambda i, g, y, *xs, **options: like(scaled(i, g, y, xs, options), xs[i]),
        value,
    )


def linear(name: str, value: Callable, transpose: Callable, jointly: bool = False) -> Primitive:
    """A primitive that is linear in each argument, or `jointly` in all, as a sum is.

    transpose(i, g, x_1, ..., **parameters) is L_i^T g, up to broadcasting and dtype; of x_i itself
    it may use shape and dtype alone.
    """

    def forward(i: int, t: Array, y: Array, *xs: Array, **options: Any) -> Array:
        others = [zeros_like(x) for x in xs] if jointly else xs
        return like(primitive(*others[:i], t, *others[i + 1 :], **options), y)

    def reverse(i: int, g: Array, y: Array, *xs: Array, **options: Any) -> Array:
        return like(transpose(i, g, *xs, **options), xs[i])

    primitive = Primitive(name, forward, reverse, value)
    return primitive


def flat(name: str, value: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A function without derivative: it looks through all boxes and returns a plain array."""
    no_rule: Any = None  # it never meets a traced value
    primitive = Primitive(name, no_rule, no_rule, value)

    def look(*xs: Array, **options: Any) -> Any:
        return primitive(*map(base, xs), **options)

    look.__name__ = name
    look.__doc__ = f"NumPy's `{name}`; its derivative is zero, so the result is not traced."
    return look


def transposed(forward: Callable[..., Array], vjp: Callable = vjp) -> Callable[..., Array]:
    """The reverse rule of a forward rule, which is linear in the tangent: reverse mode through it.

    So the rule must not use its own primitive on the tangent; with the `vjp` of the core, nor
    operators beside the core's.
    """

    def reverse(i: int, g: Array, y: Array, *xs: Array, **options: Any) -> Array:
        return vjp(lambda t: forward(i, t, y, *xs, **options), zeros_like(xs[i]))[1](g)[0]

    return reverse


def namespace_of(array: Array) -> Any:
    """The module that computes with this array: jax.numpy for a JAX array, otherwise NumPy."""
    return getattr(array, "__array_namespace__", lambda: np)()


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
