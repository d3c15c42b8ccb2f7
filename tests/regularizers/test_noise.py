"""Does noise on inputs and weights cost what theory says?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError
from jaxnn.regularizers import InputNoise, WeightNoise

DRAWS = 2000


def test_input_noise_adds_both_terms_of_bishop():
    """The term with the second derivatives has the opposite sign here, and is as large."""
    rng = np.random.default_rng(3)
    W, b, v = rng.normal(size=(8, 3)), rng.normal(size=8), rng.normal(size=8)
    X = rng.normal(size=(100, 3))
    hidden = np.tanh(X @ W.T + b)
    slopes = 1 - hidden**2
    residuals = 1.5 * np.sign((-2 * hidden * slopes * v) @ np.sum(W**2, axis=1)) * -1
    y = hidden @ v - residuals
    gradients = np.mean(np.sum(((slopes * v) @ W) ** 2, axis=1))
    curvature = np.mean(residuals * ((-2 * hidden * slopes * v) @ np.sum(W**2, axis=1)))

    noise = InputNoise(0.1)
    features = jnp.tile(jnp.asarray(X.T, jnp.float32), DRAWS)
    noisy = np.array(noise.features(jax.random.key(0), features), float).T
    losses = ((np.tanh(noisy @ W.T + b) @ v - np.tile(y, DRAWS)) ** 2).reshape(DRAWS, 100)
    excess = (losses.mean(axis=1) - np.mean(residuals**2)) / 0.1**2
    error = excess.std() / np.sqrt(DRAWS)
    assert curvature < -10 * error
    # The next order is a hundredth of this one.
    assert abs(excess.mean() - (gradients + curvature)) < 4 * error + 0.05 * abs(curvature)
    assert abs(excess.mean() - gradients) > 4 * error + 0.05 * abs(curvature)


def test_weight_noise_on_a_linear_model_costs_the_mean_square_of_its_inputs():
    rng = np.random.default_rng(0)
    X, w = rng.normal(size=(50, 4)), rng.normal(size=(4, 1))
    stacked = jnp.tile(jnp.asarray(w, jnp.float32), (DRAWS, 1, 1))
    noisy = np.array(WeightNoise(0.3).weights(jax.random.key(0), stacked), float)
    excess = np.mean((X @ noisy - X @ w) ** 2, axis=(1, 2))
    error = excess.std() / np.sqrt(DRAWS)
    assert abs(excess.mean() - 0.3**2 * np.mean(np.sum(X**2, axis=1))) < 4 * error


@pytest.mark.parametrize("kind", [InputNoise, WeightNoise])
@pytest.mark.parametrize("value", [-0.1, float("inf"), "a", None])
def test_impossible_deviations_are_refused(kind, value):
    with pytest.raises(InputError, match=r"deviation is .*; pass a finite number of at least 0"):
        kind(value)
