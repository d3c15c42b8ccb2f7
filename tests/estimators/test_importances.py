"""Are importances by impurity and by permutation right, paired, and told apart?"""

import jax
import numpy as np
import pytest

from jaxnn import Encoder
from jaxnn.errors import InputError
from jaxnn.estimators import (
    compare_importances,
    comparison_table,
    impurity_importances,
    refitted_estimator,
    tree_models,
)
from jaxnn.refits.importance_scores import importances_of_refits
from jaxnn.tables import Column

ensemble = pytest.importorskip("sklearn.ensemble")
linear_model = pytest.importorskip("sklearn.linear_model")
tree = pytest.importorskip("sklearn.tree")

ROWS = 40
RANDOM = np.random.default_rng(4)
X = np.column_stack([RANDOM.normal(size=(ROWS, 2)), np.arange(ROWS) % 3])
NUMBERS = 2 * X[:, 0] + X[:, 2] + 0.1 * RANDOM.normal(size=ROWS)
BINARY = (NUMBERS > np.median(NUMBERS)).astype(int)  # noqa: SIM300
COUNTS = RANDOM.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=6)
COLUMNS = (
    Column("age", "numeric"),
    Column("noise", "numeric"),
    Column("thal", "categorical", ("a", "b", "c")),
)


def refitted(estimator, y=BINARY, **options):
    return refitted_estimator(
        jax.random.key(0), estimator, X, y, **{"multiplicities": COUNTS, **options}
    )


def test_the_features_of_one_predictor_are_added_up():
    model = refitted(tree.DecisionTreeRegressor(max_depth=3), NUMBERS, encoder=Encoder(COLUMNS))
    found = impurity_importances(model)
    for fit, importances in zip(model.fits, found, strict=True):
        of_features = fit.estimator.feature_importances_
        expected = [of_features[0], of_features[1], of_features[2] + of_features[3]]
        np.testing.assert_allclose(importances, expected)
    np.testing.assert_allclose(found.sum(axis=1), 1)


def test_a_model_without_impurity_is_refused_and_compared_by_permutation_alone():
    logistic = refitted(linear_model.LogisticRegression())
    with pytest.raises(InputError, match="LogisticRegression, which have no impurity-based"):
        impurity_importances(logistic)
    result = compare_importances(jax.random.key(1), {"logistic": logistic}, X, BINARY)
    assert result.methods == ("logistic, permutation",)


@pytest.mark.parametrize("measure", ["loss", "wrong class"])
def test_permutation_importances_are_the_rises_of_the_mean_loss(measure):
    model, weights = refitted(linear_model.LogisticRegression()), 1.0 + np.arange(ROWS) % 2
    found = importances_of_refits(
        jax.random.key(7), model, X, BINARY, values=None, measure=measure, weights=weights
    )

    def losses(X):
        predicted, losses = model.predictions_and_losses(X, BINARY)
        return losses if measure == "loss" else (predicted[..., 0] > 0.5) != BINARY

    for predictor in range(3):
        rises = np.empty((ROWS, len(COUNTS), ROWS))  # donor, refit, row
        for donor in range(ROWS):
            moved = X.copy()
            moved[:, predictor] = X[donor, predictor]
            rises[donor] = losses(moved).astype(float) - losses(X)
        for importances, side in ((found.in_bag, COUNTS), (found.out_of_bag, COUNTS == 0)):
            share = side * weights / (side * weights).sum(axis=1, keepdims=True)
            expected = np.einsum("kbi,bk,bi->b", rises, share, share)
            np.testing.assert_allclose(importances[:, predictor], expected, atol=1e-12)


def test_a_predictor_that_is_not_used_has_importance_zero():
    model = refitted(tree.DecisionTreeRegressor(max_depth=1), NUMBERS)
    used = impurity_importances(model) > 0
    found = importances_of_refits(jax.random.key(1), model, X, NUMBERS)
    assert (found.in_bag[~used] == 0).all() and (found.out_of_bag[~used] == 0).all()
    assert (found.in_bag[used] > 0).all()


@pytest.fixture(scope="module")
def compared():
    few = {
        name: estimator.set_params(n_estimators=5)
        if hasattr(estimator, "n_estimators")
        else estimator
        for name, estimator in tree_models("binary").items()
    }
    models = {name: refitted(estimator, columns=COLUMNS) for name, estimator in few.items()}
    return models, compare_importances(jax.random.key(1), models, X, BINARY)


def test_methods_are_compared_on_the_same_scale(compared):
    models, result = compared
    assert result.methods[:2] == ("tree of depth 3, impurity", "tree of depth 10, impurity")
    assert result.methods[-1] == "AdaBoost, permutation"
    assert result.shares.shape == (8, 6, 3)
    np.testing.assert_allclose(result.center[:4].sum(axis=1), 1)
    np.testing.assert_allclose(result.center[4:].clip(0).sum(axis=1), 1)
    forest = models["random forest"]
    np.testing.assert_array_equal(result.shares[2], impurity_importances(forest))
    outside = importances_of_refits(jax.random.key(1), forest, X, BINARY).out_of_bag
    np.testing.assert_allclose(result.center[6] * result.totals[6], outside.mean(axis=0))
    np.testing.assert_allclose(result.shares.mean(axis=1), result.center)
    np.testing.assert_array_equal(result.center.argmax(axis=1), 0)
    assert (result.lower <= result.upper).all()


def test_differences_are_paired(compared):
    _, result = compared
    mean, lower, upper = result.difference("AdaBoost, impurity", "random forest, impurity")
    differences = result.shares[3] - result.shares[2]
    np.testing.assert_allclose(mean, differences.mean(axis=0))
    np.testing.assert_allclose([lower, upper], np.quantile(differences, [0.025, 0.975], axis=0))
    with pytest.raises(InputError, match=r"to is 'forest'.*random forest, impurity"):
        result.difference("AdaBoost, impurity", "forest")


def test_the_table_has_a_line_per_predictor(compared):
    _, result = compared
    lines = comparison_table(result).splitlines()
    assert len(lines) == 5 and lines[1].startswith("age ")
    assert f"{result.center[0, 0]:.2f} ({result.lower[0, 0]:5.2f} to" in lines[1]
    assert lines[-1] == "share of all predictors (interval of 95% over refits)"


def test_what_cannot_be_compared_is_refused():
    split = tree.DecisionTreeClassifier(max_depth=1)
    one, other = refitted(split), refitted(split, multiplicities=COUNTS[::-1])
    with pytest.raises(InputError, match="'b' and 'a', which were refitted to different resamples"):
        compare_importances(jax.random.key(1), {"a": one, "b": other}, X, BINARY)
    with pytest.raises(InputError, match=r"pass \{name: model"):
        compare_importances(jax.random.key(1), {}, X, BINARY)
    with pytest.raises(InputError, match=r"^model is 3; pass what"):
        compare_importances(jax.random.key(1), {"a": one, "b": 3}, X, BINARY)
    with pytest.raises(InputError, match="pass the 40 training rows"):
        compare_importances(jax.random.key(1), {"a": one}, X[1:], BINARY[1:])
    with pytest.raises(InputError, match="measure is 'accuracy'"):
        compare_importances(jax.random.key(1), {"a": one}, X, BINARY, measure="accuracy")
    numbers = refitted(tree.DecisionTreeRegressor(max_depth=1), NUMBERS)
    with pytest.raises(InputError, match="'wrong class', but the response is quantitative"):
        compare_importances(jax.random.key(1), {"a": numbers}, X, NUMBERS, measure="wrong class")


@pytest.mark.parametrize("wrong", [None, 3, "table", (1, 2)])
def test_what_is_no_result_is_refused(wrong):
    with pytest.raises(InputError, match=r"^result is .*; pass what compare_importances returns"):
        comparison_table(wrong)
    with pytest.raises(InputError, match=r"^model is .*; pass what refitted_estimator returns"):
        impurity_importances(wrong)
    with pytest.raises(InputError, match=r"^response is .*known: binary, categorical"):
        tree_models(wrong)
