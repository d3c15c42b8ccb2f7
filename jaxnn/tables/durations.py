"""How does a duration become a number? As days, 1 day 06:00:00 as 1.25.

Durations of Python, NumPy and pandas arrive as numbers of days already (see
`jaxnn.tables.raw_columns`). In a text file they stand as pandas and PostgreSQL write them, with
the word day: a text such as 06:00:00 could also be a time of day.
"""

from __future__ import annotations

import math
import re

import numpy as np

from jaxnn.tables.raw_columns import RawColumn

_FORM = re.compile(
    r"(?P<days>[+-]?\d+) days?(?:,? (?P<sign>[+-]?)(?P<hours>\d{1,2}):(?P<minutes>\d{2})"
    r"(?::(?P<seconds>\d{2}(?:\.\d+)?))?)?",
    re.ASCII,
)


def duration_in_days(text: str) -> float | None:
    """The days that a text tells, or None if it is not written like a duration.

    Example:
      >>> duration_in_days("1 day 06:00:00"), duration_in_days("-1 days +18:00:00")
      (1.25, -0.25)
      >>> duration_in_days("6 hours") is None
      True
    """
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    part = {name: value or "0" for name, value in match.groupdict().items()}
    minutes = 60 * int(part["hours"]) + int(part["minutes"])
    of_day = (60 * minutes + float(part["seconds"])) / 86400
    return int(part["days"]) + (-of_day if match["sign"] == "-" else of_day)


def durations_of(raw: RawColumn) -> np.ndarray | None:
    """The days of a column of durations, (n,) with NaN for missing; None for any other column."""
    if isinstance(raw.values, np.ndarray) or raw.levels is not None:
        return None
    days_of: dict[str | None, float] = {None: math.nan}
    for text in raw.values:
        if text is not None and text not in days_of:
            days = duration_in_days(text)
            if days is None:
                return None
            days_of[text] = days
    return np.array([days_of[text] for text in raw.values]) if len(days_of) > 1 else None
