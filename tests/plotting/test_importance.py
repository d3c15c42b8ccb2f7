"""Do the charts of importances show what the result holds?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.plotting import importance_chart, rank_chart
from jaxnn.refits import RefitImportance, rank_chances

IN_BAG = np.array([[0.2, 1.0, 0.1], [0.4, 1.2, 0.1], [0.3, 1.1, 0.4]])


@pytest.fixture
def result():
    center = np.array([0.1, 0.9, 0.0])
    return RefitImportance(
        ("a", "$b$", "c"),
        IN_BAG,
        IN_BAG - 0.2,
        center,
        center - 0.2,
        center + 0.3,
        0.9,
        "shifted",
        np.array([True, True, True]),
        np.zeros(3),
    )


def test_the_most_important_predictor_is_on_top_with_its_interval(ax, result):
    assert importance_chart(result, ax, unit="nats") is ax
    assert [text.get_text() for text in ax.get_yticklabels()] == ["$b$", "a", "c"]
    assert not any(text.get_parse_math() for text in ax.get_yticklabels())
    low, high = ax.get_ylim()
    assert low > high
    intervals = [line for line in ax.lines if line.get_linestyle() == "-"]
    np.testing.assert_allclose(intervals[0].get_xdata(), [0.7, 1.2])
    assert [line.get_alpha() for line in intervals] == [0.9, 0.4, 0.4]
    points = {line.get_label(): line.get_xdata() for line in ax.lines}
    np.testing.assert_allclose(points["importance"], [0.9, 0.1, 0.0])
    np.testing.assert_allclose(points["mean in bag"], [1.1, 0.3, 0.2])
    assert ax.get_xlabel() == "rise of the loss (nats) when exchanged, 90% intervals"


def test_a_long_list_is_cut_and_says_so(ax, result):
    importance_chart(result, ax, most=2)
    assert len(ax.get_yticklabels()) == 2
    assert ax.get_ylabel() == "the first 2 of 3 predictors"


def test_a_chart_makes_its_own_figure(result):
    assert importance_chart(result).figure is not importance_chart(result).figure


def test_the_chances_of_ranks_are_in_the_order_of_the_mean_rank(ax, result):
    assert rank_chart(result.names, rank_chances(result), ax) is ax
    assert [text.get_text() for text in ax.get_yticklabels()] == ["$b$", "a", "c"]
    shown = ax.images[0].get_array()
    np.testing.assert_allclose(shown, rank_chances(result)[[1, 0, 2]])
    written = [text.get_text() for text in ax.texts]
    assert written[0] == "100%" and len(written) == (np.asarray(shown) >= 0.05).sum()


def test_what_cannot_be_drawn_is_refused(ax, result):
    with pytest.raises(InputError, match="most is 0"):
        importance_chart(result, ax, most=0)
    with pytest.raises(InputError, match=r"chances has shape \(2, 2\); pass one row"):
        rank_chart(result.names, np.eye(2), ax)
