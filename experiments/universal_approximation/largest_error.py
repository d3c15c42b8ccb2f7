"""How small can the largest error of N straight pieces be that follow sin(2 pi x)?

    largest distance of an arc from its best line  =  (largest distance from its chord) / 2

Knots that make the integral of |f''|^(1/2) equal, as `jaxnn.regions.free_knot_sup_error` uses, are
too far apart where f'' is 0: the pieces beside an inflection stay 15% worse than the others however
many there are. Here all pieces have the same error: for a given error each piece is made as long
as it can be, and the error is bisected until N / 2 of them just cover a half wave. Since
a half wave is concave, its chords, all raised by the error, are joined.
"""

from __future__ import annotations

import math

from jaxnn.errors import InputError

STEPS = 60  # halvings of an interval: below the rounding error of float64


def sine_sup_error(pieces: int) -> float:
    """Largest error of `pieces` straight pieces on sin(2 pi x), half of them on each half wave.

    Raises:
      InputError: `pieces` is not a positive even number.

    Example:
      >>> print(f"{sine_sup_error(2):.3f}")  # a horizontal line at 1/2 and one at -1/2
      0.500
    """
    if pieces < 2 or pieces % 2:
        raise InputError(f"pieces is {pieces}; pass a positive even number.")
    low, high = 0.0, 0.5
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _reach(middle, pieces // 2) < math.pi:
            low = middle
        else:
            high = middle
    return high


def _reach(error: float, pieces: int) -> float:
    """How far from 0 this many pieces follow sin(t) with at most this error, up to pi."""
    start = 0.0
    for _ in range(pieces):
        if _arc_error(start, math.pi) <= error:
            return math.pi
        low, high = start, math.pi
        for _ in range(STEPS):
            middle = (low + high) / 2
            if _arc_error(start, middle) <= error:
                low = middle
            else:
                high = middle
        start = low
    return start


def _arc_error(start: float, stop: float) -> float:
    """Half of the largest distance between sin and its chord on [start, stop] within [0, pi]."""
    if stop <= start:
        return 0.0
    slope = (math.sin(stop) - math.sin(start)) / (stop - start)
    touch = math.acos(max(-1.0, min(1.0, slope)))
    return (math.sin(touch) - math.sin(start) - slope * (touch - start)) / 2
