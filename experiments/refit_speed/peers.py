"""Which tools are compared, and what does each of them need?

Each peer is a function (job, X, y, seed) -> final mean training loss of each refit. `job` says
what it does; `jax_peers`, `torch_peers` and `scikit_learn_peer` say how, each written as well as
its tool allows. A peer whose package is not installed is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from experiments.refit_speed.jax_peers import equinox_ensemble, jaxnn_bootstrap, naive_vmap
from experiments.refit_speed.job import Job, Peer, cores
from experiments.refit_speed.scikit_learn_peer import scikit_learn
from experiments.refit_speed.torch_peers import torch_compiled, torch_eager, torch_fused


class Entry(NamedTuple):
    """A peer, the packages that it needs, and the environment of its process."""

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


# The peak of a machine: the operations per second of float32 products of square matrices.
SIZE, PRODUCTS = 1024, 20  # rows of the matrices, and number of products in one timing
OPERATIONS = 2 * SIZE**3 * PRODUCTS


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
    """Do a job in the process of a contender.

    Args:
      name: the contender, a key of `ENTRIES`.
      table: path of an .npz file with X and y.
      job: the fields of a `Job`.
      seed: an integer from which every random number follows.

    Returns:
      (refits,) final mean training losses.
    """
    described: dict[str, Any] = {**job, "sizes": tuple(job["sizes"])}
    return ENTRIES[name].peer(Job(**described), *_rows(table), seed)


@cache
def _product(seed: int) -> tuple[Callable[[Any], Any], Any]:
    import jax
    import jax.numpy as jnp

    matrix = jax.random.normal(jax.random.key(seed), (SIZE, SIZE), jnp.float32)
    return jax.jit(lambda a: a @ a), matrix


def matrix_products(seed: int, times: int = PRODUCTS) -> None:
    """Square float32 matrix products, one after the other, over all cores."""
    product, matrix = _product(seed)
    for _ in range(times):
        product(matrix).block_until_ready()
