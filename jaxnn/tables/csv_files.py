"""How does a text file become a table?

The options that all readers share are described here, at `read_csv`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from jaxnn.tables.building import build_table
from jaxnn.tables.column_names import named_columns
from jaxnn.tables.csv_format import check_delimiter, split_rows
from jaxnn.tables.encodings import decoded
from jaxnn.tables.file_types import TITLES, FileContent, read_file, refused
from jaxnn.tables.missing_texts import missing_texts
from jaxnn.tables.number_columns import Given
from jaxnn.tables.number_formats import check_marks, plain_numbers
from jaxnn.tables.raw_columns import (
    MISSING_TOKENS,
    Levels,
    RawColumn,
    RawTable,
    RowPlaces,
)
from jaxnn.tables.reader_arguments import Request
from jaxnn.tables.table import Table
from jaxnn.tables.written_numbers import taken_apart


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
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
) -> Table:
    """Read a table from a text file, plain or compressed with gzip, whose first line names columns.

    Delimiter, encoding and the marks of numbers are recognised from the whole file, and a note says
    what is not a comma, UTF-8 and a decimal point. Numbers with a unit, a currency or percent sign,
    thousands marks, or brackets for a minus become plain numbers if the whole column is written
    alike; a column that is not is refused. Quoted fields may hold delimiters and line breaks.
    Lines without a value are skipped, and blanks around a value are dropped. A first column that
    has no name and whose values all differ holds row names or row numbers, as R and pandas write
    them; it is left out, with a note.

    Args:
      path: the path of the file.
      response: name of the column to be predicted.
      predictors: names of the columns to predict from, in the order of `Table.X`; None takes all
        other columns that can be predictors, which row numbers, identifiers, free text and
        constants cannot (see `jaxnn.tables.suspects`).
      kinds: "numeric", "binary", "categorical", "ordinal" or "date" for some columns; the kinds of
        the others are inferred (see `jaxnn.tables.column_kinds`). Needed where numbers are codes
        of categories. A column that is named here or in `levels` is never left out.
      levels: for binary, categorical or ordinal columns, the values in their order (the first is
        the encoder's reference), or a mapping from values to readable names, in order.
      missing: "refuse", "drop" (leave out rows with a missing value) or "impute" (the median of a
        numeric column, the most common level of others; rows without a response are left out).
      response_kind: "quantitative", "count" (whole numbers of at least 0), "binary" or
        "categorical"; None decides by the values.
      positive: the level of a binary response that counts as 1; by default the positive one of
        No/Yes, False/True, 0/1 and the like (`levels.POSITIVE`), or else the second level.
      exclude: names of columns to leave out.
      weights: name of a column of case weights; it is no predictor. A row of weight 0 is left out.
      groups: name of a column whose equal values mark rows that belong together; no predictor.
      dates: "dmy" or "mdy", the order of day and month in dates that could be read either way.
      missing_tokens: texts that stand for a missing value, in upper or lower case, unless they are
        among the declared levels of their column.
      delimiter: the character between columns; None recognises , ; | a tab and blanks.
      decimal: the decimal mark, "." or ","; None recognises it.
      thousands: the mark between groups of three digits, one of , . ' and a blank; None
        recognises it.
      encoding: the encoding of the file; None recognises UTF-8, UTF-16, UTF-32 and Windows-1252.

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
    content = read_file(path)
    if content.kind != "text":
        raise refused(content.source, f"{TITLES[content.kind]}; read it with read_table")
    raw = raw_text_table(
        content,
        kinds=request.declared_kinds(),
        levels=levels or {},
        missing_tokens=missing_tokens,
        delimiter=delimiter,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
    )
    return build_table(request, raw)


def raw_text_table(
    content: FileContent,
    *,
    kinds: Mapping[str, str],
    levels: Mapping[str, Levels],
    missing_tokens: Sequence[str],
    delimiter: str | None,
    decimal: str | None,
    thousands: str | None,
    encoding: str | None,
) -> RawTable:
    """All columns of a text file; the other arguments are those of `read_csv`."""
    separator = check_delimiter(delimiter)
    check_marks(decimal, thousands)
    text, encoded = decoded(content.data, encoding, content.source)
    rows = split_rows(text, separator, content.source)
    if all(taken_apart(name) for name in rows.header):
        raise refused(content.source, "whose first line holds numbers; it must name the columns")
    where = RowPlaces("line", rows.lines)
    named, left_out = named_columns(rows.header, rows.records, where, content.source)
    columns = []
    for name, values, doubt in named:
        absent = missing_texts(missing_tokens, levels.get(name))
        values = [None if absent(text) else text for text in values]
        declared = name in kinds or name in levels
        columns.append(RawColumn(name, values, doubt="" if declared else doubt))
    all_kinds = {**kinds, **dict.fromkeys(levels, "categorical")}
    columns, marks = plain_numbers(
        columns, where, all_kinds, rows.delimiter, Given(decimal, thousands)
    )
    notes = [encoded] * bool(encoded) + rows.notes + marks + left_out
    names = tuple(column.name for column in columns)
    return RawTable(names, tuple(columns), where, content.source, tuple(notes))
