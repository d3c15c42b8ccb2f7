"""What do the default history and the import cost, and how fast is a large network?

    cost of the history = seconds with the default history / seconds without - 1, in each round
    cost of the import  = seconds of `import jax, optax, jaxnn` - seconds of `import jax, optax`
    share of the peak   = nominal arithmetic / seconds / operations per second of matrix products

Without a history a fit records the losses before its first and after its last epoch only. A step
computes with the distinct rows of a resample, about 63%, so a share of the peak can exceed one.
"""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import cache
from typing import Any, NamedTuple

import jax
import numpy as np

import jaxnn
from experiments.refit_speed import peers, scaling
from experiments.refit_speed.job import Job
from experiments.refit_speed.processes import ROOT, Contender
from jaxnn.bootstrap import bootstrap

ROWS = 288
HISTORY_JOBS = {
    "18-16-16-1, full batch": Job((18, 16, 16, 1), 300, None, 100),
    "18-16-16-1, batches of 32": Job((18, 16, 16, 1), 100, 32, 100),
    "18-16-16-1, batches of 32, 20 epochs": Job((18, 16, 16, 1), 20, 32, 400),
}
LARGE_NAME = "64-128-128-10, full batch, 5,000 rows"
LARGE, LARGE_ROWS = Job((64, 128, 128, 10), 10, None, 4), 5_000
WITHOUT, WITH = "import jax, optax", "import jax, optax, jaxnn"
HISTORY_LIMIT, IMPORT_LIMIT, LEAST_LARGE_SHARE = 0.05, 0.1, 1.25


class Trial(NamedTuple):
    """How often everything is timed, and how long the jobs are.

    Attributes:
      rounds: number of interleaved repetitions.
      share: of the epochs of each job.
      rest: seconds before each timing.
    """

    rounds: int
    share: float
    rest: float


def race(trial: Trial, seed: int) -> dict[str, np.ndarray]:
    """Time all jobs in turn.

    Returns:
      history_seconds: (jobs, 2, rounds) wall time with the default history, and without.
      import_seconds: (2, rounds) of fresh processes that import jax and optax, and jaxnn as well.
      large_seconds, large_peak: (rounds,) wall time of the large network, and the operations per
        second of matrix products just before it.
    """
    history = np.empty((len(HISTORY_JOBS), 2, trial.rounds))
    imports = np.empty((2, trial.rounds))
    large, peaks = np.empty(trial.rounds), np.empty(trial.rounds)
    with ExitStack() as processes:
        ours = processes.enter_context(Contender(refit, ("jaxnn.bootstrap",), peers.EVERY_CORE))
        peak = processes.enter_context(Contender(peers.matrix_products))
        for contender in (ours, peak):
            contender.wait_until_ready()
        peak.ask(seed=seed, times=1)
        calls = [
            {"job": job, "history": kept, "share": trial.share}
            for job in HISTORY_JOBS
            for kept in (True, False)
        ]
        of_large = {"job": LARGE_NAME, "history": False, "share": trial.share}
        for call in (*calls, of_large):
            ours.ask(**call, seed=seed)
        for r in range(trial.rounds):
            for place in np.roll(np.arange(len(calls)), -r):
                time.sleep(trial.rest)
                seconds = ours.ask(**calls[place], seed=seed + 1 + r)["seconds"]
                history[place // 2, place % 2, r] = seconds
            time.sleep(trial.rest)
            peaks[r] = peers.OPERATIONS / peak.ask(seed=seed)["seconds"]
            time.sleep(trial.rest)
            large[r] = ours.ask(**of_large, seed=seed + 1 + r)["seconds"]
            for place, line in enumerate((WITHOUT, WITH)):
                imports[place, r] = seconds_of_process(line)
    return {
        "history_seconds": history,
        "import_seconds": imports,
        "large_seconds": large,
        "large_peak": peaks,
        "large_operations": np.array(
            LARGE.refits * _shorter(LARGE, trial.share).operations(LARGE_ROWS)
        ),
    }


def refit(job: str, history: bool, share: float, seed: int) -> list[float]:
    """Do a job in the process of the contender; the final losses of its refits."""
    described = _shorter(LARGE if job == LARGE_NAME else HISTORY_JOBS[job], share)
    X, y = table(job == LARGE_NAME)
    recipe = jaxnn.Recipe(
        epochs=described.epochs,
        batch_size=described.batch_size,
        history_every=None if history else described.epochs,
    )
    response = "categorical" if job == LARGE_NAME else "binary"
    fitter = jaxnn.Fitter(jaxnn.MLP(described.sizes, "tanh", response), recipe)
    key = jax.random.key(seed)
    return np.asarray(bootstrap(key, fitter, X, y, described.refits).fits.train_loss).tolist()


@cache
def table(large: bool) -> tuple[np.ndarray, np.ndarray]:
    """Random rows as wide as the inputs of a job, and their responses, float32."""
    if not large:
        return scaling.table(jax.random.key(0), ROWS)
    key_rows, key_classes = jax.random.split(jax.random.key(1))
    X = jax.random.normal(key_rows, (LARGE_ROWS, LARGE.sizes[0]))
    y = jax.random.randint(key_classes, (LARGE_ROWS,), 0, LARGE.sizes[-1])
    return np.asarray(X, np.float32), np.asarray(y, np.float32)


def seconds_of_process(line: str) -> float:
    """Wall time of a fresh process of Python that does one line."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", line], check=True, cwd=ROOT)
    return time.perf_counter() - begin


def _shorter(job: Job, share: float) -> Job:
    return dataclasses.replace(job, epochs=max(1, round(share * job.epochs)))


def costs_of_history(results: Any) -> np.ndarray:
    """Time that the default history adds, as a share: (jobs, rounds)."""
    kept, without = np.moveaxis(results["history_seconds"], 1, 0)
    return kept / without - 1


def costs_of_import(results: Any) -> np.ndarray:
    """Seconds that the import takes beyond that of jax and optax: (rounds,)."""
    without, kept = results["import_seconds"]
    return kept - without


def shares_of_large(results: Any) -> np.ndarray:
    """Nominal arithmetic of the large network as a share of the peak: (rounds,)."""
    return results["large_operations"] / results["large_seconds"] / results["large_peak"]
