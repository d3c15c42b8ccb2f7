"""Are the error without information and the .632+ estimate those of their formulas?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.refits import error_632_plus, no_information_error

Y = np.array([0.0, 1.0, 4.0, 1.0])
P = np.array([1.0, 2.0, 2.0, -1.0])


def test_the_error_without_information_pairs_every_response_with_every_prediction():
    expected = np.square(Y[:, None] - P).mean()
    assert no_information_error("squared_error", Y, P) == pytest.approx(expected)
    assert no_information_error(lambda y, p: (y - p) ** 2, Y, P) == pytest.approx(expected)
    absolute = np.abs(Y[:, None] - P).mean()
    assert no_information_error("absolute_error", Y, P) == pytest.approx(absolute)


def test_probabilities_of_classes_are_paired_row_by_row():
    probabilities = np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]])
    expected = np.mean([-np.log(row[k]) for row in probabilities for k in (1, 0, 1)])
    found = no_information_error("cross_entropy", np.array([1, 0, 1]), probabilities)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_a_weight_is_as_many_equal_rows(loss):
    times = [2, 0, 1, 3]
    repeated = no_information_error(loss, np.repeat(Y, times), np.repeat(P, times))
    assert no_information_error(loss, Y, P, times) == pytest.approx(repeated)


def test_the_size_of_blocks_does_not_matter(monkeypatch):
    expected = no_information_error("absolute_error", Y, P, [1, 2, 3, 4])
    monkeypatch.setattr("jaxnn.refits.error_of_one_fit.PAIRS_AT_ONCE", 1)
    assert no_information_error("absolute_error", Y, P, [1, 2, 3, 4]) == pytest.approx(expected)


def test_responses_and_predictions_that_do_not_match_are_refused():
    with pytest.raises(InputError, match=r"y has shape \(4,\) and prediction has shape \(3,\)"):
        no_information_error("squared_error", Y, P[:3])
    with pytest.raises(InputError, match="y holds nan at row 1"):
        no_information_error("squared_error", [0, np.nan], [0, 1])


def test_the_632_plus_error_by_hand():
    assert error_632_plus(0.1, 0.1, 0.5) == pytest.approx(0.1)
    # R = 0.5, w = 0.632 / 0.816
    assert error_632_plus(0.1, 0.3, 0.5) == pytest.approx(0.1 + 0.2 * 0.632 / 0.816)
    assert error_632_plus(0.0, 0.9, 0.5) == pytest.approx(0.5)
