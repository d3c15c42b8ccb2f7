"""Are weights and groups of rows taken from their columns, and checked?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import read_csv

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
