"""How are random decisions drawn for many units and rows in little time?

    keep if  b < t,  b uniform on 0 ... 2^16 - 1,  t = round(2^16 keep)

Sixteen bits decide, so the probability of keeping is t / 2^16, and it is by this number that what
is kept is divided. They are the upper half of a word of 32 bits, which is the hash of its place and
of two words of a JAX key,

    word_i = mix(i + k_1, k_2),

with `mix` a bijection of 32 bits, in the middle of which k_2 is added bit by bit. Flipping any bit
of i flips each upper bit of the word with a probability close to 1/2 (Wellons 2018, "Prospecting
for hash functions", lowbias32). A word could serve two decisions, but these would have to be put
side by side in memory, which takes longer than another hash in the loop that uses it. On a CPU,
this takes about a twentieth of the time of `jax.random.bits`.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array, lax

LEVELS = 2**16


def threshold(probability: float) -> int:
    """t of a probability in (0, 1), from 1 to 2^16 - 1."""
    return min(max(round(probability * LEVELS), 1), LEVELS - 1)


def sixteen_bits(key: Array, shape: tuple[int, ...]) -> Array:
    """Random numbers in 0 ... 2^16 - 1.

    Args:
      key: a JAX key.
      shape: (units, rows).

    Returns:
      (units, rows) uint32, the same for the same key and shape, whether or not it is mapped.
    """
    units, rows = shape
    words = jax.random.key_data(key)
    if words.shape != (2,):  # as those of the default keys have
        words = jax.random.bits(key, (2,), jnp.uint32)
    places = lax.iota(jnp.uint32, units * rows).reshape(units, rows)
    # The words of two keys may differ in one bit, which is spread over all bits first.
    first = _hash(words[0], words[1], words[1])
    second = _hash(words[1], first, first)
    return _product(places, first, second) >> 16


def kept(key: Array, h: Array, keep: float) -> Array:
    """h (units, rows) where it is kept, divided by the probability of keeping; 0 elsewhere."""
    if keep == 1:
        return h
    t = threshold(keep)
    return jnp.where(sixteen_bits(key, h.shape) < t, h * (LEVELS / t), 0)


def _hash(places: Array, first: Array, second: Array) -> Array:
    words = _product(places, first, second)
    return words ^ (words >> 16)


def _product(places: Array, first: Array, second: Array) -> Array:
    """The hash before its last step, which changes the lower half only."""
    words = places + first
    words = (words ^ (words >> 16)) * jnp.uint32(0x7FEB352D) ^ second
    return (words ^ (words >> 15)) * jnp.uint32(0x846CA68B)
