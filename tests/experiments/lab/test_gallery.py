"""Does the page show every record, with its text escaped?"""

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab import gallery
from experiments.lab.claims import Claim


def test_the_gallery_keeps_the_experiments_that_did_not_run(lab):
    for name in ("first", "second"):
        lab.write(name)
    lab.run("second")
    lab.run("first")
    (lab.out / "notes.json").write_text('{"name": "notes"}')
    (lab.out / "broken.json").write_text('{"name": ')
    (lab.out / "list.json").write_text("[1]")
    lab.run("second")
    page = (lab.out / "README.md").read_text()
    assert re.findall(r'<a id="(\w+)">', page) == ["first", "second"]


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=30))
def test_text_in_the_gallery_is_shown_as_text(text):
    claim = dataclasses.asdict(Claim(text, text, text, text, None, False))
    record = {
        "name": "odd",
        "title": text,
        "command": f"python -m experiments odd --out {text}",
        "figures": [{"name": "main", "file": "odd.png", "caption": text}],
        "claims": [claim],
        "settings": {"word": text},
    }
    page = gallery.page([record])
    # No tag outside of code and our own anchor, and five cells per row in the table of claims.
    rest = re.sub(r"`[^`]*`", "", page).replace('<a id="odd"></a>', "")
    assert "<" not in rest and ">" not in rest
    row = next(line for line in page.splitlines() if line.endswith("| **does not hold** |"))
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 6
    assert len(page.splitlines()) == len(gallery.page([record | {"title": "x"}]).splitlines())


def test_markdown_and_html_are_escaped():
    assert gallery.escape("a|b <b>*x*</b>\n`c` _d_ $e$ [f](g)") == (
        r"a\|b &lt;b&gt;\*x\*&lt;/b&gt; \`c\` \_d\_ \$e\$ \[f\](g)"
    )
    assert gallery.code("a `b`\nc") == "`a b c`"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.123456, "0.1235"),
        (12, "12"),
        (10000, "10,000"),
        (123456.7, "123,457"),
        (1e12, "1e+12"),
        (-2.5e-7, "-2.5e-07"),
        (True, "True"),
        ("nan", "nan"),
    ],
)
def test_numbers_are_short(value, shown):
    assert gallery.number(value) == shown
