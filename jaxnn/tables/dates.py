"""How does a date become a number? As days since the earliest date of its column.

    x = (days from 0001-01-01 to the date) - (the same for the origin) + (part of the day)

so 2020-01-02 18:00 is 1.75 with the origin 2020-01-01. What is recognised:

    2020-01-31, 2020/1/31, 2020-01    also with a time, a fraction of a second and a zone
    31.12.2020, 31-12-2020            day first
    12/31/2020, 31/12/2020            the order that some day above 12 shows, or that is given
    31 Dec 2020, December 31, 2020    English names of months
    20200131                          eight digits, for whole numbers too

Times with a zone are read in UTC. A year of two digits is between 1969 and 2068, as in POSIX.
"""

from __future__ import annotations

import datetime
import math
import re
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError, check_name
from jaxnn.tables.raw_columns import RawColumn, RowPlaces, absent_rows
from jaxnn.tables.table import quoted

ORDERS = ("dmy", "mdy")
# Fewer different numbers of eight digits may be dates by chance.
FEW_NUMBERS = 3

_DECIMAL = re.compile(r"-?\d+\.?\d*", re.ASCII)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TIME = (
    r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?"
    r"\s*(?P<half>[ap]m)?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_MONTH = r"(?P<month>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_FORMS = [
    re.compile(form + _TIME, re.IGNORECASE | re.ASCII)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?:(?P=mark)(?P<day>\d{1,2}))",
        r"(?P<year>\d{4})-(?P<month>\d{2})",
        r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_part>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)",
        r"(?P<day>\d{1,2})[ .-]*" + _MONTH + r"[ ,-]*(?P<year>\d{4}|\d\d)",
        _MONTH + r" *(?P<day>\d{1,2}),? +(?P<year>\d{4})",
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",
    )
]


class _Parts(NamedTuple):
    """A date as it is written; `first` and `second` where the order of day and month is open."""

    year: int
    month: int
    day: int
    first: int
    second: int
    mark: str
    part: float  # of the day, after the change to UTC
    zoned: bool
    short: bool


class DateColumn(NamedTuple):
    """The dates of a column as numbers.

    Attributes:
      days: (n,) float64, days since 0001-01-01 (which is 1), NaN where missing.
      order: "dmy" or "mdy" if the order of day and month had to be decided, otherwise empty.
      notes: what was decided.
    """

    days: np.ndarray
    order: str
    notes: tuple[str, ...] = ()


def day_number(origin: str) -> int:
    """The day of `Column.origin`, in days since 0001-01-01, which is 1.

    Example:
      >>> day_number("0001-01-31")
      31
    """
    return datetime.date.fromisoformat(origin).toordinal()


def check_order(dates: str | None) -> None:
    """Refuse an unknown order of day and month.

    Raises:
      InputError: it is neither None, "dmy" nor "mdy".
    """
    if dates is not None:
        check_name(dates, "dates", ORDERS)


def holds_dates(raw: RawColumn, where: RowPlaces) -> bool:
    """Whether a column holds dates, judged by its values.

    Raises:
      InputError: most values are dates, but one is not.
    """
    texts = _texts(raw)
    if texts is None:
        return False
    present = [text for text in texts if text is not None]
    # A single look is enough for most columns of text.
    if not present or not any(_parts(text) for text in present[:50]):
        return False
    distinct = {text: _parts(text) is not None for text in present}
    if all(distinct.values()):
        return not all(text.isdecimal() for text in distinct) or len(distinct) >= FEW_NUMBERS
    if all(text.isdecimal() for text, is_date in distinct.items() if is_date):
        return False
    if 2 * sum(distinct[text] for text in present) > len(present):
        row = next(row for row, text in enumerate(texts) if text and not distinct[text])
        raise InputError(
            f"column {quoted(raw.name)} has the text {quoted(texts[row] or '')} at {where(row)} "
            "where its other values are dates; correct it, count it as missing, or declare the "
            "column 'categorical' in kinds."
        )
    return False


def days_of(raw: RawColumn, where: RowPlaces, order: str | None = None) -> DateColumn:
    """The dates of a column as days.

    Args:
      raw: the column.
      where: where each value is in the source, for error messages.
      order: "dmy" or "mdy" for dates such as 01/02/2020, or None to take it from the values.

    Raises:
      InputError: a value that is no date, an order of day and month that is not known, or times
        of which only some have a zone.

    Example:
      >>> raw = RawColumn("visit", ["2020-01-01", None, "2020-01-02 18:00"])
      >>> days_of(raw, RowPlaces("row", range(3))).days - 737425
      array([0.  ,  nan, 1.75])
    """
    texts = _texts(raw)
    if texts is None:
        row = int(np.argmin(absent_rows(raw)))
        raise _no_date(raw, f"{raw.values[row]:g}", where(row))
    known: dict[str | None, _Parts | None] = {None: None}
    for row, text in enumerate(texts):
        if text in known:
            continue
        known[text] = _parts(text or "")
        if known[text] is None:
            raise _no_date(raw, quoted(text or ""), where(row))
    found = [parts for parts in known.values() if parts is not None]
    order, notes = _order(raw, [parts for parts in found if parts.first], order)
    if len({parts.zoned for parts in found}) > 1:
        raise InputError(
            f"column {quoted(raw.name)} has times with a zone and times without; give all of them "
            "a zone, or none."
        )
    if any(parts.short for parts in found):
        notes.append(f"{quoted(raw.name)}: years of two digits are read as 1969 to 2068")
    number_of: dict[str | None, float] = {None: math.nan}
    days = np.empty(len(raw.values))
    for row, text in enumerate(texts):
        if text not in number_of:
            try:
                number_of[text] = _number(known[text], order)  # type: ignore[arg-type]  # None only for None
            except ValueError:
                raise _no_date(raw, quoted(text or ""), where(row), order) from None
        days[row] = number_of[text]
    return DateColumn(days, order, tuple(notes))


def _no_date(raw: RawColumn, value: str, place: str, order: str = "") -> InputError:
    written = f" (day and month in the order {order!r})" if order else ""
    return InputError(
        f"column {quoted(raw.name)} has the value {value} at {place}, which is no date{written}; "
        "write dates as 2020-01-31."
    )


def _texts(raw: RawColumn) -> list[str | None] | None:
    """The values as texts, or None for numbers that are not all whole numbers of eight digits."""
    if not isinstance(raw.values, np.ndarray):
        return raw.values
    present = raw.values[~np.isnan(raw.values)]
    if not (present.size and np.all((present >= 19e6) & (present < 21e6))):
        return None
    if np.any(present != np.round(present)):
        return None
    return [None if value != value else str(int(value)) for value in raw.values.tolist()]


def _parts(text: str) -> _Parts | None:
    """The numbers of a date, or None for a text that is not written like one."""
    if not 6 <= len(text) <= 45 or (len(text) != 8 and _DECIMAL.fullmatch(text)):
        return None
    match = next((found for form in _FORMS if (found := form.fullmatch(text))), None)
    if match is None:
        return None
    part = {name: value for name, value in match.groupdict().items() if value is not None}
    month = part.get("month", "0")
    if not month.isdecimal():
        month = str(_MONTHS.index(month[:3].lower()) + 1)
    day = part.get("day", "0" if "first" in part else "1")
    short = len(part["year"]) == 2
    year = int(part["year"])
    if short:
        year += 1900 if year >= 69 else 2000
    first, second = int(part.get("first", 0)), int(part.get("second_part", 0))
    if "first" in part and not (0 < first <= 31 and 0 < second <= 31 and min(first, second) <= 12):
        return None
    if "first" not in part and not (0 < int(month) <= 12 and 0 < int(day) <= 31):
        return None
    hour = int(part.get("hour", 0))
    if "half" in part:
        hour = hour % 12 + 12 * (part["half"].lower() == "pm")
    minutes = 60 * hour + int(part.get("minute", 0))
    zone = part.get("zone", "").upper()
    if zone[:1] in ("+", "-"):
        offset = 60 * int(zone[1:3]) + int(zone[-2:])
        minutes -= offset if zone[0] == "+" else -offset
    seconds = float(part.get("second", "0").replace(",", "."))
    of_day = (60 * minutes + seconds) / 86400
    return _Parts(
        year, int(month), int(day), first, second, part.get("mark", ""), of_day, bool(zone), short
    )


def _order(raw: RawColumn, open_parts: list[_Parts], given: str | None) -> tuple[str, list[str]]:
    """The order of day and month, and a note if it was taken from the values."""
    if not open_parts:
        return "", []
    if given is not None:
        return given, []
    dmy = any(parts.first > 12 for parts in open_parts)
    mdy = any(parts.second > 12 for parts in open_parts)
    if not dmy and not mdy and all(parts.mark == "." for parts in open_parts):
        dmy = True
    if dmy == mdy:
        first, second = open_parts[0].first, open_parts[0].second
        example = f"{first:02d}{open_parts[0].mark}{second:02d}{open_parts[0].mark}"
        why = "some have the day first and some the month" if dmy else "either may be the day"
        raise InputError(
            f"column {quoted(raw.name)} has dates such as {example}{open_parts[0].year}, of which "
            f"{why}; pass dates='dmy' or dates='mdy'."
        )
    order = "dmy" if dmy else "mdy"
    called = "day, month, year" if dmy else "month, day, year"
    return order, [f"{quoted(raw.name)} is read in the order {called}"]


def _number(parts: _Parts, order: str) -> float:
    """Days since 0001-01-01, which is 1; a ValueError for a day that no calendar has."""
    month, day = parts.month, parts.day
    if parts.first:
        day, month = (parts.first, parts.second) if order == "dmy" else (parts.second, parts.first)
    return datetime.date(parts.year, month, day).toordinal() + parts.part
