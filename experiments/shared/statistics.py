"""What is the confidence interval of the median of a few values, and of a share?

    P(k-th smallest <= median <= k-th largest of n values) = 1 - 2 P(Binomial(n, 1/2) < k)

for any continuous distribution. k is the largest for which this is at least 95%. Two methods are
compared by the median, over seeds, of the ratio or difference of their errors on the same data.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

LEVEL = 0.95


class MedianInterval(NamedTuple):
    """A median and the ends of its distribution-free interval."""

    median: float
    lower: float
    upper: float


def median_interval(values: np.ndarray, level: float = LEVEL) -> MedianInterval:
    """The median of (n,) values with an interval of at least this level; NaNs are left out.

    Fewer than six values allow no 95% interval: it then reaches from the smallest to the largest.
    Without values all three numbers are NaN.

    >>> median_interval(np.array([3.0, 1.0, 2.0, 5.0, 4.0, 6.0, 7.0, 8.0, 9.0]))
    MedianInterval(median=5.0, lower=2.0, upper=8.0)
    """
    kept = np.sort(values[~np.isnan(values)])
    if not len(kept):
        return MedianInterval(math.nan, math.nan, math.nan)
    k = interval_rank(len(kept), level)
    return MedianInterval(float(np.median(kept)), float(kept[k - 1]), float(kept[-k]))


def interval_rank(n: int, level: float = LEVEL) -> int:
    """The largest k with 2 P(Binomial(n, 1/2) < k) <= 1 - level, or 1."""
    below, k = 0, 0
    while 2 * (below + math.comb(n, k)) <= (1 - level) * 2**n:
        below += math.comb(n, k)
        k += 1
    return max(1, k)


def share_interval(
    share: float | np.ndarray, error: float | np.ndarray, reach: float = 4.0
) -> tuple[float, float]:
    """The ends `reach` standard errors to each side of a share, but not beyond 0 and 1.

    >>> share_interval(0.75, 0.125, reach=1)
    (0.625, 0.875)
    """
    low, high = float(share - reach * error), float(share + reach * error)
    return max(0.0, low), min(1.0, high)


def side(found: MedianInterval, reference: float = 1.0) -> str:
    """Where the interval lies: "below" or "above" the reference, or "unclear" if it contains it."""
    if found.upper < reference:
        return "below"
    return "above" if found.lower > reference else "unclear"
