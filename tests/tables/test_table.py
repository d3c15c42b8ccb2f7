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
