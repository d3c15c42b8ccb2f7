"""Do the figures of a choice show the losses and differences that they are given?"""

import numpy as np
import pytest

from jaxnn import plotting
from jaxnn.errors import InputError

STRENGTHS = [1, 0.1, 1, 1, 0.1]
LOSSES = [3.0, 2.0, 2.8, 2.5, np.nan]
LAYOUTS = ["linear", "linear", "8", "8", "8"]


def test_a_line_joins_the_least_losses_of_a_layout(ax):
    plotting.loss_path(ax, STRENGTHS, LOSSES, LAYOUTS, errors=[0.1] * 5, chosen=1)
    labels = {line.get_label(): line for line in ax.lines}
    (linear, eight) = (container.lines[0] for container in ax.containers)
    np.testing.assert_array_equal(linear.get_xydata(), [[0.1, 2], [1, 3]])
    np.testing.assert_array_equal(eight.get_xydata(), [[1, 2.5]])
    np.testing.assert_array_equal(labels["chosen"].get_xydata(), [[0.1, 2]])
    assert ax.get_xscale() == "log"
    bars = ax.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose(bars[1], [[1, 2.9], [1, 3.1]])


def test_losses_that_are_far_off_leave_the_axis(ax):
    strengths = [0.1, 0.3, 1, 3, 10]
    plotting.loss_path(ax, strengths, [1.0, 0.9, 0.95, 1.1, 50.0], ["8"] * 5)
    assert ax.get_ylim()[1] < 2


def test_differences_have_their_intervals_and_the_farthest_is_a_number(ax):
    names = ["linear regression", "constant", "boosting"]
    interval = ([-0.1, 4000, -0.5], [0.3, 5000, -0.2])
    plotting.differences_in_loss(ax, names, [0.1, 4500, -0.35], interval, unit="nats")
    drawn = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2][1:]
    np.testing.assert_allclose(drawn, [[-0.1, 0.3], [-0.5, -0.2]])
    assert [text.get_text().strip() for text in ax.texts] == ["+4,500"]
    low, high = ax.get_xlim()
    assert -1 < low < -0.5 and 0.3 < high < 1
    assert [label.get_text() for label in ax.get_yticklabels()] == names
    assert ax.get_ylim() == (2.5, -0.5)  # the first name on top
    assert ax.get_xlabel().startswith("loss minus that of the network (nats)")


def test_methods_that_are_equally_far_are_all_in_full(ax):
    plotting.differences_in_loss(ax, ["a", "b"], [1, -2], ([0, -3], [2, -1]))
    assert not ax.texts
    assert ax.get_xlim()[0] < -3 and ax.get_xlim()[1] > 2


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda ax: plotting.loss_path(ax, [1, 0], [1, 2], ["8"] * 2), "has the value 0; pass pos"),
        (lambda ax: plotting.loss_path(ax, [1, 2], [1, 2], ["8"]), "layouts has 1 names; pass 2"),
        (lambda ax: plotting.loss_path(ax, [1, 2], [1], ["8"]), r"losses has shape \(1,\)"),
        (
            lambda ax: plotting.differences_in_loss(ax, ["a"], [1, 2], ([0, 1], [2, 3])),
            "names has 1 names; pass 2 names",
        ),
    ],
)
def test_lengths_that_do_not_fit_are_refused(ax, draw, message):
    with pytest.raises(InputError, match=message):
        draw(ax)
