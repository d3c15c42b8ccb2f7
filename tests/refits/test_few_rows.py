"""Do a few rows and a few values have the means of the whole table?"""

import numpy as np

from jaxnn.refits.few_rows import few_rows, in_groups
from jaxnn.tables import Column

COLUMNS = (Column("a", "numeric"), Column("b", "categorical", ("p", "q", "r")))


def test_few_rows_have_the_means_variances_and_shares_of_all():
    rng = np.random.default_rng(0)
    X = np.stack([rng.exponential(size=2000), rng.integers(0, 3, 2000)], axis=1)
    w = rng.integers(0, 3, 2000)
    few, shares = few_rows(X, w, 100, (0, 1), COLUMNS)
    assert few.shape == (100, 2) and shares.min() > 0 and abs(shares.sum() - 1) < 1e-12
    spread = np.sqrt(np.cov(X[:, 0], aweights=w, ddof=0))
    mean = np.average(X[:, 0], weights=w)
    assert abs(shares @ few[:, 0] - mean) < 0.01 * spread
    assert abs(shares @ few[:, 0] ** 2 - np.average(X[:, 0] ** 2, weights=w)) < 0.02
    # Without weights they are four times as far off or more.
    assert abs(few[:, 0].mean() - mean) > 0.04 * spread
    for level in range(3):
        share = np.average(X[:, 1] == level, weights=w)
        assert abs(shares @ (few[:, 1] == level) - share) < 0.01


def test_a_small_table_stands_for_itself():
    X, w = np.arange(12.0).reshape(6, 2), np.array([1, 0, 2, 1, 0, 1])
    few, shares = few_rows(X, w, 5, (0, 1))
    np.testing.assert_array_equal(few, X[w > 0])
    np.testing.assert_allclose(shares, w[w > 0] / 5)


def test_conditions_that_no_weights_can_meet_leave_finite_ones():
    X = np.random.default_rng(1).normal(size=(50, 30))
    X[0] = 1e6  # one row that is not drawn
    _, shares = few_rows(X, np.ones(50), 10, range(30))
    assert np.isfinite(shares).all() and abs(shares.sum() - 1) < 1e-12
    _, shares = few_rows(np.ones((20, 1)), np.ones(20), 10, [0])
    np.testing.assert_allclose(shares, 0.1)


def test_groups_have_equal_weight_and_keep_mean_and_variance():
    x = np.random.default_rng(2).permutation(80).astype(float)
    grouped = in_groups(x, np.ones(80), 8)
    values, counts = np.unique(grouped, return_counts=True)
    np.testing.assert_array_equal(counts, 10)
    assert (np.abs(grouped - x) < 5).all()
    np.testing.assert_allclose(np.diff(values), np.diff(values)[0])
    np.testing.assert_allclose([grouped.mean(), grouped.var()], [x.mean(), x.var()])
    skewed = np.exp(3 * np.random.default_rng(3).normal(size=500))
    grouped = in_groups(skewed, np.ones(500), 8)
    assert skewed.min() <= grouped.min() and grouped.max() <= skewed.max()
    np.testing.assert_array_equal(in_groups(x, np.ones(80), None), x)
    few = np.array([3.0, 1.0, 1.0])
    np.testing.assert_array_equal(in_groups(few, np.ones(3), 2), few)
    ties = np.array([0.0] * 50 + [1.0, 2.0, 3.0, 4.0])
    assert len(np.unique(in_groups(ties, np.ones(54), 3)[:50])) == 1
    weights = np.array([1.0, 1.0, 1.0, 0.0])
    assert np.isfinite(in_groups(np.array([1.0, 2.0, 3.0, 9.0]), weights, 2)).all()
