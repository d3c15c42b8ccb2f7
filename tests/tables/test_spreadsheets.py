"""Do workbooks and Parquet files become the tables that they show?"""

import datetime
import sys

import openpyxl
import pandas as pd
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import file_types, raw_table, read_csv, read_table, spreadsheets

ROWS = [
    ["age", "zip", "smokes", "price", "seen", "sick"],
    [40, "01234", True, "1.234,50 €", datetime.datetime(2020, 1, 2), "no"],
    [50.5, "10115", False, "7,25 €", datetime.datetime(2020, 1, 12), "yes"],
    [None, None, None, None, None, None],
    [60, "01234", True, "NA", datetime.datetime(2020, 2, 1), "no"],
    [70, "20095", False, "12 €", None, "yes"],
]


@pytest.fixture
def book(tmp_path):
    """book(sheets) -> the path of a workbook, whose name does not tell what it is."""

    def book(**sheets):
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.worksheets[0])
        for name, rows in sheets.items():
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "data.csv"
        workbook.save(path)
        return path

    return book


@pytest.fixture
def parquet(tmp_path):
    def parquet(frame, **how):
        path = tmp_path / "data"
        frame.to_parquet(path, **how)
        return path

    return parquet


def test_a_workbook_becomes_a_table(book):
    table = read_table(book(patients=ROWS), "sick", missing="drop", exclude=["zip"])
    assert [column.name for column in table.columns] == ["age", "smokes", "price", "seen"]
    assert table.X.tolist() == [[40, 1, 1234.5, 0], [50.5, 0, 7.25, 10]]
    assert table.columns[3].origin == "2020-01-02"
    assert table.missing == (0, 0, 1, 1, 0)
    assert "'price': took off '€' in 3 values" in table.notes
    assert "the decimal mark is ',' and the thousands mark '.' in 'price'" in table.notes


def test_rows_are_counted_as_in_the_workbook(book):
    rows = [["x", "y"], [1, 2], [None, None], ["oops", 3], [4, 5]]
    with pytest.raises(InputError, match="column 'x' has the text 'oops' at row 4"):
        read_table(book(a=rows), "y")


def test_empty_rows_and_columns_around_the_table_are_left_out(book):
    rows = [[], [None, "x", "y", None], [None, 1, 2, None], [None, 3, 4, None], [None, " ", None]]
    raw = raw_table(book(a=rows))
    assert raw.names == ("x", "y")
    assert raw.notes == ("column 1 has neither a name nor values; left out",)
    assert raw.where.numbers == [3, 4]


def test_a_sheet_is_chosen_by_name(book):
    path = book(first=[["x", "y"], [1, 2], [3, 4]], second=[["x", "y"], [5, 6], [7, 8]], third=[])
    table = read_table(path, "y")
    assert table.X.tolist() == [[1], [3]]
    assert table.notes == ("the sheet 'first' is read; the workbook also has 'second', 'third'",)
    table = read_table(path, "y", sheet="second")
    assert (table.X.tolist(), table.notes) == ([[5], [7]], ())
    with pytest.raises(InputError, match="sheet is 'secund'; did you mean 'second'"):
        read_table(path, "y", sheet="secund")
    with pytest.raises(InputTypeError, match="sheet is 1; pass the name of a sheet"):
        read_table(path, "y", sheet=1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="sheet 'third' is empty; pass sheet='first'"):
        read_table(path, "y", sheet="third")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["x"], [1]], "whose sheet 'a' has one column only"),
        (
            [["Report"], ["x", "y", "z"], [1, 2, 3]],
            "of which row 1 names 1; .* or beside the table",
        ),
        ([[1, 2], [3, 4]], "whose row 1 holds numbers; it must name the columns"),
        ([["x", "x"], [3, 4]], "names both column 1 and column 2 'x'"),
        ([["x", "y"]], "has no rows of data"),
        ([["x", None, "y"], [1, 2, 3], [4, 5, 6]], "column 2 of .* has no name; give it a name"),
        ([["x", "y"], [datetime.time(12), 1], [None, 2]], "column 'x' holds a time at row 2"),
    ],
)
def test_sheets_that_hold_no_table(book, rows, message):
    with pytest.raises(InputError, match=message):
        read_table(book(a=rows), "y")


def test_levels_that_look_missing_are_levels_in_a_workbook(book):
    rows = [["country", "y"], ["NA", 1], ["DE", 2], ["na", 3], ["?", 4]]
    table = read_table(book(a=rows), "y", levels={"country": ["NA", "DE"]}, missing="drop")
    assert table.missing == (1, 0)
    assert table.columns[0].levels == ("NA", "DE")
    rows = [["x", "y"], ["-99", 1], ["5", 2], [7, 3]]
    assert read_table(book(a=rows), "y", missing="drop", missing_tokens=["-99"]).X.tolist() == [
        [5],
        [7],
    ]


def test_a_parquet_file_becomes_a_table(parquet):
    frame = pd.DataFrame(
        {
            "id": [2**53, 2**53 + 1, 2**53 + 2],
            "size": pd.Categorical(["small", "large", "big"], ["small", "large", "big"]),
            "price": ["3,50", None, "2,25"],
            "when": pd.to_datetime(["2020-01-01", "2020-01-03", "2020-01-02"]),
            "y": [1.5, 2.5, 0.5],
        }
    )
    table = read_table(parquet(frame), "y", kinds={"id": "categorical"}, missing="drop")
    assert table.columns[0].levels == (str(2**53), str(2**53 + 2))
    assert table.columns[1].levels == ("small", "big")
    assert table.X[:, 2:].tolist() == [[3.5, 0], [2.25, 1]]
    assert "the decimal mark is ',' in 'price'" in table.notes


def test_a_named_index_is_a_column_and_another_is_not(parquet):
    frame = pd.DataFrame({"x": [1, 2], "y": [3, 4]}, index=pd.Index([5, 6], name="dose"))
    assert raw_table(parquet(frame)).names == ("dose", "x", "y")
    frame.index.name = None
    assert raw_table(parquet(frame)).names == ("x", "y")


def test_cells_far_from_the_table_are_no_rows_of_it(tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    for row in (["x", "y"], [1, 2], [3, 4]):
        sheet.append(row)
    sheet["A3000"] = " "  # a blank that nobody sees
    workbook.save(tmp_path / "data")
    assert read_table(tmp_path / "data", "y").X.tolist() == [[1], [3]]
    sheet["XFD9"] = 5
    workbook.save(tmp_path / "data")
    with pytest.raises(InputError, match="16384 columns, of which row 1 names 2; name all of them"):
        read_table(tmp_path / "data", "y")


def test_a_sheet_of_too_many_cells_is_not_read(book, monkeypatch):
    path = book(a=[["x", "y"], [1, 2], [3, 4]])
    monkeypatch.setattr(spreadsheets, "LARGEST_CELLS", 5)
    with pytest.raises(InputError, match="'a' has 3 rows of up to 2 cells; delete what is beside"):
        read_table(path, "y")


def test_a_workbook_that_unpacks_to_too_much_is_refused(book, monkeypatch):
    path = book(a=[["x", "y"], [1, 2], [3, 4]])
    monkeypatch.setattr(file_types, "LARGEST_BYTES", path.stat().st_size)
    with pytest.raises(InputError, match="an Excel workbook of more content than fits; at most"):
        read_table(path, "y")


def test_columns_of_lists_are_refused_only_when_used(parquet):
    path = parquet(pd.DataFrame({"x": [1, 2], "z": [[1], [2, 3]], "y": [3.0, 4.0]}))
    assert read_table(path, "y", predictors=["x"]).X.tolist() == [[1], [2]]
    with pytest.raises(InputError, match="column 'z' holds a"):
        read_table(path, "y")


def test_text_files_are_read_like_by_read_csv(write):
    path = write("größe;y\n1,5;2\n2,5;3\n", encoding="utf-16")
    table, other = read_table(path, "y"), read_csv(path, "y")
    assert table.notes == other.notes
    assert table.X.tolist() == other.X.tolist() == [[1.5], [2.5]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": ";"}, "delimiter is ';', but .* is an Excel workbook; .* text file only"),
        ({"encoding": "utf-8"}, "encoding is 'utf-8', but .* is an Excel workbook"),
        ({"decimal": ","}, "decimal is ',', but .* stores no number as text; leave decimal out"),
        ({"thousands": "."}, "thousands is '.', but .* stores no number as text"),
        ({"decimal": ";"}, "decimal is ';'; pass '.' or ','"),
        ({"missing_tokens": "NA"}, "missing_tokens is 'NA'; pass a list of texts"),
    ],
)
def test_options_that_a_workbook_does_not_take(book, options, message):
    with pytest.raises(InputError, match=message):
        read_table(book(a=[["x", "y"], [1, "a"], [3, "b"]]), "y", **options)


def test_a_text_file_has_no_sheets(patients):
    with pytest.raises(InputError, match=r"sheet is 'a', but .* is a text file; only an Excel"):
        read_table(patients, "sick", sheet="a")


def test_read_csv_points_to_read_table(book, parquet):
    with pytest.raises(InputError, match="an Excel workbook; read it with read_table"):
        read_csv(book(a=ROWS), "sick")
    with pytest.raises(InputError, match="a Parquet file; read it with read_table"):
        read_csv(parquet(pd.DataFrame({"x": [1], "y": [2]})), "y")


@pytest.mark.parametrize("module", ["pandas", "openpyxl"])
def test_what_has_to_be_installed_is_said(book, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        InputError, match=f"an Excel workbook, for which {module} must be installed .*save it as"
    ):
        read_table(book(a=ROWS), "sick")


def test_damaged_files_are_named(tmp_path, book, parquet):
    path = book(a=ROWS)
    data = bytearray(path.read_bytes())
    data[300:900] = bytes(600)
    path.write_bytes(data)
    with pytest.raises(InputError, match="Excel workbook") as caught:
        read_table(path, "sick")
    assert "\n" not in str(caught.value)
    path = parquet(pd.DataFrame({"x": [1.0], "y": [2.0]}))
    path.write_bytes(path.read_bytes()[:-20] + b"PAR1")
    with pytest.raises(InputError, match="a Parquet file that cannot be read"):
        read_table(path, "y")


def test_a_parquet_file_of_too_many_values_is_not_read(parquet, monkeypatch):
    monkeypatch.setattr(spreadsheets, "LARGEST_CELLS", 5)
    with pytest.raises(InputError, match="a Parquet file of 3 rows and 2 columns; at most 5 val"):
        read_table(parquet(pd.DataFrame({"x": [1, 2, 3], "y": [2, 3, 4]})), "y")
