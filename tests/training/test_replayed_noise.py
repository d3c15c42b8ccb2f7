"""Is a fit with every regulariser the plain loop with the same noise, step by step?"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import MLP, ElasticNet, Recipe, fit, init, predict
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

NET = MLP((3, 5, 4, 1), response="binary")
SHAPES = ((3, 5), (5, 4), (4, 1))
RATE, STEPS, ROWS, EPSILON = 0.2, 5, 23, 1e-3
L1, L2, LIMIT = 0.01, 0.1, 1.2


def reversed_or_not(key, x):
    return jnp.where(jax.random.bernoulli(key), x, x[::-1])


EVERYTHING = (
    Augmentation(reversed_or_not),
    InputNoise(0.1),
    Dropout(0.8, 0.7),
    LabelNoise(0.2),
    LabelSmoothing(0.1),
    WeightNoise(0.05),
    ActivityPenalty(0.02, 0.03),
    BatchNormalization(EPSILON),
    ElasticNet(L1, L2),
    MaxNorm(LIMIT),
)


def normalised(z, scales, shifts):
    mean, variance = jnp.mean(z, axis=0)[None], jnp.var(z, axis=0)[None]
    return scales[None] * (z - mean) / jnp.sqrt(variance + EPSILON) + shifts[None]


def forward(weights, biases, scales, features, masks):
    """Logits, and the mean price of the hidden units, one formula per layer."""
    h, price = features, 0.0
    for w, b, scale, mask in zip(weights[:-1], biases[:-1], scales, masks, strict=True):
        h = jnp.tanh(normalised(h @ w, scale, b))
        price += jnp.mean(jnp.sum(0.02 * jnp.abs(h) + 0.015 * h**2, axis=1))
        h = h * mask
    return (h @ weights[-1] + biases[-1][None])[:, 0], price


@jax.jit
def outputs(held, X):
    """Logits of the network without noise, normalised by the moments of these rows."""
    ones = [jnp.ones((len(X), 1))] * 2
    return forward(*held, X, ones)[0]


@jax.jit
def step(held, noise):
    features, targets, additions, masks = noise

    def objective(held):
        weights, biases, scales = held
        noisy = [w + addition for w, addition in zip(weights, additions, strict=True)]
        logits, price = forward(noisy, biases, scales, features, masks)
        loss = jnp.mean(jnp.logaddexp(0, logits) - targets * logits)
        penalty = sum(L1 * jnp.sum(jnp.abs(w)) + L2 / 2 * jnp.sum(w**2) for w in weights)
        return loss + price + penalty

    held = jax.tree.map(lambda w, d: w - RATE * d, held, jax.grad(objective)(held))
    weights, biases, scales = held
    norms = [jnp.linalg.norm(w, axis=0)[None] for w in weights]
    return (
        [w * jnp.minimum(1, LIMIT / n) for w, n in zip(weights, norms, strict=True)],
        biases,
        scales,
    )


@pytest.fixture
def replayed(recorded, problem):
    """The fit, its rows, and what its regularisers did."""
    with jax.enable_x64(True):
        X, y = problem(rows=ROWS)
        y = (y > np.median(y)).astype(float)
        regularizers, notes = recorded(EVERYTHING)
        recipe = Recipe("sgd", RATE, STEPS, regularizers=regularizers, history_every=1)
        fitted = fit(jax.random.key(1), NET, X, y, recipe)
        jax.effects_barrier()
        yield fitted, X, y, notes


def test_a_fit_with_every_regulariser_is_the_plain_loop_with_the_same_noise(replayed):
    fitted, X, y, notes = replayed
    first = init(jax.random.fold_in(jax.random.key(1), 0), NET)
    held = (
        [layer.weights for layer in first],
        [layer.biases for layer in first],
        [jnp.ones_like(layer.biases) for layer in first[:-1]],
    )
    assert {len(pairs) for pairs in notes.values()} == {STEPS}
    logits = [np.array(outputs(held, X))]
    for number in range(STEPS):

        def at(kind, place, shape, number=number):
            return notes[kind, place, shape][number]

        features = at("Dropout", "features", (3,))[1][:, :ROWS].T
        targets = at("LabelSmoothing", "targets", (1,))[1][0, :ROWS]
        additions = [np.subtract(*at("WeightNoise", "weights", shape)[::-1]) for shape in SHAPES]
        masks = [at("Dropout", "hidden", (units,))[1][:, :ROWS].T for units in (5, 4)]
        for mask in masks:
            assert set(np.unique(mask.round(3))) == {0, 1.429}
        held = step(held, (features, targets, additions, masks))
        logits.append(np.array(outputs(held, X)))
    losses = np.mean(np.logaddexp(0, logits) - y * np.array(logits), axis=1)
    np.testing.assert_allclose(fitted.history.train_loss, losses, rtol=1e-10)
    np.testing.assert_allclose(predict(NET, fitted, X), 1 / (1 + np.exp(-logits[-1])), rtol=1e-9)
    # Noise is drawn anew in every step, and each regulariser gets what the one before it made.
    for (kind, _, _), pairs in notes.items():
        first_change, *changes = [changed - given for given, changed in pairs]
        anew = [np.abs(change - first_change).max() > 1e-3 for change in changes]
        assert all(anew) or kind == "LabelSmoothing"
    np.testing.assert_array_equal(
        notes["InputNoise", "features", (3,)][0][1], notes["Dropout", "features", (3,)][0][0]
    )
