"""How does a program differentiate itself while it runs?

Every elementary step  y = p(x_1, ..., x_n)  is seen by a trace, which carries derivatives along:

    forward    dy    = sum_i  (dp/dx_i)   dx_i     tangents, from the inputs on
    reverse    x_i'  +=       (dp/dx_i)^T y'       cotangents, from the output back

A `Box` stands for a value that a trace watches. A `Primitive` called with boxes lets the innermost
trace among them unbox its own and calls itself again with the rest, one level down, until only
arrays are left. So derivatives of derivatives need nothing of their own: the rules in the two
tables below are written in primitives, and whatever they compute is watched by the outer traces.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from heapq import heappop, heappush
from typing import Any

import numpy as np

from jaxnn.tracer.box import Box, EscapedValueError

Array = Any  # a NumPy or JAX array, a number, or a Box that stands for one

# rule(i, tangent of x_i,  y, x_1, ..., x_n, **parameters) -> its part of the tangent of y
# rule(i, cotangent of y,  y, x_1, ..., x_n, **parameters) -> its part of the cotangent of x_i
FORWARD: dict[Primitive, Callable[..., Array]] = {}
REVERSE: dict[Primitive, Callable[..., Array]] = {}

# Called with (primitive, arguments, parameters, value) at each evaluation on arrays, when set.
OBSERVER: ContextVar[Callable[..., None] | None] = ContextVar("observer", default=None)

# Never used twice, so a box that outlives its trace cannot be taken for one of a later trace.
_levels, _serials = itertools.count(), itertools.count()
_NUMPY_TYPES = frozenset({np.ndarray, float, int, bool, list, tuple, *np.sctypeDict.values()})


class Primitive:
    """An elementary function: `value(xp, *arrays, **parameters)` computes it.

    `xp` is the array library of the arguments, NumPy or jax.numpy. Parameters are never
    differentiated. Calling the primitive computes and records.
    """

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: Callable[..., Array]):
        self.name = name
        self.value = value

    def __call__(self, *arguments: Array, **parameters: Any) -> Array:
        top = None
        xp: Any = np
        for argument in arguments:
            kind = type(argument)
            if kind is Box:
                if top is None or argument.trace.level > top.level:
                    top = argument.trace
            elif kind not in _NUMPY_TYPES:
                xp = namespace_of(argument, xp)
        if top is not None:
            return top.process(self, arguments, parameters)
        value = self.value(xp, *arguments, **parameters)
        if (observer := OBSERVER.get()) is not None:
            observer(self, arguments, parameters, value)
        return value

    # How a trace computes the value one level down; a custom rule may have its own way.
    below = __call__

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def namespace_of(array: Array, default: Any = np) -> Any:
    """The module that computes with this array: jax.numpy for a JAX array, otherwise NumPy."""
    namespace = getattr(array, "__array_namespace__", None)
    return default if namespace is None or isinstance(array, np.ndarray) else namespace()


class Trace:
    """Watches values while its `with` block lasts, and marks them; this one leaves no mark."""

    def __init__(self) -> None:
        self.level = next(_levels)
        self.alive = True
        self._silence = np.errstate(all="ignore")

    def __enter__(self):
        self._silence.__enter__()  # infinities and NaN are values here, as in JAX
        return self

    def __exit__(self, *exception: Any) -> None:
        self.alive = False
        self._silence.__exit__(*exception)

    def owns(self, value: Any) -> bool:
        return type(value) is Box and value.trace is self

    def check_alive(self) -> None:
        if not self.alive:
            raise EscapedValueError(
                "a traced value was used after the function that was being differentiated had "
                "returned; return it, or pass it through stop_gradient, instead of storing it."
            )

    def process(self, primitive: Primitive, arguments: tuple, parameters: dict) -> Box:
        """Compute one level down; what comes out is watched here."""
        # This is where a small program spends its time: hence no calls of `owns` here and below.
        if not self.alive:
            self.check_alive()
        primals = [a.value if type(a) is Box and a.trace is self else a for a in arguments]
        out = primitive.below(*primals, **parameters)
        return Box(out, self, self.mark(primitive, arguments, primals, out, parameters))

    def mark(self, primitive: Primitive, arguments: tuple, primals: list, out, parameters) -> Any:
        return None


class Forward(Trace):
    """Marks every value with its tangent."""

    def mark(self, primitive, arguments, primals, out, parameters) -> Array:
        rule, tangent = rule_of(FORWARD, primitive), None
        for i, argument in enumerate(arguments):
            if type(argument) is Box and argument.trace is self:
                term = rule(i, argument.mark, out, *primals, **parameters)
                tangent = term if tangent is None else add(tangent, term)
        return tangent


class Node:
    """One step of a computation: what was computed, from what. Inputs have no primitive."""

    __slots__ = ("out", "parameters", "parents", "primals", "primitive", "serial")

    def __init__(self, out, primitive=None, parents=(), primals=(), parameters=None):
        self.serial = next(_serials)
        self.out: Array = out
        self.primitive: Any = primitive
        self.parents: list[Node | None] | tuple = parents
        self.primals: list | tuple = primals
        self.parameters: Any = parameters


class Reverse(Trace):
    """Marks every value with the node that computed it."""

    def mark(self, primitive, arguments, primals, out, parameters) -> Node:
        parents = [a.mark if type(a) is Box and a.trace is self else None for a in arguments]
        return Node(out, primitive, parents, primals, parameters)


def backward(roots: Iterable[tuple[Node, Array]], keep: bool = False) -> dict[Node, Array]:
    """Send cotangents from the roots back to the inputs.

    Nodes are served from the latest to the earliest, so each has received all it will receive
    when its turn comes; no recursion, and nothing the roots do not depend on is visited.

    Args:
      roots: pairs of a node and the cotangent of its value.
      keep: whether to return the cotangents of all nodes, not only those of the inputs.
    """
    cotangents: dict[Node, Array] = {}
    queue: list[tuple[int, Node]] = []

    def send(node: Node, cotangent: Array) -> None:
        if node in cotangents:
            cotangents[node] = add(cotangents[node], cotangent)  # not in place: it may be shared
        else:
            cotangents[node] = cotangent
            heappush(queue, (-node.serial, node))

    for root in roots:
        send(*root)
    with np.errstate(all="ignore"):
        while queue:
            node = heappop(queue)[1]
            if node.primitive is None:
                continue
            cotangent = cotangents[node] if keep else cotangents.pop(node)
            rule, out, primals = rule_of(REVERSE, node.primitive), node.out, node.primals
            for i, parent in enumerate(node.parents):
                if parent is not None:
                    send(parent, rule(i, cotangent, out, *primals, **node.parameters))
    return cotangents


def rule_of(table: dict[Primitive, Callable], primitive: Primitive) -> Callable[..., Array]:
    """The rule of a primitive, or an error that names it."""
    try:
        return table[primitive]
    except KeyError:
        mode = "forward" if table is FORWARD else "reverse"
        raise NotImplementedError(f"{primitive.name} has no {mode} rule.") from None


# The only primitive that the core itself uses; its rules stand with the others.
add = Primitive("add", lambda xp, x, y: xp.add(x, y))
