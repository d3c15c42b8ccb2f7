"""Do values stay under the name they belong to, whatever follows the last delimiter?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.errors import InputError
from jaxnn.tables import read_csv
from jaxnn.tables.column_names import named_columns
from jaxnn.tables.raw_columns import RowPlaces

ENDS = "lines end with a delimiter, after which there is no column"
ROW_NAMES = "the first column has no name and no repeated value; left out as row names"


def columns_of(header, records):
    where = RowPlaces("line", range(2, 2 + len(records)))
    columns, notes = named_columns(header, records, where, "data.csv")
    return {column.name: column.values for column in columns}, notes


def test_a_trailing_delimiter_does_not_shift_columns(write):
    path = write("a,b,c\n1,10,100,\n2,20,200,\n")
    table = read_csv(path, "b", predictors=["a"])
    assert table.X.tolist() == [[1], [2]]
    assert table.y.tolist() == [10, 20]
    assert table.notes == (ENDS,)
    assert read_csv(path, "b").X.tolist() == [[1, 100], [2, 200]]


@given(
    st.booleans(),
    st.lists(st.booleans(), min_size=1, max_size=6),
    st.sampled_from([1, 2]),
)
def test_ends_of_header_and_lines_are_independent(header_ends, lines_end, count):
    records = [
        [str(row), str(10 * row)] + [""] * (end * count) for row, end in enumerate(lines_end)
    ]
    found, notes = columns_of(["a", "b"] + [""] * (header_ends * count), records)
    assert found == {
        "a": [str(row) for row in range(len(records))],
        "b": [str(10 * row) for row in range(len(records))],
    }
    assert notes == ([ENDS] if header_ends or any(lines_end) else [])


@pytest.mark.parametrize("header_ends", [False, True])
@pytest.mark.parametrize("lines_end", [False, True])
@pytest.mark.parametrize("names", [["r1", "r2"], ["1", "2"], ["7", "3"]])
def test_row_names_of_r_with_a_trailing_delimiter(header_ends, lines_end, names):
    if header_ends and not lines_end:
        return  # then the last column has values and no name
    records = [[name, "5", "6"] + [""] * lines_end for name in names]
    found, notes = columns_of(["a", "b"] + [""] * header_ends, records)
    assert found == {"a": ["5", "5"], "b": ["6", "6"]}
    assert notes == [ENDS] * lines_end + [ROW_NAMES]


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["1", "1"], "some are equal"),
        (["1.5", "2.5"], "'1.5' at line 2 is no name"),
        (["1", ""], "that at line 3 is empty"),
    ],
)
def test_a_longer_row_is_refused_unless_its_first_field_is_a_name(names, reason):
    with pytest.raises(InputError, match=f"no row names, since {reason}; name every column"):
        columns_of(["a", "b"], [[name, "5", "6"] for name in names])


def test_rows_of_other_lengths_are_refused(write):
    with pytest.raises(InputError, match=r"line 3 of .* has 4 fields; .* 2 columns; quote a value"):
        read_csv(write("a,b\n1,2\n3,4,5,6\n"), "b")
    with pytest.raises(InputError, match=r"line 2 of .* has 3 fields; the first line names 2"):
        read_csv(write("a,b\n1,5,2\n3,4\n"), "b")


def test_columns_without_a_name_and_values_are_told_in_one_note():
    header = ["a", "", "", "b", "", "c"]
    _, notes = columns_of(header, [["1", "", "", "2", "", "3"]])
    assert notes == ["columns 2, 3, 5 have neither a name nor values; left out"]


def test_columns_without_a_name_are_refused_only_when_used(write):
    path = write("a,,y\n1,5,2\n4,6,3\n")
    with pytest.raises(InputError, match=r"column 2 of .* has no name; give it a name"):
        read_csv(path, "y")
    assert read_csv(path, "y", predictors=["a"]).X.tolist() == [[1], [4]]
    assert read_csv(path, "y", kinds={"column 2": "numeric"}).X.tolist() == [[1, 5], [4, 6]]
