"""What is timed? Jobs of many sizes by all contenders in turn, cold starts, and growing cost."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np

import jaxnn
from experiments.refit_speed import curves, inspection, own_costs, peers, scaling, tricks
from experiments.refit_speed.job import Job, cores
from experiments.refit_speed.processes import Contender
from jaxnn.tables import Encoder, encode, fit_scaling


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of the timed jobs.

    Attributes:
      epochs, batch_epochs: passes over the rows, full batch and mini-batch.
      refits: number of refits in every job.
      peer_refits: the same for slow peers; times are compared per refit.
      rounds: number of interleaved repetitions.
      trick_epochs, trick_rounds: the same for jobs with dropout and batch normalisation.
      widths, table_rows, batches: sizes at which the speed of all contenders is compared.
      curve_refits, curve_operations, curve_steps, curve_rounds: of each of these jobs: refits,
        nominal arithmetic, most steps of a refit, and repetitions.
      own_rounds, own_share: repetitions of the jobs of this library alone, and their length.
      inspections: times that a network is inspected by this library in each; a tenth of them by
        scikit-learn.
      rest: seconds before each timing, in which the last contender's threads go to sleep.
      replicates, rows: sizes of the two scaling series.
      compared: whether runs are long enough for their times to be compared with the targets.
    """

    epochs: int = 300
    batch_epochs: int = 100
    refits: int = 100
    peer_refits: int = 16
    rounds: int = 3
    trick_epochs: int = 60
    trick_rounds: int = 5
    widths: tuple[int, ...] = (4, 16, 256)
    table_rows: tuple[int, ...] = (100, 1_000, 10_000)
    batches: tuple[int, ...] = (8, 32, 80)
    curve_refits: int = 16
    curve_operations: float = 3e10
    curve_steps: int = 1_500
    curve_rounds: int = 3
    own_rounds: int = 5
    own_share: float = 1.0
    inspections: int = 50
    rest: float = 0.5
    replicates: tuple[int, ...] = (100, 1_000, 10_000)
    rows: tuple[int, ...] = (1_000, 10_000, 100_000)
    compared: bool = True


FULL = Settings()
QUICK = Settings(
    epochs=20,
    batch_epochs=2,
    refits=20,
    peer_refits=4,
    rounds=2,
    trick_epochs=20,
    trick_rounds=2,
    widths=(16,),
    table_rows=(),
    batches=(),
    curve_refits=4,
    curve_operations=1e9,
    curve_steps=50,
    curve_rounds=2,
    own_rounds=2,
    own_share=0.1,
    inspections=10,
    rest=0.02,
    replicates=(20, 200),
    rows=(300, 3_000),
    compared=False,
)


def _torch(least: float) -> dict[str, float]:
    return dict.fromkeys(("torch", "torch, fused Adam", "torch compiled"), least)


# Jobs by name: sizes, whether trained in mini-batches, and the targets (peer: least ratio).
JOBS: dict[str, tuple[tuple[int, ...], bool, dict[str, float]]] = {
    "18-64-64-1, full batch": (
        (18, 64, 64, 1),
        False,
        {"peak": 0.80, "naive vmap": 3, **_torch(4), "scikit-learn": 7},
    ),
    "18-16-16-1, full batch": (
        (18, 16, 16, 1),
        False,
        {"peak": 0.45, "naive vmap": 3.5, **_torch(5), "scikit-learn": 20},
    ),
    "18-16-16-1, batches of 32": (
        (18, 16, 16, 1),
        True,
        {"naive vmap": 3, **_torch(6), "scikit-learn": 30},
    ),
}
COLD_JOB = "18-16-16-1, full batch"
SLOW = ("scikit-learn",)
ROWS = 303
ROWS_IN_BATCHES = 288  # nine batches of 32: tools differ in what they do with rows that are left


def heart_matrix() -> tuple[np.ndarray, np.ndarray]:
    """All 303 rows of the Heart table, encoded: (303, 18) and (303,), float32."""
    table = jaxnn.datasets.heart(missing="impute")
    encoder = Encoder(table.columns)
    features = encode(encoder, fit_scaling(encoder, table.X), table.X)
    return np.asarray(features, np.float32), np.asarray(table.y, np.float32)


def job_of(name: str, settings: Settings, refits: int) -> Job:
    """The job of this name in `JOBS`, with the epochs of the settings."""
    sizes, batched, _ = JOBS[name]
    epochs = settings.batch_epochs if batched else settings.epochs
    return Job(sizes, epochs, 32 if batched else None, refits)


def rows_of(name: str) -> int:
    """The rows of the Heart table that the job of this name uses: the first of them."""
    return ROWS_IN_BATCHES if JOBS[name][1] else ROWS


def _race(settings: Settings, seed: int, tables: Mapping[int, str]) -> dict[str, np.ndarray]:
    names = peers.available()
    refits = {name: settings.peer_refits if name in SLOW else settings.refits for name in names}
    seconds = np.full((len(JOBS), len(names), settings.rounds), np.nan)
    reached = settings.refits * (1 + settings.rounds)
    losses = np.full((len(JOBS), len(names), reached), np.nan)
    operations = np.zeros((len(JOBS), len(names)))
    peaks = np.zeros((len(JOBS), settings.rounds))
    cold = np.zeros((len(names), 2))

    with ExitStack() as processes:
        race = {
            name: processes.enter_context(Contender(peers.refit, entry.packages, entry.environment))
            for name, entry in peers.ENTRIES.items()
            if name in names
        }
        peak = processes.enter_context(Contender(peers.matrix_products))
        for contender in (*race.values(), peak):
            contender.wait_until_ready()
        peak.ask(seed=seed, times=1)

        def call(name: str, job: str, seed: int) -> dict[str, Any]:
            described = dataclasses.asdict(job_of(job, settings, refits[name]))
            return {"name": name, "table": tables[rows_of(job)], "job": described, "seed": seed}

        # Users wait for the first call, so nothing else runs meanwhile.
        for i, name in enumerate(names):
            for n in range(2):
                time.sleep(settings.rest)
                cold[i, n] = race[name].ask(**call(name, COLD_JOB, seed + n))["seconds"]
        for j, job in enumerate(JOBS):
            for name in names:  # all compile at the same time
                race[name].send(**call(name, job, seed))
            for i, name in enumerate(names):
                losses[j, i, : refits[name]] = race[name].receive()["result"]
                operations[j, i] = refits[name] * job_of(job, settings, 1).operations(rows_of(job))
            for r in range(settings.rounds):
                time.sleep(settings.rest)
                peaks[j, r] = peers.OPERATIONS / peak.ask(seed=seed)["seconds"]
                for i, name in enumerate(names):
                    time.sleep(settings.rest)
                    answer = race[name].ask(**call(name, job, seed + 1 + r))
                    seconds[j, i, r] = answer["seconds"]
                    first = (r + 1) * refits[name]
                    losses[j, i, first : first + refits[name]] = answer["result"]
    return {
        "contenders": np.array(names),
        "seconds": seconds,
        "losses": losses,
        "operations": operations,
        "peak": peaks,
        "cold": cold,
        "steps": np.array([job_of(n, settings, 1).steps(rows_of(n)) for n in JOBS]),
        "refits": np.array([refits[name] for name in names]),
    }


def _scaling(axis: str, sizes: tuple[int, ...], seed: int) -> np.ndarray:
    with Contender(scaling.measure, ("jaxnn.bootstrap",), peers.EVERY_CORE) as process:
        process.wait_until_ready()
        return np.array([process.ask(axis=axis, size=size, seed=seed)["result"] for size in sizes])


def _inspection(settings: Settings, seed: int) -> np.ndarray:
    """(jobs, tools, rounds) seconds of one inspection, this library first."""
    times = (settings.inspections, settings.inspections // 10)
    if "scikit-learn" not in peers.available():
        return np.empty((len(inspection.JOBS), 0, settings.rounds))
    seconds = np.empty((len(inspection.JOBS), len(times), settings.rounds))
    with ExitStack() as processes:
        tools = [
            processes.enter_context(Contender(function))
            for function in (inspection.by_jaxnn, inspection.by_scikit_learn)
        ]
        for tool in tools:
            tool.wait_until_ready()
        for j, job in enumerate(inspection.JOBS.values()):
            for tool in tools:
                tool.ask(job=job, times=1, seed=seed)
            for r in range(settings.rounds):
                for i, tool in enumerate(tools):
                    time.sleep(settings.rest)
                    answer = tool.ask(job=job, times=times[i], seed=seed + 1 + r)
                    seconds[j, i, r] = answer["seconds"] / times[i]
    return seconds


def compute(key: jax.Array, settings: Settings) -> dict[str, Any]:
    """Race the contenders, at many sizes and with tricks, inspect a network, and see cost grow.

    Returns:
      contenders: (contenders,) names, this library first; refits: (contenders,) refits per call.
      seconds: (jobs, contenders, rounds) wall time; cold: (contenders, 2) of the first two calls.
      losses: (jobs, contenders, refits of all calls) final mean training losses, NaN for those that
        do fewer.
      operations: (jobs, contenders) nominal operations per call; steps: (jobs,) of one refit.
      trick_contenders, trick_seconds, trick_losses: as from `tricks.race`.
      curve_*: as from `curves.race`; history_*, import_*, large_*: as from `own_costs.race`.
      peak: (jobs, rounds) operations per second of float32 matrix products.
      inspection_seconds: (jobs of `inspection`, tools, rounds), this library, then scikit-learn,
        if that is installed.
      replicates_sizes, rows_sizes: sizes of the two series; _seconds: per step of one refit;
        _memory: peak memory in bytes.
      cores: number of cores; compared: whether times are compared with the targets.
    """
    seed = int(jax.random.randint(key, (), 0, 2**20))
    series = {"replicates": settings.replicates, "rows": settings.rows}
    trial = tricks.Trial(
        settings.refits, settings.trick_epochs, settings.trick_rounds, settings.rest
    )
    sizes = curves.Trial(
        settings.widths,
        settings.table_rows,
        settings.batches,
        settings.curve_refits,
        settings.curve_operations,
        settings.curve_steps,
        settings.curve_rounds,
        settings.rest,
    )
    alone = own_costs.Trial(settings.own_rounds, settings.own_share, settings.rest)
    with tempfile.TemporaryDirectory() as folder:
        X, y = heart_matrix()
        tables = {rows: str(Path(folder) / f"heart_{rows}.npz") for rows in (ROWS, ROWS_IN_BATCHES)}
        for rows, path in tables.items():
            np.savez(path, X=X[:rows], y=y[:rows])
        tasks = [
            partial(_race, settings, seed, tables),
            partial(tricks.race, trial, tables[ROWS], seed),
            partial(curves.race, sizes, folder, seed),
            partial(own_costs.race, alone, seed),
            partial(_inspection, settings, seed),
            *(partial(_scaling, axis, sizes, seed) for axis, sizes in series.items()),
        ]
        # In parallel only where the times are not compared.
        with ThreadPoolExecutor(1 if settings.compared else cores()) as pool:
            raced, with_tricks, at_sizes, own, inspected, *grown = pool.map(
                lambda task: task(), tasks
            )
    results: dict[str, Any] = {
        **raced,
        **with_tricks,
        **at_sizes,
        **own,
        "inspection_seconds": inspected,
    }
    for (axis, timed), found in zip(series.items(), grown, strict=True):
        results[f"{axis}_sizes"] = np.array(timed)
        results[f"{axis}_seconds"], results[f"{axis}_memory"] = found.T
    results["cores"] = cores()
    results["compared"] = settings.compared and cores() == 2
    return results
