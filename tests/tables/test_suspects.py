"""Are columns that cannot be predictors left out, and no others?"""

import numpy as np
import pandas as pd
import pytest

from jaxnn.errors import InputError
from jaxnn.tables import from_arrays, from_dataframe, read_csv
from jaxnn.tables.raw_columns import RawColumn, RowPlaces
from jaxnn.tables.suspects import reason_to_leave_out

N = 24
SHUFFLED = np.array([(7 * n) % N for n in range(N)])
SALARIES = 41_000 + 977 * SHUFFLED


def reason(name, values):
    if not isinstance(values, np.ndarray):
        values = [None if value is None else str(value) for value in values]
    return reason_to_leave_out(RawColumn(name, values), RowPlaces("row", range(len(values))))


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("a", range(1, N + 1), "row numbers"),
        ("a", range(N, 0, -1), "row numbers"),
        ("a", np.arange(N) + 0.0, "row numbers"),
        ("a", [n * n for n in range(N)], "row numbers"),  # rising, with gaps
        ("a", 100 + SHUFFLED, "row numbers"),  # a run in another order
        ("a", [*range(N), None], "row numbers"),
        ("a", [f"{value:06d}" for value in SALARIES], "identifiers, all different"),
        ("a", 10**9 + 7919 * SHUFFLED, "identifiers, all different"),
        ("a", [2**60 + 3 * n * n % 97 for n in range(N)], "identifiers, all different"),
        ("patient_id", SALARIES, "identifiers, all different"),
        ("CustomerID", SALARIES, "identifiers, all different"),
        ("Row No.", SALARIES, "identifiers, all different"),
        ("customer", SALARIES, "identifiers, all different"),
        ("id", [1, 2, 3], "row numbers"),
        ("patient_id", [n // 2 for n in range(N)], "identifiers, of which some repeat"),
        ("patient id", [f"p{n // 2}" for n in range(N)], "identifiers, of which some repeat"),
        ("id", ["a7", "b3", "c9"], "identifiers, all different"),
        ("Unnamed: 3.1", [5, 5, 7], "a column without a name"),
        ("a", [f"name {n}" for n in range(N)], "identifiers, all different"),
        ("a", [f"A/5 {n}" if n % 3 else n for n in range(N)], "identifiers, all different"),
        ("a", [f"town {n % 12}" for n in range(N)], "text with nearly as many levels as rows, 12"),
        ("a", [f"a rather long remark, the {n}th of all" for n in range(N)], "free text, 24 diff"),
        ("a", [None, None], "no values"),
        ("a", ["x", None, "X "], "the same value in every row, 'x'"),
        ("a", np.array([3.0, np.nan, 3.0]), "the same value in every row, '3'"),
    ],
)
def test_columns_that_are_left_out(name, values, expected):
    assert reason(name, values).casefold().startswith(expected.casefold())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("a", SALARIES),
        ("a", SALARIES.astype(float)),
        ("a", SHUFFLED + SHUFFLED // 20),  # all different, but with a gap
        ("a", np.linspace(0, 1, N)),
        ("a", [n / 4 for n in range(N)]),
        ("a", range(10)),  # too few to tell
        ("a", [f"town {n % 11}" for n in range(N)]),
        ("a", [f"town {n}" for n in range(10)]),
        ("a", [f"2020-01-{n + 1:02d}" for n in range(N)]),
        ("grid", [1, 2, 3]),
        ("paid", SALARIES),
        ("customers", SALARIES),
        ("patient_id", [1, 1, 2]),
        ("shop_id", [n % 10 for n in range(N)]),
        ("room_no", [n // 2 for n in range(N)]),
        ("a", [*range(N - 1), "12.x"]),  # a typing error, which is refused
        ("a", ["x"]),
    ],
)
def test_columns_that_stay(name, values):
    assert reason(name, values) == ""


def test_several_columns_are_left_out_wherever_they_stand(write):
    rows = "".join(f"{n},{n},{n * n % 7},{n % 3},case {n},{n}\n" for n in range(N))
    path = write("Unnamed: 0.1,Unnamed: 0,a,y,label,row\n" + rows)
    table = read_csv(path, "y")
    assert [column.name for column in table.columns] == ["a"]
    assert table.notes == (
        "left out 'Unnamed: 0.1': a column without a name; "
        "kinds={'Unnamed: 0.1': 'numeric'} keeps it",
        "left out 'Unnamed: 0': a column without a name; kinds={'Unnamed: 0': 'numeric'} keeps it",
        "left out 'label': identifiers, all different; kinds={'label': 'categorical'} keeps it",
        "left out 'row': row numbers; kinds={'row': 'numeric'} keeps it",
    )
    kept = read_csv(path, "y", kinds={"row": "numeric", "Unnamed: 0": "numeric"})
    assert [column.name for column in kept.columns] == ["Unnamed: 0", "a", "row"]
    named = read_csv(path, "y", predictors=["label", "a"])
    assert [column.name for column in named.columns] == ["label", "a"]


def test_missing_values_of_a_column_that_is_left_out_drop_no_row():
    frame = pd.DataFrame({"a": np.arange(N) % 5, "note": [f"see {n}" for n in range(N)]})
    frame.loc[3, "note"] = None
    frame["constant"] = 1
    frame["empty"] = None
    frame["y"] = np.arange(N) % 4
    table = from_dataframe(frame, "y")
    assert [column.name for column in table.columns] == ["a"]
    assert table.missing == (0, 0)


def test_a_column_that_is_constant_in_the_rows_that_are_left_is_left_out(write):
    path = write("a,b,y\nu,1,1\nu,2,2\nv,,3\nu,4,4\n")
    table = read_csv(path, "y", missing="drop")
    assert [column.name for column in table.columns] == ["b"]
    assert table.missing == (1, 0)
    assert "left out 'a': the same value in every row, 'u'" in table.notes


def test_a_table_keeps_its_only_predictor(write):
    rows = "".join(f"{n},{n * n}\n" for n in range(N))
    table = read_csv(write("year,y\n" + rows), "y")
    assert table.notes == ("'year': perhaps row numbers, kept as there is no other predictor",)
    with pytest.raises(InputError, match=r"is left as a predictor, without 'x' \(identifiers"):
        read_csv(write("x,y\n" + "".join(f"case {n},{n}\n" for n in range(N))), "y")


def test_a_matrix_keeps_all_its_columns():
    X = np.column_stack([np.arange(N), SHUFFLED % 5, np.ones(N)])
    table = from_arrays(X, np.arange(N) % 3)
    assert table.X.shape == X.shape
    assert table.notes == (
        "perhaps no predictors: 'x1' (row numbers), 'x3' (the same value in every row, '1'); "
        "exclude=['x1'] leaves one out",
    )


def test_many_columns_that_are_left_out_share_a_note():
    frame = pd.DataFrame(np.ones((N, 50)), columns=[f"c{n}" for n in range(50)])
    frame["a"], frame["y"] = SHUFFLED % 5, SHUFFLED
    (note,) = from_dataframe(frame, "y").notes
    assert note.startswith("left out 50 columns: 'c0' (the same value in every row, '1'), 'c1' (")


def test_identifiers_that_repeat_can_be_groups():
    frame = pd.DataFrame({"patient_id": np.arange(N) // 2, "a": SHUFFLED % 5, "y": SHUFFLED})
    assert from_dataframe(frame, "y").notes == (
        "left out 'patient_id': identifiers, of which some repeat; groups='patient_id' keeps "
        "equal ones together, kinds={'patient_id': 'numeric'} keeps it",
    )
    assert from_dataframe(frame, "y", groups="patient_id").notes == ()


def test_numbers_with_a_unit_are_measurements():
    waits = pd.to_timedelta(np.arange(N), unit="D")
    shares = [f"{n} %" for n in range(N)]
    frame = pd.DataFrame({"wait": waits, "share": shares, "y": SHUFFLED})
    assert [column.name for column in from_dataframe(frame, "y").columns] == ["wait", "share"]
