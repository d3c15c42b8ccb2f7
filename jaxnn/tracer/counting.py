"""How much arithmetic does a function take?

Counted as it runs, one for each scalar operation:

    elementwise (+, *, exp, max, ...)    1 for each entry of the result
    matrix product  m x k x n            2 m k n
    sum, max of n numbers                n - 1
    moving, selecting, comparing         0

A function may be a gradient or a Hessian-vector product itself, since derivatives are computed by
the same primitives. Reverse mode then shows the cheap-gradient result: value and gradient cost a
small multiple of the value, whatever the number of inputs (Baur & Strassen 1983).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer import operations as op
from jaxnn.tracer import rules
from jaxnn.tracer.box import Box
from jaxnn.tracer.core import OBSERVER, Array, Primitive, Trace
from jaxnn.tracer.transforms import as_input, is_float
from jaxnn.tracer.tree import flatten, unflatten


class OperationCount(NamedTuple):
    """Scalar operations: in all, and for each primitive that did arithmetic."""

    total: int
    by_primitive: dict[str, int]

    def __int__(self) -> int:
        return self.total


class _Transparent(Trace):
    """Watches without recording, so that the operators of plain arrays become primitives."""

    def process(self, primitive: Primitive, arguments: tuple, parameters: dict) -> Box:
        self.check_alive()
        primals = [a.value if self.owns(a) else a for a in arguments]
        return Box(primitive(*primals, **parameters), self, None)


def count_operations(fun: Callable, *args: Any) -> OperationCount:
    """Run a function and count its scalar arithmetic operations.

    Args:
      fun: a function of arrays or trees of arrays, written with jaxnn.tracer.numpy or made by
        from_jax; it may be a derivative taken by this package.
      *args: its arguments.

    Returns:
      The total and its parts. Arithmetic on constants alone counts when it is done by a function
      of jaxnn.tracer.numpy, not when by an operator between plain arrays.
    """
    counts: Counter[str] = Counter()

    def observe(primitive: Primitive, arguments: tuple, parameters: dict, value: Array) -> None:
        if cost := _cost(primitive, arguments, parameters, value):
            counts[primitive.name] += cost

    leaves, structure = flatten(args)
    token = OBSERVER.set(observe)
    try:
        with _Transparent() as trace:
            boxes = [Box(as_input(x), trace, None) if is_float(x) else x for x in leaves]
            fun(*unflatten(structure, boxes))
    finally:
        OBSERVER.reset(token)
    return OperationCount(counts.total(), dict(counts))


def _cost(primitive: Primitive, arguments: tuple, parameters: dict, value: Array) -> int:
    if primitive in COSTS:
        return COSTS[primitive](value, *arguments, **parameters)
    return np.size(value) if primitive in rules.PARTIALS else 0


def _reduction(value: Array, x: Array, axis: tuple[int, ...]) -> int:
    return max(np.size(x) - np.size(value), 0)


def _einsum(value: Array, *xs: Array, inputs: tuple[str, ...], output: str) -> int:
    sizes: dict[str, int] = {}
    for letters, x in zip(inputs, xs, strict=True):
        sizes |= zip(letters, np.shape(x), strict=True)
    return len(xs) * math.prod(sizes.values())


# Primitives that do not cost one operation for each entry of the result.
COSTS: dict[Primitive, Callable[..., int]] = {
    rules.where: lambda value, test, x, y: 0,
    op.matmul: lambda value, x, y: 2 * np.size(value) * np.shape(x)[-1],
    op.einsum: _einsum,
    rules.sum_: _reduction,
    op.amax: _reduction,
    op.amin: _reduction,
    op.cumsum: lambda value, x, axis: np.size(x),
    # By elimination, for n x n matrices.
    op.inv: lambda value, a: 2 * np.size(a) * np.shape(a)[-1],
    op.solve: lambda value, a, b: 2 * np.shape(a)[-1] * (np.size(a) // 3 + np.size(b)),
    op.logabsdet: lambda value, a: 2 * np.shape(a)[-1] * np.size(a) // 3,
}
