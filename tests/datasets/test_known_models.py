"""Do the samples come from the models that they name?"""

import jax
import numpy as np
import pytest

from jaxnn.datasets import (
    linear_mean,
    linear_truth,
    logistic_probability,
    logistic_truth,
    sample_signals,
    sample_target,
)
from jaxnn.errors import InputError, InputTypeError


def test_the_logistic_truth(key):
    n = 40_000
    X, y, probability = jax.device_get(logistic_truth(key, n))
    assert X.shape == (n, 1)
    assert y.shape == probability.shape == (n,)
    assert set(np.unique(y)) == {0, 1}
    expected = 1 / (1 + np.exp(0.5 - 1.2 * np.asarray(X[:, 0], np.float64)))
    np.testing.assert_allclose(probability, expected, rtol=1e-5)
    assert abs(X.mean()) < 5 / n**0.5
    assert abs(X.var() - 1) < 5 * (2 / n) ** 0.5
    # The score of the likelihood has mean zero at the truth, in both directions.
    for direction in (np.ones(n), X[:, 0]):
        score = (y - probability) * direction
        assert abs(score.mean()) < 5 * score.std() / n**0.5
        wrong = (y - logistic_probability(X[:, 0], -0.3, 1.0)) * direction
        assert abs(wrong.mean()) > 5 * wrong.std() / n**0.5


def test_the_linear_truth(key):
    n = 40_000
    X, y, mean = jax.device_get(linear_truth(key, n, correlation=0.8, intercept=3.0, noise=0.5))
    np.testing.assert_allclose(mean, 3 + X @ np.array([1, 2, 0.5, 0]), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(linear_mean(X, (1, 2, 0.5, 0), 3.0), mean)
    residual = np.asarray(y - mean)
    assert abs(residual.std() - 0.5) < 5 * 0.5 / (2 * n) ** 0.5
    expected = np.eye(4)
    expected[0, 1] = expected[1, 0] = 0.8
    np.testing.assert_allclose(np.cov(X.T), expected, atol=5 * (2 / n) ** 0.5)
    coefficients = np.linalg.lstsq(np.c_[np.ones(n), X], y, rcond=None)[0]
    np.testing.assert_allclose(coefficients, [3, 1, 2, 0.5, 0], atol=5 * 0.5 / (0.36 * n) ** 0.5)


def test_features_are_independent_by_default(key):
    X = linear_truth(key, 40_000).X
    np.testing.assert_allclose(np.cov(X.T), np.eye(4), atol=5 * (2 / 40_000) ** 0.5)


def test_generators_can_be_mapped_and_traced(key):
    samples = jax.jit(jax.vmap(lambda k: logistic_truth(k, 50)))(jax.random.split(key, 3))
    assert samples.X.shape == (3, 50, 1)
    assert not np.array_equal(samples.y[0], samples.y[1])
    one = logistic_truth(jax.random.key(1), 50)
    again = logistic_truth(jax.random.key(1), 50)
    np.testing.assert_array_equal(one.y, again.y)

    @jax.jit
    def traced(k, correlation):
        return linear_truth(k, 50, correlation=correlation)

    np.testing.assert_allclose(
        traced(jax.random.key(2), 0.3).y,
        linear_truth(jax.random.key(2), 50, correlation=0.3).y,
        rtol=1e-5,
        atol=1e-5,
    )


@pytest.mark.parametrize(
    "draw",
    [logistic_truth, linear_truth, sample_signals, lambda key, n: sample_target(key, n, "fold")],
)
def test_generators_refuse_seeds_and_impossible_sizes(draw):
    with pytest.raises(InputTypeError, match=r"key is the integer 0; pass jax.random.key\(seed\)"):
        draw(0, 10)
    with pytest.raises(InputError, match="n is 0; pass a whole number of at least 1"):
        draw(jax.random.key(0), 0)
    with pytest.raises(InputTypeError, match=r"n is 2\.5; pass a whole number"):
        draw(jax.random.key(0), 2.5)


def test_other_arguments_that_cannot_be_used(key):
    with pytest.raises(InputError, match=r"correlation is 1\.5; pass a number from -1 to 1"):
        linear_truth(key, 5, correlation=1.5)
    with pytest.raises(InputError, match=r"correlation is 0\.5, but there is one feature"):
        linear_truth(key, 5, (2.0,), correlation=0.5)
    with pytest.raises(InputError, match=r"coefficients has shape \(0,\)"):
        linear_truth(key, 5, ())


@pytest.mark.parametrize("bad", [np.nan, np.inf, "a", None, np.ones(3), 10**400, 1e300, 1j])
@pytest.mark.parametrize(
    ("generate", "argument"),
    [
        (linear_truth, "noise"),
        (linear_truth, "intercept"),
        (linear_truth, "correlation"),
        (logistic_truth, "intercept"),
        (logistic_truth, "slope"),
        (sample_signals, "noise"),
        (lambda key, n, noise: sample_target(key, n, "fold", noise=noise), "noise"),
    ],
)
def test_what_is_no_finite_number_is_refused(generate, argument, bad, key):
    with pytest.raises(InputError, match=rf"^{argument} (is|holds) .*; pass a"):
        generate(key, 5, **{argument: bad})


@pytest.mark.parametrize(
    "coefficients", [[1.0, np.nan], "ab", [[1.0], [2.0, 3.0]], np.ones((2, 2))]
)
def test_coefficients_that_are_no_finite_numbers_are_refused(coefficients, key):
    with pytest.raises(InputError, match=r"^coefficients h(as|olds) "):
        linear_truth(key, 5, coefficients)
