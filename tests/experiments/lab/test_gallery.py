"""Does the page show every record, with its text escaped?"""

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab import gallery, reading
from experiments.lab.claims import Claim
from experiments.lab.lecture import TOPICS


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
    page = gallery.page([record | {"page": {"findings": [text]}}])
    # No tag outside of code and our own anchor, and a line for each part, whatever the text is.
    rest = re.sub(r"`[^`]*`", "", page).replace('<a id="odd"></a>', "")
    assert "<" not in rest and ">" not in rest
    plain = record | {"title": "x", "page": {"findings": ["x"]}}
    assert len(page.splitlines()) == len(gallery.page([plain]).splitlines())


def test_markdown_and_html_are_escaped():
    assert gallery.escape("a|b <b>*x*</b>\n`c` _d_ $e$ [f](g)") == (
        r"a\|b &lt;b&gt;\*x\*&lt;/b&gt; \`c\` \_d\_ \$e\$ \[f\](g)"
    )
    assert gallery.code("a `b`\nc") == "`a b c`"


def test_the_gallery_has_the_findings_and_the_map_of_the_index(lab):
    lab.with_page("sums")
    lab.write("plain")
    lab.run()
    page = (lab.out / "README.md").read_text()
    assert "There were 50 draws. (Sums of draws)" in page
    assert "![again](sums_again.png)" in page
    assert "First.\n\n1 of 1 claim holds; 1 number is reported. Figures: [main](sums.png), " in page
    assert f"2. {TOPICS[1]}: [sums](#sums) (1 hold)\n3. {TOPICS[2]}\n" in page


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
    assert reading.number(value) == shown
