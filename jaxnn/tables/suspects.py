"""Which columns cannot be predictors, by their values and names?

A column is left out, with a note, unless the caller names it in `predictors` or declares its kind
or levels:

    no values, or one value in every row
    row numbers      whole numbers, all different, that only rise or only fall, or that are a run
                     such as 1..n in any order
    identifiers      all different, and text, or numbers that look like codes: a name such as "id"
                     or "invoice no", zeros in front, or at least 9 digits in every one;
                     with a name that ends in "id" or "patient" also those that repeat
    nearly as many   text with a level for every second row or more: names, free text, patients
    nameless         a column without a name, or that pandas calls "Unnamed: 0"

The rules that count values need more than `FEW_ROWS` rows with a value; in a smaller table only a
name such as "id" tells an identifier. Other whole numbers that are all different, such as salaries,
stay, and so do dates.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from jaxnn.errors import InputError
from jaxnn.tables.dates import holds_dates
from jaxnn.tables.durations import durations_of
from jaxnn.tables.levels import NUMBER, listed, spelling_key
from jaxnn.tables.raw_columns import NAMELESS, RawColumn, RowPlaces, level_text, texts_of
from jaxnn.tables.table import quoted

# With so few rows, values that are all different are no sign of anything.
FEW_ROWS = 10
# From this share of levels among the rows on, a level has two rows on average, or fewer.
MANY_LEVELS = 0.5
# Measurements are rarely whole numbers of nine digits or more, all of the same length.
CODE_DIGITS = 9
# Mixed numbers and texts are codes, not numbers with a typing error, from this share of texts on.
CODE_TEXTS = 0.1
# Text of this many characters on average, or more, is prose.
LONG_TEXT = 30
# More columns than these share one note.
MOST_NOTES = 5
NOTHING = "no values"
CONSTANT = "the same value in every row"
ROW_NUMBERS = "row numbers"
IDENTIFIERS = "identifiers, all different"
REPEATED = "identifiers, of which some repeat"
NEARLY = "text with nearly as many levels as rows"

# Words that end the names of identifiers, as in "patientID" or "Row No.", and whole names.
_IDS = "id|ids|uuid|guid|customer|patient|subject|participant|employee|student|client|user|member"
_CODES = f"{_IDS}|no|nr|number|code|key|account|invoice|ticket"
_NAMES = r"index|idx|row|rownames?|rownum|record|serial|obs|observation|level_\d+"
_CODE_NAME = re.compile(rf"{_NAMES}|(?:.*[\W_])?(?:{_CODES})[\W_]*\d*")
# Of these, a number that repeats is no measurement either.
_ID_NAME = re.compile(rf"(?:.*[\W_])?(?:{_IDS})[\W_]*\d*")


def without_suspects(
    columns: Sequence[RawColumn],
    declared: Collection[str],
    where: RowPlaces,
    source: str,
    keep: bool = False,
    constants_only: bool = False,
) -> tuple[list[RawColumn], list[str]]:
    """The columns that can be predictors, and notes on those that are left out.

    Args:
      columns: the columns that nobody has asked for by name.
      declared: the names of those that stay whatever they hold.
      where: where each row is in the source, for messages.
      source: what to call the source in messages.
      keep: whether the others stay too, with a note.
      constants_only: whether to look for columns without two different values only.

    Raises:
      InputError: no column is left.
    """
    reasons = {
        column.name: constant_reason(column)
        or ("" if constants_only else reason_to_leave_out(column, where))
        for column in columns
        if column.name not in declared
    }
    reasons = {name: reason for name, reason in reasons.items() if reason}
    if not reasons:
        return list(columns), []
    told = [f"{quoted(name)} ({reason})" for name, reason in reasons.items()]
    if keep:
        note = f"perhaps no predictors: {listed(told, limit=120)}"
        return list(columns), [f"{note}; exclude=[{next(iter(reasons))!r}] leaves one out"]
    kept = [column for column in columns if column.name not in reasons]
    if not kept:
        kept = [column for column in columns if reasons[column.name] == ROW_NUMBERS]
        names = listed([quoted(column.name) for column in kept])
        if kept and not constants_only:
            return kept, [f"{names}: perhaps row numbers, kept as there is no other predictor"]
        name = next(iter(reasons))
        raise InputError(
            f"no column of {source} is left as a predictor, without {listed(told, limit=120)}; "
            f"declare the kind of a column to keep it, such as kinds={{{name!r}: 'numeric'}}."
        )
    if len(reasons) > MOST_NOTES:
        return kept, [f"left out {len(told)} columns: {listed(told, limit=120)}"]
    notes = []
    for column in columns:
        reason = reasons.get(column.name, "")
        if reason == NOTHING or reason.startswith(CONSTANT):
            notes.append(f"left out {quoted(column.name)}: {reason}")
        elif reason:
            kind = "numeric" if _all_numbers(column) else "categorical"
            hint = f"kinds={{{column.name!r}: {kind!r}}} keeps it"
            if reason.startswith((REPEATED, NEARLY)):
                hint = f"groups={column.name!r} keeps equal ones together, {hint}"
            notes.append(f"left out {quoted(column.name)}: {reason}; {hint}")
    return kept, notes


def _all_numbers(column: RawColumn) -> bool:
    return all(NUMBER.fullmatch(text) for text in texts_of(column) if text is not None)


def reason_to_leave_out(raw: RawColumn, where: RowPlaces) -> str:
    """Why a column is no predictor unless it is asked for; empty if it may be one.

    Args:
      raw: the column.
      where: where each row is in the source, for messages.

    Example:
      >>> where = RowPlaces("row", range(20))
      >>> reason_to_leave_out(RawColumn("case", [str(number) for number in range(20)]), where)
      'row numbers'
      >>> pay = RawColumn("pay", [str(100 * number**2 % 383) for number in range(20)])
      >>> reason_to_leave_out(pay, where)
      ''
    """
    constant = constant_reason(raw)
    if constant or raw.problem or raw.doubt:
        return constant
    if NAMELESS.fullmatch(raw.name):
        return "a column without a name"
    if isinstance(raw.values, np.ndarray) and np.any(np.floor(raw.values) < np.ceil(raw.values)):
        return ""
    texts = [text for text in texts_of(raw) if text is not None]
    distinct = set(texts)
    numbers = sum(NUMBER.fullmatch(text) is not None for text in distinct)
    if numbers == len(distinct):
        return _number_reason(raw, texts, len(distinct))
    if raw.ordered:
        return ""
    if numbers and len(distinct) - numbers <= CODE_TEXTS * len(texts):
        return ""  # numbers with a typing error, which is refused
    return _text_reason(raw, texts, where)


def constant_reason(raw: RawColumn) -> str:
    """Why a column without two different values is no predictor; empty for any other."""
    if raw.problem or raw.doubt:
        return ""  # it is refused
    present = raw.values
    if isinstance(present, np.ndarray):
        present = present[~np.isnan(present)]
        found: list[Any] = [] if not present.size else [present.min(), present.max()]
    else:
        present = [text for text in present if text is not None]
        found = list(dict.fromkeys(present))
    if not found:
        return NOTHING
    first = level_text(found[0])
    keys = (spelling_key(level_text(value)) for value in found)
    if len(present) < 2 or any(key != spelling_key(first) for key in keys):
        return ""
    return f"{CONSTANT}, {quoted(first)}"


def _number_reason(raw: RawColumn, texts: Sequence[str], distinct: int) -> str:
    # A unit, or a sign that was taken off, is that of a measurement.
    if raw.unit or raw.note or not all(text.lstrip("+-").isdecimal() for text in texts):
        return ""
    if distinct < len(texts):
        repeated = distinct > FEW_ROWS and _ID_NAME.fullmatch(_split(raw.name))
        return REPEATED if repeated else ""
    named = _CODE_NAME.fullmatch(_split(raw.name)) is not None
    values = list(map(int, texts))
    run = max(values) - min(values) + 1 == len(values)
    if len(texts) <= FEW_ROWS:
        return (ROW_NUMBERS if run else IDENTIFIERS) if named else ""
    if run or len({second > first for first, second in pairwise(values)}) == 1:
        return ROW_NUMBERS
    digits = {len(text.lstrip("+-")) for text in texts}
    zeros = any(text[0] == "0" and len(text) > 1 for text in texts)
    if named or zeros or (len(digits) == 1 and min(digits) >= CODE_DIGITS):
        return IDENTIFIERS
    return ""


def _split(name: str) -> str:
    """A name in lower case with its words apart: "patientID" is "patient id"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _text_reason(raw: RawColumn, texts: Sequence[str], where: RowPlaces) -> str:
    levels = len({spelling_key(text) for text in texts})
    named = _CODE_NAME.fullmatch(_split(raw.name)) is not None
    if len(texts) <= FEW_ROWS:
        all_named = named and levels == len(texts) and not _dates(raw, where)
        return IDENTIFIERS if all_named else ""
    if levels < len(texts) and levels > FEW_ROWS and _ID_NAME.fullmatch(_split(raw.name)):
        return REPEATED
    if levels < MANY_LEVELS * len(texts) or _dates(raw, where):
        return ""
    if sum(map(len, texts)) > LONG_TEXT * len(texts):
        return f"free text, {levels} different texts in {len(texts)} rows"
    if levels == len(texts):
        return IDENTIFIERS
    return f"{NEARLY}, {levels} in {len(texts)}"


def _dates(raw: RawColumn, where: RowPlaces) -> bool:
    """Whether the texts are dates or durations, which become numbers."""
    if raw.levels is not None:
        return False
    if durations_of(raw) is not None:
        return True
    try:
        return holds_dates(raw, where)
    except InputError:
        return True  # dates with a typing error, which is refused
