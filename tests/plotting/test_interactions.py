"""Does the chart of interactions show strengths and intervals in their order?"""

import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import interaction_strengths
from jaxnn.plotting import plot_interactions
from jaxnn.refits import RefitInteractions


def result(response="binary", scale="link"):
    strength = np.array([0.4, 0.2, 0.0])
    ends = strength - [0.3, 0.2, 0.0], strength + 0.1
    return RefitInteractions(
        np.array([[0, 1], [0, 2], [1, 2]]),
        (("$a", "b"), ("$a", "c"), ("b", "c")),
        strength,
        *ends,
        *(strength, *ends),
        np.ones((5, 3)),
        np.ones((5, 3)),
        0.9,
        scale,
        response,
    )


def test_the_strongest_pair_is_on_top_with_its_interval(ax):
    assert plot_interactions(result(), ax) is ax
    assert [text.get_text() for text in ax.get_yticklabels()] == ["$a × b", "$a × c", "b × c"]
    assert not any(text.get_parse_math() for text in ax.get_yticklabels())
    low, high = ax.get_ylim()
    assert low > high
    intervals = [line for line in ax.lines if line.get_linestyle() == "-"]
    np.testing.assert_allclose(intervals[0].get_xdata(), [0.1, 0.5])
    assert [line.get_alpha() for line in intervals] == [0.9, 0.4, 0.4]
    np.testing.assert_allclose(ax.lines[-1].get_xdata(), [0.4, 0.2, 0.0])
    assert ax.get_xlabel() == "strength of the interaction with 90% interval (log odds)"


@pytest.mark.parametrize(
    ("response", "scale", "unit", "expected"),
    [
        ("binary", "response", "", " (probability)"),
        ("quantitative", "link", "", ""),
        ("quantitative", "link", "$", " ($)"),
        ("count", "link", "", " (logarithm of the count)"),
    ],
)
def test_the_axis_has_the_unit(ax, response, scale, unit, expected):
    plot_interactions(result(response, scale), ax, unit=unit)
    assert ax.get_xlabel().endswith(f"interval{expected}")


def test_a_long_list_is_cut_and_says_so():
    ax = plot_interactions(result(), most=2)
    assert len(ax.get_yticklabels()) == 2
    assert ax.get_ylabel() == "the first 2 of 3 pairs"


def test_one_fit_has_points_without_intervals(ax):
    X = np.random.default_rng(0).normal(size=(20, 3))
    plot_interactions(interaction_strengths(lambda X: X[:, 0] * X[:, 1], X), ax)
    assert not [line for line in ax.lines if line.get_linestyle() == "-"]
    assert ax.get_xlabel() == "strength of the interaction"
    many = interaction_strengths(lambda X: np.arange(5)[:, None] * X[:, 0] * X[:, 1], X)
    with pytest.raises(InputError, match=r"interactions.strength has shape \(5, 3\); pass one"):
        plot_interactions(many, ax)


def test_what_cannot_be_drawn_is_refused(ax):
    with pytest.raises(InputTypeError, match=r"interactions is \{\}; pass what"):
        plot_interactions({}, ax)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="most is 0"):
        plot_interactions(result(), ax, most=0)
