"""Do the pages say what the records say, with their text escaped, and is nothing missing?"""

import dataclasses
import html.parser
import importlib
import json
from pathlib import Path

import matplotlib
import pytest
from matplotlib import pyplot

from experiments import NAMES
from experiments.lab import claims, companion, overview, reading
from experiments.lab.lecture import TOPICS


class Links(html.parser.HTMLParser):
    """The addresses, headings and images of a page."""

    def __init__(self):
        super().__init__()
        self.addresses, self.levels, self.images = [], [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag in ("h1", "h2", "h3"):
            self.levels.append(int(tag[1]))
        if tag == "img":
            self.images.append(attrs)
        for name in ("href", "src"):
            if name in attrs:
                self.addresses.append(attrs[name])


def links(path):
    found = Links()
    found.feed(path.read_text())
    return found


def test_an_index_and_a_page_per_experiment_are_written(lab):
    lab.with_page("sums")
    lab.write("plain", ("HOLDS = True", "HOLDS = False"))
    lab.run()
    page, index = ((lab.out / f"{name}.html").read_text() for name in ("sums", "index"))
    assert "The mean of &lt;many&gt; draws is near zero." in page
    assert "There were 50 draws." in page and "Fifty draws." in page
    assert "print(1 &lt; 2)" in page
    assert "1 of 1 claim holds; 1 number is reported." in page
    assert '<a rel="next" href="plain.html">' in page
    assert "There were 50 draws." in index and 'src="sums_again.svg"' in index
    assert "1 of 2 claims hold, 1 fails; 2 numbers are reported" in index
    second = index.index(TOPICS[1]), index.index(TOPICS[2])
    assert '<a href="sums.html">sums</a>' in index[slice(*second)]
    assert "1 hold" in index[slice(*second)]
    assert "! 1 fail" in index


def test_a_page_may_have_several_of_the_strongest_findings(lab):
    one = '(1, 1, "again")'
    lab.with_page("sums", (one, f'(3, 0, "again"), {one}'))
    lab.with_page("others", (one, '(2, 0, "again")'))
    lab.run()
    found = overview.highlights(reading.read_records(lab.out, ["sums", "others"]))
    places = [(one["rank"], one["name"], one["sentence"][:5]) for one in found]
    assert places == [(1, "sums", "There"), (2, "others", "First"), (3, "sums", "First")]


def test_an_error_of_a_slide_that_is_refused_is_told_once():
    rows = [
        claims.refused("A half.", "erratum 24: taken literally", 0.875, 0.9375),
        claims.refused("All starts.", "lecture 11", 15, 16),
        claims.equals("The sign.", "erratum 1", 2, 2),
    ]
    shown = companion.topic(
        {
            "name": "sums",
            "title": "Sums",
            "command": "x",
            "figures": [{"name": "main", "file": "sums.png"}],
            "claims": [dataclasses.asdict(row) for row in rows],
        }
    )
    assert [row["statement"] for row in shown["refused"]] == ["All starts."]
    assert [row["statement"] for row in shown["corrected"]] == ["A half.", "The sign."]


def test_names_between_backticks_are_links_or_code():
    titles = {"sums": "Sums & means"}
    shown = companion.linked("as `sums` and `fit(a < b)` show: x < y, and `one", titles)
    assert shown == (
        'as “<a href="sums.html">Sums &amp; means</a>” and <code>fit(a &lt; b)</code> show: '
        "x &lt; y, and `one"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("from -1.5 to 2 (-.5 to -0.2)", "from −1.5 to 2 (−.5 to −0.2)"),
        ("[-1, 1], x=-1, 10^-3", "[−1, 1], x=−1, 10^−3"),
        ("10-12 of 20, 1e-06, lecture-11, --seeds 3", None),
        ("1 - 2, (a)-1, a -b", None),
    ],
)
def test_negative_numbers_have_a_minus_sign(text, shown):
    assert reading.typeset(text) == (shown or text)


def test_zero_has_no_sign():
    claim = {"measured": -0.0, "interval": [-0.0, 1.5]}
    assert reading.measured(claim) == "0 (0 to 1.5)"


@pytest.mark.parametrize(
    ("ends", "shown"), [([1.0, 1.00001], "1"), ([0.9, 1.0], "1 (0.9 to 1)"), (None, "1")]
)
def test_an_interval_is_shown_if_it_is_seen(ends, shown):
    assert reading.measured({"measured": 1.0, "interval": ends}) == shown


def claim(source, holds=True, statement="It is so"):
    return dataclasses.asdict(claims.Claim(statement, source, 1, 1, None, holds))


def test_an_error_of_a_slide_counts_once_however_often_it_is_corrected():
    twice = [claim("erratum 15: lecture 11"), claim("corrected Erratum 15", statement="And here")]
    others = [claim("erratum 1"), claim("erratum", statement="One"), claim("erratum of the sum")]
    assert overview.marks(twice) == [("holds", 2), ("corrected", 1)]
    assert overview.marks([*twice, *others]) == [("holds", 5), ("corrected", 4)]


def test_reported_numbers_are_counted_where_nothing_is_asserted():
    assert overview.marks([claim("known truth", None)] * 2) == [("reported", 2)]
    assert overview.marks([claim("known truth", None), claim("theory")]) == [("holds", 1)]


def test_the_machine_keeps_its_capitals():
    machine = {"measured": "2026-01-31", "cores": 2, "device_kind": "NVIDIA H200"}
    said = "Measured on 2026-01-31: cores 2, device kind NVIDIA H200."
    assert companion._machine(machine) == said
    assert companion._machine(None) == ""


def test_code_keeps_its_hyphens():
    assert companion.linked("-1 and `f(-1)`", {}) == "−1 and <code>f(-1)</code>"


def test_every_address_of_every_page_exists(lab):
    lab.with_page("sums")
    lab.write("plain")
    lab.run()
    for path in lab.out.glob("*.html"):
        found = links(path)
        for address in found.addresses:
            if not address.startswith(("data:", companion.SOURCES)):
                assert (lab.out / address).is_file(), (path.name, address)
        assert found.levels[0] == 1 and found.levels.count(1) == 1
        assert all(b - a <= 1 for a, b in zip(found.levels, found.levels[1:], strict=False))
        assert all(image["alt"] for image in found.images)


def test_a_page_changes_when_its_words_do_and_nothing_is_computed_again(lab):
    lab.with_page("sums")
    lab.run()
    lab.with_page("sums", ("Fifty draws", "Just fifty draws"))
    lab.forget()
    assert lab.run() == 0
    assert lab.computed() == 1
    assert "Just fifty draws." in (lab.out / "sums.html").read_text()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('38: ("how many",)', '38: ("no such words",)', "topic 38 of 'sums' has no claim"),
        ('(1, 1, "again")', '(1, 2, "again")', "a highlight of 'sums'"),
        ('(1, 1, "again")', '(1, 1, "gone")', "a highlight of 'sums'"),
        ('return ["First."', "return [1", "findings of 'sums'"),
        ("SURE =", "UNSURE =", "lacks SURE in page.py"),
        ("('how many')", "('n')", "2 claims have the words 'n'"),
        ("('how many')", "('zebra')", "0 claims have the words 'zebra'"),
    ],
)
def test_a_page_that_cannot_be_shown_is_refused(lab, old, new, message):
    lab.with_page("sums", (old, new))
    assert lab.run() == 1
    assert message in lab.errors


@pytest.mark.parametrize(
    ("caption", "alternative"),
    [
        ("A curve, at 0.5 of its height. b: more.", "A curve, at 0.5 of its height."),
        ("One sentence.", "One sentence."),
        ("", ""),
    ],
)
def test_the_alternative_of_a_picture_is_the_first_sentence(caption, alternative):
    assert overview.alternative(caption) == alternative


PAGES = [name for name in NAMES if (Path("experiments") / name / "page.py").is_file()]


@pytest.mark.parametrize("name", PAGES)
def test_the_lines_of_a_page_run_and_end_in_a_plot(name, monkeypatch, tmp_path):
    lines = importlib.import_module(f"experiments.{name}.page").LINES
    assert len(lines.strip().splitlines()) <= 16
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    shown = []
    monkeypatch.setattr(pyplot, "show", lambda: shown.append(len(pyplot.get_fignums())))
    try:
        exec(compile(lines, f"lines of {name}", "exec"), {"__name__": "__main__"})
    finally:
        pyplot.close("all")
    assert shown and all(shown)


@pytest.mark.parametrize("name", PAGES)
def test_the_record_of_a_page_is_on_it(name):
    record = json.loads((Path("figures") / f"{name}.json").read_text())
    page = importlib.import_module(f"experiments.{name}.page")
    assert record["page"]["lecture"] == page.LECTURE
    assert set(record["page"]["topics"]) == {str(number) for number in page.TOPICS}
