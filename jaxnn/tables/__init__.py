"""What do the columns of a table of data mean, and how do they become a network's inputs?

A table has one column a raw predictor, whatever its kind; the encoder turns them into features
inside the compiled program, as the first stage of `predict`:

    numeric      x' = (x - mu) / sigma
    binary       0 or 1
    categorical  one 0/1 feature a level, without the first level

So varying or permuting the predictor `Thal` touches one column, not its dummies.

`table` holds the types, `readers` makes tables from CSV files, DataFrames and arrays, `kinds`
decides what a column is, `encoding` makes features.  Read `encoding` first.
"""

from jaxnn.tables.arrays import from_arrays
from jaxnn.tables.csv_files import read_csv
from jaxnn.tables.dataframes import from_dataframe
from jaxnn.tables.encoding import (
    Encoder,
    Scaling,
    encode,
    encoded_names,
    encoded_width,
    fit_scaling,
    numeric_columns,
)
from jaxnn.tables.raw_columns import MISSING_TOKENS
from jaxnn.tables.table import Column, Kind, Table, column_index, describe, take_rows

__all__ = [
    "MISSING_TOKENS",
    "Column",
    "Encoder",
    "Kind",
    "Scaling",
    "Table",
    "column_index",
    "describe",
    "encode",
    "encoded_names",
    "encoded_width",
    "fit_scaling",
    "from_arrays",
    "from_dataframe",
    "numeric_columns",
    "read_csv",
    "take_rows",
]
