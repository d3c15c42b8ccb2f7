"""Are networks trained and measured as the formulas say?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.batch_normalization import digit_training
from experiments.batch_normalization.digit_training import Training
from jaxnn import init

RATE = 0.5
TRAINING = Training("sigmoid", normalized=True)


@pytest.fixture(scope="module")
def data():
    return digit_training.digits(jax.random.key(0))


@pytest.fixture(scope="module")
def order():
    return digit_training.batches(jax.random.key(1))


@pytest.fixture(scope="module")
def outcome(data, order):
    """A normalised network after 50 steps."""
    arguments = (jnp.float32(RATE), order, jnp.float32(0.1), jnp.int32(2), data)
    return jax.tree.map(np.asarray, jax.jit(TRAINING)(jax.random.key(2), *arguments))


def last_states(X, moments_from):
    """The last pre-activations and outputs of the first network, normalised, in NumPy."""
    layers = [np.float64(0.1) * np.asarray(w) for w, _ in init(jax.random.key(2), TRAINING.net)]
    h, reference = np.asarray(X, float), np.asarray(moments_from, float)
    z = h
    for W in layers[:-1]:
        z, other = W.T @ h, W.T @ reference
        mean, variance = other.mean(axis=1), other.var(axis=1)
        z, other = ((a - mean[:, None]) / np.sqrt(variance[:, None] + 1e-5) for a in (z, other))
        h, reference = (1 / (1 + np.exp(-a)) for a in (z, other))
    return z, layers[-1].T @ h


def test_the_first_loss_is_that_of_the_batch_with_its_own_moments(outcome, data, order):
    rows = np.asarray(order[0, 0])
    _, scores = last_states(data.X[:, rows], data.X[:, rows])
    log_sums = np.log(np.exp(scores).sum(axis=0))
    expected = np.mean(log_sums - scores[np.asarray(data.y)[rows].astype(int), np.arange(60)])
    np.testing.assert_allclose(outcome.losses[0, 0], expected, rtol=1e-4)


def test_units_are_measured_on_test_images_with_the_moments_of_training_images(outcome, data):
    z, scores = last_states(data.test_X, data.X)
    expected = np.percentile(z, [15, 50, 85], axis=1)
    np.testing.assert_allclose(outcome.percentiles[0], expected, atol=2e-3)
    np.testing.assert_allclose(outcome.spreads[0], np.sqrt(z.var(axis=1).mean()), rtol=1e-3)
    accuracy = np.mean(scores.argmax(axis=0) == np.asarray(data.test_y))
    np.testing.assert_allclose(outcome.accuracy[0], accuracy, atol=0.003)


def test_training_lowers_the_loss_and_stops_where_it_should(outcome):
    assert outcome.losses[1].mean() < outcome.losses[0, :5].mean() / 3
    assert outcome.accuracy[1] > 0.8
    assert np.isnan(outcome.losses[2:]).all() and np.isnan(outcome.accuracy[2:]).all()


def test_every_pass_has_each_training_row_once(order):
    rows = np.asarray(order).ravel()
    passes = rows[: len(rows) // 1380 * 1380].reshape(-1, 1380)
    np.testing.assert_array_equal(np.sort(passes, axis=1), np.tile(np.arange(1380), (67, 1)))
    assert (passes[0] != passes[1]).any()
