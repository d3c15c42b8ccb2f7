"""Can the pages of the repository be read on a phone, on a screen and on paper?"""

import html
import json
import re
from pathlib import Path

import pytest

from tests.browser import CHROMIUM, WIDTHS, browser

FIGURES = Path("figures").resolve()
PAGES = sorted(FIGURES.glob("*.html"))
LARGEST = 1_000_000  # bytes of a page with the pictures that it shows before anything is unfolded
# The pages have no script. This one shows them side by side, unfolds everything, waits for their
# pictures, and measures.
MEASURE = """<body><pre></pre><script>
const wait = () => new Promise(done => setTimeout(done, 20));
addEventListener('load', async () => {
  const found = [];
  for (const frame of document.querySelectorAll('iframe')) {
    const page = frame.contentDocument, root = page.documentElement;
    for (const fold of page.querySelectorAll('details')) fold.open = true;
    const pictures = [...page.images];
    for (const picture of pictures) picture.loading = 'eager';
    while (pictures.some(picture => !picture.complete)) await wait();
    const wide = [...page.querySelectorAll('body *')].filter(part =>
      part.getBoundingClientRect().right > root.clientWidth + 1 && !part.closest('.box, pre'));
    found.push({
      page: frame.title, width: Number(frame.width), needs: root.scrollWidth,
      wide: wide.map(part => part.outerHTML.slice(0, 100)),
      missing: pictures.filter(one => !one.naturalWidth).map(one => one.src),
    });
  }
  document.querySelector('pre').textContent = JSON.stringify(found);
});
</script>FRAMES</body>"""


def measure(pages, folder):
    """What the browser finds on each page at each width."""
    frames = "".join(
        f'<iframe title="{page.name}" width="{width}" height="800" style="border: 0" '
        f'src="{page.as_uri()}"></iframe>'
        for page in pages
        for width in WIDTHS
    )
    path = folder / "measure.html"
    path.write_text(MEASURE.replace("FRAMES", frames))
    words = ("--allow-file-access-from-files", "--virtual-time-budget=100000", "--dump-dom")
    dom = browser(folder, *words, path.as_uri())
    (text,) = re.findall(r"<pre>(.*?)</pre>", dom, re.DOTALL)
    return json.loads(html.unescape(text))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    return measure(PAGES, tmp_path_factory.mktemp("browser"))


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_every_page_fits_a_phone_and_a_screen_with_everything_unfolded(measured):
    assert {(one["page"], one["width"]) for one in measured} == {
        (page.name, width) for page in PAGES for width in WIDTHS
    }
    assert len(PAGES) > 16
    for one in measured:
        assert one["needs"] <= one["width"], one
        assert not one["wide"], one


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_every_picture_of_every_page_is_shown(measured):
    assert not [picture for one in measured for picture in one["missing"]]


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_what_is_too_wide_or_missing_is_found(tmp_path):
    page = tmp_path / "planted.html"
    page.write_text('<details><p style="width: 900px">wide</p><img src="gone.svg"></details>')
    phone, screen = measure([page], tmp_path)
    assert phone["needs"] > 900 and "wide" in phone["wide"][0]
    assert screen["needs"] == 1280 and not screen["wide"]
    assert phone["missing"] and screen["missing"]


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_page_can_be_printed(tmp_path):
    pdf = tmp_path / "page.pdf"
    browser(tmp_path, f"--print-to-pdf={pdf}", (FIGURES / "phase_diagram.html").as_uri())
    assert pdf.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_small_with_what_it_shows_at_first(path):
    text = path.read_text()
    shown = re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)
    files = {FIGURES / name for name in re.findall(r'src="([^"]+)"', shown)}
    assert len(text.encode()) + sum(file.stat().st_size for file in files) < LARGEST


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_address_of_a_page_leads_somewhere(path):
    addresses = re.findall(r'(?:href|src)="([^"]+)"', path.read_text())
    gone = [
        one
        for one in addresses
        if not one.startswith("data:") and not (FIGURES / one.partition("#")[0]).exists()
    ]
    assert len(addresses) > 5 and not gone


def test_no_picture_has_letters_that_only_one_font_has():
    # Matplotlib takes script letters from a font of its own, at places of Unicode for private use.
    own = [
        path.name
        for path in FIGURES.glob("*.svg")
        if re.search("[\ue000-\uf8ff]", path.read_text())
    ]
    assert not own
