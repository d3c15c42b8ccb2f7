"""Do curves, points and ticks show the arrays they are given, and does the legend say so?"""

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from jaxnn import plotting
from jaxnn.errors import InputError


def labels(ax):
    return ax.get_legend_handles_labels()[1]


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
        (([0, 1], [0, 1, 2]), r"center has shape \(3,\); pass shape \(2,\), as x"),
        (([0, 1], [0, 1], ([0, 1], [0])), r"upper has shape \(1,\); pass shape \(2,\), as center"),
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
    with pytest.raises(InputError, match=r"center has shape \(2,\); pass shape \(3,\), as levels"):
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
    with pytest.raises(InputError, match=r"curves has shape \(4, 3\); pass shape \(curves, 2\)"):
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


def test_what_lies_beyond_the_core_is_pale(ax):
    plotting.band(ax, [0, 1, 2, 4], [0, 1, 2, 4], ([0] * 4, [5] * 4), label="net", core=(0.5, 3))
    parts = [(list(line.get_xdata()), line.get_alpha(), line.get_label()) for line in ax.lines]
    assert [positions for positions, _, _ in parts] == [[0, 0.5], [0.5, 1, 2, 3], [3, 4]]
    assert [list(line.get_ydata()) for line in ax.lines][2] == [3, 4]
    below, core, above = (alpha for _, alpha, _ in parts)
    assert below == above < core
    assert [label for _, _, label in parts if not label.startswith("_")] == ["net"]
    assert len(ax.collections) == 3
    with pytest.raises(InputError, match=r"core is \(3, 1\); pass \(low, high\)"):
        plotting.band(ax, [0, 1], [0, 1], core=(3, 1))


@pytest.mark.parametrize("core", [(0, 4), (-9, 9), (2, 2)])
def test_a_core_may_be_everything_or_a_single_value(ax, core):
    plotting.band(ax, [0, 1, 2, 4], [0, 1, 2, 4], core=core, label="net")
    assert len(ax.lines) == (3 if core == (2, 2) else 1)
    assert [line.get_label() for line in ax.lines if line.get_label() == "net"] == ["net"]


def test_pale_levels_are_hollow(ax):
    plotting.level_points(ax, list("abc"), [1, 2, 3], ([0] * 3, [4] * 3), pale=[False, True, False])
    full, hollow = ax.lines
    np.testing.assert_array_equal(full.get_ydata(), [1, np.nan, 3])
    np.testing.assert_array_equal(hollow.get_ydata(), [np.nan, 2, np.nan])
    assert hollow.get_markerfacecolor() == "white"
    assert [len(bars.get_segments()) for bars in ax.collections] == [2, 1]
    with pytest.raises(InputError, match=r"pale has shape \(2,\)"):
        plotting.level_points(ax, list("abc"), [1, 2, 3], pale=[True, False])
