"""How long do a hundred refits take, here and with other tools, and where is the limit?

    share of the peak = 6 x weights x rows x steps x refits / seconds / (float32 matrix product)

All contenders take turns within a round on the same machine, so that its drifts hit all alike;
ratios are medians over rounds.  Compile time is apart: the cold total is what a user waits for the
first result in a fresh process, after the imports.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

import jaxnn
from experiments.claims import Claim
from experiments.speed_peers import Job, available, cores
from jaxnn import plotting, tables
from jaxnn.bootstrap import bootstrap

TITLE = "The speed of many small fits"
CAPTIONS = {
    "ratios": (
        "How many times longer each peer takes for 100 refits of the Heart table (303 rows, 18 "
        "encoded inputs) than this library's bootstrap, on the same cores in the same rounds. "
        "Points: single rounds; bar: median. Compile time is left out. Of the PyTorch loops only "
        "the eager one with the default Adam is held against a target; with the fused kernel and "
        "with torch.compile PyTorch is faster, and those ratios are reported."
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
      replicates, rows: sizes of the two scaling series.
      cold: whether fresh processes are timed.
      asserted: whether the speed claims are asserted, or reported only.
    """

    epochs: int = 300
    batch_epochs: int = 100
    refits: int = 100
    peer_refits: int = 16
    rounds: int = 3
    replicates: tuple[int, ...] = (100, 1_000, 10_000)
    rows: tuple[int, ...] = (1_000, 10_000, 100_000)
    cold: bool = True
    asserted: bool = True


FULL = Settings()
QUICK = Settings(
    epochs=20,
    batch_epochs=2,
    refits=20,
    peer_refits=4,
    rounds=2,
    replicates=(20, 200),
    rows=(300, 3_000),
    cold=False,
    asserted=False,
)

# Job by name: sizes, whether mini-batches, and the ratios to reach (peer, least ratio).
JOBS: dict[str, tuple[tuple[int, ...], bool, dict[str, float]]] = {
    "18-64-64-1, full batch": (
        (18, 64, 64, 1),
        False,
        {"peak": 0.80, "naive vmap": 3, "torch": 4, "scikit-learn": 7},
    ),
    "18-16-16-1, full batch": (
        (18, 16, 16, 1),
        False,
        {"peak": 0.45, "naive vmap": 3.5, "torch": 5, "scikit-learn": 20},
    ),
    "18-16-16-1, batches of 32": (
        (18, 16, 16, 1),
        True,
        {"naive vmap": 3, "torch": 6, "scikit-learn": 30},
    ),
}
COLD_JOB = "18-16-16-1, full batch"
COLD_LIMIT = 2.5  # seconds
SLOW = ("scikit-learn",)
REST = 0.5  # seconds in which the threads of the one before come to rest
CHUNK = 20  # steps of the matrix product in one timing


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


def _peak_seconds(product: Any, matrix: Any) -> float:
    start = time.perf_counter()
    for _ in range(CHUNK):
        product(matrix).block_until_ready()
    return (time.perf_counter() - start) / CHUNK


def _round_times(settings: Settings, seed: int) -> dict[str, np.ndarray]:
    X, y = heart_matrix()
    size = 1024
    product = jax.jit(lambda a: a @ a)
    matrix = jax.random.normal(jax.random.key(seed), (size, size), jnp.float32)
    _peak_seconds(product, matrix)
    peers = available()
    names = list(peers)
    seconds = np.full((len(JOBS), len(names), settings.rounds), np.nan)
    losses = np.full((len(JOBS), len(names), settings.refits), np.nan)
    operations = np.zeros((len(JOBS), len(names)))
    peaks = np.zeros((len(JOBS), settings.rounds))
    for j, name in enumerate(JOBS):
        jobs = [
            job_of(name, settings, settings.peer_refits if n in SLOW else settings.refits)
            for n in names
        ]
        for i, (peer, job) in enumerate(zip(peers.values(), jobs, strict=True)):
            operations[j, i] = job.refits * job.operations(len(X))
            losses[j, i, : job.refits] = peer(job, X, y, seed)  # compiles
        for r in range(settings.rounds):
            time.sleep(REST)
            peaks[j, r] = 2 * size**3 / _peak_seconds(product, matrix)
            for i, (peer, job) in enumerate(zip(peers.values(), jobs, strict=True)):
                time.sleep(REST)
                start = time.perf_counter()
                peer(job, X, y, seed + 1 + r)
                seconds[j, i, r] = time.perf_counter() - start
    return {
        "contenders": np.array(names),
        "seconds": seconds,
        "losses": losses,
        "operations": operations,
        "peak": peaks,
        "steps": np.array([job_of(n, settings, 1).steps(len(X)) for n in JOBS]),
        "refits": np.array([settings.peer_refits if n in SLOW else settings.refits for n in names]),
    }


_COLD = """
import sys, time
import jax, optax
start = time.perf_counter()
import jaxnn
imported = time.perf_counter() - start
jax.config.update("jax_enable_compilation_cache", False)
from experiments import refit_speed, speed_peers
jaxnn.use_all_cores()
name, contender, epochs, batch_epochs, refits = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
settings = refit_speed.Settings(epochs, batch_epochs)
job = refit_speed.job_of(name, settings, refits)
X, y = refit_speed.heart_arrays()
peer = speed_peers.available()[contender]
times = []
for seed in (0, 1):
    start = time.perf_counter()
    peer(job, X, y, seed)
    times.append(time.perf_counter() - start)
import json
print(json.dumps([imported, *times]))
"""

_SCALE = """
import json, sys
import jax
jax.config.update("jax_enable_compilation_cache", False)
import jaxnn
jaxnn.use_all_cores()
from experiments import refit_speed
print(json.dumps(refit_speed.scale(sys.argv[1], json.loads(sys.argv[2]))))
"""


def heart_arrays() -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the shape of `heart_matrix`, without a JAX computation before the first fit."""
    generator = np.random.default_rng(0)
    X = generator.normal(size=(303, 18)).astype(np.float32)
    return X, (X[:, 0] + generator.normal(size=303) > 0).astype(np.float32)


def _peak_memory() -> float:
    """Bytes of the process's largest resident set so far."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent had when this process was born
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return float(line.split()[1]) * 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def scale(axis: str, sizes: list[int]) -> list[tuple[float, float]]:
    """For each size, seconds for one refit-step and the peak memory so far, in bytes."""
    measured = []
    for size in sizes:
        refits, rows = (size, 303) if axis == "replicates" else (8, size)
        epochs = 30 if axis == "replicates" else 10
        X, y = np.resize(heart_arrays()[0], (rows, 18)), np.resize(heart_arrays()[1], rows)
        fitter = jaxnn.Fitter(
            jaxnn.MLP((18, 16, 16, 1), "tanh", "binary"), jaxnn.Recipe(epochs=epochs)
        )
        # Compiled before the clock starts: the number of replicates changes the rounds only.
        times = []
        for seed in range(3):
            start = time.perf_counter()
            bootstrap(jax.random.key(seed), fitter, X, y, refits)
            times.append(time.perf_counter() - start)
        measured.append((min(times[1:]) / refits / epochs, _peak_memory()))
    return measured


def _fresh(program: str, *arguments: str) -> Any:
    outcome = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    if outcome.returncode:
        raise RuntimeError(f"a fresh process failed: {outcome.stderr[-2000:]}")
    return json.loads(outcome.stdout.strip().splitlines()[-1])


def compute(key: jax.Array, settings: Settings) -> dict[str, Any]:
    """Times of all contenders, losses reached, cold totals, and cost against size."""
    seed = int(jax.random.randint(key, (), 0, 2**20))
    results: dict[str, Any] = _round_times(settings, seed)
    names = [str(name) for name in results["contenders"]]
    cold = np.full((len(names), 3), np.nan)
    if settings.cold:
        for i, name in enumerate(names):
            refits = settings.peer_refits if name in SLOW else settings.refits
            sizes = (settings.epochs, settings.batch_epochs, refits)
            cold[i] = _fresh(_COLD, COLD_JOB, name, *map(str, sizes))
    results["cold"] = cold
    for axis, sizes in (("replicates", settings.replicates), ("rows", settings.rows)):
        measured = np.array(_fresh(_SCALE, axis, json.dumps(sizes)))
        results[f"{axis}_sizes"] = np.array(sizes)
        results[f"{axis}_seconds"], results[f"{axis}_memory"] = measured.T
    results["cores"] = cores()
    results["asserted"] = settings.asserted and cores() == 2
    return results


def _ratios(results: Any, job: int, contender: int) -> np.ndarray:
    """Time a refit of a contender over time a refit here, round by round."""
    seconds = results["seconds"][job] / results["refits"][:, None]
    return seconds[contender] / seconds[0]


def _at_least(asserted: bool, values: np.ndarray, least: float) -> bool | None:
    return bool(np.median(values) >= least) if asserted else None


def claims(results: Any) -> list[Claim]:
    """The speed to reach, the agreement of the losses, and linear cost at bounded memory."""
    names = [str(name) for name in results["contenders"]]
    asserted = bool(results["asserted"])
    source = f"target for two cores; {int(results['cores'])} here"
    found = []
    for j, (job, (_, _, targets)) in enumerate(JOBS.items()):
        shares = results["operations"][j, 0] / results["seconds"][j, 0] / results["peak"][j]
        least = targets.get("peak")
        found.append(
            Claim(
                f"{job}: nominal arithmetic as a share of the float32 matrix-product peak "
                "(median and range over rounds)",
                source,
                f"at least {least:.0%}" if least else "reported",
                float(np.median(shares)),
                (float(shares.min()), float(shares.max())),
                _at_least(asserted, shares, least) if least else None,
            )
        )
        for i, name in enumerate(names[1:], start=1):
            ratios, least = _ratios(results, j, i), targets.get(name)
            found.append(
                Claim(
                    f"{job}: {name} takes this many times as long (median and range over rounds)",
                    source,
                    f"at least {least:g}" if least else "reported",
                    float(np.median(ratios)),
                    (float(ratios.min()), float(ratios.max())),
                    _at_least(asserted, ratios, least) if least else None,
                )
            )
        found.append(_loss_claim(results, names, j, job))
    for i, name in enumerate(names):
        _, first, second = results["cold"][i]
        if np.isfinite(first):
            ours = asserted and name == "jaxnn"
            found.append(
                Claim(
                    f"{COLD_JOB}: seconds for the first {int(results['refits'][i])} refits in a "
                    f"fresh process, by {name} ({first - second:.1f} of them to compile)",
                    source,
                    f"at most {COLD_LIMIT}" if name == "jaxnn" else "reported",
                    float(first),
                    None,
                    bool(first <= COLD_LIMIT) if ours else None,
                )
            )
    return found + _scaling_claims(results, asserted)


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


def _scaling_claims(results: Any, asserted: bool) -> list[Claim]:
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
                bool(growth <= 1.5) if asserted else None,
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
    names = [str(name) for name in results["contenders"]]
    ratios, axes = plotting.panels(len(JOBS), columns=len(JOBS), height=3.6, letters=False)
    for j, (ax, job) in enumerate(zip(axes, JOBS, strict=True)):
        most = max(_ratios(results, j, i).max() for i in range(1, len(names)))
        for i in range(1, len(names)):
            values = _ratios(results, j, i)
            ax.barh(i, np.median(values), color=plotting.COLORS["sky"], height=0.6)
            ax.plot(values, np.full(len(values), i), ".", color=plotting.COLORS["black"])
            ax.text(values.max() * 1.1, i, f"{np.median(values):.1f}x", va="center")
        shares = results["operations"][j, 0] / results["seconds"][j, 0] / results["peak"][j]
        rate = results["refits"][0] * results["steps"][j] / results["seconds"][j, 0]
        ax.set_title(
            f"{job}\n{np.median(rate):,.0f} steps/s, {np.median(shares):.0%} of peak", fontsize=10
        )
        ax.set_xscale("log")
        ax.set_xlim(0.5, 4 * max(2.0, most))
        ax.axvline(1, color=plotting.COLORS["grey"])
        ax.set_yticks(range(1, len(names)), names[1:] if j == 0 else [""] * (len(names) - 1))
        ax.invert_yaxis()
        ax.set_xlabel("times as long as jaxnn")
    scaling, axes = plotting.panels(4, columns=2, height=2.8)
    for row, axis in enumerate(("replicates", "rows")):
        sizes = results[f"{axis}_sizes"]
        total = results[f"{axis}_seconds"] * (sizes if axis == "replicates" else 8) * 1e3
        ax = axes[2 * row]
        ax.loglog(sizes, total, "o-", label="measured")
        ax.loglog(sizes, total[0] * sizes / sizes[0], "--", label="in proportion")
        ax.set_ylabel("ms a step of all refits")
        ax.legend()
        axes[2 * row + 1].plot(sizes, results[f"{axis}_memory"] / 2**20, "o-")
        axes[2 * row + 1].set_xscale("log")
        axes[2 * row + 1].set_ylabel("peak memory, MiB")
        axes[2 * row + 1].set_ylim(0, 1.1 * results[f"{axis}_memory"].max() / 2**20)
        for ax in axes[2 * row : 2 * row + 2]:
            ax.set_xlabel(axis)
    return {"ratios": ratios, "scaling": scaling}
