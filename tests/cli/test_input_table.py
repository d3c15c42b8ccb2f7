"""Is the table the one that the options ask for, and is a bad one refused in one sentence?"""

import re

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


def lines(form, rows=24):
    """Lines of a file, with i the row number and s = i * i mod 11 in no order."""
    text = ""
    for i in range(rows):
        words = {"word": ("Yes", "yes", "No", "no")[i % 4], "land": ("NA", "DE", "FR")[i % 3]}
        text += form.format(i=i, s=i * i % 11, few=10 + i % 8, y=i % 2, **words) + "\n"
    return text


@pytest.mark.parametrize(
    ("text", "words", "parts"),
    [
        ("a,b,c\n" + lines("{s},1{s},{i},"), [], ["a numeric 0 to 9", "b numeric 10 to 19"]),
        ("a;y\n" + lines("{s},5;1.{few}0,25"), [], ["y numeric 1100.25", "decimal mark is ','"]),
        ("a,y\n" + lines("{s},${few}"), [], ["y numeric 10 to 17", "took off '$'"]),
        ("sep=;\na;y\n" + lines("{s};{y}"), [], ["a numeric 0 to 9", "delimiter is ';'"]),
        ("Unnamed: 0.1,a,y\n" + lines("{i},{s},{y}"), [], ["left out: a column without a name"]),
        ("case,a,y\n" + lines("{i},{s},{y}"), [], ["case numeric", "left out: row numbers"]),
        ("id,a,y\n" + lines("p{i},{s},{y}"), [], ["left out: identifiers"]),
        ("a,y\n" + lines("{s},{word}"), ["--response", "y"], ["binary no (12), yes (12)"]),
        ("c,y\n" + lines("{land},{s}"), [], ["DE (8), FR (8) 8"]),
        ("c,y\n" + lines("{land},{s}"), ["--missing-values", "-"], ["DE (8), FR (8), NA (8) 0"]),
        ("c,y\n" + lines("{land},{s}"), ["--ordinal", "c=NA,FR,DE"], ["ordinal NA (8), FR (8)"]),
        ("d,y\n" + lines("2020-01-{few},{s}"), [], ["days since 2020-01-10"]),
        ("d,y\n" + lines("01/02/20{few},{s}"), ["--date-order", "mdy"], ["since 2010-01-02"]),
        ("a,y\n" + lines("{s},{few}"), ["--exclude", "a"], ["excluded"]),
    ],
)
def test_a_table_is_read_as_it_comes(tmp_path, capsys, run, text, words, parts):
    path = tmp_path / "t.csv"
    path.write_text(text)
    assert run("describe", path, *words) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for part in parts:
        assert part in printed


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_an_encoding_is_recognised(tmp_path, capsys, run, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(("größe,y\n" + lines("{s},{y}")).encode(encoding))
    assert run("describe", path) == 0
    assert "größe   numeric  0 to 9" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words", "sentence"),
    [
        ("a,y\n" + lines("{s},{y}"), ["--weights", "z"], "--weights is 'z'"),
        ("a,w,y\n" + lines("{s},-{i},{y}"), ["--weights", "w"], "--weights is 'w', which has -1"),
        ("a,w,y\n" + lines("{s},0,{y}"), ["--weights", "w"], "which is 0 in every row"),
        ("a,w,y\n" + lines("{s},,{y}"), ["--weights", "w"], "'w' has no values at all"),
        ("a,g,y\n" + lines("{s},p,{y}"), ["--groups", "g"], "puts all 24 rows into one group"),
        ("a,y\n" + lines("{s},3"), [], "the single value '3' in all 24 rows"),
        ("a,y\n" + lines("{s},p{i}"), [], "declare its kind with --kind"),
        ("a,y\n1,2\n", [], "in the only row; two are needed"),
        ("y\n" + lines("{s}"), [], "names one column only"),
        ("d,y\n" + lines("01/02/20{few},{s}"), [], "pass --date-order dmy or --date-order mdy"),
        ("c,y\n" + lines("{land},{s}"), [], "pass --missing drop to leave"),
        (
            "a,y\n" + lines("{s},-{few}"),
            ["--kind", "count"],
            "--kind is 'count', but 'y' has -10 at line 2",
        ),
        ("a,y\n" + lines("{s},{y}"), ["--exclude", "a"], "--predictors is empty"),
        ("a,y\n" + lines("{s},{y}"), ["--sheet", "first"], "only an Excel workbook has sheets"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_options_of_the_command_line(
    tmp_path, refused, text, words, sentence
):
    path = tmp_path / "t.csv"
    path.write_text(text)
    said = refused("explain", path, "--response", "y", "--out", tmp_path / "out", *words)
    assert sentence in said
    assert not re.search(r"(?<![\w-])[a-z_]+=", said)
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
