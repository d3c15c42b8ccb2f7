"""Are columns found by name, and are wrong arguments refused?"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import (
    Column,
    Encoder,
    Table,
    column_index,
    describe,
    from_arrays,
    from_dataframe,
    read_csv,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def table():
    columns = (Column("age", "numeric"), Column("scan", "categorical", ("a", "b", "c")))
    X = np.array([[40, 0], [50, 2], [60, 0.0]])
    return Table(columns, X, np.array([0, 1, 1.0]), Column("sick", "binary", ("No", "Yes")), ("n",))


def test_columns_are_found_by_name(table):
    assert column_index(table, "scan") == 1
    assert column_index(table.columns, "age") == 0
    assert column_index(Encoder(table.columns), "scan") == 1
    with pytest.raises(InputError, match="name is 'scna'; did you mean 'scan'"):
        column_index(table, "scna")


def test_arguments_of_a_wrong_type_are_refused(write):
    path = write("x,y\n1,2\n3,4\n")
    with pytest.raises(InputTypeError, match="encoding is 5; pass its name"):
        read_csv(path, "y", encoding=5)  # type: ignore[arg-type]
    for names in (5, (name for name in "ab")):
        with pytest.raises(InputTypeError, match=r"names is .*; pass a list of texts"):
            from_arrays([[1, 2], [3, 4]], [1, 2], names=names)  # type: ignore[arg-type]
    table = from_arrays([[1, 2], [3, 4]], [1, 2], names=np.array(["a", "b"]))  # type: ignore[arg-type]
    assert repr(table.columns[0].name) == "'a'"
    with pytest.raises(InputTypeError, match="predictors is 5; pass a list of column names"):
        from_dataframe(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), "y", predictors=5)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="table is a int; pass a table"):
        column_index(5, "a")
    with pytest.raises(InputTypeError, match="levels is 5; pass a tuple of texts"):
        Column("a", "binary", 5)  # type: ignore[arg-type]


def test_importing_tables_is_light():
    script = (
        "import sys, jaxnn.tables, jaxnn.datasets\n"
        "print(*{'pandas', 'sklearn', 'matplotlib'} & {n.split('.')[0] for n in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": np.ones((2, 2))}, r"^name is an array of float64 with shape \(2, 2\); pass"),
        ({"kind": np.arange(3)}, r"^kind is an array of int64 with shape \(3,\); known: binary"),
        ({"levels": {"a": 1}}, r"^levels is \{'a': 1\}; pass a tuple of texts"),
        ({"values": 3}, "^values is 3; pass a tuple of texts"),
        ({"origin": 3}, "^origin is 3; pass text"),
        ({"unit": None}, "^unit is None; pass text"),
    ],
)
def test_a_description_that_is_no_text_is_refused(wrong, message):
    good = {"name": "a", "kind": "binary", "levels": ("x", "y")}
    with pytest.raises(InputTypeError, match=message):
        Column(**good | wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"X": np.ones((3, 2))}, r"^table has X of shape \(3, 2\) and y of shape \(2,\) for 1 col"),
        ({"columns": None}, "^table has something else than columns"),
        ({"weights": "a"}, "^table.weights holds <U1 values"),
        ({"notes": 3}, "^table has notes that are no texts"),
    ],
)
def test_a_table_whose_parts_do_not_belong_together_is_not_described(wrong, message):
    column = Column("a", "numeric")
    table = Table((column,), np.ones((2, 1)), np.arange(2.0), column)
    with pytest.raises(InputError, match=message):
        describe(table._replace(**wrong))
