"""Which processes does this one act with, and what does process 0 do for all?

Without other processes, all of this is what a single program does: it decides, writes and prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import jax

from jaxnn.errors import InputError, InputTypeError, check_count
from jaxnn.processes.agreement import Job, Refused

T = TypeVar("T")

jobs: list[Job] = []  # the one that this process has joined, if any
_blocks: list[str] = []  # of `alone`, which are open


def current() -> Job | None:
    """The processes that this one acts with, or None.

    A process that has called `jax.distributed.initialize` itself has joined too.
    """
    if _blocks:
        return None
    if not jobs and jax.distributed.is_initialized():
        from jaxnn.processes.joining import begin, job_of_jax  # late, since that imports this

        begin(job_of_jax())
    return jobs[-1] if jobs else None


def first() -> bool:
    """Whether this process writes and prints: it is number 0, or alone."""
    job = current()
    return job is None or job.index == 0


def devices() -> list[Any]:
    """The devices to compute on: those of all processes, or in a block of `alone` one's own."""
    return jax.local_devices() if _blocks else jax.devices()


@contextmanager
def alone() -> Iterator[None]:
    """A block in which this process acts as if there were no others."""
    _blocks.append("alone")
    try:
        yield
    finally:
        _blocks.pop()


def first_alone(work: Callable[[], T]) -> T | None:
    """Call a function in process 0, as if it were alone, while the others wait.

    Every process calls this at the same place.

    Args:
      work: a function without arguments, such as one that writes files.

    Returns:
      What it returns, in process 0; None in the others.

    Raises:
      InputError: what `work` raises, in every process.
    """
    if not callable(work):
        raise InputTypeError(f"work is a {type(work).__name__}; pass a function without arguments.")
    job = current()
    if job is None:
        return work()
    result, problem = None, ""
    if job.index == 0:
        try:
            with alone():
                result = work()
        except InputError as error:
            problem = str(error)
    problem = job.agree(problem)
    if problem:
        raise Refused(problem)
    return result


def check_same(place: str, parts: Mapping[str, str]) -> None:
    """Refuse what differs between processes; every process calls this at the same place.

    Args:
      place: where in the program this is, in words.
      parts: a short text or digest of each thing, by its name.

    Raises:
      InputError: the first thing that differs, with the numbers of two processes.
    """
    job = current()
    if job is not None:
        job.check_same(place, parts)


def agreed(value: Any, place: str = "a decision of process 0") -> Any:
    """The value that process 0 has; every process calls this at the same place.

    Args:
      value: what JSON holds, such as a time that was measured.
      place: where in the program this is, in words.
    """
    job = current()
    return value if job is None else job.agree(value, place)


def threads(count: int) -> int:
    """The number of threads that may call `replicate` at once: one, if there are other processes.

    In every process the calls must come in the same order, which only one thread keeps.

    Args:
      count: the number of threads to use in a process that is alone.
    """
    check_count(count, "count")
    return count if current() is None else 1
