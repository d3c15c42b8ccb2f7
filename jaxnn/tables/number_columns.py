"""Are all values of a column numbers, and which decimal and thousands marks do they all fit?

A column is one of numbers if all its values are numbers in one unit. One of which most values are,
or whose values fit no marks in common, is in doubt and refused unless its kind is declared. In a
column that is declared numeric, other texts stay as they are, for the sentence or the treatment
that they get one by one.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from jaxnn.tables.levels import NUMBER
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


class NumberColumn(NamedTuple):
    """A column of numbers.

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


def as_numbers(
    column: RawColumn, where: RowPlaces, given: Given, declared: bool = False
) -> RawColumn | NumberColumn:
    """The numbers of a column; the column itself, perhaps with a doubt, if there are others.

    Args:
      column: the column; only texts are looked at.
      where: where each row is in the file.
      given: the marks that the caller gives.
      declared: whether the column is declared numeric.

    Example:
      >>> column = RawColumn("price", ["3,50", None, "1.200"])
      >>> as_numbers(column, RowPlaces("line", (2, 3, 4)), Given()).fits
      [Marks(decimal=',', thousands='.')]
    """
    if not isinstance(column.values, list) or column.levels is not None or column.doubt:
        return column
    counts = Counter(text for text in column.values if text is not None)
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
    if not odd and len(numbers) < len(counts):
        return column  # numbers mixed with texts are refused where kinds are decided
    if not declared:
        if 2 * sum(counts[text] for text in numbers) < counts.total():
            return column
        if all(number.bracketed for number in numbers.values()):
            return column
    fits = _fits(numbers, given)
    doubt = _doubt(column, numbers, given, where)
    if declared and fits and not _in_two_units(numbers):
        doubt = ""
    if doubt:
        return column._replace(doubt=f"column {quoted(column.name)} {doubt}.")
    return NumberColumn(column, numbers, fits)


def _doubt(
    column: RawColumn, numbers: dict[str, WrittenNumber], given: Given, where: RowPlaces
) -> str:
    """Why the texts are not clearly numbers, or empty."""
    values = list(column.values)

    def at(text: str) -> str:
        return f"{quoted(text)} at {where(values.index(text))}"

    first = next(iter(numbers))
    other = next((text for text in values if text is not None and text not in numbers), None)
    if other is not None:
        odd = next(text for text in numbers if not NUMBER.fullmatch(text))
        return (
            f"has the text {at(other)} where other values are numbers such as {quoted(odd)}; "
            f"correct it, count it as missing, or {AS_TEXT}"
        )
    if _in_two_units(numbers):
        other = next(text for text in numbers if numbers[text].unit != numbers[first].unit)
        return f"has {at(first)} but {at(other)}; write all values in one unit, or {AS_TEXT}"
    mark = _mark_of_codes(numbers)
    if mark and mark != given.thousands:
        return (
            f"has {at(first)}, which may be a number with thousands or a code; pass "
            f"thousands={mark!r}, or {AS_TEXT}"
        )
    if _fits(numbers, given):
        return ""
    for text, number in numbers.items():
        if not any(given.allow(marks) for marks in number.marks):
            option = _option_for(min(number.marks), given)
            return (
                f"has {at(text)}, which is no number with {_options(given)}; {option}, or {AS_TEXT}"
            )
    first, other = _conflict(numbers)
    return (
        f"writes numbers in two ways, {at(first)} and {at(other)}; write them alike, or {AS_TEXT}"
    )


def _in_two_units(numbers: dict[str, WrittenNumber]) -> bool:
    return len({number.unit for number in numbers.values()}) > 1


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


def _option_for(wanted: Marks, given: Given) -> str:
    """The change of what is given with which a number has the wanted marks."""
    if given.decimal not in (None, wanted.decimal):
        return f"pass decimal={wanted.decimal!r}"
    return f"pass thousands={wanted.thousands!r}" if wanted.thousands else "leave thousands out"


def _options(given: Given) -> str:
    parts = [f"{name}={mark!r}" for name, mark in given._asdict().items() if mark is not None]
    return " and ".join(parts)
