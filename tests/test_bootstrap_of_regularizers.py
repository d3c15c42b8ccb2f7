"""Do regularisers work together in a bootstrap, and leave plain networks that predict?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, ElasticNet, Fitter, Recipe, predictor
from jaxnn.bootstrap import bootstrap
from jaxnn.regularizers import (
    ActivityPenalty,
    Augmentation,
    BatchNormalization,
    Dropout,
    InputNoise,
    LabelNoise,
    LabelSmoothing,
    MaxNorm,
    WeightNoise,
)

ROWS, REFITS = 60, 8


def jittered(key, x):
    return x + 0.05 * jax.random.normal(key, x.shape, x.dtype)


NOISE_BY_ROW = (
    Augmentation(jittered),
    Dropout(0.95, 0.9),
    InputNoise(0.05),
    LabelNoise(0.05),
    LabelSmoothing(0.05),
    BatchNormalization(),
    MaxNorm(3.0),
    ElasticNet(l2=1e-3),
)
NOISE_BY_STEP = (
    WeightNoise(0.02),
    BatchNormalization(),
    ActivityPenalty(1e-3),
    ElasticNet(l1=1e-3),
)
EARLY = {"validation_fraction": 0.2, "patience": 4, "history_every": 5}


@pytest.mark.parametrize(
    ("response", "regularizers", "more"),
    [("binary", NOISE_BY_ROW, EARLY), ("quantitative", NOISE_BY_STEP, {})],
    ids=["noise by row", "noise by step"],
)
def test_regularisers_together_are_refitted_to_plain_networks(response, regularizers, more):
    """Each refit is the fit of its own rows, by its own key, and predicts rows that it lacks."""
    with jax.enable_x64(True):
        rng = np.random.default_rng(0)
        X = rng.normal(size=(ROWS, 2))
        y = X[:, 0] - X[:, 1] + 0.2 * rng.normal(size=ROWS)
        y = y if response == "quantitative" else (y > 0).astype(float)
        net = MLP((2, 4, 3, 1), response=response)
        recipe = Recipe(learning_rate=0.05, epochs=60, regularizers=regularizers, **more)
        fitter = Fitter(net, recipe)
        refits = bootstrap(jax.random.key(1), fitter, X, y, REFITS)
        assert not refits.diverged.any()
        predictions = np.array(predictor(net, refits.fits)(X))

        # Plain networks: one formula per layer.
        h = np.broadcast_to(X, (REFITS, ROWS, 2))
        for number, (weights, biases) in enumerate(refits.fits.params):
            z = h @ np.array(weights) + np.array(biases)[:, None]
            h = np.tanh(z) if number < 2 else z
        outputs = h[..., 0] if response == "quantitative" else 1 / (1 + np.exp(-h[..., 0]))
        np.testing.assert_allclose(predictions, outputs, rtol=1e-9, atol=1e-12)

        # Out of bag they are better than the mean of the rows that were drawn.
        means = refits.multiplicities @ y / ROWS
        squares = [(y - guess) ** 2 for guess in (predictions, means[:, None])]
        losses = [np.mean(square, axis=1, where=refits.out_of_bag) for square in squares]
        assert (losses[0] < 0.6 * losses[1]).all()

        # Where two copies of a row get different noise, rows are passed, else weights.
        assert fitter.traits.weights_are_counts is (regularizers is NOISE_BY_STEP)
        alone = jax.random.split(jax.random.key(1), (REFITS, 2))[3, 1]
        drawn = np.repeat(np.arange(ROWS), refits.multiplicities[3])
        fitted = fitter(alone, jnp.asarray(X[drawn]), jnp.asarray(y[drawn]))
        for one, many in zip(
            *map(jax.tree.leaves, (fitted.params, refits.fits.params)), strict=True
        ):
            np.testing.assert_allclose(many[3], one, rtol=1e-7, atol=1e-9)
        assert fitted.epochs == refits.fits.epochs[3]
