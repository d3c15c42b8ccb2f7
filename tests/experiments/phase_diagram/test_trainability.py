"""Does the map train the random networks of theory, by gradient descent?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn
from experiments.phase_diagram import trainability
from jaxnn import propagation


def options(**changed):
    return {"depth": 2, "bias_variance": 0.05, "steps": 200, "batch_size": 32} | changed


def digits(rows=300):
    key_rows = jax.random.key(9)
    X, y = trainability.images(key_rows, rows)
    return jnp.asarray(X), jnp.asarray(y, jnp.float32)


def test_a_shallow_network_learns_and_an_infinite_rate_gives_nan():
    X, y = digits()
    one = jax.jit(lambda key, rate: trainability.train_one(key, 1.5, rate, X, y, **options()))
    accuracy, loss = one(jax.random.key(0), 0.03)
    assert accuracy > 0.8 and loss < 0.7
    assert np.isnan(one(jax.random.key(0), jnp.inf)).all()


def test_initial_networks_are_random_networks_of_the_given_scales():
    # After a step of length zero the loss of many starts is that of networks from the library.
    X, y = digits(200)
    chosen = options(depth=3, bias_variance=0.4, steps=1)
    net = propagation.random_network((64, 64, 64, 64, 10), "tanh", 3.0, 0.4)

    def start(key):
        return trainability.train_one(key, 3.0, 0.0, X, y, **chosen)[1]

    def drawn(key):
        params = jaxnn.init(key, net)
        scores = jax.vmap(jaxnn.apply, in_axes=(None, None, 0))(net, params, X)
        return jnp.mean(jaxnn.responses.loss("categorical", scores, y[:, None]))

    keys = jax.random.split(jax.random.key(1), (2, 100))
    one, other = (
        np.asarray(jax.jit(jax.vmap(f))(k)) for f, k in zip((start, drawn), keys, strict=True)
    )
    error = math.sqrt((one.var() + other.var()) / 100)
    assert one.mean() == pytest.approx(other.mean(), abs=4 * error)
    assert one.std() == pytest.approx(other.std(), rel=0.4)
    assert one.mean() > 2.6  # such networks guess with confidence


def test_a_step_follows_the_gradient():
    # On a batch of one row the loss falls in proportion to a small rate.
    X, y = digits(1)
    chosen = options(steps=1, batch_size=1)
    one = jax.jit(lambda key, rate: trainability.train_one(key, 1.0, rate, X, y, **chosen)[1])
    losses = [float(one(jax.random.key(2), rate)) for rate in (0.0, 1e-3, 2e-3)]
    first, second = losses[0] - losses[1], losses[1] - losses[2]
    assert first > 0
    assert second == pytest.approx(first, rel=0.1)


def test_both_rates_have_the_same_starts():
    settings = trainability.Map(
        depths=(2,), weight_variances=(1.0, 3.0), learning_rates=(1e-9, 2e-9), seeds=2, rows=60,
        steps=1,
    )  # fmt: skip
    found = trainability.compute(jax.random.key(5), settings)["map_loss"]
    assert found.shape == (1, 2, 2, 2)
    np.testing.assert_allclose(found[:, :, 0], found[:, :, 1], rtol=1e-6)
    assert len(np.unique(found[0, :, 0].round(6))) == 4
