"""Is the penalty minus the logarithm of the prior that it is named after?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.shared.binary_models import NormalPrior, network
from jaxnn import MLP, init
from jaxnn.replicate import replicate


def test_the_penalty_is_minus_the_log_prior_over_the_rows(key):
    params = init(key, MLP((3, 4, 1), response="binary"))
    weights = [layer.weights for layer in params]
    log_prior = sum(
        jax.scipy.stats.norm.logpdf(w, scale=len(w) ** -0.5).sum()
        - jax.scipy.stats.norm.logpdf(jnp.zeros_like(w), scale=len(w) ** -0.5).sum()
        for w in weights
    )
    assert NormalPrior(50)(weights) == pytest.approx(-float(log_prior) / 50, rel=1e-5)
    assert NormalPrior(50, 0.1)(weights) == pytest.approx(-float(log_prior) / 500, rel=1e-5)


def test_the_penalty_shrinks_weights_from_any_start(key):
    X = np.linspace(-2, 2, 60)[:, None]
    y = (X[:, 0] > 0).astype(float)

    def squares(strength):
        fitter = network(1, (4,), 60, strength=strength)
        fits = replicate(fitter, jax.random.split(jax.random.clone(key), 8), shared=(X, y))
        return sum(np.sum(weights**2, axis=(1, 2)) for weights, _ in fits.params)

    assert (squares(1.0) < 0.8 * squares(0.01)).all()
