"""Are durations read as days, from frames and from files alike?"""

import numpy as np
import pandas as pd
import pytest

from jaxnn.tables import from_dataframe, new_rows, raw_table, read_csv
from jaxnn.tables.durations import duration_in_days
from jaxnn.tables.new_rows import reading_arguments


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("0 days", 0),
        ("3 days 12:00:00", 3.5),
        ("-1 days +18:00:00", -0.25),
        ("1 day, 6:00:00.000", 1.25),
        ("2 days -06:00", 1.75),
    ],
)
def test_durations_are_read(text, days):
    assert duration_in_days(text) == days


@pytest.mark.parametrize("text", ["3", "06:00:00", "3 weeks", "days", "1 days 6", ""])
def test_other_texts_are_no_durations(text):
    assert duration_in_days(text) is None


def test_a_file_gives_the_numbers_of_the_frame_that_was_written_to_it(tmp_path):
    waits = pd.to_timedelta(1.5 * np.arange(20) - 3, unit="h")
    frame = pd.DataFrame({"wait": waits, "y": np.arange(20) % 7})
    frame.to_csv(tmp_path / "waits.csv", index=False)
    table = read_csv(tmp_path / "waits.csv", "y")
    np.testing.assert_allclose(table.X, from_dataframe(frame, "y").X, atol=1e-12)
    assert table.columns[0].unit == "days"
    assert table.notes == ("'wait' is a duration, in days",)
    raw = raw_table(tmp_path / "waits.csv", **reading_arguments(table.columns))
    np.testing.assert_array_equal(new_rows(table.columns, raw).X, table.X)
    named = read_csv(tmp_path / "waits.csv", "y", kinds={"wait": "categorical"})
    assert len(named.columns[0].levels) == 20
