"""Do the generated tables have the rare event, the skew and the means that they claim?"""

import jax
import numpy as np
import pytest

from jaxnn.datasets import rare_event_table, skewed_table
from jaxnn.errors import InputError, InputTypeError

DRAWS = (rare_event_table, skewed_table)


def score(X):
    x1, x2, x3, x4, x5, x6 = np.asarray(X, float)[:, :6].T
    return x1 - 0.7 * x2 + 0.5 * x3 + 0.6 * (x4**2 - 1) + 0.8 * x5 * x6


def test_one_row_in_fifty_is_an_event_with_the_stated_probability(key):
    X, y, mean = jax.device_get(rare_event_table(key))
    assert X.shape == (10_000, 20)
    assert set(np.unique(y)) == {0, 1}
    assert 0.012 < y.mean() < 0.028
    np.testing.assert_allclose(mean, 1 / (1 + np.exp(5.7 - score(X))), rtol=1e-4)
    for direction in (np.ones(len(y)), X[:, 0], X[:, 3] ** 2, X[:, 4] * X[:, 5], X[:, 9]):
        residual = (y - mean) * direction
        assert abs(residual.mean()) < 4 * residual.std() / len(y) ** 0.5


def test_the_skewed_response_is_positive_with_the_stated_mean_and_noise(key):
    X, y, mean = jax.device_get(skewed_table(key))
    assert X.shape == (20_000, 10)
    assert y.min() > 0
    np.testing.assert_allclose(mean, np.exp(3 + score(X) / 5), rtol=1e-4)
    ratio = np.asarray(y / mean, float)
    assert abs(ratio.mean() - 1) < 4 * (0.5 / len(y)) ** 0.5
    assert abs(ratio.var() - 0.5) < 0.05
    standardized = (y - y.mean()) / y.std()
    assert (standardized**3).mean() > 2


@pytest.mark.parametrize("draw", DRAWS)
def test_predictors_are_standard_normal_with_correlated_neighbours(draw, key):
    correlation = 0.4 ** np.abs(np.subtract.outer(np.arange(8), np.arange(8)))
    X = draw(key, 20_000, 8).X
    np.testing.assert_allclose(np.cov(np.asarray(X).T), correlation, atol=5 * (2 / 20_000) ** 0.5)


@pytest.mark.parametrize("draw", DRAWS)
def test_the_tables_are_functions_of_the_key(draw):
    first, again, other = (draw(jax.random.key(seed), 30, 6) for seed in (0, 0, 1))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first.X, other.X)


@pytest.mark.parametrize("draw", DRAWS)
def test_arguments_that_give_no_table_are_refused(draw, key):
    with pytest.raises(InputTypeError, match=r"key is the integer 0; pass jax.random.key\(seed\)"):
        draw(0)
    with pytest.raises(InputError, match="n is 0; pass a whole number of at least 1"):
        draw(key, 0)
    with pytest.raises(InputError, match="predictors is 5; the first 6 have an effect, so pass"):
        draw(key, 10, 5)
