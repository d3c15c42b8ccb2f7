"""How well can N straight pieces follow a curve, and no better?

    L2 error x N^2   ->  (1 / sqrt(720)) (integral |f''|^(2/5))^(5/2)      N pieces, free knots
    sup error x N^2  ->  (1 / 16) (integral |f''|^(1/2))^2

On a piece of length h a curve with f'' = c errs by c^2 h^5 / 720 (squared, integrated) and by
c h^2 / 16 (largest): knots are placed best when all pieces err alike, so that |f''|^(2/5), or
|f''|^(1/2), integrates to the same over each.  This is the classical theory of splines with free
knots.  A network of m ReLUs in one hidden layer and one input is such a curve, of m + 1 pieces.

`segmentation` has the bound for given points and any N, without the limit.  NumPy, in
float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jaxnn.errors import InputError, check_count

Function = Callable[[np.ndarray], np.ndarray]

CELLS = 2**16  # of the sum that places the knots
GAUSS_NODES = 8  # a piece: exact for polynomials up to degree 15
SUP_NODES = 1001  # a piece, its middle among them


@dataclass(frozen=True)
class Curve:
    """A function on [0, 1] with what its best splines are known to attain.

    Attributes:
      name: how it is written.
      function: f, elementwise.
      curvature: f'', elementwise.
      l2_constant: the limit of N^2 times the L2 error, in closed form.
      sup_constant: the limit of N^2 times the largest error, in closed form.
      convex: whether f'' keeps one sign, which `free_knot_sup_error` needs.
    """

    name: str
    function: Function
    curvature: Function
    l2_constant: float
    sup_constant: float
    convex: bool = True


def power_of_sine(p: float) -> float:
    """The mean of |sin|^p over a period: Gamma((p + 1) / 2) / (sqrt(pi) Gamma(p / 2 + 1))."""
    return math.gamma((p + 1) / 2) / (math.sqrt(math.pi) * math.gamma(p / 2 + 1))


def free_knot_constants(curvature: Function) -> tuple[float, float]:
    """The limits of N^2 times the L2 and the largest error, by quadrature.

    Args:
      curvature: f'' on [0, 1], elementwise.

    Returns:
      (1 / sqrt(720)) (integral |f''|^(2/5))^(5/2) and (1 / 16) (integral |f''|^(1/2))^2, by the
      midpoint rule with 2^16 cells.
    """
    middles = (np.arange(CELLS) + 0.5) / CELLS
    size = np.abs(curvature(middles))
    return (
        float(np.mean(size**0.4) ** 2.5) / math.sqrt(720),
        float(np.mean(size**0.5) ** 2) / 16,
    )


def exponential(rate: float) -> Curve:
    """exp(rate x), with integral |f''|^p = rate^(2 p) (exp(rate p) - 1) / (rate p)."""

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
    """sin(2 pi periods x), with integral |f''|^p = (2 pi periods)^(2 p) `power_of_sine`(p)."""
    frequency = 2 * math.pi * periods
    return Curve(
        f"sin({2 * periods}πx)",
        lambda x: np.sin(frequency * x),
        lambda x: -(frequency**2) * np.sin(frequency * x),
        frequency**2 * power_of_sine(0.4) ** 2.5 / math.sqrt(720),
        frequency**2 * power_of_sine(0.5) ** 2 / 16,
        convex=False,
    )


SQUARE = Curve("x²", np.square, lambda x: np.full_like(x, 2.0), 2 / math.sqrt(720), 2 / 16)
CURVES = (SQUARE, exponential(3), sine(1))


def equidistributing_knots(curve: Curve, pieces: int, exponent: float) -> np.ndarray:
    """Knots on [0, 1] between which |f''|^exponent integrates to the same: (pieces + 1,)."""
    check_count(pieces, "pieces")
    x = np.linspace(0, 1, CELLS + 1)
    middles = (x[1:] + x[:-1]) / 2
    mass = np.concatenate([[0], np.cumsum(np.abs(curve.curvature(middles)) ** exponent)])
    return np.interp(np.linspace(0, mass[-1], pieces + 1), mass, x)


def free_knot_l2_error(curve: Curve, pieces: int) -> float:
    """The L2 distance from the curve to the continuous linear splines of `pieces` pieces.

    The knots equidistribute |f''|^(2/5); the values at the knots are the least-squares ones, with
    Gauss-Legendre quadrature on each piece.

    Args:
      curve: to be followed on [0, 1].
      pieces: N, at least 1.

    Raises:
      InputError, InputTypeError: `pieces` is none.
    """
    knots = equidistributing_knots(curve, pieces, 2 / 5)
    nodes, weights = np.polynomial.legendre.leggauss(GAUSS_NODES)
    x = (knots[:-1, None] + np.diff(knots)[:, None] * (nodes + 1) / 2).ravel()
    root = np.sqrt(np.outer(np.diff(knots), weights / 2)).ravel()
    # Row i of the identity, interpolated, is the hat function of knot i.
    hats = np.stack([np.interp(x, knots, hat) for hat in np.eye(pieces + 1)], axis=1)
    values = np.linalg.lstsq(root[:, None] * hats, root * curve.function(x))[0]
    return float(np.linalg.norm(root * (hats @ values - curve.function(x))))


def free_knot_sup_error(curve: Curve, pieces: int) -> float:
    """The largest error of the chords between knots that equidistribute |f''|^(1/2), halved.

    All chords of a convex curve lie on one side of it, so one shift by half of their largest
    error halves it and leaves the spline continuous.

    Raises:
      InputError: the curve is not convex.
    """
    if not curve.convex:
        raise InputError(f"curve is {curve.name}, which is not convex; its chords change sides.")
    knots = equidistributing_knots(curve, pieces, 1 / 2)
    x = knots[:-1] + np.linspace(0, 1, SUP_NODES)[:, None] * np.diff(knots)
    chords = np.interp(x, knots, curve.function(knots))
    return float(np.max(np.abs(chords - curve.function(x)))) / 2
