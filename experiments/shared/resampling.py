"""What share of the rows does a bootstrap resample leave out?

mean       q = (1 - 1/n)^n   ->   1/e
variance   q/n + (1 - 1/n) (1 - 2/n)^n - q^2
"""

from __future__ import annotations

import math


def left_out_moments(rows: int) -> tuple[float, float]:
    """Mean and standard deviation of the share of rows that one resample leaves out."""
    q = (1 - 1 / rows) ** rows
    return q, math.sqrt(q / rows + (1 - 1 / rows) * (1 - 2 / rows) ** rows - q**2)
