"""The same call on one process and on several under `jax.distributed` gives the same results."""

import socket
import subprocess
import sys

PROGRAM = """
import sys
import jax

jax.config.update("jax_num_cpu_devices", 2)
jax.distributed.initialize(f"localhost:{sys.argv[2]}", 2, int(sys.argv[1]))
import jax.numpy as jnp
import numpy as np
from jaxnn import InputError
from jaxnn.replicate import replicate


def fn(key, offset, table):
    return jax.random.normal(key, (3,)) + offset + table.sum()


keys = jax.random.split(jax.random.key(0), 11)
offsets, table = np.arange(11.0), np.ones(3)
assert jax.device_count() == 4 and jax.process_count() == 2
results = replicate(fn, keys, mapped=(offsets,), shared=(table,), chunk=2)
keys = jax.random.split(jax.random.key(0), 11)
expected = jax.vmap(fn, in_axes=(0, 0, None))(keys, jnp.asarray(offsets), jnp.asarray(table))
np.testing.assert_allclose(results, np.asarray(expected), rtol=1e-6)
try:
    replicate(fn, keys, mapped=(offsets,), shared=(table,), directory="nowhere")
except InputError as problem:
    assert "there are 2 processes" in str(problem)
else:
    raise AssertionError("a directory was accepted")
print("equal")
"""


def test_two_processes_share_the_replicates_and_both_have_all_results() -> None:
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = str(free.getsockname()[1])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(number), port],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in (0, 1)
    ]
    outcomes = [process.communicate(timeout=120) for process in processes]
    for process, (out, err) in zip(processes, outcomes, strict=True):
        assert process.returncode == 0, err
        assert out.strip().endswith("equal")
