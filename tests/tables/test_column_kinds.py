"""Is each column numeric, binary or categorical as its values or the caller say?"""

import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import Column, read_csv


@pytest.mark.parametrize(
    ("values", "kind", "levels"),
    [
        (["0", "1", "0"], "binary", ("0", "1")),
        (["0.0", "1.0", "1"], "binary", ("0", "1")),
        (["1", "2", "1"], "numeric", ()),
        (["0", "1", "2"], "numeric", ()),
        (["b", "a", "b"], "binary", ("a", "b")),
        (["True", "False", "True"], "binary", ("False", "True")),
        (["yes", "No", "No"], "binary", ("No", "yes")),
        (["+", "-", "+"], "binary", ("-", "+")),
        (["present", "Sound", "Sound"], "binary", ("Sound", "present")),
        (["b", "C", "a"], "categorical", ("a", "b", "C")),
        (["1e3", "-.5", "+2."], "numeric", ()),
        (["1_0", "2_0", "3_0"], "categorical", ("1_0", "2_0", "3_0")),
        (["inf", "sup", "inf"], "binary", ("inf", "sup")),
        (["01234", "10115", "20095"], "categorical", ("01234", "10115", "20095")),
        (["0049", "044", "1"], "categorical", ("1", "044", "0049")),
        (["+4930123", "+4930124", "+4930125"], "categorical", ("+4930123", "+4930124", "+4930125")),
        (["05", "40", "7"], "numeric", ()),
        (["01.5", "02.5", "10.5"], "numeric", ()),
        (["+1", "-2", "+3"], "numeric", ()),
    ],
)
def test_kinds_are_inferred(write, values, kind, levels):
    table = read_csv(write("x,y\n" + "".join(f"{x},{n}\n" for n, x in enumerate(values))), "y")
    assert table.columns[0] == Column("x", kind, levels)


def test_codes_of_digits_are_categories_with_a_note(write):
    path = write("zip,y\n01234,1\n10115,2\n01234,3\n")
    table = read_csv(path, "y")
    assert table.notes == (
        "'zip' is categorical, since values such as '01234' look like codes; declare it 'numeric' "
        "in kinds if they are numbers",
    )
    table = read_csv(path, "y", kinds={"zip": "numeric"})
    assert (table.X[:, 0].tolist(), table.notes) == ([1234, 10115, 1234], ())
    assert read_csv(path, "y", kinds={"zip": "categorical"}).notes == ()


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


def test_an_ordinal_column_has_levels_in_a_declared_order(write):
    path = write("size,stage,y\nM,3,1\nS,1,2\nL,2,3\n")
    levels = {"size": ["S", "M", "L"]}
    table = read_csv(path, "y", kinds={"size": "ordinal", "stage": "ordinal"}, levels=levels)
    assert table.columns == (
        Column("size", "ordinal", ("S", "M", "L")),
        Column("stage", "ordinal", ("1", "2", "3")),
    )
    np.testing.assert_array_equal(table.X, [[1, 2], [0, 0], [2, 1]])
    with pytest.raises(
        InputError, match=r"order of its values \(L, M, S\) is not known; pass them"
    ):
        read_csv(path, "y", kinds={"size": "ordinal"})


def test_levels_that_only_dropped_rows_had_are_dropped(write):
    path = write("site,y,z\na,No,1\nb,Yes,1\nc,Maybe,\na,Yes,2\n")
    table = read_csv(path, "y", missing="drop")
    assert table.columns[0] == Column("site", "binary", ("a", "b"))
    assert table.response == Column("y", "binary", ("No", "Yes"))
    declared = read_csv(path, "y", missing="drop", levels={"site": ["a", "b", "c"]})
    assert declared.columns[0].levels == ("a", "b", "c")
    assert "'site': no row has the declared level c" in declared.notes


def test_dates_are_days_since_the_earliest(write):
    path = write("visit,y\n2020-03-01,1\n2020-02-28,2\n2020-02-29 12:00,3\n")
    table = read_csv(path, "y")
    assert table.columns == (Column("visit", "numeric", origin="2020-02-28"),)
    np.testing.assert_array_equal(table.X[:, 0], [2, 0, 1.5])
    assert table.notes == ("'visit' is read as dates, in days since 2020-02-28",)
    named = read_csv(path, "y", kinds={"visit": "categorical"})
    assert named.columns[0].kind == "categorical"
    with pytest.raises(
        InputError, match="column 'visit' has the text '2020-03-01' at line 2; a num"
    ):
        read_csv(path, "y", kinds={"visit": "numeric"})
    with pytest.raises(
        InputError, match="column 'y' has the value '1' at line 2, which is no date"
    ):
        read_csv(path, "visit", kinds={"y": "date"})
    with pytest.raises(InputError, match="dates is 'ymd'; did you mean 'mdy'"):
        read_csv(path, "y", dates="ymd")
