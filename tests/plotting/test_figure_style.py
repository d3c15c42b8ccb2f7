"""Is the style readable, and are panels, files and labels what they say?"""

import io
import subprocess
import sys

import matplotlib
import pytest
from PIL import Image

from jaxnn import plotting
from jaxnn.errors import InputError


def test_the_style_is_readable_and_does_not_stay():
    before = dict(matplotlib.rcParams)
    with plotting.style():
        assert matplotlib.rcParams["font.size"] >= 10
        assert matplotlib.rcParams["axes.spines.top"] is False
        figure, axes = plotting.panels(1)
        texts = [axes[0].xaxis.label, axes[0].title, *axes[0].get_xticklabels()]
        assert min(text.get_fontsize() for text in texts) >= 10
    assert dict(matplotlib.rcParams) == before
    assert figure.get_size_inches()[0] == plotting.WIDTH


def test_the_palette_is_that_of_okabe_and_ito():
    # The hexadecimal values as published in "Color universal design", 2008.
    published = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000"}
    assert published | {plotting.COLORS["grey"]} == set(plotting.COLORS.values())


def test_consecutive_curves_differ_in_colour_and_in_dashes(ax):
    cycle = list(plotting.STYLE["axes.prop_cycle"])
    assert len({entry["color"] for entry in cycle}) == len(cycle)
    assert len({entry["linestyle"] for entry in cycle[:4]}) == 4
    assert [ax.plot([0, 1])[0].get_color() for _ in cycle] == [entry["color"] for entry in cycle]


def test_plotting_leaves_pyplot_alone():
    script = (
        "import sys, io, numpy as np\n"
        "from jaxnn import plotting as p\n"
        "with p.style():\n"
        "    figure, axes = p.panels(1)\n"
        "    p.band(axes[0], [0, 1], [0, 1], ([0, 0], [1, 2]))\n"
        "    p.save(figure, io.BytesIO())\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize(
    ("n", "columns", "shape"), [(1, 2, (1, 1)), (3, 2, (2, 2)), (5, 3, (2, 3))]
)
def test_panels_come_row_by_row_with_letters(n, columns, shape):
    figure, axes = plotting.panels(n, columns=columns)
    assert len(axes) == len(figure.axes) == n
    places = [ax.get_subplotspec() for ax in axes]
    assert places[0].get_gridspec().get_geometry() == shape
    assert [place.num1 for place in places] == list(range(n))
    expected = list("abcde"[:n]) if n > 1 else [""]
    assert [ax.get_title(loc="left") for ax in axes] == expected


@pytest.mark.parametrize("n", [0, -1, 27])
def test_panels_refuse_a_number_they_cannot_letter(n):
    with pytest.raises(InputError, match=f"n is {n}; pass a number of panels from 1 to 26"):
        plotting.panels(n)


def test_saving_the_same_figure_gives_the_same_bytes_at_gallery_width():
    files = []
    for _ in range(2):
        with plotting.style():
            figure, axes = plotting.panels(2)
            plotting.band(axes[0], [0, 1], [0, 1], ([0, 0], [1, 2]))
            file = io.BytesIO()
            plotting.save(figure, file)
        files.append(file.getvalue())
    assert files[0] == files[1]
    width, height = Image.open(io.BytesIO(files[0])).size
    assert (width, height) == (1080, 408)


def test_labels_say_units_and_what_a_band_is():
    assert plotting.axis_label("resting blood pressure", "mm Hg") == (
        "resting blood pressure (mm Hg)"
    )
    assert plotting.axis_label("sex") == "sex"
    assert plotting.band_label(0.95, 1000) == "pointwise 95% band over 1,000 refits"
    assert plotting.band_label(0.999, 20, "seeds") == "pointwise 99.9% band over 20 seeds"
    with pytest.raises(InputError, match="level is 95; pass a number between 0 and 1"):
        plotting.band_label(95, 1000)
