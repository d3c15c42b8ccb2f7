"""Are predictions drawn against what was observed?"""

import numpy as np
import pytest

from jaxnn import plotting
from jaxnn.errors import InputError


def test_numbers_are_compared_with_the_line_of_equality(ax):
    plotting.predicted_versus_observed(ax, [1, 2, 5], [2, 0, 4], ([1, -1, 3], [3, 1, 5]))
    points, line = ax.lines
    np.testing.assert_array_equal(line.get_xydata(), [[0, 0], [5, 5]])
    np.testing.assert_array_equal(points.get_xydata(), [[1, 2], [2, 0], [5, 4]])
    np.testing.assert_array_equal(ax.collections[0].get_segments()[1], [[2, -1], [2, 1]])


def test_rows_of_a_class_stand_side_by_side_in_the_order_of_their_predictions(ax):
    observed = np.repeat([0, 1], 40)
    predicted = np.random.default_rng(0).permutation(np.linspace(0, 1, 80))
    plotting.predicted_versus_observed(ax, observed, predicted, levels=("No", "Yes"))
    (points,) = ax.lines
    places, heights = points.get_xydata().T
    np.testing.assert_array_equal(heights, predicted)
    assert np.abs(places - observed).max() <= 0.4 + 1e-9
    for mine in (observed == 0, observed == 1):
        steps = np.diff(places[mine][np.argsort(predicted[mine])])
        np.testing.assert_allclose(steps, 0.8 / 39)
    with pytest.raises(InputError, match="not the code of a level; pass whole numbers from 0 to 1"):
        plotting.predicted_versus_observed(ax, [0, 2], [0, 1], levels=("No", "Yes"))


def test_counts_are_spread_sideways_too(ax):
    observed, predicted = np.repeat([0.0, 1.0, 7.0], 20), np.linspace(0, 5, 60)
    plotting.predicted_versus_observed(ax, observed, predicted)
    points, line = ax.lines
    places, heights = points.get_xydata().T
    np.testing.assert_array_equal(heights, predicted)
    assert 0.2 < np.abs(places - observed).max() <= 0.3
    np.testing.assert_array_equal(line.get_xydata(), [[0, 0], [7, 7]])
    assert all(float(tick).is_integer() for tick in ax.get_xticks())


def test_both_kinds_of_interval_are_drawn_and_named(ax):
    n = 1000
    predicted = np.linspace(0, 1, n)
    band, new = (predicted - 0.1, predicted + 0.1), (predicted - 1, predicted + 1)
    plotting.predicted_versus_observed(
        ax,
        np.cos(np.arange(n)),
        predicted,
        band,
        new_interval=new,
        interval_label="95% band of the mean",
        new_label="95% prediction interval",
        most_bars=11,
    )
    behind, before = (bars.get_segments() for bars in ax.collections)
    assert len(behind) == len(before) == 11  # evenly over the predictions
    np.testing.assert_allclose(
        sorted(bar[0, 1] + 0.1 for bar in before), np.linspace(0, 1, 11), atol=1e-3
    )
    for outer, inner in zip(behind, before, strict=True):
        assert outer[0, 0] == inner[0, 0] and outer[0, 1] < inner[0, 1]
    labels = ax.get_legend_handles_labels()[1]
    assert labels == [
        "95% prediction interval (11 of 1,000 rows)",
        "95% band of the mean (11 of 1,000 rows)",
    ]
    assert len(ax.lines[2].get_xdata()) == n  # every row has its point
    with pytest.raises(InputError, match="most_bars is 0; pass a whole number of at least 1"):
        plotting.predicted_versus_observed(ax, [0, 2], [0, 1], most_bars=0)


def test_an_interval_without_an_end_is_not_drawn(ax):
    ends = np.array([-np.inf, 0.0, 1.0]), np.array([np.inf, 2.0, np.inf])
    plotting.predicted_versus_observed(ax, [1, 2, 3], [1, 1, 2], new_interval=ends)
    np.testing.assert_array_equal(ax.collections[0].get_segments(), [[[2, 0], [2, 2]]])
    assert ax.get_ylim()[1] < 4
