"""Do arrays become the table that their values say?"""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import Column, from_arrays, read_csv


def test_arrays_with_and_without_names():
    X = np.array([[1.5, 0], [2.5, 1], [3.5, 1]])
    table = from_arrays(X, [0.1, 0.2, 0.3])
    assert table.columns == (Column("x1", "numeric"), Column("x2", "binary", ("0", "1")))
    assert table.response == Column("y", "numeric")
    np.testing.assert_array_equal(table.X, X)
    X[0, 0] = 99
    assert table.X[0, 0] == 1.5  # a copy
    texts = from_arrays([[1, "a", None], [2, "b", 5.0]], ["no", "yes"], missing="impute")
    assert [column.kind for column in texts.columns] == ["numeric", "binary", "numeric"]
    np.testing.assert_array_equal(texts.X, [[1, 0, 5], [2, 1, 5]])
    flags = from_arrays(np.array([[True], [False]]), np.array([True, False]))
    assert flags.response.levels == flags.columns[0].levels == ("False", "True")


def test_masked_values_are_missing():
    X = np.ma.masked_array([[1.0, 2], [3, 999], [5, 6]], [[0, 0], [0, 1], [0, 0]])
    y = np.ma.masked_array([1, 2, 3], [0, 0, 1])
    with pytest.raises(InputError, match=r"'x2' 1 \(first at row 1\), 'y' 1 \(first at row 2\)"):
        from_arrays(X, y)
    table = from_arrays(X, [1, 2, 3], missing="impute")
    np.testing.assert_array_equal(table.X, [[1, 2], [3, 4], [5, 6]])
    X = np.ma.concatenate([X, [[7, 8]]])
    y = np.ma.concatenate([y, [4]])
    assert from_arrays(X, y, missing="drop").missing == (0, 1, 1)


def test_codes_make_the_table_that_they_came_from(patients):
    levels = {"smokes": ("no", "yes"), "scan": ("normal", "fixed", "reversable")}
    table = read_csv(patients, "sick", levels=levels, kinds={"stage": "categorical"})
    everything = (*table.columns, table.response)
    again = from_arrays(
        table.X,
        table.y,
        names=[column.name for column in table.columns],
        response="sick",
        kinds={column.name: column.kind for column in everything},
        levels={column.name: column.levels for column in everything if column.levels},
    )
    assert again.columns == table.columns
    assert again.response == table.response
    np.testing.assert_array_equal(again.X, table.X)
    np.testing.assert_array_equal(again.y, table.y)
    with pytest.raises(InputError, match=r"the value '3' at row 2; .* 0 = a, 1 = b, 2 = c"):
        from_arrays([[0], [1], [3]], [1, 2, 3], levels={"x1": ["a", "b", "c"]})
    named = from_arrays([[7], [5], [7]], [1, 2, 3], levels={"x1": {7: "seven", 5: "five"}})
    assert named.columns[0] == Column("x1", "binary", ("seven", "five"))
    np.testing.assert_array_equal(named.X[:, 0], [0, 1, 0])


def test_no_identifier_passes_through_a_float():
    ids = [2**53 + number for number in range(4)]
    mixed = [[number, 0.5, Decimal(number)] for number in ids]
    arrays = [np.array(ids)[:, None], np.array(ids, np.uint64)[:, None], mixed]
    for X in arrays:
        table = from_arrays(X, [1, 2, 3, 4], kinds={"x1": "categorical"})
        assert table.columns[0].levels == tuple(map(str, ids))
        np.testing.assert_array_equal(table.X[:, 0], [0, 1, 2, 3])
    table = from_arrays(mixed, [1, 2, 3, 4], kinds={"x3": "categorical"})
    assert table.columns[2].levels == tuple(map(str, ids))
    huge = from_arrays([[10**30], [10**30 + 1]], [1, 2], kinds={"x1": "categorical"})
    assert huge.columns[0].levels == (str(10**30), str(10**30 + 1))


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        ([[1, 2], [3]], [1, 2], {}, "X has rows of different lengths; pass a rectangle"),
        ([1, 2], [1, 2], {}, r"X has shape \(2,\); pass shape \(rows, predictors\)"),
        ([[1], [2]], [[1], [2]], {}, r"y has shape \(2, 1\); pass shape \(rows,\)"),
        ([[1], [2]], [1, 2, 3], {}, "y has 3 values, but X has 2 rows"),
        (np.zeros((0, 2)), [], {}, "X, y has no rows of data"),
        (np.zeros((2, 0)), [1, 2], {}, "predictors is empty; pass at least one column"),
        ([[1], [np.nan]], [1, 2], {}, r"X, y has missing values: 'x1' 1 \(first at row 1\)"),
        ([[1], [2]], [1, np.nan], {}, r"'y' 1 \(first at row 1\)"),
        ([[1], [-np.inf]], [1, 2], {}, "column 'x1' has the value -inf at row 1"),
        ([[1], [10**400]], [1, 2], {}, "column 'x1' has the value inf at row 1"),
        ([[1], [2]], [1, 2], {"names": ["a", "b"]}, "names has 2 entries, but X has 1 columns"),
        ([[1], [2]], [1, 2], {"names": "a"}, "names is 'a'; pass a list of texts"),
        ([[1], [2]], [1, 2], {"names": ["y"]}, "names both column 1 and column 2 'y'"),
        ([[1], [2]], [1, 2], {"kinds": {"x2": "binary"}}, "kinds is 'x2'; did you mean 'x1'"),
        ([[1j], [2]], [1, 2], {}, "column 'x1' holds a complex at row 0"),
        ([[datetime.time(12)], [1]], [1, 2], {}, "column 'x1' holds a time at row 0; turn it into"),
        (pd.DataFrame({"a": [1]}), [1], {}, "X is a DataFrame; pass it to from_dataframe"),
    ],
)
def test_arrays_that_cannot_be_used(X, y, options, message):
    with pytest.raises(InputError, match=message):
        from_arrays(X, y, **options)
