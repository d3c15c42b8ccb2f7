"""How much arithmetic does a function take?

Counted as it runs, one for each scalar operation:

    elementwise (+, *, exp, max, ...)    1 for each entry of the result
    matrix product  m x k x n            2 m k n
    sum, max of n numbers                n - 1
    moving, selecting, comparing         0

Derivatives are computed by the same primitives, so their cost is counted too: value and gradient
together are a small multiple of the value, whatever the number of inputs (Baur & Strassen 1983).
"""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer import matrices, rules
from jaxnn.tracer import primitives as op
from jaxnn.tracer.core import OBSERVER, Array, Primitive, conform
from jaxnn.tracer.transforms import watch


class OperationCount(NamedTuple):
    """Scalar operations: in all, and for each primitive that did arithmetic."""

    total: int
    by_primitive: dict[str, int]

    def __int__(self) -> int:
        return self.total


def count_operations(fun: Callable, *args: Any) -> OperationCount:
    """Run a function and count its scalar arithmetic operations, in all and by primitive.

    >>> count_operations(lambda a, x: np.tanh(a @ x), np.ones((3, 4)), np.ones(4))
    OperationCount(total=27, by_primitive={'matmul': 24, 'tanh': 3})

    `fun` is a function of arrays or trees of arrays, written with jaxnn.tracer.numpy or made by
    from_jax; it may be a derivative taken by this package. Arithmetic on constants alone counts
    when it is done by a function of jaxnn.tracer.numpy, not when by an operator between arrays.
    """
    counts: Counter[str] = Counter()

    def observe(primitive: Primitive, arguments: tuple, parameters: dict, value: Array) -> None:
        entrywise = np.size(value) if rules.is_elementwise(primitive) else 0
        cost = COSTS.get(primitive, lambda *_, **__: entrywise)
        counts[primitive.name] += cost(value, *arguments, **parameters)

    token = OBSERVER.set(observe)
    try:
        watch(fun, args)  # traced, so that the operators of plain arrays are primitives
    finally:
        OBSERVER.reset(token)
    return OperationCount(counts.total(), dict(+counts))


# Primitives that do not cost one operation for each entry of the result.
COSTS: dict[Primitive, Callable[..., int]] = {
    rules.where: lambda value, test, x, y: 0,
    op.matmul: lambda value, x, y: 2 * np.size(value) * np.shape(x)[-1],
    **dict.fromkeys(
        [rules.sum_, op.amax, op.amin, conform],
        lambda value, x, **_: max(np.size(x) - np.size(value), 0),
    ),
    op.cumsum: lambda value, x, axis: np.size(x),
    # By elimination, for n x n matrices.
    matrices.inv: lambda value, a: 2 * np.size(a) * np.shape(a)[-1],
    matrices.solve: lambda value, a, b: 2 * np.shape(a)[-1] * (np.size(a) // 3 + np.size(b)),
    matrices.cofactors: lambda value, a: 2 * np.size(a) * np.shape(a)[-1],
    **dict.fromkeys(
        [matrices.det, matrices.logabsdet], lambda value, a: 2 * np.shape(a)[-1] * np.size(a) // 3
    ),
}
