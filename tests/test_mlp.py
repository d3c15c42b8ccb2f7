"""Does a network compute what its description says, for one example at a time?"""

import math
from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from jaxnn import (
    MLP,
    InputError,
    InputTypeError,
    Layer,
    apply,
    count_parameters,
    hidden_states,
    init,
    initializers,
)
from jaxnn.mlp import ACTIVATIONS, activation_function

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017

FORMULAS = {
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    # The tanh form of Hendrycks & Gimpel 2016.
    "gelu": lambda z: 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))),
    "hard_tanh": lambda z: np.clip(z, -1, 1),
    "identity": lambda z: z,
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "relu": lambda z: np.maximum(z, 0),
    "selu": lambda z: SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0))),
    "sigmoid": special.expit,
    "silu": lambda z: z * special.expit(z),
    "sine": np.sin,
    "softplus": lambda z: np.logaddexp(0, z),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "tanh": np.tanh,
}


def parameters(sizes, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(
        Layer(rng.normal(size=(m, n)).astype(np.float32), rng.normal(size=n).astype(np.float32))
        for m, n in pairwise(sizes)
    )


def by_hand(activation, params, x):
    """Sums over units, one at a time, in double precision."""
    pre_activations, hidden = [], []
    h = [float(value) for value in x]
    for number, (weights, biases) in enumerate(params, start=1):
        z = [
            sum(h[i] * float(weights[i, j]) for i in range(len(h))) + float(biases[j])
            for j in range(len(biases))
        ]
        pre_activations.append(np.array(z))
        if number < len(params):
            h = list(FORMULAS[activation](np.array(z)))
            hidden.append(np.array(h))
    return pre_activations, hidden


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((2, 4, 4, 1), 12 + 20 + 5),
        ((2, 1), 3),
        ((3, 5, 2), 20 + 12),
        ((1, 1, 1, 1), 6),
        ((18, 64, 64, 1), 19 * 64 + 65 * 64 + 65),
    ],
)
def test_parameters_are_counted_with_biases(sizes, expected, key):
    net = MLP(sizes)
    assert count_parameters(net) == expected
    assert sum(leaf.size for leaf in jax.tree.leaves(init(key, net))) == expected


@given(st.lists(st.integers(1, 30), min_size=2, max_size=6))
def test_parameters_have_the_shapes_of_neighbouring_sizes(sizes):
    params = jax.eval_shape(lambda k: init(k, MLP(sizes)), jax.random.key(0))
    assert len(params) == len(sizes) - 1
    for layer, (inputs, outputs) in zip(params, pairwise(sizes), strict=True):
        assert isinstance(layer, Layer)
        assert layer.weights.shape == (inputs, outputs)
        assert layer.biases.shape == (outputs,)
        assert layer.weights.dtype == layer.biases.dtype == jnp.float32


@pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 1), (2, 1, 3, 2)])
@pytest.mark.parametrize("activation", ["tanh", "relu", "silu"])
def test_apply_and_hidden_states_are_a_loop_over_units(sizes, activation):
    net, params = MLP(sizes, activation), parameters(sizes)
    x = np.linspace(-1, 2, sizes[0])
    pre_activations, hidden = by_hand(activation, params, x)
    close = partial(np.testing.assert_allclose, rtol=2e-5, atol=1e-6)
    close(apply(net, params, x), pre_activations[-1])
    steps = hidden_states(net, params, jnp.asarray(x))
    assert len(steps.pre_activations) == len(sizes) - 1
    assert len(steps.hidden) == len(sizes) - 2
    for found, expected in zip(steps.pre_activations, pre_activations, strict=True):
        close(found, expected)
    for found, expected in zip(steps.hidden, hidden, strict=True):
        close(found, expected)
    X = np.stack([x, -x, x**2]).astype(np.float32)
    mapped = jax.vmap(apply, in_axes=(None, None, 0))(net, params, X)
    close(mapped, [by_hand(activation, params, row)[0][-1] for row in X])


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_are_their_formulas(name):
    z = np.concatenate([np.linspace(-6, 6, 49), [-1e4, 1e4, 0.0]]).astype(np.float32)
    phi = activation_function(name)
    expected = FORMULAS[name](z.astype(np.float64))
    atol = 2e-3 if name == "sine" else 2e-6  # the angle 1e4 in single precision
    np.testing.assert_allclose(phi(jnp.asarray(z)), expected, rtol=2e-6, atol=atol)


def test_every_activation_has_a_formula_above():
    assert set(FORMULAS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_derivatives_of_activations_are_finite_and_correct(name):
    derivative = jax.jit(jax.vmap(jax.grad(activation_function(name))))
    extreme = derivative(jnp.array([-1e4, -50.0, 0.0, 50.0, 1e4]))
    assert np.isfinite(extreme).all()
    z, step = np.array([-2.3, -0.7, 0.4, 0.9, 3.1]), 1e-5
    formula = FORMULAS[name]
    expected = (formula(z + step) - formula(z - step)) / (2 * step)
    np.testing.assert_allclose(derivative(jnp.asarray(z)), expected, rtol=1e-4, atol=1e-5)


def test_the_activation_may_be_a_function():
    net = MLP((2, 3, 1), jnp.cos)
    params = parameters(net.sizes)
    x = np.array([0.3, -1.0], np.float32)
    h = np.cos(x @ params[0].weights + params[0].biases)
    expected = h @ params[1].weights + params[1].biases
    np.testing.assert_allclose(apply(net, params, x), expected, rtol=1e-4)


# Descriptions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sizes", [[2, 4, 1], np.array([2, 4, 1]), (2.0, 4.0, 1.0), (np.int64(2), 4, 1)]
)
def test_sizes_may_be_any_sequence(sizes):
    net = MLP(sizes)
    assert net.sizes == (2, 4, 1) and all(type(size) is int for size in net.sizes)
    assert net == MLP((2, 4, 1)) and hash(net) == hash(MLP((2, 4, 1)))


def test_descriptions_differ_if_any_part_differs():
    nets = [
        MLP((2, 4, 1)),
        MLP((2, 5, 1)),
        MLP((2, 4, 1), "relu"),
        MLP((2, 4, 1), response="binary"),
        MLP((2, 4, 1), initializer="he_normal"),
        MLP((2, 4, 1), bias_initializer="uniform"),
    ]
    assert len(set(nets)) == len(nets)


def test_a_description_is_a_static_argument():
    traces = []

    @partial(jax.jit, static_argnums=0)
    def run(net, params, x):
        traces.append(net)
        return apply(net, params, x)

    params, x = parameters((2, 4, 1)), np.ones(2, np.float32)
    first = run(MLP((2, 4, 1)), params, x)
    np.testing.assert_array_equal(run(MLP([2, 4, 1]), params, x), first)
    assert len(traces) == 1
    assert run(MLP((2, 4, 1), "relu"), params, x) != first
    assert len(traces) == 2


# First parameters ---------------------------------------------------------------------------------


def test_biases_start_at_zero_or_uniform():
    params = init(jax.random.key(0), MLP((9, 2000, 1)))
    np.testing.assert_array_equal(params[0].biases, 0)
    params = init(jax.random.key(0), MLP((9, 2000, 1), bias_initializer="uniform"))
    biases = np.asarray(params[0].biases)
    assert np.abs(biases).max() <= 1 / 3
    assert np.abs(biases).max() > 0.33
    # The variance of x^2 for x uniform on (-a, a) is 4 a^4 / 45.
    assert abs(biases.var() - 1 / 27) < 4.5 * np.sqrt(4 / 81 / 45 / 2000)


def test_first_parameters_depend_on_the_key_alone():
    net = MLP((3, 4, 1), bias_initializer="uniform")
    one, same, other = (init(jax.random.key(seed), net) for seed in (0, 0, 1))
    jax.tree.map(np.testing.assert_array_equal, one, same)
    for leaf, different in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        assert (np.asarray(leaf) != different).all()


@pytest.mark.parametrize("scheme", ["glorot_uniform", "orthogonal"])
def test_layers_are_drawn_independently(scheme):
    """No weight of one layer occurs in another, and biases are not scaled weights."""
    net = MLP((6, 6, 6, 6), initializer=scheme, bias_initializer="uniform")
    params = init(jax.random.key(0), net)
    weights = [np.asarray(layer.weights).ravel() for layer in params]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(weights[i], weights[j])[0, 1]) < 0.6  # standard error 1/6
        assert len(np.intersect1d(weights[i].round(6), weights[j].round(6))) == 0
    biases = np.concatenate([layer.biases for layer in params])
    # Uniform draws divided by their bound: the biases are not the initial weights.
    first = weights[0][: len(biases)] / np.abs(weights[0]).max()
    assert abs(np.corrcoef(first, biases / np.abs(biases).max())[0, 1]) < 0.9


def test_the_initializer_may_be_a_function():
    def first(key, shape, dtype):
        del key
        return jnp.full(shape, shape[0], dtype)

    params = init(jax.random.key(0), MLP((2, 3, 1), initializer=first, bias_initializer=first))
    np.testing.assert_array_equal(params[1].weights, 3)
    np.testing.assert_array_equal(params[0].biases, 3)


def test_parameters_are_of_double_precision_if_enabled():
    for scheme in ("he_normal", "orthogonal", initializers.sparse(1), initializers.constant(0.5)):
        with jax.enable_x64(True):
            params = init(
                jax.random.key(0), MLP((2, 3, 1), initializer=scheme, bias_initializer="uniform")
            )
            assert {leaf.dtype for leaf in jax.tree.leaves(params)} == {jnp.dtype("float64")}
            assert apply(MLP((2, 3, 1)), params, np.ones(2)).dtype == jnp.float64
            # and not rounded to single precision
            if not callable(scheme):
                w = np.asarray(params[0].weights)
                assert (w != w.astype(np.float32)).any()


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "error", "sentence"),
    [
        ({"sizes": (2,)}, InputError, r"sizes is \(2,\); pass two or more whole numbers"),
        ({"sizes": ()}, InputError, "sizes is"),
        ({"sizes": (2, 0, 1)}, InputError, r"sizes is \(2, 0, 1\)"),
        ({"sizes": (2, -1)}, InputError, "sizes is"),
        ({"sizes": (2, 1.5)}, InputError, "sizes is"),
        ({"sizes": (2, math.nan)}, InputError, "sizes is"),
        ({"sizes": (2, math.inf)}, InputError, "sizes is"),
        ({"sizes": 3}, InputTypeError, "sizes is 3; pass whole numbers, inputs first"),
        ({"sizes": None}, InputTypeError, "sizes is None"),
        ({"sizes": "24"}, InputError, "sizes is '24'"),
        ({"sizes": ("a", 1)}, InputTypeError, "sizes is"),
        ({"activation": "tahn"}, InputError, "activation is 'tahn'; did you mean 'tanh'"),
        ({"activation": "reluu"}, InputError, "'relu'"),
        ({"activation": 7}, InputError, "activation is 7; known: elu, gelu"),
        ({"activation": ["tanh"]}, InputError, "activation is"),
        ({"response": "binry"}, InputError, "response is 'binry'; did you mean 'binary'"),
        ({"response": ["binary"]}, InputError, "response is"),
        ({"initializer": "he"}, InputError, "initializer is 'he'.*known: .*he_normal"),
        ({"initializer": "glorot"}, InputError, "did you mean 'glorot_"),
        ({"bias_initializer": "zero"}, InputError, "bias_initializer is 'zero'.*'zeros'"),
        ({"sizes": (2, 2), "response": "binary"}, InputError, "sizes ends with 2; .*logit"),
        ({"response": "categorical"}, InputError, "sizes ends with 1; .*one output per class"),
    ],
)
def test_a_wrong_description_is_refused(wrong, error, sentence):
    with pytest.raises(error, match=sentence):
        MLP(**({"sizes": (2, 1)} | wrong))


@pytest.mark.parametrize("shape", [(), (3,), (1, 2), (2, 2)])
def test_apply_takes_one_example(shape):
    net = MLP((2, 1))
    with pytest.raises(InputError, match=r"x has shape \(.*one example of shape \(2,\).*vmap"):
        apply(net, parameters(net.sizes), np.zeros(shape, np.float32))


@pytest.mark.parametrize("key", [0, np.zeros(2, np.uint32), None, "seed"])
def test_a_seed_is_not_a_key(key):
    with pytest.raises(InputTypeError, match=r"key is .*; pass jax.random.key\(seed\)"):
        init(key, MLP((2, 1)))


def test_several_keys_are_refused():
    with pytest.raises(InputError, match=r"key has shape \(2,\); pass a single key"):
        init(jax.random.split(jax.random.key(0), 2), MLP((2, 1)))
