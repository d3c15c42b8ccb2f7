"""Are rows of one group never separated, whatever their labels?"""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from jaxnn import MLP, Fitter, InputError, InputTypeError, Recipe, fit
from jaxnn.training.groups import group_codes, groups_set_aside


@pytest.mark.parametrize(
    "labels",
    [
        ["b", "a", "b", "c"],
        [7.5, -1, 7.5, 0],
        [2**53, 2**53 + 1, 2**53, 2**53 + 2],
        [(1, 2), (2, 1), (1, 2), (0, 0)],
        [1, "1", 1, Fraction(1, 2)],
        np.array([True, False, True, False])[[0, 1, 0, 1]],
        np.array(["2020-01-02", "2020-01-01", "2020-01-02", "2020-01-03"], "M8[D]"),
        jnp.array([5, 3, 5, 4]),
        pd.Series(["x", "y", "x", "z"], dtype="category", index=[9, 8, 7, 6]),
        pd.Series([2, 1, 2, 3], dtype="Int64"),
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_labels_of_any_kind_are_counted_in_their_order(labels):
    codes = group_codes(labels, 4)
    assert codes.dtype == np.int32
    np.testing.assert_array_equal(codes[:3], [0, 1, 0])
    assert codes[3] == (1 if isinstance(labels, np.ndarray) and labels.dtype == bool else 2)


@pytest.mark.parametrize(
    ("labels", "error", "sentence"),
    [
        (["a", "b"], InputError, "groups has 2 labels; X has 3 rows, so pass one label per row"),
        (["a", None, "b"], InputError, "groups has no label at row 1; give every row a label"),
        ([1.0, 2.0, np.nan], InputError, "groups has no label at row 2"),
        (np.array(["2020-01-01", "NaT", "NaT"], "M8[D]"), InputError, "no label at row 1"),
        (pd.Series(["a", None, "b"], dtype="string"), InputError, "groups has no label at row 1"),
        (np.ma.masked_equal([1, 2, 3], 3), InputError, "groups has no label at row 2"),
        ("abc", InputTypeError, "groups is 'abc'; pass one label per row"),
        (3, InputTypeError, "groups is 3"),
        (np.zeros((3, 1)), InputError, r"groups has shape \(3, 1\); pass one label per row"),
        ([[1], [2], [1]], InputTypeError, "groups holds a list at row 0; pass numbers or texts"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_labels_that_do_not_name_groups_are_refused(labels, error, sentence):
    with pytest.raises(error, match=sentence):
        group_codes(labels, 3)


def test_whole_groups_are_set_aside_until_about_their_share():
    """Groups of 1 to 8 rows: 36 rows, of which a fifth is 7.2, and the nearest sum is taken."""
    codes = np.repeat(np.arange(8), np.arange(1, 9))
    keys = jax.random.split(jax.random.key(0), 200)
    aside = jax.vmap(groups_set_aside, (0, None, None, None))(keys, codes, np.ones(36), 0.2)
    aside = np.asarray(aside)
    members = [aside[:, codes == group] for group in range(8)]
    assert all((part.all(axis=1) == part.any(axis=1)).all() for part in members)
    taken = aside.sum(axis=1)
    assert taken.min() >= 1 and taken.max() <= 11  # the nearest sum is at most half a group away
    assert abs(taken.mean() - 7.2) < 0.7
    assert min(part.any(axis=1).mean() for part in members) > 0.05


def test_one_group_at_least_is_on_each_side():
    """Whatever the share: two groups of five rows, of which one always trains and one watches."""
    codes = np.repeat([0, 1], 5)
    for share in (0.01, 0.5, 0.99):
        keys = jax.random.split(jax.random.key(round(100 * share)), 20)
        aside = jax.vmap(groups_set_aside, (0, None, None, None))(keys, codes, np.ones(10), share)
        np.testing.assert_array_equal(aside.sum(axis=1), 5)
    # A group of weight zero is on neither side, and a single group is trained on.
    weights = np.repeat([0.0, 1.0], 5)
    assert not groups_set_aside(jax.random.key(0), codes, weights, 0.5).any()


def test_a_fit_sets_whole_groups_aside_and_never_trains_on_them():
    """With the identity for X, a row that is not trained on keeps its first-layer weights."""
    rows = 20
    groups = np.array(list("abcde"))[np.arange(rows) % 5]
    net = MLP((rows, 2, 1), initializer=lambda key, shape, dtype: jnp.full(shape, 0.5, dtype))
    recipe = Recipe("sgd", 0.1, 3, validation_fraction=0.3, standardize_response=False)
    X, y = np.eye(rows), np.full(rows, 9.0)
    fitted = fit(jax.random.key(1), net, X, y, recipe, groups=groups)
    aside = (fitted.params[0].weights == 0.5).all(axis=1)
    assert len(set(groups[aside])) in (1, 2)
    assert set(groups[aside]).isdisjoint(groups[~aside])
    planted = np.where(aside, 1e30, y)
    other = fit(jax.random.key(1), net, X, planted, recipe, groups=groups)
    jax.tree.map(np.testing.assert_array_equal, fitted.params, other.params)
    assert not np.isfinite(other.history.validation_loss).any()
    same = Fitter(net, recipe)(jax.random.key(1), X, y, groups=groups)
    jax.tree.map(np.testing.assert_array_equal, same, fitted)


def test_a_group_that_holds_all_rows_leaves_nothing_to_watch():
    X, y = np.zeros((4, 1)), np.arange(4.0)
    with pytest.raises(InputError, match="groups has a single group, which holds all rows"):
        fit(jax.random.key(0), MLP((1, 1)), X, y, Recipe(validation_fraction=0.5), groups=[1] * 4)
    fit(jax.random.key(0), MLP((1, 1)), X, y, Recipe(epochs=1), groups=[1] * 4)
