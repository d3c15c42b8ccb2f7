"""How closely can N straight pieces follow a smooth curve?

    L2 error x N^2   ->  (1 / sqrt(720)) (integral |f''|^(2/5))^(5/2)      N pieces, free knots
    sup error x N^2  ->  (1 / 16) (integral |f''|^(1/2))^2

On a piece of length h, a curve with f'' = c differs from its best line by c^2 h^5 / 720 (squared
and integrated) or by at most c h^2 / 16. The best knots make the errors of all pieces equal, so
that |f''|^(2/5), or |f''|^(1/2), has the same integral over each piece. This is the
classical theory of splines with free knots (de Boor 1973, "Good approximation by splines with
variable knots"). A network of m ReLUs in one hidden layer on one input is such a spline, of m + 1
pieces.

`segmentation` has the exact bound for given points and any N. NumPy, in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jaxnn.errors import InputError, InputTypeError, check_count, check_memory, check_number

Function = Callable[[np.ndarray], np.ndarray]

CELLS = 2**16  # terms of the sum that places the knots
GAUSS_NODES = 8  # per piece: exact for polynomials up to degree 15
SUP_NODES = 1001  # per piece, its middle included
LARGEST_RATE = 500.0  # so that values and integrals of an exponential curve stay in range


@dataclass(frozen=True)
class Curve:
    """A function on [0, 1] with the known limits of the errors of its best linear splines.

    Attributes:
      name: the formula, for labels.
      function: f, elementwise.
      curvature: f'', elementwise.
      l2_constant: limit of N^2 times the L2 error, in closed form.
      sup_constant: limit of N^2 times the largest error, in closed form.
      convex: whether f'' keeps one sign, which `free_knot_sup_error` needs.
    """

    name: str
    function: Function
    curvature: Function
    l2_constant: float
    sup_constant: float
    convex: bool = True


def _mean_power_of_sine(p: float) -> float:
    """The mean of |sin|^p over a period: Gamma((p + 1) / 2) / (sqrt(pi) Gamma(p / 2 + 1))."""
    return math.gamma((p + 1) / 2) / (math.sqrt(math.pi) * math.gamma(p / 2 + 1))


def exponential(rate: float) -> Curve:
    """The curve exp(rate x), with integral |f''|^p = rate^(2 p) (exp(rate p) - 1) / (rate p).

    Raises:
      InputError, InputTypeError: `rate` is 0, beyond +-500 or not a number.

    Example:
      >>> print(f"{exponential(3).l2_constant:.3f}")
      1.743
    """
    accepted = f"a number other than 0, from {-LARGEST_RATE:g} to {LARGEST_RATE:g}"
    check_number(rate, "rate", accepted, lambda value: 0 < abs(value) <= LARGEST_RATE)

    def integral(p: float) -> float:
        return rate ** (2 * p) * math.expm1(rate * p) / (rate * p)

    return Curve(
        f"exp({rate:g}x)",
        lambda x: np.exp(rate * x),
        lambda x: rate**2 * np.exp(rate * x),
        integral(0.4) ** 2.5 / math.sqrt(720),
        integral(0.5) ** 2 / 16,
    )


def sine(periods: int) -> Curve:
    """The curve sin(2 pi periods x), with integral |f''|^p = (2 pi periods)^(2 p) E |sin|^p.

    Raises:
      InputError, InputTypeError: `periods` is not a whole number of at least 1.

    Example:
      >>> print(f"{sine(1).l2_constant:.3f}")
      0.836
    """
    check_count(periods, "periods")
    frequency = 2 * math.pi * periods
    return Curve(
        f"sin({2 * periods}πx)",
        lambda x: np.sin(frequency * x),
        lambda x: -(frequency**2) * np.sin(frequency * x),
        frequency**2 * _mean_power_of_sine(0.4) ** 2.5 / math.sqrt(720),
        frequency**2 * _mean_power_of_sine(0.5) ** 2 / 16,
        convex=False,
    )


SQUARE = Curve("x²", np.square, lambda x: np.full_like(x, 2.0), 2 / math.sqrt(720), 2 / 16)
CURVES = (SQUARE, exponential(3), sine(1))


def _equidistributing_knots(curve: Curve, pieces: int, exponent: float) -> np.ndarray:
    """Knots on [0, 1] between which |f''|^exponent integrates to the same: (pieces + 1,)."""
    if not isinstance(curve, Curve):
        raise InputTypeError(
            f"curve is a {type(curve).__name__}; pass a jaxnn.regions.splines.Curve."
        )
    check_count(pieces, "pieces")
    check_memory(1024 * pieces, "pieces", pieces)
    x = np.linspace(0, 1, CELLS + 1)
    middles = (x[1:] + x[:-1]) / 2
    mass = np.concatenate([[0], np.cumsum(np.abs(curve.curvature(middles)) ** exponent)])
    if not 0 < mass[-1] < np.inf:
        raise InputError(
            f"curve is {curve.name}, whose second derivative is 0 everywhere or not finite; pass a "
            "curve that is not a line."
        )
    return np.interp(np.linspace(0, mass[-1], pieces + 1), mass, x)


def free_knot_l2_error(curve: Curve, pieces: int) -> float:
    """L2 distance of a curve from a continuous linear spline of N pieces with nearly optimal knots.

    The knots equidistribute |f''|^(2/5), which is optimal for large N. The values at the knots are
    those of least squares, with Gauss-Legendre quadrature on each piece.

    Args:
      curve: the curve on [0, 1].
      pieces: N, at least 1.

    Returns:
      A float. Not compiled.

    Raises:
      InputError, InputTypeError: `curve` is not a `Curve` or is a straight line, or `pieces` is not
        a whole number of at least 1.

    Example:
      >>> print(f"{free_knot_l2_error(SQUARE, 10) * 10**2:.4f}, limit {SQUARE.l2_constant:.4f}")
      0.0745, limit 0.0745
    """
    knots = _equidistributing_knots(curve, pieces, 2 / 5)
    nodes, weights = np.polynomial.legendre.leggauss(GAUSS_NODES)
    x = (knots[:-1, None] + np.diff(knots)[:, None] * (nodes + 1) / 2).ravel()
    root = np.sqrt(np.outer(np.diff(knots), weights / 2)).ravel()
    # Row i of the identity, interpolated, is the hat function of knot i.
    hats = np.stack([np.interp(x, knots, hat) for hat in np.eye(pieces + 1)], axis=1)
    values = np.linalg.lstsq(root[:, None] * hats, root * curve.function(x))[0]
    return float(np.linalg.norm(root * (hats @ values - curve.function(x))))


def free_knot_sup_error(curve: Curve, pieces: int) -> float:
    """Largest distance of a convex curve from a continuous linear spline of N pieces.

    The knots equidistribute |f''|^(1/2). All chords of a convex curve lie on one side of it, so
    shifting them together by half of their largest error halves it and keeps the spline continuous.

    Args:
      curve: the curve on [0, 1], convex or concave.
      pieces: N, at least 1.

    Returns:
      A float. Not compiled.

    Raises:
      InputError, InputTypeError: as from `free_knot_l2_error`, or `curve` is neither convex nor
        concave.

    Example:
      >>> print(f"{free_knot_sup_error(SQUARE, 10) * 10**2:.4f}, limit {SQUARE.sup_constant:.4f}")
      0.1250, limit 0.1250
    """
    knots = _equidistributing_knots(curve, pieces, 1 / 2)
    if not curve.convex:
        raise InputError(
            f"curve is {curve.name}, which is neither convex nor concave; pass one that is."
        )
    x = knots[:-1] + np.linspace(0, 1, SUP_NODES)[:, None] * np.diff(knots)
    chords = np.interp(x, knots, curve.function(knots))
    return float(np.max(np.abs(chords - curve.function(x)))) / 2
