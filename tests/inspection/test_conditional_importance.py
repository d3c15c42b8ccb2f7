"""Does conditional importance leave out what a predictor shares with the others?"""

import logging

import jax
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection import conditional_importance, correlation_check, permutation_importance
from jaxnn.inspection.conditional_values import conditional_residuals

ROWS, RHO = 1000, 0.8
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 3))
X[:, 1] = RHO * X[:, 0] + np.sqrt(1 - RHO**2) * X[:, 1]
X.flags.writeable = False
COEFFICIENTS = np.array([1.0, -2.0, 0.0])
Y = X @ COEFFICIENTS + RNG.normal(size=ROWS)


def predict(X):
    return X @ COEFFICIENTS


def check(key, **changes):
    arguments = {"predict": predict, "X": X, "y": Y, "score": "negative_squared_error"} | changes
    return correlation_check(key, n_repeats=20, **arguments)


def test_a_linear_model_has_the_closed_forms_of_both_importances(key, caplog):
    with caplog.at_level(logging.WARNING, "jaxnn"):
        found = check(key)
    errors = Y - predict(X)
    for column, b in enumerate(COEFFICIENTS[:2]):
        x = X[:, column] - X[:, column].mean()
        others = np.delete(X, column, axis=1)
        residual = x - LinearRegression().fit(others, x).predict(others)
        for result, part, share in ((found.plain, x, 1), (found.conditional, residual, 1 - RHO**2)):
            # In these rows 2 b^2 var + 2 b cov(errors), known from 20 permutations to 4 errors; a
            # residual out of fold is larger by about the share p / n.
            of_rows = 2 * b**2 * part.var() + 2 * b * np.mean(errors * part)
            noise = 4 * result.std[column] / np.sqrt(20)
            assert result.mean[column] == pytest.approx(of_rows, abs=noise + 0.01 * of_rows)
            # The closed form, with the errors of the variance and of the covariance.
            noise += 4 * np.sqrt((8 * b**4 * share**2 + 4 * b**2 * share) / ROWS)
            assert result.mean[column] == pytest.approx(2 * b**2 * share, abs=noise)
    np.testing.assert_array_equal(found.conditional.importances[2], 0)
    # The error of a squared correlation is 2 rho (1 - rho^2) / sqrt(n).
    error = 4 * 2 * RHO * (1 - RHO**2) / np.sqrt(ROWS)
    np.testing.assert_allclose(found.explained, [RHO**2, RHO**2, 0], atol=error)
    assert found.differs.tolist() == [True, True, False]
    assert found.sentence.startswith("The importances of x1 (from 7.64 to 2.59), x0 (from")
    assert caplog.messages == [found.sentence]


def test_conditional_importance_is_twice_what_a_fit_without_the_column_loses(key):
    """Plain permutation counts a correlated column 1 / (1 - rho^2) times as high."""
    fitted = LinearRegression().fit(X, Y)
    error = np.mean((Y - fitted.predict(X)) ** 2)
    found = check(key, predict=fitted.predict)
    for column in (0, 1):
        others = np.delete(X, column, axis=1)
        without = LinearRegression().fit(others, Y).predict(others)
        loss = np.mean((Y - without) ** 2) - error
        # Of the residuals only their variance out of fold differs, by the share p / n, and means
        # of 20 permutations of them, which are known to 4 errors.
        noise = 4 * found.conditional.std[column] / np.sqrt(20)
        assert found.conditional.mean[column] == pytest.approx(2 * loss, abs=noise, rel=0.02)
        assert found.plain.mean[column] > 1.8 / (1 - RHO**2) * loss


def test_independent_columns_have_no_warning(key, caplog):
    with caplog.at_level(logging.WARNING, "jaxnn"):
        found = check(key, X=X[:, [0, 2, 2]] * [1, 1, 0])
    assert not found.differs.any() and not caplog.messages
    assert found.sentence.startswith("No importance changes by more than a quarter")


def test_columns_of_few_values_take_values_that_fit_the_others(key):
    """A copy of a column that is changed in a tenth of the rows, and f the one or the other."""
    first = RNG.integers(3, size=ROWS).astype(float)
    second = np.where(RNG.random(ROWS) < 0.1, RNG.integers(3, size=ROWS), first)
    levels = np.stack([first, second], axis=1)
    residuals = conditional_residuals(np.random.default_rng(0), levels, [[0], [1]], np.ones(ROWS))
    donors = np.stack([np.arange(ROWS), *(RNG.permutation(ROWS) for _ in range(20))])
    for place, residual in enumerate(residuals):
        values = residual.exchanged(levels[:, [place]], donors)[..., 0]
        np.testing.assert_array_equal(values[0], levels[:, place])
        assert set(np.unique(values)) == {0, 1, 2}
        for given in range(3):
            rows = levels[:, 1 - place] == given
            expected = [np.mean(levels[rows, place] == level) for level in range(3)]
            drawn = [np.mean(values[1:, rows] == level) for level in range(3)]
            # 20 draws for about 333 rows, about a chance that itself is known from 4/5 of them.
            error = np.sqrt(np.multiply(expected, np.subtract(1, expected)) / rows.sum())
            np.testing.assert_allclose(drawn, expected, atol=4 * error.max() / 2)


def test_groups_keep_what_their_columns_have_in_common(key):
    """The difference of a column and its copy stays 0 when they are exchanged together."""
    copies = np.stack([X[:, 0], X[:, 0], np.round(X[:, 1])], axis=1)
    found = conditional_importance(
        key,
        lambda X: X[:, 0] - X[:, 1],
        copies,
        Y,
        {"error": "negative_squared_error"},
        groups={"both": [0, 1], "rest": [2]},
    )["error"]
    assert found.names == ("both", "rest")
    np.testing.assert_allclose(found.importances, 0, atol=1e-12)


def test_the_permutations_are_those_of_plain_importance(key):
    found = check(key, names=["a", "b", "c"])
    permutations = jax.random.split(jax.random.clone(key))[1]
    plain = permutation_importance(
        predict, X, Y, "negative_squared_error", n_repeats=20, key=permutations
    )
    np.testing.assert_array_equal(found.plain.importances, plain.importances)
    assert found.plain.names == found.conditional.names == ("a", "b", "c")


def test_rows_without_weight_do_not_count(key):
    weights = np.ones(ROWS)
    weights[900:] = 0
    changed, y = X.copy(), Y.copy()
    changed[900:, 1] = -50 * changed[900:, 0]
    found = check(key, X=changed, y=y, weights=weights)
    assert found.explained[0] == pytest.approx(RHO**2, abs=0.1)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"X": X[:9], "y": Y[:9]}, InputError, "X has 9 rows of positive weight; to predict"),
        ({"X": X[:1], "y": Y[:1]}, InputError, "X has 1 rows of positive weight; to predict"),
        ({"score": {"a": "r_squared"}}, InputTypeError, "score is a mapping; pass one score"),
        ({"groups": [[0, 1], [1]]}, InputError, "groups has column 'x1' more than once"),
        ({"predict": lambda X: X[:, 0] * np.nan}, InputError, "predict gives nan"),
        ({"y": Y[:5]}, InputError, r"y has shape \(5,\)"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(key, changes, error, message):
    with pytest.raises(error, match=message):
        check(key, **changes)
