"""Does the penalty of the network work as a prior?"""

import jax
import numpy as np

from experiments.shared.binary_models import network
from jaxnn.replicate import replicate


def test_the_penalty_shrinks_weights_from_any_start(key):
    X = np.linspace(-2, 2, 60)[:, None]
    y = (X[:, 0] > 0).astype(float)

    def squares(strength):
        fitter = network(1, (4,), 60, strength=strength)
        fits = replicate(fitter, jax.random.split(jax.random.clone(key), 8), shared=(X, y))
        return sum(np.sum(weights**2, axis=(1, 2)) for weights, _ in fits.params)

    assert (squares(1.0) < 0.8 * squares(0.01)).all()
