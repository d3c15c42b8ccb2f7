"""In what form do readers pass on columns? As numbers or texts, as they were found.

Numbers stay numbers, with NaN for a missing value; everything else becomes text, with None for a
missing value. Nothing in the data is trusted: names are any text, and values are never evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables.table import quoted

# Compared without regard to case, after stripping blanks.
MISSING_TOKENS = ("", "NA", "N/A", "NaN", "null", "?", ".", "#N/A", "<NA>")
TRUTH_LEVELS = ("False", "True")

# The name of a first column without one: empty, or what pandas calls it.
NAMELESS = re.compile(r"(Unnamed: \d+)?")

# A sequence of values in their order, or a mapping from values to their readable names.
Levels = Sequence[Any] | Mapping[Any, str]


class RawColumn(NamedTuple):
    """One column as it was found in a file, a DataFrame or an array.

    Attributes:
      name: the name of the column.
      values: (n,) float64 with NaN for missing, or a list of texts with None for missing.
      levels: the order of the levels if the source declares one, as a category dtype does.
      problem: why the values cannot be used, or empty; then `values` holds nothing.
      doubt: the sentence that refuses the column unless its kind or levels are declared, or empty.
      note: a sentence on what was changed in the values or recognised, or empty.
    """

    name: str
    values: np.ndarray | list[str | None]
    levels: tuple[str, ...] | None = None
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


def level_text(value: Any) -> str:
    """The text by which a value is known as a level: a whole number has no trailing ".0"."""
    if isinstance(value, str):
        text = value.strip()
        return text.split(".")[0] if re.fullmatch(r"[+-]?[0-9]+\.0+", text) else text
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, Real | Decimal):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value)


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


def selected_rows(raw: RawColumn, rows: np.ndarray) -> RawColumn:
    """The column at some rows, given as (n,) bool."""
    if rows.all():
        return raw
    if isinstance(raw.values, np.ndarray):
        return raw._replace(values=raw.values[rows])
    return raw._replace(
        values=[value for value, kept in zip(raw.values, rows, strict=True) if kept]
    )


def raw_column(name: str, values: Any, where: RowPlaces) -> RawColumn:
    """A column of Python or NumPy values, as numbers if all are numbers, otherwise as texts.

    Args:
      name: the name of the column.
      values: (n,) numbers, texts, truth values, or None and its like for missing.
      where: where each value is in the source, for error messages.

    A value that is none of these is the `problem` of the column.

    Example:
      >>> raw_column("smoker", [True, None, False], RowPlaces("row", range(3)))
      RawColumn(name='smoker', values=['True', None, 'False'], levels=('False', 'True'))
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
        return RawColumn(name, values.astype(np.float64))
    present = [None if is_missing(value) else value for value in values]
    kinds = {type(value) for value in present if value is not None}
    if kinds and all(issubclass(kind, bool | np.bool_) for kind in kinds):
        texts = [None if value is None else level_text(value) for value in present]
        return RawColumn(name, texts, TRUTH_LEVELS)
    if all(issubclass(kind, Real | Decimal) and kind not in (bool, np.bool_) for kind in kinds):
        return RawColumn(name, np.array([_float(value) for value in present]))
    for row, value in enumerate(present):
        if value is not None and not isinstance(value, str | bool | np.bool_ | Real | Decimal):
            problem = (
                f"holds a {type(value).__name__} at {where(row)}; turn it into numbers or text"
            )
            return RawColumn(name, [], problem=problem)
    return RawColumn(name, [value if value is None else level_text(value) for value in present])


def _float(value: Any) -> float:
    try:
        return float("nan") if value is None else float(value)
    except OverflowError:
        return float("inf")


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, blank text, or the NA or NaT of pandas."""
    # The NA of pandas has no truth value, so it is known by its type.
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
