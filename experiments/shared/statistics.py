"""How much better is one method than another on the same data, and how sure is that?

    ratio_s = error of A on the rows of seed s / error of B on the same rows

The median over seeds, with an interval that needs no assumption on the spread: the k-th least and
the k-th largest of n values hold the median of their distribution between them with probability

    1 - 2 P(Binomial(n, 1/2) < k)

and k is the largest for which that is at least 95%.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

LEVEL = 0.95


class Middle(NamedTuple):
    """A median and the ends of its interval."""

    median: float
    lower: float
    upper: float


def middle(values: np.ndarray, level: float = LEVEL) -> Middle:
    """The median of (n,) values and an interval of at least this level; NaNs are left out.

    Fewer than six values allow no such interval of 95%; then it is from the least to the largest.
    """
    kept = np.sort(values[~np.isnan(values)])
    if not len(kept):
        return Middle(math.nan, math.nan, math.nan)
    k = rank(len(kept), level)
    return Middle(float(np.median(kept)), float(kept[k - 1]), float(kept[-k]))


def rank(n: int, level: float = LEVEL) -> int:
    """The k above: the largest with 2 P(Binomial(n, 1/2) < k) <= 1 - level, or 1."""
    below, k = 0, 0
    while 2 * (below + math.comb(n, k)) <= (1 - level) * 2**n:
        below += math.comb(n, k)
        k += 1
    return max(1, k)


def direction(of: Middle, even: float = 1.0) -> str:
    """Whether an interval is "below" an even value, "above" it, or "level" with it."""
    if of.upper < even:
        return "below"
    return "above" if of.lower > even else "level"
