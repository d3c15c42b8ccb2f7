"""Do new rows get the codes of the table that a network was fitted to?"""

import numpy as np
import pandas as pd
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import from_dataframe, new_rows, raw_frame, raw_table, read_csv
from jaxnn.tables.new_rows import reading_arguments

FITTED = """\
age,scan,stage,visit,size,country,y
40,normal,1,13/01/2020,S,NA,1
50,fixed,2,15/01/2020,L,DE,2
61,normal,3,14/01/2020,M,NA,3
70,reversable,1,02/02/2020,S,DE,5
"""
NEW = """\
country,size,visit,more,stage,scan,age
NA,M,03/02/2020,8,3,NORMAL,45
FR,,soon,8,4,odd,x
DE,L,,8,up,,1e39
"""


@pytest.fixture
def columns(write):
    table = read_csv(
        write(FITTED),
        "y",
        kinds={"size": "ordinal"},
        levels={
            "stage": {1: "up", 2: "flat", 3: "down"},
            "size": ["S", "M", "L"],
            "country": ["NA", "DE"],
        },
    )
    return table.columns


def test_rows_of_a_file_with_columns_in_another_order(write, columns):
    path = write(NEW, "new.csv")
    rows = new_rows(columns, raw_table(path, **reading_arguments(columns)))
    nan = np.nan
    expected = [[45, 1, 2, 21, 1, 0], [nan, nan, nan, nan, nan, nan], [nan, nan, 0, nan, 2, 1]]
    np.testing.assert_array_equal(rows.X, expected)
    np.testing.assert_array_equal(rows.missing.sum(axis=1), [0, 1, 2])
    np.testing.assert_array_equal(rows.unseen.sum(axis=1), [0, 5, 1])
    assert rows.problems == (
        "",
        "'age' is 'x', no number; 'scan' has the unseen level 'odd'; 'stage' has the unseen level "
        "'4'; 'visit' is 'soon', no date that can be read; 'size' is missing; 'country' has the "
        "unseen level 'FR'",
        "'age' is 1e+39, beyond the range of single precision; 'scan' is missing; "
        "'visit' is missing",
    )
    assert rows.notes[-1] == "columns not used: 'more'"


def test_a_column_that_new_rows_lack_is_named(write, columns):
    path = write("age,scan\n4,normal\n", "new.csv")
    with pytest.raises(InputError, match=r"has no columns 'stage', 'visit', 'size', 'country'"):
        new_rows(columns, raw_table(path, **reading_arguments(columns)))


def test_new_rows_of_the_fitted_table_are_that_table():
    frame = pd.DataFrame(
        {
            "x": [0.1, 1e-9, 3e20, -5],
            "n": [1, 2, 3, 5],
            "flag": [True, False, True, True],
            "day": pd.to_datetime([f"2020-01-0{n} 12:30" for n in (2, 1, 9, 3)]),
            "id": [2**53, 2**53 + 1, 2**53 + 2, 2**53],
            "y": [1, 2, 3, 4],
        }
    )
    table = from_dataframe(frame, "y", kinds={"id": "categorical"})
    again = new_rows(table.columns, raw_frame(frame, **reading_arguments(table.columns)))
    np.testing.assert_array_equal(again.X, table.X)
    assert set(again.problems) == {""}
