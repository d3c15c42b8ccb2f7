"""Are dates recognised, and read as the right day?"""

import datetime

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.tables.dates import days_of, holds_dates
from jaxnn.tables.raw_columns import RawColumn, RowPlaces

PLACES = RowPlaces("row", range(9))


def read(values, order=None):
    raw = RawColumn("visit", values)
    assert holds_dates(raw, PLACES)
    return days_of(raw, PLACES, order)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2020-01-31", (2020, 1, 31)),
        ("2020/1/3", (2020, 1, 3)),
        ("2020-03", (2020, 3, 1)),
        ("31.01.2020", (2020, 1, 31)),
        ("31/1/2020", (2020, 1, 31)),
        ("1/31/2020", (2020, 1, 31)),
        ("31-01-20", (2020, 1, 31)),
        ("31.01.69", (1969, 1, 31)),
        ("3 Feb 2020", (2020, 2, 3)),
        ("03-FEB-2020", (2020, 2, 3)),
        ("February 3, 2020", (2020, 2, 3)),
    ],
)
def test_dates_are_read(text, date):
    days = read([text, None]).days
    assert days[0] == datetime.date(*date).toordinal()
    assert np.isnan(days[1])


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2020-01-31T12:30", 12.5),
        ("2020-01-31 12:30:36.000", 12.51),
        ("2020-01-31T12:30:36.000000000", 12.51),
        ("2020-01-31T12:30:00Z", 12.5),
        ("2020-01-31T12:30:00+02:00", 10.5),
        ("2020-01-31 12:30-0530", 18),
        ("1/31/2020 3:15 PM", 15.25),
        ("1/31/2020 12:15 AM", 0.25),
        ("31 Jan 2020 06:00", 6),
    ],
)
def test_times_are_parts_of_a_day(text, hours):
    day = datetime.date(2020, 1, 31).toordinal()
    np.testing.assert_allclose((read([text]).days[0] - day) * 24, hours, atol=1e-6)


def test_the_order_of_day_and_month_is_seen_or_given():
    assert read(["01/02/2020", "13/02/2020"]).order == "dmy"
    shown = read(["01/02/2020", "02/13/2020"])
    assert shown.order == "mdy"
    assert shown.notes == ("'visit' is read in the order month, day, year",)
    january, february = (datetime.date(2020, m, 3 - m).toordinal() for m in (1, 2))
    assert read(["01/02/2020"], "mdy").days == [january]
    assert read(["01/02/2020"], "dmy").days == [february]
    assert read(["01.02.2020"]).days == [february]  # points are written after the day first
    with pytest.raises(
        InputError, match="such as 01/02/2020, of which either may be the day; pass"
    ):
        read(["01/02/2020", "03/04/2020"])
    with pytest.raises(InputError, match="which some have the day first and some the month"):
        read(["13/02/2020", "02/13/2020"])
    with pytest.raises(
        InputError, match=r"'02/13/2020' at row 1, which is no date \(day and month"
    ):
        read(["01/02/2020", "02/13/2020"], "dmy")


def test_days_that_no_calendar_has_are_refused():
    with pytest.raises(
        InputError, match="the value '2021-02-29' at row 1, which is no date; write"
    ):
        read(["2020-02-29", "2021-02-29"])
    with pytest.raises(InputError, match="has times with a zone and times without; give all"):
        read(["2020-01-01T10:00", "2020-01-01T10:00Z"])


@pytest.mark.parametrize(
    "values",
    [
        ["1.10.2", "2.3.1"],
        ["12:30", "13:30"],
        ["10-20", "20-30"],
        ["2020-01-01", "a", "b"],
        ["20200101", "20200102"],
        ["20200101", "20200199", "20200102"],
        [None],
        np.array([20200101.5, 20200102, 20200103]),
        np.array([1.0, 2, 3]),
    ],
)
def test_other_values_are_no_dates(values):
    assert not holds_dates(RawColumn("x", values), PLACES)


def test_numbers_of_eight_digits_are_dates_when_all_are():
    days = read(np.array([20200101, np.nan, 20200301, 20200102])).days
    np.testing.assert_array_equal(days - days[0], [0, np.nan, 60, 1])


def test_a_typing_error_among_dates_is_refused():
    with pytest.raises(
        InputError, match="has the text 'soon' at row 1 where its other values are d"
    ):
        read(["2020-01-01", "soon", "2020-01-02"])
