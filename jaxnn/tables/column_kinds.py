"""Is a column numeric, binary or categorical, and which code does each value get?

A declaration by the caller (`kinds`, `levels`) or by a DataFrame (a category dtype) decides.
Otherwise the kind is inferred from the values that are not missing:

    all numbers               numeric; binary if both 0 and 1 occur and nothing else
    texts (or truth values)   binary if there are two, otherwise categorical
    numbers and texts mixed   refused: a typing error must not turn numbers into categories

Levels keep their declared order. Undeclared levels are sorted: by value if all are numbers,
otherwise alphabetically, ignoring case. So No/Yes, False/True and 0/1 have the positive level
second, where it counts as 1; if only one of two texts is in `POSITIVE`, it always comes second.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables.raw_columns import (
    Levels,
    RawColumn,
    RowPlaces,
    absent_rows,
    level_text,
    texts_of,
)
from jaxnn.tables.table import Column, Kind, quoted, shown

POSITIVE = frozenset({"1", "yes", "y", "true", "t", "on", "present", "positive", "pos", "+"})

# float() also accepts underscores and digits of other scripts; here those are text.
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INFINITY = re.compile(r"[+-]?inf(?:inity)?", re.IGNORECASE)
TRUTH = {"true": 1.0, "false": 0.0}

# Networks compute in single precision, which ends at 3.4e38.
LARGEST = 1e38


class TypedColumn(NamedTuple):
    """A column whose kind is decided, with its values as numbers.

    Attributes:
      column: its name, kind and levels.
      codes: (n,) float64 values or codes, NaN where missing.
    """

    column: Column
    codes: np.ndarray


def type_column(
    raw: RawColumn, kind: str | None, levels: Levels | None, where: RowPlaces
) -> TypedColumn:
    """Decide the kind of a column, and turn its values into numbers or codes.

    Args:
      raw: the column.
      kind: the declared kind, or None.
      levels: the declared levels, or None.
      where: where each value is in the source, for error messages.

    Returns:
      A `TypedColumn` with NaN for missing values.

    Raises:
      InputError: no values at all, values that do not fit the kind or the levels, numbers mixed
        with texts, infinity, or a number beyond single precision.
      InputTypeError: levels that are neither a list nor a mapping.

    Example:
      >>> raw = RawColumn("sick", ["no", None, "yes"])
      >>> column, codes = type_column(raw, None, None, RowPlaces("row", range(3)))
      >>> column.kind, column.levels, codes
      ('binary', ('no', 'yes'), array([ 0., nan,  1.]))
    """
    absent = absent_rows(raw)
    if absent.all():
        raise InputError(f"column {quoted(raw.name)} has no values at all; leave it out.")
    declared, renamed = _declared_levels(raw, levels)
    if kind == "numeric" or (kind is None and declared is None and _is_numeric(raw, absent, where)):
        if levels is not None:
            raise InputError(
                f"levels has an entry for column {quoted(raw.name)}, whose kind is 'numeric'; "
                "only a binary or categorical column has levels."
            )
        numbers = _numbers(raw, where)
        if kind == "numeric" or set(np.unique(numbers[~absent])) != {0.0, 1.0}:
            return TypedColumn(Column(raw.name, "numeric"), numbers)
    texts = texts_of(raw)
    if renamed is not None:
        texts = [text if text is None else renamed.get(text, text) for text in texts]
    found = dict.fromkeys(text for text in texts if text is not None)
    names = tuple(found) if declared is None else declared
    if declared is None:
        if kind == "binary" and names in (("0",), ("1",)):
            names = ("0", "1")
        names = sorted_levels(names)
    else:
        # A level with a name of its own is shown with the value it stands for: "1 = up".
        accepted = [
            name if value == name else f"{value} = {name}"
            for value, name in (renamed or dict(zip(names, names, strict=True))).items()
        ]
        for row, text in enumerate(texts):
            if text is not None and text not in declared:
                raise InputError(
                    f"column {quoted(raw.name)} has the value {quoted(text)} at {where(row)}; "
                    f"its levels are declared to be {listed(accepted)}."
                )
    if kind is None:
        kind = "binary" if len(names) == 2 else "categorical"
    if kind == "binary" and len(names) != 2:
        raise InputError(
            f"column {quoted(raw.name)} has {len(names)} distinct "
            f"value{'s' * (len(names) != 1)} ({listed(names)}); a binary column has two."
        )
    number_of = {name: float(code) for code, name in enumerate(names)}
    codes = np.array([math.nan if text is None else number_of[text] for text in texts])
    return TypedColumn(Column(raw.name, _kind(kind), names), codes)


def sorted_levels(names: Sequence[str]) -> tuple[str, ...]:
    """Undeclared levels in the order that the top of this module describes."""
    if all(NUMBER.fullmatch(name) for name in names):
        return tuple(sorted(names, key=lambda name: (float(name), name)))
    ordered = sorted(names, key=lambda name: (name.casefold(), name))
    if len(ordered) == 2 and is_positive(ordered[0]) and not is_positive(ordered[1]):
        ordered.reverse()
    return tuple(ordered)


def is_positive(level: str) -> bool:
    """Whether a level means yes by itself, such as "present"."""
    return level.casefold() in POSITIVE


def listed(names: Sequence[str], most: int = 8, limit: int = 40) -> str:
    """The first `most` names, separated by commas, each of at most `limit` characters."""
    text = ", ".join(shown(name, limit) for name in names[:most])
    return text if len(names) <= most else f"{text}, ... ({len(names)} in all)"


def _kind(kind: str) -> Kind:
    return kind  # type: ignore[return-value]  # one of KINDS, checked before


def _declared_levels(
    raw: RawColumn, levels: Levels | None
) -> tuple[tuple[str, ...] | None, dict[str, str] | None]:
    """The levels in order, and the name that the caller gives each value; None where undeclared."""
    if levels is None:
        return raw.levels, None
    if isinstance(levels, str) or not isinstance(levels, Sequence | Mapping | np.ndarray):
        raise InputTypeError(
            f"levels for column {quoted(raw.name)} is {levels!r}; pass a list of its values in "
            "order, or a mapping from values to names."
        )
    values = [level_text(value) for value in levels]
    names = [str(name) for name in levels.values()] if isinstance(levels, Mapping) else values
    if len(set(names)) < len(names) or len(set(values)) < len(values) or not names:
        raise InputError(
            f"levels for column {quoted(raw.name)} is {listed(names) or 'empty'}; "
            "pass each level once."
        )
    return tuple(names), dict(zip(values, names, strict=True))


def _is_numeric(raw: RawColumn, absent: np.ndarray, where: RowPlaces) -> bool:
    """Whether all values are numbers; numbers mixed with texts are refused."""
    if isinstance(raw.values, np.ndarray):
        return True
    rows = np.flatnonzero(~absent)
    finite = [bool(NUMBER.fullmatch(raw.values[row] or "")) for row in rows]
    numeric = [
        is_number or bool(INFINITY.fullmatch(raw.values[row] or ""))
        for row, is_number in zip(rows, finite, strict=True)
    ]
    if all(numeric):
        return any(finite)
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
        numbers = np.array([_number(raw, row, where) for row in range(len(raw.values))])
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
    text = raw.values[row]
    if text is None:
        return math.nan
    if NUMBER.fullmatch(text) or INFINITY.fullmatch(text):
        return float(text)
    if text.casefold() in TRUTH:
        return TRUTH[text.casefold()]
    raise InputError(
        f"column {quoted(raw.name)} has the text {quoted(text)} at {where(row)}; "
        "a numeric column takes numbers."
    )
