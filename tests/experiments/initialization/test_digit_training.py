"""Do the written-out steps train as well as the library?"""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn
from experiments.initialization import digit_training
from experiments.shared.digit_images import images


def test_the_entropy_of_classes_agrees_with_a_calculation_by_hand():
    assert digit_training.class_entropy(np.repeat([0, 3], 5)) == pytest.approx(math.log(2))
    assert digit_training.class_entropy(np.zeros(4)) == 0


def test_written_out_steps_train_as_well_as_the_library():
    # He's weights are LeCun's times sqrt 2: the same distribution of starts, other batches.
    X, y = images(jax.random.key(0), 100)
    data = digit_training.Digits(*map(jnp.asarray, (X, y, X, y)))
    lecun, he = (
        jaxnn.MLP((64, 16, 10), "relu", response="categorical", initializer=name)
        for name in ("lecun_normal", "he_normal")
    )
    steps = digit_training.ScaledStart(lecun, 10, 20)
    fits = digit_training.NamedStart(he, jaxnn.Recipe("sgd", epochs=10, batch_size=20))
    scale, rate = jnp.array(math.sqrt(2)), jnp.array(0.1)
    ours, theirs = jax.random.split(jax.random.key(3), (2, 12))
    written = jax.jit(jax.vmap(lambda key: steps(key, scale, rate, data).loss))(ours)
    trained = jax.jit(jax.vmap(lambda key: fits(key, rate, data).loss[-1]))(theirs)
    written, trained = np.asarray(written, float), np.asarray(trained, float)
    error = math.sqrt(written.var(ddof=1) / 12 + trained.var(ddof=1) / 12)
    assert abs(written.mean() - trained.mean()) <= 4 * error
    assert written.mean() < 1.5  # before training it is above ln 10
