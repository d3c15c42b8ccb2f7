"""How does a CSV file become a table?

The options that all readers share are described here, at `read_csv`.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables.building import build_table
from jaxnn.tables.column_kinds import NUMBER
from jaxnn.tables.raw_columns import (
    MISSING_TOKENS,
    NAMELESS,
    Levels,
    RawColumn,
    RawTable,
    RowPlaces,
    row_names_note,
)
from jaxnn.tables.reader_arguments import Request
from jaxnn.tables.table import Table, check_names, quoted, shown


def read_csv(
    path: str | os.PathLike[str],
    response: str,
    *,
    predictors: Sequence[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    missing: str = "refuse",
    response_kind: str | None = None,
    positive: Any = None,
    exclude: Sequence[str] | None = None,
    weights: str | None = None,
    groups: str | None = None,
    dates: str | None = None,
    missing_tokens: Sequence[str] = MISSING_TOKENS,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
) -> Table:
    """Read a table from a CSV file whose first line names the columns.

    Quoted fields may hold delimiters and line breaks. Blank lines are skipped, and blanks around a
    value are dropped. A first column that has no name and whose values all differ holds row names
    or row numbers, as R and pandas write them; it is left out, with a note.

    Args:
      path: the path of the file.
      response: name of the column to be predicted.
      predictors: names of the columns to predict from, in the order of `Table.X`; None takes all
        other columns.
      kinds: "numeric", "binary" or "categorical" for some columns; the kinds of the others are
        inferred (see `jaxnn.tables.column_kinds`). Needed where numbers are codes of categories.
      levels: for binary or categorical columns, the values in their order (the first is the
        encoder's reference), or a mapping from values to readable names, in order.
      missing: "refuse", "drop" (leave out rows with a missing value) or "impute" (the median of a
        numeric column, the most common level of others; rows without a response are left out).
      response_kind: "quantitative", "count" (whole numbers of at least 0), "binary" or
        "categorical"; None decides by the values.
      positive: the level of a binary response that counts as 1; by default the positive one of
        No/Yes, False/True, 0/1 and the like (`column_kinds.POSITIVE`), or else the second level.
      exclude: names of columns to leave out.
      weights: name of a column of case weights; it is no predictor. A row of weight 0 is left out.
      groups: name of a column whose equal values mark rows that belong together; no predictor.
      dates: "dmy" or "mdy", the order of day and month in dates that could be read either way.
      missing_tokens: texts that stand for a missing value, in upper or lower case.
      delimiter: one character.
      encoding: the encoding of the file.

    Returns:
      A `Table`; its notes say what was left out, filled in or guessed.

    Raises:
      InputError, InputTypeError: a file or an argument that cannot be used, in one sentence that
        names the column, the line and the value.

    Example:
      >>> import tempfile
      >>> with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
      ...     _ = file.write("age,scan,sick\\n40,normal,No\\n50,fixed,Yes\\n60,normal,No\\n")
      ...     file.flush()
      ...     table = read_csv(file.name, "sick")
      >>> [(column.name, column.kind, column.levels) for column in table.columns]
      [('age', 'numeric', ()), ('scan', 'binary', ('fixed', 'normal'))]
      >>> table.X
      array([[40.,  1.],
             [50.,  0.],
             [60.,  1.]])
      >>> table.y
      array([0., 1., 0.])
    """
    request = Request(
        response,
        predictors,
        kinds,
        levels,
        missing,
        response_kind,
        positive,
        exclude,
        weights,
        groups,
        dates,
    )
    raw = raw_text_table(
        path,
        kinds=request.declared_kinds(),
        levels=levels,
        missing_tokens=missing_tokens,
        delimiter=delimiter,
        encoding=encoding,
    )
    return build_table(request, without_row_names(raw, predictors))


def without_row_names(raw: RawTable, predictors: Sequence[str] | None) -> RawTable:
    """The columns without a first one that pandas wrote as row names, unless some are chosen.

    Raises:
      InputError: that column repeats values.
    """
    if predictors is not None or not raw.names or not NAMELESS.fullmatch(raw.names[0]):
        return raw
    values = raw.columns[0].values
    listed = values if isinstance(values, list) else values.tolist()
    notes = (*raw.notes, row_names_note(listed, raw.source))
    return raw._replace(names=raw.names[1:], columns=raw.columns[1:], notes=notes)


def raw_text_table(
    path: str | os.PathLike[str],
    *,
    kinds: Mapping[str, str],
    levels: Mapping[str, Levels] | None,
    missing_tokens: Sequence[str],
    delimiter: str,
    encoding: str,
) -> RawTable:
    """All columns of a text file; arguments and errors are those of `read_csv`."""
    texts = isinstance(missing_tokens, Sequence) and not isinstance(missing_tokens, str)
    if not texts or not all(isinstance(token, str) for token in missing_tokens):
        raise InputTypeError(
            f"missing_tokens is {missing_tokens!r}; pass a list of texts, such as ['NA', '-999']."
        )
    source = shown(str(path), 200)
    header, records, lines = _records(path, delimiter, encoding)
    named, notes = _named_columns(header, records, source, lines)
    tokens = {token.strip().casefold() for token in missing_tokens}
    columns = []
    for name, place, doubt in named:
        texts = [record[place] for record in records]
        values = [None if text.casefold() in tokens else text for text in texts]
        declared = name in kinds or name in (levels or {})
        columns.append(RawColumn(name, values, doubt="" if declared else doubt))
    names = tuple(column.name for column in columns)
    return RawTable(names, tuple(columns), RowPlaces("line", lines), source, tuple(notes))


def _records(
    path: str | os.PathLike[str], delimiter: str, encoding: str
) -> tuple[list[str], list[list[str]], list[int]]:
    """The header, the rows, and the line on which each row begins."""
    if not isinstance(path, str | os.PathLike):
        raise InputTypeError(f"path is a {type(path).__name__}; pass the path of a CSV file.")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(f"delimiter is {delimiter!r}; pass one character, such as ',' or ';'.")
    if not isinstance(encoding, str):
        raise InputTypeError(f"encoding is {encoding!r}; pass its name, such as 'utf-8'.")
    source = str(path)
    text = _text(path, source, encoding)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True
    )
    rows, lines = [], []
    begin = 1
    try:
        for fields in reader:
            if len(fields) > 1 or any(field.strip() for field in fields):
                rows.append([field.strip() for field in fields])
                lines.append(begin)
            begin = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"path is {quoted(source, 200)}, which is not valid CSV from line {begin} on: {error}."
        ) from None
    if not rows:
        raise InputError(
            f"path is {quoted(source, 200)}, an empty file; its first line must name the columns."
        )
    header = rows[0]
    if len(header) == 1:
        other = next((mark for mark in ";\t|," if mark in header[0]), None)
        hint = f"pass delimiter={other!r}" if other else f"columns are separated by {delimiter!r}"
        raise InputError(
            f"path is {quoted(source, 200)}, whose first line names one column only; {hint}."
        )
    if all(NUMBER.fullmatch(name) for name in header):
        raise InputError(
            f"path is {quoted(source, 200)}, whose first line holds numbers; "
            "it must name the columns."
        )
    return header, rows[1:], lines[1:]


def _text(path: str | os.PathLike[str], source: str, encoding: str) -> str:
    try:
        return Path(path).read_bytes().decode(encoding)
    except FileNotFoundError:
        reason = "which does not exist; pass the path of a CSV file"
    except IsADirectoryError:
        reason = "a directory; pass the path of a CSV file"
    except UnicodeDecodeError as error:
        reason = (
            f"which is not {encoding} text from byte {error.start} on; save it as UTF-8 or pass "
            "its encoding, such as encoding='latin-1'"
        )
    except LookupError:
        raise InputError(
            f"encoding is {encoding!r}, which Python does not know; pass a name such as 'utf-8'."
        ) from None
    except (OSError, ValueError) as error:
        reason = f"which cannot be read ({getattr(error, 'strerror', None) or error})"
    raise InputError(f"path is {quoted(source, 200)}, {reason}.")


def _named_columns(
    header: list[str], records: list[list[str]], source: str, lines: Sequence[int]
) -> tuple[list[tuple[str, int, str]], list[str]]:
    """Name, place and doubt of each column, and notes on columns that are left out."""
    # R gives the column of row names no name, so every row is longer than the header by one.
    if records and all(len(record) == len(header) + 1 for record in records):
        header = ["", *header]
    for record, line in zip(records, lines, strict=True):
        if len(record) != len(header):
            raise InputError(
                f"line {line} of {source} has {len(record)} fields; the first line names "
                f"{len(header)} columns."
            )
    check_names([name for name in header if name], "the header")
    named: list[tuple[str, int, str]] = []
    notes: list[str] = []
    for place, name in enumerate(header):
        values = [] if name else [record[place] for record in records]
        if name:
            named.append((name, place, ""))
        elif place == 0 and len(set(values)) == len(values):
            notes.append(row_names_note(values, source))
        elif place > 0 and not any(values):
            notes.append(f"column {place + 1} has neither a name nor values; left out")
        else:
            repeats = " and repeats values, so it does not name the rows" if place == 0 else ""
            doubt = (
                f"column {place + 1} of {source} has no name{repeats}; give it a name, or select "
                "predictors."
            )
            named.append((f"column {place + 1}", place, doubt))
    return named, notes
