"""Is the response of the kind that is asked for, with its positive class second?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import Column, read_csv


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


def test_a_response_of_text_that_is_different_in_most_rows_is_refused(write):
    names = [f"name {n % 13}" for n in range(24)]
    text = "x,y\n" + "".join(f"{n % 5},{name}\n" for n, name in enumerate(names))
    with pytest.raises(InputError, match="'y' is text with 13 different values in 24 rows"):
        read_csv(write(text), "y")
    assert len(read_csv(write(text), "y", response_kind="categorical").response.levels) == 13
    more = "".join(f"{n},name {n}\n" for n in range(3))
    assert len(read_csv(write(text + more), "y").response.levels) == 13


@pytest.mark.parametrize(("value", "shown"), [("-1", "-1"), ("1.5", "1.5")])
def test_a_count_is_a_whole_number_of_at_least_0(write, value, shown):
    path = write(f"x,y\n1,0\n2,{value}\n")
    with pytest.raises(InputError, match=f"'y' has {shown} at line 3; a count is a whole number"):
        read_csv(path, "y", response_kind="count")
