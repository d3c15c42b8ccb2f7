"""Are rows with missing values left out or filled in as asked?"""

import logging

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import read_csv

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
