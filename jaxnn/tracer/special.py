"""Which special functions are there, and how are they computed by NumPy alone?

Under SciPy's names: erf, erfc, erfinv, expit, logit, xlogy, xlog1py, entr, gammaln, digamma and
polygamma. On JAX arrays erf, erfc, erfinv and the last three are those of jax.lax; on NumPy arrays
the error function and the logarithm of the gamma function are Python's, number by number, its
inverse is found by Halley's method, and with s = n + 1, by Euler-Maclaurin from x + 10 on,

    psi^(n)(x) / (-1)^s  =  n! sum_j (x + j)^-s        (of psi itself the finite part)
"""

import math
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from jaxnn.tracer.core import Array, Primitive, base
from jaxnn.tracer.primitives import divide, exp, log, log1p, reciprocal, sigmoid, square
from jaxnn.tracer.rules import elementwise, where

__all__ = [
    "digamma", "entr", "erf", "erfc", "erfinv", "expit", "gammaln", "logit", "polygamma", "xlog1py",
    "xlogy",
]  # fmt: skip

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6)  # B_2, B_4, ...


def _special(
    name: str, in_lax: str, numpys: Callable[..., Any], slope: Callable[..., Array]
) -> Primitive:
    """On JAX arrays a function of jax.lax, on others `numpys`, in double precision."""

    def value(xp: Any, x: Array, **order: int) -> Array:
        if xp is not np:
            orders = [xp.full_like(x, n) for n in order.values()]  # polygamma takes an array
            return getattr(sys.modules["jax"].lax, in_lax)(*orders, x)
        x = np.asarray(x)
        with np.errstate(all="ignore"):
            y = np.asarray(numpys(x.astype(float), **order))
        return y.astype(np.result_type(x.dtype, np.float16))[()]

    return elementwise(name, value, slope)


def _numberwise(function: Callable[[float], float]) -> Callable[[np.ndarray], np.ndarray]:
    return np.vectorize(function, otypes=[float])


def _lgamma(x: float) -> float:
    return math.inf if x <= 0 and x == math.floor(x) else math.lgamma(x)


def _erf_inv(y: np.ndarray) -> np.ndarray:
    tail = np.log((1 - y) * (1 + y))  # Winitzki's approximation
    a = 0.147
    middle = 2 / (math.pi * a) + tail / 2
    x = np.copysign(np.sqrt(-tail / a / (np.sqrt(middle**2 - tail / a) + middle)), y)
    for _ in range(3):
        missing = np.where(  # erf(x) - y, near 1 without cancellation
            np.abs(y) < 0.5, _erf(x) - y, np.sign(y) * (1 - np.abs(y) - _erfc(np.abs(x)))
        )
        step = missing * math.sqrt(math.pi) / 2 * np.exp(x * x)
        x = x - step / (1 + x * step)
    return np.where(np.abs(y) == 1, y * np.inf, x)


def _polygamma(x: np.ndarray, order: int = 0) -> np.ndarray:
    s, z = order + 1, np.where(x < 0.5, 1 - x, x) if order == 0 else x
    total, z = sum((z + j) ** -s for j in range(10)), z + 10
    total = total + (z**-order / order if order else -np.log(z)) + z**-s / 2
    for k, b in enumerate(BERNOULLI, start=1):
        rising = math.prod(range(s, s + 2 * k - 1)) / math.factorial(2 * k)
        total = total + b * rising * z ** -(s + 2 * k - 1.0)
    total = (-1) ** s * math.factorial(order) * total
    if order:
        return np.where(x > 0, total, np.nan)
    turn = np.where(x == np.rint(x), np.nan, np.pi / np.tan(np.pi * (x - np.rint(x))))
    return np.where(x < 0.5, total - turn, total)


_erf, _erfc = map(_numberwise, (math.erf, math.erfc))
_bell = 2 / math.sqrt(math.pi)
erf = _special("erf", "erf", _erf, lambda y, x: _bell * exp(-square(x)))
erfc = _special("erfc", "erfc", _erfc, lambda y, x: -_bell * exp(-square(x)))
erfinv = _special("erfinv", "erf_inv", _erf_inv, lambda y, x: exp(square(y)) / _bell)
gammaln = _special("gammaln", "lgamma", _numberwise(_lgamma), lambda y, x: digamma(x))
digamma = _special("digamma", "digamma", _polygamma, lambda y, x: _psi(x, order=1))
_psi = _special("polygamma", "polygamma", _polygamma, lambda y, x, order: _psi(x, order=order + 1))


def polygamma(n: int, x: Array) -> Array:
    """The derivative of order n of digamma, from 0 to 100; NaN for negative x unless n is 0."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer):
        raise TypeError(f"n is of type {type(n).__name__}; pass a whole number from 0 to 100.")
    if not 0 <= n <= 100:
        raise ValueError("n is out of range; pass a whole number from 0 to 100.")
    return _psi(x, order=n) if n else digamma(x)


def _logit(xp: Any, x: Array) -> Array:
    s = 2 * x - 1
    return xp.where(abs(s) < 0.4, xp.log1p(s) - xp.log1p(-s), xp.log(x) - xp.log1p(-x))


def _xlogy(logarithm: str) -> Callable[..., Array]:
    def value(xp: Any, x: Array, y: Array) -> Array:
        none = (x == 0) & (y == y)
        return xp.where(none, 0, x * getattr(xp, logarithm)(xp.where(none, 1, y)))

    return value


def _ratio(x: Array, y: Array) -> Array:
    """x / y, and 0 / 0 = 0."""
    return divide(x, where((base(x) == 0) & (base(y) == 0), 1, y))


expit = sigmoid
logit = elementwise("logit", _logit, lambda y, x: reciprocal(x) + reciprocal(1 - x))
xlogy = elementwise("xlogy", _xlogy("log"), lambda z, x, y: log(y), lambda z, x, y: _ratio(x, y))
xlog1py = elementwise(
    "xlog1py", _xlogy("log1p"), lambda z, x, y: log1p(y), lambda z, x, y: _ratio(x, 1 + y)
)
entr = elementwise(
    "entr",
    lambda xp, x: xp.where(x < 0, -np.inf, -_xlogy("log")(xp, x, abs(x))),
    lambda y, x: -1 - log(x),
)
