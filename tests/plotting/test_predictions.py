"""Are predictions drawn against what was observed?"""

import numpy as np
import pytest

from jaxnn import plotting
from jaxnn.errors import InputError


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
    with pytest.raises(InputError, match="not the code of a level; pass whole numbers from 0 to 1"):
        plotting.predicted_versus_observed(ax, [0, 2], [0, 1], levels=("No", "Yes"))


def test_both_kinds_of_interval_are_drawn_and_named(ax):
    plotting.predicted_versus_observed(
        ax,
        [1, 2],
        [2, 3],
        ([1, 2], [3, 4]),
        new_interval=([0, 1], [5, 6]),
        interval_label="band",
        new_label="prediction interval",
    )
    new, band = (bars.get_segments() for bars in ax.collections)
    np.testing.assert_allclose(new, [[[1, 0], [1, 5]], [[2, 1], [2, 6]]])
    np.testing.assert_allclose(band, [[[1, 1], [1, 3]], [[2, 2], [2, 4]]])
    assert ax.get_legend_handles_labels()[1] == ["prediction interval", "band"]
