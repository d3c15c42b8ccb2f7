"""Do tables come out of files, DataFrames and arrays as they went in, and are faults named?"""

import csv
import datetime
import decimal
import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import (
    Column,
    Encoder,
    Table,
    column_index,
    describe,
    from_arrays,
    from_dataframe,
    read_csv,
    take_rows,
)
from jaxnn.tables.column_kinds import sorted_levels
from jaxnn.tables.raw_columns import MISSING_TOKENS, level_text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def write(tmp_path):
    def write(text, name="data.csv", **how):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(**how))
        return path

    return write


PATIENTS = """\
age,smokes,scan,stage,dose,sick
40,no,normal,1,0.5,Yes
50,yes,fixed,2,1.5,No

60,no,normal,3,-2e1,No
70,yes,reversable,1,.25,Yes
"""


def test_a_file_becomes_a_typed_table(write):
    table = read_csv(write(PATIENTS), "sick", kinds={"stage": "categorical"})
    assert table.columns == (
        Column("age", "numeric"),
        Column("smokes", "binary", ("no", "yes")),
        Column("scan", "categorical", ("fixed", "normal", "reversable")),
        Column("stage", "categorical", ("1", "2", "3")),
        Column("dose", "numeric"),
    )
    assert table.response == Column("sick", "binary", ("No", "Yes"))
    expected = [[40, 0, 1, 0, 0.5], [50, 1, 0, 1, 1.5], [60, 0, 1, 2, -20], [70, 1, 2, 0, 0.25]]
    np.testing.assert_array_equal(table.X, expected)
    np.testing.assert_array_equal(table.y, [1, 0, 0, 1])
    assert table.X.dtype == table.y.dtype == np.float64
    assert table.notes == ()
    assert table.missing == (0, 0, 0, 0, 0, 0)


def test_predictors_are_selected_in_order(write):
    # What is not selected may be anything.
    path = write("a,b,a note,y\n1,2,x;1,3\n4,5,,6\n")
    table = read_csv(path, "y", predictors=["b", "a"])
    assert [column.name for column in table.columns] == ["b", "a"]
    np.testing.assert_array_equal(table.X, [[2, 1], [5, 4]])


@pytest.mark.parametrize(
    ("values", "kind", "levels"),
    [
        (["0", "1", "0"], "binary", ("0", "1")),
        (["0.0", "1.0", "1"], "binary", ("0", "1")),
        (["1", "2", "1"], "numeric", ()),
        (["0", "0", "0"], "numeric", ()),
        (["0", "1", "2"], "numeric", ()),
        (["b", "a", "b"], "binary", ("a", "b")),
        (["True", "False", "True"], "binary", ("False", "True")),
        (["yes", "No", "No"], "binary", ("No", "yes")),
        (["+", "-", "+"], "binary", ("-", "+")),
        (["present", "Sound", "Sound"], "binary", ("Sound", "present")),
        (["b", "C", "a"], "categorical", ("a", "b", "C")),
        (["same", "same", "same"], "categorical", ("same",)),
        (["1e3", "-.5", "+2."], "numeric", ()),
        (["1_0", "2_0", "3_0"], "categorical", ("1_0", "2_0", "3_0")),
        (["inf", "sup", "inf"], "binary", ("inf", "sup")),
    ],
)
def test_kinds_are_inferred(write, values, kind, levels):
    table = read_csv(write("x,y\n" + "".join(f"{x},{n}\n" for n, x in enumerate(values))), "y")
    assert table.columns[0] == Column("x", kind, levels)


def test_numbers_sort_as_numbers_and_keep_leading_zeros(write):
    path = write("code,y\n10,1\n9,2\n2.0,3\n2,4\n007,5\n")
    table = read_csv(path, "y", kinds={"code": "categorical"})
    assert table.columns[0].levels == ("2", "007", "9", "10")
    np.testing.assert_array_equal(table.X[:, 0], [3, 2, 0, 0, 1])


def test_declared_levels_give_order_and_names(write):
    path = write("stage,grade,y\n1,low,1\n3,high,2\n2,mid,3\n")
    levels = {"stage": {1: "up", 2: "flat", 3: "down"}, "grade": ["low", "mid", "high"]}
    table = read_csv(path, "y", levels=levels)
    assert table.columns == (
        Column("stage", "categorical", ("up", "flat", "down")),
        Column("grade", "categorical", ("low", "mid", "high")),
    )
    np.testing.assert_array_equal(table.X, [[0, 0], [2, 2], [1, 1]])
    with pytest.raises(
        InputError, match=r"column 'stage' has the value '3' at line 3; .* 1 = up, 2 = flat"
    ):
        read_csv(path, "y", levels={"stage": {1: "up", 2: "flat"}})
    with pytest.raises(InputError, match="'stage', whose kind is 'numeric'"):
        read_csv(path, "y", kinds={"stage": "numeric"}, levels={"stage": ["1", "2", "3"]})
    with pytest.raises(InputError, match="pass each level once"):
        read_csv(path, "y", levels={"grade": ["low", "low"]})
    with pytest.raises(InputTypeError, match="levels for column 'grade' is 'low'"):
        read_csv(path, "y", levels={"grade": "low"})


# The response.


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


def test_a_guessed_positive_class_is_said_aloud(write, caplog):
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
    with pytest.raises(InputError, match="response_kind is 'binary', but kinds says 'numeric'"):
        read_csv(path, "grade", response_kind="binary", kinds={"grade": "numeric"})
    with pytest.raises(InputError, match=r"response_kind is 'logical'; .*known: binary"):
        read_csv(path, "grade", response_kind="logical")


def test_one_class_is_not_enough(write):
    with pytest.raises(InputError, match="response 'y' has the single class 'No' in all 2 rows"):
        read_csv(write("x,y\n1,No\n2,No\n"), "y")
    path = write("x,y\n1,0\n2,0\n")
    with pytest.raises(InputError, match=r"single class '0'.*response_kind='numeric'"):
        read_csv(path, "y")
    with pytest.raises(InputError, match="response 'y' has the single class '0'"):
        read_csv(path, "y", response_kind="binary")
    assert read_csv(path, "y", response_kind="numeric").response.kind == "numeric"
    with pytest.raises(InputError, match="single class 'Yes' in all 1 rows"):
        read_csv(write("x,y\n1,Yes\n,No\n"), "y", missing="drop")


# Missing values.

HOLES = "age,scan,y\n10,a,1\n,b,2\n30,?,3\n40,b,NA\n51,b,5\n"


def test_missing_values_are_refused_dropped_or_imputed(write, caplog):
    path = write(HOLES)
    with pytest.raises(
        InputError,
        match=r"missing is 'refuse', but .*'age' 1 \(first at line 3\), 'scan' 1 "
        r"\(first at line 4\), 'y' 1 \(first at line 5\); pass missing='drop'",
    ):
        read_csv(path, "y")
    assert caplog.records == []

    dropped = read_csv(path, "y", missing="drop")
    np.testing.assert_array_equal(dropped.X, [[10, 0], [51, 1]])
    np.testing.assert_array_equal(dropped.y, [1, 5])
    assert dropped.notes == ("left out 3 of 5 rows with missing values ('age' 1, 'scan' 1, 'y' 1)",)
    assert dropped.missing == (1, 1, 1)

    # A response is never made up; the median and the mode are of the rows that stay.
    imputed = read_csv(path, "y", missing="impute")
    np.testing.assert_array_equal(imputed.X, [[10, 0], [30, 1], [30, 1], [51, 1]])
    np.testing.assert_array_equal(imputed.y, [1, 2, 3, 5])
    assert imputed.notes == (
        "left out 1 of 5 rows with missing values ('y' 1)",
        "filled in 1 missing value of 'age' with their median, 30",
        "filled in 1 missing value of 'scan' with the most common level, 'b'",
    )
    said = [record.getMessage() for record in caplog.records]
    assert said == [f"{path}: {note}" for note in dropped.notes + imputed.notes]
    assert {(record.name, record.levelno) for record in caplog.records} == {
        ("jaxnn", logging.WARNING)
    }


def test_what_was_done_reaches_standard_error(write):
    script = (
        f"from jaxnn.tables import read_csv; read_csv({str(write(HOLES))!r}, 'y', missing='drop')"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "left out 3 of 5 rows" in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize("token", [*MISSING_TOKENS, "nan", " na ", "NULL"])
def test_missing_tokens(write, token):
    table = read_csv(write(f"x,z,y\n1,a,1\n{token},b,2\n3,b,4\n"), "y", missing="drop")
    assert table.missing == (1, 0, 0)
    assert table.columns[0].kind == "numeric"


@pytest.mark.parametrize("tokens", ["NA", None, [-99], [np.nan]])
def test_missing_tokens_are_a_list_of_texts(write, tokens):
    """Else "NA" would be two tokens, N and A."""
    with pytest.raises(InputTypeError, match=r"missing_tokens is .*; pass a list of texts"):
        read_csv(write("x,y\nA,1\nB,2\n"), "y", missing_tokens=tokens)


def test_masked_values_are_missing():
    X = np.ma.masked_array([[1.0, 2], [3, 999], [5, 6]], [[0, 0], [0, 1], [0, 0]])
    y = np.ma.masked_array([1, 2, 3], [0, 0, 1])
    with pytest.raises(InputError, match=r"'x2' 1 \(first at row 1\), 'y' 1 \(first at row 2\)"):
        from_arrays(X, y)
    table = from_arrays(X, [1, 2, 3], missing="impute")
    np.testing.assert_array_equal(table.X, [[1, 2], [3, 4], [5, 6]])
    assert from_arrays(X, y, missing="drop", response_kind="numeric").missing == (0, 1, 1)


def test_arguments_of_another_kind(write):
    path = write("x,y\n1,2\n3,4\n")
    with pytest.raises(InputTypeError, match="encoding is None; pass its name"):
        read_csv(path, "y", encoding=None)  # type: ignore[arg-type]
    for names in (5, (name for name in "ab")):
        with pytest.raises(InputTypeError, match=r"names is .*; pass a list of texts"):
            from_arrays([[1, 2], [3, 4]], [1, 2], names=names)  # type: ignore[arg-type]
    table = from_arrays([[1, 2], [3, 4]], [1, 2], names=np.array(["a", "b"]))  # type: ignore[arg-type]
    assert repr(table.columns[0].name) == "'a'"
    with pytest.raises(InputTypeError, match="predictors is 5; pass a list of column names"):
        from_dataframe(pd.DataFrame({"x": [1, 2], "y": [3, 4]}), "y", predictors=5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="rows has lists of different lengths"):
        take_rows(table, [[0], [0, 1]])
    with pytest.raises(InputTypeError, match="table is a int; pass a table"):
        column_index(5, "a")
    with pytest.raises(InputTypeError, match="levels is 5; pass a tuple of texts"):
        Column("a", "binary", 5)  # type: ignore[arg-type]


def test_other_missing_tokens(write):
    path = write("x,z,y\n-99,NA,1\n2,EU,2\n3,NA,3\n")
    table = read_csv(path, "y", missing="drop", missing_tokens=["-99"])
    np.testing.assert_array_equal(table.X, [[2, 0], [3, 1]])
    assert table.columns[1].levels == ("EU", "NA")


def test_too_much_is_missing(write):
    with pytest.raises(InputError, match="column 'x' has no values at all"):
        read_csv(write("x,y\n,1\n,2\n"), "y", missing="impute")
    with pytest.raises(InputError, match="leaves none of the 2 rows"):
        read_csv(write("x,z,y\n,1,1\n2,,2\n"), "y", missing="drop")
    with pytest.raises(InputError, match="column 'x' has no values in the rows with a response"):
        read_csv(write("x,y\n,1\n2,\n,3\n"), "y", missing="impute")
    with pytest.raises(InputError, match="missing is 'dorp'; did you mean 'drop'"):
        read_csv(write("x,y\n1,1\n2,2\n"), "y", missing="dorp")


# CSV as it is found.


def test_quotes_line_breaks_and_marks_of_byte_order(write):
    text = '\ufeff"a, b", "say ""hi""",y \r\n1,"two\r\nlines",3\r\n\r\n"4", five ,6\r\n'
    table = read_csv(write(text), "y")
    assert [column.name for column in table.columns] == ["a, b", 'say "hi"']
    assert table.columns[1].levels == ("five", "two\r\nlines")
    np.testing.assert_array_equal(table.X, [[1, 1], [4, 0]])


def test_lines_are_counted_as_an_editor_counts_them(write):
    with pytest.raises(InputError, match=r"line 6 of .* has 3 fields; .* 2 columns"):
        read_csv(write('x,y\n"a\nb",1\n\nc,2\nd,3,4\n'), "y")
    with pytest.raises(InputError, match=r"line 2 of .* has 1 fields"):
        read_csv(write("x,y\n1\n2,3\n"), "y")


@pytest.mark.parametrize("first", ["", '""', "Unnamed: 0"])
def test_row_numbers_without_a_name_are_left_out(write, first, caplog):
    path = write(f"{first},x,y\n1,5,2\n2,6,3\n3,8,4\n")
    table = read_csv(path, "y")
    assert [column.name for column in table.columns] == ["x"]
    assert table.notes == (
        "the first column has no name and no value twice; left out as row names",
    )
    assert "row names" in caplog.text
    assert [column.name for column in read_csv(path, "y", predictors=["x"]).columns] == ["x"]


def test_row_names_of_r(write):
    table = read_csv(write("x,y\nMazda RX4,5,2\nDatsun 710,6,3\n"), "y")
    np.testing.assert_array_equal(table.X, [[5], [6]])
    assert "row names" in table.notes[0]


def test_a_nameless_column_of_data_is_not_dropped(write):
    with pytest.raises(InputError, match=r"column 1 of .* repeats values"):
        read_csv(write(",x,y\n1,5,2\n1,6,3\n"), "y")
    with pytest.raises(InputError, match=r"column 2 of .* has no name"):
        read_csv(write("x,,y\n1,5,2\n1,6,3\n"), "y")
    trailing = read_csv(write("x,y,\n1,5,\n2,6,\n"), "y")
    assert trailing.notes == ("column 3 has neither a name nor values; left out",)


def test_delimiters_and_encodings(write):
    assert read_csv(write("x;y\n1;2\n3;4\n"), "y", delimiter=";").X.tolist() == [[1], [3]]
    with pytest.raises(InputError, match="names one column only; pass delimiter=';'"):
        read_csv(write("x;y\n1;2\n"), "y")
    with pytest.raises(InputError, match="delimiter is '::'"):
        read_csv(write("x,y\n1,2\n"), "y", delimiter="::")
    latin = write("x,y\nMüller,1\nMeier,2\n", encoding="latin-1")
    assert read_csv(latin, "y", encoding="latin-1").columns[0].levels == ("Meier", "Müller")
    with pytest.raises(
        InputError, match=r"not utf-8-sig text from byte 5 on; .*encoding='latin-1'"
    ):
        read_csv(latin, "y")
    with pytest.raises(InputError, match="encoding is 'utf-9'"):
        read_csv(latin, "y", encoding="utf-9")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty file; its first line must name columns"),
        ("\n \n", "an empty file"),
        ("x,y\n", "has no rows of data"),
        ("x\n1\n", "names one column only; columns are separated by ','"),
        ("1,2\n3,4\n", "whose first line holds numbers; it must name the columns"),
        ("x,x,y\n1,2,3\n", "names both column 1 and column 2 'x'"),
        ('x,y\n1,"2\n', "not proper CSV from line 2 on"),
        ("x,y\n1,2\n12O,3\n", "column 'x' has the text '12O' at line 3 where its other values are"),
        ("x,y\n1,2\ninf,3\n", "column 'x' has the value inf at line 3; only finite numbers"),
        ("x,y\n1,2\n1e999,3\n", "column 'x' has the value inf at line 3"),
        ("x,y\n1,2\n-1e60,3\n", "the value -1e.60 at line 3; single precision ends near 3e38"),
        ("x,z\n1,2\n", "response is 'y'; known: x, z"),
        (b"PK\x03\x04\xff\xfe\x00", "not utf-8-sig text"),
    ],
)
def test_files_that_cannot_be_used(write, text, message):
    with pytest.raises(InputError, match=message):
        read_csv(write(text), "y")


def test_paths_that_cannot_be_read(tmp_path, write):
    with pytest.raises(InputError, match=r"path is '.*none.csv', which does not exist"):
        read_csv(tmp_path / "none.csv", "y")
    with pytest.raises(InputError, match=r"path is '.*', a directory"):
        read_csv(tmp_path, "y")
    with pytest.raises(InputError, match=r"path is 'a.x00b', which cannot be read"):
        read_csv("a\0b", "y")
    with pytest.raises(InputTypeError, match="path is a int"):
        read_csv(3, "y")  # type: ignore[arg-type]
    locked = write("x,y\n1,2\n")
    locked.chmod(0)
    if not os.access(locked, os.R_OK):  # an administrator may read everything
        with pytest.raises(InputError, match=r"which cannot be read \(Permission denied\)"):
            read_csv(locked, "y")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"response": "sik"}, "response is 'sik'; did you mean 'sick'"),
        ({"response": 5}, "response is a int; pass the name of a column"),
        ({"predictors": ["agee"]}, "predictors is 'agee'; did you mean 'age'"),
        ({"predictors": "age"}, "predictors is 'age'; pass a list"),
        ({"predictors": ["age", "age"]}, "predictors holds 'age' twice"),
        ({"predictors": ["sick"]}, "predictors holds the response, 'sick'"),
        ({"predictors": []}, "predictors is empty"),
        ({"kinds": {"Age": "numeric"}}, "kinds is 'Age'; did you mean 'age'"),
        ({"kinds": {"age": "real"}}, r"kinds\['age'\] is 'real'; .*known: binary"),
        ({"kinds": ["age"]}, "kinds is a list; pass a mapping"),
        ({"levels": {"scam": ["a"]}}, "levels is 'scam'; did you mean 'scan'"),
        (
            {"kinds": {"scan": "numeric"}},
            "column 'scan' has the text 'normal' at line 2; a numeric column takes numbers",
        ),
        ({"kinds": {"stage": "binary"}}, r"column 'stage' has 3 distinct values \(1, 2, 3\)"),
    ],
)
def test_options_that_cannot_be_used(write, options, message):
    with pytest.raises(InputError, match=message) as caught:
        read_csv(write(PATIENTS), **{"response": "sick", **options})
    assert str(caught.value).count("\n") == 0


def test_doubts_are_said_aloud(write, caplog):
    rows = "".join(f"name {n},{1.7e9 + n},{n % 7}\n" for n in range(40))
    table = read_csv(write("who,time,y\n" + rows), "y")
    assert table.columns[0].kind == "categorical"
    assert "'who' is read as categorical with 40 levels, each an input" in table.notes[0]
    assert "'time' lies between 1700000000 and 1700000039, which single" in table.notes[1]
    assert len(caplog.records) == 2
    quiet = read_csv(
        write("who,time,y\n" + rows), "y", predictors=["who"], kinds={"who": "categorical"}
    )
    assert quiet.notes == ()


def text_cells():
    """Texts that are neither numbers nor missing, and that blanks do not surround."""
    letters = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Nd", "Z"])
    return st.text(letters, min_size=1, max_size=8).filter(
        lambda text: (
            text.casefold() not in {token.casefold() for token in MISSING_TOKENS}
            and text == text.strip()
            and not text.casefold().startswith("inf")
        )
    )


@st.composite
def tables(draw):
    """Names, columns of values, and what their table should be."""
    rows = draw(st.integers(2, 8))
    names = draw(st.lists(text_cells().filter(str.isalpha), min_size=2, max_size=5, unique=True))
    numbers = st.floats(-1e30, 1e30, allow_subnormal=False)
    texts = st.one_of(
        text_cells(), st.sampled_from(["a,b", 'say "hi"', "two\nlines", "x'y", "=1+1"])
    )
    columns = []
    for _ in names[1:]:
        cells = draw(st.sampled_from([numbers, texts]))
        columns.append(draw(st.lists(cells, min_size=rows, max_size=rows)))
    response = draw(st.lists(numbers, min_size=rows, max_size=rows, unique=True))
    return names, [*columns, response]


def check_round_trip(table, names, columns):
    assert [column.name for column in table.columns] == names[:-1]
    for place, values in enumerate(columns[:-1]):
        column, found = table.columns[place], table.X[:, place]
        if column.kind == "numeric":
            np.testing.assert_array_equal(found, values)
        else:
            back = [column.levels[int(code)] for code in found]
            assert back == [level_text(value) for value in values]
            assert set(column.levels) == set(back)


@given(tables(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n"]))
def test_random_tables_round_trip_through_csv(tmp_path_factory, made, delimiter, end):
    names, columns = made
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
        writer.writerow(names)
        writer.writerows(zip(*columns, strict=True))
    table = read_csv(path, names[-1], delimiter=delimiter, response_kind="numeric")
    check_round_trip(table, names, columns)
    np.testing.assert_array_equal(table.y, columns[-1])


@given(tables())
def test_random_tables_round_trip_through_frames_and_arrays(made):
    names, columns = made
    frame = pd.DataFrame(dict(zip(names, columns, strict=True)))
    table = from_dataframe(frame, names[-1], response_kind="numeric")
    check_round_trip(table, names, columns)
    rows = [list(row) for row in zip(*columns[:-1], strict=True)]
    again = from_arrays(
        rows, columns[-1], names=names[:-1], response=names[-1], response_kind="numeric"
    )
    assert again.columns == table.columns
    np.testing.assert_array_equal(again.X, table.X)
    np.testing.assert_array_equal(again.y, table.y)


FAULTS = {
    "oops": "has the text 'oops' at line {line}",
    "-Inf": "has the value -inf at line {line}",
    "2e300": "has the value 2e.300 at line {line}; single precision",
    "?": r"missing values: 'b' 1 \(first at line {line}\)",
    "3,4": r"^line {line} of .* has 4 fields",
    '"3': r"not proper CSV from line {line} on",
}


@given(st.integers(2, 30), st.data(), st.sampled_from(sorted(FAULTS)))
def test_a_fault_planted_anywhere_is_found_where_it_is(tmp_path_factory, rows, data, fault):
    cells = [[f"{row}", f"{row * row}", f"{-row}"] for row in range(rows)]
    row = data.draw(st.integers(0, rows - 1))
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    sound = "a,b,y\n" + "".join(",".join(line) + "\n" for line in cells)
    path.write_text(sound, encoding="utf-8")
    assert read_csv(path, "y").X.shape == (rows, 2)
    cells[row][1] = fault
    path.write_text("a,b,y\n" + "".join(",".join(line) + "\n" for line in cells), encoding="utf-8")
    with pytest.raises(InputError, match=FAULTS[fault].format(line=row + 2)):
        read_csv(path, "y")


@given(st.binary(max_size=200), st.sampled_from(["refuse", "drop", "impute"]))
def test_any_bytes_give_a_table_or_a_sentence(tmp_path_factory, content, missing):
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    path.write_bytes(b"x,y\n" + content)
    try:
        table = read_csv(path, "y", missing=missing)
    except InputError as error:
        assert str(error).endswith(".")
        assert "\n" not in str(error)
    else:
        assert np.isfinite(table.X).all()
        assert np.isfinite(table.y).all()


# DataFrames.


def test_a_dataframe_keeps_what_its_types_say():
    frame = pd.DataFrame(
        {
            "dose": pd.Series([1, None, 3, 4], dtype="Int64"),
            "share": pd.Series([0.5, 1.5, None, 2.5], dtype="Float64"),
            "count": np.array([1, 2, 3, 4], np.int32),
            "flag": [True, False, True, True],
            "maybe": pd.Series([True, None, False, True], dtype="boolean"),
            "always": [True, True, True, True],
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
        "always": ("binary", truth),
        "grade": ("categorical", ("low", "mid", "high")),
        "code": ("categorical", ("3", "1", "2")),
        "band": ("categorical", ("(0, 3]", "(3, 6]", "(6, 10]")),
        "text": ("categorical", ("a", "b", "c")),
        "price": ("numeric", ()),
    }
    expected = {
        "dose": [1, 3, 3, 4],
        "share": [0.5, 1.5, 1.5, 2.5],
        "count": [1, 2, 3, 4],
        "flag": [1, 0, 1, 1],
        "maybe": [1, 1, 0, 1],
        "always": [1, 1, 1, 1],
        "grade": [0, 2, 0, 0],
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
    frame = pd.DataFrame({"x": [1.0, 2.0], "when": pd.to_datetime(["2020-01-01"] * 2), "y": [0, 1]})
    with pytest.raises(InputTypeError, match="column 'when' holds a Timestamp at row 0; turn it"):
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
    """What a DataFrame of another library has at least."""

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


def test_other_dataframes_will_do():
    frame = OtherFrame({"x": [1, None, 3], "z": ["a", "b", "a"], "y": [True, True, False]})
    table = from_dataframe(frame, "y", missing="drop")
    assert [column.kind for column in table.columns] == ["numeric", "binary"]
    np.testing.assert_array_equal(table.X, [[1, 0], [3, 0]])
    np.testing.assert_array_equal(table.y, [1, 0])


def test_importing_tables_is_light():
    script = (
        "import sys, jaxnn.tables, jaxnn.datasets\n"
        "print(*{'pandas', 'sklearn', 'matplotlib'} & {n.split('.')[0] for n in sys.modules})"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []


# Arrays.


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


def test_codes_make_the_table_that_they_came_from(write):
    levels = {"smokes": ("no", "yes"), "scan": ("normal", "fixed", "reversable")}
    table = read_csv(write(PATIENTS), "sick", levels=levels, kinds={"stage": "categorical"})
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
        ([[datetime.date(2020, 1, 1)]], [1], {}, "column 'x1' holds a date at row 0"),
        (pd.DataFrame({"a": [1]}), [1], {}, "X is a DataFrame; use from_dataframe"),
    ],
)
def test_arrays_that_cannot_be_used(X, y, options, message):
    with pytest.raises(InputError, match=message):
        from_arrays(X, y, **options)


# Looking at tables.


@pytest.fixture
def table():
    columns = (Column("age", "numeric"), Column("scan", "categorical", ("a", "b", "c")))
    X = np.array([[40, 0], [50, 2], [60, 0.0]])
    return Table(columns, X, np.array([0, 1, 1.0]), Column("sick", "binary", ("No", "Yes")), ("n",))


def test_columns_are_found_by_name(table):
    assert column_index(table, "scan") == 1
    assert column_index(table.columns, "age") == 0
    assert column_index(Encoder(table.columns), "scan") == 1
    with pytest.raises(InputError, match="name is 'scna'; did you mean 'scan'"):
        column_index(table, "scna")


def test_rows_are_taken(table):
    taken = take_rows(table, [2, 0, 2])
    np.testing.assert_array_equal(taken.X, table.X[[2, 0, 2]])
    np.testing.assert_array_equal(taken.y, [1, 0, 1])
    assert taken.columns == table.columns
    assert taken.notes == table.notes
    np.testing.assert_array_equal(take_rows(table, table.y == 1).X, table.X[1:])
    np.testing.assert_array_equal(take_rows(table, [-1]).X, table.X[2:])
    for rows, message in [
        ([3], "rows holds 3; the table has the rows 0 to 2"),
        ([0, -4], "rows holds -4"),
        ([], "rows has shape"),
        (1, r"rows has shape \(\)"),
        ([True, False], "rows has 2 truth values; the table has 3 rows"),
        ([False] * 3, "rows is false everywhere"),
        ([0.5], "rows holds float64 values"),
    ]:
        with pytest.raises(InputError, match=message):
            take_rows(table, rows)


def test_a_table_is_described(table):
    table = table._replace(missing=(0, 2, 0))
    assert describe(table) == (
        "rows: 3, predictors: 2; the last line is the response\n"
        "column  kind         values               missing\n"
        "------  -----------  -------------------  -------\n"
        "age     numeric      40 to 60, mean 50    0\n"
        "scan    categorical  a (2), b (0), c (1)  2\n"
        "------  -----------  -------------------  -------\n"
        "sick    binary       No (1), Yes (2)      0\n"
        "n"
    )
    many = Column("line\nbreak", "categorical", tuple("abcdefghi"))
    text = describe(table._replace(columns=(many, many), X=np.zeros((3, 2))))
    assert "line\\nbreak  categorical  a (3), b (0)" in text
    assert "and 3 more levels" in text


def test_levels_are_sorted_for_people():
    assert sorted_levels(["10", "9", "-1"]) == ("-1", "9", "10")
    assert sorted_levels(["b", "A", "C"]) == ("A", "b", "C")
    assert sorted_levels(["Y", "a"]) == ("a", "Y")
    assert sorted_levels(["Pos", "q"]) == ("q", "Pos")
    assert sorted_levels(["2", "1"]) == ("1", "2")
