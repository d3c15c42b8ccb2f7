"""Is the picture that of the principal components of scikit-learn, and its inverse exact?"""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from jaxnn.errors import InputError
from jaxnn.inspection import principal_component_picture
from jaxnn.tables import Column

COLUMNS = (
    Column("a", "numeric"),
    Column("b", "categorical", ("p", "q", "r")),
    Column("c", "binary", ("no", "yes")),
    Column("d", "ordinal", ("low", "middle", "high")),
)


def table(count=200):
    rng = np.random.default_rng(0)
    X = np.stack([rng.normal(5, 3, count), *rng.integers(0, [[3], [2], [3]], (3, count))], axis=1)
    X.flags.writeable = False
    return X


def numbers(count=60):
    rng = np.random.default_rng(1)
    return rng.normal(size=(count, 4)) @ rng.normal(size=(4, 4)) * [1, 10, 100, 1] + 7


def predict(X):
    return np.sin(X[:, 0]) + X[:, 1] + 2 * X[:, 2]


def test_the_components_are_those_of_scikit_learn():
    X = numbers()
    picture = principal_component_picture(predict, X)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    expected = PCA(2).fit(Z)
    np.testing.assert_allclose(picture.variance_share, expected.explained_variance_ratio_)
    signs = np.sign((expected.components_ * picture.loadings.T).sum(axis=1))
    np.testing.assert_allclose(picture.loadings.T, signs[:, None] * expected.components_)
    np.testing.assert_allclose(picture.points, signs * expected.transform(Z), atol=1e-12)
    largest = np.abs(picture.loadings).argmax(axis=0)
    assert (picture.loadings[largest, [0, 1]] > 0).all()
    assert picture.features == ("x1", "x2", "x3", "x4")
    # A point of the plane is the row that scikit-learn gives back.
    places = np.stack(np.meshgrid(*picture.grids, indexing="ij"), axis=-1).reshape(-1, 2)
    rows = expected.inverse_transform(signs * places) * X.std(axis=0) + X.mean(axis=0)
    np.testing.assert_allclose(picture.prediction.ravel(), predict(rows))


def test_rows_of_weight_two_are_those_rows_twice():
    X, counts = numbers(), np.arange(60) % 3
    found = principal_component_picture(predict, X, weights=counts, resolution=5)
    repeated = principal_component_picture(predict, X.repeat(counts, axis=0), resolution=5)
    for field in ("loadings", "variance_share", "prediction", "fidelity"):
        np.testing.assert_allclose(getattr(found, field), getattr(repeated, field), rtol=1e-9)
    np.testing.assert_array_equal(found.nearby, repeated.nearby)


def test_rows_of_a_plane_come_back_exactly():
    t = np.random.default_rng(2).normal(size=(50, 2))
    X = t @ np.random.default_rng(3).normal(size=(2, 5)) + 3
    picture = principal_component_picture(predict, X)
    assert picture.variance_share.sum() == pytest.approx(1)
    assert picture.fidelity == pytest.approx(1)
    assert "holds 100% of their variance and 100% of how" in picture.caution


def test_a_column_with_levels_takes_one_of_its_levels_at_each_point():
    X, seen = table(), []

    def remember(X):
        seen.append(np.unique(X[:, 1:], axis=0))
        return X[:, 0]

    picture = principal_component_picture(remember, X, columns=COLUMNS, resolution=30)
    assert picture.features == ("a", "b=q", "b=r", "c=yes", "d>=middle", "d>=high")
    codes = np.unique(np.concatenate(seen), axis=0)
    assert set(map(tuple, codes)) <= {(b, c, d) for b in range(3) for c in (0, 1) for d in range(3)}
    assert len(np.unique(seen[2], axis=0)) > 3  # on the plane
    # With two features the plane is everything, and every row comes back with its own levels.
    both = principal_component_picture(
        lambda X: X[:, 0] + 5 * X[:, 1], X[:, [0, 2]], columns=(COLUMNS[0], COLUMNS[2])
    )
    assert both.fidelity == pytest.approx(1)


def test_replicates_come_first_and_outputs_last():
    X = numbers()
    plain = principal_component_picture(predict, X, resolution=6)
    scales = np.array([1.0, -2.0, 4.0, 3.0])[:, None, None]
    found = principal_component_picture(
        lambda X: scales * predict(X)[:, None] * [1, 3], X, resolution=6
    )
    expected = scales[..., None] * plain.prediction[..., None] * [1, 3]
    np.testing.assert_allclose(found.prediction, expected)
    assert found.fidelity == pytest.approx(plain.fidelity)


def test_constant_columns_and_constant_predictions_are_no_trouble():
    X = np.column_stack([numbers(), np.full(60, 1e9 / 3)])
    picture = principal_component_picture(lambda X: 0 * X[:, 0] + 1, X)
    np.testing.assert_array_equal(picture.loadings[4], 0)
    assert np.isnan(picture.fidelity) and picture.caution.endswith("% of their variance.")
    held = principal_component_picture(lambda X: X[:, 4], X)
    np.testing.assert_array_equal(held.prediction, 1e9 / 3)


def test_the_caution_says_when_the_plane_reproduces_nothing():
    rng = np.random.default_rng(5)
    a, b, c = rng.normal(size=(3, 300))
    X = np.stack([a, a + 0.1 * rng.normal(size=300), b, b + 0.1 * rng.normal(size=300), c], axis=1)
    picture = principal_component_picture(lambda X: X[:, 4] ** 2, X)
    assert picture.fidelity < 0.05
    picture = picture._replace(fidelity=-0.2)
    assert picture.caution == (
        "Each axis mixes all 5 features, and the plane holds "
        f"{picture.variance_share.sum():.0%} of their variance and nothing of how the predictions "
        "differ between rows."
    )


@pytest.mark.parametrize(
    ("X", "arguments", "message"),
    [
        (numbers()[:1], {}, "X has 1 rows that vary along fewer than two directions"),
        (numbers()[:, [0, 0, 0]], {}, "X has 60 rows that vary along fewer than two directions"),
        (numbers(), {"resolution": 1}, "resolution is 1; pass a whole number of at least 2"),
        (numbers(), {"columns": COLUMNS[:2]}, "columns has 2 entries; pass one for each of the 4"),
        (numbers(), {"weights": -np.ones(60)}, "weights has the value -1"),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(X, arguments, message):
    with pytest.raises(InputError, match=message):
        principal_component_picture(predict, X, **arguments)
