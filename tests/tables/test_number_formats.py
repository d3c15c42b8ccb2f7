"""Do numbers that are written another way become the same numbers, and nothing else a number?"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.errors import InputError
from jaxnn.tables import describe_columns, raw_table, read_csv
from jaxnn.tables.number_columns import Given
from jaxnn.tables.number_formats import check_marks, plain_numbers
from jaxnn.tables.raw_columns import RawColumn, RowPlaces
from jaxnn.tables.written_numbers import Marks, taken_apart


def read(*columns, delimiter=None, **given):
    raw = [RawColumn("abc"[place], list(values)) for place, values in enumerate(columns)]
    where = RowPlaces("line", range(2, 100))
    return plain_numbers(raw, where, {}, delimiter, Given(**given))


def values_of(*columns, delimiter=None, **given):
    found, _ = read(*columns, delimiter=delimiter, **given)
    assert [column.doubt for column in found] == [""] * len(columns)
    return [column.values for column in found]


@pytest.mark.parametrize(
    ("texts", "plain"),
    [
        (["3,14", "-2,5", ",5"], ["3.14", "-2.5", ".5"]),
        (["1.234,5", "12"], ["1234.5", "12"]),
        (["1,234.5", "12"], ["1234.5", "12"]),
        (["1,234,567", "12"], ["1234567", "12"]),
        (["12,34,567.5", "1,234"], ["1234567.5", "1234"]),
        (["1 234,5", "1\u202f234", "1\u00a0234"], ["1234.5", "1234", "1234"]),
        (["1'234.5", "1’234"], ["1234.5", "1234"]),
        (["€5", "€ 7.5", "€-2"], ["5", "7.5", "-2"]),
        (["5 EUR", "7,5 EUR"], ["5", "7.5"]),
        (["CHF 1'200.50", "CHF 7"], ["1200.50", "7"]),
        (["-$5", "$-6", "$ 7"], ["-5", "-6", "7"]),
        (["1.200 kr", "12.900,50 kr"], ["1200", "12900.50"]),
        (["12 %", "7.5%"], ["12", "7.5"]),
        (["−5", "–7", "2"], ["-5", "-7", "2"]),
        (["(5)", "7", "(1,200)"], ["-5", "7", "-1200"]),
        (["($5)", "$7"], ["-5", "7"]),
        (["1,5e3", "2"], ["1.5e3", "2"]),
        (["- 5", "+ 7"], ["-5", "7"]),
        (["70 kg", "-65,5 kg"], ["70", "-65.5"]),
        (["70kg", "1.065,5kg"], ["70", "1065.5"]),
        (["5 °C", "7 °C"], ["5", "7"]),
        (["50 km/h", "70 km/h"], ["50", "70"]),
    ],
)
def test_numbers_written_another_way(texts, plain):
    assert values_of([*texts, None]) == [[*plain, None]]


@pytest.mark.parametrize(
    "texts",
    [
        ["A-1", "B-2"],
        ["1.2.2020", "31.12.2021"],
        ["2020-01-02", "2020-01-03"],
        ["12:30", "14:15"],
        ["1.2.3", "2.0.0"],
        ["10.0.0.1", "192.168.1.1"],
        ["+49 30 1234", "+49 30 4321"],
        ["+1 555 123 456", "+1 555 123 457"],
        ["(030) 123", "(040) 321"],
        ["030 123 456", "040 321 654"],
        ["123 45", "543 21"],
        ["1234 5678", "4321 8765"],
        ["12-14", "15-17"],
        ["1/2", "3/4"],
        ["5 kg", "7 g"],
        ["12A", "14A"],
        ["12 A", "14 B"],
        ["12-A", "14-A"],
        ["1st", "2nd"],
        ["CAD-12", "CAD-13"],
        ["CAD12", "CAD13"],
        ["(1)", "(2)"],
        ["$", "€"],
        ["1,23,4", "2,34,5"],
        ["1,2,3", "4,5,6"],
        ["0x1F", "0x2A"],
        ["1_000", "2_000"],
        ["٣٫١٤", "٢"],
        ["small", "3,5", "large", "medium"],
    ],
)
def test_texts_that_only_look_alike_stay_texts(texts):
    (column,), notes = read(texts)
    assert (column.values, column.doubt, column.note, notes) == (texts, "", "", [])


@pytest.mark.parametrize("texts", [["1.234", "5"], ["1e3", "+2", "-.5", "5."], ["01234", "10115"]])
def test_plain_numbers_are_left_alone_without_a_note(texts):
    (column,), notes = read(texts, delimiter=",")
    assert (column.values, column.doubt, column.note, notes) == (texts, "", "", [])


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["€5", "7"], "'a' has '€5' at line 2 but '7' at line 3; write all values in one unit"),
        (["€5", "$7"], "'a' has '€5' at line 2 but '[$]7' at line 3"),
        (["5%", "0.07"], "'a' has '5%' at line 2 but '0.07' at line 3"),
        (["3,14", "2.5"], "numbers in two ways, '3,14' at line 2 and '2.5' at line 3"),
        (["1.234,5", "1,234.5"], "numbers in two ways, '1.234,5' at line 2 and '1,234.5'"),
        (["3,14", "oops"], "the text 'oops' at line 3 where other values are numbers such as"),
        (["612 345 678", "512 345 678"], "may be a number with thousands or a code; .*=' ', or"),
        (["192.168.100.200", "192.168.101.123"], "or a code; pass thousands='.', or declare"),
    ],
)
def test_what_is_not_written_alike_is_in_doubt(texts, message):
    (column,), _ = read(texts)
    assert column.values == texts
    with pytest.raises(InputError, match=message):
        raise InputError(column.doubt)


def test_another_column_decides_what_a_mark_is():
    assert values_of(["1,234", "5,678"], ["0,5", "2"]) == [["1.234", "5.678"], ["0.5", "2"]]
    assert values_of(["1,234", "5,678"], ["0.5", "2"]) == [["1234", "5678"], ["0.5", "2"]]
    assert values_of(["1.234", "5.678"], ["0,5", "2"]) == [["1234", "5678"], ["0.5", "2"]]
    (column, _), notes = read(["1.234", "5.678"], ["0,5", "2"])
    assert column.note == (
        "'a': '1.234' is read as 1234, since other columns have the decimal mark ',' "
        "(pass decimal='.' if that is wrong)"
    )
    assert notes == ["the thousands mark is '.' in 'a'", "the decimal mark is ',' in 'b'"]


def test_the_delimiter_decides_what_a_comma_is():
    assert values_of(["1,234", "5,678"], delimiter=";") == [["1.234", "5.678"]]
    for delimiter in (None, ",", "\t", "|"):
        (column,), _ = read(["1,234", "5,678"], delimiter=delimiter)
        assert column.doubt == (
            "column 'a' has numbers such as '1,234' at line 2, which may be 1.234 or 1234; pass "
            "decimal=',' or thousands=','."
        )


def test_shorter_numbers_without_a_mark_show_that_it_is_for_thousands():
    (column,), _ = read(["1,234", "950"], delimiter=",")
    assert column.values == ["1234", "950"]
    assert "since shorter numbers have no mark (pass decimal=','" in column.note
    (column,), _ = read(["1,234", "9500"], delimiter=",")
    assert "may be 1.234 or 1234" in column.doubt


def test_points_are_decimal_marks_unless_the_file_speaks_against_it():
    assert values_of(["1.234", "950"], delimiter=",") == [["1.234", "950"]]
    assert values_of(["1.234", "950"], ["0.5", "1"], delimiter=";")[0] == ["1.234", "950"]
    (column,), _ = read(["1.234", "950"], delimiter=";")
    assert "pass decimal='.' or thousands='.'" in column.doubt
    (column, _, _), _ = read(["1.234", "950"], ["0.5", "1"], ["0,5", "1"])
    assert "may be 1.234 or 1234" in column.doubt


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({"decimal": ","}, "1.234"),
        ({"decimal": "."}, "1234"),
        ({"thousands": ","}, "1234"),
        ({"thousands": " "}, "1.234"),
    ],
)
def test_what_is_given_decides(given, plain):
    assert values_of(["1,234"], **given) == [[plain]]


def test_what_is_given_is_not_told_again():
    _, notes = read(["1.234,5", "2"], decimal=",", thousands=".")
    assert notes == []
    _, notes = read(["1.234,5", "2"], decimal=",")
    assert notes == ["the thousands mark is '.' in 'a'"]


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("3,14", {"decimal": "."}, "'3,14' at line 2, .* with decimal='.'; pass decimal=','"),
        ("1.5", {"decimal": ","}, "'1.5' at line 2, .* with decimal=','; pass decimal='.'"),
        ("1 234,5", {"thousands": "."}, "with thousands='.'; pass thousands=' '"),
        ("0,5", {"thousands": ","}, "with thousands=','; leave thousands out"),
    ],
)
def test_what_contradicts_the_given_marks_is_in_doubt(text, given, message):
    (column,), _ = read([text, "7"], **given)
    with pytest.raises(InputError, match=message):
        raise InputError(column.doubt)


def test_notes_say_what_was_taken_off(write):
    table = read_csv(write("price;y\n€ 3,50;1\n-€ 2;2\n;3\n"), "y", missing="drop")
    assert table.X.tolist() == [[3.5], [-2]]
    assert table.notes[:3] == (
        "the delimiter is recognised as ';'",
        "the decimal mark is ',' in 'price'",
        "'price': took off '€' in 2 values",
    )


def test_a_description_says_what_was_recognised_and_taken_off(write):
    path = write("price;x;y\n€ 3,50;1;1\n-€ 2;2;2\n€ 3;€5;4\n")
    text = describe_columns(raw_table(path))
    assert "the delimiter is recognised as ';'" in text
    assert "'price': took off '€' in 3 values" in text
    assert "refused: column 'x' has '1' at line 2 but '€5' at line 4" in text


@pytest.mark.parametrize("marks", [(";", None), (None, "x"), (".", "."), (1, None), (None, "")])
def test_marks_that_cannot_be_given(marks):
    with pytest.raises(InputError, match=r"decimal|thousands"):
        check_marks(*marks)


def test_a_column_in_doubt_is_refused_only_when_used(write):
    path = write("price,x,y\n€5,1,1\n7,2,3\n")
    with pytest.raises(InputError, match="write all values in one unit, or declare the column"):
        read_csv(path, "y")
    assert read_csv(path, "y", predictors=["x"]).X.tolist() == [[1], [2]]
    table = read_csv(path, "y", kinds={"price": "categorical"})
    assert table.columns[0].levels == ("7", "€5")


@pytest.mark.parametrize("how", [{"kinds": {"price": "numeric"}}, {"weights": "price"}])
def test_a_column_that_has_to_be_numeric_is_refused_with_the_option_that_helps(write, how):
    path = write('x,price,y\n1,"1,234",1\n2,"5,678",2\n')
    with pytest.raises(InputError, match="pass decimal=',' or thousands=','"):
        read_csv(path, "y", **how)
    assert read_csv(path, "y", decimal=",", **how).y.tolist() == [1, 2]
    with pytest.raises(InputError, match="pass decimal=',' or thousands=','"):
        read_csv(path, "price", response_kind="quantitative")


def test_texts_in_a_column_that_is_declared_numeric_stay_as_they_are(write):
    path = write("price;y\n€ 3,50;1\nnone;2\nold;3\n")
    raw = raw_table(path, kinds={"price": "numeric"})
    assert raw.columns[0].values == ["3.50", "none", "old"]
    with pytest.raises(InputError, match="the text 'none' at line 3; a numeric column takes num"):
        read_csv(path, "y", kinds={"price": "numeric"})
    path = write("price;y\n(3);1\n(4);2\n")
    assert read_csv(path, "y", kinds={"price": "numeric"}).X.tolist() == [[-3], [-4]]
    path = write("price;y\n612 345 678;1\n512 345 678;2\n")
    table = read_csv(path, "y", kinds={"price": "numeric"})
    assert table.X.tolist() == [[612345678], [512345678]]


def test_declared_categories_keep_their_spelling(write):
    path = write('code,y\n"1,5",1\n"2,5",2\n')
    assert read_csv(path, "y", kinds={"code": "categorical"}).columns[0].levels == ("1,5", "2,5")
    assert read_csv(path, "y", levels={"code": ["2,5", "1,5"]}).columns[0].levels == ("2,5", "1,5")
    assert read_csv(path, "y").X.tolist() == [[1.5], [2.5]]


def written(number, digits, marks):
    """A number as people write it with these marks."""
    plain = f"{number:,.{digits}f}"
    return plain.translate(str.maketrans({",": marks.thousands or None, ".": marks.decimal}))


MARKS = [
    Marks(decimal, thousands)
    for decimal, thousands in itertools.product(".,", ["", ".", ",", "'", " ", "\u202f"])
    if decimal != thousands
]


@given(
    st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=8, unique=True),
    st.integers(0, 4),
    st.sampled_from(MARKS),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be", "cp1252"]),
    st.sampled_from(["", "€", " %"]),
)
def test_tables_round_trip_through_any_format(
    tmp_path_factory, integers, digits, marks, delimiter, encoding, unit
):
    if encoding == "cp1252" and marks.thousands == "\u202f":
        return
    numbers = [integer / 10**digits for integer in integers]
    lines = ["größe", *(written(number, digits, marks) + unit for number in numbers)]
    text = "".join(f'"{cell}"{delimiter}{row}\n' for row, cell in enumerate(lines))
    text = text.replace(f"{delimiter}0\n", f"{delimiter}y\n", 1)
    path = tmp_path_factory.mktemp("csv") / "data.csv"
    path.write_bytes(text.encode(encoding))
    given = {"decimal": marks.decimal}
    if marks.thousands:
        given["thousands"] = marks.thousands.replace("\u202f", " ")
    cells = [taken_apart(cell) for cell in lines[1:]]
    common = frozenset.intersection(*(cell.marks for cell in cells))
    readings = {tuple(cell.plain(marks) for cell in cells) for marks in common}
    for options in [given, {}] if len(readings) == 1 else [given]:
        table = read_csv(path, "y", kinds={"größe": "numeric"}, **options)
        np.testing.assert_allclose(table.X[:, 0], numbers, rtol=1e-12)


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_not(text):
    number = taken_apart(text)
    if number is not None:
        assert all(
            np.isfinite(float(number.plain(marks))) or "e" in text.casefold()
            for marks in number.marks
        )
