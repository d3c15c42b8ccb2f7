"""Which elementary functions are there, and what are their derivatives?

One description a primitive, in the families of `rules.py`: its value, if that is not NumPy's
function of its name, and the partials of y = p(x_1, ...) as functions (y, x_1, ...) or the
transposes of y = L(x_1, ...) as a function (i, g, x_1, ...). These are written with primitives and
operators, so that they can be differentiated in turn.

Conventions where a derivative does not exist, as in JAX:

    maximum, minimum, max, min    equal entries share it; so clip has slope 1/2 at its bounds
    abs                           1 at 0
    relu                          0 at 0 and at NaN (the value there is NaN)
    where                         exactly 0 for the side not taken, be it infinite or NaN
    x**n, n constant              0 for n = 0, also at x = 0; JAX gives NaN for the float 0.0
    sqrt, log                     infinite at 0, so a norm at 0 has slope NaN
    sign, rounding, comparisons   0
"""

import math
from typing import Any

import numpy as np

from jaxnn.tracer.core import Array, Primitive, multiply
from jaxnn.tracer.rules import Select, elementwise, flat, keepdims, linear, reshape, sum_, where

ones_like, full_like, finite = map(flat, ("ones_like", "full_like", "nan_to_num"))
isfinite, isnan, sign, argsort = map(flat, ("isfinite", "isnan", "sign", "argsort"))
floor_divide = flat("floor_divide")

# ---- elementwise, one argument


def _sigmoid(xp: Any, x: Array) -> Array:
    if xp is not np:
        return 1 / (1 + xp.exp(-x))  # where overflow is silent, and right
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def _difference(xp: Any, x: Array, y: Array) -> Array:
    """x - y, and 0 between equal infinities."""
    return xp.where(x == y, 0, x - y)


def _cosine(xp: Any, x: Array) -> Array:
    scale = xp.maximum(1, xp.abs(x))
    return 1 / (scale * xp.sqrt(xp.square(1 / scale) + xp.square(x / scale)))


square = elementwise("square", None, lambda y, x: 2 * x)
reciprocal = elementwise("reciprocal", lambda xp, x: xp.divide(1, x), lambda y, x: -square(y))
sqrt = elementwise("sqrt", None, lambda y, x: 0.5 / y)
cbrt = elementwise("cbrt", None, lambda y, x: 1 / 3 / square(y))
exp = elementwise("exp", None, lambda y, x: y)
exp2 = elementwise("exp2", None, lambda y, x: math.log(2) * y)
expm1 = elementwise("expm1", None, lambda y, x: exp(x))
log = elementwise("log", None, lambda y, x: 1 / x)
log2 = elementwise("log2", None, lambda y, x: 1 / math.log(2) / x)
log10 = elementwise("log10", None, lambda y, x: 1 / math.log(10) / x)
log1p = elementwise("log1p", None, lambda y, x: 1 / (1 + x))
deg2rad = elementwise("deg2rad", None, lambda y, x: math.pi / 180)
rad2deg = elementwise("rad2deg", None, lambda y, x: 180 / math.pi)
tan = elementwise("tan", None, lambda y, x: 1 + square(y))
arcsin = elementwise("arcsin", None, lambda y, x: 1 / sqrt(one_minus_square(x)))
arccos = elementwise("arccos", None, lambda y, x: -1 / sqrt(one_minus_square(x)))
arctan = elementwise("arctan", None, lambda y, x: square(cosine_of_arctan(x)))
sinh = elementwise("sinh", None, lambda y, x: cosh(x))
cosh = elementwise("cosh", None, lambda y, x: sinh(x))
tanh = elementwise("tanh", None, lambda y, x: 1 - square(y))
arcsinh = elementwise("arcsinh", None, lambda y, x: cosine_of_arctan(x))
arccosh = elementwise("arccosh", None, lambda y, x: 1 / (sqrt(x - 1) * sqrt(x + 1)))
arctanh = elementwise("arctanh", None, lambda y, x: 1 / one_minus_square(x))
# Without cancellation near 1.
one_minus_square = elementwise(
    "one_minus_square", lambda xp, x: (1 - x) * (1 + x), lambda y, x: -2 * x
)
# 1 / sqrt(1 + x**2), also where x**2 is out of range.
cosine_of_arctan = elementwise(
    "cosine_of_arctan", lambda xp, x: _cosine(xp, x), lambda y, x: -(x * y) * square(y)
)
relu = elementwise("relu", lambda xp, x: xp.where(x <= 0, 0, x), Select(lambda y, x: x > 0))
sigmoid = elementwise("sigmoid", _sigmoid, lambda y, x: y * (1 - y))
absolute = elementwise("absolute", None, lambda y, x: sign_or_one(x))
sign_or_one = flat("sign_or_one", lambda xp, x: xp.where(x >= 0, 1, -1).astype(x.dtype))
# A constant exponent is a parameter, so that x**0 and x**1 are right at 0; see `power` in numpy.py.
power_constant = elementwise(
    "power",
    lambda xp, x, exponent: x**exponent,
    lambda y, x, exponent: (
        exponent * power_constant(x, exponent=exponent - 1) if exponent else full_like(x, 0)
    ),
)

# ---- elementwise, two arguments; one of them may be a number of Python, which divides otherwise


def _or_one(x: Array) -> Array:
    """A number that may be divided by, or have its logarithm taken."""
    return where(x == 0, 1, x)


subtract = elementwise("subtract", None, 1, -1)
divide = elementwise("divide", None, lambda q, x, y: reciprocal(y), lambda q, x, y: -q / y)
power = elementwise(
    "power", None, lambda z, x, y: y * power(x, _or_one(y) - 1), lambda z, x, y: z * log(_or_one(x))
)
maximum, minimum = [
    elementwise(name, None, lambda m, x, y: share(m, x, y), lambda m, x, y: share(m, y, x))
    for name in ("maximum", "minimum")
]
share = flat(
    "share",
    lambda xp, m, x, other: xp.where(x == m, xp.where(other == m, 0.5, 1), 0).astype(m.dtype),
)
# Reciprocals, because XLA would turn x / h / h into x / (h * h), which may be out of range.
arctan2 = elementwise(
    "arctan2",
    None,
    lambda a, y, x: x * reciprocal(hypot(x, y)) * reciprocal(hypot(x, y)),
    lambda a, y, x: -y * reciprocal(hypot(x, y)) * reciprocal(hypot(x, y)),
)
hypot = elementwise("hypot", None, lambda h, x, y: x / _or_one(h), lambda h, x, y: y / _or_one(h))
difference = elementwise("difference", _difference, 1, -1)
# exp(x) / (exp(x) + exp(y)), and one half at equal infinities.
softmax_pair = elementwise(
    "softmax_pair",
    lambda xp, x, y: _sigmoid(xp, _difference(xp, x, y)),
    lambda s, x, y: s * (1 - s),
    lambda s, x, y: s * (s - 1),
)
logaddexp = elementwise(
    "logaddexp", None, lambda z, x, y: softmax_pair(x, y), lambda z, x, y: softmax_pair(y, x)
)
logaddexp2 = elementwise(
    "logaddexp2",
    None,
    lambda z, x, y: softmax_pair(math.log(2) * x, math.log(2) * y),
    lambda z, x, y: softmax_pair(math.log(2) * y, math.log(2) * x),
)
# The quotient that belongs to the remainder r, where x / y rounds to another.
minus_quotient = flat("minus_quotient", lambda xp, r, x, y: xp.rint((r - x) / y))
remainder, fmod = [
    elementwise(name, None, 1, lambda r, x, y: minus_quotient(r, x, y))
    for name in ("remainder", "fmod")
]

# ---- linear: moving and adding entries


def _scatter_add(xp: Any, g: Array, index: Any, shape: tuple[int, ...]) -> Array:
    if xp is not np:
        return xp.zeros(shape, g.dtype).at[index].add(g)
    out = np.zeros(shape, g.dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if all(part is None or part is ... or isinstance(part, int | slice) for part in parts):
        out[index] = g
    else:
        np.add.at(out, index, g)
    return out


transpose = linear(
    "transpose",
    lambda xp, x, axes: x.transpose(axes),
    lambda i, g, x, axes: transpose(g, axes=tuple(sorted(range(len(axes)), key=axes.__getitem__))),
)
getitem = linear(
    "getitem",
    lambda xp, x, index: x[index],
    lambda i, g, x, index: scatter_add(g, index=index, shape=x.shape),
)
scatter_add = linear(
    "scatter_add", _scatter_add, lambda i, g, x, index, shape: getitem(g, index=index)
)


def _accumulate_back(i: int, g: Array, x: Array, axis: int) -> Array:
    back = (slice(None),) * axis + (slice(None, None, -1),)
    return getitem(cumsum(getitem(g, index=back), axis=axis), index=back)


cumsum = linear("cumsum", lambda xp, x, axis: xp.cumsum(x, axis), _accumulate_back)


def _part(i: int, g: Array, *xs: Array, axis: int) -> Array:
    start = sum(x.shape[axis] for x in xs[:i])
    return getitem(g, index=(slice(None),) * axis + (slice(start, start + xs[i].shape[axis]),))


concatenate = linear(
    "concatenate", lambda xp, *xs, axis: xp.concatenate(xs, axis), _part, jointly=True
)


def moving(name: str) -> Primitive:
    """NumPy's function of that name, which only moves, copies or drops entries, or adds zeros.

    Applied to the positions 1, 2, ..., n it tells where each entry of the result comes from, 0
    being nowhere; to that place the transpose adds the entry's cotangent.
    """

    def value(xp: Any, x: Array, args: tuple, options: dict) -> Array:
        return getattr(xp, name)(x, *args, **options)

    def transpose(i: int, g: Array, x: Array, args: tuple, options: dict) -> Array:
        origin = value(np, np.arange(1, x.size + 1).reshape(x.shape), args, options).ravel()
        sums = scatter_add(reshape(g, shape=origin.shape), index=origin, shape=(x.size + 1,))
        return reshape(getitem(sums, index=slice(1, None)), shape=x.shape)

    return linear(name, value, transpose)


# ---- linear in each argument: products


def swap(x: Array) -> Array:
    """The transpose of each matrix in a stack."""
    n = len(x.shape)
    return transpose(x, axes=(*range(n - 2), n - 1, n - 2))


def _matmul(xp: Any, x: Array, y: Array) -> Array:
    if xp is np and x.ndim == 2 == y.ndim:
        return np.dot(x, y)  # the same, several times faster when the inner axis is 1
    return xp.matmul(x, y)


def _matmul_transpose(i: int, g: Array, x: Array, y: Array) -> Array:
    column = len(y.shape) == 1
    if column:
        g, y = reshape(g, shape=(*g.shape, 1)), reshape(y, shape=(*y.shape, 1))
    if len(x.shape) == 1:
        g, x = reshape(g, shape=(*g.shape[:-1], 1, g.shape[-1])), reshape(x, shape=(1, *x.shape))
    if i == 0:
        return matmul(g, swap(y))
    # (g^T x)^T and not x^T g, which XLA computes by a slow loop for a g of one column.
    part = matmul(swap(g), x)
    return part if column else swap(part)


matmul = linear("matmul", _matmul, _matmul_transpose)

# ---- reductions by order: equal entries share


def _shares(xp: Any, x: Array, extreme: Array, axis: tuple[int, ...]) -> Array:
    ties = (x == extreme).astype(x.dtype)
    return ties / xp.sum(ties, axis, keepdims=True)


shares = flat("shares", _shares)


def _extreme(name: str) -> Primitive:
    def weights(y: Array, x: Array, axis: tuple[int, ...]) -> Array:
        return shares(x, keepdims(y, x, axis), axis=axis)

    return Primitive(
        name,
        lambda i, t, y, x, axis: sum_(multiply(t, weights(y, x, axis)), axis=axis),
        lambda i, g, y, x, axis: multiply(keepdims(g, x, axis), weights(y, x, axis)),
        lambda xp, x, axis: getattr(xp, name)(x, axis),
    )


amax, amin = _extreme("max"), _extreme("min")
