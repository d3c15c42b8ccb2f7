"""Are the response and missing values treated as asked, and is everything else noted?"""

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import Column, read_csv

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("values", "levels"),
    [
        (("No", "Yes"), ("No", "Yes")),
        (("True", "False"), ("False", "True")),
        (("1", "0"), ("0", "1")),
        (("Y", "N"), ("N", "Y")),
        (("absent", "present"), ("absent", "present")),
    ],
)
def test_yes_counts_as_one(write, values, levels, caplog):
    table = read_csv(write(f"x,y\n1,{values[0]}\n2,{values[1]}\n"), "y")
    assert table.response == Column("y", "binary", levels)
    assert levels[int(table.y[0])] == values[0]
    assert caplog.records == []


def test_a_guessed_positive_class_is_noted_and_logged(write, caplog):
    path = write("x,y\n1,treated\n2,control\n")
    table = read_csv(path, "y")
    assert table.response.levels == ("control", "treated")
    assert "'treated' counts as 1 and 'control' as 0; pass positive='control'" in caplog.text
    caplog.clear()
    table = read_csv(path, "y", positive="control")
    assert table.response.levels == ("treated", "control")
    np.testing.assert_array_equal(table.y, [0, 1])
    assert caplog.records == []
    with pytest.raises(InputError, match="positive is 'treat'; did you mean 'treated'"):
        read_csv(path, "y", positive="treat")
    with pytest.raises(InputError, match="positive is 'a', but the response 'x' is numeric"):
        read_csv(path, "x", positive="a")


def test_the_kind_of_the_response(write):
    path = write("x,grade\n1,1\n2,2\n3,3\n4,1\n")
    assert read_csv(path, "grade").response.kind == "numeric"
    assert read_csv(path, "grade", response_kind="quantitative").response.kind == "numeric"
    table = read_csv(path, "grade", response_kind="categorical")
    assert table.response == Column("grade", "categorical", ("1", "2", "3"))
    np.testing.assert_array_equal(table.y, [0, 1, 2, 0])
    assert read_csv(path, "grade", kinds={"grade": "categorical"}).response == table.response
    with pytest.raises(InputError, match=r"'grade' has 3 distinct values \(1, 2, 3\); a binary"):
        read_csv(path, "grade", response_kind="binary")
    with pytest.raises(InputError, match="response_kind is 'binary', but kinds has 'numeric'"):
        read_csv(path, "grade", response_kind="binary", kinds={"grade": "numeric"})
    with pytest.raises(InputError, match=r"response_kind is 'logical'; .*known: binary"):
        read_csv(path, "grade", response_kind="logical")


def test_a_response_with_one_class_is_refused(write):
    with pytest.raises(InputError, match="response 'y' has the single class 'No' in all 2 rows"):
        read_csv(write("x,y\n1,No\n2,No\n"), "y")
    path = write("x,y\n1,0\n2,0\n")
    with pytest.raises(InputError, match=r"single class '0'.*response_kind='numeric'"):
        read_csv(path, "y")
    with pytest.raises(InputError, match="response 'y' has the single class '0'"):
        read_csv(path, "y", response_kind="binary")
    assert read_csv(path, "y", response_kind="numeric").response.kind == "numeric"
    with pytest.raises(InputError, match="single class 'Yes' in all 1 rows"):
        read_csv(write("x,y\n1,Yes\n,No\n"), "y", missing="drop")


HOLES = "age,scan,y\n10,a,1\n,b,2\n30,?,3\n40,b,NA\n51,b,5\n"


def test_missing_values_are_refused_dropped_or_imputed(write, caplog):
    path = write(HOLES)
    with pytest.raises(
        InputError,
        match=r"missing is 'refuse', but .*'age' 1 \(first at line 3\), 'scan' 1 "
        r"\(first at line 4\), 'y' 1 \(first at line 5\); pass missing='drop'",
    ):
        read_csv(path, "y")
    assert caplog.records == []

    dropped = read_csv(path, "y", missing="drop")
    np.testing.assert_array_equal(dropped.X, [[10, 0], [51, 1]])
    np.testing.assert_array_equal(dropped.y, [1, 5])
    assert dropped.notes == ("left out 3 of 5 rows with missing values ('age' 1, 'scan' 1, 'y' 1)",)
    assert dropped.missing == (1, 1, 1)

    # A response is never filled in; median and mode are those of the remaining rows.
    imputed = read_csv(path, "y", missing="impute")
    np.testing.assert_array_equal(imputed.X, [[10, 0], [30, 1], [30, 1], [51, 1]])
    np.testing.assert_array_equal(imputed.y, [1, 2, 3, 5])
    assert imputed.notes == (
        "left out 1 of 5 rows with missing values ('y' 1)",
        "filled in 1 missing value of 'age' with their median, 30",
        "filled in 1 missing value of 'scan' with the most common level, 'b'",
    )
    logged = [record.getMessage() for record in caplog.records]
    assert logged == [f"{path}: {note}" for note in dropped.notes + imputed.notes]
    assert {(record.name, record.levelno) for record in caplog.records} == {
        ("jaxnn", logging.WARNING)
    }


def test_notes_reach_standard_error(write):
    script = (
        f"from jaxnn.tables import read_csv; read_csv({str(write(HOLES))!r}, 'y', missing='drop')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "left out 3 of 5 rows" in run.stderr
    assert run.stdout == ""


def test_columns_and_rows_without_any_values_are_refused(write):
    with pytest.raises(InputError, match="column 'x' has no values at all"):
        read_csv(write("x,y\n,1\n,2\n"), "y", missing="impute")
    with pytest.raises(InputError, match="leaves none of the 2 rows"):
        read_csv(write("x,z,y\n,1,1\n2,,2\n"), "y", missing="drop")
    with pytest.raises(InputError, match="column 'x' has no values in the rows with a response"):
        read_csv(write("x,y\n,1\n2,\n,3\n"), "y", missing="impute")
    with pytest.raises(InputError, match="missing is 'dorp'; did you mean 'drop'"):
        read_csv(write("x,y\n1,1\n2,2\n"), "y", missing="dorp")


def test_doubtful_columns_are_noted_and_logged(write, caplog):
    rows = "".join(f"name {n},{1.7e9 + n},{n % 7}\n" for n in range(40))
    table = read_csv(write("who,time,y\n" + rows), "y")
    assert table.columns[0].kind == "categorical"
    assert "'who' is read as categorical with 40 levels, each an input" in table.notes[0]
    assert "'time' lies between 1700000000 and 1700000039, which are almost equal" in table.notes[1]
    assert len(caplog.records) == 2
    quiet = read_csv(
        write("who,time,y\n" + rows), "y", predictors=["who"], kinds={"who": "categorical"}
    )
    assert quiet.notes == ()
