"""Which levels does a column have, in which order, and which level is each value?

Levels keep the order that the caller or the source declares. Undeclared levels are sorted: by value
if all are numbers, otherwise alphabetically, ignoring case. So No/Yes, False/True and 0/1 have the
positive level second, where it counts as 1; if only one of two texts is in `POSITIVE`, it always
comes second.

Spellings that differ only in upper and lower case or in blanks, such as "yes" and "Yes", are one
level, called by its most common spelling or as it is declared; two spellings stay two levels if
both are declared. A level that no row has is dropped unless the caller declares it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, InputTypeError, shown
from jaxnn.tables.raw_columns import (
    READABLE,
    Levels,
    RawColumn,
    RowPlaces,
    level_text,
    texts_of,
)
from jaxnn.tables.table import one_line, quoted

POSITIVE = frozenset({"1", "yes", "y", "true", "t", "on", "present", "positive", "pos", "+"})

# float() also accepts underscores and digits of other scripts; here those are text.
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class FoundLevels(NamedTuple):
    """The levels of a column, and the level of each row.

    Attributes:
      names: the levels in order.
      values: what the source calls each level, or () where the caller has renamed none.
      codes: (n,) float64 places in `names`, NaN where missing.
      notes: what was merged, and declared levels that no row has.
    """

    names: tuple[str, ...]
    values: tuple[str, ...]
    codes: np.ndarray
    notes: tuple[str, ...]


def spelling_key(text: str) -> str:
    """What spellings of one level have in common.

    Example:
      >>> spelling_key("Not  sure") == spelling_key("not sure")
      True
    """
    return " ".join(text.split()).casefold()


def find_levels(raw: RawColumn, declared: Levels | None, where: RowPlaces) -> FoundLevels:
    """The levels of a column, by the rules at the top of this module.

    Args:
      raw: the column.
      declared: the levels that the caller declares, or None.
      where: where each value is in the source, for error messages.

    Raises:
      InputError: a value that is no declared level, or levels declared twice.
      InputTypeError: levels that are neither a list nor a mapping.

    Example:
      >>> raw = RawColumn("sick", ["no", "Yes", None, "yes", "yes"])
      >>> names, _, codes, notes = find_levels(raw, None, RowPlaces("row", range(5)))
      >>> names, codes, notes
      (('no', 'yes'), array([ 0.,  1., nan,  1.,  1.]), ("'sick': 'Yes' is read as 'yes'",))
    """
    texts = texts_of(raw)
    counts = Counter(text for text in texts if text is not None)
    if declared is None:
        known, merged = _merged(counts)
        levels = tuple(dict.fromkeys(known.values()))
        if raw.levels is None:
            levels = sorted_levels(levels)
        else:
            kept = set(levels)
            levels = tuple(level for level in raw.levels if level in kept)
        names, values, notes = levels, (), _spelling_notes(raw.name, merged)
    else:
        levels, names = _declared(raw.name, declared)
        known, merged = _matched(raw, texts, counts, levels, names, where)
        values = levels if names != levels else ()
        notes = _spelling_notes(raw.name, merged)
        found = set(known.values())
        unused = [name for name, level in zip(names, levels, strict=True) if level not in found]
        if unused:
            several = "s" * (len(unused) > 1)
            notes.append(
                f"{quoted(raw.name)}: no row has the declared level{several} {listed(unused)}"
            )
    number_of = {level: float(code) for code, level in enumerate(levels)}
    codes = np.array([math.nan if text is None else number_of[known[text]] for text in texts])
    return FoundLevels(names, values, codes, tuple(notes))


def _merged(counts: Counter[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The level of each text, and the other spellings of each level that has several."""
    spellings: dict[str, list[str]] = {}
    for text in counts:
        spellings.setdefault(spelling_key(text), []).append(text)
    known, merged = {}, {}
    for texts in spellings.values():
        level = max(texts, key=lambda text: (counts[text], text))
        known |= dict.fromkeys(texts, level)
        if len(texts) > 1:
            merged[level] = sorted(set(texts) - {level})
    return known, merged


def _matched(
    raw: RawColumn,
    texts: Sequence[str | None],
    counts: Counter[str],
    levels: tuple[str, ...],
    names: tuple[str, ...],
    where: RowPlaces,
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The declared level of each text, and the spellings that are read as another level."""
    known = {level: level for level in levels}
    nearest: dict[str, list[str]] = {}
    for level in levels:
        nearest.setdefault(spelling_key(level), []).append(level)
    merged: dict[str, list[str]] = {}
    for text in counts:
        near = nearest.get(spelling_key(text), [])
        if text in known:
            continue
        if len(near) != 1:
            # A level with a name of its own is shown with the value it stands for: "1 = up".
            accepted = [
                name if level == name else f"{level} = {name}"
                for level, name in zip(levels, names, strict=True)
            ]
            raise InputError(
                f"column {quoted(raw.name)} has the value {quoted(text)} at "
                f"{where(texts.index(text))}; its levels are declared to be {listed(accepted)}."
            )
        known[text] = near[0]
        merged.setdefault(near[0], []).append(text)
    return {text: known[text] for text in counts}, merged


def _spelling_notes(name: str, merged: Mapping[str, list[str]]) -> list[str]:
    parts = [
        f"{' and '.join(quoted(text) for text in texts[:3])} "
        f"{'are' if len(texts) > 1 else 'is'} read as {quoted(level)}"
        for level, texts in merged.items()
    ]
    more = f", and {len(parts) - 5} levels more" if len(parts) > 5 else ""
    return [f"{quoted(name)}: {', '.join(parts[:5])}{more}"] if parts else []


def _declared(name: str, levels: Levels) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The values of the declared levels in order, and the name that the caller gives each."""
    check_levels(name, levels)
    values = tuple(level_text(value) for value in levels)
    names = tuple(map(str, levels.values())) if isinstance(levels, Mapping) else values
    if len(set(names)) < len(names) or len(set(values)) < len(values) or not names:
        raise InputError(
            f"levels for column {quoted(name)} is {listed(names) or 'empty'}; pass each level once."
        )
    return values, names


def check_levels(name: Any, levels: Any) -> None:
    """Refuse what cannot be the levels of a column.

    Raises:
      InputTypeError: anything but a list of values, or a mapping from values to names.
    """
    listed = isinstance(levels, Sequence | Mapping) and not isinstance(levels, str | bytes)
    if isinstance(levels, np.ndarray):
        listed = levels.ndim == 1 and levels.nbytes < 2**30
    if not listed or not all(isinstance(value, READABLE) for value in levels):
        raise InputTypeError(
            f"levels for column {quoted(str(name))} is {shown(levels)}; pass a list of its "
            "values in order, or a mapping from values to names."
        )


def sorted_levels(names: Sequence[str]) -> tuple[str, ...]:
    """Undeclared levels in the order that the top of this module describes."""
    if all(NUMBER.fullmatch(name) for name in names):
        return tuple(sorted(names, key=lambda name: (Decimal(name), name)))
    ordered = sorted(names, key=lambda name: (name.casefold(), name))
    if len(ordered) == 2 and is_positive(ordered[0]) and not is_positive(ordered[1]):
        ordered.reverse()
    return tuple(ordered)


def is_positive(level: str) -> bool:
    """Whether a level means yes by itself, such as "present"."""
    return level.casefold() in POSITIVE


def listed(names: Sequence[str], most: int = 8, limit: int = 40) -> str:
    """The first `most` names, separated by commas, each of at most `limit` characters."""
    text = ", ".join(one_line(name, limit) for name in names[:most])
    return text if len(names) <= most else f"{text}, ... ({len(names)} in all)"
