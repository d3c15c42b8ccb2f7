"""How are random decisions drawn for many units and rows in little time?

    keep if  b < t,  b uniform on 0 ... 2^16 - 1,  t = round(2^16 keep)

Sixteen bits decide, so the probability of keeping is t / 2^16, and it is by this number that what
is kept is divided. A word of 32 bits serves two decisions. It is the hash of its place and of two
words of a JAX key,

    word_i = mix(mix(i + k_1) XOR k_2),

with `mix` a bijection of 32 bits in which flipping any bit of the input flips each bit of the
output with a probability close to 1/2 (Wellons 2018, "Prospecting for hash functions", lowbias32).
On a CPU this takes a sixth of the time of `jax.random.bits`, and it joins the loop that uses it.
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
      (units, rows) uint16, the same for the same key and shape, whether or not it is mapped.
    """
    units, rows = shape
    first, second = jax.random.bits(key, (2,), jnp.uint32)
    half = -(-rows // 2)
    places = lax.iota(jnp.uint32, units * half).reshape(units, half)
    words = _mixed(_mixed(places + first) ^ second)
    return lax.bitcast_convert_type(words, jnp.uint16).reshape(units, 2 * half)[:, :rows]


def kept(key: Array, h: Array, keep: float) -> Array:
    """h (units, rows) where it is kept, divided by the probability of keeping; 0 elsewhere."""
    if keep == 1:
        return h
    t = threshold(keep)
    return jnp.where(sixteen_bits(key, h.shape) < t, h * (LEVELS / t), 0)


def _mixed(words: Array) -> Array:
    words = (words ^ (words >> 16)) * jnp.uint32(0x7FEB352D)
    words = (words ^ (words >> 15)) * jnp.uint32(0x846CA68B)
    return words ^ (words >> 16)
