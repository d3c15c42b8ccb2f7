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
from collections.abc import Callable, Sequence
from functools import partial
from math import prod as _prod
from types import SimpleNamespace
from typing import Any

import numpy as _np
from numpy.lib.array_utils import normalize_axis_tuple as _normalize

from jaxnn.tracer import operations as _op
from jaxnn.tracer import rules as _rules
from jaxnn.tracer.box import NAMESPACE, Box, base
from jaxnn.tracer.core import Array, add, namespace_of
from jaxnn.tracer.tree import flatten as _flatten_tree

# isort: off
from jaxnn.tracer.operations import (
    absolute, divide, exp, inv, log, logaddexp, maximum, minimum, multiply, ones_like, sqrt,
    square, subtract,
)  # fmt: skip
# isort: on

Axis = int | Sequence[int] | None


def __getattr__(name: str) -> Any:
    return getattr(_np, name)


# ---- arrays, axes


def array(object: Any, dtype: Any = None, **_: Any) -> Array:
    """An array of numbers, arrays and traced values in nested lists."""
    if isinstance(object, list | tuple) and builtins.any(map(_is_ours, _flatten_tree(object)[0])):
        object = stack([array(entry) for entry in object])
    if _is_ours(object):
        return object if dtype is None else astype(object, dtype)
    return _np.array(object, dtype)


def _is_ours(x: Any) -> bool:
    """Whether NumPy itself cannot make an array of it."""
    return type(x) is Box or namespace_of(x) is not _np


def _array(x: Any) -> Array:
    """Lists become arrays; what already is an array stays as it is."""
    return x if hasattr(x, "shape") else array(x)


def astype(x: Array, dtype: Any, **_: Any) -> Array:
    """The array in another dtype; one without derivative when that is no float."""
    x, dtype = _array(x), _np.dtype(dtype)
    if dtype.name.startswith(("float", "bfloat")):
        return x if x.dtype == dtype else _rules.astype(x, dtype=dtype)
    return base(x).astype(dtype)


def shape(x: Array) -> tuple[int, ...]:
    return _array(x).shape


def ndim(x: Array) -> int:
    return len(shape(x))


def size(x: Array, axis: Axis = None) -> int:
    sizes = shape(x)
    return _prod([sizes[a] for a in _axes(axis, len(sizes))])


def _axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """Axes as a tuple of numbers from 0."""
    return tuple(range(ndim)) if axis is None else _normalize(axis, ndim)


def _line(x: Array, axis: int | None) -> tuple[Array, int]:
    """An array, flattened when no axis is given, and the axis as a number from 0."""
    x = ravel(x) if axis is None else _array(x)
    return x, _normalize(axis or 0, len(x.shape))[0]


# ---- elementwise, and without derivative

FLAT = [
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and",
    "logical_or", "logical_xor", "logical_not", "isfinite", "isinf", "isnan", "any", "all", "floor",
    "ceil", "trunc", "rint", "sign", "round", "floor_divide", "heaviside", "argmax", "argmin",
    "argsort", "ones_like", "zeros_like", "full_like", "count_nonzero", "array_equal", "allclose",
]  # fmt: skip
globals().update({name: _rules.flat(name) for name in FLAT})
globals().update({primitive.name: primitive for primitive in _rules.PARTIALS})


def where(condition: Any, x: Array = None, y: Array = None) -> Array:
    """x where the condition is true, y elsewhere; the other side's derivative is exactly 0."""
    return _np.where(base(condition)) if x is None else _rules.where(base(condition), x, y)


def power(x: Array, y: Array) -> Array:
    if isinstance(y, int | float | _np.number) and not isinstance(y, bool):
        return _op.power_constant(x, exponent=y) if hasattr(x, "shape") else _np.power(x, y)
    return _op.power(x, y)


def clip(
    x: Array, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None
) -> Array:
    """minimum(maximum(x, low), high): slope 1/2 at the bounds."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    x = x if low is None else maximum(x, low)
    return x if high is None else minimum(x, high)


# ---- reductions


def _reduction(primitive: Callable) -> Callable[..., Array]:
    """With NumPy's arguments, a function of an array and a tuple of axes from 0."""

    def reduce(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        x = _array(x)
        axes = _axes(axis, len(x.shape))
        y = primitive(x, axis=axes)
        return _rules.keepdims(y, x, axes) if keepdims else y

    return reduce


sum, max, min = map(_reduction, (_op.sum_, _op.amax, _op.amin))


def mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    return divide(sum(x, axis, keepdims), size(x, axis))


def average(x: Array, axis: Axis = None, weights: Array = None) -> Array:
    if weights is None:
        return mean(x, axis)
    if shape(weights) != shape(x) and isinstance(axis, int):
        weights = expand_dims(weights, tuple(range(1, ndim(x) - axis % ndim(x))))
    weights = broadcast_to(weights, shape(x))
    return divide(sum(multiply(x, weights), axis), sum(weights, axis))


def var(x: Array, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Array:
    """Mean square distance from the mean, with divisor n - ddof."""
    distance = subtract(x, mean(x, axis, keepdims=True))
    return divide(sum(square(distance), axis, keepdims), size(x, axis) - ddof)


@_reduction
def prod(x: Array, axis: tuple[int, ...]) -> Array:
    """The product, as a balanced tree: no division, so zeros do no harm."""
    y = _in_front(x, axis)
    while (n := y.shape[0]) > 1:
        pairs = multiply(y[: n // 2], y[n // 2 : n - n % 2])
        y = concatenate([pairs, y[n - 1 :]]) if n % 2 else pairs
    return y[0] if n else ones_like(y, shape=y.shape[1:])


@_reduction
def logsumexp(x: Array, axis: tuple[int, ...]) -> Array:
    """log(sum(exp(x))), shifted by the maximum where that is finite."""
    top = base(max(x, axis, keepdims=True))
    top = where(_op.isfinite(top), top, 0)
    return add(log(sum(exp(subtract(x, top)), axis)), squeeze(top, axis))


@_reduction
def median(x: Array, axis: tuple[int, ...]) -> Array:
    """The middle entry, or the mean of the two in the middle."""
    y = sort(_in_front(x, axis), 0)
    return mean(take(y, _np.array([(len(y) - 1) // 2, len(y) // 2]), 0), 0)


def _in_front(x: Array, axis: tuple[int, ...]) -> Array:
    """With these axes as one, the first."""
    y = moveaxis(x, axis, tuple(range(len(axis))))
    return reshape(y, (size(x, axis), *y.shape[len(axis) :]))


def softmax(x: Array, axis: Axis = -1) -> Array:
    e = exp(subtract(x, base(max(x, axis, keepdims=True))))
    return divide(e, sum(e, axis, keepdims=True))


def scan_with(function: Callable, x: Array, axis: int | None = None) -> Array:
    """x_1, function(x_1, x_2), function(function(x_1, x_2), x_3), ... for an associative function.

    In log2(n) steps, each combining entries a power of two apart.
    """
    x, axis = _line(x, axis)
    y, step = moveaxis(x, axis, 0), 1
    while step < y.shape[0]:
        y = concatenate([y[:step], function(y[:-step], y[step:])])
        step *= 2
    return moveaxis(y, 0, axis)


cumprod = partial(scan_with, multiply)


def cumsum(x: Array, axis: int | None = None) -> Array:
    x, axis = _line(x, axis)
    return _op.cumsum(x, axis=axis)


def diff(x: Array, n: int = 1, axis: int = -1) -> Array:
    for _ in range(n):
        x = subtract(take(x, slice(1, None), axis), take(x, slice(-1), axis))
    return x


def sort(x: Array, axis: int | None = -1) -> Array:
    x, axis = _line(x, axis)
    return take_along_axis(x, _op.argsort(x, axis=axis), axis)


# ---- shapes: NumPy tells, on arrays that hold nothing, what becomes of the axes


def _reshaping(name: str) -> Callable[..., Array]:
    def function(x: Array, *args: Any, **options: Any) -> Array:
        nothing = _np.empty(shape(x), bool)
        return reshape(x, getattr(_np, name)(nothing, *args, **options).shape)

    return function


ravel, squeeze, expand_dims = map(_reshaping, ("ravel", "squeeze", "expand_dims"))
atleast_1d, atleast_2d = map(_reshaping, ("atleast_1d", "atleast_2d"))


def reshape(x: Array, *shape: Any, order: str = "C") -> Array:
    x = _array(x)
    sizes = _np.empty(x.shape, bool).reshape(*shape).shape
    if order == "F":
        return transpose(_op.reshape(transpose(x), shape=sizes[::-1]))
    return x if x.shape == sizes else _op.reshape(x, shape=sizes)


def _permuting(name: str) -> Callable[..., Array]:
    def function(x: Array, *args: Any, **options: Any) -> Array:
        x = _array(x)
        numbered = _np.empty(range(len(x.shape)))  # axis i has length i
        axes = getattr(_np, name)(numbered, *args, **options).shape
        return x if axes == numbered.shape else _op.transpose(x, axes=axes)

    return function


swapaxes, moveaxis, _transpose = map(_permuting, ("swapaxes", "moveaxis", "transpose"))


def transpose(x: Array, *order: Any, axes: Any = None) -> Array:
    return _transpose(x, order if len(order) > 1 else order[0] if order else axes)


def broadcast_to(x: Array, shape: tuple[int, ...]) -> Array:
    x, shape = _array(x), (shape,) if isinstance(shape, int) else tuple(shape)
    return x if x.shape == shape else _rules.broadcast_to(x, shape=shape)


# ---- joining, cutting and moving entries


def concatenate(arrays: Any, axis: int | None = 0) -> Array:
    lines = [_line(x, axis) for x in arrays]
    return _op.concatenate(*[x for x, _ in lines], axis=lines[0][1])


def stack(arrays: Any, axis: int = 0) -> Array:
    return concatenate([expand_dims(x, axis) for x in arrays], axis)


def getitem(x: Array, index: Any) -> Array:
    return _op.getitem(_array(x), index=index)


def take(x: Array, indices: Any, axis: int | None = None) -> Array:
    x, axis = _line(x, axis)
    return getitem(x, (slice(None),) * axis + (base(indices),))


def take_along_axis(x: Array, indices: Any, axis: int) -> Array:
    grid = list(_np.indices(shape(indices), sparse=True))
    grid[axis] = base(indices)
    return getitem(x, tuple(grid))


def _splitting(name: str) -> Callable[..., list[Array]]:
    def function(x: Array, sections: Any, axis: int = 0) -> list[Array]:
        pieces = getattr(_np, name)(_np.arange(shape(x)[axis]), sections)
        cuts = [slice(p[0], p[-1] + 1) if len(p) else slice(0) for p in pieces]
        return [take(x, cut, axis) for cut in cuts]

    return function


split, array_split = map(_splitting, ("split", "array_split"))


def _moving(name: str) -> Callable[..., Array]:
    primitive = _op.moving(name)
    return lambda x, *args, **options: primitive(_array(x), args=args, options=options)


roll, rot90, tile, _repeat = map(_moving, ("roll", "rot90", "tile", "repeat"))
diag, diagonal, _pad = map(_moving, ("diag", "diagonal", "pad"))


def pad(x: Array, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Array:
    """NumPy's pad in the modes that copy entries, or with constants."""
    if mode not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        raise NotImplementedError(f"mode is {mode!r}; pad with constants or copies of entries.")
    y = _pad(x, pad_width, mode)
    if mode == "constant" and _np.any(constant_values):
        border = _np.zeros(shape(x), y.dtype)
        y = add(y, _np.pad(border, pad_width, constant_values=constant_values))
    return y


# ---- products


def matmul(x: Array, y: Array) -> Array:
    return _op.matmul(_array(x), _array(y))


def contract(x: Array, y: Array, summed: Any, batch: Any = ((), ())) -> Array:
    """Sums of products along pairs of axes (of x, of y), for each place of the batch axes.

    Written as products of matrices in stacks: axes (batch, rows, sum) times (batch, sum, columns).
    """
    (sum_x, sum_y), (batch_x, batch_y) = summed, batch
    rows = [i for i in range(x.ndim) if i not in (*sum_x, *batch_x)]
    columns = [i for i in range(y.ndim) if i not in (*sum_y, *batch_y)]
    a = transpose(x, (*batch_x, *rows, *sum_x))
    b = transpose(y, (*batch_y, *sum_y, *columns))
    n, k, shape = len(batch_x), size(x, tuple(sum_x)), [x.shape[i] for i in rows]
    shape += [y.shape[i] for i in columns]
    a = reshape(a, (*a.shape[:n], size(x, tuple(rows)), k))
    b = reshape(b, (*b.shape[:n], k, size(y, tuple(columns))))
    product = matmul(a, b) if sum_x else multiply(a, b)
    return reshape(product, (*product.shape[:-2], *shape))


def tensordot(x: Array, y: Array, axes: Any = 2) -> Array:
    n, m = ndim(x), ndim(y)
    left, right = (range(n - axes, n), range(axes)) if isinstance(axes, int) else axes
    return contract(_array(x), _array(y), (_axes(left, n), _axes(right, m)))


def dot(x: Array, y: Array) -> Array:
    if 0 in (ndim(x), ndim(y)):
        return multiply(x, y)
    return matmul(x, y) if ndim(y) <= 2 else tensordot(x, y, (-1, -2))


def _column(x: Array) -> Array:
    return reshape(x, (-1, 1))


def kron(x: Array, y: Array) -> Array:
    n = builtins.max(ndim(x), ndim(y))
    x, y = [expand_dims(z, tuple(range(n - ndim(z)))) for z in (x, y)]
    columns = expand_dims(x, tuple(range(1, 2 * n, 2)))
    product = multiply(columns, expand_dims(y, tuple(range(0, 2 * n, 2))))
    return reshape(product, [k * m for k, m in zip(x.shape, y.shape, strict=True)])


def einsum(subscripts: str, *operands: Array) -> Array:
    """Sums of products by letters, with repeated letters and an ellipsis."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    if not arrow:
        once = [c for c in sorted(set(left) - set(".,")) if left.count(c) == 1]
        right = "".join(["..." * ("..." in left), *once])
    xs, terms, widths = list(map(_array, operands)), left.split(","), [0]
    for x, term in zip(xs, terms, strict=True):
        widths.append(x.ndim - len(term.replace("...", "")))
    output, *labels = map(_labels, (right, *terms), (builtins.max(widths), *widths[1:]))
    (x, s), *rest = map(_diagonal, xs, labels)
    for k, (y, t) in enumerate(rest, start=2):  # each a product of matrices with what was before
        needed = set(output).union(*labels[k:])
        shared = {  # not what is broadcast
            c for c in s if c in t and (size(x, s.index(c)) == 1) == (size(y, t.index(c)) == 1)
        }
        (x, s), (y, t) = _sums(x, s, needed | shared), _sums(y, t, needed | shared)
        both = [c for c in s if c in t]
        gone, batch = [c for c in both if c not in needed], [c for c in both if c in needed]
        x = contract(x, y, *([[u.index(c) for c in cs] for u in (s, t)] for cs in (gone, batch)))
        s = batch + [c for c in s + t if c not in both]
    x, s = _sums(x, s, set(output))
    return transpose(x, [s.index(c) for c in output])


def _labels(term: str, width: int) -> list:
    """The letters of a term; the axes of its ellipsis are -width, ..., -1."""
    before, dots, after = term.partition("...")
    return [*before, *(range(-width, 0) if dots else ()), *after]


def _diagonal(x: Array, labels: list) -> tuple[Array, list]:
    """The diagonal along axes that share a label; each label once."""
    sizes = dict(zip(labels, x.shape, strict=True))
    if len(sizes) < len(labels):
        grid = dict(zip(sizes, _np.indices(tuple(sizes.values()), sparse=True), strict=True))
        x = getitem(x, tuple([grid[c] for c in labels]))
    return x, list(sizes)


def _sums(x: Array, labels: list, needed: set) -> tuple[Array, list]:
    """Without the axes whose labels are not needed."""
    axes = tuple([i for i, c in enumerate(labels) if c not in needed])
    return (sum(x, axes) if axes else x), [c for c in labels if c in needed]


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
    return _op.solve(a, b) if b.ndim > 1 else squeeze(_op.solve(a, _column(b)), -1)


linalg = SimpleNamespace(
    norm=_norm,
    inv=inv,
    solve=_solve,
    slogdet=lambda a: (_op.sign_det(_array(a)), _op.logabsdet(_array(a))),
    det=lambda a: multiply(_op.sign_det(_array(a)), exp(_op.logabsdet(_array(a)))),
)

# ---- of one line, and other names

FORMULAS: dict[str, Callable[..., Any]] = {
    "relu": lambda x: where(x > 0, x, 0),  # slope 0 at 0
    "softplus": lambda x: logaddexp(x, 0),
    "log_sigmoid": lambda x: _rules.negative(logaddexp(_rules.negative(x), 0)),
    "log_softmax": lambda x, axis=-1: subtract(x, logsumexp(x, axis, keepdims=True)),
    "nan_to_num": lambda x, **options: where(_op.isfinite(x), x, _op.finite(x, **options)),
    "std": lambda x, *args, **options: sqrt(var(x, *args, **options)),
    "ptp": lambda x, axis=None: subtract(max(x, axis), min(x, axis)),
    "trace": lambda x, offset=0: sum(diagonal(x, offset), -1),
    "flip": lambda x, axis=None: _op.flip(_array(x), _axes(axis, ndim(x))),
    "fliplr": lambda x: _op.flip(_array(x), (1,)),
    "flipud": lambda x: _op.flip(_array(x), (0,)),
    "tril": lambda x, k=0: where(_np.tri(*shape(x)[-2:], k=k, dtype=bool), x, 0),
    "triu": lambda x, k=0: where(_np.tri(*shape(x)[-2:], k=k - 1, dtype=bool), 0, x),
    "repeat": lambda x, repeats, axis=None: _repeat(x, _np.asarray(repeats), axis),
    "hstack": lambda xs: concatenate(list(map(atleast_1d, xs)), 0 if ndim(xs[0]) < 2 else 1),
    "vstack": lambda xs: concatenate(list(map(atleast_2d, xs))),
    "column_stack": lambda xs: concatenate([x if ndim(x) > 1 else _column(x) for x in xs], 1),
    "append": lambda x, values, axis=None: concatenate([x, values], axis),
    "vsplit": lambda x, sections: split(x, sections, 0),
    "hsplit": lambda x, sections: split(x, sections, 0 if ndim(x) == 1 else 1),
    "vdot": lambda x, y: matmul(ravel(x), ravel(y)),
    "inner": lambda x, y: dot(x, y) if 0 in (ndim(x), ndim(y)) else tensordot(x, y, (-1, -1)),
    "outer": lambda x, y: multiply(_column(x), ravel(y)),
    "copy": lambda x: multiply(x, 1),
    "deg2rad": lambda x: multiply(x, _np.pi / 180),
    "rad2deg": lambda x: multiply(x, 180 / _np.pi),
}
ALIASES = {
    "asarray": "array", "abs": "absolute", "fabs": "absolute", "mod": "remainder",
    "true_divide": "divide", "around": "round", "float_power": "power", "pow": "power",
    "amax": "max", "amin": "min", "flatten": "ravel", "positive": "copy", "real": "copy",
    "conj": "copy", "conjugate": "copy", "radians": "deg2rad", "degrees": "rad2deg",
}  # fmt: skip
for _name, _formula in FORMULAS.items():
    _formula.__name__ = _formula.__qualname__ = _name  # for messages
globals().update(FORMULAS)
globals().update({alias: globals()[name] for alias, name in ALIASES.items()})

NAMESPACE.update({name: value for name, value in globals().items() if not name.startswith("_")})
NAMESPACE.update({f"linalg.{name}": value for name, value in vars(linalg).items()})
NAMESPACE["module"] = sys.modules[__name__]
