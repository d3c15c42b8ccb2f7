"""Which of NumPy's functions can be differentiated?

Those below, under NumPy's names and with NumPy's arguments, and a few that networks need beside
them (relu, sigmoid, softplus, log_sigmoid, logsumexp, softmax, log_softmax). Here the arguments of
NumPy's functions (axes, negative indices, lists of arrays) become those of the primitives of
`operations.py`, or a function is composed of others. On JAX arrays they all run on jax.numpy.

Any other name is NumPy's own (`pi`, `arange`, `float64`, `random`): it takes no traced value.

Not here: complex numbers, in-place and `out=` arguments, eigenvalue and singular value
decompositions, FFT, convolution, percentiles.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as _np

from jaxnn.tracer import operations as _op
from jaxnn.tracer.box import NAMESPACE, Box, base
from jaxnn.tracer.core import Array, Primitive, namespace_of
from jaxnn.tracer.rules import astype as _astype
from jaxnn.tracer.rules import flat as _flat
from jaxnn.tracer.rules import logical_not, multiply, negative  # noqa: F401
from jaxnn.tracer.rules import where as _where
from jaxnn.tracer.tree import flatten as _flatten_tree

# isort: off
from jaxnn.tracer.operations import (  # noqa: F401 - what follows is this module's to offer
    absolute, add, all_, allclose, any_, arccos, arccosh, arcsin, arcsinh, arctan, arctan2,
    arctanh, argmax, argmin, argsort, array_equal, cbrt, ceil, cos, cosh, count_nonzero, divide,
    equal, exp, exp2, expm1, floor, floor_divide, fmod, full_like, greater, greater_equal,
    heaviside, hypot, inv, isfinite, isinf, isnan, less, less_equal, log, log1p, log2, log10,
    logaddexp, logical_and, logical_or, logical_xor, maximum, minimum, not_equal, ones_like,
    reciprocal, remainder, rint, round_, sigmoid, sign, sin, sinh, sqrt, square, subtract, tan,
    tanh, trunc, zeros_like,
)  # fmt: skip
# isort: on

abs = fabs = absolute
mod = remainder
true_divide = divide
all, any, round, around = all_, any_, round_, round_
Axis = int | tuple[int, ...] | None


def __getattr__(name: str) -> Any:
    return getattr(_np, name)


# ---- making and converting arrays


def array(object: Any, dtype: Any = None, **_: Any) -> Array:
    """An array of numbers, arrays and traced values in nested lists."""
    if isinstance(object, list | tuple):
        leaves = _flatten_tree(object)[0]
        if {type(leaf) is Box or namespace_of(leaf) is not _np for leaf in leaves} & {True}:
            object = stack([array(entry) for entry in object])
    if type(object) is Box or namespace_of(object) is not _np:
        return object if dtype is None else astype(object, dtype)
    return _np.array(object, dtype)


asarray = array


def _array(x: Any) -> Array:
    """Lists become arrays; what already is an array stays as it is."""
    return x if hasattr(x, "shape") else array(x)


def astype(x: Array, dtype: Any, **_: Any) -> Array:
    """The array in another dtype; one without derivative when that is no float."""
    x, dtype = _array(x), _np.dtype(dtype)
    if dtype.name.startswith(("float", "bfloat")):
        return x if x.dtype == dtype else _astype(x, dtype=dtype)
    return base(x).astype(dtype)


def shape(x: Array) -> tuple[int, ...]:
    return _np.shape(base(x)) if not isinstance(x, list | tuple) else array(x).shape


def ndim(x: Array) -> int:
    return len(shape(x))


def size(x: Array, axis: int | None = None) -> int:
    return _np.prod(shape(x), dtype=int).item() if axis is None else shape(x)[axis]


# ---- elementwise


def _times(factor: float) -> Callable[[Array], Array]:
    return lambda x: multiply(x, factor)


def where(condition: Any, x: Array = None, y: Array = None) -> Array:
    """x where the condition is true, y elsewhere; the other side's derivative is exactly 0."""
    if x is None:
        return _np.where(base(condition))
    return _where(base(condition), x, y)


def power(x: Array, y: Array) -> Array:
    if isinstance(y, int | float | _np.number) and not isinstance(y, bool):
        return _op.power_constant(x, exponent=y) if hasattr(x, "shape") else _np.power(x, y)
    return _op.power(x, y)


float_power = pow = power


def clip(
    x: Array, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None
) -> Array:
    """minimum(maximum(x, low), high): slope 1/2 at the bounds."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    x = x if low is None else maximum(x, low)
    return x if high is None else minimum(x, high)


def relu(x: Array) -> Array:
    """max(x, 0), with slope 0 at 0."""
    return _where(_op.greater(x, 0), x, 0)


def softplus(x: Array) -> Array:
    """log(1 + e^x)."""
    return logaddexp(x, 0)


def log_sigmoid(x: Array) -> Array:
    """log(1 / (1 + e^-x))."""
    return negative(softplus(negative(x)))


def nan_to_num(x: Array, **replacements: float) -> Array:
    return where(isfinite(x), x, _finite(x, **replacements))


_finite = _flat("nan_to_num")
deg2rad = radians = _times(_np.pi / 180)
rad2deg = degrees = _times(180 / _np.pi)
copy = positive = real = conj = conjugate = _times(1)

# ---- reductions


def _axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Axes as a tuple of numbers from 0."""
    if axis is None:
        return tuple(range(ndim))
    axes = tuple(axis) if isinstance(axis, tuple | list) else (axis,)
    for a in axes:
        if not -ndim <= a < ndim:
            raise _np.exceptions.AxisError(a, ndim)
    return tuple([a % ndim for a in axes])


def _keep(y: Array, x: Array, axes: tuple[int, ...], keepdims: bool) -> Array:
    return (
        reshape(y, tuple(1 if i in axes else n for i, n in enumerate(x.shape))) if keepdims else y
    )


def _reduction(primitive: Primitive) -> Callable[..., Array]:
    def reduce(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        x = _array(x)
        axes = _axes(axis, len(x.shape))
        return _keep(primitive(x, axis=axes), x, axes, keepdims)

    return reduce


sum = _reduction(_op.sum_)
max = amax = _reduction(_op.amax)
min = amin = _reduction(_op.amin)


def _count(x: Array, axis: Axis) -> int:
    n = 1
    for a in _axes(axis, len(x.shape)):
        n *= x.shape[a]
    return n


def mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    x = _array(x)
    return divide(sum(x, axis, keepdims), _count(x, axis))


def average(x: Array, axis: Axis = None, weights: Array = None) -> Array:
    if weights is None:
        return mean(x, axis)
    if shape(weights) != shape(x) and isinstance(axis, int):
        weights = expand_dims(weights, tuple(range(1, ndim(x) - axis % ndim(x))))
    weights = broadcast_to(weights, shape(x))
    return divide(sum(multiply(x, weights), axis), sum(weights, axis))


def var(x: Array, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Array:
    """Mean square distance from the mean, with divisor n - ddof."""
    x = _array(x)
    distance = subtract(x, mean(x, axis, keepdims=True))
    return divide(sum(square(distance), axis, keepdims), _count(x, axis) - ddof)


def std(x: Array, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Array:
    return sqrt(var(x, axis, ddof, keepdims))


def ptp(x: Array, axis: Axis = None) -> Array:
    return subtract(max(x, axis), min(x, axis))


def prod(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """The product, as a balanced tree: no division, so zeros do no harm."""
    x = _array(x)
    axes = _axes(axis, len(x.shape))
    rest = tuple(i for i in range(len(x.shape)) if i not in axes)
    y = reshape(transpose(x, axes + rest), (_count(x, axes), *(x.shape[i] for i in rest)))
    if y.shape[0] == 0:
        y = broadcast_to(ones_like(y, shape=(1,) * len(y.shape)), (1, *y.shape[1:]))
    while (n := y.shape[0]) > 1:
        pairs = multiply(y[: n // 2], y[n // 2 : n - n % 2])
        y = concatenate([pairs, y[n - 1 :]]) if n % 2 else pairs
    return _keep(y[0], x, axes, keepdims)


def logsumexp(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    """log(sum(exp(x))), shifted by the maximum where that is finite."""
    x = _array(x)
    top = base(max(x, axis, keepdims=True))
    top = where(isfinite(top), top, 0)
    y = add(log(sum(exp(subtract(x, top)), axis, keepdims=True)), top)
    return y if keepdims else squeeze(y, _axes(axis, len(x.shape)))


def log_softmax(x: Array, axis: Axis = -1) -> Array:
    return subtract(x, logsumexp(x, axis, keepdims=True))


def softmax(x: Array, axis: Axis = -1) -> Array:
    e = exp(subtract(x, base(max(x, axis, keepdims=True))))
    return divide(e, sum(e, axis, keepdims=True))


def cumsum(x: Array, axis: int | None = None) -> Array:
    x = ravel(x) if axis is None else _array(x)
    return _op.cumsum(x, axis=_axes(axis or 0, len(x.shape))[0])


def scan_with(function: Any, x: Array, axis: int = 0) -> Array:
    """x_1, function(x_1, x_2), function(function(x_1, x_2), x_3), ... for an associative function.

    In log2(n) steps, each combining entries a power of two apart.
    """
    y, step = moveaxis(x, axis, 0), 1
    while step < y.shape[0]:
        y = concatenate([y[:step], function(y[:-step], y[step:])])
        step *= 2
    return moveaxis(y, 0, axis)


def cumprod(x: Array, axis: int | None = None) -> Array:
    return scan_with(multiply, ravel(x)) if axis is None else scan_with(multiply, x, axis)


def diff(x: Array, n: int = 1, axis: int = -1) -> Array:
    x = moveaxis(x, axis, 0)
    for _ in range(n):
        x = subtract(x[1:], x[:-1])
    return moveaxis(x, 0, axis)


def sort(x: Array, axis: int | None = -1) -> Array:
    x, axis = (ravel(x), 0) if axis is None else (_array(x), axis)
    return take_along_axis(x, argsort(x, axis=axis), axis)


def median(x: Array, axis: int | None = None, keepdims: bool = False) -> Array:
    """The middle entry, or the mean of the two in the middle."""
    y = sort(x, axis) if axis is not None else sort(x, None)
    n = y.shape[axis or 0]
    m = mean(take(y, _np.array([(n - 1) // 2, n // 2]), axis or 0), axis or 0)
    return _keep(m, _array(x), _axes(axis, ndim(x)), keepdims)


# ---- shapes


def reshape(x: Array, *shape: Any, order: str = "C") -> Array:
    x = _array(x)
    sizes = shape[0] if len(shape) == 1 else shape
    sizes = tuple(sizes) if isinstance(sizes, tuple | list) else (sizes,)
    if -1 in sizes:
        known = _np.prod([n for n in sizes if n != -1], dtype=int)
        sizes = tuple(x.size // (known or 1) if n == -1 else n for n in sizes)
    if order == "F":
        return transpose(_op.reshape(transpose(x), shape=sizes[::-1]))
    return x if x.shape == sizes else _op.reshape(x, shape=sizes)


def ravel(x: Array) -> Array:
    return reshape(x, -1)


flatten = ravel


def expand_dims(x: Array, axis: Axis) -> Array:
    x = _array(x)
    n = len(x.shape) + (len(axis) if isinstance(axis, tuple) else 1)
    sizes, axes = iter(x.shape), _axes(axis, n)
    return reshape(x, tuple(1 if i in axes else next(sizes) for i in range(n)))


def squeeze(x: Array, axis: Axis = None) -> Array:
    x = _array(x)
    ones = tuple(i for i, n in enumerate(x.shape) if n == 1)
    axes = ones if axis is None else _axes(axis, len(x.shape))
    if not set(axes) <= set(ones):
        raise ValueError(f"axis is {axis}; only axes of length 1 can go, the shape is {x.shape}.")
    return reshape(x, tuple(n for i, n in enumerate(x.shape) if i not in axes))


def transpose(x: Array, *order: Any, axes: Any = None) -> Array:
    x = _array(x)
    axes = axes if not order else order[0] if len(order) == 1 else order
    n = len(x.shape)
    return _op.transpose(x, axes=tuple(range(n))[::-1] if axes is None else _axes(tuple(axes), n))


def swapaxes(x: Array, axis1: int, axis2: int) -> Array:
    x = _array(x)
    order = list(range(len(x.shape)))
    order[axis1], order[axis2] = order[axis2], order[axis1]
    return transpose(x, order)


def moveaxis(x: Array, source: Axis, destination: Axis) -> Array:
    x = _array(x)
    n = len(x.shape)
    sources, destinations = _axes(source, n), _axes(destination, n)
    order = [i for i in range(n) if i not in sources]
    for to, from_ in sorted(zip(destinations, sources, strict=True)):
        order.insert(to, from_)
    return x if order == list(range(n)) else transpose(x, order)


def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    x, shape = _array(x), (shape,) if isinstance(shape, int) else tuple(shape)
    return x if x.shape == shape else _op.broadcast_to(x, shape=shape)


def concatenate(arrays: Any, axis: int | None = 0) -> Array:
    xs = [ravel(x) if axis is None else _array(x) for x in arrays]
    return _op.concatenate(*xs, axis=_axes(axis or 0, len(xs[0].shape))[0])


def stack(arrays: Any, axis: int = 0) -> Array:
    return concatenate([expand_dims(x, axis) for x in arrays], axis)


def atleast_1d(x: Array) -> Array:
    return reshape(x, 1) if ndim(x) == 0 else _array(x)


def atleast_2d(x: Array) -> Array:
    return reshape(x, (1, size(x))) if ndim(x) < 2 else _array(x)


def hstack(arrays: Any) -> Array:
    xs = [atleast_1d(x) for x in arrays]
    return concatenate(xs, 0 if ndim(xs[0]) == 1 else 1)


def vstack(arrays: Any) -> Array:
    return concatenate([atleast_2d(x) for x in arrays])


def column_stack(arrays: Any) -> Array:
    return concatenate([x if ndim(x) > 1 else reshape(x, (-1, 1)) for x in arrays], 1)


def append(x: Array, values: Array, axis: int | None = None) -> Array:
    return concatenate([x, values], axis)


def array_split(x: Array, sections: Any, axis: int = 0) -> list[Array]:
    x = _array(x)
    pieces = _np.array_split(_np.arange(x.shape[axis]), sections)
    whole = (slice(None),) * (axis % len(x.shape))
    return [x[(*whole, slice(p[0], p[-1] + 1) if len(p) else slice(0, 0))] for p in pieces]


def split(x: Array, sections: Any, axis: int = 0) -> list[Array]:
    if isinstance(sections, int) and shape(x)[axis] % sections:
        raise ValueError(f"an axis of {shape(x)[axis]} does not split into {sections} equal parts.")
    return array_split(x, sections, axis)


def vsplit(x: Array, sections: Any) -> list[Array]:
    return split(x, sections, 0)


def hsplit(x: Array, sections: Any) -> list[Array]:
    return split(x, sections, 0 if ndim(x) == 1 else 1)


# ---- moving entries about


def getitem(x: Array, index: Any) -> Array:
    return _op.getitem(x, index=index)


def rearrange(move: Any, x: Array) -> Array:
    """What `move` does to an array, for a function of NumPy that only moves or copies entries.

    It is done to the positions 0, 1, ...; one indexing then does it to the entries.
    """
    x = _array(x)
    return getitem(ravel(x), move(_np.arange(x.size).reshape(x.shape)))


def flip(x: Array, axis: Axis = None) -> Array:
    axes = _axes(axis, ndim(x))
    return _array(x)[tuple(slice(None, None, -1 if i in axes else 1) for i in range(ndim(x)))]


def _moving(name: str) -> Callable[..., Array]:
    move = getattr(_np, name)
    return lambda x, *args, **kwargs: rearrange(lambda entries: move(entries, *args, **kwargs), x)


roll, rot90, tile, repeat = map(_moving, ("roll", "rot90", "tile", "repeat"))
diagonal, fliplr, flipud = map(_moving, ("diagonal", "fliplr", "flipud"))


def pad(x: Array, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Array:
    """NumPy's pad in the modes that copy entries, or with one constant."""
    x = _array(x)
    if mode != "constant":
        return _moving("pad")(x, pad_width, mode)
    positions = _np.pad(_np.arange(x.size).reshape(x.shape), pad_width, constant_values=x.size)
    return getitem(concatenate([ravel(x), full_like(x, constant_values, shape=(1,))]), positions)


def diag(x: Array, k: int = 0) -> Array:
    if ndim(x) == 2:
        return diagonal(x, k)
    n = shape(x)[0] + builtins.abs(k)
    rows = _np.arange(shape(x)[0]) + builtins.max(-k, 0)
    return _op.scatter_add(_array(x), index=(rows, rows + k), shape=(n, n))


def _lower_triangle(x: Array, k: int) -> _np.ndarray:
    rows, columns = shape(x)[-2:]
    return _np.tri(rows, columns, k, dtype=bool)


def tril(x: Array, k: int = 0) -> Array:
    return where(_lower_triangle(x, k), x, 0)


def triu(x: Array, k: int = 0) -> Array:
    return where(_lower_triangle(x, k - 1), 0, x)


def trace(x: Array, offset: int = 0) -> Array:
    return sum(diagonal(x, offset), -1)


def take(x: Array, indices: Any, axis: int | None = None) -> Array:
    if axis is None:
        return getitem(ravel(x), base(indices))
    x = _array(x)
    return x[(slice(None),) * (axis % len(x.shape)) + (base(indices),)]


def take_along_axis(x: Array, indices: Any, axis: int) -> Array:
    x, indices = _array(x), base(indices)
    grid = list(_np.indices(indices.shape, sparse=True))
    grid[axis] = indices
    return x[tuple(grid)]


# ---- products


def matmul(x: Array, y: Array) -> Array:
    return _op.matmul(_array(x), _array(y))


def tensordot(x: Array, y: Array, axes: Any = 2) -> Array:
    x, y = _array(x), _array(y)
    n, m = len(x.shape), len(y.shape)
    if isinstance(axes, int):
        axes = (tuple(range(n - axes, n)), tuple(range(axes)))
    left, right = _axes(axes[0], n), _axes(axes[1], m)
    rows = tuple(i for i in range(n) if i not in left)
    columns = tuple(i for i in range(m) if i not in right)
    k = _count(x, left)
    a = reshape(transpose(x, rows + left), (_count(x, rows), k))
    b = reshape(transpose(y, right + columns), (k, _count(y, columns)))
    return reshape(a @ b, [x.shape[i] for i in rows] + [y.shape[i] for i in columns])


def dot(x: Array, y: Array) -> Array:
    x, y = _array(x), _array(y)
    if 0 in (len(x.shape), len(y.shape)):
        return multiply(x, y)
    if len(y.shape) <= 2:
        return matmul(x, y)
    return tensordot(x, y, ((-1,), (-2,)))


def vdot(x: Array, y: Array) -> Array:
    return matmul(ravel(x), ravel(y))


def inner(x: Array, y: Array) -> Array:
    x, y = _array(x), _array(y)
    return multiply(x, y) if 0 in (len(x.shape), len(y.shape)) else tensordot(x, y, ((-1,), (-1,)))


def outer(x: Array, y: Array) -> Array:
    return multiply(reshape(x, (-1, 1)), reshape(y, (1, -1)))


def kron(x: Array, y: Array) -> Array:
    n = builtins.max(ndim(x), ndim(y))
    a, b = (1,) * (n - ndim(x)) + shape(x), (1,) * (n - ndim(y)) + shape(y)
    product = multiply(
        reshape(x, [size for pair in zip(a, (1,) * n, strict=True) for size in pair]),
        reshape(y, [size for pair in zip((1,) * n, b, strict=True) for size in pair]),
    )
    return reshape(product, [k * m for k, m in zip(a, b, strict=True)])


def einsum(subscripts: str, *operands: Array) -> Array:
    """Sums of products by letters, with repeated letters and an ellipsis."""
    xs = [_array(x) for x in operands]
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    spare = "".join(c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBA" if c not in subscripts)
    widths = [x.ndim - len(t.replace("...", "")) for t, x in zip(left.split(","), xs, strict=True)]
    terms = [
        t.replace("...", spare[:w][::-1]) for t, w in zip(left.split(","), widths, strict=True)
    ]
    if not arrow:
        letters = "".join(left.replace("...", "").replace(",", ""))
        output = ("..." if "..." in left else "") + "".join(
            c for c in sorted(set(letters)) if letters.count(c) == 1
        )
    output = output.replace("...", spare[: _np.max(widths)][::-1])
    for i, term in enumerate(terms):
        for letter in {c for c in term if term.count(c) > 1}:
            while term.count(letter) > 1:  # a repeated letter takes a diagonal, moved to the end
                a, b = term.index(letter), term.rindex(letter)
                xs[i] = diagonal(xs[i], 0, a, b)
                term = term[:a] + term[a + 1 : b] + term[b + 1 :] + letter
        terms[i] = term
    return _op.einsum(*xs, inputs=tuple(terms), output=output)


# ---- numpy.linalg


def _norm(x: Array, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Array:
    """Vector norms of order None, 2, 1, inf or p, and the Frobenius norm of matrices."""
    x = ravel(x) if axis is None and ord is None else _array(x)
    matrix = len(_axes(axis, len(x.shape))) == 2
    if ord in (None, "fro") or (ord == 2 and not matrix):
        return sqrt(sum(square(x), axis, keepdims))
    if matrix:
        raise NotImplementedError(f"ord is {ord!r}; a matrix has the norm 'fro' here.")
    if ord == _np.inf:
        return max(absolute(x), axis, keepdims)
    if ord == 1:
        return sum(absolute(x), axis, keepdims)
    return power(sum(power(absolute(x), ord), axis, keepdims), 1 / ord)


def _solve(a: Array, b: Array) -> Array:
    a, b = _array(a), _array(b)
    if len(b.shape) == 1:
        return squeeze(_op.solve(a, reshape(b, (-1, 1))), -1)
    return _op.solve(a, b)


def _slogdet(a: Array) -> tuple[Array, Array]:
    return _op.sign_det(_array(a)), _op.logabsdet(_array(a))


def _det(a: Array) -> Array:
    signs, logarithms = _slogdet(a)
    return multiply(signs, exp(logarithms))


linalg = SimpleNamespace(norm=_norm, inv=inv, solve=_solve, slogdet=_slogdet, det=_det)

NAMESPACE.update({name: value for name, value in globals().items() if not name.startswith("_")})
NAMESPACE.update({f"linalg.{name}": value for name, value in vars(linalg).items()})
NAMESPACE["module"] = sys.modules[__name__]
