"""Which delimiter separates the columns of a text, and what are its rows?

The delimiter is the one of , ; tab | that splits all rows into as many fields as the header and
leaves no other delimiter inside the fields; without any, columns may be separated by blanks. A
first line "sep=;", as Excel reads it, gives the delimiter.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any, NamedTuple

from jaxnn.errors import InputError, shown
from jaxnn.tables.file_types import refused

DELIMITERS = (",", ";", "\t", "|")
# Commas may be decimal marks and parts of texts, but the others in a field speak against it.
OTHER_THAN_COMMA = re.compile(r"[;\t|]")
SEPARATOR_LINE = re.compile(r'"?sep=([^"\r\n])"?[ ,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)


class Rows(NamedTuple):
    """The fields of a text.

    Attributes:
      delimiter: what separates them.
      header: the fields of the first row.
      records: those of the other rows that are not blank.
      lines: the line on which each record begins, counted from 1.
      notes: sentences on what was recognised.
    """

    delimiter: str
    header: list[str]
    records: list[list[str]]
    lines: list[int]
    notes: list[str]


def check_delimiter(delimiter: Any) -> str | None:
    """The delimiter that is given, or None; "tab" is accepted for a tab.

    Raises:
      InputError: it is not one character that can separate columns.
    """
    if delimiter is None:
        return None
    is_text = isinstance(delimiter, str)
    if is_text and delimiter in ("tab", r"\t"):
        return "\t"
    if not is_text or len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(
            f"delimiter is {shown(delimiter)}; pass one character, such as ',' or ';'."
        )
    return delimiter


def split_rows(text: str, delimiter: str | None, source: str) -> Rows:
    """The rows of a text.

    Args:
      text: the text.
      delimiter: what separates the columns; None recognises it.
      source: what to call the file in messages.

    Raises:
      InputError: the text is blank, is no valid CSV, or has one column.

    Example:
      >>> rows = split_rows("size;weight\\n3,5;4\\n", None, "data.csv")
      >>> rows.header, rows.records, rows.notes
      (['size', 'weight'], [['3,5', '4']], ["the delimiter is recognised as ';'"])
    """
    text = text.rstrip("\x1a")  # the end of a file in DOS
    notes = []
    skipped = 0
    stated = SEPARATOR_LINE.match(text)
    if stated is not None:
        text, skipped = text[stated.end() :], 1
        if delimiter is None:
            delimiter = str(stated[1])
            notes.append(f"the first line says that the delimiter is {_shown(delimiter)}")
    if not text.strip():
        raise refused(source, "an empty file; its first line must name the columns")
    rows = None
    if delimiter is None:
        delimiter, rows = _recognised(text)
        if delimiter != ",":
            notes.append(f"the delimiter is recognised as {_shown(delimiter)}")
    if rows is None:
        rows = _parsed(text, delimiter)
    fields, lines, error = rows
    if error:
        line = lines[-1] + skipped
        raise refused(source, f"which is not valid CSV from line {line} on: {error}")
    if len(fields[0]) == 1:
        raise refused(source, f"whose first line names one column only; {_hint(text, delimiter)}")
    lines = [line + skipped for line in lines]
    return Rows(delimiter, fields[0], fields[1:], lines[1:], notes)


def _parsed(text: str, delimiter: str) -> tuple[list[list[str]], list[int], str]:
    """The rows that are not blank, the line of each, and an error with its line added last."""
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    rows: list[list[str]] = []
    lines: list[int] = []
    begin = 1
    try:
        for fields in reader:
            if delimiter == " " and len(fields) > 1 and not fields[-1]:
                fields.pop()  # blanks at the end of a line
            fields = [field.strip() for field in fields]
            if any(fields):  # spreadsheets also write lines of delimiters only
                rows.append(fields)
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        return rows, [*lines, begin], str(error)
    return rows, lines, ""


def _recognised(text: str) -> tuple[str, tuple[list[list[str]], list[int], str] | None]:
    """The delimiter that fits the rows best, with the rows if they are known."""
    first = next(line for line in text.splitlines() if line.strip())
    candidates = [mark for mark in DELIMITERS if mark in first.strip(" \r\n")]
    if not candidates:
        blanks = _parsed(text, " ")
        fits = len(blanks[0]) > 1 and _score(blanks[0], bool(blanks[2]))[0] == 1
        return (" ", blanks) if fits else (",", None)
    if len(candidates) == 1:
        return candidates[0], None
    best, best_score, best_rows = ",", (-1.0, -1.0), None
    for mark in candidates:
        parsed = _parsed(text, mark)
        score = _score(parsed[0], bool(parsed[2]))
        if score > best_score:
            best, best_score, best_rows = mark, score, parsed
    return best, best_rows


def _score(rows: list[list[str]], failed: bool) -> tuple[float, float]:
    """The share of rows that are as long as the header, then of fields without a delimiter."""
    if not rows or len(rows[0]) < 2:
        return (0.0, 0.0)
    width = len(rows[0])
    records = rows[1:] or rows
    # One field more in every row is a row name or a trailing delimiter.
    fitting = max(sum(len(row) == width + more for row in records) for more in (0, 1))
    fields = [field for row in rows for field in row]
    clean = sum(not OTHER_THAN_COMMA.search(field) for field in fields)
    return fitting / len(records) / (1 + failed), clean / len(fields)


def _hint(text: str, delimiter: str) -> str:
    """How a file with one column is perhaps to be read."""
    other, rows = _recognised(text)
    fields = (rows or _parsed(text, other))[0]
    if other != delimiter and fields and len(fields[0]) > 1:
        return f"pass delimiter={other!r} or leave delimiter out"
    second = text.strip().partition("\n")[2]
    if any(mark in second.partition("\n")[0] for mark in DELIMITERS):
        return "the line that names the columns must be the first, so delete what is above it"
    return "columns are separated by ',', ';', a tab or '|', or pass their delimiter"


def _shown(delimiter: str) -> str:
    return {"\t": "a tab", " ": "a blank"}.get(delimiter, repr(delimiter))
