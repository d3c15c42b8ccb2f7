"""How does a file of any kind become a table?"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from jaxnn.errors import InputError, shown
from jaxnn.tables.building import build_table
from jaxnn.tables.csv_files import raw_text_table
from jaxnn.tables.file_types import TITLES, read_file
from jaxnn.tables.raw_columns import MISSING_TOKENS, Levels, RawTable
from jaxnn.tables.reader_arguments import Request, check_declarations
from jaxnn.tables.spreadsheets import raw_parquet, raw_workbook
from jaxnn.tables.table import Table


def read_table(
    path: str | os.PathLike[str],
    response: str,
    *,
    sheet: str | None = None,
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
    """Read a table from a text file, an Excel workbook or a Parquet file.

    The content of the file decides which it is, not its name. A workbook is read with pandas and
    openpyxl, a Parquet file with pandas and pyarrow (`pip install "jaxnn[files]"`).

    Args:
      path: the path of the file.
      response: name of the column to be predicted.
      sheet: the name of a sheet of a workbook; None takes the first one.
      predictors, kinds, levels, missing, response_kind, positive, exclude, weights, groups, dates,
        missing_tokens: as for `read_csv`.
      decimal, thousands: as for `read_csv`; for numbers that a workbook or Parquet file stores as
        texts, too.
      delimiter, encoding: as for `read_csv`; for text files only.

    Returns:
      A `Table`; its notes say what was recognised, left out, filled in or guessed.

    Raises:
      InputError, InputTypeError: a file or an argument that cannot be used.
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
    raw = raw_table(
        path,
        sheet=sheet,
        kinds=request.declared_kinds(),
        levels=levels,
        missing_tokens=missing_tokens,
        delimiter=delimiter,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
    )
    return build_table(request, raw)


def raw_table(
    path: str | os.PathLike[str],
    *,
    sheet: str | None = None,
    kinds: Mapping[str, str] | None = None,
    levels: Mapping[str, Levels] | None = None,
    missing_tokens: Sequence[str] = MISSING_TOKENS,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
) -> RawTable:
    """All columns of a file as they were found, without a response.

    Args:
      path: the path of the file.
      sheet, kinds, levels, missing_tokens: as for `read_table`.
      delimiter, decimal, thousands, encoding: as for `read_table`.

    Returns:
      A `RawTable`.

    Raises:
      InputError, InputTypeError: a file or an argument that cannot be used.
    """
    check_declarations(kinds, levels)
    content = read_file(path)
    title = f"{content.source} is {TITLES[content.kind]}"
    if sheet is not None and content.kind != "workbook":
        raise InputError(
            f"sheet is {shown(sheet)}, but {title}; only an Excel workbook has sheets."
        )
    for name, given in (("delimiter", delimiter), ("encoding", encoding)):
        if given is not None and content.kind != "text":
            raise InputError(
                f"{name} is {shown(given)}, but {title}; pass it for a text file only."
            )
    shared: dict[str, Any] = {
        "kinds": kinds or {},
        "levels": levels or {},
        "missing_tokens": missing_tokens,
        "decimal": decimal,
        "thousands": thousands,
    }
    if content.kind == "workbook":
        return raw_workbook(content, sheet=sheet, **shared)
    if content.kind == "parquet":
        return raw_parquet(content, **shared)
    return raw_text_table(content, delimiter=delimiter, encoding=encoding, **shared)
