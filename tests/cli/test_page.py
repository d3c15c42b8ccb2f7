"""Does the page of an explanation say all it should, and can it be read anywhere?"""

import html
import re
from html.parser import HTMLParser

import pytest

from jaxnn import __version__
from jaxnn.report import Folded, Grid, Page, Paragraph, Picture, Section, page_html
from tests.browser import CHROMIUM, WIDTHS, browser

VOID = {"meta", "br", "path", "use", "rect", "image"}
# A page with a script of its own measures the report, which has none.
MEASURE = """<body onload="
  for (const frame of document.querySelectorAll('iframe')) {
    const root = frame.contentDocument.documentElement;
    const p = document.createElement('p');
    p.textContent = 'width ' + frame.width + ' needs ' + root.scrollWidth
      + ' title ' + frame.contentDocument.title;
    document.body.append(p);
  }">FRAMES</body>"""


class Structure(HTMLParser):
    """Tags with their attributes, headings in order, and the text outside pictures."""

    def __init__(self):
        super().__init__()
        self.tags, self.headings, self.texts, self.inside = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag in self.inside:
            assert self.inside.pop() == tag, "tags are closed in their order"

    def handle_data(self, data):
        if "svg" not in self.inside and "style" not in self.inside:
            self.texts.append(data)


@pytest.fixture(scope="module")
def page(explained_heart):
    """The page as text and as its structure."""
    text = (explained_heart.out / "report.html").read_text(encoding="utf-8")
    structure = Structure()
    structure.feed(text)
    return text, structure


def test_the_page_has_one_title_and_headings_in_order(page):
    _, structure = page
    assert structure.headings[0] == 1 and structure.headings.count(1) == 1
    for before, after in zip(structure.headings, structure.headings[1:], strict=False):
        assert after <= before + 1
    assert structure.headings.count(2) == 8 and structure.headings.count(3) == 4
    assert ("html", {"lang": "en"}) in structure.tags
    assert not structure.inside


def test_the_page_needs_nothing_else(page):
    text, structure = page
    names = {tag for tag, _ in structure.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "img"}
    for tag, attributes in structure.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src"):
            assert attributes.get(name, "#").startswith("#"), (tag, attributes)
    assert "http" not in text and "@import" not in text
    assert len(text) < 3_000_000


def test_identifiers_are_unique_and_links_lead_somewhere(page):
    _, structure = page
    ids = [attributes["id"] for _, attributes in structure.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {a["href"].removeprefix("#") for _, a in structure.tags if "href" in a}
    assert links <= set(ids)


def test_every_figure_says_what_it_shows(page):
    _, structure = page
    labels = [a["aria-label"] for tag, a in structure.tags if tag == "svg"]
    # Comparison, choice, importance, observed, surface, calibration; two for each predictor.
    assert len(labels) == 10 and len(set(labels)) == 10
    assert all(len(label) > 40 for label in labels)
    assert sum("Prediction along Thal" in label for label in labels) == 2


def test_the_page_tells_the_results_and_how_to_repeat_them(page, explained_heart):
    text = " ".join(" ".join(page[1].texts).split())
    record = explained_heart.record
    assert record["comparison"]["verdict"] in text
    assert "refitted 4 times to rows drawn with replacement" in text
    for entry in record["importance"]["predictors"]:
        assert entry["name"] in text
    first, second = (p["name"] for p in record["importance"]["predictors"] if p["name"] in PAIR)
    summaries = re.findall("<h3>(.*?)</h3>", page[0])
    correlated = "Do correlated predictors mislead?"
    assert summaries == [correlated, first, second, "How are these intervals made?"]
    assert "jaxnn explain heart --replicates 4 --level 0.5 --features Ca Thal" in text
    assert f"jaxnn {__version__}" in text and "Seed 0." in text
    assert "pointwise 50% band, calibrated (4 refits, 6 simulations)" in text
    assert "50% calibrated interval" in text and "normal ones" in text


PAIR = ("Ca", "Thal")


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_nothing_is_wider_than_a_phone_or_a_screen(explained_heart, tmp_path):
    report = (explained_heart.out / "report.html").read_text(encoding="utf-8")
    found = widths(report, tmp_path)
    assert {int(width) for width in found} == set(WIDTHS)
    for width, (needed, _) in found.items():
        assert int(needed) <= int(width)


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_long_and_nasty_names_fit_a_phone_and_run_nothing(tmp_path):
    names = ("<script>document.title = 'run'</script>", "a&b", "x" * 300, "one two " * 40)
    tables = tuple(
        Grid(name, ("name", *names), tuple((n, *names) for n in names), numbers=numbers)
        for name in names
        for numbers in (True, False)
    )
    picture = Picture(f'<svg viewBox="0 0 9 9" aria-label="{html.escape(names[0])}"></svg>', "")
    texts = tuple(Paragraph(name, role) for name in names for role in ("", "code", "warning"))
    blocks = (*tables, *texts, picture, *(Folded(name, tables, open=True) for name in names))
    report = page_html(Page(names[2], names[0], tuple(Section(name, blocks) for name in names)))
    found = widths(report, tmp_path)
    assert {int(width) for width in found} == set(WIDTHS)
    for width, (needed, title) in found.items():
        assert int(needed) <= int(width)
        assert title == "x" * 300


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_the_page_can_be_printed(explained_heart, tmp_path):
    pdf = tmp_path / "report.pdf"
    browser(tmp_path, f"--print-to-pdf={pdf}", (explained_heart.out / "report.html").as_uri())
    assert pdf.read_bytes().startswith(b"%PDF")


def widths(report, folder):
    """{width of a window: (width that the page needs, its title)}."""
    frames = "".join(
        f'<iframe width="{width}" height="800" srcdoc="{html.escape(report)}"></iframe>'
        for width in WIDTHS
    )
    measured = folder / "measure.html"
    measured.write_text(MEASURE.replace("FRAMES", frames), encoding="utf-8")
    dom = browser(folder, "--dump-dom", measured.as_uri())
    found = re.findall(r"<p>width (\d+) needs (\d+) title (.*?)</p>", dom)
    return {width: (needed, title) for width, needed, title in found}
