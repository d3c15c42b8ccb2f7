"""Working calls of `jaxnn.tables`."""

import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from jaxnn import tables
from jaxnn.tables import Column, Encoder, numeric_columns
from tests.hostile.calls import Call

COLUMNS = (Column("age", "numeric"), Column("scan", "categorical", ("fixed", "normal", "odd")))
X = np.array([[40.0, 0], [60.0, 1], [50.0, 2], [45.0, 1], [41.0, 0], [61.0, 2]])
Y = np.array([1.0, 2.0, 0.5, 1.5, 2.5, 0.0])
TEXT = "age,scan,weight,visit,y\n" + "".join(
    f"{age},{scan},{1 + place % 2},{place // 2},{y}\n"
    for place, (age, scan, y) in enumerate(
        (20 + 7 * n % 31, ("fixed", "normal", "odd")[n % 3], n * n % 11) for n in range(12)
    )
)


@cache
def path():
    file = Path(tempfile.mkdtemp()) / "table.csv"
    file.write_text(TEXT)
    return str(file)


@cache
def raw():
    return tables.raw_table(path())


@cache
def table():
    return tables.read_csv(path(), "y")


def frame():
    import pandas

    return pandas.read_csv(path())


def of_table():
    return {
        "kinds": {"scan": "categorical"},
        "levels": {"scan": ["fixed", "normal", "odd"]},
        "response_kind": "quantitative",
        "exclude": ["visit"],
        "weights": "weight",
        "groups": None,
        "dates": None,
    }


def of_reader():
    return {
        "predictors": ["age", "scan"],
        "missing": "refuse",
        "positive": None,
        **of_table(),
        "exclude": None,
        "decimal": ".",
        "thousands": ",",
    }


def of_file():
    return {
        "missing_tokens": ("", "NA"),
        "delimiter": ",",
        "encoding": "utf-8",
        "decimal": ".",
        "thousands": ",",
    }


CALLS = {
    "Column": lambda: Call(
        Column,
        {
            "name": "scan",
            "kind": "categorical",
            "levels": ("fixed", "normal"),
            "origin": "",
            "unit": "",
            "values": ("f", "n"),
            "date_order": "",
        },
    ),
    "Encoder": lambda: Call(Encoder, {"columns": COLUMNS, "drop_first": True}),
    "axis_label": lambda: Call(tables.axis_label, {"column": COLUMNS[0]}),
    "column_index": lambda: Call(tables.column_index, {"table": table(), "name": "age"}),
    "describe": lambda: Call(tables.describe, {"table": table()}),
    "describe_columns": lambda: Call(
        tables.describe_columns,
        {"raw": raw(), "response": "y", "predictors": ["age", "scan"], **of_table()}
        | {"exclude": None},
    ),
    "describe_columns.exclude": lambda: Call(
        tables.describe_columns, {"raw": raw(), "response": "y", **of_table()}
    ),
    "encode": lambda: Call(
        tables.encode,
        {
            "encoder": Encoder(COLUMNS),
            "scaling": tables.fit_scaling(Encoder(COLUMNS), X),
            "X": X.copy(),
        },
        nan_passes=("X", "scaling"),
    ),
    "encoded_names": lambda: Call(tables.encoded_names, {"encoder": Encoder(COLUMNS)}),
    "encoded_width": lambda: Call(tables.encoded_width, {"encoder": Encoder(COLUMNS)}),
    "fit_scaling": lambda: Call(
        tables.fit_scaling,
        {
            "encoder": Encoder(COLUMNS),
            "X": X.copy(),
            "weights": np.ones(6),
            "fallback": tables.fit_scaling(Encoder(COLUMNS), X),
        },
    ),
    "from_arrays": lambda: Call(
        tables.from_arrays,
        {
            "X": np.concatenate([X, X[:, :1] % 2 + 1], axis=1),
            "y": Y.copy(),
            "names": ["age", "scan", "weight"],
            "response": "y",
            "kinds": {"scan": "categorical"},
            "levels": {"scan": ["fixed", "normal", "odd"]},
            "missing": "refuse",
            "response_kind": "quantitative",
            "positive": None,
            "exclude": None,
            "weights": "weight",
            "groups": None,
            "dates": None,
            "decimal": ".",
            "thousands": ",",
        },
        words={"X": ("column",), "y": ("column",)},
    ),
    "from_dataframe": lambda: Call(
        tables.from_dataframe, {"frame": frame(), "response": "y", **of_reader()}, slow=True
    ),
    "new_rows": lambda: Call(tables.new_rows, {"columns": COLUMNS, "raw": raw()}),
    "numeric_columns": lambda: Call(numeric_columns, {"names": ["age", "weight"]}),
    "numeric_columns.number": lambda: Call(numeric_columns, {"names": 2}),
    "raw_frame": lambda: Call(
        tables.raw_frame,
        {
            "frame": frame(),
            "kinds": {"scan": "categorical"},
            "levels": {"scan": ["fixed", "normal", "odd"]},
            "decimal": ".",
            "thousands": ",",
        },
        slow=True,
    ),
    "raw_table": lambda: Call(
        tables.raw_table,
        {
            "path": path(),
            "sheet": None,
            "kinds": {"scan": "categorical"},
            "levels": {"scan": ["fixed", "normal", "odd"]},
            **of_file(),
        },
    ),
    "read_csv": lambda: Call(
        tables.read_csv, {"path": path(), "response": "y", **of_reader(), **of_file()}
    ),
    "read_table": lambda: Call(
        tables.read_table,
        {"path": path(), "response": "y", "sheet": None, **of_reader(), **of_file()},
    ),
    "source_columns": lambda: Call(tables.source_columns, {"encoder": Encoder(COLUMNS)}),
}
