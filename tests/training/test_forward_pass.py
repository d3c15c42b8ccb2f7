"""Does the forward pass of training equal the plain network, values and gradients?"""

from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jaxnn import MLP, Layer, apply, responses
from jaxnn.mlp import ACTIVATIONS
from jaxnn.training import forward_pass

ROWS = 6
DEEP = forward_pass.LOOPED_LAYERS + 1  # so many layers of one width have a run of equal ones
# Few, since each is compiled, but every case of `dense` and of `grouped` is among them.
SIZES = [
    (1, 1), (2, 1), (1, 5), (5, 2), (1, 1, 1), (1, 5, 1, 2), (2, 5, 5, 1),
    (2, *[3] * DEEP, 1), (2, *[1] * DEEP, *[2] * (DEEP + 1), 2), (3, 2, *[4] * DEEP),
]  # fmt: skip


def parameters(net, seed, dtype=np.float32):
    """Weights and biases, none of them zero."""
    rng = np.random.default_rng(seed)
    return tuple(
        Layer(rng.normal(size=(m, n)).astype(dtype), rng.normal(size=n).astype(dtype))
        for m, n in pairwise(net.sizes)
    )


def features(net, seed, dtype=np.float32):
    return np.random.default_rng(seed + 1).normal(size=(ROWS, net.sizes[0])).astype(dtype)


def rows_first(net, params, X):
    return forward_pass.forward(net, forward_pass.grouped(net, params), X.T).T


def assert_trees_close(first, second, **tolerance):
    jax.tree.map(partial(np.testing.assert_allclose, **tolerance), first, second)


@pytest.mark.parametrize(("number", "sizes"), list(enumerate(SIZES)), ids=str)
def test_forward_is_apply_transposed(number, sizes):
    """Values, and gradients in parameters and features, for a cotangent that weighs everything."""
    net = MLP(sizes, sorted(ACTIVATIONS)[number])
    with jax.enable_x64(True):
        params, X = parameters(net, number, float), features(net, number, float)
        cotangent = np.random.default_rng(number + 2).normal(size=(ROWS, sizes[-1]))

        @jax.jit
        def both(params, X):
            plain, pull = jax.vjp(lambda p, x: jax.vmap(partial(apply, net, p))(x), params, X)
            found, pull_found = jax.vjp(partial(rows_first, net), params, X)
            return plain, found, pull(cotangent), pull_found(cotangent)

        plain, found, gradient, gradient_found = both(params, X)
        assert found.shape == (ROWS, sizes[-1])
        np.testing.assert_allclose(found, plain, rtol=1e-10, atol=1e-12)
        assert_trees_close(gradient_found, gradient, rtol=1e-9, atol=1e-11)
        assert max(np.abs(leaf).max() for leaf in jax.tree.leaves(gradient)) > 1e-6


BEYOND = forward_pass.TERMS_WRITTEN_OUT + 1


@pytest.mark.parametrize("inputs", [1, 3, forward_pass.TERMS_WRITTEN_OUT, BEYOND])
@pytest.mark.parametrize("outputs", [1, 4, BEYOND])
def test_dense_is_the_product_with_its_derivatives(inputs, outputs):
    rng = np.random.default_rng(inputs + 10 * outputs)
    W, b = rng.normal(size=(inputs, outputs)), rng.normal(size=outputs)
    h, dz = rng.normal(size=(inputs, ROWS)), rng.normal(size=(outputs, ROWS))

    @jax.jit
    def value_and_derivatives(W, b, h, dz):
        value, pull = jax.vjp(forward_pass.dense, W, b, h)
        return value, pull(dz)

    with jax.enable_x64(True):
        value, derivatives = value_and_derivatives(W, b, h, dz)
        np.testing.assert_allclose(value, W.T @ h + b[:, None])
        for derivative, expected in zip(
            derivatives, (h @ dz.T, dz.sum(axis=1), W @ dz), strict=True
        ):
            assert derivative.shape == expected.shape
            np.testing.assert_allclose(derivative, expected)


def test_groups_are_runs_of_equal_hidden_layers():
    net = MLP((2, 3, *[4] * DEEP, 5, 5, 5))
    params = parameters(net, 0)
    groups = forward_pass.grouped(net, params)
    shapes = [group.weights.shape for group in groups]
    assert shapes == [(2, 3), (3, 4), (DEEP - 1, 4, 4), (4, 5), (5, 5), (5, 5)]
    assert groups[2].biases.shape == (DEEP - 1, 4)
    back = forward_pass.ungrouped(net, groups)
    assert jax.tree.structure(back) == jax.tree.structure(params)
    jax.tree.map(np.testing.assert_array_equal, back, params)


def test_a_run_that_reaches_the_output_leaves_the_read_out_alone():
    net = MLP((4, *[4] * DEEP, 4))
    shapes = [group.weights.shape for group in forward_pass.grouped(net, parameters(net, 0))]
    assert shapes == [(DEEP, 4, 4), (4, 4)]


def test_a_deeper_network_has_no_longer_program():
    def length(depth):
        net = MLP((2, *[4] * depth, 1))
        groups = forward_pass.grouped(net, parameters(net, 0))
        gradient = jax.grad(lambda g: forward_pass.forward(net, g, features(net, 0).T).sum())
        return len(str(jax.make_jaxpr(gradient)(groups)).splitlines())

    assert length(20) == length(60)


def test_dense_can_be_mapped_over_networks():
    """As on a GPU, and in a chunk on the CPU."""
    rng = np.random.default_rng(0)
    W, b, h = (
        rng.normal(size=shape).astype(np.float32) for shape in ((3, 2, 4), (3, 4), (3, 2, 5))
    )

    @jax.jit
    def value_and_gradient(W, b, h):
        return jax.value_and_grad(
            lambda *a: jnp.sum(jnp.sin(forward_pass.dense(*a))), argnums=(0, 1, 2)
        )(W, b, h)

    mapped = jax.jit(jax.vmap(value_and_gradient))(W, b, h)
    for i in range(3):
        alone = value_and_gradient(W[i], b[i], h[i])
        assert_trees_close(
            jax.tree.map(lambda leaf, i=i: np.asarray(leaf)[i], mapped), alone, rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("sizes", [(1, 1), (2, 5, 1), (2, *[3] * DEEP, 1)], ids=str)
def test_packing_gives_two_inverse_functions(sizes):
    params = parameters(MLP(sizes), 3)
    pack, unpack = map(jax.jit, forward_pass.packing(params))
    vector = pack(params)
    count = sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))
    assert vector.shape == (count,)
    again = unpack(vector)
    assert jax.tree.structure(again) == jax.tree.structure(params)
    assert isinstance(again[0], Layer)
    jax.tree.map(np.testing.assert_array_equal, again, params)
    np.testing.assert_array_equal(pack(unpack(jnp.arange(count, dtype=float))), np.arange(count))


def test_the_derivative_through_packing_is_exact():
    """Of sum c_i p_i^2 it is 2 c p, in the order of the vector."""
    params = jax.tree.map(jnp.asarray, parameters(MLP((3, 2, 1)), 0))
    pack, unpack = forward_pass.packing(params)
    vector = jax.jit(pack)(params)
    c = jnp.arange(1.0, len(vector) + 1)

    @jax.jit
    def derivatives(v):
        def value(v):
            products = jax.tree.map(lambda a, p: jnp.sum(a * p**2), unpack(c), unpack(v))
            return sum(jax.tree.leaves(products))

        return jax.grad(value)(v), jax.grad(lambda v: jnp.sum(unpack(v)[1].weights))(v)

    gradient, alone = map(np.asarray, derivatives(vector))
    np.testing.assert_allclose(gradient, 2 * np.asarray(c * vector), rtol=1e-6)
    # Where the value does not depend on a leaf, its derivative is zero.
    assert alone.sum() == 2 and set(alone) == {0.0, 1.0}


@given(st.integers(1, 200))
def test_padded_rows_fill_whole_registers(rows):
    padded = forward_pass.padded_rows(rows)
    assert padded % 16 == 0 and rows <= padded < rows + 16


@pytest.mark.parametrize("axis", [0, 1])
def test_pad_appends_zeros(axis):
    array = jnp.ones((2, 3))
    padded = forward_pass.pad(array, 5, axis=axis)
    assert padded.shape == ((5, 3) if axis == 0 else (2, 5))
    np.testing.assert_array_equal(padded[:2, :3], 1)
    assert padded.sum() == 6


@pytest.mark.parametrize("response", ["quantitative", "binary", "categorical"])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_padded_rows_of_weight_zero_change_nothing(response, activation):
    net = MLP((2, 3, 3 if response == "categorical" else 1), activation, response)
    params, X = parameters(net, 0), features(net, 0)
    y = np.array([0, 1, 1, 0, 1, 0], np.float32)
    weights = np.linspace(0.1, 1, ROWS, dtype=np.float32)

    def loss(params, rows):
        outputs = forward_pass.forward(
            net, forward_pass.grouped(net, params), forward_pass.pad(X.T, rows, axis=1)
        )
        losses = responses.loss(response, outputs, forward_pass.pad(y[None], rows, axis=1), axis=0)
        return jnp.sum(forward_pass.pad(weights, rows) * losses)

    value_and_grad = jax.jit(jax.value_and_grad(loss), static_argnums=1)
    short, long = value_and_grad(params, ROWS), value_and_grad(params, 16)
    assert_trees_close(short, long, rtol=1e-5, atol=1e-7)
