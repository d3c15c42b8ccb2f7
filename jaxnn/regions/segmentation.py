"""How closely can N straight pieces come to given points, and no closer?

    E_N(j) = min over i < j of E_{N-1}(i) + (residual sum of squares of a line through i..j-1)

is the least sum of squares of N pieces, joined or not, at the first j points.  A network of m ReLUs
in one hidden layer and one input is a curve of m + 1 pieces, so none of them, trained or not, comes
closer to the points than E_{m+1}.  A network of one unit a layer, in however many layers, only
rises or only falls, and the best such sequence bounds it likewise.

The bounds hold for finite samples, without any limit.  NumPy, in float64.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from jaxnn.errors import InputError, as_numbers, check_count, check_finite


def best_pieces(x: Any, y: Any, most: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """The least root mean square error of N straight pieces, joined or not, for N = 1 ... most.

    The dynamic programme at the head of this module; time most n^2 and memory n^2.  The pieces need
    not join, so this is at most the error of any continuous curve of N pieces.

    Args:
      x: (n,) increasing places.
      y: (n,) values.
      most: the largest N, from 1 to n.

    Returns:
      (most,) errors, and for each N the places (N - 1,) half-way between points where one piece
      ends and the next begins.

    Raises:
      InputError, InputTypeError: not finite numbers of these shapes, places that do not increase,
        or more pieces than points.
    """
    x, y = _points(x, y)
    check_count(most, "most")
    n = len(x)
    if most > n:
        raise InputError(f"most is {most}, but there are {n} points; a piece has one at least.")
    # Centred, so that differences of the sums lose no digits.
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


def joined_pieces(x: Any, y: Any, breaks: Any) -> float:
    """The root mean square error of the least-squares continuous spline with knots at `breaks`.

    Args:
      x, y: (n,) points, as `best_pieces` takes them.
      breaks: (N - 1,) knots.
    """
    x, y = _points(x, y)
    ramps = np.maximum(x[:, None] - np.asarray(breaks, float), 0)
    design = np.column_stack([np.ones_like(x), x, ramps])
    values = np.linalg.lstsq(design, y)[0]
    return float(np.sqrt(np.mean(np.square(design @ values - y))))


def best_monotone(y: Any) -> float:
    """The least root mean square error of a rising or falling sequence against y (n,).

    Pools adjacent violators: neighbouring blocks whose means are out of order become one.
    """
    y = _points(np.arange(np.size(y)), y)[1]
    return min(_rising(y), _rising(-y))


def _points(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    x, y = as_numbers(x, "x"), as_numbers(y, "y")
    if x.ndim != 1 or x.shape != y.shape or not len(x):
        raise InputError(f"x has shape {x.shape} and y has {y.shape}; pass (n,) of both.")
    check_finite(x, "x")
    check_finite(y, "y")
    x, y = x.astype(np.float64), y.astype(np.float64)
    if (np.diff(x) <= 0).any():
        raise InputError("x does not increase; sort the points, and leave out repeated places.")
    return x, y


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
