"""In what portions do the rows reach the network?

    full batch     all at once, sum_i w_i loss_i with the w_i summing to one; cut into blocks, whose
                   sums are added, where all activations together would not stay in the cache
    mini-batches   a fresh permutation each epoch, every row once, the last batch maybe smaller

Rows are encoded and laid out once (`forward_pass`), with rows of weight zero to fill up.
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

BLOCK_BYTES = 2**20  # of activations that a core keeps near: about its L2


class Rows(NamedTuple):
    """Rows as a training step takes them."""

    features: Array  # (inputs, rows), or of many rows (blocks, inputs, rows of a block)
    y: Array  # (1 or outputs, rows), or with the blocks in front
    weights: Array  # (rows,), summing to one, or with the blocks in front


def prepare(
    X: Array, y: Array, weights: Array, encoder: Encoder | None, scaling: Scaling | None
) -> Rows:
    """Encoded rows, feature-major, padded with rows of weight zero to whole vector registers."""
    features = X if encoder is None or scaling is None else encode(encoder, scaling, X)
    rows = forward_pass.padded_rows(X.shape[0])
    targets = y[:, None] if y.ndim == 1 else y
    return Rows(
        forward_pass.pad(features.T, rows, axis=1),
        forward_pass.pad(targets.T, rows, axis=1),
        forward_pass.pad(weights / jnp.sum(weights), rows),
    )


def blocked(rows: Rows, net: MLP) -> Rows:
    """Rows whose activations would not stay in the cache, cut into blocks whose activations do:
    each block then goes forward and back before the next is touched."""
    count = rows.weights.shape[0]
    bytes_per_row = sum(net.sizes) * rows.features.dtype.itemsize
    if count * bytes_per_row <= 4 * BLOCK_BYTES:
        return rows
    blocks = -(-count * bytes_per_row // BLOCK_BYTES)
    size = forward_pass.padded_rows(-(-count // blocks))

    def cut(array: Array) -> Array:
        padded = forward_pass.pad(array, blocks * size, axis=array.ndim - 1)
        return jnp.moveaxis(padded.reshape(*array.shape[:-1], blocks, size), -2, 0)

    return Rows(*map(cut, rows))


def over_blocks(function: Callable[[Rows], Any], rows: Rows) -> Any:
    """The sum of a function over blocks of rows, one after the other."""
    if rows.weights.ndim == 1:
        return function(rows)
    shapes = jax.eval_shape(function, jax.tree.map(lambda array: array[0], rows))
    zeros = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)

    def add(total: Any, block: Rows) -> tuple[Any, None]:
        return jax.tree.map(jnp.add, total, function(block)), None

    return lax.scan(add, zeros, rows)[0]


def batches_of(train: Rows, rows: int, batch_size: int) -> Callable[[Array], Rows]:
    """A function of a key: all batches of one epoch, stacked, each feature-major.

    Every row is in one batch.  The weights are scaled so that the expected gradient of a batch is
    the gradient of the full weighted mean: sum_{i in batch} w_i loss_i / (rows in batch) with the
    w_i averaging to one.  Gathering an epoch at once is one pass over memory instead of many.
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
    """A uniformly random permutation of 0..rows-1 by one sort.

    Sorting one integer operand, 16 random bits above the row number, takes a fraction of the time
    of `jax.random.permutation`'s rounds of sorting pairs, and one random word does for two rows.
    Two rows whose random bits tie keep their order: of two given rows the first comes first with
    probability 1/2 + 2^-17.  Above 2^16 rows the random bits, 32 then, are a key of their own.

    Args:
      key: a typed JAX key.
      rows: how many, at least 1.

    Returns:
      (rows,) int32.  Not compiled.
    """
    numbers = lax.iota(jnp.uint32, rows)
    if rows > 2**16:
        bits = jax.random.bits(key, (rows,), jnp.uint32)
        return lax.sort((bits, numbers), num_keys=1)[1].astype(jnp.int32)
    words = jax.random.bits(key, (-(-rows // 2),), jnp.uint32)
    bits = jnp.concatenate([words, words << 16])[:rows] & jnp.uint32(0xFFFF0000)
    return (lax.sort(bits | numbers) & 0xFFFF).astype(jnp.int32)
