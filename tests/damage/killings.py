"""Is a run that is killed at a random moment lost, or does it end as if nothing had happened?

Each run is a process that is forked from this one once everything is imported, and killed with
SIGKILL. This process itself never starts JAX, whose threads do not survive a fork.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tests.damage.stores import Outcome, Store

RESULT = "outcome"


class Killing(NamedTuple):
    """A run that was killed some times, and then was not.

    Attributes:
      moments: seconds after which each process was killed.
      left: files at the last killing, and temporary files among them.
      fault: what was wrong in the end, or "".
    """

    moments: list[float]
    left: tuple[int, int]
    fault: str


def killed(store: Store, times: int, random: np.random.Generator) -> Killing:
    """Start a run and kill it, several times in the same folder; then let it end, and compare."""
    with tempfile.TemporaryDirectory() as root:
        straight, folder = Path(root, "straight"), Path(root, "killed")
        process, before = _start(store, straight)
        _first_write(store, process, straight, before)
        writing = time.monotonic()
        os.waitpid(process, 0)
        duration = time.monotonic() - writing  # of the part in which files are written
        truth = _outcome(straight)
        moments, left = [], (0, 0)
        while len(moments) < times:
            process, before = _start(store, folder)
            begin = time.monotonic()
            if random.random() < 0.8:  # otherwise before anything is written
                _first_write(store, process, folder, before)
            time.sleep(random.uniform(0, duration))
            os.kill(process, signal.SIGKILL)
            _, status = os.waitpid(process, 0)
            if not os.WIFSIGNALED(status):  # it was finished before
                break
            moments.append(time.monotonic() - begin)
            files = _times(folder)
            left = len(files), sum(path.suffix == ".tmp" for path in files)
        process, _ = _start(store, folder)
        os.waitpid(process, 0)
        return Killing(moments, left, _fault(_outcome(folder), truth, folder))


def _times(folder: Path, pattern: str = "*") -> dict[Path, int]:
    """When each file in a folder was written."""
    times = {}
    for path in folder.rglob(pattern):
        with contextlib.suppress(FileNotFoundError):
            times[path] = path.stat().st_mtime_ns
    return times


def _first_write(store: Store, process: int, folder: Path, before: dict[Path, int]) -> None:
    """Wait until a process has written a file, or has ended."""
    ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while _times(folder, store.written) == before and os.waitid(os.P_PID, process, ended) is None:
        time.sleep(0.001)


def _start(store: Store, folder: Path) -> tuple[int, dict[Path, int]]:
    """Start a process that runs in a folder and then writes its outcome.

    Returns:
      Its number, and the files before it started.
    """
    folder.mkdir(exist_ok=True)
    before = _times(folder, store.written)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # JAX warns of forks
        warnings.simplefilter("ignore", DeprecationWarning)  # as Python does
        process = os.fork()
    if process:
        return process, before
    try:
        outcome = store.run(folder)
        (folder / RESULT).write_bytes(pickle.dumps(tuple(outcome)))  # read by this program alone
    finally:
        os._exit(0)


def _outcome(folder: Path) -> Outcome | None:
    place = folder / RESULT
    return Outcome(*pickle.loads(place.read_bytes())) if place.exists() else None


def _fault(found: Outcome | None, truth: Outcome | None, folder: Path) -> str:
    if truth is None or found is None:
        return "no result"
    if found.refusal:
        return found.refusal
    if found.results != truth.results:
        return "another result"
    if any(path.suffix == ".tmp" for path in folder.rglob("*")):
        return "temporary files are left"
    return ""
