"""How closely can N straight pieces, or a monotone curve, follow given points?

    E_N(j) = min over i < j of E_{N-1}(i) + (residual sum of squares of the best line at i..j-1)

is the smallest sum of squares of N pieces, joined or not, at the first j points. A network of m
ReLUs in one hidden layer on one input is a curve of m + 1 pieces, so no such network, trained or
not, comes closer to the points than E_{m+1}. A network with one unit per layer, whatever its
depth, is monotone, so the best monotone sequence bounds it in the same way.

The bounds hold exactly for the given points. NumPy, in float64.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from jaxnn.errors import InputError, as_numbers, check_count, check_finite


def best_segmentation(x: Any, y: Any, most: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Smallest root mean square error of N straight pieces, joined or not, for N = 1 ... most.

    Dynamic programming over the recursion above takes time most n^2 and memory n^2. The pieces
    need not join, so the error is a lower bound for every continuous curve of N pieces.

    Bellman and Roth 1969, "Curve fitting by segmented straight lines".

    Args:
      x: (n,) ascending places.
      y: (n,) values.
      most: the largest N, from 1 to n.

    Returns:
      The errors (most,), and for each N the breaks (N - 1,), halfway between the last point of one
      piece and the first of the next; float64. Not compiled.

    Raises:
      InputError, InputTypeError: x or y does not hold n finite numbers, x does not ascend, or there
        are more pieces than points.

    Example:
      >>> errors, breaks = best_segmentation([0, 1, 2, 3, 4], [0, 0, 0, 5, 6], most=2)
      >>> print(errors.round(3), breaks[1])
      [1.257 0.   ] [2.5]
    """
    x, y = _points(x, y)
    check_count(most, "most")
    n = len(x)
    if most > n:
        raise InputError(f"most is {most}; pass at most {n}, the number of points.")
    # Centred, so that differences of sums lose no digits.
    u, v = x - x.mean(), y - y.mean()
    sums = np.zeros((5, n + 1))
    np.cumsum([u, v, u * u, u * v, v * v], axis=1, out=sums[:, 1:])
    # [first, end]: sums over the points first ... end - 1, at least one of them.
    su, sv, suu, suv, svv = sums[:, None, :] - sums[:, :, None]
    count = np.maximum(np.arange(n + 1) - np.arange(n + 1)[:, None], 1)
    spread = suu - su * su / count
    fitted = np.square(suv - su * sv / count)
    explained = np.divide(fitted, spread, out=np.zeros_like(spread), where=count > 1)
    residual = np.maximum(svv - sv * sv / count - explained, 0)
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


def linear_spline_error(x: Any, y: Any, knots: Any) -> float:
    """Root mean square error of the least-squares continuous linear spline with given knots.

    Args:
      x, y: (n,) points, as for `best_segmentation`.
      knots: (N - 1,) places where the N pieces join; an empty list gives the regression line.

    Returns:
      A float. Not compiled.

    Raises:
      InputError, InputTypeError: x, y or knots are not finite numbers of these shapes, or x does
        not ascend.

    Example:
      >>> round(linear_spline_error([0, 1, 2, 3, 4], [0, 1, 2, 1, 0], knots=[2]), 12)
      0.0
    """
    x, y = _points(x, y)
    knots = as_numbers(knots, "knots")
    if knots.ndim != 1:
        raise InputError(f"knots has shape {knots.shape}; pass a list of places.")
    check_finite(knots, "knots")
    ramps = np.maximum(x[:, None] - knots.astype(float), 0)
    design = np.column_stack([np.ones_like(x), x, ramps])
    values = np.linalg.lstsq(design, y)[0]
    return float(np.sqrt(np.mean(np.square(design @ values - y))))


def best_monotone_error(y: Any) -> float:
    """Smallest root mean square error of a monotone sequence, rising or falling, against y.

    Isotonic regression by the pool-adjacent-violators algorithm: neighbouring blocks whose means
    are out of order are merged.

    Barlow, Bartholomew, Bremner and Brunk 1972, "Statistical inference under order restrictions".

    Args:
      y: (n,) values in order.

    Returns:
      A float. Not compiled.

    Raises:
      InputError, InputTypeError: `y` is not (n,) finite numbers, n at least 1.

    Example:
      >>> best_monotone_error([1, 3, 2, 4]) == (0.5 / 4) ** 0.5  # 3 and 2 become 2.5
      True
    """
    y = _values(y, "y")
    return min(_rising_error(y), _rising_error(-y))


def _points(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    x, y = _values(x, "x"), _values(y, "y")
    if x.shape != y.shape:
        raise InputError(f"x has {len(x)} places, but y has {len(y)} values; pass one per place.")
    if (np.diff(x) <= 0).any():
        raise InputError("x does not ascend; pass sorted places, each of them once.")
    return x, y


def _values(values: Any, argument: str) -> np.ndarray:
    array = as_numbers(values, argument)
    if array.ndim != 1 or not len(array):
        raise InputError(f"{argument} has shape {array.shape}; pass shape (n,), n at least 1.")
    check_finite(array, argument)
    return array.astype(np.float64)


def _rising_error(y: np.ndarray) -> float:
    """Root mean square error of the rising sequence nearest to y."""
    blocks: list[tuple[float, int]] = []  # mean, points
    for value in y.tolist():
        mean, points = value, 1
        while blocks and blocks[-1][0] >= mean:
            last_mean, last_points = blocks.pop()
            mean = (last_mean * last_points + mean * points) / (last_points + points)
            points += last_points
        blocks.append((mean, points))
    fitted = np.repeat([mean for mean, _ in blocks], [points for _, points in blocks])
    return float(np.sqrt(np.mean(np.square(fitted - y))))
