"""Do values of every type become numbers or texts without loss?"""

import datetime
from decimal import Decimal

import numpy as np
import pytest

from jaxnn.tables.raw_columns import RowPlaces, level_text, raw_column

PLACES = RowPlaces("row", range(9))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5, None, Decimal("0.1")], [1, 2.5, np.nan, 0.1]),
        (np.array([1, 2], np.uint8), [1, 2]),
        ([np.timedelta64(36, "h"), None, datetime.timedelta(2)], [1.5, np.nan, 2]),
        (np.array([1, "NaT"], "m8[D]"), [1, np.nan]),
        ([10**400, 1], [np.inf, 1]),
    ],
)
def test_numbers_and_durations_are_numbers(values, expected):
    np.testing.assert_array_equal(raw_column("x", values, PLACES).values, expected)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([2**53 + 1, None], ["9007199254740993", None]),
        (np.array([2**63 + 1], np.uint64), ["9223372036854775809"]),
        (
            [Decimal("0.1"), Decimal("0.1000000000000000000001")],
            ["0.1", "0.1000000000000000000001"],
        ),
        ([Decimal(10**17 + 1), Decimal("0.50")], ["100000000000000001", "0.5"]),
        ([datetime.date(2020, 1, 2), None], ["2020-01-02", None]),
        (np.array(["2020-01-02T06", "NaT"], "M8[h]"), ["2020-01-02T06:00:00", None]),
        ([np.datetime64("2020-01"), "x"], ["2020-01-01", "x"]),
        ([True, None, "x"], ["True", None, "x"]),
    ],
)
def test_what_a_float_would_change_stays_text(values, expected):
    assert raw_column("x", values, PLACES).values == expected


def test_values_that_are_neither_numbers_nor_texts_are_a_problem():
    raw = raw_column("x", [1, datetime.timedelta(1)], PLACES)
    assert raw.problem == "holds a timedelta at row 1; turn it into numbers or text"


@pytest.mark.parametrize(
    ("value", "text"),
    [("2.0", "2"), ("2.50", "2.50"), (" a ", "a"), (2.0, "2"), (True, "True"), (-0.5, "-0.5")],
)
def test_a_value_is_known_by_its_text(value, text):
    assert level_text(value) == text
