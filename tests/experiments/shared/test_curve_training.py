"""Does training on a curve start and predict as documented?"""

import math

import jax
import jax.numpy as jnp
import numpy as np

import jaxnn
from experiments.shared import curve_training
from experiments.shared.curve_training import TrainingSettings
from jaxnn.initializers import initializer
from jaxnn.regions import best_segmentation


def sine(x):
    return np.sin(2 * np.pi * x)


def test_no_network_beats_the_best_straight_pieces(key):
    x = curve_training.midpoints(100)
    errors, _ = best_segmentation(x, sine(x), 9)
    params = jaxnn.mlp.init(key, jaxnn.MLP((1, 8, 1), "relu", bias_initializer="uniform"))
    stacked = jax.tree.map(lambda leaf: np.asarray(leaf)[None], params)
    solved = curve_training.readout_errors(stacked, "relu", sine, x, x)
    assert errors[8] <= solved[0] < np.sqrt(0.5)


def test_the_float64_activations_equal_the_library_ones():
    z = np.linspace(-30, 30, 101)
    for name, function in curve_training.HIDDEN.items():
        theirs = jaxnn.mlp.ACTIVATIONS[name](jnp.asarray(z))
        np.testing.assert_allclose(function(z), theirs, atol=1e-6)


def test_trained_networks_predict_as_the_library_does():
    settings = TrainingSettings(steps=40)
    keys = jax.random.split(jax.random.key(2), 3)
    params = curve_training.train(keys, (5, 4), "tanh", sine, settings)
    x = curve_training.midpoints(30)
    predict = jax.vmap(jaxnn.apply, in_axes=(None, None, 0))
    rows = jnp.asarray(x[:, None], jnp.float32)
    for place, curve in enumerate(curve_training.outputs(params, "tanh", x)):
        one = jax.tree.map(lambda leaf, place=place: leaf[place], params)
        by_library = predict(jaxnn.MLP((1, 5, 4, 1), "tanh"), one, rows)
        np.testing.assert_allclose(curve, by_library[:, 0], atol=2e-6)
    assert np.ptp(params[0].weights[:, 0, 0]) > 0  # three different starts


def test_initial_weights_have_one_size_for_one_input_and_are_he_normal_for_more(key):
    weights = curve_training.spread_kinks(key, (1, 4000))
    np.testing.assert_allclose(np.abs(weights), math.sqrt(2), rtol=1e-6)
    assert abs(float(weights.mean())) < 4 * math.sqrt(2 / 4000)
    key = jax.random.key(1)
    same = initializer("he_normal")(jax.random.key(1), (3, 7), jnp.float32)
    np.testing.assert_array_equal(curve_training.spread_kinks(key, (3, 7)), same)


def test_least_squares_output_weights_are_exact_for_a_curve_in_their_span():
    # relu(x + 1/2) and relu(x - 1/2) span the curves with kinks at these two places.
    layer = jaxnn.Layer(np.array([[[1.0, 1.0]]]), np.array([[0.5, -0.5]]))
    output = jaxnn.Layer(np.zeros((1, 2, 1)), np.zeros((1, 1)))
    x = curve_training.midpoints(64)

    def curve(x):
        return 2.1 + 3.3 * np.maximum(x + 0.5, 0) - 7.7 * np.maximum(x - 0.5, 0)

    rows = curve_training.midpoints(16)
    exact, rounded = (
        curve_training.readout_errors((layer, output), "relu", curve, rows, x, dtype)[0]
        for dtype in (np.float64, np.float32)
    )
    assert exact < 1e-12 < 1e-8 < rounded < 1e-5
    flat = curve_training.outputs((layer, output), "relu", x)
    np.testing.assert_array_equal(flat, np.zeros((1, 64)))
    broken = jaxnn.Layer(layer.weights * np.nan, layer.biases)
    outcome = curve_training.readout_errors((broken, output), "relu", curve, rows, x)
    assert np.isnan(outcome).all()
