"""How do time and memory of a bootstrap grow with the refits and the rows?

    cost of a refit-step = seconds / (refits x steps)

Measured in a fresh process, since the largest resident set of a process never shrinks.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path

import jax
import numpy as np

import jaxnn
from jaxnn.bootstrap import bootstrap

EPOCHS = {"replicates": 30, "rows": 10}
REFITS = 8  # where the rows grow
ROWS = 303  # where the replicates grow


def table(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the shape of the encoded Heart table, (rows, 18) and (rows,), float32."""
    generator = np.random.default_rng(0)
    X = generator.normal(size=(rows, 18)).astype(np.float32)
    return X, (X[:, 0] + generator.normal(size=rows) > 0).astype(np.float32)


def measure(axis: str, size: int) -> tuple[float, float]:
    """Seconds for one refit-step, the better of two, and the peak memory so far, in bytes."""
    refits, rows = (size, ROWS) if axis == "replicates" else (REFITS, size)
    X, y = table(rows)
    fitter = jaxnn.Fitter(
        jaxnn.MLP((18, 16, 16, 1), "tanh", "binary"), jaxnn.Recipe(epochs=EPOCHS[axis])
    )
    times = []
    for seed in range(3):  # the first compiles
        start = time.perf_counter()
        bootstrap(jax.random.key(seed), fitter, X, y, refits)
        times.append(time.perf_counter() - start)
    return min(times[1:]) / refits / EPOCHS[axis], _peak_memory()


def _peak_memory() -> float:
    """Bytes of the process's largest resident set so far."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent had when this process was born
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return float(line.split()[1]) * 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
