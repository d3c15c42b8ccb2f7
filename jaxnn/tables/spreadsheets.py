"""What are the columns of an Excel workbook or of a Parquet file?

Both are read with pandas, which is imported only here. Cells keep their types: numbers, texts,
truth values, dates. Numbers that are stored as texts are recognised as in text files.
"""

from __future__ import annotations

import importlib
import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from jaxnn.errors import InputError, InputTypeError, shown, unknown_name
from jaxnn.tables.column_names import NamedColumn, named_columns
from jaxnn.tables.dataframes import from_series
from jaxnn.tables.file_types import LARGEST_BYTES, FileContent, refused
from jaxnn.tables.levels import listed
from jaxnn.tables.missing_texts import missing_texts
from jaxnn.tables.number_columns import Given
from jaxnn.tables.number_formats import check_marks, plain_numbers
from jaxnn.tables.raw_columns import (
    Levels,
    RawColumn,
    RawTable,
    RowPlaces,
    declared_texts,
    level_text,
    raw_column,
)
from jaxnn.tables.table import quoted
from jaxnn.tables.written_numbers import taken_apart

# A Parquet file of a few bytes can hold any number of equal rows.
LARGEST_CELLS = LARGEST_BYTES // 8


def raw_workbook(
    content: FileContent,
    *,
    sheet: str | None,
    kinds: Mapping[str, str],
    levels: Mapping[str, Levels],
    missing_tokens: Sequence[str],
    decimal: str | None,
    thousands: str | None,
) -> RawTable:
    """All columns of a sheet whose first row that is not empty names them.

    Args:
      content: the workbook.
      sheet: the name of the sheet; None takes the first one.
      kinds, levels, missing_tokens, decimal, thousands: as for `read_table`.

    Returns:
      A `RawTable` with rows counted as in the workbook.

    Raises:
      InputError, InputTypeError: pandas or openpyxl is not installed, a damaged file, a sheet that
        does not exist, or one that holds no table.
    """
    source = content.source
    pandas = _pandas(source, "an Excel workbook", "openpyxl")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and other parts that are not read
            book = pandas.ExcelFile(io.BytesIO(content.data), engine="openpyxl")
            sheets = [str(name) for name in book.sheet_names]
            chosen = _chosen_sheet(sheet, sheets)
            numbers, rows = _filled_rows(book.book[chosen])
    except InputError:
        raise
    except Exception as error:  # openpyxl fails in many ways on a damaged file
        raise _damaged(source, "an Excel workbook", error) from None
    width = max(map(len, rows), default=0)
    if not rows or not width:
        others = [name for name in sheets if name != chosen]
        hint = f"; pass sheet={others[0]!r} or another" if others else ""
        raise refused(source, f"whose sheet {quoted(chosen)} is empty{hint}")
    if len(rows) * width > LARGEST_CELLS:
        raise refused(
            source,
            f"whose sheet {quoted(chosen)} has {len(rows)} rows of up to {width} cells; delete "
            "what is beside the table",
        )
    rows = [row + [None] * (width - len(row)) for row in rows]
    header = ["" if cell is None else level_text(cell) for cell in rows[0]]
    named = sum(map(bool, header))
    if width == 1:
        raise refused(source, f"whose sheet {quoted(chosen)} has one column only")
    if 2 * named < width:
        raise refused(
            source,
            f"whose sheet {quoted(chosen)} has {width} columns, of which row {numbers[0]} names "
            f"{named}; name all of them, and delete what is above or beside the table",
        )
    if all(taken_apart(name) for name in header):
        raise refused(source, f"whose row {numbers[0]} holds numbers; it must name the columns")
    where = RowPlaces("row", numbers[1:])
    columns, notes = named_columns(header, rows[1:], where, source)
    if sheet is None and len(sheets) > 1:
        others = listed([quoted(name) for name in sheets if name != chosen], most=4)
        notes.insert(0, f"the sheet {quoted(chosen)} is read; the workbook also has {others}")
    raw = [_from_cells(column, where, kinds, levels) for column in columns]
    return _finished(
        raw, where, source, notes, kinds, levels, missing_tokens, Given(decimal, thousands)
    )


def raw_parquet(
    content: FileContent,
    *,
    kinds: Mapping[str, str],
    levels: Mapping[str, Levels],
    missing_tokens: Sequence[str],
    decimal: str | None,
    thousands: str | None,
) -> RawTable:
    """All columns of a Parquet file, with those of a named index of pandas.

    Args:
      content: the file.
      kinds, levels, missing_tokens, decimal, thousands: as for `read_table`.

    Returns:
      A `RawTable` with rows counted from 0.

    Raises:
      InputError: pandas or pyarrow is not installed, a damaged file, or one of too many values.
    """
    source = content.source
    pandas = _pandas(source, "a Parquet file", "pyarrow")
    try:
        metadata = importlib.import_module("pyarrow.parquet").read_metadata(
            io.BytesIO(content.data)
        )
        if metadata.num_rows * metadata.num_columns > LARGEST_CELLS:
            raise refused(
                source,
                f"a Parquet file of {metadata.num_rows} rows and {metadata.num_columns} columns; "
                f"at most {LARGEST_CELLS} values are read",
            )
        frame = pandas.read_parquet(
            io.BytesIO(content.data), engine="pyarrow", dtype_backend="numpy_nullable"
        )
    except InputError:
        raise
    except Exception as error:  # pyarrow fails in many ways on a damaged file
        raise _damaged(source, "a Parquet file", error) from None
    if any(name is not None and name not in frame.columns for name in frame.index.names):
        frame = frame.reset_index()
    where = RowPlaces("row", range(len(frame)))
    names = [str(label) for label in frame.columns]
    raw = [
        from_series(name, frame.iloc[:, place], where, declared_texts(levels.get(name)))
        for place, name in enumerate(names)
    ]
    return _finished(
        raw, where, source, [], kinds, levels, missing_tokens, Given(decimal, thousands)
    )


def _pandas(source: str, what: str, engine: str) -> Any:
    """The module pandas, once what it needs is known to be installed."""
    for module in ("pandas", engine):
        try:
            importlib.import_module(module)
        except ImportError:
            raise refused(
                source,
                f"{what}, for which {module} must be installed (pip install pandas {engine}); or "
                "save it as CSV",
            ) from None
    return importlib.import_module("pandas")


def _damaged(source: str, what: str, error: Exception) -> InputError:
    reason = " ".join(str(error).split())[:100].rstrip(".")
    return refused(source, f"{what} that cannot be read ({reason or type(error).__name__})")


def _chosen_sheet(sheet: Any, sheets: list[str]) -> str:
    if sheet is None:
        return sheets[0]
    if not isinstance(sheet, str):
        raise InputTypeError(f"sheet is {shown(sheet)}; pass the name of a sheet.")
    if sheet not in sheets:
        raise unknown_name("sheet", sheet, sheets)
    return sheet


def _filled_rows(sheet: Any) -> tuple[list[int], list[list[Any]]]:
    """Number and values of each row that is not empty, up to its last cell that is not empty."""
    sheet.reset_dimensions()  # what the file says of its size can be wrong
    numbers, rows = [], []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = [_value(cell) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        if row:
            numbers.append(number)
            rows.append(row)
    return numbers, rows


def _value(cell: Any) -> Any:
    """The value of a cell, None if it is empty or an error such as #N/A."""
    value = None if cell.data_type == "e" else cell.value
    return value.strip() or None if isinstance(value, str) else value


def _from_cells(
    column: NamedColumn,
    where: RowPlaces,
    kinds: Mapping[str, str],
    levels: Mapping[str, Levels],
) -> RawColumn:
    name = column.name
    raw = raw_column(name, column.values, where, declared_texts(levels.get(name)))
    declared = name in kinds or name in levels
    return raw._replace(doubt="" if declared else column.doubt)


def _finished(
    columns: Sequence[RawColumn],
    where: RowPlaces,
    source: str,
    notes: Sequence[str],
    kinds: Mapping[str, str],
    levels: Mapping[str, Levels],
    missing_tokens: Sequence[str],
    given: Given,
) -> RawTable:
    """The table of the columns, once missing values and numbers in texts are recognised."""
    check_marks(*given)
    found = []
    for column in columns:
        values = column.values
        if isinstance(values, list) and column.levels is None:
            absent = missing_texts(missing_tokens, levels.get(column.name))
            values = [None if text is None or absent(text) else text for text in values]
        found.append(column._replace(values=values))
    texts = [text for raw in found if isinstance(raw.values, list) for text in raw.values if text]
    if any(given) and not any(map(taken_apart, texts)):
        name, mark = next(pair for pair in given._asdict().items() if pair[1] is not None)
        raise InputError(
            f"{name} is {mark!r}, but {source} stores no number as text; leave {name} out."
        )
    all_kinds = {**kinds, **dict.fromkeys(levels, "categorical")}
    found, marks = plain_numbers(found, where, all_kinds, None, given)
    names = tuple(column.name for column in found)
    return RawTable(names, tuple(found), where, source, (*notes, *marks))
