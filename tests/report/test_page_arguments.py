"""Is a page of anything but sections and blocks refused before it is written?"""

import numpy as np
import pytest

from jaxnn import InputTypeError
from jaxnn.report import Folded, Page, Paragraph, Section, inline_svg, page_html

GOOD = Page("title", "lead", (Section("part", (Paragraph("text"),)),))


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (None, r"^page is None; pass a jaxnn\.report\.Page"),
        (tuple(GOOD), r"^page is .*; pass a jaxnn\.report\.Page"),
        (GOOD._replace(title=None), r"^page has the text None"),
        (GOOD._replace(sections="text"), r"^page has the sections 'text'; pass a tuple of Section"),
        (GOOD._replace(sections=(1,)), r"^page has 1 among its sections; pass Section"),
        (Page("a", "b", (Section("c", None),)), r"^page has the blocks None; pass a tuple of"),
        (
            Page("a", "b", (Section("c", (Folded("d", (3,)),)),)),
            r"^page has 3 among its blocks of a folded part; pass Paragraph, Grid, Picture",
        ),
    ],
)
def test_what_is_no_page_is_refused(page, message):
    with pytest.raises(InputTypeError, match=message):
        page_html(page)


def test_what_is_no_label_or_figure_is_refused():
    with pytest.raises(InputTypeError, match=r"^label is a float; pass text"):
        inline_svg(None, 3.0, 1)
    with pytest.raises(InputTypeError, match=r"^figure is an array of float64 with shape \(2,\)"):
        inline_svg(np.zeros(2), "label", 1)
