"""Is permutation importance the fall of a score, zero without use, and exact on request?"""

import itertools
import math
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.inspection import permutation_importance as peer
from sklearn.linear_model import LinearRegression
from sklearn.metrics import log_loss, r2_score, roc_auc_score

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import exact_importance, importance_table, permutation_importance
from jaxnn.inspection.scores import LOSSES, SCORES

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
X.flags.writeable = False
Y = X @ [1.0, 2.0, 0.0] + RNG.normal(size=40)


def predict(X):
    return X[:, 0] + X[:, 1] ** 2


def by_all_permutations(X, y, columns, loss):
    """(n!,) rise of the mean loss."""
    before = np.mean(loss(y, predict(X)))
    rises = []
    for order in itertools.permutations(range(len(X))):
        moved = X.copy()
        moved[:, columns] = X[list(order)][:, columns]
        rises.append(np.mean(loss(y, predict(moved))) - before)
    return np.array(rises)


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
@pytest.mark.parametrize("columns", [[1], [0, 1]])
def test_exact_moments_are_those_of_all_permutations(loss, columns):
    rises = by_all_permutations(X[:6], Y[:6], columns, LOSSES[loss])
    found = exact_importance(predict, X[:6], Y[:6], loss, groups=[columns])
    np.testing.assert_allclose(found.mean, rises.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.std, rises.std(), rtol=1e-12)


def test_exact_importance_of_least_squares_has_a_closed_form():
    model = LinearRegression().fit(X, Y)
    found = exact_importance(model.predict, X, Y, "squared_error")
    np.testing.assert_allclose(found.mean, 2 * model.coef_**2 * X.var(axis=0), rtol=1e-9)


def test_a_row_of_weight_two_is_that_row_twice():
    weights = np.arange(40) % 3
    twice = np.repeat(np.arange(40), weights)
    found = exact_importance(predict, X, Y, "squared_error", weights=weights)
    expected = exact_importance(predict, X[twice], Y[twice], "squared_error")
    for one, other in zip(found[:3], expected[:3], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_random_permutations_have_the_exact_moments(key):
    exact = exact_importance(predict, X, Y, "squared_error")
    found = permutation_importance(predict, X, Y, "negative_squared_error", n_repeats=400, key=key)
    assert found.importances.shape == (3, 400)
    z = (found.mean - exact.mean)[:2] / exact.std[:2] * math.sqrt(400)
    assert np.abs(z).max() < 4
    np.testing.assert_allclose(found.std[:2], exact.std[:2], rtol=0.2)  # 4 errors are .14 to .2
    np.testing.assert_array_equal(found.importances[2], 0)
    np.testing.assert_allclose(found.baseline, -np.mean((Y - predict(X)) ** 2))


def test_means_agree_with_scikit_learn(key):
    model = LinearRegression().fit(X, Y)
    theirs = peer(model, X, Y, scoring="r2", n_repeats=300, random_state=0)
    found = permutation_importance(model.predict, X, Y, "r_squared", n_repeats=300, key=key)
    error = np.hypot(theirs.importances_std, found.std) / math.sqrt(300)
    assert np.all(np.abs(found.mean - theirs.importances_mean) < 4 * error)
    np.testing.assert_allclose(found.std, found.importances.std(axis=1))


@pytest.mark.parametrize("rows", [40, 37])
def test_a_column_that_is_not_used_is_exactly_zero_for_compiled_functions(key, rows, monkeypatch):
    monkeypatch.setattr(sys.modules["jaxnn.inspection.black_box"], "COMPILED_ROWS", 256)
    weights = jnp.asarray(RNG.normal(size=(3, 5))).at[2].set(0)

    def network(X):
        return jnp.tanh(jnp.asarray(X) @ weights).sum(axis=1)

    found = permutation_importance(network, X[:rows], Y[:rows], "r_squared", n_repeats=11, key=key)
    np.testing.assert_array_equal(found.importances[2], 0)
    exact = exact_importance(network, X[:rows], Y[:rows], "squared_error")
    assert (exact.mean[2], exact.std[2]) == (0, 0)
    assert exact.mean[0] != 0


def test_several_scores_share_their_predictions(key):
    calls = []

    def counted(X):
        calls.append(len(X))
        return predict(X)

    scores = {"r2": "r_squared", "mine": lambda y, prediction: -np.abs(y - prediction).max()}
    found = permutation_importance(counted, X, Y, scores, n_repeats=2, key=key)
    one = permutation_importance(predict, X, Y, "r_squared", n_repeats=2, key=jax.random.clone(key))
    np.testing.assert_array_equal(found["r2"].importances, one.importances)
    assert found.keys() == scores.keys()
    assert sum(calls) == 2 + 3 + 40 + 4 * 2 * 40  # the rows as they are once more for each block


def test_groups_move_together_and_have_names(key):
    def difference(X):
        return X[:, 0] - X[:, 1]

    same = np.stack([X[:, 0], X[:, 0], X[:, 2]], axis=1)
    found = permutation_importance(
        difference,
        same,
        Y,
        "negative_squared_error",
        n_repeats=2,
        key=key,
        groups=[[0, 1], [2]],
        names=["a", "b", "c"],
    )
    np.testing.assert_array_equal(found.importances, 0)
    assert found.names == ("a + b", "c")


@pytest.mark.parametrize("at_once", [1, 2, 9])
def test_importances_are_those_of_the_permuted_rows_whatever_fits_into_memory(
    key, monkeypatch, at_once
):
    """Columns 0 and [1, 2] have fewer distinct values than repeats, column 3 has more."""
    table = np.stack([*RNG.integers(3, size=(3, 8)), RNG.normal(size=8)], axis=1)
    y = RNG.normal(size=8)

    def product(X):
        return X[:, 0] * X[:, 1] + X[:, 2] * X[:, 3]

    module = sys.modules["jaxnn.inspection.permutation_importance"]
    monkeypatch.setattr(module, "BLOCK_BYTES", at_once * 8 * 16)
    random = np.random.default_rng(np.asarray(jax.random.bits(key, (4,), "uint32")).tolist())
    orders = [random.permutation(8) for _ in range(9)]
    groups = {"a": 0, "b": [1, 2], "c": 3}
    found = permutation_importance(
        product, table, y, "r_squared", n_repeats=9, key=jax.random.clone(key), groups=groups
    )
    for importances, columns in zip(found.importances, [[0], [1, 2], [3]], strict=True):
        for importance, order in zip(importances, orders, strict=True):
            moved = table.copy()
            moved[:, columns] = table[order][:, columns]
            fall = r2_score(y, product(table)) - r2_score(y, product(moved))
            assert importance == pytest.approx(fall, rel=1e-9, abs=1e-12)
    assert found.names == ("a", "b", "c")


def test_integer_columns_and_one_output_axis_are_accepted(key):
    whole = np.arange(12).reshape(6, 2) % 5
    found = permutation_importance(
        lambda X: X[:, :1] / 2, whole, whole[:, 0] / 2, "r_squared", n_repeats=3, key=key
    )
    assert found.baseline == 1
    assert found.mean[0] > 0


@pytest.mark.parametrize("weights", [np.ones(40), np.arange(40) % 4 + 0.5])
def test_scores_are_those_of_scikit_learn(weights):
    y = (Y > 0).astype(float)
    probability = np.round(1 / (1 + np.exp(-predict(X))), 1) * 0.98 + 0.01  # with ties
    arguments = y, probability, weights
    assert SCORES["auc"](*arguments) == pytest.approx(
        roc_auc_score(y, probability, sample_weight=weights)
    )
    assert SCORES["negative_cross_entropy"](*arguments) == pytest.approx(
        -log_loss(y, probability, sample_weight=weights)
    )
    assert SCORES["r_squared"](*arguments) == pytest.approx(
        r2_score(y, probability, sample_weight=weights)
    )
    classes = np.stack([1 - probability, probability], axis=1)
    np.testing.assert_allclose(
        LOSSES["cross_entropy"](y, classes), LOSSES["cross_entropy"](y, probability)
    )


def test_a_table_says_what_its_plus_minus_is():
    exact = exact_importance(predict, X, Y, "squared_error", names=["a", "b", "c"])
    lines = importance_table(exact).splitlines()
    assert lines[0] == f"{exact.mean[0]:.4f} ± {2 * exact.std[0]:.4f}  a"
    assert lines[2] == "0.0000 ± 0.0000  c"
    assert "not a confidence interval" in lines[-1]
    shares = [
        float(line.split()[0]) for line in importance_table(exact, normalize=True).splitlines()[:3]
    ]
    assert sum(shares) == pytest.approx(1, abs=2e-4)
    with pytest.raises(InputError, match="add up to 0"):
        importance_table(exact._replace(mean=np.zeros(3)), normalize=True)
    uneven = exact._replace(mean=np.array([-1e-9, 12.5, -0.25]), std=np.array([0.0, 6.0, 0.5]))
    assert importance_table(uneven).splitlines()[:3] == [
        "12.5000 ± 12.0000  b",
        " 0.0000 ±  0.0000  a",
        "-0.2500 ±  1.0000  c",
    ]


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"predict": lambda X: X[:, 0] * np.nan}, InputError, "predict gives nan"),
        ({"predict": lambda X: X[:1, 0]}, InputError, "predict gives shape"),
        ({"predict": lambda X: X.T[:2]}, InputError, "replicate axis"),
        ({"y": Y[:5]}, InputError, r"y has shape \(5,\); pass one number for each of the 40 rows"),
        ({"y": np.where(Y > 0, np.nan, Y)}, InputError, "y holds nan|y has"),
        ({"score": "r3"}, InputError, "r_squared"),
        ({"score": 3}, InputTypeError, "score is 3; pass a name or a function"),
        ({"score": lambda y, p: p}, InputError, "must give one finite number"),
        ({"groups": [[0, 1], [1]]}, InputError, "column 'x1' more than once"),
        ({"groups": [[0.5]]}, InputTypeError, r"groups has the column 0\.5; pass names or numbers"),
        ({"names": ["a"]}, InputError, "names has 1 entries; pass one for each of 3 columns"),
        ({"n_repeats": 0}, InputError, "n_repeats is 0"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(key, changes, error, message):
    arguments = {"predict": predict, "X": X, "y": Y, "score": "r_squared"} | changes
    with pytest.raises(error, match=message):
        permutation_importance(**{"n_repeats": 2, "key": key} | arguments)


def test_one_row_has_no_importance(key):
    found = exact_importance(predict, X[:1], Y[:1], "squared_error")
    np.testing.assert_array_equal([found.mean, found.std], 0)
