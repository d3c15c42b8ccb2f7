"""Are levels sorted, merged and matched as said?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import Column, read_csv
from jaxnn.tables.levels import sorted_levels


def test_levels_are_sorted_by_value_or_alphabetically():
    assert sorted_levels(["10", "9", "-1"]) == ("-1", "9", "10")
    assert sorted_levels([str(2**53 + 1), str(2**53)]) == (str(2**53), str(2**53 + 1))
    assert sorted_levels(["b", "A", "C"]) == ("A", "b", "C")
    assert sorted_levels(["Y", "a"]) == ("a", "Y")
    assert sorted_levels(["Pos", "q"]) == ("q", "Pos")
    assert sorted_levels(["2", "1"]) == ("1", "2")


def test_spellings_of_one_level_are_merged_with_a_note(write):
    path = write("x,y\nnot sure,Yes\nNot  Sure,yes\nsure,no\nNOT SURE,No\nnot sure,Yes\n")
    table = read_csv(path, "y")
    assert table.response == Column("y", "binary", ("no", "Yes"))
    np.testing.assert_array_equal(table.y, [1, 1, 0, 0, 1])
    assert table.columns[0] == Column("x", "binary", ("not sure", "sure"))
    assert table.notes == (
        "'y': 'yes' is read as 'Yes', 'No' is read as 'no'",
        "'x': 'NOT SURE' and 'Not  Sure' are read as 'not sure'",
    )
    other = read_csv(path, "y", positive="NO")
    assert other.response.levels == ("Yes", "no")


def test_declared_levels_decide_what_a_spelling_is(write):
    path = write("x,y\na,1\nA,2\nB,3\nb,4\n")
    table = read_csv(path, "y", levels={"x": ["a", "A", "B"]})
    assert table.columns[0].levels == ("a", "A", "B")
    np.testing.assert_array_equal(table.X[:, 0], [0, 1, 2, 2])
    assert table.notes == ("'x': 'b' is read as 'B'",)
    with pytest.raises(InputError, match="has the value 'B' at line 4; its levels are declared"):
        read_csv(path, "y", levels={"x": ["a", "c"]})
