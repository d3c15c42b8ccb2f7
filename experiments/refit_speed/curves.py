"""How does the speed change with the width, the rows and the size of a batch, here and elsewhere?

    share of the peak = 6 x weights x rows of a step x steps x refits / seconds / (matrix product)

One size changes at a time, around the network 18-64-64-1 that is trained on all of 320 rows in each
step. Small networks and small batches show what a step costs beside its arithmetic; large ones show
how well the arithmetic uses the cores. All contenders take turns in each round, at each point.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from experiments.refit_speed import peers, scaling
from experiments.refit_speed.job import Job
from experiments.refit_speed.processes import Contender

CONTENDERS = ("jaxnn", "naive vmap", "equinox", "torch", "torch compiled")


class Point(NamedTuple):
    """The sizes of a job.

    Attributes:
      width: units of each of two hidden layers.
      rows: of the table.
      batch: rows of a step; all are a full batch.
    """

    width: int
    rows: int
    batch: int


MIDDLE = Point(width=64, rows=320, batch=320)  # through which all curves go
AXES = ("width", "rows", "batch")


class Trial(NamedTuple):
    """The points of the curves, and how long and how often each is timed.

    Attributes:
      width, rows, batch: the values that each size takes beside that of `MIDDLE`.
      refits: of every job.
      operations: nominal arithmetic of a job, which gives its number of steps.
      most_steps: of one refit, where arithmetic is cheap.
      rounds: number of interleaved repetitions.
      rest: seconds before each timing.
    """

    width: tuple[int, ...]
    rows: tuple[int, ...]
    batch: tuple[int, ...]
    refits: int
    operations: float
    most_steps: int
    rounds: int
    rest: float


def points(trial: Trial) -> list[Point]:
    """All points, the middle first; where the rows change, all of them are a batch."""
    return [
        MIDDLE,
        *(MIDDLE._replace(width=width) for width in trial.width),
        *(MIDDLE._replace(rows=rows, batch=rows) for rows in trial.rows),
        *(MIDDLE._replace(batch=batch) for batch in trial.batch),
    ]


def job(trial: Trial, point: Point) -> Job:
    """The job at a point: as many passes over the rows as its arithmetic allows, one at least."""
    one = Job(
        (18, point.width, point.width, 1),
        epochs=1,
        batch_size=None if point.batch == point.rows else point.batch,
        refits=trial.refits,
    )
    passes = trial.operations / (trial.refits * one.operations(point.rows))
    passes = min(passes, trial.most_steps / one.steps(point.rows))
    return dataclasses.replace(one, epochs=max(1, round(passes)))


def race(trial: Trial, folder: str, seed: int) -> dict[str, np.ndarray]:
    """Time the jobs of all points with all contenders in turn.

    Args:
      trial: points and sizes.
      folder: where the tables of random rows are written, as .npz files.
      seed: an integer from which every random number follows.

    Returns:
      curve_contenders: names, this library first; those that are not installed are left out.
      curve_points: (points, 3) width, rows and batch, the middle first.
      curve_steps: (points,) refit-steps per call; curve_operations: (points,) nominal, per call.
      curve_seconds: (points, contenders, rounds) wall time.
      curve_peak: (points, rounds) operations per second of float32 matrix products.
    """
    names = [name for name in peers.available() if name in CONTENDERS]
    chosen = points(trial)
    jobs = [job(trial, point) for point in chosen]
    seconds = np.empty((len(chosen), len(names), trial.rounds))
    peak = np.empty((len(chosen), trial.rounds))
    tables = _tables({point.rows for point in chosen}, folder, seed)
    with ExitStack() as processes:
        entries = [peers.ENTRIES[name] for name in names]
        race = [
            processes.enter_context(Contender(peers.refit, entry.packages, entry.environment))
            for entry in entries
        ]
        products = processes.enter_context(Contender(peers.matrix_products))
        for contender in (*race, products):
            contender.wait_until_ready()
        products.ask(seed=seed, times=1)
        for p, (point, timed) in enumerate(zip(chosen, jobs, strict=True)):
            described = {"table": tables[point.rows], "job": dataclasses.asdict(timed)}
            calls = [{"name": name, **described} for name in names]
            for contender, call in zip(race, calls, strict=True):  # all compile at the same time
                contender.send(**call, seed=seed)
            for contender in race:
                contender.receive()
            for r in range(trial.rounds):
                time.sleep(trial.rest)
                peak[p, r] = peers.OPERATIONS / products.ask(seed=seed)["seconds"]
                for i, contender in enumerate(race):
                    time.sleep(trial.rest)
                    seconds[p, i, r] = contender.ask(**calls[i], seed=seed + 1 + r)["seconds"]
    rows = [point.rows for point in chosen]
    return {
        "curve_contenders": np.array(names),
        "curve_points": np.array(chosen),
        "curve_steps": np.array(
            [timed.refits * timed.steps(n) for timed, n in zip(jobs, rows, strict=True)]
        ),
        "curve_operations": np.array(
            [timed.refits * timed.operations(n) for timed, n in zip(jobs, rows, strict=True)], float
        ),
        "curve_seconds": seconds,
        "curve_peak": peak,
    }


def _tables(sizes: set[int], folder: str, seed: int) -> dict[int, str]:
    """The paths of random tables, by their number of rows."""
    paths = {}
    for rows in sorted(sizes):
        X, y = scaling.table(jax.random.key(seed), rows)
        paths[rows] = str(Path(folder) / f"{rows}.npz")
        np.savez(paths[rows], X=X, y=y)
    return paths


def shares(results: Mapping[str, np.ndarray]) -> np.ndarray:
    """Nominal operations per second over those of a product: (points, contenders, rounds)."""
    per_second = results["curve_operations"][:, None, None] / results["curve_seconds"]
    return per_second / results["curve_peak"][:, None]


def relative_times(results: Mapping[str, np.ndarray]) -> np.ndarray:
    """The time of each peer over the time here: (points, contenders but the first, rounds)."""
    return results["curve_seconds"][:, 1:] / results["curve_seconds"][:, :1]


def along(results: Mapping[str, np.ndarray], axis: str) -> tuple[np.ndarray, np.ndarray]:
    """The values of one size, ascending, and the indices of their points.

    The other sizes are those of the middle; where the rows change, so does the full batch.
    """
    chosen = [Point(*(int(size) for size in point)) for point in results["curve_points"]]
    middle = chosen[0]

    def fits(point: Point) -> bool:
        if axis == "rows":
            return point == middle._replace(rows=point.rows, batch=point.rows)
        return point == middle._replace(**{axis: getattr(point, axis)})

    found = [index for index, point in enumerate(chosen) if fits(point)]
    values = np.array([getattr(chosen[index], axis) for index in found])
    order = np.argsort(values)
    return values[order], np.array(found)[order]


def words(point: np.ndarray) -> str:
    """The sizes of a point, in words."""
    width, rows, batch = point.tolist()
    portions = "full batch" if batch == rows else f"batches of {batch}"
    return f"18-{width}-{width}-1, {rows:,} rows, {portions}"
