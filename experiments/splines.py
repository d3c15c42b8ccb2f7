"""How well can N straight pieces follow a curve, and no better?

    L2 error x N^2   ->  (1 / sqrt(720)) (integral |f''|^(2/5))^(5/2)      N pieces, free knots
    sup error x N^2  ->  (1 / 16) (integral |f''|^(1/2))^2

On a piece of length h a curve with f'' = c errs by c^2 h^5 / 720 (squared, integrated) and by
c h^2 / 16 (largest): knots are placed best when all pieces err alike, so that |f''|^(2/5), or
|f''|^(1/2), integrates to the same over each.  This is the classical theory of splines with free
knots.  A network of m ReLUs in one hidden layer and one input is such a curve, of m + 1 pieces.

The two bounds at the end hold for finite samples without any limit: no curve of N straight pieces
and no monotone curve comes closer to the given points.  NumPy, in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

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
      convex: whether f'' keeps one sign, which `sup_error` needs.
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
    x = np.linspace(0, 1, CELLS + 1)
    middles = (x[1:] + x[:-1]) / 2
    mass = np.concatenate([[0], np.cumsum(np.abs(curve.curvature(middles)) ** exponent)])
    return np.interp(np.linspace(0, mass[-1], pieces + 1), mass, x)


def l2_error(curve: Curve, pieces: int) -> float:
    """The L2 distance from the curve to the continuous linear splines of `pieces` pieces.

    The knots equidistribute |f''|^(2/5); the values at the knots are the least-squares ones, with
    Gauss-Legendre quadrature on each piece.
    """
    knots = equidistributing_knots(curve, pieces, 2 / 5)
    nodes, weights = np.polynomial.legendre.leggauss(GAUSS_NODES)
    x = (knots[:-1, None] + np.diff(knots)[:, None] * (nodes + 1) / 2).ravel()
    root = np.sqrt(np.outer(np.diff(knots), weights / 2)).ravel()
    # Row i of the identity, interpolated, is the hat function of knot i.
    hats = np.stack([np.interp(x, knots, hat) for hat in np.eye(pieces + 1)], axis=1)
    values = np.linalg.lstsq(root[:, None] * hats, root * curve.function(x))[0]
    return float(np.linalg.norm(root * (hats @ values - curve.function(x))))


def sup_error(curve: Curve, pieces: int) -> float:
    """The largest error of the chords between knots that equidistribute |f''|^(1/2), halved.

    All chords of a convex curve lie on one side of it, so one shift by half of their largest
    error halves it and leaves the spline continuous.

    Raises:
      ValueError: the curve is not convex.
    """
    if not curve.convex:
        raise ValueError(f"curve is {curve.name}, which is not convex; its chords change sides.")
    knots = equidistributing_knots(curve, pieces, 1 / 2)
    x = knots[:-1] + np.linspace(0, 1, SUP_NODES)[:, None] * np.diff(knots)
    chords = np.interp(x, knots, curve.function(knots))
    return float(np.max(np.abs(chords - curve.function(x)))) / 2


def log_slope(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Least-squares slope of log y against log x: (...) for x (n,) and y (..., n)."""
    centered = np.log(x) - np.mean(np.log(x))
    return np.log(y) @ centered / np.sum(np.square(centered))


def best_pieces(x: np.ndarray, y: np.ndarray, most: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """The least root mean square error of N straight pieces, joined or not, for N = 1 ... most.

    A dynamic programme over where pieces end:

        E_N(j) = min over i < j of E_{N-1}(i) + (residual sum of squares of a line through i..j-1)

    The pieces need not join, so this is at most the error of any continuous curve of N pieces.

    Args:
      x: (n,) increasing places.
      y: (n,) values.
      most: the largest N.

    Returns:
      (most,) errors, and for each N the places (N - 1,) half-way between points where one piece
      ends and the next begins.
    """
    n = len(x)
    sums = np.zeros((5, n + 1))
    np.cumsum([x, y, x * x, x * y, y * y], axis=1, out=sums[:, 1:])
    # [first, end]: sums over the points first ... end - 1, at least one of them.
    sx, sy, sxx, sxy, syy = sums[:, None, :] - sums[:, :, None]
    count = np.maximum(np.arange(n + 1) - np.arange(n + 1)[:, None], 1)
    spread = sxx - sx * sx / count
    fitted = np.square(sxy - sx * sy / count)
    explained = np.divide(fitted, spread, out=np.zeros_like(spread), where=count > 1)
    residual = np.maximum(syy - sy * sy / count - explained, 0)
    residual[np.tril_indices(n + 1)] = np.inf

    total, errors, starts, breaks = residual[0], [], [], []
    for pieces in range(1, most + 1):
        if pieces > 1:
            candidates = total[:, None] + residual
            starts.append(np.argmin(candidates, axis=0))
            total = np.take_along_axis(candidates, starts[-1][None], axis=0)[0]
        errors.append(math.sqrt(total[n] / n))
        ends = [n]
        for start in reversed(starts):
            ends.append(start[ends[-1]])
        first = np.array(ends[:0:-1], dtype=int)
        breaks.append((x[first - 1] + x[first]) / 2)
    return np.array(errors), breaks


def joined_pieces(x: np.ndarray, y: np.ndarray, breaks: np.ndarray) -> float:
    """The root mean square error of the least-squares continuous spline with knots at `breaks`."""
    ramps = np.maximum(x[:, None] - breaks, 0)
    design = np.column_stack([np.ones_like(x), x, ramps])
    values = np.linalg.lstsq(design, y)[0]
    return float(np.sqrt(np.mean(np.square(design @ values - y))))


def best_monotone(y: np.ndarray) -> float:
    """The least root mean square error of a rising or falling sequence against y (n,).

    Pools adjacent violators: neighbouring blocks whose means are out of order become one.
    """
    return min(_rising(y), _rising(-y))


def _rising(y: np.ndarray) -> float:
    blocks: list[tuple[float, int]] = []  # mean, points
    for value in y.tolist():
        mean, points = value, 1
        while blocks and blocks[-1][0] >= mean:
            before, many = blocks.pop()
            mean = (before * many + mean * points) / (many + points)
            points += many
        blocks.append((mean, points))
    fitted = np.repeat([mean for mean, _ in blocks], [points for _, points in blocks])
    return float(np.sqrt(np.mean(np.square(fitted - y))))
