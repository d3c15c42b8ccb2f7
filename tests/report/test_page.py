"""Is a page HTML that can be read by everyone, and that asks for nothing from outside?"""

import pytest

from jaxnn.errors import InputTypeError
from jaxnn.report import Folded, Grid, Page, Paragraph, Picture, Section, page_html

NASTY = "<script>alert(1)</script> \"'&{{ 7 * 7 }}"


def test_every_text_is_escaped_wherever_it_stands():
    blocks = (
        *(Paragraph(NASTY, role) for role in ("", "lead", "code")),
        Grid(NASTY, (NASTY, NASTY), ((NASTY, NASTY),)),
        Grid(NASTY, (NASTY, NASTY), ((NASTY, NASTY),), numbers=False),
        Picture("<svg></svg>", NASTY),
    )
    section = Section(NASTY, (*blocks, Folded(NASTY, blocks)))
    html = page_html(Page(NASTY, NASTY, (section,)))
    assert "<script" not in html and "49" not in html
    assert html.count("&lt;script&gt;") == 3 + 2 + 1 + 2 * (3 + 5 + 6 + 1)
    assert html.count("<svg></svg>") == 2


def test_pictures_that_follow_each_other_stand_side_by_side():
    picture = Picture("<svg></svg>", "")
    html = page_html(Page("", "", (Section("", (picture, picture, Paragraph(""), picture)),)))
    assert html.count('<div class="pictures">') == 2 and html.count("<figure>") == 3


def test_only_open_parts_are_open():
    folded = (Folded("a", (), open=True), Folded("b", ()))
    html = page_html(Page("", "", (Section("", folded),)))
    assert html.count("<details open>") == 1 and html.count("<details>") == 1


def test_what_is_no_page_is_refused():
    with pytest.raises(InputTypeError, match=r"page is 'page'; pass a jaxnn\.report\.Page"):
        page_html("page")


def test_each_table_is_named_by_its_caption():
    grid = Grid("caption", ("a", "b"), (("1", "2"),))
    html = page_html(Page("", "", (Section("", (grid, Folded("", (grid,)))),)))
    for number in (1, 2):
        assert html.count(f'id="table-{number}"') == 1
        assert html.count(f'aria-labelledby="table-{number}"') == 2
