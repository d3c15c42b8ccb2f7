"""Is there one surrogate tree per refit, and is their variation told rightly?"""

import jax
import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.estimators import refitted_estimator
from jaxnn.inspection.surrogates import surrogate_tree
from jaxnn.refits.surrogates import surrogate_summary, surrogate_trees

linear_model = pytest.importorskip("sklearn.linear_model")

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(40, 3))
Y = (X[:, 0] + 0.8 * X[:, 1] + RANDOM.normal(size=40) > 0).astype(int)


@pytest.fixture(scope="module")
def model():
    return refitted_estimator(jax.random.key(0), linear_model.LogisticRegression(), X, Y, 30)


def test_each_refit_has_the_tree_of_its_own_predictions(model):
    found = surrogate_trees(model, X, depth=2, folds=3)
    for number in (0, 7):
        alone = surrogate_tree(
            lambda X, b=number: model.predict(X)[b], X, depth=2, folds=3, response="binary"
        )
        assert found.trees[number].rules == alone.rules
        assert found.fidelity[number] == alone.fidelity
        assert found.held_out_agreement[number] == alone.held_out_agreement
        np.testing.assert_array_equal(found.splits[number], alone.splits)
        assert found.first_threshold[number] == alone.nodes.threshold[0]
    mean = surrogate_tree(model.predict_mean, X, depth=2, folds=3, response="binary")
    assert found.of_mean.rules == mean.rules
    shares = [np.mean(found.first_split == place) for place in range(3)]
    np.testing.assert_array_equal(found.first_share, shares)
    assert 0 < shares[1] < shares[0] < 1  # which comes first is not certain


def test_the_summary_says_how_often_each_predictor_comes_first(model):
    found = surrogate_trees(model, X, depth=1, folds=0)
    text = surrogate_summary(found, level=0.5)
    low, high = np.quantile(found.fidelity, [0.25, 0.75])
    assert f"(50% of refits: {low:.2f} to {high:.2f})" in text
    assert "rows left out" not in text
    lines = [line.split() for line in text.splitlines()]
    assert ["x1", f"{found.first_share[0]:.0%}", f"{found.splits[:, 0].mean():.2f}"] in lines
    with pytest.raises(InputError, match=r"model is the function .*; pass what"):
        surrogate_trees(lambda X: X, X)
    with pytest.raises(InputError, match="level is 2"):
        surrogate_summary(found, level=2)
