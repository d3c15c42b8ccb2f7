"""Is the table the one that the options ask for, and is a bad one refused in one sentence?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.cli import main


def test_describe_tells_kinds_ranges_and_missing_values(tmp_path, capsys, run, write):
    path = write(tmp_path / "t.csv", [["a", "b", "c"], [1, "x", 2], ["", "y", 3], [5, "z", 4]])
    assert run("describe", path) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = [line.split() for line in printed.out.splitlines()]
    assert ["a", "numeric", "1", "to", "5,", "mean", "3", "1", "predictor"] in lines
    assert any(line[:2] == ["b", "categorical"] for line in lines)
    assert run("describe", "heart") == 0
    assert "reversable" in capsys.readouterr().out


def test_tabs_and_other_encodings(tmp_path, capsys, run, refused):
    path = tmp_path / "t.tsv"
    path.write_bytes("größe\ty\n1\t2\n2\t3\n".encode("latin-1"))
    for words in ([], ["--delimiter", "tab", "--encoding", "latin-1"]):
        assert run("describe", path, *words) == 0
        assert "größe" in capsys.readouterr().out
    assert "is not utf-8 text" in refused("describe", path, "--encoding", "utf-8")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "an empty file"),
        ("a,ill\n", "has no rows of data"),
        ("a,ill\n1,Yes\n2\n", "line 3 of"),
        ("a,ill\n1,Yes\n2,Yes\n", "has the single class 'Yes'"),
        ("a,ill\n1,Yes\ntwo,No\n", "has the text 'two' at line 3"),
        ("a,ill\n1,Yes\ninf,No\n", "has the value inf at line 3"),
        ("a,ill\n1,Yes\nnan,No\n", "--missing is 'refuse'"),
        ("a,a,ill\n1,1,Yes\n", "names both column 1 and column 2 'a'"),
        ('a,ill\n1,"Yes\n', "not valid CSV"),
        ("a,b\n1,2\n", "--response is 'ill'"),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path, text, sentence, refused):
    path = tmp_path / "t.csv"
    path.write_text(text)
    words = ["--response", "ill", "--out", tmp_path / "out"]
    assert sentence in refused("explain", path, *words)
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_read(tmp_path, refused):
    for command in (["explain", "--response", "y"], ["describe"]):
        assert "does not exist" in refused(*command, tmp_path / "no.csv")
        assert "a directory" in refused(*command, tmp_path)
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00")
    assert "begins with the mark of UTF-16" in refused("describe", tmp_path / "t.csv")


@given(st.binary(max_size=200))
def test_describing_any_bytes_never_raises(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "t.csv"
    path.write_bytes(content)
    assert main(["describe", str(path)]) in (0, 2)


def test_describe_says_what_explain_would_refuse_with_its_options(tmp_path, capsys, run, write):
    rows = [[n, f"0{n % 9 + 1}/02/2020", n % 2, 1] for n in range(20)]
    path = write(tmp_path / "t.csv", [["case", "visit", "a", "y"], *rows])
    assert run("describe", path, "--response", "y") == 0
    printed = capsys.readouterr().out
    assert "left out: row numbers" in printed
    assert "pass --date-order dmy or --date-order mdy" in printed
    assert "the response 'y' has the single value '1' in all 20 rows" in printed
