"""Do regularisers act in training, and does a plain network come out?"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from jaxnn import MLP, ElasticNet, Fitter, InputError, Recipe, fit, init, predict
from jaxnn.regularizers import (
    ActivityPenalty,
    Augmentation,
    BatchNormalization,
    Dropout,
    InputNoise,
    LabelNoise,
    LabelSmoothing,
    MaxNorm,
    RandomShift,
    WeightNoise,
)
from jaxnn.replicate import replicate

NET = MLP((3, 4, 2, 1))
EPSILON = 1e-5


def as_it_is(*regularizers, **changed):
    """Full batches of gradient descent, in the response's own unit."""
    given = {"learning_rate": 0.05, "epochs": 6, "standardize_response": False} | changed
    return Recipe("sgd", regularizers=regularizers, **given)


def mean_loss(net, fitted, X, y):
    return np.mean((np.array(predict(net, fitted, X)) - y) ** 2)


# Batch normalisation ------------------------------------------------------------------------------


def normalised_outputs(params, scales, X):
    """The network in training, one formula per layer, as layers of PyTorch compute it."""
    h = X
    for layer, scale in zip(params[:-1], scales, strict=True):
        z = h @ layer.weights
        mean, variance = jnp.mean(z, axis=0)[None], jnp.var(z, axis=0)[None]
        h = jnp.tanh(scale[None] * (z - mean) / jnp.sqrt(variance + EPSILON) + layer.biases[None])
    return (h @ params[-1].weights + params[-1].biases[None])[:, 0]


def test_a_fit_with_batch_normalisation_is_the_plain_loop(problem):
    """What comes out predicts as the normalised network does on its training rows."""
    with jax.enable_x64(True):
        X, y = problem()
        recipe = as_it_is(BatchNormalization(EPSILON), ElasticNet(l2=0.01))
        fitted = fit(jax.random.key(1), NET, X, y, recipe)
        first = init(jax.random.fold_in(jax.random.key(1), 0), NET)
        held = (first, [jnp.ones_like(layer.biases) for layer in first[:-1]])
        features = jnp.asarray(X)

        @jax.jit
        def step(held):
            def objective(held):
                squares = sum(jnp.sum(layer.weights**2) for layer in held[0])
                return jnp.mean((normalised_outputs(*held, features) - y) ** 2) + 0.005 * squares

            return jax.tree.map(lambda w, d: w - 0.05 * d, held, jax.grad(objective)(held))

        for _ in range(6):
            held = step(held)
        expected = normalised_outputs(*held, features)
        np.testing.assert_allclose(predict(NET, fitted, X), expected, rtol=1e-9)
        np.testing.assert_allclose(fitted.train_loss, np.mean((expected - y) ** 2), rtol=1e-9)
        assert fitted.history.train_loss[-1] == fitted.train_loss


def test_running_averages_are_those_of_pytorch(problem):
    """Its rule: mean and unbiased variance of each batch, before the update, from 0 and 1."""
    with jax.enable_x64(True):
        X, y = problem()
        net = MLP((3, 4, 1))
        recipe = as_it_is(BatchNormalization(EPSILON, momentum=0.3), learning_rate=0.2)
        fitted = fit(jax.random.key(1), net, X, y, recipe)
        first = init(jax.random.fold_in(jax.random.key(1), 0), net)
        held = (first, [jnp.ones_like(first[0].biases)])
        features, mean, variance = jnp.asarray(X), np.zeros(4), np.ones(4)

        @jax.jit
        def step(held):
            def objective(held):
                return jnp.mean((normalised_outputs(*held, features) - y) ** 2)

            return jax.tree.map(lambda w, d: w - 0.2 * d, held, jax.grad(objective)(held))

        for _ in range(6):
            z = X @ np.array(held[0][0].weights)
            mean = 0.7 * mean + 0.3 * z.mean(axis=0)
            variance = 0.7 * variance + 0.3 * z.var(axis=0, ddof=1)
            held = step(held)
        (hidden, last), (scales,) = held
        factors = np.array(scales) / np.sqrt(variance + EPSILON)
        np.testing.assert_allclose(
            fitted.params[0].weights, np.array(hidden.weights) * factors, rtol=1e-9
        )
        np.testing.assert_allclose(
            fitted.params[0].biases, np.array(hidden.biases) - mean * factors, rtol=1e-8, atol=1e-12
        )
        np.testing.assert_allclose(fitted.params[1].weights, last.weights, rtol=1e-9)
        assert fitted.train_loss == pytest.approx(mean_loss(net, fitted, X, y), rel=1e-9)


def test_a_weight_of_two_is_two_rows_with_batch_normalisation(problem):
    with jax.enable_x64(True):
        X, y = problem()
        counts = np.arange(len(y)) % 3
        recipe = as_it_is(BatchNormalization(), ElasticNet(l2=0.01), MaxNorm(1.0))
        assert Fitter(NET, recipe).traits.weights_are_counts
        weighted = fit(jax.random.key(0), NET, X, y, recipe, weights=counts)
        X, y = np.repeat(X, counts, axis=0), np.repeat(y, counts)
        repeated = fit(jax.random.key(0), NET, X, y, recipe)
        for one, other in zip(
            jax.tree.leaves(weighted.params), jax.tree.leaves(repeated.params), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("momentum", [None, 0.1])
def test_deep_networks_take_noise_and_normalisation_in_mini_batches(momentum, problem):
    """A loop over nine equal layers; the losses are those of the plain network that comes out."""
    X, y = problem(rows=50)
    net = MLP((3, *[4] * 10, 1))
    noise = (Dropout(1.0, 0.98), BatchNormalization(momentum=momentum))
    recipe = Recipe("adam", 0.03, 200, 16, regularizers=noise, validation_fraction=0.2)
    fitted = fit(jax.random.key(0), net, X, y, recipe)
    assert fitted.diverged_at == -1 and [len(layer) for layer in fitted.params] == [2] * 11
    assert fitted.train_loss < 0.7 * fitted.history.train_loss[0]
    everything = (0.8 * fitted.train_loss + 0.2 * fitted.history.validation_loss[-1]).item()
    assert mean_loss(net, fitted, X, y) == pytest.approx(everything, rel=1e-4)


# Noise --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def noisy_recipe():
    noise = (Dropout(0.9, 0.8), InputNoise(0.05), WeightNoise(0.01), ActivityPenalty(1e-3, 1e-3))
    return Recipe(
        learning_rate=0.02,
        epochs=100,
        regularizers=(*noise, MaxNorm(1.5)),
        standardize_response=False,
    )


def test_noise_differs_between_keys_and_leaves_a_clean_network(problem, noisy_recipe):
    X, y = problem()

    def keys():
        return jax.random.split(jax.random.key(0), 3)

    fits = replicate(Fitter(NET, noisy_recipe), keys(), shared=(X, y))
    alone = fit(keys()[1], NET, X, y, noisy_recipe)
    again = fit(keys()[1], NET, X, y, noisy_recipe)
    for one, other, many in zip(*map(jax.tree.leaves, (alone, again, fits)), strict=True):
        np.testing.assert_array_equal(one, other)
        # The noise of a fit is its own, whichever fits run beside it.
        np.testing.assert_allclose(many[1], one, rtol=1e-3, atol=1e-4)
    assert np.all(fits.train_loss < 0.6 * fits.history.train_loss[:, 0])
    np.testing.assert_allclose(mean_loss(NET, alone, X, y), alone.train_loss, rtol=1e-5)
    for layer in alone.params:
        assert np.linalg.norm(layer.weights, axis=0).max() < 1.5 + 1e-5


def test_noise_that_differs_between_copies_of_a_row_needs_rows():
    with_noise = {
        Dropout(): False,
        InputNoise(0.1): False,
        LabelNoise(0.1): False,
        WeightNoise(0.1): True,
        LabelSmoothing(0.1): True,
        ActivityPenalty(0.1): True,
        BatchNormalization(): True,
        # PyTorch's correction m / (m - 1) of the variance needs the number of rows.
        BatchNormalization(momentum=0.1): False,
    }
    net = MLP((3, 2, 1), response="binary")
    for regularizer, counts in with_noise.items():
        traits = Fitter(net, Recipe(regularizers=(regularizer,))).traits
        assert traits.weights_are_counts is counts
        assert traits.absent_rows_can_be_dropped is counts


def test_blocks_of_many_rows_have_noise_of_their_own():
    """With equal rows, the same noise in each block would give gradients that are far too noisy."""
    net, rows = MLP((1, 1)), 2**20
    X, y = np.ones((rows, 1), np.float32), np.zeros(rows, np.float32)
    recipe = as_it_is(Dropout(0.5), learning_rate=1.0, epochs=1)
    one = init(jax.random.fold_in(jax.random.key(0), 0), net)[0].weights[0, 0]
    fitted = fit(jax.random.key(0), net, X, y, recipe)
    # E of the gradient is 2 w E (m/p)^2 = 4 w, and its deviation 4 |w| / sqrt(rows).
    gradient = (one - fitted.params[0].weights[0, 0]) / one
    assert 0 < abs(gradient - 4) < 5 * 4 / np.sqrt(rows)


def test_regularisers_that_change_nothing_leave_the_same_numbers_bit_for_bit(problem):
    X, y = problem()
    net = MLP((3, 4, 2, 1), response="binary")
    neutral = (
        Augmentation(lambda key, x: x),
        InputNoise(0.0),
        Dropout(1.0, 1.0),
        LabelNoise(0.0),
        LabelSmoothing(0.0),
        WeightNoise(0.0),
        ActivityPenalty(),
        ElasticNet(),
        MaxNorm(1e9),
    )
    plain, same = (
        fit(jax.random.key(0), net, X, y > 1, Recipe(epochs=20, batch_size=8, regularizers=given))
        for given in ((), neutral)
    )
    jax.tree.map(np.testing.assert_array_equal, plain, same)
    assert Recipe(regularizers=()) == Recipe()


# Labels -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("classes", "share", "gap", "loss"),
    [(2, 0.1, 2.944439, 0.1985152), (10, 0.1, 4.510860, 0.5002880)],
)
def test_smoothed_labels_ask_for_a_finite_difference_of_logits(classes, share, gap, loss):
    with jax.enable_x64(True):
        response = "binary" if classes == 2 else "categorical"
        net = MLP((classes, 1 if classes == 2 else classes), response=response)
        optimizer = optax.adam(optax.cosine_decay_schedule(0.3, 1500))
        recipe = Recipe(optimizer, epochs=1500, regularizers=(LabelSmoothing(share),))
        fitted = fit(jax.random.key(0), net, np.eye(classes), np.arange(classes), recipe)
        logits = fitted.params[0].weights + fitted.params[0].biases[None]
        if classes == 2:
            np.testing.assert_allclose(logits[:, 0], [-gap, gap], atol=1e-4)
            return
        gaps = np.diag(logits)[:, None] - np.array(logits)
        np.testing.assert_allclose(gaps[~np.eye(classes, dtype=bool)], gap, atol=1e-4)
        # The loss in the history is that of the labels as they are.
        assert fitted.train_loss == pytest.approx(-np.log(1 - share + share / classes), abs=1e-5)
        smooth = fitted.train_loss + share * gap * (1 - 1 / classes)
        assert smooth == pytest.approx(loss, abs=1e-5)


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "recipe", "expected"),
    [
        (np.eye(5, 3), {"batch_size": 1}, "a batch has one row; pass a batch_size of at least 2"),
        (np.eye(5, 3), {"batch_size": 2}, "batch_size is 2, which leaves a last batch of one of 5"),
        (np.eye(1, 3), {}, "a batch has one row"),
        (np.ones((5, 3)), {}, "X has equal rows only"),
        # They differ by less than the precision of the computation.
        (1 + 1e-12 * np.eye(5, 3), {}, "X has equal rows only"),
    ],
)
def test_batches_without_spread_are_refused(X, recipe, expected):
    recipe = Recipe(regularizers=(BatchNormalization(),), **recipe)
    with pytest.raises(InputError, match=expected):
        fit(jax.random.key(0), NET, X, np.arange(len(X)), recipe)


def test_rows_set_aside_in_groups_stay_in_the_batches_with_weight_zero():
    """Twelve rows in batches of seven, where eight rows in batches of seven would leave one."""
    recipe = Recipe(batch_size=7, validation_fraction=0.3, regularizers=(BatchNormalization(),))
    X, groups = np.eye(12, 3), np.repeat([0, 1, 2], 4)
    Fitter(NET, recipe).checked(X, X[:, 0], groups=groups)
    with pytest.raises(InputError, match="leaves a last batch of one of 8 training rows"):
        Fitter(NET, recipe).checked(X, X[:, 0])


@pytest.mark.parametrize(
    ("net", "regularizer", "expected"),
    [
        (NET, LabelSmoothing(0.1), "LabelSmoothing, but the response is quantitative"),
        (MLP((3, 1)), BatchNormalization(), "BatchNormalization, which acts on hidden units"),
    ],
)
def test_a_regulariser_that_does_not_suit_the_network_is_refused(net, regularizer, expected):
    with pytest.raises(InputError, match=expected):
        Fitter(net, Recipe(regularizers=(regularizer,)))


def test_a_recipe_is_tried_out_without_compiling_anything(compilations):
    recipe = Recipe(
        optax.chain(optax.clip(1.0), optax.adam(optax.cosine_decay_schedule(0.1, 10))),
        regularizers=(Augmentation(RandomShift(1, 3)), Dropout(), WeightNoise(0.1), ElasticNet()),
    )
    Fitter(NET, recipe)
    with pytest.raises(InputError, match="RandomShift is for images of 1 x 3 = 3 pixels"):
        Fitter(MLP((4, 3, 1)), recipe)
    assert compilations == []


def test_two_of_a_kind_are_refused():
    with pytest.raises(InputError, match="regularizers holds 2 of the kind Dropout; pass one"):
        Recipe(regularizers=(Dropout(), ElasticNet(), Dropout(0.5)))
