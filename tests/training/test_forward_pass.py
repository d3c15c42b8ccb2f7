"""Is the layout that the training loop likes only another order of the same numbers?"""

from functools import partial
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jaxnn import MLP, Layer, apply, responses
from jaxnn.mlp import ACTIVATIONS
from jaxnn.training import forward_pass

ROWS = 6
# Few sizes, since each set of them is compiled, but every case of `dense` among them.
WIDTHS = st.sampled_from([1, 2, 5])
DEEP = forward_pass.LOOPED_LAYERS + 1  # so many layers of one width have a run of equal ones
ARCHITECTURES = st.lists(WIDTHS, min_size=2, max_size=5) | st.sampled_from(
    [(2, *[3] * DEEP, 1), (2, *[1] * DEEP, *[2] * (DEEP + 1), 2), (3, 2, *[4] * DEEP)]
)


def parameters(net, seed, dtype=np.float32):
    """Weights and biases that are all at work."""
    rng = np.random.default_rng(seed)
    return tuple(
        Layer(rng.normal(size=(m, n)).astype(dtype), rng.normal(size=n).astype(dtype))
        for m, n in pairwise(net.sizes)
    )


def features(net, seed, dtype=np.float32):
    return np.random.default_rng(seed + 1).normal(size=(ROWS, net.sizes[0])).astype(dtype)


def turned_forward(net, params, X):
    return forward_pass.forward(net, forward_pass.grouped(net, params), X.T).T


def assert_trees_close(first, second, **tolerance):
    jax.tree.map(partial(np.testing.assert_allclose, **tolerance), first, second)


@settings(max_examples=10)  # each is compiled
@given(ARCHITECTURES, st.sampled_from(sorted(ACTIVATIONS)), st.integers(0, 1000))
def test_forward_is_apply_with_its_axes_turned(sizes, activation, seed):
    """Values, and gradients in parameters and features, for a cotangent that weighs everything."""
    net = MLP(sizes, activation)
    with jax.enable_x64(True):
        params, X = parameters(net, seed, float), features(net, seed, float)
        cotangent = np.random.default_rng(seed + 2).normal(size=(ROWS, sizes[-1]))

        @jax.jit
        def both(params, X):
            plain, pull = jax.vjp(lambda p, x: jax.vmap(partial(apply, net, p))(x), params, X)
            turned, pull_turned = jax.vjp(partial(turned_forward, net), params, X)
            return plain, turned, pull(cotangent), pull_turned(cotangent)

        plain, turned, gradient, gradient_turned = both(params, X)
        assert turned.shape == (ROWS, sizes[-1])
        np.testing.assert_allclose(turned, plain, rtol=1e-10, atol=1e-12)
        assert_trees_close(gradient_turned, gradient, rtol=1e-9, atol=1e-11)
        assert max(np.abs(leaf).max() for leaf in jax.tree.leaves(gradient)) > 1e-6


BEYOND = forward_pass.TERMS_WRITTEN_OUT + 1


@pytest.mark.parametrize("inputs", [1, 3, forward_pass.TERMS_WRITTEN_OUT, BEYOND])
@pytest.mark.parametrize("outputs", [1, 4, BEYOND])
def test_dense_is_the_product_with_its_derivatives(inputs, outputs):
    rng = np.random.default_rng(inputs + 10 * outputs)
    W, b = rng.normal(size=(inputs, outputs)), rng.normal(size=outputs)
    h, dz = rng.normal(size=(inputs, ROWS)), rng.normal(size=(outputs, ROWS))
    with jax.enable_x64(True):
        value, pull = jax.vjp(forward_pass.dense, *map(jnp.asarray, (W, b, h)))
        np.testing.assert_allclose(value, W.T @ h + b[:, None])
        for derivative, expected in zip(
            pull(jnp.asarray(dz)), (h @ dz.T, dz.sum(axis=1), W @ dz), strict=True
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


def test_the_step_of_a_deep_network_is_as_long_as_that_of_a_deeper_one():
    def length(depth):
        net = MLP((2, *[4] * depth, 1))
        groups = forward_pass.grouped(net, parameters(net, 0))
        gradient = jax.grad(lambda g: forward_pass.forward(net, g, features(net, 0).T).sum())
        return len(str(jax.make_jaxpr(gradient)(groups)).splitlines())

    assert length(20) == length(60)


def test_dense_is_itself_when_mapped():
    """A batch of networks, as on a GPU and in a chunk on the CPU."""
    rng = np.random.default_rng(0)
    W, b, h = (
        rng.normal(size=shape).astype(np.float32) for shape in ((3, 2, 4), (3, 4), (3, 2, 5))
    )

    def value_and_gradient(W, b, h):
        return jax.value_and_grad(
            lambda *a: jnp.sum(jnp.sin(forward_pass.dense(*a))), argnums=(0, 1, 2)
        )(W, b, h)

    mapped = jax.vmap(value_and_gradient)(W, b, h)
    for i in range(3):
        alone = value_and_gradient(W[i], b[i], h[i])
        assert_trees_close(
            jax.tree.map(lambda leaf, i=i: leaf[i], mapped), alone, rtol=1e-4, atol=1e-5
        )


@settings(max_examples=10)
@given(ARCHITECTURES, st.integers(0, 1000))
def test_packing_is_a_pair_of_inverses(sizes, seed):
    params = parameters(MLP(sizes), seed)
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
    vector = pack(params)
    c = jnp.arange(1.0, len(vector) + 1)
    tree = unpack(c)

    def value(v):
        products = jax.tree.map(lambda a, p: jnp.sum(a * p**2), tree, unpack(v))
        return sum(jax.tree.leaves(products))

    np.testing.assert_allclose(jax.grad(value)(vector), 2 * c * vector, rtol=1e-6)
    # A leaf that the value does not depend on has derivative zero.
    alone = jax.grad(lambda v: jnp.sum(unpack(v)[1].weights))(vector)
    assert alone.sum() == 2 and set(np.asarray(alone)) == {0.0, 1.0}


@given(st.integers(1, 200))
def test_padded_rows_are_the_next_whole_register(rows):
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
    y = jnp.array([0.0, 1, 1, 0, 1, 0])
    weights = jnp.linspace(0.1, 1, ROWS)

    def loss(params, rows):
        outputs = forward_pass.forward(
            net, forward_pass.grouped(net, params), forward_pass.pad(X.T, rows, axis=1)
        )
        losses = responses.loss(response, outputs, forward_pass.pad(y[None], rows, axis=1), axis=0)
        return jnp.sum(forward_pass.pad(weights, rows) * losses)

    value_and_grad = jax.jit(jax.value_and_grad(loss), static_argnums=1)
    short, long = value_and_grad(params, ROWS), value_and_grad(params, 16)
    assert_trees_close(short, long, rtol=1e-5, atol=1e-7)
