"""Is it seen where the data are, and which averages run over rows that cannot be?"""

import numpy as np
import pytest
from scipy.stats import mstats

from jaxnn.errors import InputError
from jaxnn.inspection import data_density, grid_for, impossible_rows
from jaxnn.tables import Column, numeric_columns

COLUMNS = (
    Column("age", "numeric"),
    Column("sex", "binary", ("female", "male")),
    Column("stage", "categorical", ("none", "early", "late", "rare")),
)


def correlated(count, width, correlation, seed):
    """Normal columns of which the first two are correlated."""
    X = np.random.default_rng(seed).normal(size=(count, width))
    X[:, 1] = correlation * X[:, 0] + np.sqrt(1 - correlation**2) * X[:, 1]
    X.flags.writeable = False
    return X


def test_deciles_are_those_of_scikit_learn_and_a_rug_keeps_both_ends():
    X = correlated(1001, 2, 0.0, 0)
    found = data_density(X, 1, most=11)
    np.testing.assert_allclose(
        found.deciles, mstats.mquantiles(X[:, 1], np.arange(0.1, 1.0, 0.1), 0.4, 0.4)
    )
    np.testing.assert_array_equal(found.values, np.sort(X[:, 1])[::100])
    np.testing.assert_array_equal(data_density(X[:7], 1).values, np.sort(X[:7, 1]))
    assert found.counts.shape == (0,) and found.feature == 1


def test_levels_have_counts_and_weights_are_repeated_rows():
    X = np.array([[40, 0, 2], [50, 1, 0], [60, 1, 2]])
    weights = [2, 0, 3]
    found = data_density(X, "stage", columns=COLUMNS, weights=weights)
    np.testing.assert_array_equal(found.counts, [0, 0, 5, 0])
    assert len(found.values) == len(found.deciles) == 0
    found = data_density(X, "age", columns=COLUMNS, weights=weights)
    np.testing.assert_array_equal(found.values, [40, 60])
    repeated = data_density(X.repeat(weights, axis=0), "age", columns=COLUMNS)
    np.testing.assert_allclose(found.deciles, repeated.deciles)


@pytest.mark.parametrize("count", [30, 100, 3000])
@pytest.mark.parametrize("width", [2, 5, 20])
def test_only_correlated_columns_are_warned_of(count, width):
    for seed in range(3):
        X = correlated(count, width, 0.0, seed)
        skewed, tied = np.exp(2 * X), X.round()
        for columns in (X, skewed, tied):
            assert impossible_rows(columns, 0, grid_for(columns, 0, 20)).warning is None
        X = correlated(count, width, 0.95, seed)
        for feature, partner in ((0, 1), (1, 0)):
            found = impossible_rows(X, feature, grid_for(X, feature, 20))
            assert found.partner == partner
            assert f"combinations of x{feature + 1} with x{partner + 1} that" in found.warning


def test_the_share_of_far_rows_is_that_of_a_plain_count():
    # All rows have x2 = x1, so the pair (v, x_i2) is far unless x_i2 is near v.
    X = np.linspace(0, 1, 101)[:, None].repeat(2, axis=1)
    found = impossible_rows(X, 0, [0.0, 0.5, 1.0])
    assert found.shares.shape == (3,)
    # After shuffling, 99% of places have one of 101 points of the unit square within about 0.15,
    # near the sides within 0.25, so nearly all rows beyond that are far.
    assert 0.6 < found.shares[1] < 0.85 and 0.7 < found.shares[0] < 0.95
    np.testing.assert_allclose(found.share, found.shares.mean())


def test_a_predictor_that_goes_with_another_along_a_parabola_is_warned_of():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, 300)
    X = np.stack([x, rng.normal(size=300), x**2 + 0.05 * rng.normal(size=300)], axis=1)
    for feature, partner in ((0, 2), (2, 0)):
        assert impossible_rows(X, feature, grid_for(X, feature, 20)).partner == partner
    assert impossible_rows(X, 1, grid_for(X, 1, 20)).warning is None


def test_levels_that_exclude_each_other_are_warned_of_and_rare_levels_are_not():
    rng = np.random.default_rng(1)
    sex = rng.integers(0, 2, 300)
    pregnant = (sex == 0) & (rng.uniform(size=300) < 0.4)
    rare = np.where(np.arange(300) < 3, 3, rng.integers(0, 3, 300))
    X = np.stack([20 + 20 * rng.uniform(size=300), sex, rare, pregnant], axis=1)
    columns = (*COLUMNS, Column("pregnant", "binary", ("no", "yes")))
    found = impossible_rows(X, "pregnant", ["no", "yes"], columns=columns)
    assert found.partner == 1
    np.testing.assert_allclose(found.shares, [0, (sex == 1).mean()], atol=0.05)
    assert impossible_rows(X, "stage", [0, 1, 2, 3], columns=columns).warning is None
    children = X.copy()
    children[:, 0] = np.where(pregnant, X[:, 0], X[:, 0] * 2)  # ages by level
    found = impossible_rows(children, "pregnant", ["yes"], columns=columns)
    assert found.warning is not None and found.share > 0.3


def test_many_rows_are_sampled_by_rank_and_the_result_is_always_the_same():
    X = correlated(100_000, 4, 0.9, 0)
    first, second = (impossible_rows(X, 0, [-1.0, 0.0, 1.0]) for _ in range(2))
    np.testing.assert_array_equal(first.shares, second.shares)
    assert first.share > 0.3


@pytest.mark.parametrize("count", [100, 1000])
def test_a_row_of_weight_zero_is_left_out(count):
    X, weights = correlated(count, 3, 0.9, 0), np.arange(count) % 3
    found = impossible_rows(X, 0, [-1.0, 1.0], weights=weights > 0)
    left = impossible_rows(X[weights > 0], 0, [-1.0, 1.0])
    np.testing.assert_array_equal(found.shares, left.shares)
    doubled = impossible_rows(X, 0, [-1.0, 1.0], weights=weights)
    np.testing.assert_allclose(doubled.shares, left.shares, atol=0.15)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_few_rows_and_constant_columns_tell_nothing(count):
    X = correlated(count, 3, 0.9, 0)
    assert impossible_rows(X, 0, [0.0]).warning is None
    found = impossible_rows(np.ones((40, 3)), 0, [1.0, 2.0])
    assert (found.share, found.partner, found.warning) == (0.0, None, None)
    assert impossible_rows(X[:, :1], 0, [0.0]).partner is None


def test_names_are_part_of_the_warning_and_a_thousand_columns_are_no_obstacle():
    X = correlated(60, 1000, 0.95, 3)
    columns = numeric_columns([f"gene {number}" for number in range(1000)])
    found = impossible_rows(X, "gene 1", grid_for(X, 1, 10), columns=columns)
    assert found.warning.startswith("The average over all rows includes combinations of gene 1 ")
    assert "with gene 0 that no row is near (" in found.warning


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"feature": "sx"}, r"feature is 'sx'; did you mean 'sex'"),
        ({"feature": 3}, r"feature is 3; X has the columns 0 to 2"),
        ({"X": [[np.nan, 0, 0]]}, r"X holds nan at row 0, column 0"),
        ({"weights": [1, 2]}, r"weights has shape \(2,\)"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(arguments, message):
    arguments = {"X": np.ones((4, 3)), "feature": "age", "columns": COLUMNS, **arguments}
    with pytest.raises(InputError, match=message):
        data_density(**arguments)
    with pytest.raises(InputError, match=message):
        impossible_rows(**arguments, grid=[0.0])


def test_unknown_levels_and_a_rug_of_one_value_are_refused():
    X = np.array([[40, 0, 9]])
    with pytest.raises(InputError, match=r"column 'stage' of X holds 9, which is no level"):
        data_density(X, "stage", columns=COLUMNS)
    with pytest.raises(InputError, match=r"a level in grid is 'both'; known: female, male"):
        impossible_rows(X, "sex", ["both"], columns=COLUMNS)
    with pytest.raises(InputError, match=r"most is 1; pass a whole number of at least 2"):
        data_density(X, 0, most=1)
