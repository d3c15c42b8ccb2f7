"""How are functions of a whole matrix differentiated, also where the matrix is singular?

Primitives on stacks of matrices. With A = U diag(s) V^T:

    inverse          d A^-1   = -A^-1 dA A^-1
    determinant      d det A  = sum of C * dA,  C = det(U V) U diag(product of the other s) V^T
    log |det A|      d log    = sum of A^-T * dA
    singular values  d s_i    = u_i^T dA v_i

The cofactors C exist for every matrix, whatever its rank. Their own derivatives are those of a
polynomial, which computes the determinant by products of matrices alone (Bird 2011, A simple
division-free algorithm for computing determinants): no order divides by anything. It is taken where
the matrix is diag(s), scaled to ones, so that the terms that cancel there are small integers.

Conventions: of equal singular values, each is differentiated as if the others were far away
(derivatives up to the first of one value, up to the second of the sum of all, are right there); a
singular value of 0 does not move its singular vectors. The logarithm of |det A| has infinite slopes
C / 0 at a singular matrix. The inverse of one is refused by NumPy (LinAlgError), also in a stack,
and infinite or NaN in JAX.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from jaxnn.tracer.core import Array, Primitive, add, base, jvp, like, multiply, vjp
from jaxnn.tracer.primitives import divide, getitem, matmul, ones_like, subtract, swap
from jaxnn.tracer.rules import flat, negative, reshape, sum_, transposed, where, zeros_like


def of_matrix(name: str, slope: Callable[[Array], Array], value: Callable[..., Array]) -> Primitive:
    """A number for each matrix a of a stack; slope(a) is the matrix of its derivatives."""
    return Primitive(
        name,
        lambda i, t, y, a: sum_(multiply(t, slope(a)), axis=(len(a.shape) - 2, len(a.shape) - 1)),
        lambda i, g, y, a: multiply(reshape(g, shape=(*g.shape, 1, 1)), slope(a)),
        value,
    )


def _solve_reverse(i: int, g: Array, x: Array, a: Array, b: Array) -> Array:
    part = solve(swap(a), g)
    return like(part if i else negative(matmul(part, swap(x))), (a, b)[i])


solve = Primitive(  # a x = b, with b a stack of matrices too
    "solve",
    lambda i, t, x, a, b: like(solve(a, t if i else negative(matmul(t, x))), x),
    _solve_reverse,
    lambda xp, a, b: xp.linalg.solve(a, b),
)
inv = Primitive(
    "inv",
    lambda i, t, y, a: negative(matmul(matmul(y, t), y)),
    lambda i, g, y, a: negative(matmul(matmul(swap(y), g), swap(y))),
    lambda xp, a: xp.linalg.inv(a),
)


def _pinv_forward(i: int, t: Array, y: Array, a: Array) -> Array:
    # Golub & Pereyra 1973; for matrices of the same rank.
    rows = matmul(matmul(y, swap(y)), swap(t))
    columns = matmul(swap(t), matmul(swap(y), y))
    rows = subtract(rows, matmul(matmul(rows, a), y))
    columns = subtract(columns, matmul(y, matmul(a, columns)))
    return subtract(rows + columns, matmul(matmul(y, t), y))


pinv = Primitive("pinv", _pinv_forward, transposed(_pinv_forward), lambda xp, a: xp.linalg.pinv(a))


def _svd_and_sign(xp: Any, a: Array) -> tuple[Array, Array, Array, Array]:
    """(U, s, V, det(U V)) of a = U diag(s) V^T; NaN where a is not finite."""
    finite = xp.isfinite(a).all((-2, -1), keepdims=True)
    u, s, v = xp.linalg.svd(xp.where(finite, a, 0), full_matrices=False)
    sign = xp.rint(xp.linalg.det(u) * xp.linalg.det(v))[..., None, None]
    return u, s, v.swapaxes(-2, -1), xp.where(finite, sign, np.nan).astype(a.dtype)


def _cofactors(xp: Any, a: Array) -> Array:
    u, s, v, sign = _svd_and_sign(xp, a)
    others = xp.where(np.eye(a.shape[-1], dtype=bool), 1, s[..., None, :]).prod(-1)
    return sign * xp.matmul(u * others[..., None, :], v.swapaxes(-2, -1))


def _frame(xp: Any, a: Array) -> tuple[Array, Array, Array, Array]:
    """(L, D, V, c) with  det x = c det(L^T x V)  and  L^T a V = D = diag(1s and almost 0s)."""
    u, s, v, sign = _svd_and_sign(xp, a)
    top = xp.where(s[..., :1] > 0, s[..., :1], 1)
    scale = xp.where(s > np.finfo(a.dtype).eps ** 0.25 * top, s, top)  # not by tiny numbers
    left = u / scale[..., None, :]
    diagonal = (s / scale)[..., None] * np.eye(a.shape[-1], dtype=a.dtype)
    return left, diagonal, v, sign * scale.prod(-1)[..., None, None]


def _polynomial(a: Array) -> Array:
    """The determinant of each matrix in a stack, without division (Bird 2011)."""
    n = a.shape[-1]
    eye, above = np.eye(n, dtype=a.dtype), np.triu(np.ones((n, n), a.dtype), 1)
    y = a
    for _ in range(n - 1):
        later = matmul(sum_(multiply(y, eye), axis=(len(a.shape) - 1,)), swap(above))
        later = multiply(reshape(later, shape=(*later.shape, 1)), eye)
        y = matmul(subtract(multiply(y, above), later), a)
    return multiply(getitem(y, index=(..., 0, 0)), (-1) ** (n - 1))


def _turn(t: Array, a: Array) -> Array:
    """How the cofactors of a change along t: second derivatives, so their own transpose."""
    if a.shape[-1] < 2:
        return zeros_like(t)
    left, diagonal, v, factor = frame(constant(a))

    def gradient(x: Array) -> Array:
        y, pull = vjp(_polynomial, x)
        return pull(ones_like(y))[0]

    place, along = [matmul(matmul(swap(left), x), v) for x in (a, t)]
    place = add(subtract(place, constant(place)), diagonal)  # without what was rounded
    turned = jvp(gradient, (place,), (along,))[1]
    return multiply(factor, matmul(matmul(left, turned), swap(v)))


frame = flat("frame", _frame)
# For derivatives that JAX takes of this, too.
constant = flat(
    "constant", lambda xp, x: x if xp is np else sys.modules["jax"].lax.stop_gradient(x)
)
cofactors = Primitive(
    "cofactors", lambda i, t, y, a: _turn(t, a), lambda i, g, y, a: _turn(g, a), _cofactors
)


def _inverse_transposed(a: Array) -> Array:
    singular = base(sign_det(a))[..., None, None] == 0
    if not isinstance(singular, np.ndarray | np.generic) or not singular.any():
        return swap(inv(a))
    eye = np.eye(a.shape[-1], dtype=a.dtype)
    return where(singular, divide(cofactors(a), 0), swap(inv(where(singular, eye, a))))


sign_det = flat("sign_det", lambda xp, a: xp.linalg.slogdet(a)[0])
det = of_matrix("det", lambda a: cofactors(a), lambda xp, a: xp.linalg.det(a))
logabsdet = of_matrix("logabsdet", _inverse_transposed, lambda xp, a: xp.linalg.slogdet(a)[1])


def _svd(xp: Any, a: Array, part: int) -> Array:
    found = xp.linalg.svd(a, full_matrices=False)[part]
    return found.swapaxes(-2, -1) if part == 2 else found


def _or_zero(x: Array) -> Array:
    """1 / x, and 0 for 0."""
    zero = base(x) == 0
    return where(zero, 0, divide(1, where(zero, 1, x)))


def _svd_forward(i: int, t: Array, y: Array, a: Array, part: int) -> Array:
    u, s, v = [svd(a, part=k) for k in range(3)]
    n = s.shape[-1]
    inside = matmul(matmul(swap(u), t), v)
    if part == 1:
        return sum_(multiply(inside, np.eye(n, dtype=t.dtype)), axis=(len(s.shape),))
    rows, columns = reshape(s, shape=(*s.shape, 1)), reshape(s, shape=(*s.shape[:-1], 1, n))
    even = multiply(inside + swap(inside), _or_zero(subtract(columns, rows)))
    odd = multiply(subtract(inside, swap(inside)), _or_zero(rows + columns))
    if part == 2:
        u, v, odd, t = v, u, negative(odd), swap(t)
    outside = subtract(matmul(t, v), matmul(u, matmul(matmul(swap(u), t), v)))
    return multiply(matmul(u, even + odd), 0.5) + multiply(outside, _or_zero(columns))


# Part 0, 1 or 2: U, s or V, not transposed.
svd = Primitive("svd", _svd_forward, transposed(_svd_forward), _svd)
