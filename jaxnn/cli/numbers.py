"""How are numbers written on the page? With as many digits as their intervals are wide.

Of a table whose widest interval has width w, all numbers have the same number of decimals,

    2 - floor(log10 w),

so that the ends of that interval have three digits that matter, and the digits of all rows stand
below each other. Numbers without an interval have three or four significant digits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from jaxnn.tables import Column
from jaxnn.tables.table import one_line

MOST_DECIMALS = 6  # of numbers without an exponent
LARGEST = 1e9  # beyond which a number has an exponent
YEARS = 1e4  # below which a value of a column has no mark between its thousands
UNKNOWN = "unknown"


def decimals(intervals: Iterable[Sequence[float]]) -> int | None:
    """The decimals of all numbers of a table; None if it has no interval with a width.

    Args:
      intervals: (lower, upper) of each row; those that are not finite are not looked at.

    Example:
      >>> decimals([(0.045, 0.32), (-0.01, 0.02)]), decimals([(65_000, 80_000)]), decimals([])
      (3, -2, None)
    """
    widths = [abs(upper - lower) for lower, upper in intervals]
    widest = max((width for width in widths if math.isfinite(width)), default=0.0)
    return 2 - math.floor(math.log10(widest)) if widest > 0 else None


def number(value: float | None, places: int | None = None, sign: str = "") -> str:
    """A number with these decimals, or with three significant digits.

    Args:
      value: the number; None or NaN is unknown.
      places: its decimals, as from `decimals`.
      sign: "+" for a sign before every number.

    Example:
      >>> number(0.16634, 3), number(73_123, -2, "+"), number(1234.6), number(-2e-9)
      ('0.166', '+73,100', '1,230', '-2e-09')
    """
    if value is None or math.isnan(value):
        return UNKNOWN
    if places is None or places > MOST_DECIMALS:
        return _written(float(f"{value:.3g}"), f"{sign}.3g", sign)
    rounded = round(float(value), places) + 0.0  # no minus before a zero
    return _written(rounded, f"{sign}.{max(places, 0)}f", sign)


def ends(interval: Iterable[Any], places: int | None = None, sign: str = "") -> str:
    """The ends of an interval, such as "0.05 to 0.32"."""
    return " to ".join(number(end, places, sign) for end in interval)


def percent(share: float) -> str:
    """A level or a share as a percentage, such as "95%"."""
    return f"{100 * share:g}%"


def value(column: Column, number: float) -> str:
    """A value of a column: the name of its level, or four significant digits.

    Example:
      >>> value(Column("year", "numeric"), 1957), value(Column("price", "numeric"), 258_612.5)
      ('1957', '258,600')
    """
    if column.levels:
        return one_line(column.levels[int(number)], 24)
    if abs(number) < YEARS:
        return f"{number:.4g}"
    return _written(float(f"{number:.4g}"), ".4g", "")


def values(column: Column, numbers: np.ndarray) -> str:
    """What a column holds: its range and mean, or its levels with their rows."""
    if not column.levels:
        low, high, mean = (value(column, n) for n in (numbers.min(), numbers.max(), numbers.mean()))
        return f"{low} to {high}, mean {mean}"
    counts = np.bincount(numbers.astype(int), minlength=len(column.levels))
    named = [
        f"{one_line(level, 24)} ({n:,})" for level, n in zip(column.levels, counts, strict=True)
    ]
    more = f", and {len(named) - 8} more" if len(named) > 8 else ""
    return ", ".join(named[:8]) + more


def _written(value: float, form: str, sign: str) -> str:
    if 1e3 <= abs(value) < LARGEST:
        return f"{value:{sign},.0f}"
    return f"{value:{form}}" if abs(value) < LARGEST else f"{value:{sign}.3g}"
