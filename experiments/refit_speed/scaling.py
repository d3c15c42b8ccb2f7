"""How do time and memory of a bootstrap grow with the number of refits and of rows?

    cost of one step of one refit = seconds / (refits x steps)

Measured in a fresh process, since the peak memory of a process never falls.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

import jaxnn
from jaxnn.bootstrap import bootstrap

EPOCHS = {"replicates": 30, "rows": 10}
REFITS = 8  # while the rows grow
ROWS = 303  # while the refits grow


def table(key: Array, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """A random table as wide as the encoded Heart table: (rows, 18) and (rows,), float32."""
    key_rows, key_noise = jax.random.split(key)
    X = jax.random.normal(key_rows, (rows, 18), jnp.float32)
    y = X[:, 0] + jax.random.normal(key_noise, (rows,), jnp.float32) > 0
    return np.asarray(X), np.asarray(y, np.float32)


def measure(axis: str, size: int, seed: int) -> tuple[float, float]:
    """Time a bootstrap in this process.

    Args:
      axis: "replicates" or "rows": which of the two has the given size.
      size: number of refits, or of rows.
      seed: an integer from which every random number follows.

    Returns:
      Seconds per step of one refit (the faster of two runs), and the peak memory so far in bytes.
    """
    refits, rows = (size, ROWS) if axis == "replicates" else (REFITS, size)
    key_table, *keys = jax.random.split(jax.random.key(seed), 4)
    X, y = table(key_table, rows)
    fitter = jaxnn.Fitter(
        jaxnn.MLP((18, 16, 16, 1), "tanh", "binary"), jaxnn.Recipe(epochs=EPOCHS[axis])
    )
    times = []
    for key in keys:  # the first compiles
        start = time.perf_counter()
        bootstrap(key, fitter, X, y, refits)
        times.append(time.perf_counter() - start)
    return min(times[1:]) / refits / EPOCHS[axis], _peak_memory()


def _peak_memory() -> float:
    """The peak memory of this process, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage also counts the parent's memory at the fork
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return float(line.split()[1]) * 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
