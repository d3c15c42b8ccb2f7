"""Are the falls of a score those that the score itself gives, one repeat at a time?"""

import numpy as np
import pytest

from jaxnn.inspection.score_falls import score_falls
from jaxnn.inspection.scores import SCORES

RNG = np.random.default_rng(0)
Y = np.arange(30) % 3 % 2.0  # 0, 1, 0, ...
BEFORE, AFTER = np.round(RNG.uniform(0.01, 0.99, (2, 4, 30)), 1) * 0.98 + 0.01  # with ties
OF_ROW = RNG.integers(4, size=(7, 30))


def own(y, prediction):
    return float(np.median(y - prediction))


OF_CLASSES = ["accuracy", "negative_cross_entropy", "negative_wrong_class"]


@pytest.mark.parametrize("of_row", [None, OF_ROW])
@pytest.mark.parametrize(
    ("score", "classes"), [(s, False) for s in (*SCORES, own)] + [(s, True) for s in OF_CLASSES]
)
def test_falls_are_the_differences_of_the_scores(score, of_row, classes):
    before, after = BEFORE, AFTER
    if classes:
        before, after = (np.stack([1 - p, p], axis=-1) for p in (before, after))
    weights = np.ones(30) if score is own else RNG.integers(3, size=30) + 0.5
    function = SCORES.get(score, lambda y, prediction, weights: own(y, prediction))
    rows = np.arange(30)
    expected = [
        function(Y, before[place, rows], weights) - function(Y, after[place, rows], weights)
        for place in (np.arange(4)[:, None] if of_row is None else of_row)
    ]
    found = score_falls(score, Y, weights, before, after, of_row)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    unchanged = score_falls(score, Y, weights, before, before, of_row)
    np.testing.assert_array_equal(unchanged, 0)
