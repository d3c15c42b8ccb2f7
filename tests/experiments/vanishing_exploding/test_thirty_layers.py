"""Do the deep networks learn, and are their accuracies those of the library?"""

import jax
import numpy as np

import jaxnn
from experiments.shared.digit_images import images
from experiments.vanishing_exploding import thirty_layers


def test_accuracies_agree_with_the_library():
    net = jaxnn.MLP((64, 9, 7, 10), "relu", response="categorical", bias_initializer="uniform")
    X, y = images(jax.random.key(4), 20)
    params = jaxnn.init(jax.random.key(3), net)
    scores = np.array([np.asarray(jaxnn.apply(net, params, row)) for row in X])
    stacked = jax.tree.map(lambda leaf: np.asarray(leaf)[None], params)
    found = thirty_layers.accuracies(stacked, X, y)
    assert found.tolist() == [np.mean(np.argmax(scores, axis=1) == y)]


def test_training_lowers_every_loss():
    settings = thirty_layers.DeepTraining(layers=(2,), width=16, rows=200, seeds=2, epochs=2)
    found = thirty_layers.train(jax.random.key(5), settings)
    loss = found["trained_loss"]
    assert loss.shape == (1, 2, 2, 3)
    assert (loss[..., -1] < loss[..., 0]).all()
    assert (found["trained_accuracy"] > 0.02).all()
