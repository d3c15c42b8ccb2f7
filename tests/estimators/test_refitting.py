"""Are refits of scikit-learn estimators made and used as refits of networks are?"""

import builtins

import jax
import numpy as np
import pytest

from jaxnn import Encoder
from jaxnn.errors import InputError, InputTypeError
from jaxnn.estimators import refitted_estimator
from jaxnn.inspection import partial_dependence
from jaxnn.refits import RefittedModel, effect, out_of_bag
from jaxnn.tables import Column

ensemble = pytest.importorskip("sklearn.ensemble")
linear_model = pytest.importorskip("sklearn.linear_model")
pipeline = pytest.importorskip("sklearn.pipeline")
preprocessing = pytest.importorskip("sklearn.preprocessing")
svm = pytest.importorskip("sklearn.svm")
tree = pytest.importorskip("sklearn.tree")

ROWS = 24
RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(ROWS, 3))
NUMBERS = X[:, 0] - X[:, 1] ** 2
BINARY = (X[:, 0] - X[:, 1] > 0).astype(int)
CLASSES = np.arange(ROWS) % 3
COUNTS = RANDOM.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=5)
for array in (X, NUMBERS, BINARY, CLASSES, COUNTS):
    array.setflags(write=False)


def test_least_squares_is_refitted_to_the_drawn_rows():
    model = refitted_estimator(
        jax.random.key(0), linear_model.LinearRegression(), X, NUMBERS, multiplicities=COUNTS
    )
    assert isinstance(model, RefittedModel)
    assert (model.response, model.width) == ("quantitative", 1)
    np.testing.assert_array_equal(model.out_of_bag, COUNTS == 0)
    for fit, counts in zip(model.predict(X), COUNTS, strict=True):
        rows = np.repeat(np.arange(ROWS), counts)
        design = np.column_stack([np.ones(ROWS), X])
        expected = design @ np.linalg.lstsq(design[rows], NUMBERS[rows])[0]
        np.testing.assert_allclose(fit, expected, atol=1e-10)


@pytest.mark.parametrize(
    "estimator",
    [
        linear_model.LogisticRegression(tol=1e-10, max_iter=2000),
        pipeline.make_pipeline(
            preprocessing.StandardScaler(), linear_model.LogisticRegression(tol=1e-10)
        ),
    ],
    ids=["alone", "pipeline"],
)
def test_weights_and_repeated_rows_are_the_same_fit(estimator):
    weights = 1.0 + np.arange(ROWS) % 2
    for case in (None, weights):
        model = refitted_estimator(
            jax.random.key(0), estimator, X, BINARY, multiplicities=COUNTS, weights=case
        )
        rows = refitted_estimator(
            jax.random.key(0),
            estimator,
            X,
            BINARY,
            multiplicities=COUNTS,
            weights=case,
            resampling="rows",
        )
        np.testing.assert_allclose(model.predict(X), rows.predict(X), atol=1e-4)
    assert not hasattr(estimator, "classes_")


def test_a_forest_depends_on_the_key_and_not_on_the_number_of_workers():
    forest = ensemble.RandomForestRegressor(n_estimators=3, n_jobs=2)
    one, again, pool, other = (
        refitted_estimator(
            jax.random.key(key), forest, X, NUMBERS, multiplicities=COUNTS, workers=workers
        )
        for key, workers in ((0, None), (0, 1), (0, 2), (1, None))
    )
    np.testing.assert_array_equal(one.predict(X), again.predict(X))
    np.testing.assert_array_equal(one.predict(X), pool.predict(X))
    assert (one.predict(X) != other.predict(X)).any()
    assert one.fits[0].estimator.random_state != one.fits[1].estimator.random_state
    assert forest.random_state is None and forest.n_jobs == 2


def test_resamples_are_those_of_the_bootstrap_of_a_network_with_the_same_key():
    from jaxnn.bootstrap import bootstrap

    def mean(key, X, y):
        return y.mean()

    refits = bootstrap(jax.random.key(0), mean, X, NUMBERS, 3)
    constant = tree.DecisionTreeRegressor(max_depth=1)
    model = refitted_estimator(jax.random.key(0), constant, X, NUMBERS, 3)
    np.testing.assert_array_equal(model.multiplicities, refits.multiplicities)
    groups = np.arange(ROWS) // 4
    grouped = refitted_estimator(
        jax.random.key(0), constant, X, NUMBERS, 3, groups=groups
    ).multiplicities
    np.testing.assert_array_equal(grouped, grouped[:, ::4].repeat(4, axis=1))


def test_classes_that_a_resample_lacks_have_probability_zero():
    counts = np.stack([np.where(CLASSES == 1, 0, 1), np.where(CLASSES == 2, 3, 0)])
    stump = tree.DecisionTreeClassifier(max_depth=1)
    model = refitted_estimator(jax.random.key(0), stump, X, CLASSES, multiplicities=counts)
    predicted = model.predict(X)
    assert (model.response, predicted.shape) == ("categorical", (2, ROWS, 3))
    np.testing.assert_array_equal(predicted[0, :, 1], 0)
    np.testing.assert_allclose(predicted.sum(axis=2), 1)
    np.testing.assert_array_equal(predicted[1], np.tile([0, 0, 1], (ROWS, 1)))
    more = refitted_estimator(
        jax.random.key(0), stump, X, BINARY, classes=4, multiplicities=counts[:1]
    )
    assert more.predict(X[:1]).shape == (1, 1, 4)


def test_a_class_that_is_ruled_out_has_a_finite_loss():
    boundless = tree.DecisionTreeClassifier()
    model = refitted_estimator(jax.random.key(0), boundless, X, BINARY, multiplicities=COUNTS)
    predicted, losses = model.predictions_and_losses(X, BINARY)
    assert set(np.unique(predicted)) == {0, 1}
    share = BINARY.mean()
    given = predicted[..., 0]
    moved = (ROWS * given + share) / (ROWS + 1)
    np.testing.assert_allclose(losses, -np.log(np.where(BINARY == 1, moved, 1 - moved)))
    same = refitted_estimator(
        jax.random.key(0), boundless, X, BINARY, multiplicities=COUNTS, response="categorical"
    )
    np.testing.assert_allclose(same.predictions_and_losses(X, BINARY)[1], losses)


def test_counts_cost_their_deviance():
    y = np.arange(ROWS) % 4
    model = refitted_estimator(
        jax.random.key(0),
        linear_model.PoissonRegressor(),
        X,
        y,
        multiplicities=COUNTS,
        response="count",
    )
    means, losses = model.predictions_and_losses(X, y)
    moved = (ROWS * means[..., 0] + y.mean()) / (ROWS + 1)
    terms = np.where(y > 0, y * np.log(np.maximum(y, 1) / moved), 0)
    np.testing.assert_allclose(losses, 2 * (terms - y + moved))


def test_functions_of_refits_take_a_forest():
    forest = ensemble.RandomForestClassifier(n_estimators=3)
    columns = (Column("a", "numeric"), Column("b", "numeric"), Column("c", "numeric"))
    model = refitted_estimator(
        jax.random.key(0), forest, X, BINARY, multiplicities=COUNTS, encoder=Encoder(columns)
    )
    assert model.columns == columns
    curve = effect(model, X, 1, resolution=5, individual_rows=[0])
    np.testing.assert_array_equal(
        curve.average, partial_dependence(model.predict, X, 1, curve.grid)
    )
    np.testing.assert_allclose(model.predict_mean(X), model.predict(X).mean(axis=0))
    seen = out_of_bag(model, X, BINARY)
    row = int(np.flatnonzero((COUNTS == 0).any(axis=0))[0])
    assert seen.mean[row] == pytest.approx(model.predict(X)[COUNTS[:, row] == 0, row].mean())
    unseen, losses = COUNTS == 0, model.predictions_and_losses(X, BINARY)[1]
    np.testing.assert_allclose(seen.loss, (losses * unseen).sum(axis=1) / unseen.sum(axis=1))


@pytest.mark.parametrize(
    ("forest", "y", "method"),
    [
        (ensemble.RandomForestClassifier(4), CLASSES, "predict_proba"),
        (ensemble.ExtraTreesClassifier(4), BINARY, "predict_proba"),
        (ensemble.RandomForestRegressor(4), NUMBERS, "predict"),
        (ensemble.ExtraTreesRegressor(4), NUMBERS, "predict"),
    ],
)
def test_a_forest_predicts_what_scikit_learn_says(forest, y, method):
    model = refitted_estimator(jax.random.key(0), forest, X, y, multiplicities=COUNTS[:2])
    for fit, predicted in zip(model.fits, model.predict(X), strict=True):
        expected = getattr(fit.estimator, method)(X)
        expected = expected[:, 1] if y is BINARY else expected
        np.testing.assert_allclose(predicted, expected, rtol=1e-12)


def test_levels_become_indicators_and_numbers_keep_their_unit():
    codes = np.column_stack([np.arange(ROWS) % 3, 1e5 + X[:, 0]])
    encoder = Encoder((Column("level", "categorical", ("a", "b", "c")), Column("x", "numeric")))
    model = refitted_estimator(
        jax.random.key(0),
        tree.DecisionTreeRegressor(),
        codes,
        NUMBERS,
        multiplicities=COUNTS,
        encoder=encoder,
    )
    features = model.features(codes)
    np.testing.assert_array_equal(features[:, 0], codes[:, 0] == 1)
    np.testing.assert_array_equal(features[:, 1], codes[:, 0] == 2)
    np.testing.assert_array_equal(features[:, 2], codes[:, 1])


STUMP = tree.DecisionTreeRegressor(max_depth=1)
SPLIT = tree.DecisionTreeClassifier(max_depth=1)


@pytest.mark.parametrize(
    ("estimator", "y", "options", "sentence"),
    [
        (tree.DecisionTreeRegressor, NUMBERS, {}, "estimator is <class.*pass an estimator of"),
        (preprocessing.StandardScaler(), NUMBERS, {}, "pass a classifier or a regressor"),
        (svm.LinearSVC(), BINARY, {}, "predicts no probabilities; wrap it in"),
        (SPLIT, BINARY, {"response": "count"}, "a classifier, but the response is count"),
        (STUMP, BINARY, {"response": "binary"}, "a regressor, but the response is binary"),
        (STUMP, NUMBERS, {"response": "number"}, "response is 'number'"),
        (STUMP, np.where(X[:, 0] > 0, np.nan, 1), {}, "y holds nan at row"),
        (STUMP, NUMBERS[1:], {}, r"y has shape \(23,\)"),
        (SPLIT, BINARY - 0.5, {}, r"y has the value 0\.5; .* class codes 0 to 1"),
        (SPLIT, BINARY * 0, {}, "y has the single class 0"),
        (STUMP, -np.ones(ROWS), {"response": "count"}, "y has the value -1; a count response"),
        (STUMP, NUMBERS, {"multiplicities": COUNTS[:, 1:]}, r"multiplicities has shape \(5, 23\)"),
        (STUMP, NUMBERS, {"multiplicities": COUNTS / 2}, "other than 0, 1, 2"),
        (STUMP, NUMBERS, {"multiplicities": COUNTS * 0}, "a resample without rows"),
        (STUMP, NUMBERS, {"multiplicities": COUNTS, "replicates": 4}, "replicates is 4, but"),
        (STUMP, NUMBERS, {"multiplicities": None}, "replicates is None"),
        (STUMP, NUMBERS, {"resampling": "row"}, "resampling is 'row'"),
        (STUMP, NUMBERS, {"workers": 0}, "workers is 0"),
        (STUMP, NUMBERS, {"weights": np.ones(3)}, r"weights has shape \(3,\)"),
        (STUMP, NUMBERS, {"columns": (Column("a", "numeric"),)}, "columns has 1 entries"),
        (STUMP, NUMBERS, {"columns": "abc"}, "columns is a str; pass the columns of a table"),
        (tree.DecisionTreeRegressor(max_depth=-1), NUMBERS, {}, "cannot be fitted to resample 0"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(estimator, y, options, sentence):
    with pytest.raises(InputError, match=sentence):
        refitted_estimator(
            jax.random.key(0), estimator, X, y, **{"multiplicities": COUNTS, **options}
        )


def test_rows_that_do_not_fit_are_refused():
    model = refitted_estimator(jax.random.key(0), STUMP, X, NUMBERS, multiplicities=COUNTS)
    with pytest.raises(InputError, match=r"X has shape \(24, 2\); pass a matrix \(rows, 3\)"):
        model.predict(X[:, 1:])
    with pytest.raises(InputError, match="X holds nan"):
        model.predict_mean(np.full((1, 3), np.nan))
    with pytest.raises(InputTypeError, match="key is the integer 0"):
        refitted_estimator(0, STUMP, X, NUMBERS, 2)


def test_weights_need_an_estimator_that_takes_them():
    neighbors = pytest.importorskip("sklearn.neighbors")
    near = neighbors.KNeighborsRegressor(2)
    with pytest.raises(InputError, match="KNeighborsRegressor takes no sample weights; pass None"):
        refitted_estimator(jax.random.key(0), near, X, NUMBERS, 2, weights=np.ones(ROWS))
    with pytest.raises(InputError, match="takes no sample weights; pass 'rows'"):
        refitted_estimator(jax.random.key(0), near, X, NUMBERS, 2, resampling="multiplicities")
    model = refitted_estimator(jax.random.key(0), near, X, NUMBERS, multiplicities=COUNTS)
    rows = np.repeat(np.arange(ROWS), COUNTS[0])
    expected = neighbors.KNeighborsRegressor(2).fit(X[rows], NUMBERS[rows]).predict(X)
    np.testing.assert_allclose(model.predict(X)[0], expected)


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    def without(name, *rest, **options):
        if name.split(".")[0] == "sklearn":
            raise ImportError
        return found(name, *rest, **options)

    found = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match=r"refitted_estimator\(\) needs .*jaxnn\[sklearn\]"):
        refitted_estimator(jax.random.key(0), None, X, NUMBERS, 2)
