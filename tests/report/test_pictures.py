"""Can several figures stand in one page, whatever is written in them?"""

import re
from xml.etree import ElementTree

import numpy as np
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


def test_an_image_inside_a_figure_keeps_its_data():
    figure, (ax,) = plotting.panels(1)
    ax.imshow([[0, 1], [2, 3]])
    (image,) = ElementTree.fromstring(inline_svg(figure, "image", 1)).iter("image")
    assert image.attrib["href"].startswith("data:image/png;base64,")


def test_many_curves_are_drawn_in_short_form_and_where_they_were():
    with plotting.style():
        figure, (ax,) = plotting.panels(1)
        x = np.linspace(0, 1, 50)
        curves = x + np.random.default_rng(0).normal(size=(60, 1))
        plotting.individual_curves(ax, x, curves)
        whole, short = plotting.svg(figure).decode(), inline_svg(figure, "curves", 1)
    assert len(short) < 0.6 * len(whole)
    before, after = (
        [re.findall(r"-?[\d.]+", path) for path in re.findall(r'\sd="([^"]+)"', text)]
        for text in (whole, short)
    )
    assert len(before) == len(after)
    for numbers, rounded in zip(before, after, strict=True):
        np.testing.assert_allclose(np.float64(rounded), np.float64(numbers), atol=0.00501)
    # The colors of equal neighbors are written once, at their group.
    (group,) = (g for g in ElementTree.fromstring(short).iter("g") if len(g.findall("path")) == 60)
    assert "stroke-opacity" in group.attrib["style"]
    assert all(set(path.attrib) == {"d"} for path in group)
