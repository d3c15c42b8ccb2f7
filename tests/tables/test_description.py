"""Is a table described as it is, whatever a reader would say of it?"""

import numpy as np
import pandas as pd
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import Column, Table, describe, describe_columns, raw_frame, raw_table, read_csv


@pytest.fixture
def table():
    columns = (Column("age", "numeric"), Column("scan", "categorical", ("a", "b", "c")))
    X = np.array([[40, 0], [50, 2], [60, 0.0]])
    return Table(columns, X, np.array([0, 1, 1.0]), Column("sick", "binary", ("No", "Yes")), ("n",))


def test_a_table_is_described(table):
    table = table._replace(missing=(0, 2, 0))
    assert describe(table) == (
        "rows: 3, predictors: 2; the last line is the response\n"
        "column  kind         values               missing\n"
        "------  -----------  -------------------  -------\n"
        "age     numeric      40 to 60, mean 50    0\n"
        "scan    categorical  a (2), b (0), c (1)  2\n"
        "------  -----------  -------------------  -------\n"
        "sick    binary       No (1), Yes (2)      0\n"
        "n"
    )
    many = Column("line\nbreak", "categorical", tuple("abcdefghi"))
    text = describe(table._replace(columns=(many, many), X=np.zeros((3, 2))))
    assert "line\\nbreak  categorical  a (3), b (0)" in text
    assert "and 3 more levels" in text
    day = Column("visit", "numeric", origin="2020-02-28")
    text = describe(table._replace(columns=(day, many), weights=table.y + 1, groups=np.arange(3)))
    assert "visit        numeric      2020-04-08 to 2020-04-28   " in text
    assert "weights: 1 to 2\ngroups of rows: 3\nn" in text


def test_columns_are_described_without_filling_anything_in():
    n = 24
    frame = pd.DataFrame(
        {
            "id": np.arange(n),
            "dose": [0.5, None, 2.5, *[1.0] * (n - 3)],
            "seen": pd.Timestamp("2020-01-31") + pd.to_timedelta(np.arange(n) % 5, unit="D"),
            "wait": pd.to_timedelta(np.arange(n) % 3, unit="D"),
            "stage": ["a", "b", "c", "a"] * (n // 4),
            "name": [f"case {k}" for k in range(n)],
            "empty": [None] * n,
            "mixed": [1, "x", *range(2, n)],
            "list": [[]] * n,
            "same": ["Yes", "yes"] * (n // 2),
            "w": [-1.0, *[1.0] * (n - 1)],
            "y": [1, None] * (n // 2),
        }
    )
    lines = describe_columns(raw_frame(frame), response="y", weights="w", exclude=["stage"])
    head, names, _, *rest = lines.split("\n")
    assert head == "frame: 24 rows, 12 columns; 12 rows have all values that are used"
    assert names.split() == ["column", "kind", "values", "missing", "use"]
    parts = [[part for part in line.split("  ") if part] for line in rest]
    assert [[part.strip() for part in line] for line in parts[:12]] == [
        ["id", "numeric", "0 to 23, mean 11.5", "0", "left out: row numbers"],
        ["dose", "numeric", "0.5 to 2.5, mean 1.043", "1", "predictor"],
        [
            "seen",
            "numeric",
            "2020-01-31 to 2020-02-04",
            "0",
            "predictor, days since 2020-01-31",
        ],
        ["wait", "numeric", "0 to 2, mean 1", "0", "predictor, in days"],
        ["stage", "categorical", "a (12), b (6), c (6)", "0", "excluded"],
        [
            "name",
            "categorical",
            "case 0 (1), case 1 (1), case 10 (1), case 11 (1), case 12 (1), and 19 more levels",
            "0",
            "left out: identifiers, all different",
        ],
        ["empty", "none", "24", "left out: no values"],
        ["mixed", "?", "1, x, 2, ... (24 different)", "0", "predictor, refused"],
        ["list", "?", "0", "predictor, refused"],
        [
            "same",
            "categorical",
            "yes (24)",
            "0",
            "left out: the same value in every row, 'Yes'",
        ],
        ["w", "?", "-1, 1", "0", "weights, refused"],
        ["y", "?", "1", "12", "response, refused"],
    ]
    assert "'seen' is read as dates, in days since 2020-01-31" in rest
    refusals = [line for line in rest[12:] if line.startswith("refused")]
    assert [line.split(";")[0] for line in refusals] == [
        "refused: column 'mixed' has the text 'x' at row 1 where its other values are numbers",
        "refused: column 'list' holds a list at row 0",
        "refused: weights is 'w', which has -1 at row 0",
        "refused: the response 'y' has the single value '1' in all 12 rows",
    ]


@pytest.mark.parametrize("text", ["a\n1\n2\n", "a,b\n,\n,\n", "a,b\n1,x\n", "a,b\n"])
def test_tables_that_readers_refuse_are_described(write, text):
    raw = raw_table(write(text)) if "," in text else raw_frame(pd.DataFrame({"a": [1, 2]}))
    for response in (None, "a"):
        assert "column" in describe_columns(raw, response=response)


def test_what_is_described_is_what_a_reader_does(write):
    rows = "".join(f"{n},{n % 3},u{n % 2},{n * n % 11}\n" for n in range(30))
    path = write("id,a,b,y\n" + rows)
    text = describe_columns(raw_table(path), response="y")
    used = [line.split()[0] for line in text.split("\n")[3:] if "predictor" in line]
    assert used == [column.name for column in read_csv(path, "y").columns]
    text = describe_columns(
        raw_table(write("year,y\n" + "".join(f"{n},{n % 5}\n" for n in range(20)))), response="y"
    )
    assert "predictor" in text


def test_arguments_that_name_no_column_are_refused(write):
    raw = raw_table(write("a,b\n1,2\n3,4\n"))
    with pytest.raises(InputError, match="response is 'c'; known: a, b"):
        describe_columns(raw, response="c")
    with pytest.raises(InputError, match="kinds is 'c'; known: a, b"):
        describe_columns(raw, kinds={"c": "numeric"})
