"""Which functions act entry by entry, and which have no derivative?

The elementwise primitives under their own names, and a few formulas made of them. What has no
derivative (comparisons, rounding, positions) looks through traced values and returns plain arrays.
"""

from typing import Any

import numpy as np

from jaxnn.tracer import primitives as op
from jaxnn.tracer import rules
from jaxnn.tracer.core import Array, Primitive, base
from jaxnn.tracer.primitives import absolute, divide, logaddexp, maximum, minimum
from jaxnn.tracer.rules import is_elementwise, negative

FLAT = [
    "equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and",
    "logical_or", "logical_xor", "logical_not", "isfinite", "isinf", "isnan", "any", "all", "floor",
    "ceil", "trunc", "rint", "sign", "round", "floor_divide", "heaviside", "argmax", "argmin",
    "argsort", "ones_like", "zeros_like", "full_like", "count_nonzero", "array_equal", "allclose",
]  # fmt: skip
globals().update({name: rules.flat(name) for name in FLAT})
for _one in (*vars(rules).values(), *vars(op).values()):
    if isinstance(_one, Primitive) and is_elementwise(_one) and hasattr(np, _one.name):
        globals()[_one.name] = _one


def where(condition: Any, x: Array = None, y: Array = None) -> Array:
    """x where the condition is true, y elsewhere; the other side's derivative is exactly 0."""
    return np.where(base(condition)) if x is None else rules.where(base(condition), x, y)


def power(x: Array, y: Array) -> Array:
    if isinstance(y, int | float | np.number) and not isinstance(y, bool):
        return op.power_constant(x, exponent=y) if hasattr(x, "shape") else np.power(x, y)
    return op.power(x, y)


def clip(x: Array, a_min: Any = None, a_max: Any = None, *, min=None, max=None) -> Array:
    """minimum(maximum(x, low), high): slope 1/2 at the bounds."""
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    x = x if low is None else maximum(x, low)
    return x if high is None else minimum(x, high)


def softplus(x: Array) -> Array:
    """log(1 + exp(x))."""
    return logaddexp(x, 0)


def log_sigmoid(x: Array) -> Array:
    """log(sigmoid(x))."""
    return negative(logaddexp(negative(x), 0))


def nan_to_num(x: Array, copy=True, nan=0.0, posinf: Any = None, neginf: Any = None) -> Array:
    return where(op.isfinite(x), x, op.finite(x, nan=nan, posinf=posinf, neginf=neginf))


def divmod(x: Array, y: Array) -> tuple[Array, Array]:
    """The quotient, rounded down and without derivative, and the remainder."""
    return op.floor_divide(x, y), op.remainder(x, y)


relu, sigmoid = op.relu, op.sigmoid
abs = fabs = absolute
mod, true_divide, pow, float_power = op.remainder, divide, power, power
around, radians, degrees = globals()["round"], op.deg2rad, op.rad2deg
