"""Do the drawing functions draw the arrays they are given, and say what they show?"""

import io
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

from jaxnn import plotting
from jaxnn.errors import InputError


@pytest.fixture
def ax():
    with plotting.style():
        yield Figure().subplots()


def labels(ax):
    return ax.get_legend_handles_labels()[1]


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
    with pytest.raises(InputError, match=f"n is {n}; a figure has from 1 to 26"):
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


def test_a_band_lies_between_its_ends(ax):
    x, lower, upper = np.array([1.0, 2.0, 4.0]), np.array([0.0, 1, 2]), np.array([1.0, 3, 5])
    plotting.band(ax, x, [0.5, 2, 3], (lower, upper), label="network", interval_label="95% band")
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), [[1, 0.5], [2, 2], [4, 3]])
    corners = {tuple(corner) for corner in ax.collections[0].get_paths()[0].vertices}
    assert corners >= set(zip(x, lower, strict=True)) | set(zip(x, upper, strict=True))
    assert labels(ax) == ["95% band", "network"] or labels(ax) == ["network", "95% band"]
    assert matplotlib.colors.to_hex(line.get_color()).upper() == plotting.COLORS["blue"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (([[0, 1]], [0, 1]), r"x has shape \(1, 2\)"),
        (([], []), r"x has shape \(0,\); pass shape \(n,\), n >= 1"),
        (([0, 1], [0, 1, 2]), r"center has shape \(3,\); pass \(2,\), as x"),
        (([0, 1], [0, 1], ([0, 1], [0])), r"upper has shape \(1,\); pass \(2,\), as center"),
        (([0, 1], [0, 1], ([0, 1],)), r"interval has 1 parts; pass \(lower, upper\)"),
    ],
)
def test_a_band_refuses_shapes_that_do_not_fit(ax, arguments, complaint):
    with pytest.raises(InputError, match=complaint):
        plotting.band(ax, *arguments)


def test_unknown_names_get_the_nearest(ax):
    with pytest.raises(InputError, match="color is 'blu'; did you mean 'blue'"):
        plotting.band(ax, [0, 1], [0, 1], color="blu")
    with pytest.raises(InputError, match="line is 'dots'; did you mean 'dotted'"):
        plotting.band(ax, [0, 1], [0, 1], line="dots")


def test_levels_are_points_with_bars_at_their_names(ax):
    levels = ["fixed", "normal", "reversable"]
    plotting.level_points(ax, levels, [1, 2, 3], ([0, 1, 2], [2, 3, 5]), offset=0.1, label="net")
    (points,) = ax.lines
    np.testing.assert_allclose(points.get_xydata(), [[0.1, 1], [1.1, 2], [2.1, 3]])
    bars = ax.collections[0].get_segments()
    np.testing.assert_allclose(bars[2], [[2.1, 2], [2.1, 5]])
    assert [text.get_text() for text in ax.get_xticklabels()] == levels
    with pytest.raises(InputError, match=r"center has shape \(2,\); pass \(3,\), as levels"):
        plotting.level_points(ax, levels, [1, 2])


@given(total=st.integers(1, 300), most=st.integers(1, 120))
def test_curves_are_thinned_evenly_and_the_legend_says_so(total, most):
    ax = Figure().subplots()
    curves = np.arange(total)[:, None] + np.array([0.0, 0.25])
    plotting.individual_curves(ax, [0, 1], curves, most=most)
    shown = np.array([segment[0, 1] for segment in ax.collections[0].get_segments()])
    assert len(shown) == min(total, most)
    assert shown[0] == 0
    if most > 1:
        assert shown[-1] == total - 1
        assert np.ptp(np.diff(shown)) <= 1 if len(shown) > 1 else True
    count = f"{total} observations"
    assert labels(ax) == [count if total <= most else f"{most} of {count}"]
    low, high = ax.get_ylim()
    assert low <= shown.min() and high >= shown.max()


def test_curves_must_be_as_long_as_x(ax):
    with pytest.raises(InputError, match=r"curves has shape \(4, 3\); pass \(curves, 2\)"):
        plotting.individual_curves(ax, [0, 1], np.zeros((4, 3)))
    with pytest.raises(InputError, match="most is 0"):
        plotting.individual_curves(ax, [0, 1], np.zeros((4, 2)), most=0)


def test_a_rug_has_a_tick_at_each_value(ax):
    ax.set_ylim(-3, 3)
    plotting.rug(ax, [29.0, 41, 77], label="patients")
    ticks = np.array(ax.collections[0].get_segments())
    np.testing.assert_array_equal(ticks[:, :, 0], [[29, 29], [41, 41], [77, 77]])
    assert ax.get_ylim() == (-3, 3)
    assert labels(ax) == ["patients"]


def test_numbers_are_compared_with_the_line_of_equality(ax):
    plotting.predicted_versus_observed(ax, [1, 2, 5], [2, 0, 4], ([1, -1, 3], [3, 1, 5]))
    line, points = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), [[0, 0], [5, 5]])
    np.testing.assert_array_equal(points.get_xydata(), [[1, 2], [2, 0], [5, 4]])
    np.testing.assert_array_equal(ax.collections[0].get_segments()[1], [[2, -1], [2, 1]])


def test_classes_are_spread_sideways_only(ax):
    observed = np.repeat([0, 1], 40)
    predicted = np.linspace(0, 1, 80)
    plotting.predicted_versus_observed(ax, observed, predicted, levels=("No", "Yes"))
    (points,) = ax.lines
    places, heights = points.get_xydata().T
    np.testing.assert_array_equal(heights, predicted)
    assert np.abs(places - observed).max() <= 0.3
    assert np.diff(np.sort(places[:40])).max() < 0.05
    with pytest.raises(InputError, match="no code of a level; pass 0 to 1"):
        plotting.predicted_versus_observed(ax, [0, 2], [0, 1], levels=("No", "Yes"))


def test_a_loss_history_is_one_curve_or_many(ax):
    plotting.loss_history(ax, [1, 2, 3], [0.9, 0.5, 0.4], label="fit")
    plotting.loss_history(ax, [1, 2, 3], np.ones((7, 3)), label="refits")
    assert ax.get_yscale() == "log"
    ax.set_ylim(0.15, 1.2)
    ax.figure.canvas.draw()
    assert {"1", "0.2"} <= {text.get_text() for text in ax.get_yticklabels(which="both")}
    assert sorted(labels(ax)) == ["7 refits", "fit"]
    assert len(ax.collections[0].get_segments()) == 7
