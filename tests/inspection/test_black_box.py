"""Is any function of X a black box: NumPy, JAX, traceable or not, and many fits at once?"""

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import MLP, Recipe, fit, prediction, predictor
from jaxnn.inspection import black_box, individual_conditional_expectation, partial_dependence


def rows():
    return np.random.default_rng(0).normal(size=(17, 3))


def test_numpy_functions_get_and_give_double_precision():
    tiny = 1e-12

    def predict(X):
        assert isinstance(X, np.ndarray) and X.dtype == np.float64
        return X[:, 0] + tiny

    curve = partial_dependence(predict, rows(), 0, [1.0])
    assert curve.dtype == np.float64
    np.testing.assert_allclose(curve - 1, tiny, rtol=1e-3)


def test_jax_functions_are_traced_once_per_number_of_rows():
    calls = []

    def predict(X):
        calls.append(X)
        return jnp.sin(X[:, 0]) * X[:, 1]

    X = rows().astype(np.float32)
    result = partial_dependence(predict, X, 0, np.linspace(-1, 1, 30))
    assert len(calls) < 8  # not one per grid value
    assert any(isinstance(call, jax.core.Tracer) for call in calls)
    expected = np.sin(np.linspace(-1, 1, 30)) * X[:, 1].mean()
    np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-6)


def test_jax_functions_that_cannot_be_traced_are_called():
    def predict(X):
        if float(X[0, 0]) > 1e9:  # a tracer has no value
            raise AssertionError
        return jnp.asarray(X[:, 0] * 2)

    np.testing.assert_allclose(partial_dependence(predict, rows(), 0, [1.0, 2.0]), [2, 4])


def test_predictions_may_be_lists():
    np.testing.assert_allclose(
        partial_dependence(lambda X: [float(row[0]) for row in X], rows(), 0, [1.0, 2.0]), [1, 2]
    )


def test_a_fitted_network_is_a_black_box():
    X = rows()
    net, recipe = MLP((3, 2, 1)), Recipe(epochs=3)
    fits = jax.vmap(lambda key: fit(key, net, X, (X @ np.array([2.0, -1.0, 0.5])), recipe))(
        jax.random.split(jax.random.key(0), 3)
    )
    predict = predictor(net, fits)
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


def test_a_jax_partial_may_hold_more_than_arrays():
    """The network is a leaf of the partial, and not a valid argument of a compiled program."""
    net = MLP((2, 3, 1))
    X, y = np.ones((4, 2)), np.arange(4.0)
    fitted = fit(jax.random.key(0), net, X, y, Recipe(epochs=1))
    box = black_box(jax.tree_util.Partial(prediction.predict, net, fitted), X)
    np.testing.assert_allclose(box.evaluate(X), predictor(net, fitted)(X), rtol=1e-6)


def test_predictors_of_equal_networks_share_a_program():
    net = MLP((2, 3, 1))
    X = np.random.default_rng(0).normal(size=(11, 2))
    fits = [fit(jax.random.key(k), net, X, X[:, 0], Recipe(epochs=1)) for k in (0, 1)]
    first, second = (predictor(net, fitted) for fitted in fits)
    before = first(X)
    programs = prediction._evaluate._cache_size()
    assert not np.allclose(before, second(X))
    assert prediction._evaluate._cache_size() == programs
