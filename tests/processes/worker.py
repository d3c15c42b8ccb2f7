"""One of several processes: `python worker.py SCENARIO INDEX COUNT PORT FOLDER`."""

import functools
import json
import os
import signal
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import jaxnn.replicate
from experiments.lab import runner
from jaxnn import MLP, Fitter, InputError, Recipe, processes, use_all_cores
from jaxnn.bootstrap import bootstrap
from jaxnn.chunk_store import Store
from jaxnn.processes import watch
from jaxnn.replicate import replicate

REPLICATES = 23
jaxnn.replicate.CPU_OPTIONS = None  # as in `tests/conftest.py`, to be equal bit for bit


def draw(key, offset, table):
    """Results of several dtypes and shapes, among them a key."""
    drawn = jax.random.normal(key, (3,)) + offset + jnp.tanh(table).sum()
    rounded = jnp.asarray(offset, jnp.bfloat16)
    return {"drawn": drawn, "rounded": rounded, "key": key, "large": offset > 4}


def draw_scaled(factor, key, offset, table):
    """As `draw`, with a number that belongs to the function."""
    return factor * draw(key, offset, table)["drawn"]


def arguments():
    """The keys and other arguments of the calls of `draw`."""
    keys = jax.random.split(jax.random.key(0), REPLICATES)
    mapped = (np.arange(REPLICATES, dtype=np.float32),)
    return {"keys": keys, "mapped": mapped, "shared": (np.ones(3, np.float32),)}


def results(directory):
    """What every process computes, and one process alone."""
    X = np.random.default_rng(0).normal(size=(12, 2)).astype(np.float32)
    fitter = Fitter(MLP((2, 2, 1)), Recipe(epochs=2))
    refits = bootstrap(jax.random.key(1), fitter, X, X[:, 0], 5)
    drawn = replicate(draw, **arguments(), chunk=2)
    resumed = replicate(draw, **arguments(), chunk=2, directory=directory)
    leaves = jax.tree.leaves([refits, drawn, resumed])
    return {f"leaf{i}": np.asarray(leaf).view(np.uint8) for i, leaf in enumerate(leaves)}


def refusals():
    """The sentences on calls that differ between processes, by what differs."""
    index = processes.current().index
    given = arguments()
    other = {
        "keys": jax.random.split(jax.random.key(index), REPLICATES),
        "mapped": (given["mapped"][0] + index,),
        "shared": (np.ones(3 + index, np.float32),),
        "chunk": 2 + index,
        "devices": jax.devices()[:: 1 - 2 * index],
        "fn": functools.partial(draw_scaled, float(index)),
        "devices of others": [each for each in jax.devices() if each.process_index != index],
    }
    sentences = {}
    for name, value in other.items():
        call = {"fn": draw, **given, name.partition(" ")[0]: value}
        try:
            replicate(call.pop("fn"), call.pop("keys"), **call)
        except InputError as problem:
            sentences[name] = str(problem)
    return sentences


def compute_of_the_experiment(folder, key):
    """Called by the experiment `shares` in every process."""
    job = processes.current()
    place = folder / f"process{job.index}"
    place.mkdir()
    before = sorted(path.name for path in (folder / "store").glob("*.npz"))
    np.savez(place / "results.npz", **results(folder / "store"))
    own = replicate(draw, **arguments(), chunk=2, devices=jax.local_devices())
    alone = processes.first_alone(lambda: replicate(draw, **arguments(), chunk=2)["drawn"].sum())
    found = {
        "before": before,
        "refusals": refusals(),
        "own": float(own["drawn"].sum()),
        "alone": None if alone is None else float(alone),
        "agreed": processes.agreed(job.index + 7),
        "threads": processes.threads(4),
    }
    (place / "found.json").write_text(json.dumps(found))
    noise = replicate(functools.partial(jax.random.normal, shape=(2,)), jax.random.split(key, 9))
    return {"noise": noise}


def killed(folder, index, count, port):
    """Process 2 is killed when it has saved its first share; the others wait for its results."""
    watch.INTERVAL, watch.BROKEN_AFTER = 0.2, 2.0
    save = Store.save

    def save_and_die(self, *chunk):
        save(self, *chunk)
        if index == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    Store.save = save_and_die
    use_all_cores(2)
    processes.join(f"localhost:{port}", count, index)
    replicate(draw, **arguments(), chunk=1, directory=folder / "store")


def experiment(folder, index, count, port):
    """The command line of experiments, with an experiment that does what is tested."""
    sys.path.insert(0, str(folder))
    words = ["shares", "--out", str(folder / "figures"), "--distributed"]
    words += ["--coordinator", f"localhost:{port}"] if count > 1 else []
    words += ["--processes", str(count), "--process", str(index)]
    return runner.main(
        words, names=("shares",), package="toys", prepare=lambda quick: use_all_cores(2)
    )


def fails_alone(folder, index, count, port):
    """Process 1 cannot read a file; process 0 waits for it."""
    watch.INTERVAL, watch.GRACE = 0.2, 0.5
    processes.join(f"localhost:{port}", count, index)
    if index == 1:
        (folder / "missing").read_text()
    processes.current().agree("what process 1 never asks for")


if __name__ == "__main__":
    scenario, *numbers, place = sys.argv[1:]
    sys.exit(globals()[scenario](Path(place), *map(int, numbers)))
