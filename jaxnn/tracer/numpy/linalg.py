"""numpy.linalg: norms, and square matrices in stacks."""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxnn.tracer import primitives as op
from jaxnn.tracer.core import Array, multiply
from jaxnn.tracer.numpy.arrays import Axis, as_array, axes_of, column, ravel, squeeze
from jaxnn.tracer.numpy.elementwise import power
from jaxnn.tracer.numpy.reductions import max as largest
from jaxnn.tracer.numpy.reductions import sum as total
from jaxnn.tracer.primitives import absolute, exp, inv, sqrt, square

__all__ = ["det", "inv", "norm", "slogdet", "solve"]


def __getattr__(name: str) -> Any:
    return getattr(np.linalg, name)


def norm(x: Array, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Array:
    """Vector norms of order None, 2, 1, inf or p, and the Frobenius norm of matrices."""
    x = ravel(x) if axis is None and ord is None else as_array(x)
    matrix = len(axes_of(axis, len(x.shape))) == 2
    if ord in (None, "fro") or (ord == 2 and not matrix):
        return sqrt(total(square(x), axis, keepdims))
    if matrix:
        raise NotImplementedError(f"ord is {ord!r}; a matrix has the norm 'fro' here.")
    if ord == np.inf:
        return largest(absolute(x), axis, keepdims)
    if ord == 1:
        return total(absolute(x), axis, keepdims)
    return power(total(power(absolute(x), ord), axis, keepdims), 1 / ord)


def solve(a: Array, b: Array) -> Array:
    a, b = as_array(a), as_array(b)
    return op.solve(a, b) if b.ndim > 1 else squeeze(op.solve(a, column(b)), -1)


def slogdet(a: Array) -> tuple[Array, Array]:
    """The sign of the determinant, and the logarithm of its size."""
    a = as_array(a)
    return op.sign_det(a), op.logabsdet(a)


def det(a: Array) -> Array:
    sign, logarithm = slogdet(a)
    return multiply(sign, exp(logarithm))
