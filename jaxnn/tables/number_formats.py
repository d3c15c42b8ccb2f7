"""How are the numbers of a file written, and which plain numbers are they?

Each column is read by the pair of decimal and thousands marks that all its values fit. A column
such as 1,234 and 5,678 fits two pairs; then another column of the file decides, or the delimiter
";" (which is used where the comma is the decimal mark), or the caller has to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jaxnn.errors import InputError, shown
from jaxnn.tables.levels import NUMBER, listed
from jaxnn.tables.number_columns import PLAIN, Given, NumberColumn, as_numbers
from jaxnn.tables.raw_columns import RawColumn, RowPlaces
from jaxnn.tables.table import quoted
from jaxnn.tables.written_numbers import Marks

DECIMAL_MARKS = (".", ",")
THOUSANDS_MARKS = (",", ".", "'", " ")
RECOGNISED = Given()


def check_marks(decimal: Any, thousands: Any) -> None:
    """Refuse marks that numbers are not written with.

    Raises:
      InputError: such a mark, or the same for both.
    """
    for name, mark, accepted in (
        ("decimal", decimal, DECIMAL_MARKS),
        ("thousands", thousands, THOUSANDS_MARKS),
    ):
        if mark is not None and not (isinstance(mark, str) and mark in accepted):
            *first, last = map(repr, accepted)
            wanted = f"{', '.join(first)} or {last}"
            raise InputError(f"{name} is {shown(mark)}; pass {wanted}.")
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
        as_numbers(column, where, given, declared=column.name in kinds)
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
        return sum(text in numbers and bool(getattr(numbers[text], kind)) for text in column.values)

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
    values = [text if text is None else texts.get(text, text) for text in column.values]
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
