"""How would one refit a small network many times in JAX: with this library, by hand, in Equinox?

    jit(vmap(fit)) over keys; each fit draws its resample, its initial weights and its batches

Packages are imported inside the functions, so that a timed process loads only what it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from experiments.refit_speed.job import EPSILON, LEARNING_RATE, Job


def jaxnn_bootstrap(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """This library: `jaxnn.bootstrap.bootstrap`."""
    import jax

    import jaxnn
    from jaxnn.bootstrap import bootstrap
    from jaxnn.regularizers import BatchNormalization, Dropout

    net = jaxnn.MLP(job.sizes, "tanh", "binary")
    tricks: list[Any] = [BatchNormalization(EPSILON)] if job.normalized else []
    if job.hidden_keep < 1:
        tricks.append(Dropout(input_keep=1.0, hidden_keep=job.hidden_keep))
    recipe = jaxnn.Recipe(
        "adam", LEARNING_RATE, job.epochs, job.batch_size, regularizers=tuple(tricks)
    )
    fitter = jaxnn.Fitter(net, recipe)
    refits = bootstrap(jax.random.key(seed), fitter, X, y, job.refits)
    return refits.fits.train_loss


@cache
def _naive_program(job: Job) -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp
    import optax

    optimizer = optax.adam(LEARNING_RATE)

    def loss(params: Any, X: Any, y: Any) -> Any:
        h = X
        for w, b in params[:-1]:
            h = jnp.tanh(h @ w + b)
        w, b = params[-1]
        return optax.sigmoid_binary_cross_entropy((h @ w + b)[:, 0], y).mean()

    def fit(key: Any, X: Any, y: Any) -> Any:
        rows = X.shape[0]
        key_rows, key_init, key_batches = jax.random.split(key, 3)
        drawn = jax.random.randint(key_rows, (rows,), 0, rows)
        X, y = X[drawn], y[drawn]
        keys = jax.random.split(key_init, len(job.sizes) - 1)
        draw = jax.nn.initializers.glorot_uniform()
        params = [
            (draw(k, (i, o)), jnp.zeros(o))
            for k, i, o in zip(keys, job.sizes, job.sizes[1:], strict=False)
        ]

        def step(state: Any, batch: Any) -> Any:
            params, optimizer_state = state
            gradient = jax.grad(loss)(params, *batch)
            updates, optimizer_state = optimizer.update(gradient, optimizer_state, params)
            return (optax.apply_updates(params, updates), optimizer_state), None

        def epoch(state: Any, key: Any) -> Any:
            if job.batch_size is None:
                return step(state, (X, y))
            order = jax.random.permutation(key, rows)
            steps = -(-rows // job.batch_size)
            batches = jnp.resize(order, (steps, job.batch_size))
            return jax.lax.scan(lambda s, places: step(s, (X[places], y[places])), state, batches)

        epoch_keys = jax.random.split(key_batches, job.epochs)
        state = (params, optimizer.init(params))
        (params, _), _ = jax.lax.scan(epoch, state, epoch_keys)
        return loss(params, X, y)

    return jax.jit(jax.vmap(fit, in_axes=(0, None, None)))


def naive_vmap(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """`jit(vmap(fit))` with `fit` as a tutorial writes it."""
    import jax

    keys = jax.random.split(jax.random.key(seed), job.refits)
    return np.asarray(_naive_program(job)(keys, X, y))


@cache
def _equinox_program(job: Job) -> tuple[Callable[..., Any], ...]:
    import equinox as eqx
    import jax
    import jax.numpy as jnp
    import optax

    optimizer = optax.adam(LEARNING_RATE)

    @eqx.filter_jit
    @eqx.filter_vmap
    def make(key: Any) -> Any:
        key_model, key_weights = jax.random.split(key)
        model: Any = eqx.nn.MLP(
            job.sizes[0], "scalar", job.sizes[1], len(job.sizes) - 2, jnp.tanh, key=key_model
        )
        # The same initial weights as the others, by Equinox's own recipe for custom weights.
        keys = jax.random.split(key_weights, len(model.layers))
        draw = jax.nn.initializers.glorot_uniform()
        model = eqx.tree_at(
            lambda m: [part for layer in m.layers for part in (layer.weight, layer.bias)],
            model,
            [
                part
                for k, layer in zip(keys, model.layers, strict=True)
                for part in (draw(k, layer.weight.shape), jnp.zeros_like(layer.bias))
            ],
        )
        return model, optimizer.init(eqx.filter(model, eqx.is_array))

    def loss(model: Any, X: Any, y: Any) -> Any:
        return optax.sigmoid_binary_cross_entropy(jax.vmap(model)(X), y).mean()

    @eqx.filter_jit
    @eqx.filter_vmap
    def step(model: Any, state: Any, X: Any, y: Any) -> Any:
        gradient = eqx.filter_grad(loss)(model, X, y)
        updates, state = optimizer.update(gradient, state)
        return eqx.apply_updates(model, updates), state

    return make, step, eqx.filter_jit(eqx.filter_vmap(loss))


def equinox_ensemble(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Equinox's documented ensembling: models are made and trained under `filter_vmap`."""
    import jax

    make, step, loss = _equinox_program(job)
    key_rows, key_models, key_batches = jax.random.split(jax.random.key(seed), 3)
    drawn = np.asarray(jax.random.randint(key_rows, (job.refits, len(X)), 0, len(X)))
    rows, labels = jax.device_put((X[drawn], y[drawn]))
    model, state = make(jax.random.split(key_models, job.refits))
    for batch in _batches(key_batches, job, len(X)):
        if batch is None:
            model, state = step(model, state, rows, labels)
        else:
            places = np.take_along_axis(drawn, batch, axis=1)
            model, state = step(model, state, X[places], y[places])
    return np.asarray(loss(model, rows, labels))


def _batches(key: Any, job: Job, rows: int) -> Any:
    """For each step, the places (refits, batch_size) in each resample; None for all rows."""
    import jax
    import jax.numpy as jnp

    for key_epoch in jax.random.split(key, job.epochs):
        if job.batch_size is None:
            yield None
            continue
        places = jnp.tile(jnp.arange(rows), (job.refits, 1))
        order = np.asarray(jax.random.permutation(key_epoch, places, axis=1, independent=True))
        wrapped = np.concatenate([order, order[:, : -rows % job.batch_size]], axis=1)
        yield from np.split(wrapped, wrapped.shape[1] // job.batch_size, axis=1)
