"""Where do the arrays of a run come from: a stored result, or a computation that is then stored?

    computed    what is stored if it is of this run, otherwise compute, save, read
    redrawn     what is stored, whatever the sources were

Both return what was stored, sentences on where it comes from, and the seconds of a computation.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import jax

from experiments.lab import contract, store
from experiments.lab.contract import Experiment
from experiments.lab.progress import readable
from jaxnn import processes
from jaxnn.errors import InputError
from jaxnn.saving import reason

Arrays = tuple[store.Stored, list[str], float | None]


def redrawn(experiment: Experiment, quick: bool, seed: int, folder: Path) -> Arrays:
    """The latest stored arrays of a run with these settings, even if the sources have changed.

    Raises:
      InputError: nothing is stored.
    """
    run = store.run_of(experiment, quick, seed, backend="")
    stored = store.latest(folder, run)
    if stored is None:
        raise InputError(
            f"nothing is stored for {run.name!r} with these settings and seed {run.seed} in "
            f"{str(folder)!r}; run it without --redraw first."
        )
    sentences = []
    if stored.record["fingerprint"] != run.fingerprint:
        sentences = ["drawn from arrays of an earlier state of the sources"]
    elif stored.record["versions"] != run.versions:
        sentences = ["drawn from arrays made with other versions of the packages"]
    return stored, sentences, None


def computed(experiment: Experiment, quick: bool, seed: int, folder: Path) -> Arrays | None:
    """The arrays, computed by all processes and stored by the first; None in the others."""
    run = store.run_of(experiment, quick, seed, jax.default_backend())
    same = {"the source code": run.fingerprint}
    processes.check_same(f"the experiment {run.name}", same)
    found = processes.first_alone(partial(store.read, folder, run))
    stored, fault = found or (None, "")
    if processes.agreed(stored is not None, f"the experiment {run.name}"):
        if stored is None:
            return None
        took = readable(stored.record["seconds"])
        return stored, [f"nothing changed since it was computed in {took}"], None
    sentences = [f"a stored result cannot be used: {fault}; computed again"] if fault else []

    processes.first_alone(partial(store.check_room, folder, run))
    key = contract.key_of(run.name, run.seed)
    settings = experiment.quick if quick else experiment.full
    begin = time.perf_counter()
    results = jax.block_until_ready(experiment.compute(key, settings))
    seconds = time.perf_counter() - begin
    if not processes.first():
        return None
    made = _circumstances(seconds)
    try:
        store.save(folder, run, results, made)
    except OSError as problem:  # as on a full disk: hours of computation are worth a figure
        sentences.append(f"the result cannot be stored ({reason(problem)})")
        stored = store.result_of(run, results, made)
    else:
        stored, fault = store.read(folder, run)
        if stored is None:
            raise OSError(f"the result of {run.name!r} was stored and cannot be used: {fault}")
    return stored, [*sentences, f"computed in {readable(seconds)}"], seconds


def _circumstances(seconds: float) -> dict[str, Any]:
    """When, where and how long: recorded with a result, but not part of its name."""
    return {
        "computed": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "process_peak_memory_mib": _peak_memory(),
        "platform": {
            "cores": os.cpu_count(),
            "devices": jax.device_count(),
            "device_kind": jax.devices()[0].device_kind,
            "backend": jax.default_backend(),
        },
    }


def _peak_memory() -> int | None:
    """The most memory this process has held, in MiB; None where the system does not report it."""
    try:
        import resource
    except ImportError:
        return None
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
