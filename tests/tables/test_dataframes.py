"""Does a DataFrame become the table that its types and values say?"""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import Column, axis_label, from_dataframe


def test_a_dataframe_keeps_what_its_types_say():
    frame = pd.DataFrame(
        {
            "dose": pd.Series([1, None, 3, 4], dtype="Int64"),
            "share": pd.Series([0.5, 1.5, None, 2.5], dtype="Float64"),
            "count": np.array([1, 2, 3, 4], np.int32),
            "flag": [True, False, True, True],
            "maybe": pd.Series([True, None, False, True], dtype="boolean"),
            "grade": pd.Categorical(
                ["low", "high", None, "low"], categories=["low", "mid", "high"]
            ),
            "code": pd.Categorical([3, 1, 3, 1], categories=[3, 1, 2]),
            "band": pd.cut([1, 5, 9, 2], [0, 3, 6, 10]),
            "text": ["b", "a", None, "c"],
            "price": [decimal.Decimal("1.5"), decimal.Decimal("NaN"), None, decimal.Decimal(2)],
            "sick": ["Yes", "No", "Yes", "No"],
        }
    )
    frame.index = pd.Index([7, 7, 8, 9])
    before = frame.copy(deep=True)
    table = from_dataframe(frame, "sick", missing="impute")
    pd.testing.assert_frame_equal(frame, before)
    found = {column.name: (column.kind, column.levels) for column in table.columns}
    truth = ("False", "True")
    assert found == {
        "dose": ("numeric", ()),
        "share": ("numeric", ()),
        "count": ("numeric", ()),
        "flag": ("binary", truth),
        "maybe": ("binary", truth),
        "grade": ("binary", ("low", "high")),
        "code": ("binary", ("3", "1")),
        "band": ("ordinal", ("(0, 3]", "(3, 6]", "(6, 10]")),
        "text": ("categorical", ("a", "b", "c")),
        "price": ("numeric", ()),
    }
    expected = {
        "dose": [1, 3, 3, 4],
        "share": [0.5, 1.5, 1.5, 2.5],
        "count": [1, 2, 3, 4],
        "flag": [1, 0, 1, 1],
        "maybe": [1, 1, 0, 1],
        "grade": [0, 1, 0, 0],
        "code": [0, 1, 0, 1],
        "band": [0, 1, 2, 0],
        "text": [1, 0, 0, 2],
        "price": [1.5, 1.75, 1.75, 2],
    }
    for place, (name, values) in enumerate(expected.items()):
        np.testing.assert_array_equal(table.X[:, place], values, err_msg=name)
    np.testing.assert_array_equal(table.y, [1, 0, 1, 0])
    holes = {"dose": 1, "share": 1, "maybe": 1, "grade": 1, "text": 1, "price": 2}
    assert table.missing == (*(holes.get(name, 0) for name in expected), 0)


def test_dataframes_that_are_refused():
    frame = pd.DataFrame({"x": [1.0, 2.0], "when": [datetime.time(12)] * 2, "y": [0, 1]})
    with pytest.raises(InputTypeError, match="column 'when' holds a time at row 0; turn it"):
        from_dataframe(frame, "y")
    assert from_dataframe(frame, "y", predictors=["x"]).X.tolist() == [[1], [2]]
    with pytest.raises(InputTypeError, match="frame is a dict; pass a DataFrame"):
        from_dataframe({"x": [1]}, "y")
    with pytest.raises(InputTypeError, match="response is a Series"):
        from_dataframe(frame, frame["y"])
    with pytest.raises(InputError, match="frame has no rows"):
        from_dataframe(frame[:0], "y", predictors=["x"])
    with pytest.raises(InputError, match="names both column 1 and column 2 'x'"):
        from_dataframe(frame[["x", "x", "y"]], "y")
    with pytest.raises(InputTypeError, match=r"frame has the column name \('a', 'b'\)"):
        from_dataframe(pd.DataFrame({("a", "b"): [1]}), "y")
    mixed = pd.DataFrame({"x": [1, "?", 3], "y": [1, 2, 3]}, dtype=object)
    with pytest.raises(InputError, match=r"column 'x' has the text '\?' at row 1 where its other"):
        from_dataframe(mixed, "y")
    infinite = pd.DataFrame({"x": [1, np.inf], "y": [1, 2]})
    with pytest.raises(InputError, match="column 'x' has the value inf at row 1"):
        from_dataframe(infinite, "y")
    with pytest.raises(InputError, match=r"'x' 1 \(first at row 1\)"):
        from_dataframe(pd.DataFrame({"x": [1, np.nan], "y": [1, 2]}), "y")


def test_numbered_columns_and_row_numbers_of_a_dataframe():
    frame = pd.DataFrame([[1, 2, 0], [4, 5, 1]])
    table = from_dataframe(frame, 2, predictors=[1], kinds={1: "categorical"})
    assert table.columns == (Column("1", "categorical", ("2", "5")),)
    assert table.response.name == "2"
    frame.columns = ["Unnamed: 0", "x", "y"]
    assert [column.name for column in from_dataframe(frame, "y").columns] == ["x"]


class OtherFrame:
    """The least that a DataFrame of another library has."""

    class Series:
        dtype = "unknown to pandas"

        def __init__(self, values):
            self.values = values

        def to_list(self):
            return self.values

    def __init__(self, data):
        self.columns = list(data)
        self.data = data

    def __len__(self):
        return len(next(iter(self.data.values())))

    def __getitem__(self, name):
        return self.Series(self.data[name])


def test_dataframes_of_other_libraries_are_read():
    frame = OtherFrame(
        {"x": [1, None, 3, 4], "z": ["a", "b", "a", "b"], "y": [True, True, False, True]}
    )
    table = from_dataframe(frame, "y", missing="drop")
    assert [column.kind for column in table.columns] == ["numeric", "binary"]
    np.testing.assert_array_equal(table.X, [[1, 0], [3, 0], [4, 1]])
    np.testing.assert_array_equal(table.y, [1, 0, 1])


def test_dates_and_durations_of_a_dataframe_are_days():
    day = pd.Timestamp("2020-01-01")
    hours = pd.to_timedelta([36, None, 12, 0], unit="h")
    frame = pd.DataFrame(
        {
            "stamp": [day + pd.Timedelta(12, "h"), None, day, day + pd.Timedelta(31, "D")],
            "zoned": pd.to_datetime([f"2020-01-0{n} 02:00+02:00" for n in (1, 1, 2, 3)]),
            "date": [datetime.date(2020, 3, 1), None, datetime.date(2020, 2, 28), day.date()],
            "month": pd.PeriodIndex(["2020-01", None, "2020-02", "2020-03"], freq="M"),
            "wait": hours,
            "y": [1.0, 2, 3, 4],
        }
    )
    table = from_dataframe(frame, "y", missing="drop")
    np.testing.assert_allclose(
        table.X, [[0.5, 0, 60, 0, 1.5], [0, 1, 58, 31, 0.5], [31, 2, 0, 60, 0]], atol=1e-9
    )
    assert {column.origin for column in table.columns[:4]} == {"2020-01-01"}
    assert axis_label(table.columns[0]) == "stamp (days since 2020-01-01)"
    assert axis_label(table.columns[4]) == "wait (days)"
    assert "'stamp' is read as dates, in days since 2020-01-01" in table.notes
    assert "'wait' is a duration, in days" in table.notes
    labels = from_dataframe(frame, "y", missing="drop", kinds={"date": "categorical"})
    assert labels.columns[2].levels == ("2020-01-01", "2020-02-28", "2020-03-01")


def test_an_ordered_dtype_makes_an_ordinal_column():
    sizes = pd.Categorical(["L", "S", "M", "S"], ["S", "M", "L", "XL"], ordered=True)
    frame = pd.DataFrame({"size": sizes, "y": [1, 2, 3, 4]})
    table = from_dataframe(frame, "y")
    assert table.columns == (Column("size", "ordinal", ("S", "M", "L")),)
    np.testing.assert_array_equal(table.X[:, 0], [2, 0, 1, 0])
    response = from_dataframe(frame, "size")
    assert response.response == Column("size", "categorical", ("S", "M", "L"))
    assert response.response_kind == "categorical"
    assert response.notes == ("response 'size': the order of its levels is not used",)


def test_long_identifiers_of_a_dataframe_stay_apart():
    ids = [2**53 + number for number in range(4)]
    frame = pd.DataFrame({"id": ids, "y": [1, 2, 3, 4]})
    frame["nullable"] = pd.array([*ids[:3], None], dtype="Int64")
    frame["object"] = pd.Series(ids, dtype=object)
    frame["category"] = pd.Categorical(ids)
    kinds = dict.fromkeys(["id", "nullable", "object"], "categorical")
    table = from_dataframe(frame, "y", kinds=kinds, missing="impute")
    levels = tuple(map(str, ids))
    assert [column.levels for column in table.columns] == [levels, levels[:3], levels, levels]
    rounded = from_dataframe(frame.astype({"id": float}), "y", kinds=kinds, missing="drop")
    assert "'id' has levels beyond 2^53 as floats, of which neighbours are one" in rounded.notes[1]


def test_a_declared_level_that_looks_missing_is_a_level():
    frame = pd.DataFrame({"country": ["NA", "DE", "", "NA"], "y": [1, 2, 3, 4]})
    typed = frame.astype({"country": "category"})
    typed = from_dataframe(typed, "y", levels={"country": ["NA", "DE", ""]})
    np.testing.assert_array_equal(typed.X[:, 0], [0, 1, 2, 0])
    table = from_dataframe(frame, "y", levels={"country": ["NA", "DE", ""]})
    np.testing.assert_array_equal(table.X[:, 0], [0, 1, 2, 0])
    with pytest.raises(InputError, match=r"'country' 1 \(first at row 2\)"):
        from_dataframe(frame, "y")
