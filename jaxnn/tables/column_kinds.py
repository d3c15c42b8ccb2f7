"""Is a column numeric, binary, categorical or ordinal, and which number does each value get?

A declaration by the caller (`kinds`, `levels`) or by a DataFrame (a category dtype) decides.
Otherwise the kind is inferred from the values that are not missing:

    all numbers               numeric; binary if both 0 and 1 occur and nothing else
    all codes of digits       categorical: 01234 and 10115, or +4930123456
    all dates                 numeric, in days since the earliest (see `jaxnn.tables.dates`)
    all durations             numeric, in days (see `jaxnn.tables.durations`)
    texts (or truth values)   binary if there are two, otherwise categorical
    numbers and texts mixed   refused: a typing error must not turn numbers into categories

An ordinal column is categorical with levels whose order has a meaning. It has to be declared, by
`kinds` and by `levels` in order, or by an ordered category dtype. The levels of a column follow the
rules of `jaxnn.tables.levels`.
"""

from __future__ import annotations

import datetime
import math
import re
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError
from jaxnn.tables.dates import days_of, holds_dates
from jaxnn.tables.durations import durations_of
from jaxnn.tables.levels import NUMBER, find_levels, listed
from jaxnn.tables.raw_columns import EXACT, Levels, RawColumn, RowPlaces, absent_rows
from jaxnn.tables.table import Column, Kind, quoted

INFINITY = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
# Digits that do not measure: a postal code or telephone number.
CODE = re.compile(r"0[0-9]+|\+[0-9]{7,}")
TRUTH = {"true": 1.0, "false": 0.0}

# Networks compute in single precision, which ends at 3.4e38.
LARGEST = 1e38


class TypedColumn(NamedTuple):
    """A column whose kind is decided, with its values as numbers.

    Attributes:
      column: its name, kind and levels.
      codes: (n,) float64 values or codes, NaN where missing.
      notes: what was recognised or merged.
    """

    column: Column
    codes: np.ndarray
    notes: tuple[str, ...] = ()


def type_column(
    raw: RawColumn,
    kind: str | None,
    levels: Levels | None,
    where: RowPlaces,
    dates: str | None = None,
) -> TypedColumn:
    """Decide the kind of a column, and turn its values into numbers or codes.

    Args:
      raw: the column, with at least one value.
      kind: the declared kind, "date" among them, or None.
      levels: the declared levels, or None.
      where: where each value is in the source, for error messages.
      dates: the order of day and month in dates, as for `jaxnn.tables.dates.days_of`.

    Returns:
      A `TypedColumn` with NaN for missing values.

    Raises:
      InputError: values that do not fit the kind or the levels, numbers mixed with texts,
        infinity, or a number beyond single precision.
      InputTypeError: levels that are neither a list nor a mapping.

    Example:
      >>> raw = RawColumn("sick", ["no", None, "yes"])
      >>> column, codes, _ = type_column(raw, None, None, RowPlaces("row", range(3)))
      >>> column.kind, column.levels, codes
      ('binary', ('no', 'yes'), array([ 0., nan,  1.]))
    """
    undeclared = kind is None and levels is None and raw.levels is None
    if levels is not None and kind in ("numeric", "date"):
        raise InputError(
            f"levels has an entry for column {quoted(raw.name)}, whose kind is {kind!r}; only a "
            "binary, categorical or ordinal column has levels."
        )
    if kind == "date" or (undeclared and holds_dates(raw, where)):
        return _dated(raw, where, dates)
    days = durations_of(raw) if undeclared or kind == "numeric" else None
    if days is not None:
        note = f"{quoted(raw.name)} is a duration, in days"
        return TypedColumn(Column(raw.name, "numeric", unit="days"), days, (note,))
    absent = absent_rows(raw)
    if kind == "numeric" or (undeclared and _is_numeric(raw, absent, where)):
        numbers = _numbers(raw, where)
        if kind == "numeric" or set(np.unique(numbers[~absent])) != {0.0, 1.0}:
            return TypedColumn(Column(raw.name, "numeric", unit=raw.unit), numbers)
    names, values, codes, notes = find_levels(raw, levels, where)
    if isinstance(raw.values, np.ndarray) and np.any(np.abs(raw.values) >= EXACT):
        notes = (
            *notes,
            f"{quoted(raw.name)} has levels beyond 2^53 as floats, of which neighbours are one "
            "number; pass them as integers or as text",
        )
    code = _code(raw) if undeclared else None
    if code is not None:
        notes = (
            f"{quoted(raw.name)} is categorical, since values such as {quoted(code)} look like "
            "codes; declare it 'numeric' in kinds if they are numbers",
            *notes,
        )
    if kind == "binary" and names in (("0",), ("1",)) and levels is None:
        codes, names = codes + (names == ("1",)), ("0", "1")
    if kind is None:
        kind = "ordinal" if raw.ordered and len(names) > 2 else "categorical"
        kind = "binary" if len(names) == 2 else kind
    if kind == "binary" and len(names) != 2:
        raise InputError(
            f"column {quoted(raw.name)} has {len(names)} distinct "
            f"value{'s' * (len(names) != 1)} ({listed(names)}); a binary column has two."
        )
    unordered = levels is None and not raw.ordered
    if kind == "ordinal" and unordered and not all(map(NUMBER.fullmatch, names)):
        raise InputError(
            f"kinds has 'ordinal' for column {quoted(raw.name)}, but the order of its values "
            f"({listed(names)}) is not known; pass them in order as its entry of levels."
        )
    return TypedColumn(Column(raw.name, _kind(kind), names, values=values), codes, notes)


def _kind(kind: str) -> Kind:
    return kind  # type: ignore[return-value]  # one of KINDS, checked before


def _dated(raw: RawColumn, where: RowPlaces, dates: str | None) -> TypedColumn:
    days, order, notes = days_of(raw, where, dates)
    first = math.floor(np.nanmin(days))
    origin = datetime.date.fromordinal(max(first, 1)).isoformat()
    note = f"{quoted(raw.name)} is read as dates, in days since {origin}"
    column = Column(raw.name, "numeric", origin=origin, date_order=order)
    return TypedColumn(column, days - max(first, 1), (note, *notes))


def _code(raw: RawColumn) -> str | None:
    """A value that shows that a column of digits holds codes, or None if it does not."""
    if isinstance(raw.values, np.ndarray):
        return None
    texts = {text for text in raw.values if text is not None}
    codes = [text for text in texts if CODE.fullmatch(text)]
    if not codes or not all(text.removeprefix("+").isdecimal() for text in texts):
        return None
    alike = len({len(text) for text in texts}) == 1
    return min(codes) if alike or 2 * len(codes) >= len(texts) else None


def _is_numeric(raw: RawColumn, absent: np.ndarray, where: RowPlaces) -> bool:
    """Whether all values are numbers; numbers mixed with texts are refused."""
    if isinstance(raw.values, np.ndarray):
        return True
    rows = np.flatnonzero(~absent).tolist()
    finite = [NUMBER.fullmatch(raw.values[row] or "") is not None for row in rows]
    if all(finite):
        return _code(raw) is None
    numeric = [
        is_number or bool(INFINITY.fullmatch(raw.values[row] or ""))
        for row, is_number in zip(rows, finite, strict=True)
    ]
    if all(numeric):
        return any(finite) and _code(raw) is None
    if any(finite):
        row = rows[numeric.index(False)]
        raise InputError(
            f"column {quoted(raw.name)} has the text {quoted(raw.values[row] or '')} at "
            f"{where(row)} where its other values are numbers; correct it, count it as missing, "
            "or declare the column 'categorical' in kinds."
        )
    return False


def _numbers(raw: RawColumn, where: RowPlaces) -> np.ndarray:
    """The values as finite numbers with NaN for missing."""
    if isinstance(raw.values, np.ndarray):
        numbers = raw.values
    else:
        number_at: dict[str | None, float] = {None: math.nan}
        for row, text in enumerate(raw.values):
            if text not in number_at:
                number_at[text] = _number(raw, row, where)
        numbers = np.array([number_at[text] for text in raw.values])
    too_large = np.flatnonzero(np.abs(numbers) > LARGEST)
    if too_large.size:
        value = numbers[too_large[0]]
        reason = (
            "only finite numbers can be used"
            if np.isinf(value)
            else "single precision ends near 3e38, so change its unit"
        )
        place = where(too_large[0])
        raise InputError(f"column {quoted(raw.name)} has the value {value:g} at {place}; {reason}.")
    return numbers


def _number(raw: RawColumn, row: int, where: RowPlaces) -> float:
    text = raw.values[row] or ""
    number = number_of(text)
    if number is None:
        raise InputError(
            f"column {quoted(raw.name)} has the text {quoted(text)} at {where(row)}; "
            "a numeric column takes numbers."
        )
    return number


def number_of(text: str) -> float | None:
    """The number that a text writes, 1 or 0 for true or false, or None."""
    if NUMBER.fullmatch(text) or INFINITY.fullmatch(text):
        return float(text)  # which accepts more, such as 1_0
    return TRUTH.get(text.casefold())
