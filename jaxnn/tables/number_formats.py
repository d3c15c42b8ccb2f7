"""How are the numbers of a file written, and which plain numbers are they?

Each column is read by the pair of decimal and thousands marks that all its values fit. A column
such as 1,234 and 5,678 fits two pairs; then another column of the file decides, or the delimiter
";" (which is used where the comma is the decimal mark), or the caller has to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from jaxnn.errors import InputError
from jaxnn.tables.levels import NUMBER, listed
from jaxnn.tables.raw_columns import RawColumn, RowPlaces
from jaxnn.tables.table import quoted
from jaxnn.tables.written_numbers import (
    ALL_MARKS,
    Marks,
    WrittenNumber,
    taken_apart,
    taken_apart_with_unit,
)

PLAIN = Marks(".", "")
# A plain number that is perhaps a whole number with thousands marks.
GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
DECIMAL_MARKS = (".", ",")
THOUSANDS_MARKS = (",", ".", "'", " ")
AS_TEXT = "declare the column 'categorical' in kinds"


class Given(NamedTuple):
    """The marks that the caller gives; None is to be recognised."""

    decimal: str | None = None
    thousands: str | None = None

    def allow(self, marks: Marks) -> bool:
        """Whether numbers may be written with these marks."""
        return (
            self.decimal in (None, marks.decimal)
            and (self.thousands is None or marks.thousands in ("", self.thousands))
            and marks.decimal != self.thousands
        )


RECOGNISED = Given()


class NumberColumn(NamedTuple):
    """A column of which every value is a number.

    Attributes:
      column: the column.
      numbers: each distinct text, taken apart.
      fits: the marks that all values fit: one pair, or one for either decimal mark.
    """

    column: RawColumn
    numbers: dict[str, WrittenNumber]
    fits: list[Marks]

    @property
    def unclear(self) -> str:
        """The comma or point that could be either mark; empty if there is none."""
        if len(self.fits) < 2 or self.fits[0].thousands == self.fits[1].thousands:
            return ""
        return next(marks.decimal for marks in self.fits if not marks.thousands)

    def with_decimal(self, decimal: str) -> Marks:
        """The marks that the values fit with this decimal mark."""
        return next(marks for marks in self.fits if marks.decimal == decimal)

    def uses(self, mark: str) -> bool:
        """Whether a value holds the mark."""
        return bool(mark) and any(mark in number.core for number in self.numbers.values())


def check_marks(decimal: Any, thousands: Any) -> None:
    """Refuse marks that numbers are not written with.

    Raises:
      InputError: such a mark, or the same for both.
    """
    if decimal is not None and decimal not in DECIMAL_MARKS:
        raise InputError(f"decimal is {decimal!r}; pass '.' or ','.")
    if thousands is not None and thousands not in THOUSANDS_MARKS:
        raise InputError(f"thousands is {thousands!r}; pass ',', '.', \"'\" or ' '.")
    if decimal is not None and decimal == thousands:
        raise InputError(f"decimal and thousands are both {decimal!r}; pass different marks.")


def plain_numbers(
    columns: Sequence[RawColumn],
    where: RowPlaces,
    kinds: Mapping[str, str] = {},  # never changed
    delimiter: str | None = None,
    given: Given = RECOGNISED,
) -> tuple[list[RawColumn], list[str]]:
    """Columns whose numbers are written as programming languages do, and notes on their marks.

    Args:
      columns: the columns of a file; only texts are changed.
      where: where each row is in the file.
      kinds: the declared kinds of some columns; only a column of undeclared kind or declared to be
        numeric is changed.
      delimiter: the mark between columns, if there is one.
      given: the marks that the caller gives.

    Returns:
      The columns, with `note` on what was taken off or `doubt` on why the numbers are not clear,
      and notes on the marks that were recognised.

    Raises:
      InputError: marks that cannot be given, or a doubt about a column that is declared numeric.

    Example:
      >>> raw = RawColumn("price", ["€1.234,50", None, "€7,25"])
      >>> (column,), notes = plain_numbers([raw], RowPlaces("line", (2, 3, 4)))
      >>> column.values, column.note
      (['1234.50', None, '7.25'], "'price': took off '€' in 2 values")
      >>> notes
      ["the decimal mark is ',' and the thousands mark '.' in 'price'"]
    """
    results = [
        _as_numbers(column, where, given)
        if kinds.get(column.name, "numeric") == "numeric"
        else column
        for column in columns
    ]
    numeric = [result for result in results if isinstance(result, NumberColumn)]
    seen = {result.fits[0].decimal for result in numeric if len(result.fits) == 1}
    because = f"since other columns have the decimal mark {min(seen, default='')!r}"
    if not seen and delimiter == ";" and any(result.unclear == "," for result in numeric):
        seen, because = {","}, "since the delimiter is ';'"
    elif not seen:
        because = "since shorter numbers have no mark"
    notes: dict[tuple[str, str], list[str]] = {}
    rewritten: list[RawColumn] = []
    for result in results:
        if not isinstance(result, NumberColumn):
            rewritten.append(result)
            continue
        marks = _chosen(result, seen, delimiter)
        if marks is None:
            rewritten.append(result.column._replace(doubt=_unclear_sentence(result, where)))
            continue
        rewritten.append(_rewritten(result, marks, because if result.unclear else ""))
        told = _told(result, marks, seen, given)
        if any(told):
            notes.setdefault(told, []).append(quoted(result.column.name))
    for column in rewritten:
        if column.doubt and kinds.get(column.name) == "numeric":
            raise InputError(column.doubt)
    return rewritten, [_marks_sentence(told, names) for told, names in notes.items()]


def _as_numbers(column: RawColumn, where: RowPlaces, given: Given) -> RawColumn | NumberColumn:
    """The numbers of a column; the column itself, perhaps with a doubt, if there are others."""
    if not isinstance(column.values, list) or column.levels is not None or column.doubt:
        return column
    values = column.values
    counts = Counter(text for text in values if text is not None)
    if all(map(NUMBER.fullmatch, counts)):
        pointed = [text for text in counts if "." in text]
        decided = next((text for text in pointed if not GROUPED.fullmatch(text)), None)
        if not pointed:
            return column
        if decided is not None and given.allow(PLAIN):
            return NumberColumn(column, {decided: _number(decided)}, [PLAIN])
    parts = {text: taken_apart(text) for text in counts}
    numbers = {text: number for text, number in parts.items() if number is not None}
    if not numbers:
        numbers = taken_apart_with_unit(list(counts))
    odd = [text for text in numbers if not NUMBER.fullmatch(text)]

    def at(text: str) -> str:
        return f"{quoted(text)} at {where(values.index(text))}"

    def doubtful(reason: str) -> RawColumn:
        return column._replace(doubt=f"column {quoted(column.name)} {reason}.")

    if not numbers or (not odd and len(numbers) < len(counts)):
        return column  # numbers mixed with texts are refused where kinds are decided
    if len(numbers) < len(counts):
        if 2 * sum(counts[text] for text in numbers) < counts.total():
            return column
        other = next(text for text in counts if text not in numbers)
        return doubtful(
            f"has the text {at(other)} where other values are numbers such as {quoted(odd[0])}; "
            f"correct it, count it as missing, or {AS_TEXT}"
        )
    if all(number.bracketed for number in numbers.values()):
        return column
    first = next(iter(numbers))
    for text, number in numbers.items():
        if number.unit != numbers[first].unit:
            return doubtful(
                f"has {at(first)} but {at(text)}; write all values in one unit, or {AS_TEXT}"
            )
    mark = _mark_of_codes(numbers)
    if mark and mark != given.thousands:
        return doubtful(
            f"has {at(first)}, which may be a number with thousands or a code; pass "
            f"thousands={mark!r}, or {AS_TEXT}"
        )
    fits = _fits(numbers, given)
    if fits:
        return NumberColumn(column, numbers, fits)
    for text, number in numbers.items():
        if not any(given.allow(marks) for marks in number.marks):
            wanted = min(number.marks)
            option = f"pass decimal={wanted.decimal!r}"
            if given.decimal in (None, wanted.decimal):
                option = f"pass thousands={wanted.thousands!r}"
                if not wanted.thousands:
                    option = "leave thousands out"
            return doubtful(
                f"has {at(text)}, which is no number with {_options(given)}; {option}, or {AS_TEXT}"
            )
    first, other = _conflict(numbers)
    return doubtful(
        f"writes numbers in two ways, {at(first)} and {at(other)}; write them alike, or {AS_TEXT}"
    )


def _number(text: str) -> WrittenNumber:
    number = taken_apart(text)
    assert number is not None, "a plain number"
    return number


def _fits(numbers: dict[str, WrittenNumber], given: Given) -> list[Marks]:
    """The simplest marks that all numbers fit, at most one pair for either decimal mark."""
    common = frozenset.intersection(*(number.marks for number in numbers.values()))
    fits: dict[str, Marks] = {}
    for marks in ALL_MARKS:  # without thousands first
        if marks in common and given.allow(marks):
            fits.setdefault(marks.decimal, marks)
    return list(fits.values())


def _mark_of_codes(numbers: dict[str, WrittenNumber]) -> str:
    """The mark in what may be telephone numbers or addresses: groups of many digits, all alike."""
    cores = [number.core for number in numbers.values()]
    if any(number.unit or number.negative for number in numbers.values()):
        return ""
    for mark in (" ", "."):
        lengths = {len(core.replace(mark, "")) for core in cores}
        grouped = all(core.count(mark) > 1 and core.replace(mark, "").isdigit() for core in cores)
        if grouped and len(lengths) == 1 and min(lengths) >= 9:
            return mark
    return ""


def _conflict(numbers: dict[str, WrittenNumber]) -> tuple[str, str]:
    """Two numbers without common marks; or the first that conflicts with those before it."""
    common = frozenset(ALL_MARKS)
    before: list[str] = []
    for text, number in numbers.items():
        if not common & number.marks:
            apart = [other for other in before if not numbers[other].marks & number.marks]
            return (apart or before)[0], text
        common &= number.marks
        before.append(text)
    raise AssertionError("the numbers have common marks")


def _chosen(result: NumberColumn, seen: set[str], delimiter: str | None) -> Marks | None:
    """The marks of a column, given the decimal marks seen in others; None if they are unclear."""
    mark = result.unclear
    if not mark:
        return result.fits[0]
    if seen:
        return result.with_decimal(min(seen)) if len(seen) == 1 else None
    if mark == "." and delimiter != ";":
        return result.with_decimal(".")
    unmarked = [number.core for number in result.numbers.values() if mark not in number.core]
    if mark == "," and unmarked and max(map(len, unmarked)) <= 3:
        return result.with_decimal(".")  # 950 and 1,234: only long numbers have the mark
    return None


def _unclear_sentence(result: NumberColumn, where: RowPlaces) -> str:
    mark = result.unclear
    text = next(text for text, number in result.numbers.items() if mark in number.core)
    row = list(result.column.values).index(text)
    number = result.numbers[text]
    small, large = sorted((number.plain(marks) for marks in result.fits), key=len, reverse=True)
    return (
        f"column {quoted(result.column.name)} has numbers such as {quoted(text)} at {where(row)}, "
        f"which may be {small} or {large}; pass decimal={mark!r} or thousands={mark!r}."
    )


def _rewritten(result: NumberColumn, marks: Marks, because: str) -> RawColumn:
    """The column with plain numbers, and a note on what was taken off."""
    column, numbers = result.column, result.numbers
    texts = {text: number.plain(marks) for text, number in numbers.items()}
    if all(NUMBER.fullmatch(text) for text in numbers) and marks == PLAIN:
        return column

    def count(kind: str) -> int:
        if not any(getattr(number, kind) for number in numbers.values()):
            return 0
        return sum(
            text is not None and bool(getattr(numbers[text], kind)) for text in column.values
        )

    done = []
    if because and marks != PLAIN:
        text = next(text for text, number in numbers.items() if result.unclear in number.core)
        other = "decimal" if marks.thousands else "thousands"
        done.append(
            f"{quoted(text)} is read as {texts[text]}, {because} (pass {other}="
            f"{result.unclear!r} if that is wrong)"
        )
    if count("unit"):
        unit = next(iter(numbers.values())).unit
        done.append(f"took off {unit!r} in {_values(count('unit'))}")
    if count("bracketed"):
        done.append(f"read brackets as a minus in {_values(count('bracketed'))}")
    if count("odd_minus"):
        done.append(f"read a dash as a minus in {_values(count('odd_minus'))}")
    values = [None if text is None else texts[text] for text in column.values]
    note = f"{quoted(column.name)}: {', '.join(done)}" if done else column.note
    return column._replace(values=values, note=note)


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def _told(result: NumberColumn, marks: Marks, seen: set[str], given: Given) -> tuple[str, str]:
    """The decimal and the thousands mark that a note has to name, each perhaps empty."""
    decimal = marks.decimal if result.uses(marks.decimal) and given.decimal is None else ""
    if decimal == "." and "," not in seen:
        decimal = ""  # as anyone expects
    thousands = marks.thousands if result.uses(marks.thousands) else ""
    return decimal, "" if given.thousands is not None else thousands


def _marks_sentence(told: tuple[str, str], names: list[str]) -> str:
    decimal, thousands = told
    parts = [f"the decimal mark is {decimal!r}"] if decimal else []
    if thousands:
        parts.append(f"the thousands mark {'' if decimal else 'is '}{thousands!r}")
    return f"{' and '.join(parts)} in {listed(names)}"


def _options(given: Given) -> str:
    parts = [f"{name}={mark!r}" for name, mark in given._asdict().items() if mark is not None]
    return " and ".join(parts)
