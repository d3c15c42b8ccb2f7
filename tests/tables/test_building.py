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
    for kind in (None, "numeric", "count"):
        with pytest.raises(InputError, match=r"single value '0' in all 2 rows; two are needed"):
            read_csv(path, "y", response_kind=kind)
    with pytest.raises(InputError, match="response 'y' has the single class '0'"):
        read_csv(path, "y", response_kind="binary")
    with pytest.raises(InputError, match="single class 'Yes' in the only row"):
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
    path = write("x,y\n,1\n,2\n")
    with pytest.raises(InputError, match=r"is left as a predictor, without 'x' \(no values\)"):
        read_csv(path, "y", missing="impute")
    for asked in ({"predictors": ["x"]}, {"kinds": {"x": "numeric"}}):
        with pytest.raises(InputError, match="column 'x' has no values at all; leave it out"):
            read_csv(path, "y", missing="impute", **asked)
    with pytest.raises(InputError, match="leaves none of the 2 rows"):
        read_csv(write("x,z,y\n,1,1\n2,,2\n"), "y", missing="drop")
    path = write("x,y\n,1\n2,\n,3\n")
    with pytest.raises(InputError, match="column 'x' has no values in the rows with a response"):
        read_csv(path, "y", missing="impute", predictors=["x"])
    with pytest.raises(InputError, match="missing is 'dorp'; did you mean 'drop'"):
        read_csv(write("x,y\n1,1\n2,2\n"), "y", missing="dorp")


def test_doubtful_columns_are_noted_and_logged(write, caplog):
    rows = "".join(f"name {n % 40},{1.7e9 + n * n % 89},{n % 7}\n" for n in range(90))
    table = read_csv(write("who,time,y\n" + rows), "y")
    assert table.columns[0].kind == "categorical"
    assert "'who' is read as categorical with 40 levels, each an input" in table.notes[0]
    assert "'time' lies between 1700000000 and 1700000088, which are almost equal" in table.notes[1]
    assert len(caplog.records) == 2
    quiet = read_csv(
        write("who,time,y\n" + rows), "y", predictors=["who"], kinds={"who": "categorical"}
    )
    assert quiet.notes == ()


def test_numbers_that_single_precision_merges_are_noted(write):
    rows = "".join(f"{2**53 + n},{n * n}\n" for n in range(4))
    table = read_csv(write("a,y\n" + rows), "y", predictors=["a"])
    assert "almost equal in single precision" in table.notes[0]
    rows = "".join(f"{n % 2 * 10**9 + n},{n * n}\n" for n in range(4))
    table = read_csv(write("a,y\n" + rows), "y")
    assert table.notes == (
        "'a' has 4 different numbers, of which single precision keeps 3 apart; "
        "kinds={'a': 'categorical'} keeps all of them",
    )


def test_a_response_of_text_that_is_different_in_most_rows_is_refused(write):
    names = [f"name {n % 13}" for n in range(24)]
    text = "x,y\n" + "".join(f"{n % 5},{name}\n" for n, name in enumerate(names))
    with pytest.raises(InputError, match="'y' is text with 13 different values in 24 rows"):
        read_csv(write(text), "y")
    assert len(read_csv(write(text), "y", response_kind="categorical").response.levels) == 13
    more = "".join(f"{n},name {n}\n" for n in range(3))
    assert len(read_csv(write(text + more), "y").response.levels) == 13


CASES = """\
age,patient,share,visits,sick
40,b,1,0,No
41,a,0.5,3,Yes
52,b,0,1,No
63,a,2.5,2,Yes
"""


def test_weights_and_groups_are_no_predictors(write):
    path = write(CASES)
    table = read_csv(path, "visits", response_kind="count", weights="share", groups="patient")
    assert [column.name for column in table.columns] == ["age", "sick"]
    np.testing.assert_array_equal(table.X, [[40, 0], [41, 1], [63, 1]])
    np.testing.assert_array_equal(table.y, [0, 3, 2])
    np.testing.assert_array_equal(table.weights, [1, 0.5, 2.5])
    np.testing.assert_array_equal(table.groups, [0, 1, 1])
    assert table.groups.dtype == np.int64
    assert table.notes == ("left out 1 of 4 rows of weight 0",)
    assert table.missing == (0, 0, 0, 0, 0)
    assert table.response_kind == "count"
    plain = read_csv(path, "sick", exclude=["share", "patient"])
    assert [column.name for column in plain.columns] == ["age", "visits"]
    assert plain.weights is None
    assert plain.groups is None
    assert plain.response_kind == "binary"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": "visit"}, "weights is 'visit'; did you mean 'visits'"),
        ({"weights": 3}, "weights is a int; pass the name of a column"),
        ({"weights": "sick"}, "weights is 'sick', which is also the response; pass another"),
        ({"weights": "age", "groups": "age"}, "groups is 'age', which is also the weights"),
        ({"weights": "patient"}, "column 'patient' has the text 'b' at line 2; a numeric column"),
        ({"exclude": ["sick"]}, "exclude holds the response, 'sick'; leave it out of exclude"),
        ({"exclude": ["ages"]}, "exclude is 'ages'; did you mean 'age'"),
        ({"exclude": "age"}, "exclude is 'age'; pass a list of column names"),
        ({"exclude": ["age"], "predictors": ["age"]}, "predictors and exclude both hold 'age'"),
        ({"weights": "share", "predictors": ["share"]}, "holds the column of weights, 'share'"),
        ({"exclude": ["age", "patient", "share", "visits"]}, "predictors is empty; pass at least"),
        ({"response_kind": "count"}, "column 'sick' has the text 'No' at line 2"),
    ],
)
def test_roles_of_columns_that_do_not_fit(write, options, message):
    with pytest.raises(InputError, match=message):
        read_csv(write(CASES), "sick", **options)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ("1,2,-1", "weights is 'w', which has -1 at line 4; pass a column of numbers of at least"),
        ("0,0,0", "weights is 'w', which is 0 in every row"),
        ("1,2,1e-300", "'w', which has 1e-300 at line 4, below the range of single precision"),
        ("1,NaN,2", r"has missing values: 'w' 1 \(first at line 3\)"),
        ("1,inf,2", "column 'w' has the value inf at line 3; only finite numbers"),
        ("1,0,0", "response 'y' has the single value '7' in the only row"),
    ],
)
def test_weights_that_are_refused(write, weights, message):
    rows = "".join(f"{n},{w},{7 + n}\n" for n, w in enumerate(weights.split(",")))
    with pytest.raises(InputError, match=message):
        read_csv(write("x,w,y\n" + rows), "y", weights="w")


def test_groups_that_are_refused(write):
    path = write("x,g,y\n1,a,1\n2,a,2\n3,,3\n")
    with pytest.raises(InputError, match="groups is 'g', which puts all 2 rows into one group"):
        read_csv(path, "y", groups="g", missing="drop")
    with pytest.raises(InputError, match=r"missing values: 'g' 1 \(first at line 4\)"):
        read_csv(path, "y", groups="g")


def test_a_missing_weight_or_group_is_never_filled_in(write):
    path = write("x,w,g,y\n1,1,a,1\n,2,b,2\n3,NA,b,3\n4,1,?,5\n")
    table = read_csv(path, "y", weights="w", groups="g", missing="impute")
    np.testing.assert_array_equal(table.y, [1, 2])
    np.testing.assert_array_equal(table.X, [[1], [1]])
    assert table.missing == (1, 0, 1, 1)
    assert table.notes[0] == "left out 2 of 4 rows with missing values ('w' 1, 'g' 1)"


@pytest.mark.parametrize(("value", "shown"), [("-1", "-1"), ("1.5", "1.5")])
def test_a_count_is_a_whole_number_of_at_least_0(write, value, shown):
    path = write(f"x,y\n1,0\n2,{value}\n")
    with pytest.raises(InputError, match=f"'y' has {shown} at line 3; a count is a whole number"):
        read_csv(path, "y", response_kind="count")
