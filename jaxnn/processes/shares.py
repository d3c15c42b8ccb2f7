"""Which replicates does each process compute, and how do all get the results of all?

    block of replicates  =  share of process 0, share of process 1, ...

The shares are in the order of the processes, each with one chunk for every device of its process. A
chunk is as large as for one process alone, so the number of processes changes no result.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import numpy as np

from jaxnn.chunk_store import Store, fingerprint_of
from jaxnn.errors import InputError
from jaxnn.processes.agreement import Job, Refused
from jaxnn.processes.membership import current

SEEN_WITHIN = 20.0  # seconds until a file system shows what another machine has written

_Chunks = list[tuple[np.ndarray, list[np.ndarray]]]


class Shares:
    """One call of `replicate` that several processes make together.

    Args:
      job: the processes.
      devices: number of devices of each process.
      chunk: replicates that a device maps together.
      forms: the results of one replicate, each with a `dtype` and a `shape`.
    """

    def __init__(self, job: Job, devices: Sequence[int], chunk: int, forms: Sequence[Any]):
        self.job = job
        self.ends = np.cumsum([0, *(chunk * count for count in devices)])
        self.forms = [(np.dtype(form.dtype), tuple(form.shape)) for form in forms]
        self.row = sum(dtype.itemsize * int(np.prod(shape)) for dtype, shape in self.forms)
        self.length = self.row * chunk * max(devices)  # bytes that each process sends

    def of(self, indices: np.ndarray, process: int | None = None) -> np.ndarray:
        """The replicates of a block that a process computes, by default this one."""
        process = self.job.index if process is None else process
        return indices[self.ends[process] : self.ends[process + 1]]

    def gather(self, indices: np.ndarray, leaves: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The results of a block from those of each share.

        Args:
          indices: the replicates of the block.
          leaves: the results of this process's share, each (replicates of the share, ...).

        Returns:
          The results of the block, each (replicates of the block, ...).
        """
        sent = np.zeros(self.length, np.uint8)
        content = b"".join(np.ascontiguousarray(leaf).tobytes() for leaf in leaves)
        sent[: len(content)] = np.frombuffer(content, np.uint8)
        received = self.job.gather(sent) if self.length else np.zeros((self.job.count, 0), np.uint8)
        parts = [self._unpacked(row, len(self.of(indices, p))) for p, row in enumerate(received)]
        return [np.concatenate(leaf) for leaf in zip(*parts, strict=True)]

    def _unpacked(self, content: np.ndarray, replicates: int) -> list[np.ndarray]:
        leaves, start = [], 0
        for dtype, shape in self.forms:
            size = dtype.itemsize * replicates * int(np.prod(shape))
            leaf = np.frombuffer(content[start : start + size].tobytes(), dtype)
            leaves.append(leaf.reshape(replicates, *shape))
            start += size
        return leaves


def check_call(
    job: Job,
    arrays: Mapping[str, Sequence[np.ndarray]],
    settings: Mapping[str, Any],
    program: str,
) -> None:
    """Refuse a call of `replicate` that differs between processes.

    Args:
      job: the processes.
      arrays: the arrays of each argument, by its name.
      settings: the values of other arguments.
      program: the text of the program of one replicate.

    Raises:
      InputError: the name of the argument that differs, and two processes; or a process that calls
        nothing, or something else.
    """
    job.calls += 1
    parts = {name: fingerprint_of(leaves) for name, leaves in arrays.items()}
    parts |= {name: str(value) for name, value in settings.items()}
    parts["fn"] = hashlib.sha256(program.encode()).hexdigest()
    job.check_same(f"call {job.calls} of replicate", parts)


def enter_together(job: Job, store: Store, stack: ExitStack) -> tuple[_Chunks, np.ndarray]:
    """Enter the block of a store that process 0 leads, and read what is finished.

    Args:
      job: the processes.
      store: the store, not yet entered; that of process 0 is the leader.
      stack: what leaves the block of the store.

    Returns:
      The finished chunks and the missing replicates, the same in every process.

    Raises:
      InputError: the directory cannot be used, or is not the same for all processes.
    """
    chunks, missing, problem = [], np.arange(0), ""
    if store.leader:
        try:
            chunks, missing = stack.enter_context(store).finished()
        except InputError as error:
            problem = str(error)
    problem, digest = job.agree([problem, fingerprint_of([missing])])
    if problem:
        raise Refused(problem)
    deadline = time.monotonic() + SEEN_WITHIN
    while not store.leader:
        seen = store.is_open()
        chunks, missing = store.finished() if seen else ([], missing)
        if (seen and fingerprint_of([missing]) == digest) or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    same = store.leader or (store.is_open() and fingerprint_of([missing]) == digest)

    def decide(all_same: Sequence[bool]) -> None:
        for other, one in enumerate(all_same):
            if not one:
                raise InputError(
                    f"directory is {str(store.path)!r}, where process {other} does not find what "
                    "process 0 has written; pass a directory that all processes share."
                )

    job.decide("the directory", same, decide)
    return chunks, missing


def job_of(devices: Sequence[Any], own: Callable[[], int]) -> Job | None:
    """The processes that a call on these devices needs, or None if it is this one alone.

    Raises:
      InputError: devices of other processes, but not of all.
    """
    owners = {device.process_index for device in devices}
    if owners == {own()}:
        return None
    job = current()
    if job is None or owners != set(range(job.count)):
        raise InputError(
            f"devices is a list of devices of the processes {sorted(owners)}; pass devices of "
            "every process, or jax.local_devices()."
        )
    return job
