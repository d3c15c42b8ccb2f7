"""Is any function of X a black box: NumPy, JAX, traceable or not, and many fits at once?"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import prediction, predictor
from jaxnn.inspection import black_box, individual_conditional_expectation, partial_dependence


def test_numpy_functions_get_and_give_double_precision(small_rows):
    tiny = 1e-12

    def predict(X):
        assert isinstance(X, np.ndarray) and X.dtype == np.float64
        return X[:, 0] + tiny

    curve = partial_dependence(predict, small_rows[0], 0, [1.0])
    assert curve.dtype == np.float64
    np.testing.assert_allclose(curve - 1, tiny, rtol=1e-3)


def test_jax_functions_are_traced_once_per_number_of_rows(small_rows):
    calls = []

    def predict(X):
        calls.append(X)
        return jnp.sin(X[:, 0]) * X[:, 1]

    X = small_rows[0].astype(np.float32)
    result = partial_dependence(predict, X, 0, np.linspace(-1, 1, 30))
    assert len(calls) < 8  # not one per grid value
    assert any(isinstance(call, jax.core.Tracer) for call in calls)
    expected = np.sin(np.linspace(-1, 1, 30)) * X[:, 1].mean()
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-6)


def test_jax_functions_that_cannot_be_traced_are_called(small_rows):
    def predict(X):
        if float(X[0, 0]) > 1e9:  # a tracer has no value
            raise AssertionError
        return jnp.asarray(X[:, 0] * 2)

    curve = partial_dependence(predict, small_rows[0], 0, [1.0, 2.0])
    np.testing.assert_allclose(curve, [2, 4])


def test_predictions_may_be_lists(small_rows):
    def predict(X):
        return [float(row[0]) for row in X]

    curve = partial_dependence(predict, small_rows[0], 0, [1.0, 2.0])
    np.testing.assert_allclose(curve, [1, 2])


def test_fitted_networks_are_a_black_box(small_rows, small_network, small_fits):
    X, _ = small_rows
    predict = predictor(small_network, small_fits)
    curves = partial_dependence(predict, X, 0, [0.0, 1.0])
    assert curves.shape == (3, 2)
    moved = X.copy()
    moved[:, 0] = 1
    np.testing.assert_allclose(curves[:, 1], np.mean(predict(moved), axis=1), rtol=1e-5)
    assert individual_conditional_expectation(predict, X, 0, [0.0, 1.0]).shape == (3, 17, 2)


def test_a_partial_of_another_framework_is_called_like_any_function():
    def predict(scale, X):
        return scale * np.asarray(X, float).sum(axis=1)  # NumPy: it cannot be traced

    box = black_box(jax.tree_util.Partial(predict, 2.0), np.ones((3, 2)))
    np.testing.assert_array_equal(box.evaluate(np.ones((4, 2))), [4.0] * 4)


def one_of(fits, place):
    return jax.tree.map(lambda leaf: leaf[place], fits)


def test_a_jax_partial_may_hold_more_than_arrays(small_rows, small_network, small_fits):
    """The network is a leaf of the partial, and not a valid argument of a compiled program."""
    X, fitted = small_rows[0], one_of(small_fits, 0)
    box = black_box(jax.tree_util.Partial(prediction.predict, small_network, fitted), X)
    np.testing.assert_allclose(box.evaluate(X), predictor(small_network, fitted)(X), rtol=1e-6)


def test_predictors_of_equal_networks_share_a_program(small_rows, small_network, small_fits):
    X, _ = small_rows
    first, second = (predictor(small_network, one_of(small_fits, place)) for place in (0, 1))
    before = first(X)
    programs = prediction._evaluate._cache_size()
    assert not np.allclose(before, second(X))
    assert prediction._evaluate._cache_size() == programs
