"""Are names moved apart where they would overlap, and left where they would not?"""

import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.shared.direct_labels import label_ends, spread_out


def test_names_that_are_far_apart_stay_where_they_are():
    assert spread_out([0.9, 0.1, 0.5], 0.2).tolist() == [0.9, 0.1, 0.5]


@pytest.mark.parametrize("seed", range(5))
def test_names_keep_their_order_and_distance(seed):
    heights = np.random.default_rng(seed).random(8)
    placed = spread_out(heights.tolist(), 0.1)
    assert (np.diff(np.sort(placed)) >= 0.1 - 1e-9).all()
    assert np.argsort(placed).tolist() == np.argsort(heights).tolist()
    assert placed.mean() == pytest.approx(heights.mean())


def test_a_name_stands_at_the_height_of_its_curve_on_a_logarithmic_axis():
    ax = Figure().subplots()
    ax.set_yscale("log")
    ax.set_ylim(1e-4, 1)
    label_ends(ax, [(1e-2, "half-way", "black"), (1e-9, "below", "black")])
    assert [text.get_position()[1] for text in ax.texts] == pytest.approx([0.5, 0])


def test_names_of_curves_that_end_together_at_an_edge_stay_beside_the_axes():
    ax = Figure().subplots()
    label_ends(ax, [(1, "one", "black"), (1, "another", "black")], gap=0.1)
    label_ends(ax, [(0, "one", "black"), (0, "another", "black")], gap=0.1)
    places = [text.get_position()[1] for text in ax.texts]
    assert places == pytest.approx([0.9, 1, 0, 0.1])
