"""How are many numbers made one, or accumulated along an axis?"""

from collections.abc import Callable
from typing import Any

import numpy as np

from jaxnn.tracer import primitives as op
from jaxnn.tracer import rules
from jaxnn.tracer.core import Array, add, base, multiply
from jaxnn.tracer.numpy import arrays
from jaxnn.tracer.numpy.arrays import Axis, as_array, axes_of, line, size
from jaxnn.tracer.numpy.elementwise import where
from jaxnn.tracer.primitives import absolute, divide, exp, log, ones_like, sqrt, square, subtract


def reduction(primitive: Callable) -> Callable[..., Array]:
    """With NumPy's arguments, a function of an array and a tuple of axes from 0."""

    def reduce(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        x = as_array(x)
        axes = axes_of(axis, len(x.shape))
        y = primitive(x, axis=axes)
        return rules.keepdims(y, x, axes) if keepdims else y

    return reduce


sum, max, min = map(reduction, (op.sum_, op.amax, op.amin))


def mean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    return divide(sum(x, axis, keepdims), size(x, axis))


def average(x: Array, axis: Axis = None, weights: Array = None, keepdims: bool = False) -> Array:
    if weights is None:
        return mean(x, axis, keepdims)
    x, weights = as_array(x), as_array(weights)
    if weights.shape != x.shape and isinstance(axis, int):
        weights = arrays.reshape(weights, (-1, *[1] * (x.ndim - 1 - axis % x.ndim)))
    weights = arrays.broadcast_to(weights, x.shape)
    return divide(sum(multiply(x, weights), axis, keepdims), sum(weights, axis, keepdims))


def var(x: Array, axis: Axis = None, ddof=0, keepdims=False, correction=0) -> Array:
    """Mean square distance from the mean, with divisor n - ddof; correction is another name."""
    distance = subtract(x, mean(x, axis, keepdims=True))
    return divide(sum(square(distance), axis, keepdims), size(x, axis) - (ddof or correction))


@reduction
def prod(x: Array, axis: tuple[int, ...]) -> Array:
    """The product, as a balanced tree: no division, so zeros do no harm."""
    y = _in_front(x, axis)
    while (n := y.shape[0]) > 1:
        pairs = multiply(y[: n // 2], y[n // 2 : n - n % 2])
        y = arrays.concatenate([pairs, y[n - 1 :]]) if n % 2 else pairs
    return y[0] if n else ones_like(y, shape=y.shape[1:])


def logsumexp(
    a: Array, axis: Axis = None, b: Array = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """log(sum(b * exp(a))), with SciPy's arguments.

    Shifted by the maximum; equal infinities share the derivative. With `return_sign` a pair, the
    logarithm of the size of the sum and its sign; otherwise a negative sum has the logarithm NaN.
    """
    a = as_array(a)
    if b is not None:
        b = as_array(b)
        a = where(base(b) == 0, -np.inf, a)  # 0 * exp(inf) = 0
    top = base(max(a, axis, keepdims=True))
    with np.errstate(all="ignore"):  # infinities among themselves
        e = exp(op.difference(a, top))
    total = sum(e if b is None else multiply(b, e), axis, keepdims)
    top = top if keepdims else arrays.squeeze(top, axes_of(axis, a.ndim))
    if not return_sign:
        return add(log(total), top)
    return add(log(absolute(total)), top), where(top == -np.inf, 0, op.sign(total))


@reduction
def median(x: Array, axis: tuple[int, ...]) -> Array:
    """The middle entry, or the mean of the two in the middle; NaN if there is one."""
    y = sort(_in_front(x, axis), 0)
    middle = mean(arrays.take(y, np.array([(len(y) - 1) // 2, len(y) // 2]), 0), 0)
    return where(op.isnan(y[-1]), np.nan, middle)  # sorted, NaN is the last


def _in_front(x: Array, axis: tuple[int, ...]) -> Array:
    """With these axes as one, the first."""
    y = arrays.moveaxis(x, axis, tuple(range(len(axis))))
    return arrays.reshape(y, (size(x, axis), *y.shape[len(axis) :]))


def softmax(x: Array, axis: Axis = -1) -> Array:
    e = exp(subtract(x, base(max(x, axis, keepdims=True))))
    return divide(e, sum(e, axis, keepdims=True))


def scan_with(function: Callable, x: Array, axis: int | None = None) -> Array:
    """x_1, function(x_1, x_2), function(function(x_1, x_2), x_3), ... for an associative function.

    In log2(n) steps, each combining entries a power of two apart.
    """
    x, axis = line(x, axis)
    y, step = arrays.moveaxis(x, axis, 0), 1
    while step < y.shape[0]:
        y = arrays.concatenate([y[:step], function(y[:-step], y[step:])])
        step *= 2
    return arrays.moveaxis(y, 0, axis)


def cumprod(x: Array, axis: int | None = None) -> Array:
    return scan_with(multiply, x, axis)


def cumsum(x: Array, axis: int | None = None) -> Array:
    x, axis = line(x, axis)
    return op.cumsum(x, axis=axis)


def diff(x: Array, n: int = 1, axis: int = -1) -> Array:
    for _ in range(n):
        x = subtract(arrays.take(x, slice(1, None), axis), arrays.take(x, slice(-1), axis))
    return x


def sort(x: Array, axis: int | None = -1) -> Array:
    x, axis = line(x, axis)
    return arrays.take_along_axis(x, op.argsort(x, axis=axis, stable=True), axis)


def std(x: Array, axis: Axis = None, ddof=0, keepdims=False, correction=0) -> Array:
    return sqrt(var(x, axis, ddof, keepdims, correction))


def ptp(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    return subtract(max(x, axis, keepdims), min(x, axis, keepdims))


def trace(x: Array, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Array:
    return sum(arrays.diagonal(x, offset, axis1, axis2), -1)


def log_softmax(x: Array, axis: Axis = -1) -> Array:
    return subtract(x, logsumexp(x, axis, keepdims=True))


def _without_nan(reduce: Callable[..., Array], neutral: float) -> Callable[..., Array]:
    def of_numbers(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
        missing = op.isnan(x)
        y = reduce(where(missing, neutral, x), axis, keepdims)
        if np.isfinite(neutral):
            return y
        return where(missing.all(axis, keepdims=keepdims), np.nan, y)

    return of_numbers


nansum, nanprod = _without_nan(sum, 0), _without_nan(prod, 1)
nanmax, nanmin = _without_nan(max, -np.inf), _without_nan(min, np.inf)


def nanmean(x: Array, axis: Axis = None, keepdims: bool = False) -> Array:
    return divide(nansum(x, axis, keepdims), (~op.isnan(x)).sum(axis, keepdims=keepdims))


amax, amin = max, min
