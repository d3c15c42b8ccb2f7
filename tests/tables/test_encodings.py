"""Is a text read in the encoding that it was written in?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn.errors import InputError, InputTypeError
from jaxnn.tables import read_csv
from jaxnn.tables.encodings import decoded

TEXT = "größe,ψ\n1,2\n3,4\n"
UNICODE = ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("encoding", UNICODE)
def test_unicode_is_recognised_with_and_without_a_mark(encoding, mark):
    text, note = decoded((mark + TEXT).encode(encoding), None, "data.csv")
    assert text == TEXT
    title = encoding.upper()[:6]
    assert note == ("" if encoding == "utf-8" else f"the encoding is recognised as {title}")


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60),
    st.sampled_from(UNICODE),
)
def test_any_text_with_columns_is_read_in_any_unicode_encoding(text, encoding):
    text = f"name,y\n{text},1\n".replace("\ufeff", "")
    assert decoded(text.encode(encoding), None, "data.csv")[0] == text


@pytest.mark.parametrize(
    ("encoding", "given"),
    [
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-8", "latin-1"),
        ("utf-8", "ascii"),
        ("utf-16-le", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16"),
        ("utf-32-be", "utf-32-be"),
    ],
)
def test_a_byte_order_mark_is_never_part_of_a_name(write, encoding, given):
    path = write("\ufeff\ufeffx,y\n1,2\n3,4\n", encoding=encoding)
    assert read_csv(path, "y", encoding=given).columns[0].name == "x"
    path = write('\ufeff"x",y\n1,2\n3,4\n', encoding=encoding)
    assert read_csv(path, "y").columns[0].name == "x"


@pytest.mark.parametrize("encoding", UNICODE[1:])
def test_the_order_of_bytes_is_recognised_when_only_the_width_is_given(encoding):
    assert decoded(TEXT.encode(encoding), encoding[:6], "data.csv") == (TEXT, "")


def test_western_texts_are_read_as_windows_1252_with_a_note(write):
    path = write("Größe,y\n5 €,1\n6 €,2\n", encoding="cp1252")
    table = read_csv(path, "y")
    assert table.columns[0].name == "Größe"
    assert table.X.tolist() == [[5], [6]]
    assert table.notes[0] == (
        "the text is not UTF-8 and is read as Windows-1252; pass another encoding if letters look "
        "wrong"
    )
    assert decoded(path.read_bytes(), "cp1252", "data.csv")[1] == ""


@pytest.mark.parametrize(
    ("data", "encoding", "message"),
    [
        (b"x,y\nM\x81ller,1\n", None, r"neither UTF-8 nor Windows-1252 text \(line 2\)"),
        (b"x,y\n\xff\x01\x02,1\n", None, "neither UTF-8 nor Windows-1252 text"),
        ("x,y\näöü,1\nMü".encode() + b"\xff", None, r"UTF-8 but for byte 16 \(line 3\); mend"),
        (b"x,y\n1\x00,2\n", None, "a NUL character at position 5; it is no text file"),
        (b"x,y\n1\x00,2\n", "utf-8", "a NUL character at position 5"),
        (b"\xff\xfex\x00,\x00y", None, "begins with the mark of UTF-16 but is not"),
        ("\ufeffx,y\n".encode("utf-16-le"), "utf-8", "byte 0 on; leave encoding out, since .*16"),
        ("\ufeffx,y\n".encode("utf-16-le"), "latin-1", "NUL character at position 3"),
        (b"x,y\n", "hex", "encoding is 'hex', which Python does not know"),
        (b"x,y\n", "", "encoding is '', which Python does not know"),
        (b"x,y\n", "a\x00b", "which Python does not know"),
        (b"x,y\n", 8, "encoding is 8; pass its name"),
    ],
)
def test_bytes_that_are_no_text_are_named(data, encoding, message):
    with pytest.raises(InputError, match=message) as caught:
        decoded(data, encoding, "data.csv")
    assert "\n" not in str(caught.value)
    if encoding == 8:
        assert isinstance(caught.value, InputTypeError)
