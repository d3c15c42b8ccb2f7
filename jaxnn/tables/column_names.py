"""What are the columns of a file called, and where in each row are their values?

A row may be longer than the header for two reasons: a delimiter at the end of every line, or a
first column of row names, which R writes without a name. Values never move to another name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from jaxnn.errors import InputError
from jaxnn.tables.levels import NUMBER, listed
from jaxnn.tables.raw_columns import RowPlaces, row_names_note
from jaxnn.tables.table import check_names, quoted


class NamedColumn(NamedTuple):
    """A column of a file.

    Attributes:
      name: its name, or "column 3" if the file gives none.
      values: its fields.
      doubt: why it cannot be used as it is, or empty.
    """

    name: str
    values: list[Any]
    doubt: str = ""


def named_columns(
    header: Sequence[str], records: Sequence[Sequence[Any]], where: RowPlaces, source: str
) -> tuple[list[NamedColumn], list[str]]:
    """The columns of a file, and notes on what is left out.

    Args:
      header: the names, empty where there is none.
      records: the fields of each row; "" or None is an empty field.
      where: where each row is in the file.
      source: what to call the file in messages.

    Raises:
      InputError: a row that is longer or shorter than the header without one of the two reasons
        above, or a name that occurs twice.

    Example:
      >>> where = RowPlaces("line", (2, 3))
      >>> columns, notes = named_columns(["a"], [["1", ""], ["2", ""]], where, "data.csv")
      >>> columns
      [NamedColumn(name='a', values=['1', '2'], doubt='')]
      >>> notes
      ['lines end with a delimiter, after which there is no column']
    """
    header, records, notes = _aligned(list(header), records, where, source)
    for row, record in enumerate(records):
        if len(record) != len(header):
            count = "1 field" if len(record) == 1 else f"{len(record)} fields"
            hint = "; quote a value that holds the delimiter" * (len(record) > len(header))
            raise InputError(
                f"{where(row)} of {source} has {count}; the first {where.unit} names "
                f"{len(header)} columns{hint}."
            )
    check_names([name for name in header if name], "the header")
    columns = []
    nothing: list[str] = []
    for place, name in enumerate(header):
        values = [record[place] for record in records]
        if name:
            columns.append(NamedColumn(name, values))
        elif all(_empty(value) for value in values):
            nothing.append(str(place + 1))
        elif place == 0 and len(set(values)) == len(values):
            notes.append(row_names_note(values, source))
        else:
            repeats = " and repeats values, so it does not name the rows" if place == 0 else ""
            doubt = (
                f"column {place + 1} of {source} has no name{repeats}; give it a name, or select "
                "predictors."
            )
            columns.append(NamedColumn(f"column {place + 1}", values, doubt))
    if len(nothing) == 1:
        notes.append(f"column {nothing[0]} has neither a name nor values; left out")
    elif nothing:
        notes.append(f"columns {listed(nothing)} have neither a name nor values; left out")
    return columns, notes


def _aligned(
    header: list[str], records: Sequence[Sequence[Any]], where: RowPlaces, source: str
) -> tuple[list[str], Sequence[Sequence[Any]], list[str]]:
    """Header and records without what follows the last delimiter, and with row names in both."""
    named = len(header)
    while named > 1 and not header[named - 1]:
        named -= 1
    notes = ["lines end with a delimiter, after which there is no column"]
    longest = max(map(len, [header, *records]))
    if longest > named and all(_nothing_from(record, named) for record in records):
        return header[:named], [record[:named] for record in records], notes

    def all_longer_by(count: int) -> bool:
        return bool(records) and all(len(record) == len(header) + count for record in records)

    def all_end_empty() -> bool:
        return all(_empty(record[-1]) for record in records)

    ended = False
    if all_longer_by(2) and all_end_empty():
        records, ended = [record[:-1] for record in records], True
    elif not header[-1] and all_longer_by(1) and all_end_empty():
        header, records, ended = header[:-1], [record[:-1] for record in records], True
    if all_longer_by(1):
        _check_row_names([record[0] for record in records], where, source)
        header = ["", *header]
    return header, records, notes if ended else []


def _nothing_from(record: Sequence[Any], place: int) -> bool:
    return len(record) >= place and all(_empty(field) for field in record[place:])


def _empty(field: Any) -> bool:
    return field is None or field == ""


def _check_row_names(values: Sequence[Any], where: RowPlaces, source: str) -> None:
    """Refuse a column without a name that does not look like the row names of R."""
    reason = "some are equal" if len(set(values)) < len(values) else ""
    for row, value in enumerate(values):
        if not value:
            reason = f"that at {where(row)} is empty"
        elif NUMBER.fullmatch(value) and not value.isdigit():
            reason = f"{quoted(value)} at {where(row)} is no name"
        if reason:
            break
    if reason:
        raise InputError(
            f"every {where.unit} of {source} has one field more than the first {where.unit} names, "
            f"and the first fields are no row names, since {reason}; name every column."
        )
