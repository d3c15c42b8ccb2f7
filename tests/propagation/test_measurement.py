"""Do measured networks follow the chain rule, mean-field theory and the exact laws?"""

import math
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import jaxnn
from jaxnn import InputError, InputTypeError, replicate
from jaxnn.propagation import (
    log_gradient_moments,
    mean_field,
    measure,
    random_network,
    trajectory,
)
from jaxnn.propagation.measurement import _propagate
from jaxnn.propagation.random_networks import split_scales


def fixed(key, shape, dtype=None):
    """Weights that depend only on the shape."""
    del key
    values = jnp.sin(1.0 + jnp.arange(shape[0] * shape[1], dtype=float) ** 1.5)
    return values.reshape(shape).astype(dtype or float) * 1.5 / shape[0] ** 0.5


def fixed_biases(key, shape, dtype=None):
    del key
    return jnp.cos(jnp.arange(shape[0], dtype=float)).astype(dtype or float) / 3


@pytest.mark.parametrize(
    "sizes", [(3, 1), (4, 5, 1), (5, 5, 5, 5, 1), (3, 6, 6, 6, 2, 4, 4, 4, 1), (1, 1, 1, 1)]
)
def test_signals_and_gradients_are_those_of_the_chain_rule(key, sizes):
    net = jaxnn.MLP(sizes, "tanh", initializer=fixed, bias_initializer=fixed_biases)
    inputs = np.linspace(-1, 1, 3 * sizes[0]).reshape(3, sizes[0]) ** 3 + 0.2
    found = measure(key, net, seeds=2, inputs=inputs)
    params = jaxnn.init(jax.random.key(0), net)
    layers = [(np.asarray(weights, float), np.asarray(biases, float)) for weights, biases in params]
    h, passed = inputs, []
    for weights, biases in layers:
        passed.append(h @ weights + biases)
        h = np.tanh(passed[-1])
    # With one output v is 1 or -1, and squared gradients do not depend on it.
    gradients = [np.ones_like(passed[-1])]
    for z, (weights, _) in zip(passed[-2::-1], layers[:0:-1], strict=True):
        gradients.insert(0, (1 - np.tanh(z) ** 2) * (gradients[0] @ weights.T))
    for layer, (z, g) in enumerate(zip(passed, gradients, strict=True)):
        np.testing.assert_allclose(
            found.log_variance[1, layer], np.log(np.mean(z**2, axis=1)), atol=1e-4
        )
        np.testing.assert_allclose(
            found.log_gradient[1, layer], np.log(np.mean(g**2, axis=1)), atol=1e-4
        )
        cosines = z @ z[0] / (np.linalg.norm(z, axis=1) * np.linalg.norm(z[0]))
        np.testing.assert_allclose(found.correlation[0, layer], cosines, atol=1e-5)


def test_batch_normalisation_is_differentiated_through(key):
    # The scale of the weights only changes the size of pre-activations: in gradients it cancels in
    # every layer but the last, which is not normalised.
    inputs = np.random.default_rng(5).normal(size=(16, 40))
    keys = [jax.random.wrap_key_data(jax.random.key_data(key)) for _ in range(2)]
    small, large = (
        measure(
            k, random_network((40,) * 6, "relu", scale), seeds=3, inputs=inputs,
            batch_normalized=True,
        )
        for k, scale in zip(keys, (0.01, 9.0), strict=True)
    )  # fmt: skip
    ratio = math.log(9.0 / 0.01)
    np.testing.assert_allclose(large.log_variance - small.log_variance, ratio, atol=1e-3)
    np.testing.assert_allclose(large.log_gradient, small.log_gradient, atol=2e-3)


def test_gradients_of_normalised_linear_layers_grow_as_theory_says(key):
    # By (B - 2) / (B - 3) per layer; if gradients did not run through mean and deviation, by 1.
    inputs = jax.random.normal(jax.random.key(6), (6, 128))
    net = random_network((128,) * 11, "identity", 1.0)
    found = measure(key, net, seeds=64, inputs=inputs, batch_normalized=True).log_gradient
    sizes = np.exp(found).mean(axis=2)
    rates = (np.log(sizes[:, 1]) - np.log(sizes[:, -2])) / 7
    assert rates.mean() == pytest.approx(math.log(4 / 3), abs=4 * rates.std() / 8 + 1 / 128 * 3)


def test_gradients_of_relu_networks_have_their_exact_law(key):
    width, layers, seeds = 20, 12, 4000
    mean, variance = log_gradient_moments(width, layers)
    logs = measure(key, random_network((width,) * (layers + 2), "relu", 2.0), seeds=seeds)
    found = logs.log_gradient[:, 0, 0]
    assert found.mean() == pytest.approx(mean, abs=4 * math.sqrt(variance / seeds))
    assert found.var() == pytest.approx(variance, abs=4 * variance * math.sqrt(2 / seeds))
    # The asymptotic variance is rejected.
    assert abs(found.var() - 5 * layers / width) > 4 * variance * math.sqrt(2 / seeds)


def test_wide_networks_follow_mean_field(key, optimized):
    sw2, sb2, depth, seeds, width = 3.2, 0.12, 24, 500, 1000
    net = random_network((width,) * (depth + 1), jax.scipy.special.erf, sw2, sb2)
    with optimized():
        found = measure(key, net, seeds=seeds, mean_square=0.4, correlation=-0.7)
    course = trajectory(jax.scipy.special.erf, sw2, sb2, depth, mean_square=0.4, correlation=-0.7)
    variance, correlation = np.exp(found.log_variance[..., 1]), found.correlation[..., 1]
    for values, theory in ((variance, course.variance), (correlation, course.correlation)):
        error = values.std(axis=0) / math.sqrt(seeds)
        assert (np.abs(values.mean(axis=0) - theory) < 4.5 * error + 3 / width).all()
    logs = found.log_gradient[:, 12, 0] - found.log_gradient[:, -1, 0]
    ratio, layers = np.exp(logs), depth - 13
    error = ratio.std() / ratio.mean() / math.sqrt(seeds) / layers
    rate = math.log(ratio.mean()) / layers
    assert rate == pytest.approx(np.log(course.chi[12:-1]).mean(), abs=4 * error + 1 / width)
    assert 4 * error + 1 / width < 0.02 * abs(rate)  # an error of 2% would show


def test_isometries_keep_everything(key):
    net = jaxnn.MLP((6,) * 30, "identity", initializer="orthogonal")
    found = measure(key, net, seeds=4, correlation=0.25)
    np.testing.assert_allclose(found.log_variance, 0, atol=1e-4)
    np.testing.assert_allclose(found.log_gradient, 0, atol=1e-4)
    np.testing.assert_allclose(found.correlation[..., 1], 0.25, atol=1e-4)


def test_gradients_far_below_the_range_of_floats_are_followed(key):
    found = measure(key, random_network((50,) * 201, "sigmoid", 1.0), seeds=10)
    expected = 199 * math.log(mean_field("sigmoid", 1, 0).chi_1)
    assert found.log_gradient[:, 0].mean() == pytest.approx(expected, rel=0.02)
    assert expected < -500


def test_an_activation_that_is_linear_only_near_zero_is_not_rescaled(key):
    # relu6 equals ReLU up to 6 and is 6 beyond: mean squares are at most 9 x 36.
    found = measure(key, random_network((20,) * 31, jax.nn.relu6, 9.0), seeds=5)
    assert math.log(9) < found.log_variance[:, -1].min()
    assert found.log_variance[:, 2:].max() < math.log(9 * 36 * 5)


@pytest.mark.parametrize("scale", [1 / 3, 9.0])
def test_signals_far_out_of_the_range_of_floats_are_followed(key, scale):
    # ReLU halves mean squares, so they reach 6^-200 and 4.5^200.
    width, layers, seeds = 60, 200, 40
    net = random_network((width,) * (layers + 1), "relu", scale)
    found = measure(key, net, seeds=seeds)
    mean, variance = log_gradient_moments(width, layers - 1)
    # The law of gradients holds for signals as well.
    assert abs((layers - 1) * math.log(scale / 2)) > 290
    for ratio in (
        found.log_variance[:, -1, 0] - found.log_variance[:, 0, 0],
        found.log_gradient[:, 0, 0] - found.log_gradient[:, -1, 0],
    ):
        expected = mean + (layers - 1) * math.log(scale / 2)
        assert ratio.mean() == pytest.approx(expected, abs=4 * math.sqrt(variance / seeds))
    assert (found.correlation[:, -1, 1] > 0.9).all()


def test_a_dead_network_gives_minus_infinity_and_no_error(key):
    net = jaxnn.MLP((3, 4, 4, 1), "relu", initializer="zeros")
    found = measure(key, net, seeds=2)
    assert (found.log_variance == -np.inf).all()
    assert (found.log_gradient[:, 0] == -np.inf).all() and (found.log_gradient[:, -1] > -1e-6).all()
    assert np.isnan(found.correlation).all()


def test_the_same_key_gives_the_same_numbers_and_another_does_not():
    net = random_network((7,) * 9, "tanh", 1.3, 0.2)
    one, same, other = (measure(jax.random.key(seed), net, seeds=4) for seed in (1, 1, 2))
    for field, again in zip(one, same, strict=True):
        np.testing.assert_array_equal(field, again)
    assert (one.log_variance != other.log_variance).all()
    assert len(np.unique(one.log_variance[:, 0, 0])) == 4


def test_networks_that_differ_in_scale_share_a_program(key):
    keys = jax.random.split(key, 3)
    measure(keys[0], random_network((7,) * 9, "tanh", 1.3, 0.2), seeds=4)
    before = replicate._compiled.cache_info().misses
    measure(keys[1], random_network((7,) * 9, "tanh", 2.9, 0.7), seeds=4)
    assert replicate._compiled.cache_info().misses == before
    measure(keys[2], random_network((7,) * 9, "relu", 2.9, 0.7), seeds=4)
    assert replicate._compiled.cache_info().misses == before + 1


@pytest.mark.parametrize("drawn", [False, True])
def test_the_program_does_not_grow_with_depth(drawn):
    def size(depth):
        net, scales = split_scales(random_network((6,) * (depth + 1), "tanh", 1.0, 0.1))
        propagate = partial(
            _propagate, net=net, batch_normalized=False, drawn=drawn, rescaled=False
        )
        vectors = jnp.ones((2, 6))
        return len(jax.jit(propagate).lower(jax.random.key(0), vectors, vectors, scales).as_text())

    assert size(300) < 1.05 * size(30)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"net": "relu"}, InputTypeError, "net is a str"),
        ({"seeds": 0}, InputError, "seeds is 0"),
        ({"mean_square": 0}, InputError, "mean_square is 0"),
        ({"correlation": 2}, InputError, "correlation is 2"),
        ({"correlation": math.nan}, InputError, "correlation is nan"),
        ({"mean_square": 1e80}, InputError, "mean_square is 1e.80; pass one that keeps inputs in"),
        ({"mean_square": 1e-99}, InputError, "mean_square is 1e-99; .* the range of float32"),
        (
            {"inputs": np.ones((2, 5))},
            InputError,
            r"inputs has shape \(2, 5\); .* \(rows, 4\) with",
        ),
        (
            {"inputs": np.ones((0, 4))},
            InputError,
            r"inputs has shape \(0, 4\); .* at least one row",
        ),
        ({"inputs": np.ones(4)}, InputError, r"inputs has shape \(4,\)"),
        ({"inputs": [[1, 2, 3, math.nan]]}, InputError, "inputs holds nan at row 0, column 3"),
        ({"batch_normalized": True}, InputError, "inputs has 2 rows; batch normalisation needs"),
        (
            {"batch_normalized": True, "inputs": np.full((6, 4), 0.3)},
            InputError,
            "inputs has 6 equal rows; batch normalisation divides by their standard",
        ),
        (
            {"batch_normalized": True, "inputs": 1 + 1e-12 * np.arange(24.0).reshape(6, 4)},
            InputError,
            "inputs has 6 equal rows",
        ),
        (
            {"net": random_network((4, 3), "tanh", 1e80)},
            InputError,
            r"net scales its weights by 1e\+40; pass one whose scale is in the range of float32",
        ),
        (
            {"net": random_network((4, 3), "tanh", 1, 1e-100)},
            InputError,
            "net scales its biases by 1e-50",
        ),
        ({"net": jaxnn.MLP((1, 3))}, InputError, "correlation is 0.5, but the network has one"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_compiled(key, arguments, error, words):
    given = {"net": jaxnn.MLP((4, 3)), **arguments}
    programs = replicate._compiled.cache_info().misses
    with pytest.raises(error, match=words):
        measure(key, given.pop("net"), **given)
    assert replicate._compiled.cache_info().misses == programs


def test_an_integer_seed_is_refused_as_key():
    with pytest.raises(InputTypeError, match="key is the integer 3"):
        measure(3, jaxnn.MLP((4, 3)))


def test_a_batch_whose_pre_activations_do_not_vary_is_refused_after_the_run(key):
    net = jaxnn.MLP((4, 3, 3, 2), initializer="zeros")
    with pytest.raises(InputError, match="net has pre-activations that are equal in all rows"):
        measure(key, net, seeds=2, inputs=np.eye(4), batch_normalized=True)


def test_signals_that_overflow_are_refused_after_the_run(key):
    net = random_network((4,) * 150, "identity", 90.0, 1.0)
    with pytest.raises(InputError, match="net has signals beyond the range of float32, in 2 of"):
        measure(key, net, seeds=2)
