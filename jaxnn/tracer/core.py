"""How does a program differentiate itself while it runs?

Every step  y = p(x_1, ..., x_n)  is seen by a trace, which carries derivatives along:

    forward    dy    = sum_i  (dp/dx_i)   dx_i     tangents, from the inputs on
    reverse    x_i'  +=       (dp/dx_i)^T y'       cotangents, from the output back

A `Box` is a value that a trace watches. A `Primitive` called with boxes lets the innermost trace
among them unbox its own and calls itself again with the rest, one level down, until only arrays are
left. So derivatives of derivatives need nothing of their own: rules are written with primitives,
and whatever they compute is watched by the outer traces.

    >>> def f(x, y):
    ...     return x * sin(x * y) + y**3
    >>> print(grad(f)(2.0, 0.0), grad(f, 1)(2.0, 0.0))  # sin xy + xy cos xy; x^2 cos xy + 3 y^2
    0.0 4.0
    >>> print(*jvp(f, (2.0, 0.0), (1.0, 0.5)))  # the value; its derivative along (1, 0.5)
    0.0 2.0
    >>> print(grad(grad(grad(sin)))(0.0), grad(lambda x: x * grad(lambda y: x * y)(5.0))(3.0))
    -1.0 6.0

Left to the modules around this one: other primitives and operators, containers, NumPy's names, JAX.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import reduce
from heapq import heappop, heappush
from itertools import count
from typing import Any

import numpy as np

Array = Any  # a NumPy or JAX array, a number, or a Box that stands for one
_levels, _serials = count(), count()  # never used twice: no box is taken for a later trace's
_NUMPY_TYPES = frozenset({np.ndarray, float, int, bool, list, tuple, *np.sctypeDict.values()})
OBSERVER: ContextVar[Any] = ContextVar("observer", default=None)  # sees all evaluations on arrays


class EscapedValueError(RuntimeError):
    """A traced value was used after its function had returned: return it, or use stop_gradient."""


class Box:
    """A value that a trace watches; `mark` is its tangent (forward) or its node (reverse)."""

    __slots__ = ("mark", "trace", "value")
    __array_ufunc__ = None  # arrays of NumPy leave it to the operators below

    def __init__(self, value: Array, trace: Trace, mark: Any):
        self.value, self.trace, self.mark = value, trace, mark

    shape, dtype = property(lambda x: x.value.shape), property(lambda x: x.value.dtype)
    __add__, __radd__ = lambda x, y: add(x, y), lambda x, y: add(y, x)
    __mul__, __rmul__ = lambda x, y: multiply(x, y), lambda x, y: multiply(y, x)
    __sub__, __rsub__ = lambda x, y: x + y * -1, lambda x, y: y + x * -1
    __neg__, __pos__ = lambda x: x * -1, lambda x: x * 1
    # Powers here are 1, 2, 3, ...: products.
    __pow__, __repr__ = lambda x, n: reduce(multiply, [x] * n), lambda self: f"Box({self.value!r})"
    # Comparisons have no derivative; they look through the boxes.
    __eq__, __ne__ = lambda x, y: base(x) == base(y), lambda x, y: base(x) != base(y)
    __lt__, __gt__ = lambda x, y: base(x) < base(y), lambda x, y: base(x) > base(y)
    __le__, __ge__ = lambda x, y: base(x) <= base(y), lambda x, y: base(x) >= base(y)
    __bool__, __hash__ = lambda x: bool(base(x)), object.__hash__


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Primitive:
    """An elementary function y = p(*xs); calling it computes and records.

    forward(i, tangent of x_i, y, *xs) is the part of x_i in the tangent of y, reverse(i, cotangent
    of y, y, *xs) the part of y in the cotangent of x_i, value(xp, *xs) is y, where xp is numpy or
    jax.numpy; by default its function of that name. All take the call's parameters after these.
    """

    name: str
    forward: Callable[..., Array]
    reverse: Callable[..., Array]
    value: Callable[..., Array] | None = None

    def __call__(self, *arguments: Array, **parameters: Any) -> Array:
        top, xp = None, np
        for argument in arguments:
            if type(argument) in _NUMPY_TYPES:
                continue
            if isinstance(argument, Box):
                if top is None or argument.trace.level > top.level:
                    top = argument.trace
            elif xp is np:
                xp = getattr(argument, "__array_namespace__", lambda: np)()
        if top is not None:
            return top.process(self, arguments, parameters)
        if self.value is None:
            value = getattr(xp, self.name)(*arguments, **parameters)
        else:
            value = self.value(xp, *arguments, **parameters)
        if (observer := OBSERVER.get()) is not None:
            observer(self, arguments, parameters, value)
        return value


def base(value: Any) -> Any:
    """The array inside all boxes: what no trace watches any more."""
    while isinstance(value, Box):
        value.trace._check_alive()
        value = value.value
    return value


@dataclass(slots=True, eq=False)
class Node:
    """One step of a computation: what was computed, from what. Inputs have no primitive."""

    out: Array
    primitive: Any = None
    parents: dict[int, Node] = field(default_factory=dict)  # by the number of the argument
    primals: Sequence[Array] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    serial: int = field(default_factory=_serials.__next__)


class Trace(AbstractContextManager):
    """Watches values while its `with` block lasts, in one of both modes, in boxes of one class."""

    def __init__(self, reverse: bool, box: type[Box] = Box) -> None:
        self.level, self.alive, self.reverse, self.box = next(_levels), True, reverse, box

    def __exit__(self, *exception: Any) -> None:
        self.alive = False

    def owns(self, value: Any) -> bool:
        """Whether a value is a box of this trace."""
        return isinstance(value, Box) and value.trace is self

    def _check_alive(self) -> None:
        if not self.alive:
            raise EscapedValueError(EscapedValueError.__doc__)

    def process(self, primitive: Primitive, args: tuple, parameters: dict) -> Box:
        """Compute one level down; what comes out is watched here."""
        if not self.alive:
            self._check_alive()
        marks = {i: a.mark for i, a in enumerate(args) if isinstance(a, Box) and a.trace is self}
        primals = [a.value if i in marks else a for i, a in enumerate(args)]
        out = primitive(*primals, **parameters)
        if self.reverse:
            return self.box(out, self, Node(out, primitive, marks, primals, parameters))
        rule = primitive.forward
        terms = [rule(i, t, out, *primals, **parameters) for i, t in marks.items()]
        return self.box(out, self, reduce(add, terms))


def backward(roots: Iterable[tuple[Node, Array]], keep: bool = False) -> dict[Node, Array]:
    """The cotangents of the inputs (to `keep`: of all nodes), given those of the roots.

    Nodes are served from the latest to the earliest, so each has all it will receive by its turn.
    """
    cotangents, queue = {}, []

    def send(node: Node, cotangent: Array) -> None:
        if node in cotangents:
            cotangent = add(cotangents[node], cotangent)  # not in place: it may be shared
        else:
            heappush(queue, (-node.serial, node))
        cotangents[node] = cotangent

    for root in roots:
        send(*root)
    with np.errstate(all="ignore"):
        while queue:
            node = heappop(queue)[1]
            cotangent = cotangents[node] if keep or not node.parents else cotangents.pop(node)
            for i, parent in node.parents.items():
                rule, parameters = node.primitive.reverse, node.parameters
                send(parent, rule(i, cotangent, node.out, *node.primals, **parameters))
    return cotangents


def _conform(xp: Any, x: Array, shape: tuple[int, ...], dtype: Any) -> Array:
    new = len(x.shape) - len(shape)
    axes = tuple([i for i, n in enumerate(x.shape) if i < new or n != 1 == shape[i - new]])
    x = x.sum(axes, keepdims=True)[(0,) * new] if axes else x
    x = x if x.shape == shape else xp.full(shape, x, dtype)
    return x if x.dtype == dtype else x.astype(dtype)


def like(change: Array, x: Array) -> Array:
    """A tangent or cotangent in the shape and dtype of its value, broadcast or summed to it."""
    same = change.shape == x.shape and change.dtype == x.dtype
    return change if same else conform(change, shape=x.shape, dtype=x.dtype)


# Broadcasts where x has length 1, sums where it should have: its own transpose.
conform = Primitive(
    "conform",
    lambda i, t, y, x, shape, dtype: conform(t, shape=shape, dtype=dtype),
    lambda i, g, y, x, shape, dtype: conform(g, shape=x.shape, dtype=x.dtype),
    _conform,
)
add = Primitive("add", lambda i, t, z, *xs: like(t, z), lambda i, g, z, *xs: like(g, xs[i]))
multiply = Primitive(
    "multiply",
    lambda i, t, z, x, y: like(multiply(t, (y, x)[i]), z),
    lambda i, g, z, x, y: like(multiply(g, (y, x)[i]), (x, y)[i]),
)
# Of one argument, entry by entry: the same rule in both modes.
sin = Primitive("sin", *2 * [lambda i, change, y, x: multiply(change, cos(x))])
cos = Primitive("cos", *2 * [lambda i, change, y, x: multiply(change, -sin(x))])


def jvp(function: Callable, primals: Sequence, tangents: Sequence) -> tuple[Array, Array]:
    """The value of a function of numbers or arrays, and its derivative along a direction."""
    with np.errstate(all="ignore"), Trace(reverse=False) as trace:
        pairs = zip(map(_array, primals), map(_array, tangents), strict=True)
        out = function(*[Box(x, trace, t) for x, t in pairs])
    return (out.value, out.mark) if trace.owns(out) else (out, out * 0)


def vjp(function: Callable, *primals: Array) -> tuple[Array, Callable[[Array], tuple]]:
    """The value, and the function that sends its cotangent to a tuple of those of the primals."""
    with np.errstate(all="ignore"), Trace(reverse=True) as trace:
        inputs = [Node(_array(x)) for x in primals]
        out = function(*[Box(node.out, trace, node) for node in inputs])

    def pullback(cotangent: Array) -> tuple:
        sent = backward([(out.mark, _array(cotangent))] if trace.owns(out) else [])
        return tuple([sent[x] if x in sent else base(x.out) * 0 for x in inputs])

    return out.value if trace.owns(out) else out, pullback


def grad(function: Callable, argnums: int = 0) -> Callable[..., Array]:
    """The gradient of a function whose value is one number, by its argument of that place."""

    def gradient(*args: Array) -> Array:
        before, x, after = args[:argnums], args[argnums], args[argnums + 1 :]
        value, pullback = vjp(lambda x: function(*before, x, *after), x)
        if np.shape(base(value)):
            raise TypeError(f"the function returned shape {value.shape}; grad needs one number.")
        return pullback(1.0)[0]

    return gradient


def _array(x: Array) -> Array:
    return np.float64(x) if isinstance(x, int | float) else x
