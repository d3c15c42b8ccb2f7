"""How would one refit a small network many times with other tools, written as well as they allow?

Each peer is a function (job, X, y, seed) -> mean final training loss per refit, which draws the
resamples, draws the weights and takes job.epochs passes of Adam over each resample.  A peer whose
package is not installed is left out.  The packages are imported inside, so that the processes that
scikit-learn is spread over load nothing but scikit-learn.
"""

from __future__ import annotations

import dataclasses
import os
import warnings
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

LEARNING_RATE = 0.001


@dataclasses.dataclass(frozen=True)
class Job:
    """Refits of a tanh network with a binary response.

    Attributes:
      sizes: units of every layer.
      epochs: passes over the rows.
      batch_size: rows a step, None for all.
      refits: how many.
    """

    sizes: tuple[int, ...]
    epochs: int
    batch_size: int | None
    refits: int

    def steps(self, rows: int) -> int:
        """Steps of one refit."""
        return self.epochs * (-(-rows // self.batch_size) if self.batch_size else 1)

    def operations(self, rows: int) -> int:
        """Nominal arithmetic of one refit: 6 x weights x rows a step."""
        weights = sum(i * o for i, o in zip(self.sizes, self.sizes[1:], strict=False))
        return 6 * weights * rows * self.epochs


Peer = Callable[[Job, np.ndarray, np.ndarray, int], np.ndarray]


def cores() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def jaxnn_bootstrap(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """This library's public `bootstrap`."""
    import jax

    import jaxnn
    from jaxnn.bootstrap import bootstrap

    net = jaxnn.MLP(job.sizes, "tanh", "binary")
    recipe = jaxnn.Recipe("adam", LEARNING_RATE, job.epochs, job.batch_size)
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
        # The same first weights as the others, by Equinox's own recipe for custom ones.
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
    """Equinox's documented ensembling: models made and stepped under `filter_vmap`."""
    import jax

    make, step, loss = _equinox_program(job)
    generator = np.random.default_rng(seed)
    drawn = generator.integers(len(X), size=(job.refits, len(X)))
    rows, labels = jax.device_put((X[drawn], y[drawn]))
    model, state = make(jax.random.split(jax.random.key(seed), job.refits))
    for batch in _batches(job, len(X), generator):
        if batch is None:
            model, state = step(model, state, rows, labels)
        else:
            places = np.take_along_axis(drawn, batch, axis=1)
            model, state = step(model, state, X[places], y[places])
    return np.asarray(loss(model, rows, labels))


def _batches(job: Job, rows: int, generator: np.random.Generator) -> Any:
    """For each step, the places (refits, batch_size) in each resample; None for all rows."""
    for _ in range(job.epochs):
        if job.batch_size is None:
            yield None
            continue
        order = generator.permuted(np.tile(np.arange(rows), (job.refits, 1)), axis=1)
        wrapped = np.concatenate([order, order[:, : -rows % job.batch_size]], axis=1)
        yield from np.split(wrapped, wrapped.shape[1] // job.batch_size, axis=1)


@cache
def _torch_loss(compiled: bool) -> Callable[..., Any]:
    import torch

    def losses(params: Any, X: Any, y: Any) -> Any:
        h = X
        for w, b in params[:-1]:
            h = torch.tanh(torch.baddbmm(b, h, w))
        w, b = params[-1]
        z = torch.baddbmm(b, h, w)[..., 0]
        return torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none").mean(1)

    return torch.compile(losses) if compiled else losses


def _torch(
    job: Job, X: np.ndarray, y: np.ndarray, seed: int, *, compiled: bool, fused: bool
) -> np.ndarray:
    import torch

    torch.set_num_threads(cores())
    generator = torch.Generator().manual_seed(seed)
    loss = _torch_loss(compiled)
    table, labels = torch.tensor(X), torch.tensor(y)
    drawn = torch.randint(len(X), (job.refits, len(X)), generator=generator)
    rows, targets = table[drawn], labels[drawn]
    params = []
    for i, o in zip(job.sizes, job.sizes[1:], strict=False):
        uniform = torch.rand((job.refits, i, o), generator=generator)
        bound = (6 / (i + o)) ** 0.5
        weights = ((2 * uniform - 1) * bound).requires_grad_()
        params.append((weights, torch.zeros((job.refits, 1, o), requires_grad=True)))
    leaves = [leaf for layer in params for leaf in layer]
    optimizer = torch.optim.Adam(leaves, lr=LEARNING_RATE, fused=fused)

    def step(X: Any, y: Any) -> None:
        optimizer.zero_grad()
        loss(params, X, y).sum().backward()
        optimizer.step()

    for _ in range(job.epochs):
        if job.batch_size is None:
            step(rows, targets)
            continue
        order = torch.rand((job.refits, len(X)), generator=generator).argsort(1)
        order = torch.cat([order, order[:, : -len(X) % job.batch_size]], 1)
        places = torch.gather(drawn, 1, order)
        for batch in places.split(job.batch_size, 1):
            step(table[batch], labels[batch])
    with torch.no_grad():
        return loss(params, rows, targets).numpy()


def torch_eager(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """PyTorch with a replicate axis on every parameter, batched products and `torch.optim.Adam`."""
    return _torch(job, X, y, seed, compiled=False, fused=False)


def torch_fused(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """The same with Adam's fused kernel, which is not the default."""
    return _torch(job, X, y, seed, compiled=False, fused=True)


def torch_compiled(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """The same with the fused kernel and `torch.compile` around the loss."""
    return _torch(job, X, y, seed, compiled=True, fused=True)


def _one_scikit_learn(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> float:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier

    drawn = np.random.default_rng(seed).integers(len(X), size=len(X))
    settings: dict[str, Any] = {
        "hidden_layer_sizes": job.sizes[1:-1],
        "activation": "tanh",
        "alpha": 0.0,
        "batch_size": job.batch_size or len(X),
        "learning_rate_init": LEARNING_RATE,
        "max_iter": job.epochs,
        "tol": 0.0,
        "n_iter_no_change": job.epochs + 1,
        "random_state": seed,
    }
    model = MLPClassifier(**settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X[drawn], y[drawn])
    return float(log_loss(y[drawn], model.predict_proba(X[drawn])))


def scikit_learn(job: Job, X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """scikit-learn's MLPClassifier, a process a core by joblib."""
    from joblib import Parallel, delayed

    calls = [delayed(_one_scikit_learn)(job, X, y, seed * 1000 + b) for b in range(job.refits)]
    return np.array(Parallel(n_jobs=cores())(calls))


class Entry(NamedTuple):
    """A peer, the packages it stands on, and the settings of its process."""

    peer: Peer
    packages: tuple[str, ...]
    environment: dict[str, str]


# What `jaxnn.use_all_cores()` does at the start of a script.
EVERY_CORE = {"JAX_NUM_CPU_DEVICES": str(cores())}
ENTRIES: dict[str, Entry] = {
    "jaxnn": Entry(jaxnn_bootstrap, ("jaxnn.bootstrap",), EVERY_CORE),
    "naive vmap": Entry(naive_vmap, ("jax", "optax"), {}),
    "equinox": Entry(equinox_ensemble, ("equinox", "optax"), {}),
    "torch": Entry(torch_eager, ("torch",), {}),
    "torch, fused Adam": Entry(torch_fused, ("torch",), {}),
    "torch compiled": Entry(torch_compiled, ("torch",), {}),
    "scikit-learn": Entry(scikit_learn, ("sklearn.neural_network", "joblib"), {}),
}


def available() -> list[str]:
    """The contenders whose packages are installed, this library first."""
    return [
        name
        for name, entry in ENTRIES.items()
        if all(find_spec(package.split(".")[0]) for package in entry.packages)
    ]


@cache
def _rows(table: str) -> tuple[np.ndarray, np.ndarray]:
    with np.load(table) as arrays:
        return arrays["X"], arrays["y"]


def refit(name: str, table: str, job: dict[str, Any], seed: int) -> np.ndarray:
    """The losses of a job by the contender of a name on the rows of a file with X and y."""
    described: dict[str, Any] = {**job, "sizes": tuple(job["sizes"])}
    return ENTRIES[name].peer(Job(**described), *_rows(table), seed)


@cache
def _product(size: int) -> tuple[Callable[[Any], Any], Any]:
    import jax
    import jax.numpy as jnp

    return jax.jit(lambda a: a @ a), jax.random.normal(jax.random.key(0), (size, size), jnp.float32)


def matrix_products(size: int, times: int) -> None:
    """Square float32 matrix products, one after the other, over all cores."""
    product, matrix = _product(size)
    for _ in range(times):
        product(matrix).block_until_ready()
