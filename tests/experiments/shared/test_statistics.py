"""Does the interval of a median contain it as often as its level says?"""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from experiments.shared.statistics import interval_rank, median_interval, share_interval, side


def test_interval_ranks_agree_with_sums_by_hand():
    # 12 values: 2 (1 + 12 + 66) / 4096 = 0.0386, and with 220 more it would be 0.146.
    assert [interval_rank(n) for n in (5, 6, 12, 16, 24)] == [1, 1, 3, 4, 7]
    assert interval_rank(12, 0.85) == 4


@given(st.integers(6, 40))
def test_the_rank_is_the_largest_that_reaches_the_level(n):
    k = interval_rank(n)
    missed = [2 * sum(math.comb(n, j) for j in range(c)) / 2**n for c in (k, k + 1)]
    assert missed[0] <= 0.05 < missed[1]


def test_the_interval_covers_the_median_as_often_as_its_level():
    generator = np.random.default_rng(3)
    draws = generator.exponential(size=(4000, 12))
    ends = np.array([median_interval(row)[1:] for row in draws])
    covered = np.mean((ends[:, 0] <= math.log(2)) & (math.log(2) <= ends[:, 1]))
    assert abs(covered - (1 - 2 * 79 / 4096)) < 4 * math.sqrt(0.04 * 0.96 / 4000)


def test_values_of_diverged_fits_are_left_out():
    found = median_interval(np.array([3.0, np.nan, 1.0, 2.0]))
    assert found == (2.0, 1.0, 3.0)
    assert side(found, 0.5) == "above"
    assert side(found, 2.5) == "unclear"
    assert side(found, 3.5) == "below"
    assert np.isnan(median_interval(np.array([np.nan]))).all()


def test_the_interval_of_a_share_ends_at_0_and_1():
    assert share_interval(0.5, 0.1) == (0.5 - 0.4, 0.5 + 0.4)
    assert share_interval(0.1, 0.1) == (0.0, 0.5)
    assert share_interval(0.9, 0.1, reach=2) == (0.9 - 0.2, 1.0)
