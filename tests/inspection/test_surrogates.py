"""Does a surrogate tree imitate a black box, say how well, and name its splits rightly?"""

import numpy as np
import pytest

from jaxnn.errors import InputError
from jaxnn.inspection.surrogates import surrogate_tree
from jaxnn.tables import Column

sklearn_tree = pytest.importorskip("sklearn.tree")

ROWS = 120
RANDOM = np.random.default_rng(5)
X = np.column_stack([RANDOM.normal(size=(ROWS, 2)), np.arange(ROWS) % 3, np.arange(ROWS) // 3 % 2])
X.setflags(write=False)
COLUMNS = (
    Column("age", "numeric"),
    Column("dose", "numeric"),
    Column("thal", "categorical", ("normal", "fixed", "reversable")),
    Column("sex", "binary", ("f", "m")),
)


def smooth(X):
    return np.tanh(X[:, 0]) + X[:, 1] ** 2


def test_the_tree_is_that_of_scikit_learn_fitted_to_predictions():
    weights = 1.0 + np.arange(ROWS) % 4
    for case in (None, weights):
        surrogate = surrogate_tree(smooth, X[:, :2], depth=3, weights=case)
        plain = sklearn_tree.DecisionTreeRegressor(max_depth=3, min_samples_leaf=5)
        plain.fit(X[:, :2], smooth(X), sample_weight=case)
        np.testing.assert_allclose(surrogate.predict(X[:, :2]), plain.predict(X[:, :2]), rtol=1e-6)
        score = plain.score(X[:, :2], smooth(X), sample_weight=case)
        assert surrogate.fidelity == pytest.approx(score)
        importances = np.bincount(
            surrogate.nodes.predictor.clip(0), weights=surrogate.nodes.gain, minlength=2
        )
        np.testing.assert_allclose(importances / importances.sum(), plain.feature_importances_)
        np.testing.assert_allclose(importances.sum(), surrogate.fidelity)


def test_rows_left_out_are_predicted_by_trees_that_have_not_seen_them():
    surrogate = surrogate_tree(smooth, X[:, :2], folds=4)
    f, left_out = smooth(X), np.empty(ROWS)
    for fold in range(4):
        left = np.arange(ROWS) % 4 == fold
        plain = sklearn_tree.DecisionTreeRegressor(max_depth=3, min_samples_leaf=5)
        left_out[left] = plain.fit(X[~left, :2], f[~left]).predict(X[left, :2])
    expected = 1 - np.square(f - left_out).sum() / np.square(f - f.mean()).sum()
    assert surrogate.held_out_fidelity == pytest.approx(expected)
    assert surrogate.held_out_fidelity < surrogate.fidelity
    assert np.isnan(surrogate_tree(smooth, X, folds=0).held_out_fidelity)


def test_rules_name_levels_and_thresholds():
    def predict(X):
        return np.where(X[:, 2] == 1, 5.0, np.where(X[:, 3] == 1, 2.0, 1.0))

    tree = surrogate_tree(predict, X, depth=2, columns=COLUMNS)
    assert tree.rules.splitlines() == [
        "thal is not fixed",
        "    sex = f: 1 (40 rows)",
        "    sex = m: 2 (40 rows)",
        "thal = fixed: 5 (40 rows)",
    ]
    assert tree.fidelity == 1
    assert tree.first_split == 2
    np.testing.assert_array_equal(tree.splits, [0, 0, 1, 1])


def test_an_ordinal_column_is_split_between_levels():
    column = Column("size", "ordinal", ("S", "M", "L"))
    sizes = X[:, 2:3]
    tree = surrogate_tree(lambda X: 1.0 * (X[:, 0] > 1), sizes, depth=1, columns=(column,))
    assert tree.rules.splitlines() == ["size <= M: 0 (80 rows)", "size > M: 1 (40 rows)"]


def test_classes_are_compared_where_there_are_any():
    def probability(X):
        return 1 / (1 + np.exp(-3 * X[:, 0]))

    def both(X):
        return np.stack([1 - probability(X), probability(X)], axis=1)

    one = surrogate_tree(probability, X, depth=1, response="binary")
    two = surrogate_tree(both, X, depth=1)
    same = (one.predict(X) >= 0.5) == (probability(X) >= 0.5)
    assert one.agreement == pytest.approx(same.mean())
    assert 0.5 < one.agreement <= 1
    assert two.agreement == pytest.approx(one.agreement)
    assert two.fidelity == pytest.approx(one.fidelity)
    np.testing.assert_allclose(two.predict(X)[:, 1], one.predict(X))
    assert np.isnan(surrogate_tree(probability, X).agreement)


@pytest.mark.parametrize(("shift", "scale"), [(1e9, 1.0), (0.0, 1e35), (7e5, 1e-3)])
def test_numbers_that_single_precision_would_merge_are_split(shift, scale):
    moved = shift + scale * np.arange(ROWS, dtype=float)[:, None]
    bound = moved[50, 0]
    tree = surrogate_tree(lambda X: 1e30 * (X[:, 0] > bound), moved, depth=1)
    assert tree.fidelity == pytest.approx(1)
    assert bound <= tree.nodes.threshold[0] < moved[51, 0]


def test_weights_are_repeated_rows_and_rows_of_weight_zero_are_left_out():
    counts = np.arange(ROWS) % 3
    weighted = surrogate_tree(smooth, X, weights=counts, least_rows=1, folds=0)
    repeated = surrogate_tree(smooth, X.repeat(counts, axis=0), least_rows=1, folds=0)
    assert weighted.fidelity == pytest.approx(repeated.fidelity)
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X))


def test_a_constant_has_no_rules_and_no_fidelity():
    tree = surrogate_tree(lambda X: np.full(len(X), 2.5), X)
    assert tree.rules == "always: 2.5 (120 rows)"
    assert np.isnan(tree.fidelity) and tree.first_split == -1
    alone = surrogate_tree(smooth, X[:1])
    assert alone.predict(X[:1]) == pytest.approx(smooth(X[:1]))


@pytest.mark.parametrize(
    ("predict", "options", "sentence"),
    [
        (lambda X: np.zeros((7, len(X))), {}, "predict has a replicate axis; pass the mean"),
        (lambda X: X[:, 0] / 0 * 0, {}, "nan"),
        (smooth, {"depth": 0}, "depth is 0; pass a whole number"),
        (smooth, {"folds": 1}, "folds is 1; pass at least 2"),
        (smooth, {"least_rows": 0.5}, r"least_rows is 0\.5"),
        (smooth, {"weights": -np.ones(ROWS)}, "weights has the value -1"),
        (smooth, {"columns": COLUMNS[:2]}, "columns has 2 entries"),
        (smooth, {"columns": "abcd"}, "columns is a str; pass the columns of a table"),
        (smooth, {"response": "yes"}, "response is 'yes'"),
        (lambda X: X[:, :2], {"response": "binary"}, "predict gives 2 outputs"),
        (3, {}, "predict is 3"),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_cannot_be_used_is_refused_in_one_sentence(predict, options, sentence):
    with pytest.raises(InputError, match=sentence):
        surrogate_tree(predict, X, **options)
