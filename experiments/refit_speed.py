"""How long do a hundred refits take, here and with other tools, and where is the limit?

    share of the peak = 6 x weights x rows x steps x refits / seconds / (float32 matrix product)

All contenders, each in a process of its own, take turns within a round on the same machine, so
that its drifts hit all alike; ratios are medians over rounds.  Compile time is apart: the cold
total is what a user waits for the first result in a fresh process, after the imports.

Whether a target for two cores is reached is said beside it, on two cores; it is not asserted, since
it is a fact about a machine and the versions of other tools.  That all tools reach the same losses,
and that cost grows in proportion, is asserted.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import jax
import numpy as np
from matplotlib.figure import Figure

import jaxnn
from experiments import speed_figures, speed_peers, speed_scaling
from experiments.claims import Claim
from experiments.speed_peers import ENTRIES, EVERY_CORE, Job, available, cores
from experiments.turns import Contender
from jaxnn import tables

TITLE = "The speed of many small fits"
CAPTIONS = {
    "ratios": (
        "How many times longer each peer takes for 100 refits of the Heart table (303 rows, 18 "
        "encoded inputs) than this library's bootstrap, on the same cores in the same rounds. "
        "Points: single rounds; bar: median. Compile time is left out."
    ),
    "scaling": (
        "Seconds for one refit-step and peak memory of the process against the number of "
        "replicates (303 rows) and of rows (8 replicates); 18-16-16-1, full batch."
    ),
}
FIT_AGREEMENT = 0.05  # by which mean training losses of two tools may differ, beyond 4 SE


@dataclasses.dataclass(frozen=True)
class Settings:
    """Sizes of the timed jobs.

    Attributes:
      epochs, batch_epochs: passes over the rows, full batch and mini-batch.
      refits: of every job; peers that take long do `peer_refits` and are counted by rate.
      rounds: interleaved repetitions.
      rest: seconds before each timing, in which the threads of the one before come to rest.
      replicates, rows: sizes of the two scaling series.
      compared: whether runs are long enough to hold their times against the targets.
    """

    epochs: int = 300
    batch_epochs: int = 100
    refits: int = 100
    peer_refits: int = 16
    rounds: int = 3
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
    rest=0.02,
    replicates=(20, 200),
    rows=(300, 3_000),
    compared=False,
)


def _torch(least: float) -> dict[str, float]:
    return dict.fromkeys(("torch", "torch, fused Adam", "torch compiled"), least)


# Job by name: sizes, whether mini-batches, and the ratios to reach (peer, least ratio).
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
COLD_LIMIT = 2.5  # seconds
SLOW = ("scikit-learn",)
SIZE, PRODUCTS = 1024, 20  # rows of the square matrices, and products in one timing
ROWS = 303


def heart_matrix() -> tuple[np.ndarray, np.ndarray]:
    """All 303 rows of the Heart table, encoded: (303, 18) and (303,), float32."""
    table = jaxnn.datasets.heart(missing="impute")
    encoder = tables.Encoder(table.columns)
    features = tables.encode(encoder, tables.fit_scaling(encoder, table.X), table.X)
    return np.asarray(features, np.float32), np.asarray(table.y, np.float32)


def job_of(name: str, settings: Settings, refits: int) -> Job:
    """The job of a name at the sizes of the settings."""
    sizes, batched, _ = JOBS[name]
    epochs = settings.batch_epochs if batched else settings.epochs
    return Job(sizes, epochs, 32 if batched else None, refits)


def _race(settings: Settings, seed: int, table: str) -> dict[str, np.ndarray]:
    names = available()
    refits = {name: settings.peer_refits if name in SLOW else settings.refits for name in names}
    seconds = np.full((len(JOBS), len(names), settings.rounds), np.nan)
    losses = np.full((len(JOBS), len(names), settings.refits), np.nan)
    operations = np.zeros((len(JOBS), len(names)))
    peaks = np.zeros((len(JOBS), settings.rounds))
    cold = np.zeros((len(names), 2))

    with ExitStack() as processes:
        race = {
            name: processes.enter_context(
                Contender(speed_peers.refit, entry.packages, entry.environment)
            )
            for name, entry in ENTRIES.items()
            if name in names
        }
        peak = processes.enter_context(Contender(speed_peers.matrix_products))
        for contender in (*race.values(), peak):
            contender.wait_until_ready()
        peak.ask(size=SIZE, times=1)

        def call(name: str, job: str, seed: int) -> dict[str, Any]:
            described = dataclasses.asdict(job_of(job, settings, refits[name]))
            return {"name": name, "table": table, "job": described, "seed": seed}

        # The first of all calls is the one that users wait for; nothing else runs meanwhile.
        for i, name in enumerate(names):
            for n in range(2):
                time.sleep(settings.rest)
                cold[i, n] = race[name].ask(**call(name, COLD_JOB, seed + n))["seconds"]
        for j, job in enumerate(JOBS):
            for name in names:  # all compile side by side
                race[name].send(**call(name, job, seed))
            for i, name in enumerate(names):
                losses[j, i, : refits[name]] = race[name].receive()["result"]
                operations[j, i] = refits[name] * job_of(job, settings, 1).operations(ROWS)
            for r in range(settings.rounds):
                time.sleep(settings.rest)
                answer = peak.ask(size=SIZE, times=PRODUCTS)
                peaks[j, r] = 2 * SIZE**3 * PRODUCTS / answer["seconds"]
                for i, name in enumerate(names):
                    time.sleep(settings.rest)
                    answer = race[name].ask(**call(name, job, seed + 1 + r))
                    seconds[j, i, r] = answer["seconds"]
    return {
        "contenders": np.array(names),
        "seconds": seconds,
        "losses": losses,
        "operations": operations,
        "peak": peaks,
        "cold": cold,
        "steps": np.array([job_of(n, settings, 1).steps(ROWS) for n in JOBS]),
        "refits": np.array([refits[name] for name in names]),
    }


def _scaling(axis: str, sizes: tuple[int, ...]) -> np.ndarray:
    with Contender(speed_scaling.measure, ("jaxnn.bootstrap",), EVERY_CORE) as process:
        process.wait_until_ready()
        return np.array([process.ask(axis=axis, size=size)["result"] for size in sizes])


def compute(key: jax.Array, settings: Settings) -> dict[str, Any]:
    """Times of all contenders, losses reached, cold totals, and cost against size."""
    seed = int(jax.random.randint(key, (), 0, 2**20))
    with tempfile.TemporaryDirectory() as folder:
        table = str(Path(folder) / "rows.npz")
        X, y = heart_matrix()
        np.savez(table, X=X, y=y)
        results: dict[str, Any] = _race(settings, seed, table)
    series = {"replicates": settings.replicates, "rows": settings.rows}
    # Side by side only where the times are not compared.
    with ThreadPoolExecutor(1 if settings.compared else len(series)) as pool:
        measured = pool.map(_scaling, series, series.values())
    for (axis, sizes), found in zip(series.items(), measured, strict=True):
        results[f"{axis}_sizes"] = np.array(sizes)
        results[f"{axis}_seconds"], results[f"{axis}_memory"] = found.T
    results["cores"] = cores()
    results["compared"] = settings.compared and cores() == 2
    return results


def claims(results: Any) -> list[Claim]:
    """The speed to reach, the agreement of the losses, and linear cost at bounded memory."""
    names = [str(name) for name in results["contenders"]]
    found = []
    for j, (job, (_, _, targets)) in enumerate(JOBS.items()):
        shares = speed_figures.shares_of_peak(results, j)
        statement = f"{job}: nominal arithmetic as a share of the float32 matrix-product peak"
        found.append(_ratio_claim(results, statement, shares, targets.get("peak")))
        for i, name in enumerate(names[1:], start=1):
            ratios = speed_figures.times_as_long(results, j, i)
            statement = f"{job}: {name} takes this many times as long"
            found.append(_ratio_claim(results, statement, ratios, targets.get(name)))
        found.append(_loss_claim(results, names, j, job))
    for i, name in enumerate(names):
        first, second = results["cold"][i]
        found.append(
            Claim(
                f"{COLD_JOB}: seconds for the first {int(results['refits'][i])} refits in a "
                f"fresh process, by {name} ({first - second:.1f} of them to compile)",
                _source(results),
                _outcome(results, f"at most {COLD_LIMIT}", bool(first <= COLD_LIMIT))
                if name == "jaxnn"
                else "reported",
                float(first),
                None,
                None,
            )
        )
    return found + _scaling_claims(results)


def _source(results: Any) -> str:
    return f"target for two cores; {int(results['cores'])} here"


def _outcome(results: Any, target: str, reached: bool) -> str:
    if not results["compared"]:
        return f"{target} (not compared in this run)"
    return f"{target} ({'reached' if reached else 'NOT reached'})"


def _ratio_claim(results: Any, statement: str, ratios: np.ndarray, least: float | None) -> Claim:
    expected = "reported"
    if least is not None:
        reached = bool(np.median(ratios) >= least)
        expected = _outcome(results, f"at least {least:g}", reached)
    return Claim(
        f"{statement} (median and range over rounds)",
        _source(results),
        expected,
        float(np.median(ratios)),
        (float(ratios.min()), float(ratios.max())),
        None,
    )


def _loss_claim(results: Any, names: list[str], j: int, job: str) -> Claim:
    means, excess = [], -np.inf
    ours = results["losses"][j, 0]
    for i, name in enumerate(names):
        theirs = results["losses"][j, i]
        theirs = theirs[np.isfinite(theirs)]
        error = np.hypot(theirs.std() / len(theirs) ** 0.5, ours.std() / len(ours) ** 0.5)
        means.append(f"{name} {theirs.mean():.4f} +- {theirs.std() / len(theirs) ** 0.5:.4f}")
        excess = max(excess, abs(theirs.mean() - ours.mean()) - 4 * error)
    return Claim(
        f"{job}: all reach the same final mean training loss (mean and standard error over refits; "
        f"differences within 4 SE and {FIT_AGREEMENT:.0%})",
        "the same objective, steps and distribution of first weights",
        "equal",
        ", ".join(means),
        None,
        bool(excess <= FIT_AGREEMENT * ours.mean()),
    )


def _scaling_claims(results: Any) -> list[Claim]:
    found = []
    for axis in ("replicates", "rows"):
        sizes, seconds = results[f"{axis}_sizes"], results[f"{axis}_seconds"]
        per_unit = seconds if axis == "replicates" else seconds / sizes
        growth = per_unit[-1] / per_unit[-2]
        found.append(
            Claim(
                f"cost of one refit-step a {axis[:-1] if axis == 'rows' else 'replicate'} at "
                f"{sizes[-1]:,} {axis} over that at {sizes[-2]:,}",
                "linear cost",
                "at most 1.5",
                float(growth),
                None,
                bool(growth <= 1.5) if results["compared"] else None,
            )
        )
        memory = results[f"{axis}_memory"] / 2**20
        found.append(
            Claim(
                f"peak memory at {sizes[-1]:,} {axis}, MiB (at {sizes[0]:,}: {memory[0]:.0f})",
                "bounded memory",
                "reported",
                float(memory[-1]),
                None,
                None,
            )
        )
    return found


def draw(results: Any) -> dict[str, Figure]:
    """Ratios of all jobs; cost and memory against size."""
    return {
        "ratios": speed_figures.ratios(results, list(JOBS)),
        "scaling": speed_figures.scaling(results),
    }
