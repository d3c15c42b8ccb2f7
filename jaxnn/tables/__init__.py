"""What do the columns of a table mean, and how do they become the inputs of a network?

A table has one column per raw predictor, whatever its kind. The encoder turns these into features
inside the compiled program, as the first stage of `predict`:

    numeric      x' = (x - mu) / sigma
    binary       0 or 1
    categorical  one 0/1 feature per level, without the first level
    ordinal      one 0/1 feature per level above the first, for that level and all above it

So a change of the predictor `Thal` is a change of one column, not of a set of dummy columns.

encoding.py          from raw predictors to features: read this first
table.py             the types, and functions of a finished table
table_files.py       a table from a file of any kind
csv_files.py         a table from a text file
spreadsheets.py      the columns of an Excel workbook or a Parquet file
file_types.py        what a file is, by its first bytes
encodings.py         in which encoding a text is
csv_format.py        delimiter and rows of a text
missing_texts.py     which texts stand for a missing value
column_names.py      the names of columns, trailing delimiters and row names
number_formats.py    decimal and thousands marks, currency signs: plain numbers of a column
number_columns.py    whether a column holds numbers, and which marks its values fit
written_numbers.py   the parts of one written number
dataframes.py        a table from a DataFrame
arrays.py            a table from arrays
raw_columns.py       the columns that those three readers find
reader_arguments.py  the arguments that the readers share
column_kinds.py      whether a column is numeric, binary, categorical or ordinal, and its codes
levels.py            the levels of a column, and which level each value is
dates.py             dates as days
missing_values.py    rows left out for missing values, and what fills the holes of the others
response_column.py   the response: its kind and its positive class
case_columns.py      case weights, and groups of rows that belong together
durations.py         durations as days
suspects.py          columns that cannot be predictors, such as row numbers
new_rows.py          new rows with the codes of a table that a network was fitted to
description.py       a table and its columns as text
building.py          from raw columns to a table
"""

from jaxnn.tables.arrays import from_arrays
from jaxnn.tables.csv_files import read_csv
from jaxnn.tables.dataframes import from_dataframe, raw_frame
from jaxnn.tables.description import describe, describe_columns
from jaxnn.tables.encoding import (
    Encoder,
    Scaling,
    encode,
    encoded_names,
    encoded_width,
    fit_scaling,
    numeric_columns,
    source_columns,
)
from jaxnn.tables.new_rows import NewRows, new_rows
from jaxnn.tables.raw_columns import MISSING_TOKENS, RawTable
from jaxnn.tables.table import Column, Kind, Table, axis_label, column_index
from jaxnn.tables.table_files import raw_table, read_table

__all__ = [
    "MISSING_TOKENS",
    "Column",
    "Encoder",
    "Kind",
    "NewRows",
    "RawTable",
    "Scaling",
    "Table",
    "axis_label",
    "column_index",
    "describe",
    "describe_columns",
    "encode",
    "encoded_names",
    "encoded_width",
    "fit_scaling",
    "from_arrays",
    "from_dataframe",
    "new_rows",
    "numeric_columns",
    "raw_frame",
    "raw_table",
    "read_csv",
    "read_table",
    "source_columns",
]
