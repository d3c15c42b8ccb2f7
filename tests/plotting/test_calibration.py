"""Do drawings of calibration show the bins, their intervals and the numbers beside them?"""

import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import calibration
from jaxnn.plotting import panels, plot_calibration

RNG = np.random.default_rng(1)
P = RNG.uniform(size=200)
Y = (RNG.uniform(size=200) < P).astype(float)


def points(ax, place=1):
    return np.array(ax.get_lines()[place].get_xydata())


def test_each_bin_is_a_point_with_its_interval():
    result = calibration(Y, P, bins=5)
    ax = plot_calibration(result, panels(1)[1][0])
    curve = result.curves[0]
    np.testing.assert_allclose(points(ax), np.column_stack([curve.predicted, curve.observed]))
    ends = np.array([part[:, 1] for part in ax.collections[0].get_segments()])
    np.testing.assert_allclose(ends, np.column_stack([curve.lower, curve.upper]))
    assert f"slope {curve.slope.estimate:.2f}" in ax.texts[0].get_text()
    assert ax.get_legend().get_texts()[0].get_text() == "bins with 95% intervals"
    start, stop = points(ax, 0)
    assert start[0] == start[1] and stop[0] == stop[1]  # the diagonal


def test_bins_of_one_number_have_no_interval():
    ax = plot_calibration(calibration([2.0], [1.0]), panels(1)[1][0])
    assert len(ax.collections[0].get_segments()) == 0 and len(points(ax)) == 1


def test_the_most_frequent_classes_are_drawn_with_their_names():
    y = np.repeat(np.arange(8), np.arange(1, 9))
    result = calibration(y, RNG.dirichlet(np.ones(8), len(y)))
    ax = plot_calibration(result, classes=list("abcdefgh"))
    legend = ax.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == list("cdefgh")
    assert legend.get_title().get_text() == "the 6 most frequent classes"
    assert ax.get_ylabel() == "observed share of the class"


def test_counts_and_numbers_have_their_unit():
    ax = plot_calibration(calibration(Y, P + 1, response="count"), unit="visits")
    assert ax.get_xlabel() == "predicted (visits)" and ax.get_ylabel() == "mean observed (visits)"


def test_other_results_and_names_are_refused():
    with pytest.raises(InputTypeError, match=r"result is an array .*; pass what calibration"):
        plot_calibration(P)
    with pytest.raises(InputError, match="classes has 3 names; pass 1 name"):
        plot_calibration(calibration(Y, P), classes=["a", "b", "c"])
