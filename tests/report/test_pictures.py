"""Can several figures stand in one page, whatever is written in them?"""

import re
from xml.etree import ElementTree

import pytest

from jaxnn import plotting
from jaxnn.errors import InputError
from jaxnn.report import inline_svg

NASTY = "</svg><script>alert('1')</script> & \"q\" 日本語"


@pytest.fixture(scope="module")
def two():
    """The same figure twice, with a nasty name in it."""
    with plotting.style():
        drawn = []
        for number in (1, 2):
            figure, (ax,) = plotting.panels(1)
            plotting.band(ax, [0, 1], [0, 1], ([0, 0], [1, 2]), label=NASTY)
            ax.legend()
            drawn.append(inline_svg(figure, NASTY, number))
    return drawn


def test_identifiers_of_two_figures_differ_and_references_stay_inside(two):
    found = [set(re.findall(r'\sid="([^"]+)"', svg)) for svg in two]
    assert found[0] and not found[0] & found[1]
    for svg, ids in zip(two, found, strict=True):
        used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)
        assert used and {first or second for first, second in used} <= ids


def test_a_label_and_names_are_data(two):
    root = ElementTree.fromstring(two[0])
    assert root.attrib["aria-label"] == NASTY and root.attrib["role"] == "img"
    assert NASTY in [text.text for text in root.iter("text")]
    assert "<script" not in two[0]


def test_nothing_points_outside_and_no_style_leaks(two):
    assert "http" not in two[0] and "<style" not in two[0] and "<metadata" not in two[0]


def test_numbers_of_figures_begin_with_one():
    with pytest.raises(InputError, match="number is 0"):
        inline_svg(None, "", 0)
