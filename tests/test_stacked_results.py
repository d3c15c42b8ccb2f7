"""Is the size of a result said before it is computed, and are chunks put where they belong?"""

import logging

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxnn import InputError, stacked_results
from jaxnn.replicate import replicate
from jaxnn.stacked_results import Stacked, check_size

LEAVES = [jax.ShapeDtypeStruct((4, 2), np.float32), jax.ShapeDtypeStruct((), np.int8)]  # 33 bytes


def test_much_memory_is_said_and_too_much_is_refused(monkeypatch, caplog):
    monkeypatch.setattr(stacked_results, "machine_memory", lambda: 2**30)
    with caplog.at_level(logging.WARNING, "jaxnn"):
        check_size(LEAVES, 2**29 // 33)
    assert caplog.messages == []
    with caplog.at_level(logging.WARNING, "jaxnn"):
        check_size(LEAVES, 2**29 // 33 + 1)
    assert caplog.messages == [
        "The results of 16,268,816 replicates take 0.5 GiB of memory; this machine has 1 GiB."
    ]
    check_size(LEAVES, 2**30 // 33)
    message = r"keys has length 32,537,632, but the results of 32,537,632 replicates take 1 GiB of"
    with pytest.raises(InputError, match=message):
        check_size(LEAVES, 2**30 // 33 + 1)


def test_the_size_is_checked_before_anything_is_computed(monkeypatch):
    monkeypatch.setattr(stacked_results, "machine_memory", lambda: 10_000)
    traced = []

    def work(key):
        traced.append(key)
        return jnp.zeros(1000)

    with pytest.raises(InputError, match="the results of 3 replicates take"):
        replicate(work, jax.random.split(jax.random.key(0), 3))
    assert len(traced) == 1


def test_a_program_is_traced_once():
    traced = []

    def work(key, level):
        traced.append(key)
        return level * jax.random.uniform(key)

    for seed in (0, 1):
        keys = jax.random.split(jax.random.key(seed), 6)
        replicate(work, keys, mapped=(np.arange(6.0),), chunk=1)
    assert len(traced) == 1


def test_chunks_are_put_where_they_belong():
    stacked = Stacked(3)
    stacked.put(np.array([2, 0]), [np.array([[2.0], [0.0]]), np.array([True, False])])
    stacked.put(np.array([1]), [np.array([[1.0]]), np.array([True])])
    np.testing.assert_array_equal(stacked.leaves[0], [[0.0], [1.0], [2.0]])
    np.testing.assert_array_equal(stacked.leaves[1], [False, True, True])
