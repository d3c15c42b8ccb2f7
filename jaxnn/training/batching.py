"""How are rows batched and cut into cache-sized blocks?

    full batch     all rows at once: sum_i w_i loss_i with the w_i summing to one. If their
                   activations would not stay in the cache, rows are cut into blocks, whose sums
                   are added
    mini-batches   a fresh permutation each epoch, each row once; the last batch may be smaller

Rows are encoded once and stored feature-major (`forward_pass`), padded with rows of weight zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from jaxnn.mlp import MLP
from jaxnn.tables import Encoder, Scaling, encode
from jaxnn.training import forward_pass

BLOCK_BYTES = 2**18  # of activations that stay close to a core, with all that a step makes of them
UNCUT_BLOCKS = 16  # rows of this many blocks are not cut: loops over few blocks gain nothing


class Rows(NamedTuple):
    """Rows as a training step uses them.

    Attributes:
      features: (inputs, rows), or cut into blocks (blocks, inputs, rows of a block).
      y: (1 or outputs, rows), or with a leading (blocks,).
      weights: (rows,), summing to one, or with a leading (blocks,).
    """

    features: Array
    y: Array
    weights: Array


def prepare(
    X: Array, y: Array, weights: Array, encoder: Encoder | None, scaling: Scaling | None
) -> Rows:
    """Encode rows, store them feature-major, and pad them to whole vector registers.

    Args:
      X: (rows, inputs), or with an encoder (rows, raw predictors).
      y: (rows,) or (rows, outputs).
      weights: (rows,), at least 0, with a sum above 0.
      encoder, scaling: description of the raw predictors, and their means and scales; or None.

    Returns:
      `Rows`, not cut into blocks. Padding has weight zero.
    """
    features = X if encoder is None or scaling is None else encode(encoder, scaling, X)
    rows = forward_pass.padded_rows(X.shape[0])
    targets = y[:, None] if y.ndim == 1 else y
    return Rows(
        forward_pass.pad(features.T, rows, axis=1),
        forward_pass.pad(targets.T, rows, axis=1),
        forward_pass.pad(weights / jnp.sum(weights), rows),
    )


def step_bytes(net: MLP, rows: int, *, in_blocks: bool = True) -> int:
    """Bytes of activations that a step on `rows` rows keeps in use, cut into blocks or not.

    Args:
      net: the network.
      rows: of the step.
      in_blocks: whether many rows are cut into blocks.
    """
    whole = _activation_bytes(net, rows)
    return min(whole, UNCUT_BLOCKS * BLOCK_BYTES) if in_blocks else whole


def _activation_bytes(net: MLP, rows: int) -> int:
    return rows * sum(net.sizes) * jnp.result_type(float).itemsize


def cut_into_blocks(rows: Rows, net: MLP) -> Rows:
    """Cut rows whose activations would not stay in the cache into blocks whose activations do.

    Each block then goes forward and back before the next one is touched. Rows few enough to stay in
    the cache are returned as they are.
    """
    count = rows.weights.shape[0]
    total = _activation_bytes(net, count)
    if total <= UNCUT_BLOCKS * BLOCK_BYTES:
        return rows
    blocks = -(-total // BLOCK_BYTES)
    size = forward_pass.padded_rows(-(-count // blocks))

    def cut(array: Array) -> Array:
        padded = forward_pass.pad(array, blocks * size, axis=array.ndim - 1)
        return jnp.moveaxis(padded.reshape(*array.shape[:-1], blocks, size), -2, 0)

    return Rows(*map(cut, rows))


def sum_over_blocks(function: Callable[[Rows], Any], rows: Rows) -> Any:
    """The sum of a function (of any pytree) over blocks of rows, one after the other."""
    if rows.weights.ndim == 1:
        return function(rows)
    shapes = jax.eval_shape(function, jax.tree.map(lambda array: array[0], rows))
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)

    def add(total: Any, block: Rows) -> tuple[Any, None]:
        return jax.tree.map(jnp.add, total, function(block)), None

    return lax.scan(add, zeros, rows)[0]


def shuffled_batches(train: Rows, rows: int, batch_size: int) -> Callable[[Array], Rows]:
    """A function of a key that gives all batches of one epoch, stacked.

    Every row is in one batch. The loss of a batch is sum_{i in batch} w_i loss_i / (rows in batch)
    with weights w_i of mean one, so the expected gradient of a batch is the gradient of the full
    weighted mean. Gathering an epoch at once is one pass over memory instead of many.

    Args:
      train: all rows, not cut into blocks.
      rows: how many of them are not padding.
      batch_size: rows per batch, less than `rows`.

    Returns:
      gather(key) -> `Rows` with a leading (steps,).
    """
    steps = -(-rows // batch_size)
    short = rows - (steps - 1) * batch_size
    sizes = jnp.full(steps, batch_size).at[-1].set(short)
    # Row number `rows` stands for the places that the last batch leaves empty: weight zero.
    table = jnp.concatenate([train.features, train.y, train.weights[None] * rows]).T
    table = table[:rows] if short == batch_size else forward_pass.pad(table[:rows], rows + 1)
    inputs = train.features.shape[0]

    def gather(key: Array) -> Rows:
        order = random_order(key, rows)
        places = jnp.concatenate([order, jnp.full(steps * batch_size - rows, rows, order.dtype)])
        batches = table[places].reshape(steps, batch_size, -1).swapaxes(1, 2)
        weights = batches[:, -1] / sizes[:, None]
        return Rows(batches[:, :inputs], batches[:, inputs:-1], weights)

    return gather


def random_order(key: Array, rows: int) -> Array:
    """A random permutation of 0..rows-1, uniform but for ties, by one sort.

    One integer per row is sorted: 16 random bits above the row number. That takes a fraction of
    the time of `jax.random.permutation`, which sorts pairs several times, and one random word
    serves two rows. Rows whose random bits tie keep their order, so the first of two given rows
    comes first with probability 1/2 + 2^-17. Above 2^16 rows, 32 random bits are sorted together
    with the row numbers.

    Args:
      key: a typed JAX key.
      rows: number of rows, at least 1.

    Returns:
      (rows,) int32. Not compiled.
    """
    numbers = lax.iota(jnp.uint32, rows)
    if rows > 2**16:
        bits = jax.random.bits(key, (rows,), jnp.uint32)
        return lax.sort((bits, numbers), num_keys=1)[1].astype(jnp.int32)
    words = jax.random.bits(key, (-(-rows // 2),), jnp.uint32)
    bits = jnp.concatenate([words, words << 16])[:rows] & jnp.uint32(0xFFFF0000)
    return (lax.sort(bits | numbers) & 0xFFFF).astype(jnp.int32)
