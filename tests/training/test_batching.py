"""Is each row in one batch of an epoch, in a uniformly random order, and do blocks add up?"""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from scipy import stats

from jaxnn import MLP, ElasticNet, Recipe, apply, fit, init
from jaxnn.training.batching import cut_into_blocks, prepare, random_order


def planned(key, shape, dtype):
    """Initial weights that do not depend on the key, so that a reference can start alike."""
    del key
    return jnp.sin(1 + jnp.arange(np.prod(shape), dtype=dtype)).reshape(shape)


def assert_trees_close(first, second, **tolerance):
    jax.tree.map(partial(np.testing.assert_allclose, **tolerance), first, second)


def batch_steps(net, optimizer, batches):
    """Parameters after one step on sum_i w_i (f(x_i) - y_i)^2 / rows for each batch (X, y, w)."""
    params = init(jax.random.key(0), net)
    state = optimizer.init(params)

    @jax.jit
    def step(params, state, X, y, w):
        def objective(p):
            outputs = jax.vmap(partial(apply, net, p))(X)[:, 0]
            return jnp.sum(w * (outputs - y) ** 2) / len(w)

        updates, state = optimizer.update(jax.grad(objective)(params), state, params)
        return optax.apply_updates(params, updates), state

    for batch in batches:
        params, state = step(params, state, *map(jnp.asarray, batch))
    return params


def test_mini_batches_are_permutations_and_each_step_is_the_plain_one(recorder):
    """With the identity for X, the first layer's gradient tells which rows a batch holds."""
    rows, size, epochs = 21, 8, 4
    records = {}
    X, y = np.eye(rows), np.cos(np.arange(rows))
    weights = np.linspace(0.2, 3, rows)
    net = MLP((rows, 2, 1), initializer=planned, bias_initializer=planned)
    with jax.enable_x64(True):
        optimizer = optax.chain(recorder(records), optax.adam(0.03))
        recipe = Recipe(optimizer, epochs=epochs, batch_size=size, standardize_response=False)
        fitted = fit(jax.random.key(3), net, X, y, recipe, weights=weights)
        jax.effects_barrier()
        assert sorted(records) == list(range(3 * epochs))
        members = [np.flatnonzero(records[step].any(axis=1)) for step in range(3 * epochs)]
        assert [len(rows_of) for rows_of in members] == [8, 8, 5] * epochs
        passes = [np.concatenate(members[3 * e : 3 * e + 3]) for e in range(epochs)]
        for order in passes:
            assert sorted(order) == list(range(rows))
        assert len({tuple(order) for order in passes}) == epochs
        # sum_{i in batch} w_i loss_i / (rows in batch), the w_i averaging to one over all rows
        scaled = weights / weights.mean()
        batches = [(X[b], y[b], scaled[b]) for b in members]
        assert_trees_close(fitted.params, batch_steps(net, optax.adam(0.03), batches), rtol=1e-9)


@pytest.mark.parametrize("rows", [1, 2, 5, 4096, 4097, 70_000])
def test_a_random_order_is_a_permutation(rows, key):
    order = random_order(key, rows)
    assert order.dtype == jnp.int32
    np.testing.assert_array_equal(np.sort(order), np.arange(rows))


def random_orders(key, count, rows):
    draw = jax.jit(jax.vmap(partial(random_order, rows=rows)))
    return np.asarray(draw(jax.random.split(key, count)))


def test_every_order_of_four_rows_is_equally_likely(key):
    orders = random_orders(key, 24 * 400, rows=4)
    counts = np.unique(orders @ [64, 16, 4, 1], return_counts=True)[1]
    assert len(counts) == 24
    assert stats.chisquare(counts).pvalue > 1e-4


@pytest.mark.parametrize(("rows", "draws"), [(4096, 300), (66_000, 100)])
def test_places_are_uniform_in_both_ways_of_sorting(rows, draws, key):
    orders = random_orders(key, draws, rows)
    # Where the rows 0, 1, rows/2 and the last end, and what comes first, in sixteen bins.
    for row in (0, 1, rows // 2, rows - 1):
        places = np.argwhere(orders == row)[:, 1]
        assert stats.chisquare(np.bincount(places * 16 // rows, minlength=16)).pvalue > 1e-4
    firsts = orders[:, :8].ravel()
    assert stats.chisquare(np.bincount(firsts * 16 // rows, minlength=16)).pvalue > 1e-4


@pytest.mark.parametrize("optimizer", ["sgd", "lbfgs"])
def test_many_rows_in_blocks_give_the_same_fit(optimizer, problem, monkeypatch):
    X, y = problem(rows=333)
    recipe = Recipe(
        optimizer, epochs=5, regularizers=(ElasticNet(l2=0.1),), validation_fraction=0.3
    )
    net = MLP((3, 4, 1))
    whole = fit(jax.random.key(0), net, X, y, recipe)
    monkeypatch.setattr("jaxnn.training.batching.BLOCK_BYTES", 2**9)
    monkeypatch.setattr("jaxnn.training.batching.UNCUT_BLOCKS", 4)
    # Without patience `min_delta` changes nothing, but it makes another program.
    blocks = fit(jax.random.key(0), net, X, y, replace(recipe, min_delta=0.125))
    assert_trees_close(whole, blocks, rtol=1e-4, atol=1e-5)
    rows = prepare(jnp.asarray(X), jnp.asarray(y), jnp.ones(333), None, None)
    assert cut_into_blocks(rows, net).weights.shape == (21, 16)
