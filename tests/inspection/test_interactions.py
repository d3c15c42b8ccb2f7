"""Is H squared Friedman's sum, 0 for effects that add up, and 1 for a product?"""

import sys

import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import h_squared, interaction_strengths, total_h_squared
from jaxnn.tables import Column

COLUMNS = (
    Column("a", "numeric"),
    Column("b", "categorical", ("p", "q", "r")),
    Column("c", "numeric"),
)


def table(count=31):
    rng = np.random.default_rng(0)
    X = np.stack([rng.normal(size=count), np.arange(count) % 3, rng.normal(size=count)], axis=1)
    X[:, 2] += X[:, 0]
    X.flags.writeable = False
    return X


def curved(X):
    return X[:, 0] * X[:, 1] + np.sin(X[:, 2] + X[:, 0]) + X[:, 1] ** 2


def partial_dependence_at(predict, X, w, features):
    """The definition, row by row, centred."""
    values = np.empty(len(X))
    for i, row in enumerate(X):
        changed = X.copy()
        changed[:, features] = row[features]
        values[i] = np.average(predict(changed), weights=w)
    return values - np.average(values, weights=w)


def by_definition(predict, X, j, k, w):
    joint = partial_dependence_at(predict, X, w, [j, k])
    single = [partial_dependence_at(predict, X, w, [f]) for f in (j, k)]
    left_over = np.average((joint - sum(single)) ** 2, weights=w)
    return left_over, left_over / np.average(joint**2, weights=w)


@pytest.mark.parametrize("weights", [None, np.arange(31) % 4 + 0.5])
def test_pairs_have_the_values_of_the_definition(weights):
    X, w = table(), np.ones(31) if weights is None else weights
    found = interaction_strengths(curved, X, weights=weights, columns=COLUMNS)
    assert (np.diff(found.strength) <= 0).all()
    for place, (j, k) in enumerate(found.features):
        assert found.names[place] == (COLUMNS[j].name, COLUMNS[k].name)
        square, share = by_definition(curved, X, j, k, w)
        assert found.strength[place] ** 2 == pytest.approx(square, rel=1e-10, abs=1e-20)
        assert found.h_squared[place] == pytest.approx(share, rel=1e-10, abs=1e-20)
        names = (COLUMNS[k].name, COLUMNS[j].name)
        one = h_squared(curved, X, names, weights=weights, columns=COLUMNS)
        assert one == pytest.approx(share, rel=1e-10, abs=1e-20)


@pytest.mark.parametrize("weights", [None, np.arange(31) % 4 + 0.5])
def test_the_total_has_the_value_of_the_definition(weights):
    X, w = table(), np.ones(31) if weights is None else weights
    for feature in range(3):
        others = [column for column in range(3) if column != feature]
        whole = curved(X) - np.average(curved(X), weights=w)
        parts = [partial_dependence_at(curved, X, w, part) for part in ([feature], others)]
        expected = np.average((whole - sum(parts)) ** 2, weights=w)
        expected /= np.average(whole**2, weights=w)
        found = total_h_squared(curved, X, feature, weights=weights)
        assert found == pytest.approx(expected, rel=1e-10)


def test_effects_that_add_up_have_no_interaction():
    X = table()

    def additive(X):
        return 100 + X[:, 0] ** 3 + np.cos(X[:, 1]) - X[:, 2]

    found = interaction_strengths(additive, X)
    assert found.strength.max() < 1e-12 and found.h_squared.max() < 1e-24
    assert max(total_h_squared(additive, X, feature) for feature in range(3)) < 1e-24


def test_a_product_of_independent_centred_columns_is_all_interaction():
    levels = np.array([-2.0, -1.0, 3.0])
    X = np.array([(a, b) for a in levels for b in levels])
    assert h_squared(lambda X: 5 + X[:, 0] * X[:, 1], X, (0, 1)) == pytest.approx(1, rel=1e-12)
    # With effects of both alone it is the share of the product: var(ab) / var(2a + b + ab).
    v = np.mean(levels**2)
    share = v * v / (4 * v + v + v * v)
    found = h_squared(lambda X: 2 * X[:, 0] + X[:, 1] + X[:, 0] * X[:, 1], X, (0, 1))
    assert found == pytest.approx(share, rel=1e-12)
    both = interaction_strengths(lambda X: 3 * X[:, 0] * X[:, 1], X)
    assert both.strength[0] == pytest.approx(3 * v, rel=1e-12)


def test_columns_that_are_not_used_have_exactly_none():
    X = table()
    found = interaction_strengths(lambda X: 1e6 / 3 + 0 * X[:, 0], X)
    np.testing.assert_array_equal([found.strength, found.h_squared], 0)
    assert total_h_squared(lambda X: 1e6 / 3 + 0 * X[:, 0], X, 1) == 0
    single = interaction_strengths(lambda X: (1e3 + 0 * X[:, 0]).astype(np.float32), X)
    np.testing.assert_array_equal(single.h_squared, 0)


def test_rows_of_weight_two_are_those_rows_twice():
    X = table()
    counts = np.arange(31) % 3
    found = interaction_strengths(curved, X, weights=counts)
    repeated = interaction_strengths(curved, X.repeat(counts, axis=0))
    np.testing.assert_allclose(found.strength, repeated.strength, rtol=1e-10, atol=1e-14)


def test_replicates_come_first_and_outputs_last():
    X = table()
    scales = np.array([1.0, 2.0, -1.0, 4.0])[:, None, None]
    plain = interaction_strengths(curved, X)
    found = interaction_strengths(lambda X: scales * curved(X)[:, None] * [1, 3], X)
    np.testing.assert_array_equal(found.features, plain.features)
    factors = np.abs(scales * [1, 3])
    np.testing.assert_allclose(found.strength, factors * plain.strength[:, None], atol=1e-14)
    assert found.h_squared.shape == (4, 3, 2)
    shares = h_squared(lambda X: scales[..., 0] * curved(X), X, (0, 1))
    np.testing.assert_allclose(shares, by_definition(curved, X, 0, 1, np.ones(31))[1])
    totals = total_h_squared(lambda X: scales * curved(X)[:, None] * [1, 3], X, 0)
    np.testing.assert_allclose(totals, np.full((4, 2), total_h_squared(curved, X, 0)))


def test_a_compiled_function_has_the_same_interactions():
    def predict(X):
        return X[:, 0] * X[:, 1] + jnp.sin(X[:, 2] + X[:, 0]) + X[:, 1] ** 2

    found = interaction_strengths(predict, jnp.asarray(table()))
    expected = interaction_strengths(curved, table())
    np.testing.assert_allclose(found.strength, expected.strength, rtol=1e-4, atol=1e-6)


def test_interactions_do_not_depend_on_the_size_of_blocks(monkeypatch):
    whole = interaction_strengths(curved, table()).strength, total_h_squared(curved, table(), 0)
    monkeypatch.setattr(sys.modules["jaxnn.inspection.black_box"], "BLOCK_BYTES", 300)
    blocks = interaction_strengths(curved, table()).strength, total_h_squared(curved, table(), 0)
    np.testing.assert_allclose(blocks[0], whole[0], rtol=1e-12, atol=1e-14)
    assert blocks[1] == pytest.approx(whole[1], rel=1e-12)


def test_large_tables_are_evaluated_on_some_of_their_rows():
    X = np.random.default_rng(1).normal(size=(3000, 2))
    most = 0

    def predict(X):
        nonlocal most
        most += len(X)
        return X[:, 0] * X[:, 1]

    first = h_squared(predict, X, (0, 1))
    assert most < 1e6  # 9 million predictions for all rows
    assert first == h_squared(predict, X, (0, 1)) and 0.9 < first <= 1
    chosen = np.arange(0, 3000, 100)
    assert h_squared(predict, X, (0, 1), rows=chosen) == h_squared(predict, X[chosen], (0, 1))


def test_only_the_pairs_of_the_columns_that_are_passed_are_ranked():
    found = interaction_strengths(curved, table(), features=["c", "a"], columns=COLUMNS)
    assert found.names == (("c", "a"),)
    wide = np.random.default_rng(0).normal(size=(5, 1000))
    with pytest.raises(
        InputError, match="features is None, and the 1000 columns of X make 499,500"
    ):
        interaction_strengths(curved, wide)
    assert len(interaction_strengths(curved, wide, features=range(4)).names) == 6


def test_a_table_of_one_row_has_no_interactions():
    found = interaction_strengths(curved, table()[:1])
    np.testing.assert_array_equal([found.strength, found.h_squared], 0)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"features": [0]}, InputError, "features has 1 columns; a pair needs at least two"),
        ({"features": 3}, InputError, "features is 3; pass a list of columns"),
        ({"features": [0, 2, -1]}, InputError, "features has column 2 twice"),
        ({"features": ["a", 1]}, InputTypeError, "a column in features is 'a'; pass the number"),
        (
            {"rows": [40]},
            InputError,
            r"rows is \[40\]; pass a list of row numbers of X, from 0 to 30",
        ),
        ({"rows": []}, InputError, r"rows is \[\], which is no row; pass a list of row numbers"),
        ({"weights": np.zeros(31)}, InputError, "weights is zero for every row"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        interaction_strengths(curved, table(), **arguments)


def test_predictions_that_cannot_be_used_are_refused():
    with pytest.raises(InputError, match="predict gives nan"):
        h_squared(lambda X: np.full(len(X), np.nan), table(), (0, 1))
    with pytest.raises(InputError, match=r"predict gives shape \(\) for 2 rows"):
        h_squared(lambda X: 1.0, table(), (0, 1))
