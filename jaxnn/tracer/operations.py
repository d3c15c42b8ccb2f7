"""Which elementary functions are there, and what are their derivatives?

One description a primitive, in the families of `rules.py`. A new one takes three lines:

    softsign = elementwise(
        "softsign", lambda xp, x: x / (1 + abs(x)), lambda y, x: square(subtract(1, absolute(y)))
    )

Partials are functions (y, x_1, ...) of the result and the arguments, written with primitives, so
that they can be differentiated in turn.

Conventions where a derivative does not exist, as in JAX:

    maximum, minimum, max, min    equal entries share it; so clip has slope 1/2 at its bounds
    abs                           1 at 0
    relu                          0 at 0
    where                         exactly 0 for the side not taken, be it infinite or NaN
    x**n, n constant              0 for n = 0, also at x = 0; JAX gives NaN for the float 0.0
    sqrt, log                     infinite at 0, so a norm at 0 has slope NaN
    sign, rounding, comparisons   0
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from jaxnn.tracer.core import Array, Primitive, add

# isort: off
from jaxnn.tracer.rules import (
    Partial, broadcast_to, define, elementwise, expand, flat, linear, multiply, negative,
    reduce_to, reshape, sum_, where,
)  # fmt: skip
# isort: on


def _ufunc(name: str, *partials: Partial) -> Primitive:
    """An elementwise primitive whose value is the function of that name in NumPy and JAX."""
    return elementwise(name, lambda xp, *xs: getattr(xp, name)(*xs), *partials)


# ---- elementwise, one argument

square = _ufunc("square", lambda y, x: multiply(2, x))
reciprocal = elementwise("reciprocal", lambda xp, x: 1 / x, lambda y, x: negative(square(y)))
sqrt = _ufunc("sqrt", lambda y, x: divide(0.5, y))
cbrt = _ufunc("cbrt", lambda y, x: divide(1 / 3, square(y)))
exp = _ufunc("exp", lambda y, x: y)
exp2 = _ufunc("exp2", lambda y, x: multiply(math.log(2), y))
expm1 = _ufunc("expm1", lambda y, x: add(y, 1))
log = _ufunc("log", lambda y, x: reciprocal(x))
log2 = _ufunc("log2", lambda y, x: divide(1 / math.log(2), x))
log10 = _ufunc("log10", lambda y, x: divide(1 / math.log(10), x))
log1p = _ufunc("log1p", lambda y, x: reciprocal(add(1, x)))
sin = _ufunc("sin", lambda y, x: cos(x))
cos = _ufunc("cos", lambda y, x: negative(sin(x)))
tan = _ufunc("tan", lambda y, x: add(1, square(y)))
arcsin = _ufunc("arcsin", lambda y, x: reciprocal(sqrt(subtract(1, square(x)))))
arccos = _ufunc("arccos", lambda y, x: negative(reciprocal(sqrt(subtract(1, square(x))))))
arctan = _ufunc("arctan", lambda y, x: reciprocal(add(1, square(x))))
sinh = _ufunc("sinh", lambda y, x: cosh(x))
cosh = _ufunc("cosh", lambda y, x: sinh(x))
tanh = _ufunc("tanh", lambda y, x: subtract(1, square(y)))
arcsinh = _ufunc("arcsinh", lambda y, x: reciprocal(sqrt(add(square(x), 1))))
arccosh = _ufunc("arccosh", lambda y, x: reciprocal(sqrt(multiply(subtract(x, 1), add(x, 1)))))
arctanh = _ufunc("arctanh", lambda y, x: reciprocal(subtract(1, square(x))))
absolute = _ufunc("absolute", lambda y, x: sign_or_one(x))


def _sigmoid(xp: Any, x: Array) -> Array:
    if xp is not np:
        return 1 / (1 + xp.exp(-x))  # where overflow is silent, and right
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


sigmoid = elementwise("sigmoid", _sigmoid, lambda y, x: multiply(y, subtract(1, y)))

# ---- elementwise, two arguments

subtract = _ufunc("subtract", 1, -1)
divide = _ufunc("divide", lambda q, x, y: reciprocal(y), lambda q, x, y: negative(divide(q, y)))
maximum = _ufunc("maximum", lambda m, x, y: share(m, x, y), lambda m, x, y: share(m, y, x))
minimum = _ufunc("minimum", lambda m, x, y: share(m, x, y), lambda m, x, y: share(m, y, x))
arctan2 = _ufunc(
    "arctan2",
    lambda a, y, x: divide(x, add(square(x), square(y))),
    lambda a, y, x: negative(divide(y, add(square(x), square(y)))),
)
hypot = _ufunc(
    "hypot",
    lambda h, x, y: divide(x, where(equal(h, 0), 1, h)),
    lambda h, x, y: divide(y, where(equal(h, 0), 1, h)),
)
logaddexp = _ufunc(
    "logaddexp", lambda s, x, y: sigmoid(subtract(x, y)), lambda s, x, y: sigmoid(subtract(y, x))
)
remainder = _ufunc("remainder", 1, lambda r, x, y: negative(floor(divide(x, y))))
fmod = _ufunc("fmod", 1, lambda r, x, y: negative(trunc(divide(x, y))))
# A constant exponent is a parameter, so that x**0 and x**1 are right at 0; see `power` in numpy.py.
power_constant = elementwise(
    "power",
    lambda xp, x, exponent: x**exponent,
    lambda y, x, exponent: (
        multiply(exponent, power_constant(x, exponent=exponent - 1)) if exponent != 0
        else zeros_like(x)
    ),
)  # fmt: skip
power = _ufunc(
    "power",
    lambda z, x, y: multiply(y, power(x, subtract(where(equal(y, 0), 1, y), 1))),
    lambda z, x, y: multiply(z, log(where(equal(x, 0), 1, x))),
)


# ---- flat

equal, not_equal = flat("equal"), flat("not_equal")
less, less_equal, greater, greater_equal = map(
    flat, ("less", "less_equal", "greater", "greater_equal")
)
logical_and, logical_or, logical_xor = map(flat, ("logical_and", "logical_or", "logical_xor"))
isfinite, isinf, isnan = flat("isfinite"), flat("isinf"), flat("isnan")
floor, ceil, trunc, rint, sign = map(flat, ("floor", "ceil", "trunc", "rint", "sign"))
round_, floor_divide, heaviside = flat("round"), flat("floor_divide"), flat("heaviside")
argmax, argmin, argsort = flat("argmax"), flat("argmin"), flat("argsort")
any_, all_, count_nonzero = flat("any"), flat("all"), flat("count_nonzero")
zeros_like, ones_like, full_like = flat("zeros_like"), flat("ones_like"), flat("full_like")
array_equal, allclose = flat("array_equal"), flat("allclose")

sign_or_one = flat("sign_or_one", lambda xp, x: xp.where(x >= 0, 1, -1).astype(x.dtype))
share = flat(
    "share",
    lambda xp, m, x, other: xp.where(x == m, xp.where(other == m, 0.5, 1), 0).astype(m.dtype),
)

# ---- linear


def _inverse_order(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


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


def _flip(x: Array, axis: int) -> Array:
    return getitem(x, index=(slice(None),) * axis + (slice(None, None, -1),))


transpose = linear(
    "transpose",
    lambda xp, x, axes: x.transpose(axes),
    lambda g, x, axes: transpose(g, axes=_inverse_order(axes)),
)
getitem = linear(
    "getitem",
    lambda xp, x, index: x[index],
    lambda g, x, index: scatter_add(g, index=index, shape=x.shape),
)
scatter_add = linear(
    "scatter_add", _scatter_add, lambda g, x, index, shape: getitem(g, index=index)
)
cumsum = linear(
    "cumsum",
    lambda xp, x, axis: xp.cumsum(x, axis),
    lambda g, x, axis: _flip(cumsum(_flip(g, axis), axis=axis), axis),
)

# ---- of several arrays: linear in each

concatenate = Primitive("concatenate", lambda xp, *xs, axis: xp.concatenate(xs, axis))


def _concatenate_forward(i: int, t: Array, y: Array, *xs: Array, axis: int) -> Array:
    tangents = [zeros_like(x, dtype=y.dtype) for x in xs]
    return expand(concatenate(*tangents[:i], t, *tangents[i + 1 :], axis=axis), y)


def _concatenate_reverse(i: int, g: Array, y: Array, *xs: Array, axis: int) -> Array:
    start = sum(x.shape[axis] for x in xs[:i])
    index = (slice(None),) * axis + (slice(start, start + xs[i].shape[axis]),)
    return reduce_to(getitem(g, index=index), xs[i])


define(concatenate, _concatenate_forward, _concatenate_reverse)


def _matmul(xp: Any, x: Array, y: Array) -> Array:
    if xp is np and x.ndim == 2 == y.ndim:
        return np.dot(x, y)  # the same, several times faster when the inner axis is 1
    return xp.matmul(x, y)


matmul = Primitive("matmul", _matmul)


def _swap(x: Array) -> Array:
    """The transpose of each matrix in a stack."""
    n = len(x.shape)
    return transpose(x, axes=(*range(n - 2), n - 1, n - 2))


def _matmul_forward(i: int, t: Array, out: Array, x: Array, y: Array) -> Array:
    return expand(matmul(t, y) if i == 0 else matmul(x, t), out)


def _matmul_reverse(i: int, g: Array, out: Array, x: Array, y: Array) -> Array:
    shape = (x, y)[i].shape
    if len(x.shape) == 1 or len(y.shape) == 1:  # as matrices of one row or one column
        g = reshape(g, shape=(*g.shape, 1) if len(y.shape) == 1 else g.shape)
        if len(x.shape) == 1:
            g = reshape(g, shape=(*g.shape[:-1], 1, g.shape[-1]))
            x = reshape(x, shape=(1, *x.shape))
        y = reshape(y, shape=(*y.shape, 1)) if len(y.shape) == 1 else y
    # (g^T x)^T and not x^T g, which XLA computes by a slow loop for a g of one column.
    part = matmul(g, _swap(y)) if i == 0 else _swap(matmul(_swap(g), x))
    part = reduce_to(part, y if i else x)
    return part if part.shape == shape else reshape(part, shape=shape)


define(matmul, _matmul_forward, _matmul_reverse)

# Inputs and output are given as strings of letters, none twice in one operand.
einsum = Primitive(
    "einsum",
    lambda xp, *xs, inputs, output: xp.einsum(
        f"{','.join(inputs)}->{output}", *xs, optimize=len(xs) > 1
    ),
)


def _einsum_forward(i: int, t: Array, out: Array, *xs: Array, inputs, output) -> Array:
    return expand(einsum(*xs[:i], t, *xs[i + 1 :], inputs=inputs, output=output), out)


def _einsum_reverse(i: int, g: Array, out: Array, *xs: Array, inputs, output) -> Array:
    others = [k for k in range(len(xs)) if k != i]
    known = set(output).union(*(inputs[k] for k in others))
    kept = "".join(letter for letter in inputs[i] if letter in known)
    part = einsum(
        *(xs[k] for k in others), g, inputs=(*(inputs[k] for k in others), output), output=kept
    )
    if kept != inputs[i]:  # a letter that only this operand has was summed over
        x_shape, sizes = xs[i].shape, iter(part.shape)
        wide = tuple(next(sizes) if letter in known else 1 for letter in inputs[i])
        part = reshape(part, shape=wide)
        part = broadcast_to(part, shape=tuple(np.broadcast_shapes(wide, x_shape)))
    return reduce_to(part, xs[i])


define(einsum, _einsum_forward, _einsum_reverse)

# ---- reductions by order

amax = Primitive("max", lambda xp, x, axis: xp.max(x, axis))
amin = Primitive("min", lambda xp, x, axis: xp.min(x, axis))


def _kept(y: Array, x: Array, axis: tuple[int, ...]) -> Array:
    return reshape(y, shape=tuple(1 if i in axis else n for i, n in enumerate(x.shape)))


def _extreme_weights(y: Array, x: Array, axis: tuple[int, ...]) -> Array:
    return shares(x, _kept(y, x, axis), axis=axis)


def _shares(xp: Any, x: Array, extreme: Array, axis: tuple[int, ...]) -> Array:
    ties = (x == extreme).astype(x.dtype)
    return ties / xp.sum(ties, axis, keepdims=True)


shares = flat("shares", _shares)
for _extreme in (amax, amin):
    define(
        _extreme,
        lambda i, t, y, x, axis: sum_(multiply(t, _extreme_weights(y, x, axis)), axis=axis),
        lambda i, g, y, x, axis: multiply(_kept(g, x, axis), _extreme_weights(y, x, axis)),
    )

# ---- linear algebra, on stacks of square matrices

inv = Primitive("inv", lambda xp, a: xp.linalg.inv(a))
define(
    inv,
    lambda i, t, out, a: negative(matmul(matmul(out, t), out)),
    lambda i, g, out, a: negative(matmul(matmul(_swap(out), g), _swap(out))),
)

solve = Primitive("solve", lambda xp, a, b: xp.linalg.solve(a, b))  # b: a stack of matrices


def _solve_forward(i: int, t: Array, out: Array, a: Array, b: Array) -> Array:
    return expand(solve(a, t if i else negative(matmul(t, out))), out)


def _solve_reverse(i: int, g: Array, out: Array, a: Array, b: Array) -> Array:
    part = solve(_swap(a), g)
    return reduce_to(part, b) if i else reduce_to(negative(matmul(part, _swap(out))), a)


define(solve, _solve_forward, _solve_reverse)

logabsdet = Primitive("logabsdet", lambda xp, a: xp.linalg.slogdet(a)[1])
define(
    logabsdet,
    lambda i, t, out, a: sum_(multiply(_swap(inv(a)), t), axis=(a.ndim - 2, a.ndim - 1)),
    lambda i, g, out, a: multiply(reshape(g, shape=(*g.shape, 1, 1)), _swap(inv(a))),
)
sign_det = flat("sign_det", lambda xp, a: xp.linalg.slogdet(a)[0])
