"""In what form do readers pass on columns? As numbers or texts, as they were found.

Numbers stay numbers, with NaN for a missing value; everything else becomes text, with None for a
missing value. Dates become text as 2020-01-31, durations the number of their days, and numbers that
double precision would round or merge, such as long identifiers, the text of all their digits.
Nothing in the data is trusted: names are any text, and values are never evaluated.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, InputTypeError, check_instance
from jaxnn.tables.table import is_list_of_texts, quoted

# Compared without regard to case, after stripping blanks.
MISSING_TOKENS = ("", "NA", "N/A", "NaN", "null", "?", ".", "#N/A", "<NA>")
READABLE = (str, bool, np.bool_, Real, Decimal, datetime.date)
TRUTH_LEVELS = ("False", "True")

# From here on, double precision leaves whole numbers out.
EXACT = 2.0**53

_WHOLE = re.compile(r"[+-]?[0-9]+\.0+")

# The name of a column without one: empty, or what pandas and R call it.
NAMELESS = re.compile(r"(Unnamed: \d+(\.\d+)*|\.\.\.\d+)?")

# A sequence of values in their order, or a mapping from values to their readable names.
Levels = Sequence[Any] | Mapping[Any, str]


class RawColumn(NamedTuple):
    """One column as it was found in a file, a DataFrame or an array.

    Attributes:
      name: the name of the column.
      values: (n,) float64 with NaN for missing, or a list of texts with None for missing.
      levels: the levels in the order of the source, as those of a category dtype.
      ordered: whether that order has a meaning, as that of an ordered category dtype.
      unit: the unit of the numbers if the source has one, such as "days".
      problem: why the values cannot be used, or empty; then `values` holds nothing.
      doubt: the sentence that refuses the column unless its kind or levels are declared, or empty.
      note: a sentence on what was changed in the values or recognised, or empty.
    """

    name: str
    values: np.ndarray | list[str | None]
    levels: tuple[str, ...] | None = None
    ordered: bool = False
    unit: str = ""
    problem: str = ""
    doubt: str = ""
    note: str = ""


class RowPlaces(NamedTuple):
    """Where each row of a column is in its source, for error messages: "line 17" or "row 16"."""

    unit: str
    numbers: Sequence[int]

    def __call__(self, row: Any) -> str:
        return f"{self.unit} {self.numbers[int(row)]}"


class RawTable(NamedTuple):
    """All columns of a source as they were found, before any is chosen.

    Attributes:
      names: the names of the columns, all different.
      columns: one `RawColumn` per name.
      where: where each row is in the source, for messages.
      source: what to call the source in messages.
      notes: what the reader has left out or recognised.
    """

    names: tuple[str, ...]
    columns: tuple[RawColumn, ...]
    where: RowPlaces
    source: str
    notes: tuple[str, ...] = ()


def check_raw(raw: Any) -> None:
    """Refuse what is not a `RawTable` with a column for each name.

    Raises:
      InputTypeError: anything else.
    """
    check_instance(raw, "raw", RawTable, "a RawTable, as raw_table or raw_frame returns it")
    names, columns = raw.names, raw.columns
    listed = isinstance(names, tuple | list) and isinstance(columns, tuple | list)
    if (
        not listed
        or len(names) != len(columns)
        or not all(isinstance(name, str) for name in names)
        or not all(isinstance(column, RawColumn) for column in columns)
        or not isinstance(raw.where, RowPlaces)
        or not is_list_of_texts(raw.notes)
    ):
        raise InputTypeError(
            "raw has names, columns or notes that do not belong together; pass a RawTable, as "
            "raw_table or raw_frame returns it."
        )


def level_text(value: Any) -> str:
    """The text by which a value is known as a level: a whole number has no trailing ".0"."""
    if isinstance(value, str):
        text = value.strip()
        return text.split(".")[0] if text.endswith("0") and _WHOLE.fullmatch(text) else text
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite():
        return str(int(value)) if value == value.to_integral_value() else _decimal_text(value)
    if isinstance(value, Real | Decimal):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    if isinstance(value, datetime.date):
        midnight = not isinstance(value, datetime.datetime) or (
            value.tzinfo is None and value == datetime.datetime(*value.timetuple()[:3])
        )
        return value.isoformat()[:10] if midnight else value.isoformat()
    return str(value)


def _decimal_text(value: Decimal) -> str:
    """As a float is written where the float is the same number, otherwise with all digits."""
    near = repr(float(value))
    return near if Decimal(near) == value else str(value.normalize())


def check_usable(raw: RawColumn, declared: bool) -> None:
    """Refuse a column that has a problem, or a doubt that no declaration resolves.

    Args:
      raw: the column.
      declared: whether the caller declares its kind or levels.

    Raises:
      InputError, InputTypeError: such a column.
    """
    if raw.problem:
        raise InputTypeError(f"column {quoted(raw.name)} {raw.problem}.")
    if raw.doubt and not declared:
        raise InputError(raw.doubt)


def absent_rows(raw: RawColumn) -> np.ndarray:
    """Where a column has no value, (n,) bool."""
    if isinstance(raw.values, np.ndarray):
        return np.isnan(raw.values)
    return np.array([value is None for value in raw.values], dtype=bool)


def texts_of(raw: RawColumn) -> list[str | None]:
    """The values as the texts of levels, with None for missing."""
    if isinstance(raw.values, np.ndarray):
        return [None if value != value else level_text(value) for value in raw.values.tolist()]
    return [None if text is None else level_text(text) for text in raw.values]


def number_of_values(raw: RawColumn, enough: float = 0) -> int:
    """How many different values there are; not exact, but at most `enough`, if that is true."""
    if isinstance(raw.values, np.ndarray):
        return len(np.unique(raw.values[~np.isnan(raw.values)]))
    different = {text for text in raw.values if text is not None}
    if len(different) <= enough:  # 1 and 1.0 are one value
        return len(different)
    return len(set(map(level_text, different)))


def at_rows(rows: np.ndarray, raw: RawColumn, where: RowPlaces) -> tuple[RawColumn, RowPlaces]:
    """The column at some rows, given as (n,) bool, and their places."""
    if rows.all():
        return raw, where
    kept = np.flatnonzero(rows).tolist()
    values = raw.values
    values = values[rows] if isinstance(values, np.ndarray) else [values[row] for row in kept]
    return raw._replace(values=values), where._replace(numbers=[where.numbers[r] for r in kept])


def raw_column(
    name: str, values: Any, where: RowPlaces, declared: frozenset[str] = frozenset()
) -> RawColumn:
    """A column of Python or NumPy values, as numbers if all are numbers, otherwise as texts.

    Args:
      name: the name of the column.
      values: (n,) numbers, texts, truth values, dates, durations, or None and its like for
        missing.
      where: where each value is in the source, for error messages.
      declared: texts that are levels even if they look missing.

    A value that is none of these is the `problem` of the column.

    Example:
      >>> raw = raw_column("smoker", [True, None, False], RowPlaces("row", range(3)))
      >>> raw.values, raw.levels
      (['True', None, 'False'], ('False', 'True'))
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        return RawColumn(name, values.astype(np.float64))
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        numbers = values.astype(np.float64)
        if not np.any(np.abs(numbers) >= EXACT):
            return RawColumn(name, numbers)
    if isinstance(values, np.ndarray) and values.dtype.kind in "mM":
        values = values.astype(f"{values.dtype.kind}8[us]").astype(object)  # to datetime's types
    present = [
        None if is_missing(value) and not is_declared(value, declared) else _python_value(value)
        for value in values
    ]
    kinds = {type(value) for value in present if value is not None}
    if kinds and all(issubclass(kind, bool | np.bool_) for kind in kinds):
        texts = [None if value is None else level_text(value) for value in present]
        return RawColumn(name, texts, TRUTH_LEVELS)
    if all(issubclass(kind, Real | Decimal) and kind not in (bool, np.bool_) for kind in kinds):
        numbers = np.array([_float(value) for value in present])
        if _is_exact(present, numbers):
            return RawColumn(name, numbers)
    if kinds and all(issubclass(kind, datetime.timedelta) for kind in kinds):
        day = datetime.timedelta(days=1)
        days = [math.nan if value is None else value / day for value in present]
        note = f"{quoted(name)} is a duration, in days"
        return RawColumn(name, np.array(days), unit="days", note=note)
    for row, value in enumerate(present):
        if value is not None and not isinstance(value, READABLE):
            what = f"holds a {type(value).__name__} at {where(row)}"
            return RawColumn(name, [], problem=f"{what}; turn it into numbers or text")
    return RawColumn(name, [value if value is None else level_text(value) for value in present])


def is_declared(value: Any, declared: frozenset[str]) -> bool:
    """Whether a value is a text among those that are levels even if they look missing."""
    return bool(declared) and isinstance(value, str) and value.strip() in declared


def declared_texts(levels: Any) -> frozenset[str]:
    """The texts of declared levels; empty for what is neither a list nor a mapping."""
    if isinstance(levels, str) or not isinstance(levels, Sequence | Mapping | np.ndarray):
        return frozenset()
    return frozenset(level_text(value) for value in levels)


def _float(value: Any) -> float:
    try:
        return float("nan") if value is None else float(value)
    except OverflowError:
        return float("inf")


def _is_exact(present: Sequence[Any], numbers: np.ndarray) -> bool:
    """Whether no whole number is rounded, and no two numbers become one, in double precision."""
    for value, number in zip(present, numbers.tolist(), strict=True):
        whole = isinstance(value, int | np.integer) or (
            isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value()
        )
        if whole and math.isfinite(number) and int(value) != int(number):
            return False
    decimals = {value for value in present if isinstance(value, Decimal) and not value.is_nan()}
    return len({float(value) for value in decimals}) == len(decimals)


def _python_value(value: Any) -> Any:
    """A date, time or duration of NumPy, or a period of pandas, as one of Python."""
    if isinstance(value, np.datetime64 | np.timedelta64):
        return value.astype(f"{value.dtype.kind}8[us]").astype(object)
    if type(value).__name__ == "Period" and hasattr(value, "start_time"):
        return value.start_time
    return value


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, blank text, or the NA or NaT of pandas."""
    # The NA of pandas has no truth value, so it is known by its type.
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Decimal):
        return value.is_nan()
    return isinstance(value, Real) and value != value


def row_names_note(values: Sequence[Any], source: str) -> str:
    """The note that a first column without a name is left out as row names.

    Args:
      values: the values of that column.
      source: what to call the source in an error message.

    Raises:
      InputError: a value occurs twice, so the column does not name the rows.
    """
    if len(set(values)) < len(values):
        raise InputError(
            f"column 1 of {source} has no name and repeats values, so it does not name the rows; "
            "give it a name, or select predictors."
        )
    return "the first column has no name and no repeated value; left out as row names"
