"""Do surfaces of two predictors equal those of scikit-learn, and are they marked without data?"""

import sys

import numpy as np
import pytest
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import partial_dependence as sklearn_partial_dependence

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import (
    black_box,
    data_nearby,
    joint_surface,
    partial_dependence_2d,
    profile_surface,
)
from jaxnn.tables import Column

COLUMNS = (
    Column("a", "numeric"),
    Column("b", "categorical", ("p", "q", "r")),
    Column("c", "numeric"),
)


def rows(count=23):
    rng = np.random.default_rng(0)
    X = np.stack([rng.normal(size=count), np.arange(count) % 3, rng.normal(size=count)], axis=1)
    X.flags.writeable = False
    return X


def product(X):
    return X[:, 0] * X[:, 1] + np.sin(X[:, 2])


@pytest.mark.parametrize("weights", [None, np.arange(23) % 4])
def test_a_surface_of_a_forest_is_that_of_scikit_learn(weights):
    X, grids = rows(), ([-1.0, 0.0, 2.0], [0.0, 1.0, 2.0, 5.0])
    forest = RandomForestRegressor(5, random_state=0).fit(X, product(X))
    expected = sklearn_partial_dependence(
        forest,
        X,
        [0, 1],
        custom_values=dict(enumerate(grids)),
        method="brute",
        sample_weight=weights,
    )
    found = partial_dependence_2d(forest.predict, X, (0, 1), grids, weights)
    np.testing.assert_allclose(found, expected["average"][0], rtol=1e-12)


def test_replicates_come_first_and_outputs_last():
    X, grids = rows(), ([0.0, 1.0], [0.0, 1.0, 2.0])
    plain = partial_dependence_2d(product, X, (0, 1), grids)
    np.testing.assert_allclose(plain, np.outer(*grids) + np.sin(X[:, 2]).mean())
    scales = np.array([1.0, 2.0, -1.0, 4.0])[:, None, None]
    both = partial_dependence_2d(lambda X: scales * product(X)[:, None] * [1, 3], X, (0, 1), grids)
    np.testing.assert_allclose(both, scales[..., None] * plain[..., None] * [1, 3])
    np.testing.assert_allclose(partial_dependence_2d(product, X, (1, 0), grids[::-1]), plain.T)


def test_a_profile_holds_the_others_at_their_centre():
    X, grids = rows(), ([0.0, 1.0], [0.0, 1.0, 2.0])
    found = profile_surface(product, X, (0, 1), grids, columns=COLUMNS)
    np.testing.assert_allclose(found, np.outer(*grids) + np.sin(X[:, 2].mean()))
    found = profile_surface(product, X, (0, 2), grids, [9, 2, 9])
    np.testing.assert_allclose(found, 2 * np.array(grids[0])[:, None] + np.sin(grids[1]))


def test_a_surface_does_not_depend_on_the_size_of_blocks(monkeypatch):
    X, grids = rows(), ([0.0, 1.0, 2.0], [0.0, 1.0, 2.0])
    whole = partial_dependence_2d(product, X, (0, 1), grids)
    monkeypatch.setattr(sys.modules["jaxnn.inspection.black_box"], "BLOCK_BYTES", 300)
    assert black_box(product, X)._block_size(9, X)[1] < len(X)
    np.testing.assert_allclose(partial_dependence_2d(product, X, (0, 1), grids), whole, rtol=1e-13)


@pytest.mark.parametrize("weights", [None, np.arange(23) % 4])
def test_points_with_a_row_within_reach_are_marked(weights):
    X, grids = rows(), (np.linspace(-4, 4, 9), np.linspace(-4, 4, 7))
    found = data_nearby(X, (0, 2), grids, weights=weights, reach=0.7)
    w = np.ones(23) if weights is None else weights
    points = X[:, [0, 2]]
    scale = np.sqrt(np.average((points - np.average(points, 0, w)) ** 2, 0, w))
    places = np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1)
    distance = np.linalg.norm((places[:, :, None] - points[w > 0]) / scale, axis=-1)
    np.testing.assert_array_equal(found, distance.min(axis=2) <= 0.7)
    assert found.any() and not found[0].any()


def test_another_level_is_never_near():
    X = rows()[rows()[:, 1] != 2]
    found = data_nearby(X, (0, 1), ([X[0, 0]], [0.0, 1.0, 2.0]), columns=COLUMNS, reach=50)
    np.testing.assert_array_equal(found, [[True, True, False]])
    constant = np.column_stack([X[:, 0], np.full(len(X), 3.0)])
    found = data_nearby(constant, (0, 1), ([X[0, 0]], [3.0, 3.1]))
    np.testing.assert_array_equal(found, [[True, False]])


def test_a_surface_has_what_its_picture_needs():
    X = rows()
    surface = joint_surface(product, X, (0, 1), resolution=5, columns=COLUMNS, rows=[1, 4])
    assert [column.name for column in surface.columns] == ["a", "b"]
    np.testing.assert_allclose(surface.grids[0], np.linspace(X[:, 0].min(), X[:, 0].max(), 5))
    np.testing.assert_array_equal(surface.grids[1], [0, 1, 2])
    np.testing.assert_array_equal(surface.points, X[:, :2])
    level = np.sin(X[[1, 4], 2]).mean()
    np.testing.assert_allclose(surface.prediction, np.outer(*surface.grids) + level)
    assert surface.nearby.shape == (5, 3)


def test_integers_are_not_truncated():
    found = partial_dependence_2d(product, rows().astype(int), (0, 1), ([0.5], [0.5]))
    assert found[0, 0] == pytest.approx(0.25 + np.sin(rows().astype(int)[:, 2]).mean())


@pytest.mark.parametrize(
    ("features", "grids", "error", "message"),
    [
        ((0, 0), ([0], [1]), InputError, "features has column 0 twice"),
        ((0, -3), ([0], [1]), InputError, "features has column 0 twice"),
        ((0,), ([0], [1]), InputError, r"features is \(0,\); pass the numbers of two columns"),
        (3, ([0], [1]), InputError, "features is 3; pass the numbers of two columns"),
        (("a", 1), ([0], [1]), InputTypeError, "a column in features is 'a'; pass the number"),
        ((0, 7), ([0], [1]), InputError, "a column in features is 7; X has the columns 0 to 2"),
        ((0, 1), ([0],), InputError, "grids has 1 entries; pass two lists"),
        ((0, 1), None, InputTypeError, "grids is None; pass two lists"),
        ((0, 1), ([0], [np.nan]), InputError, "a grid in grids holds nan"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(features, grids, error, message):
    with pytest.raises(error, match=message):
        partial_dependence_2d(product, rows(), features, grids)


def test_columns_and_levels_are_found_by_name():
    X, names = rows(), (["q", "p"], [0.5])
    by_name = partial_dependence_2d(product, X, ("b", "c"), names, columns=COLUMNS)
    by_number = partial_dependence_2d(product, X, (1, 2), ([1, 0], [0.5]))
    np.testing.assert_array_equal(by_name, by_number)
    held = profile_surface(product, X, ("b", -1), names, columns=COLUMNS)
    np.testing.assert_array_equal(
        held, profile_surface(product, X, (1, 2), ([1, 0], [0.5]), columns=COLUMNS)
    )
    assert joint_surface(product, X, ("c", "b"), columns=COLUMNS, resolution=3).features == (2, 1)
    with pytest.raises(InputError, match="a level in a grid in grids is 's'; known: p, q, r"):
        data_nearby(X, ("b", "c"), (["s"], [0.5]), columns=COLUMNS)
    with pytest.raises(InputError, match="a column in features is 'd'; known: a, b, c"):
        joint_surface(product, X, ("d", "b"), columns=COLUMNS)
    with pytest.raises(InputError, match="features is 'bc'; pass the numbers of two columns"):
        joint_surface(product, X, "bc", columns=COLUMNS)
