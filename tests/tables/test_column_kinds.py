"""Is each column numeric, binary or categorical as its values or the caller say?"""

import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import Column, read_csv
from jaxnn.tables.column_kinds import sorted_levels


@pytest.mark.parametrize(
    ("values", "kind", "levels"),
    [
        (["0", "1", "0"], "binary", ("0", "1")),
        (["0.0", "1.0", "1"], "binary", ("0", "1")),
        (["1", "2", "1"], "numeric", ()),
        (["0", "0", "0"], "numeric", ()),
        (["0", "1", "2"], "numeric", ()),
        (["b", "a", "b"], "binary", ("a", "b")),
        (["True", "False", "True"], "binary", ("False", "True")),
        (["yes", "No", "No"], "binary", ("No", "yes")),
        (["+", "-", "+"], "binary", ("-", "+")),
        (["present", "Sound", "Sound"], "binary", ("Sound", "present")),
        (["b", "C", "a"], "categorical", ("a", "b", "C")),
        (["same", "same", "same"], "categorical", ("same",)),
        (["1e3", "-.5", "+2."], "numeric", ()),
        (["1_0", "2_0", "3_0"], "categorical", ("1_0", "2_0", "3_0")),
        (["inf", "sup", "inf"], "binary", ("inf", "sup")),
    ],
)
def test_kinds_are_inferred(write, values, kind, levels):
    table = read_csv(write("x,y\n" + "".join(f"{x},{n}\n" for n, x in enumerate(values))), "y")
    assert table.columns[0] == Column("x", kind, levels)


def test_numbers_sort_as_numbers_and_keep_leading_zeros(write):
    path = write("code,y\n10,1\n9,2\n2.0,3\n2,4\n007,5\n")
    table = read_csv(path, "y", kinds={"code": "categorical"})
    assert table.columns[0].levels == ("2", "007", "9", "10")
    np.testing.assert_array_equal(table.X[:, 0], [3, 2, 0, 0, 1])


def test_declared_levels_give_order_and_names(write):
    path = write("stage,grade,y\n1,low,1\n3,high,2\n2,mid,3\n")
    levels = {"stage": {1: "up", 2: "flat", 3: "down"}, "grade": ["low", "mid", "high"]}
    table = read_csv(path, "y", levels=levels)
    assert table.columns == (
        Column("stage", "categorical", ("up", "flat", "down")),
        Column("grade", "categorical", ("low", "mid", "high")),
    )
    np.testing.assert_array_equal(table.X, [[0, 0], [2, 2], [1, 1]])
    with pytest.raises(
        InputError, match=r"column 'stage' has the value '3' at line 3; .* 1 = up, 2 = flat"
    ):
        read_csv(path, "y", levels={"stage": {1: "up", 2: "flat"}})
    with pytest.raises(InputError, match="'stage', whose kind is 'numeric'"):
        read_csv(path, "y", kinds={"stage": "numeric"}, levels={"stage": ["1", "2", "3"]})
    with pytest.raises(InputError, match="pass each level once"):
        read_csv(path, "y", levels={"grade": ["low", "low"]})
    with pytest.raises(InputTypeError, match="levels for column 'grade' is 'low'"):
        read_csv(path, "y", levels={"grade": "low"})


def test_levels_are_sorted_by_value_or_alphabetically():
    assert sorted_levels(["10", "9", "-1"]) == ("-1", "9", "10")
    assert sorted_levels(["b", "A", "C"]) == ("A", "b", "C")
    assert sorted_levels(["Y", "a"]) == ("a", "Y")
    assert sorted_levels(["Pos", "q"]) == ("q", "Pos")
    assert sorted_levels(["2", "1"]) == ("1", "2")
