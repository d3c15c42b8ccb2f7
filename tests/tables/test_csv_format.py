"""Is the delimiter recognised, and are lines counted as in an editor?"""

import pytest

from jaxnn.errors import InputError
from jaxnn.tables import read_csv
from jaxnn.tables.csv_format import check_delimiter, split_rows


@pytest.mark.parametrize(
    ("text", "delimiter", "header"),
    [
        ("x,y\n1,2\n", ",", ["x", "y"]),
        ("x;y\n3,14;2,5\n", ";", ["x", "y"]),
        ("x\ty\n1,5\t2\n", "\t", ["x", "y"]),
        ("x|y|z\n1|2,5|3\n", "|", ["x", "y", "z"]),
        # A comma in the names and in the numbers splits every row into two as well.
        ("size, cm;weight, kg\n3,1;4,2\n5,1;6,2\n", ";", ["size, cm", "weight, kg"]),
        ("a;b,c\n1;2,3\n4;5,6\n7;8;9,1\n", ",", ["a;b", "c"]),
        ("formula y~a|b,x\n1,2\n", ",", ["formula y~a|b", "x"]),
        ('"a;b",y\n1,2\n', ",", ["a;b", "y"]),
        ("\n\nx;y\n1;2\n", ";", ["x", "y"]),
    ],
)
def test_the_delimiter_that_fits_all_rows_is_recognised(text, delimiter, header):
    rows = split_rows(text, None, "data.csv")
    assert (rows.delimiter, rows.header) == (delimiter, header)
    shown = "a tab" if delimiter == "\t" else repr(delimiter)
    told = [] if delimiter == "," else [f"the delimiter is recognised as {shown}"]
    assert rows.notes == told
    again = split_rows(text, delimiter, "data.csv")
    assert (again.records, again.notes) == (rows.records, [])


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_a_first_line_can_give_the_delimiter(first):
    rows = split_rows(f"{first}\r\nx;y, z\r\n1;2\r\n", None, "data.csv")
    assert rows.header == ["x", "y, z"]
    assert rows.lines == [3]
    assert rows.notes == ["the first line says that the delimiter is ';'"]
    assert split_rows(f"{first}\nx,y\n1,2\n", ",", "data.csv").header == ["x", "y"]


def test_an_error_counts_the_line_that_gives_the_delimiter(write):
    with pytest.raises(InputError, match="column 'x' has the text 'oops' at line 4"):
        read_csv(write("sep=;\nx;y\n1;2\noops;3\n2;4\n"), "y")
    with pytest.raises(InputError, match="not valid CSV from line 4 on"):
        read_csv(write('sep=;\nx;y\n1;2\n"2;3\n'), "y")


@pytest.mark.parametrize(
    ("text", "delimiter", "hint"),
    [
        ("x;y\n1;2\n", ",", r"pass delimiter=';' or leave delimiter out"),
        ("x y\n1 2\n3 4 5\n", None, r"columns are separated by ','"),
        ("x\n1\n", None, r"columns are separated by ',', ';', a tab or '\|'"),
        ("x:y\n1:2\n", None, r"columns are separated by ','"),
        ("# made 2020\nx,y\n1,2\n", None, "must be the first, so delete what is above it"),
    ],
)
def test_one_column_has_a_hint(text, delimiter, hint):
    with pytest.raises(InputError, match=f"whose first line names one column only; .*{hint}"):
        split_rows(text, delimiter, "data.csv")


def test_lines_without_a_value_are_skipped():
    rows = split_rows(";;\nx;y;\n1;2;\n;;\n3;4;\n;;\n", None, "data.csv")
    assert rows.header == ["x", "y", ""]
    assert rows.records == [["1", "2", ""], ["3", "4", ""]]
    assert rows.lines == [3, 5]


def test_a_fault_in_the_quotes_is_found_under_the_right_delimiter():
    text = 'a, b;c, d\n1;2\n3;"4\n5;6\n'
    with pytest.raises(InputError, match="not valid CSV from line 3 on"):
        split_rows(text, None, "data.csv")


def test_the_mark_at_the_end_of_a_file_of_dos_is_no_row():
    assert split_rows("x,y\n1,2\n\x1a", None, "data.csv").records == [["1", "2"]]


def test_delimiters_that_can_be_given():
    assert [check_delimiter(mark) for mark in (None, ";", " ", "tab", r"\t", "\t")] == [
        None,
        ";",
        " ",
        "\t",
        "\t",
        "\t",
    ]
    for mark in ("", ";;", '"', "\n", 5):
        with pytest.raises(InputError, match=r"delimiter is .*; pass one character"):
            check_delimiter(mark)


@pytest.mark.parametrize("first", ["", "'r 1' "])
def test_columns_separated_by_blanks_are_read(write, first):
    path = write(f"x   y \n  {first}1   2\n{first.replace('1', '2')}3 4  \n".replace("'", '"'))
    table = read_csv(path, "y")
    assert table.X.tolist() == [[1], [3]]
    assert table.notes[0] == "the delimiter is recognised as a blank"
    assert read_csv(path, "y", delimiter=" ").X.tolist() == [[1], [3]]
