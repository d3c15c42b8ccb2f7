"""Do the rules give the intervals of their formulas?"""

import numpy as np
import pytest
from scipy import stats

from jaxnn.errors import InputError
from jaxnn.refits import RULES, importance_interval
from jaxnn.refits.importance_intervals import shifted_replicates

IN_BAG = np.stack([np.arange(5.0), [2.0, 2.0, 2.0, 2.0, 2.0]], axis=1)
OUT_OF_BAG = np.stack([[1.0, np.nan, 0.0, 3.0, 2.0], np.zeros(5)], axis=1)


def test_the_default_shifts_the_quantiles_in_bag_to_a_center_between_both_means():
    center, lower, upper = importance_interval(IN_BAG, OUT_OF_BAG, level=0.5)
    first, second = 0.632 * 1.5 + 0.368 * 2, 0.368 * 2
    np.testing.assert_allclose(center, [first, second])
    np.testing.assert_allclose(lower, [first + 1 - 2, second])
    np.testing.assert_allclose(upper, [first + 3 - 2, second])
    quantiles = np.quantile(shifted_replicates(IN_BAG, OUT_OF_BAG), [0.25, 0.75], axis=0)
    np.testing.assert_allclose([lower, upper], quantiles)


def test_each_rule_has_the_ends_of_its_formula():
    spread, outside = np.sqrt(2.5), np.std([1, 0, 3, 2], ddof=1)
    corrected = stats.t.ppf(0.75, 3) * outside * np.sqrt(1 / 4 + 0.368 / 0.632)
    ends = {
        "shifted": (0.5, 2.5),
        "weighted": (0.5 + 0.368 / 2, 2.5 + 0.368 / 2),
        "normal": (1.5 - stats.norm.ppf(0.75) * spread, 1.5 + stats.norm.ppf(0.75) * spread),
        "out_of_bag": (0.75, 2.25),
        "in_bag": (1.0, 3.0),
        "corrected": (1.5 - corrected, 1.5 + corrected),
    }
    assert ends.keys() == RULES.keys()
    for rule, expected in ends.items():
        center, lower, upper = importance_interval(IN_BAG, OUT_OF_BAG, 0.5, rule)
        middle = {"in_bag": 2, "weighted": 1.5 + 0.368 / 2}.get(rule, 1.5)
        np.testing.assert_allclose(center[0], middle, rtol=1e-12)
        np.testing.assert_allclose([lower[0], upper[0]], expected)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((IN_BAG[:1], OUT_OF_BAG[:1]), r"in_bag has shape \(1, 2\); pass \(refits, predictors\)"),
        ((IN_BAG, OUT_OF_BAG[:, :1]), r"out_of_bag has shape \(5, 1\); in_bag has \(5, 2\)"),
        ((OUT_OF_BAG, OUT_OF_BAG), "in_bag holds nan at row 1"),
        ((IN_BAG, OUT_OF_BAG * np.nan), "out_of_bag is NaN for all refits but one at most"),
        ((IN_BAG, OUT_OF_BAG, 1.0), "level is 1.0"),
        ((IN_BAG, OUT_OF_BAG, 0.9, "percentile"), "rule is 'percentile'; "),
    ],
)
def test_what_cannot_be_used_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        importance_interval(*given)
