"""Are the chances of ranks those counted by hand?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.refits import RefitImportance, matters_more, rank_chances, top_chance

# Four refits of three predictors: orders abc, abc, bac, and a tie of b and c.
VALUES = np.array([[3.0, 2.0, 1.0], [5.0, 4.0, 0.0], [1.0, 2.0, 0.0], [7.0, 1.0, 1.0]])


def test_chances_of_ranks_are_counted_by_hand():
    expected = [[0.75, 0.25, 0], [0.25, 0.625, 0.125], [0, 0.125, 0.875]]
    np.testing.assert_allclose(rank_chances(VALUES), expected)
    np.testing.assert_allclose(top_chance(VALUES, 2), [1, 0.875, 0.125])
    np.testing.assert_allclose(top_chance(VALUES, 3), 1)


def test_pairs_are_compared_within_each_refit():
    expected = [[0.5, 0.75, 1], [0.25, 0.5, 0.875], [0, 0.125, 0.5]]
    np.testing.assert_allclose(matters_more(VALUES), expected)
    # What all predictors of a refit gain together changes nothing.
    shifted = VALUES + 100 * np.arange(4)[:, None]
    np.testing.assert_array_equal(matters_more(shifted), matters_more(VALUES))


def test_predictors_that_are_not_used_share_their_ranks():
    values = np.zeros((5, 4))
    values[:, 2] = 1
    np.testing.assert_allclose(top_chance(values, 1), [0, 0, 1, 0])
    np.testing.assert_allclose(top_chance(values, 2), [1 / 3, 1 / 3, 1, 1 / 3])


def test_ranks_of_a_result_are_those_of_its_shifted_importances():
    outside = np.array([[0.0, 5.0, 0.0]] * 4)  # makes the second the most important by far
    ends = np.array([[0.0, 5.0, 0.0], [0.0] * 3, [0.0] * 3])  # center, lower, upper
    result = RefitImportance(
        ("a", "b", "c"), VALUES, outside, *ends, 0.95, "shifted", ends[1] == 0, ends[1]
    )
    np.testing.assert_allclose(result.replicates.mean(axis=0), [0, 5, 0])
    np.testing.assert_allclose(top_chance(result, 1), [0, 1, 0])
    np.testing.assert_array_equal(matters_more(result), matters_more(result.replicates))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: top_chance(VALUES, 4), "k is 4; there are 3 predictors"),
        (lambda: top_chance(VALUES, 0), "k is 0; pass a whole number of at least 1"),
        (lambda: rank_chances([1.0, 2.0]), r"importance has shape \(2,\); pass what"),
        (lambda: matters_more([[np.nan, 1.0]]), "importance holds nan"),
    ],
)
def test_what_cannot_be_used_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()
