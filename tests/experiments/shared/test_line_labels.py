"""Are the names of lines beside their ends, and apart?"""

import numpy as np
import pytest

from experiments.shared.line_labels import label_ends, moved_apart
from jaxnn import plotting


def test_places_that_are_far_apart_stay():
    np.testing.assert_array_equal(moved_apart(np.array([3.0, 1.0, 9.0]), 2), [3, 1, 9])


@pytest.mark.parametrize("wanted", [[0, 0, 0, 0], [5, 1, 1.1, 0.9], [0, 1, 2, 3], [2]])
def test_places_that_are_too_close_are_moved_apart_around_their_mean(wanted):
    places = moved_apart(np.array(wanted, float), 1.5)
    assert (np.diff(np.sort(places)) > 1.5 - 1e-3).all()
    assert places.mean() == pytest.approx(np.mean(wanted))
    order = np.argsort(wanted, kind="stable")
    assert (np.diff(places[order]) > 0).all()


def test_names_stand_at_the_ends_of_their_lines_on_any_scale():
    figure, (ax,) = plotting.panels(1, height=3)
    ax.set_yscale("log")
    ax.set_ylim(1e-3, 1)
    label_ends(ax, 2, {"high": 0.5, "low": 0.01, "lower": 0.0099}, ["C0", "C1", "C2"], 3)
    figure.draw_without_rendering()
    high, low, lower = ax.texts
    assert [text.get_text() for text in ax.texts] == ["high", "low", "lower"]
    np.testing.assert_allclose(high.xy, (2, 0.5))
    assert low.xy[1] > 0.01 > 0.0099 > lower.xy[1]
    assert low.get_window_extent().y0 >= lower.get_window_extent().y1 - 2
