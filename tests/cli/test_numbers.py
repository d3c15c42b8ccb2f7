"""Have numbers on the page as many digits as their intervals are wide?"""

import math

import numpy as np
import pytest

from jaxnn.cli.numbers import decimals, ends, number, value, values
from jaxnn.tables import Column


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([(0.0455, 0.316), (-0.0034, 0.0166)], 3),
        ([(1.0, 11.0)], 1),
        ([(65_100, 80_400)], -2),
        ([(math.nan, math.nan), (0.1, 0.2)], 3),
        ([(0.0, math.inf), (2.0, 2.0)], None),
    ],
)
def test_the_widest_interval_of_a_table_decides_on_its_decimals(intervals, expected):
    assert decimals(intervals) == expected


def test_numbers_are_rounded_and_have_no_exponent_within_reach():
    assert number(0.1664, 3) == "0.166" and number(-0.0001, 3) == "0.000"
    assert number(73_149, -2, "+") == "+73,100" and number(2.4e9) == "2.4e+09"
    assert number(None) == number(math.nan, 2) == "unknown"
    assert number(3.21e-9, 11) == "3.21e-09"
    assert ends((-0.0134, 0.00247), 3, "+") == "-0.013 to +0.002"


def test_values_of_columns_are_names_of_levels_or_numbers():
    year, sort = Column("year", "numeric"), Column("<b>", "categorical", ("a&b", "<c>"))
    assert value(year, 1957.0) == "1957" and value(sort, 1.0) == "<c>"
    assert values(year, np.array([1900.0, 2022.0])) == "1900 to 2022, mean 1961"
    assert values(sort, np.array([0.0, 1.0, 1.0])) == "a&b (1), <c> (2)"
