"""Is any function of X a black box: NumPy, JAX, traceable or not, and many fits at once?"""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError, prediction, predictor
from jaxnn.inspection import black_box, individual_conditional_expectation, partial_dependence

module = sys.modules[black_box.__module__]  # its name is the function's in the package


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


def product_of_columns(X):
    return X[:, 0] * X[:, 1] + X[:, 2] ** 2


@pytest.mark.parametrize("block_bytes", [1, 200, 2**25])
def test_replaced_columns_are_those_of_a_loop_whatever_the_size_of_a_block(
    monkeypatch, block_bytes
):
    monkeypatch.setattr(module, "BLOCK_BYTES", block_bytes)
    random = np.random.default_rng(0)
    X = random.normal(size=(5, 3))
    box = black_box(product_of_columns, X)
    for features, shape in ((1, (7,)), (1, (7, 5)), ([2, 0], (7, 2)), ([2, 0], (7, 5, 2))):
        values = random.normal(size=shape)
        expected = []
        for value in values:
            moved = X.copy()
            moved[:, features] = value
            expected.append(product_of_columns(moved))
        np.testing.assert_array_equal(box.evaluate_with(X, features, values), expected)
    np.testing.assert_array_equal(box.evaluate(X), product_of_columns(X))


def test_blocks_of_a_compiled_function_have_few_shapes(monkeypatch):
    monkeypatch.setattr(module, "COMPILED_ROWS", 16)
    traced = []

    @jax.jit
    def predict(X):
        traced.append(X.shape)
        return jnp.stack([X[:, 0] + X[:, 1], X[:, 0] - X[:, 1]])[..., None]  # two refits

    X = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
    box = black_box(predict, X)
    assert box.compiled and box.rows_axis == 1
    values = np.linspace(0, 1, 11, dtype=np.float32)
    result = box.evaluate_with(X, 0, values)
    expected = values[:, None] + X[:, 1] * np.array([1, -1], np.float32)[:, None, None]
    np.testing.assert_allclose(result[..., 0], expected, rtol=1e-6, atol=1e-7)
    box.evaluate_with(X, 0, values[:9, None] + X[:, 1])
    many = np.repeat(X, 6, axis=0)  # 42 rows in blocks of 16
    np.testing.assert_allclose(box.evaluate(many)[0, :, 0], many.sum(axis=1), rtol=1e-6, atol=1e-6)
    assert set(traced) == {(2, 2), (3, 2), (14, 2), (16, 2)}


def test_rows_are_not_changed_and_may_be_read_only():
    X = np.arange(6.0).reshape(3, 2)
    X.flags.writeable = False

    def careless(X):
        X[:] *= 2
        return X.sum(axis=1)

    result = black_box(careless, X).evaluate_with(X, 0, [1.0])
    np.testing.assert_array_equal(result, [[4.0, 8.0, 12.0]])
    np.testing.assert_array_equal(black_box(careless, X).evaluate(X), 2 * X.sum(axis=1))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_predictions_that_are_not_finite_are_refused(bad):
    X = np.arange(6.0).reshape(3, 2)
    box = black_box(lambda X: np.where(X[:, 0] > 3, bad, X[:, 0]), X)
    with pytest.raises(InputError, match=rf"predict gives {bad} for a row of X \(of 1 such"):
        box.evaluate(X)
    with pytest.raises(InputError, match=r"other values in columns \[0\] \(of 6 such"):
        box.evaluate_with(X, 0, [9.0, 1.0, 8.0])
    np.testing.assert_array_equal(box.evaluate_with(X, 0, [1.0]), np.ones((1, 3)))


@pytest.mark.parametrize(
    "changed",
    [lambda X: X[:4, 0], lambda X: X if len(X) > 3 else X[:, 0], lambda X: X[: len(X) // 4, 0]],
)
def test_predictions_that_change_their_shape_are_refused(changed):
    X = np.ones((5, 2))
    box = black_box(lambda X: X[:, 0] if len(X) < 4 else changed(X), X)
    with pytest.raises(InputError, match=r"predict gives shape \(.*\) for 5 rows, but gave"):
        box.evaluate(X)
