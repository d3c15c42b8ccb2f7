"""Is a CSV file read as it is found in practice, and is every fault named with its line?"""

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import MISSING_TOKENS, Column, read_csv


def test_a_file_becomes_a_typed_table(patients):
    table = read_csv(patients, "sick", kinds={"stage": "categorical"})
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


@pytest.mark.parametrize("token", [*MISSING_TOKENS, "nan", " na ", "NULL"])
def test_missing_tokens(write, token):
    table = read_csv(write(f"x,z,y\n1,a,1\n{token},b,2\n3,b,4\n"), "y", missing="drop")
    assert table.missing == (1, 0, 0)
    assert table.columns[0].kind == "numeric"


@pytest.mark.parametrize("tokens", ["NA", None, [-99], [np.nan]])
def test_missing_tokens_are_a_list_of_texts(write, tokens):
    """Otherwise "NA" would be two tokens, N and A."""
    with pytest.raises(InputTypeError, match=r"missing_tokens is .*; pass a list of texts"):
        read_csv(write("x,y\nA,1\nB,2\n"), "y", missing_tokens=tokens)


def test_other_missing_tokens(write):
    path = write("x,z,y\n-99,NA,1\n2,EU,2\n3,NA,3\n")
    table = read_csv(path, "y", missing="drop", missing_tokens=["-99"])
    np.testing.assert_array_equal(table.X, [[2, 0], [3, 1]])
    assert table.columns[1].levels == ("EU", "NA")


def test_declared_levels_are_never_missing(write):
    path = write("country,y\nNA,1\nDE,2\n?,3\nna,4\n")
    table = read_csv(path, "y", levels={"country": ["NA", "DE"]}, missing="drop")
    assert (table.missing, table.X.tolist()) == ((1, 0), [[0], [1], [0]])
    names = {"NA": "Namibia", "?": "unknown", "DE": "Germany"}
    table = read_csv(path, "y", levels={"country": names})
    assert table.columns[0].levels == ("Namibia", "unknown", "Germany")
    assert table.X.tolist() == [[0], [2], [1], [0]]


def test_quotes_line_breaks_and_byte_order_marks(write):
    text = '\ufeff"a, b", "say ""hi""",y \r\n1,"two\r\nlines",3\r\n\r\n"4", five ,6\r\n'
    table = read_csv(write(text), "y")
    assert [column.name for column in table.columns] == ["a, b", 'say "hi"']
    assert table.columns[1].levels == ("five", "two\r\nlines")
    np.testing.assert_array_equal(table.X, [[1, 1], [4, 0]])


def test_lines_are_counted_as_in_an_editor(write):
    with pytest.raises(InputError, match=r"line 6 of .* has 3 fields; .* 2 columns"):
        read_csv(write('x,y\n"a\nb",1\n\nc,2\nd,3,4\n'), "y")
    with pytest.raises(InputError, match=r"line 2 of .* has 1 field;"):
        read_csv(write("x,y\n1\n2,3\n"), "y")


@pytest.mark.parametrize("first", ["", '""', "Unnamed: 0"])
def test_row_numbers_without_a_name_are_left_out(write, first, caplog):
    path = write(f"{first},x,y\n1,5,2\n2,6,3\n3,8,4\n")
    table = read_csv(path, "y")
    assert [column.name for column in table.columns] == ["x"]
    (note,) = table.notes
    assert "left out" in note
    assert note in caplog.text
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
    assert trailing.notes == ("lines end with a delimiter, after which there is no column",)
    inside = read_csv(write("x,,y\n1,,2\n2,,6\n"), "y")
    assert inside.notes == ("column 2 has neither a name nor values; left out",)


def test_delimiters_and_encodings(write):
    assert read_csv(write("x;y\n1;2\n3;4\n"), "y", delimiter=";").X.tolist() == [[1], [3]]
    assert read_csv(write("x;y\n1;2\n3;4\n"), "y").X.tolist() == [[1], [3]]
    with pytest.raises(InputError, match="names one column only; pass delimiter=';'"):
        read_csv(write("x;y\n1;2\n"), "y", delimiter=",")
    with pytest.raises(InputError, match="delimiter is '::'"):
        read_csv(write("x,y\n1,2\n"), "y", delimiter="::")
    latin = write("x,y\nMüller,1\nMeier,2\n", encoding="latin-1")
    assert read_csv(latin, "y", encoding="latin-1").columns[0].levels == ("Meier", "Müller")
    with pytest.raises(InputError, match="not utf-8 text from byte 5 on; leave encoding out"):
        read_csv(latin, "y", encoding="utf-8")
    with pytest.raises(InputError, match="encoding is 'utf-9'"):
        read_csv(latin, "y", encoding="utf-9")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an empty file; its first line must name the columns"),
        ("\n \n", "an empty file"),
        ("x,y\n", "has no rows of data"),
        ("x\n1\n", "names one column only; columns are separated by ','"),
        ("1,2\n3,4\n", "whose first line holds numbers; it must name the columns"),
        ("x,x,y\n1,2,3\n", "names both column 1 and column 2 'x'"),
        ('x,y\n1,"2\n', "not valid CSV from line 2 on"),
        ("x,y\n1,2\n12O,3\n", "column 'x' has the text '12O' at line 3 where its other values are"),
        ("x,y\n1,2\ninf,3\n", "column 'x' has the value inf at line 3; only finite numbers"),
        ("x,y\n1,2\n1e999,3\n", "column 'x' has the value inf at line 3"),
        ("x,y\n1,2\n-1e60,3\n", "the value -1e.60 at line 3; single precision ends near 3e38"),
        ("x,z\n1,2\n", "response is 'y'; known: x, z"),
        (b"PK\x03\x04\xff\xfe\x00", "a damaged ZIP file or Excel workbook"),
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
def test_options_that_cannot_be_used(patients, options, message):
    with pytest.raises(InputError, match=message) as caught:
        read_csv(patients, **{"response": "sick", **options})
    assert str(caught.value).count("\n") == 0


FAULTS = {
    "oops": "has the text 'oops' at line {line}",
    "-Inf": "has the value -inf at line {line}",
    "2e300": "has the value 2e.300 at line {line}; single precision",
    "?": r"missing values: 'b' 1 \(first at line {line}\)",
    "3,4": r"^line {line} of .* has 4 fields",
    '"3': r"not valid CSV from line {line} on",
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
