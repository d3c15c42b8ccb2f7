"""numpy.linalg: norms, inverses, determinants, singular values, of matrices in stacks.

At a singular matrix `det` has its cofactors as derivative, `slogdet` infinite ones; what inverts it
raises numpy.linalg.LinAlgError on NumPy arrays, as NumPy does, and is infinite or NaN in JAX.
"""

from operator import index
from typing import Any

import numpy as np

from jaxnn.tracer import matrices
from jaxnn.tracer import primitives as op
from jaxnn.tracer.core import Array, base
from jaxnn.tracer.matrices import det, inv, pinv
from jaxnn.tracer.numpy import arrays
from jaxnn.tracer.numpy.arguments import in_sentences
from jaxnn.tracer.numpy.arrays import Axis, as_array, axes_of
from jaxnn.tracer.numpy.elementwise import power, where
from jaxnn.tracer.numpy.reductions import max as largest
from jaxnn.tracer.numpy.reductions import min as smallest
from jaxnn.tracer.numpy.reductions import sum as total
from jaxnn.tracer.primitives import absolute, matmul, sqrt, square

__all__ = ["det", "inv", "matrix_power", "norm", "pinv", "slogdet", "solve", "svdvals"]


def __getattr__(name: str) -> Any:
    return getattr(np.linalg, name)


@in_sentences
def norm(x: Array, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Array:
    """Norms of vectors and matrices, of every order that NumPy has.

    Of vectors (one axis): None or 2, 1, inf, -inf, 0 (the entries that are not zero), and any other
    number p: sum(|x|^p)^(1/p). Of matrices (two axes): None or "fro", "nuc" (sum of the singular
    values), 2 and -2 (their maximum and minimum), 1 and -1 (of the sums of |x| by columns), inf and
    -inf (by rows). Equal maxima or minima share the derivative; |x| has slope 1 at 0, a singular
    value 0 has slope 0 in the sum. Where all of x is 0, the derivative is NaN unless the norm is a
    sum, a maximum or a minimum. Raises ValueError for another order or another number of axes.
    """
    x = as_array(x)
    axes = axes_of(axis, len(x.shape))
    if ord is None or (ord, len(axes)) in ((2, 1), ("fro", 2), ("f", 2)):
        if axis is not None and len(axes) > 2:
            raise ValueError(f"axis is {axis}; a norm is taken along one axis, or two.")
        return sqrt(total(square(x), axis, keepdims))
    if len(axes) == 1 and not isinstance(ord, str):
        y = _vector_norm(x, ord, axes)
    elif len(axes) == 2 and ord in _MATRIX_NORMS:
        y = _matrix_norm(x, ord, *axes)
    else:
        raise ValueError(
            f"ord is {ord!r} and the norm is along {len(axes)} axes; along one axis a number or "
            f"None is accepted, along two {', '.join(map(repr, _MATRIX_NORMS))}, 'fro' or None."
        )
    return y if keepdims else arrays.squeeze(y, axes)


def _vector_norm(x: Array, ord: float, axes: tuple[int, ...]) -> Array:
    if abs(ord) == np.inf:
        return (largest if ord > 0 else smallest)(absolute(x), axes, True)
    if ord == 0:
        return total((base(x) != 0).astype(x.dtype), axes, True)
    return power(total(power(absolute(x), ord), axes, True), 1 / ord)


_MATRIX_NORMS = ("nuc", 2, -2, 1, -1, np.inf, -np.inf)


def _matrix_norm(x: Array, ord: Any, row: int, column: int) -> Array:
    extreme = largest if ord == "nuc" or ord > 0 else smallest
    if ord in ("nuc", 2, -2):
        s = svdvals(arrays.moveaxis(x, (row, column), (-2, -1)))
        if ord == "nuc":  # what is 0 up to rounding has no derivative
            sizes = base(s)
            zero = sizes <= 4 * s.shape[-1] * np.finfo(s.dtype).eps * sizes[..., :1]
            s, extreme = where(zero, sizes, s), total
        return arrays.expand_dims(extreme(s, -1), (row, column))
    if abs(ord) == np.inf:
        row, column = column, row
    return extreme(total(absolute(x), row, True), column, True)


@in_sentences
def svdvals(x: Array) -> Array:
    """The singular values of each matrix in a stack, the largest first."""
    return matrices.svd(as_array(x), part=1)


@in_sentences
def solve(a: Array, b: Array) -> Array:
    a, b = as_array(a), as_array(b)
    if b.ndim == 1:
        return arrays.squeeze(matrices.solve(a, arrays.column(b)), -1)
    return matrices.solve(a, b)


@in_sentences
def slogdet(a: Array) -> tuple[Array, Array]:
    """The sign of the determinant, and the logarithm of its size."""
    a = as_array(a)
    return matrices.sign_det(a), matrices.logabsdet(a)


@in_sentences
def matrix_power(a: Array, n: int) -> Array:
    """a @ a @ ... @ a, n times; of the inverse for a negative n."""
    n = index(n)
    a, n = (inv(a), -n) if n < 0 else (as_array(a), n)
    if n < 2:
        return a if n else op.full_like(a, np.eye(a.shape[-1]))
    half = matrix_power(a, n // 2)
    even = matmul(half, half)
    return matmul(even, a) if n % 2 else even
