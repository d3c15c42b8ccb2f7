"""Are losses and means correct, also at extreme logits?"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special
from sklearn.metrics import log_loss, mean_poisson_deviance

from jaxnn import InputError, responses

LOGITS = st.one_of(st.floats(-30, 30, width=32), st.sampled_from([0.0, -1e4, 1e4, 88.0, -104.0]))


def reference(kind, z, y):
    """One row in double precision."""
    z = np.asarray(z, np.float64)
    if kind == "quantitative":
        return np.mean((z - y) ** 2)
    if kind == "binary":
        return np.mean(np.logaddexp(0, z) - y * z)
    return special.logsumexp(z) - z[int(y[0])]


@given(arrays(np.float32, 3, elements=LOGITS), st.integers(0, 2))
def test_losses_and_gradients_are_correct_at_any_logit(z, label):
    for kind, y in (
        ("quantitative", np.full(3, float(label))),
        ("binary", np.array([0.0, 1.0, float(label > 0)])),
        ("categorical", np.array([float(label)])),
    ):
        value, gradient = jax.value_and_grad(
            lambda z, kind=kind, y=y: responses.loss(kind, z, jnp.asarray(y, jnp.float32))
        )(jnp.asarray(z))
        expected = reference(kind, z, y)
        # Rounding relative to the largest logit, which may cancel.
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6 * (1 + np.abs(z).max()))
        z64 = z.astype(np.float64)
        slope = {
            "quantitative": 2 * (z64 - y) / 3,
            "binary": (special.expit(z64) - y) / 3,
            "categorical": special.softmax(z64) - np.eye(3)[label],
        }[kind]
        assert np.isfinite(gradient).all()
        np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-5)


@given(arrays(np.float32, 4, elements=LOGITS))
def test_probabilities_are_probabilities(z):
    categorical = np.asarray(responses.mean("categorical", jnp.asarray(z)), np.float64)
    np.testing.assert_allclose(categorical.sum(), 1, rtol=1e-6)
    np.testing.assert_allclose(categorical, special.softmax(z.astype(float)), rtol=1e-5, atol=1e-7)
    binary = responses.mean("binary", jnp.asarray(z))
    np.testing.assert_allclose(binary, special.expit(z.astype(float)), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(responses.mean("quantitative", jnp.asarray(z)), z)


def test_cross_entropies_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    z = rng.normal(0, 3, (40, 4)).astype(np.float32)
    y = rng.integers(4, size=40)
    found = responses.loss("categorical", z, jnp.asarray(y)[:, None])
    assert found.shape == (40,)
    probabilities = np.asarray(responses.mean("categorical", jnp.asarray(z)), float)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found.mean(), log_loss(y, probabilities), rtol=1e-5)
    labels = (y > 1).astype(float)
    found = responses.loss("binary", z[:, :1], jnp.asarray(labels)[:, None])
    peer = log_loss(labels, np.asarray(responses.mean("binary", z[:, 0]), float))
    np.testing.assert_allclose(found.mean(), peer, rtol=1e-5)


def test_the_deviance_and_its_derivative_are_those_of_poisson_regression():
    rng = np.random.default_rng(0)
    z = rng.normal(0, 2, (40, 1)).astype(np.float32)
    y = rng.poisson(np.exp(z)).astype(np.float32)
    assert (y == 0).any() and (y > 5).any()
    found, slope = jax.vmap(jax.value_and_grad(partial(responses.loss, "count")))(z, y)
    mean = np.exp(z.astype(float))[:, 0]
    np.testing.assert_allclose(responses.mean("count", z)[:, 0], mean, rtol=1e-5)
    np.testing.assert_allclose(found.mean(), mean_poisson_deviance(y[:, 0], mean), rtol=1e-5)
    np.testing.assert_allclose(slope[:, 0], 2 * (mean - y[:, 0]), rtol=1e-4, atol=1e-5)
    saturated = responses.loss("count", jnp.log(jnp.array([4.0])), jnp.array([4.0]))
    np.testing.assert_allclose(saturated, 0, atol=1e-5)


def test_squared_error_has_no_half_and_is_a_mean_over_outputs():
    z, y = jnp.array([[1.0, 2.0], [0.0, 5.0]]), jnp.array([[0.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(responses.loss("quantitative", z, y), [2.5, 8.0])


@pytest.mark.parametrize("kind", ["quantitative", "binary", "categorical", "count"])
@pytest.mark.parametrize("axis", [0, -2, 1])
def test_units_may_be_along_any_axis(kind, axis):
    rng = np.random.default_rng(1)
    z = rng.normal(size=(5, 3)).astype(np.float32)
    y = rng.integers(3, size=(5, 1)) if kind == "categorical" else rng.integers(2, size=(5, 3))
    turn = (lambda a: a) if axis == 1 else np.transpose
    expected = responses.loss(kind, z, jnp.asarray(y, jnp.float32))
    found = responses.loss(kind, turn(z), jnp.asarray(turn(y), jnp.float32), axis=axis)
    assert found.shape == (5,)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_allclose(
        turn(np.asarray(responses.mean(kind, jnp.asarray(turn(z)), axis=axis))),
        responses.mean(kind, jnp.asarray(z)),
        rtol=1e-5,
    )


@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.uint8])
def test_class_numbers_may_have_any_dtype(dtype):
    z = jnp.array([[1.0, 2.0, 3.0]])
    found = responses.loss("categorical", z, jnp.asarray([[2]], dtype))
    np.testing.assert_allclose(found, [special.logsumexp([1, 2, 3]) - 3], rtol=1e-6)


def test_unknown_kinds_and_impossible_outputs_are_refused():
    for call in (responses.response, partial(responses.mean, outputs=jnp.zeros(1))):
        with pytest.raises(InputError, match=r"response is 'ordinal'.*known: binary, cat"):
            call("ordinal")
    with pytest.raises(InputError, match="did you mean 'quantitative'"):
        responses.loss("quantative", jnp.zeros(1), jnp.zeros(1))
    responses.check_outputs("categorical", 2)
    with pytest.raises(InputError, match="one output per class, so pass at least 2"):
        responses.check_outputs("categorical", 1)
    with pytest.raises(InputError, match="sizes ends with 3; a binary response has one"):
        responses.check_outputs("binary", 3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": np.arange(3)}, r"^response is an array of int64 with shape \(3,\); known"),
        ({"kind": ["binary"]}, r"^response is \['binary'\]; known"),
        ({"outputs": "z"}, "^outputs holds <U1 values; pass numbers"),
        ({"outputs": [[1.0], [2.0, 3.0]]}, "^outputs has rows of different lengths"),
        ({"axis": 2}, r"^axis is 2; outputs has shape \(2, 3\)"),
        ({"axis": 1.0}, "^axis is 1.0; pass a whole number"),
        ({"y": np.ones((5, 3))}, r"^y has shape \(5, 3\); outputs has shape \(2, 3\)"),
        ({"y": np.ones((4, 2, 3))}, r"^y has shape \(4, 2, 3\); .* broadcasts against \(2, 3\)"),
        ({"kind": "categorical"}, r"^y has shape \(2, 3\); .* broadcasts against \(2, 1\)"),
    ],
)
def test_outputs_that_have_no_loss_are_refused(wrong, message):
    good = {"kind": "quantitative", "outputs": np.ones((2, 3)), "y": np.ones((2, 3))}
    with pytest.raises(InputError, match=message):
        responses.loss(**good | wrong)
