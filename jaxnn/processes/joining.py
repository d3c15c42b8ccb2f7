"""How does a process join the others, and how do all end together?

    job = join("localhost:9876", processes=2, process=0)   ...   leave(status)

The processes are what JAX calls a multi-process program: each has its own devices, and one, number
0, runs the coordinator. Where a cluster starts them (Slurm, Open MPI, Kubernetes), JAX finds out
the arguments by itself.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import numpy as np

from jaxnn.errors import InputError, InputTypeError, check_count, check_not_negative
from jaxnn.processes import membership
from jaxnn.processes.agreement import PREFIX, Job
from jaxnn.processes.native_messages import divert, end_at_once_on_abort
from jaxnn.processes.recorded import Recorded
from jaxnn.processes.watch import END, ENDED, GRACE, ended_key
from jaxnn.versions import versions

JOIN_WITHIN = 300  # seconds
MOST_PROCESSES = 2**16
HEARTBEAT = 50  # seconds without a sign of life, after which JAX itself gives a process up
PACKAGES = ("jax", "jaxlib", "numpy", "optax", "jaxnn")

_recorded: list[Recorded] = []


def join(
    coordinator: str | None = None,
    processes: int | None = None,
    process: int | None = None,
    *,
    quiet: bool = False,
    within: float = JOIN_WITHIN,
) -> Job:
    """Join the other processes of a program; call it before the first JAX computation.

    From then on, this process ends with one sentence on stderr and status 1 when another one is
    lost.

    Args:
      coordinator: "host:port" of process 0, where the port is free; None asks the cluster.
      processes: the number of processes; None asks the cluster.
      process: the number of this process, from 0; None asks the cluster.
      quiet: whether processes other than 0 print nothing, unless they fail alone.
      within: seconds until all must have joined.

    Returns:
      The job, which is also `current()` from now on. It is left at the end of the program.

    Raises:
      InputError, InputTypeError: an argument that cannot be used or is missing, a port that is
        taken, a process 0 that cannot be reached, or processes with other versions of the packages
        or another number of processes.
    """
    if membership.jobs:
        raise InputError("join was called twice; call it once, before the first JAX computation.")
    _check(coordinator, processes, process)
    check_not_negative(within, "within")
    if jax.distributed.is_initialized():
        raise InputError("jax.distributed has been initialised; call join in place of that.")
    deadline = time.monotonic() + within
    if coordinator is not None and process == 0:
        _check_free(coordinator)
    elif coordinator is not None and process is not None:
        _await_coordinator(coordinator, deadline)
    errors = _diverted_errors(coordinator)
    late = threading.Timer(within, _late, (errors, within))
    late.daemon = True
    late.start()
    try:
        _initialise(coordinator, processes, process)
        job = job_of_jax()
        job.watch.errors = errors
        if quiet:
            _make_quiet(job)
        begin(job)
        try:
            job.check_same("joining", _description(job))
        except InputError:
            _part(job)
            raise
        with _silent_stdout():  # the first gather connects the processes, which gloo tells
            job.gather(np.zeros(1, np.uint8))
    finally:
        late.cancel()
    return job


def _make_quiet(job: Job) -> None:
    _recorded.append(Recorded(sys.stderr, job.index == 0))
    sys.stderr = _recorded[-1]
    if job.index > 0:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  open until the process ends


def _description(job: Job) -> dict[str, str]:
    """What must be the same in all processes, in words."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(path.read_bytes())
    return {
        "the number of processes": str(job.count),
        **{f"the version of {name}": found for name, found in versions(PACKAGES).items()},
        "the source code of jaxnn": digest.hexdigest(),
        "the platform": jax.default_backend(),
        # JAX makes the attributes of its configuration while it runs, unseen by the type checker.
        "the precision (jax_enable_x64)": str(jax.config.jax_enable_x64),  # type: ignore[attr-defined]
    }


def job_of_jax() -> Job:
    """The processes that JAX's coordinator knows."""
    from jax._src.distributed import global_state  # the table of keys and values has no other name

    return Job(global_state.client, global_state.process_id, global_state.num_processes)


def begin(job: Job) -> None:
    """Take part in a job from now on, until `leave` or the end of the process."""
    membership.jobs.append(job)
    atexit.register(_leave_at_exit)
    job.watch.start()


def _check(coordinator: Any, processes: Any, process: Any) -> None:
    if coordinator is not None:
        if not isinstance(coordinator, str):
            raise InputTypeError(f"coordinator is {coordinator!r}; pass 'host:port'.")
        host, _, port = coordinator.rpartition(":")
        if not (host and port.isascii() and port.isdecimal() and 0 < int(port) < 2**16):
            raise InputError(
                f"coordinator is {coordinator!r}; pass host:port, with a port from 1 to 65535."
            )
    if processes is not None:
        check_count(processes, "processes")
        if processes > MOST_PROCESSES:
            raise InputError(f"processes is {processes:g}; pass at most {MOST_PROCESSES:,}.")
    if process is not None:
        check_count(process, "process", 0)
    if processes is not None and process is not None and process >= processes:
        raise InputError(
            f"process is {process}, but there are {processes} processes; number them from 0."
        )


def _check_free(coordinator: str) -> None:
    port = int(coordinator.rpartition(":")[2])
    try:
        with socket.socket() as place:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            place.bind(("", port))
    except OSError as problem:
        raise InputError(
            f"coordinator is {coordinator!r}, but port {port} cannot be opened "
            f"({problem.strerror}); pass another port to every process."
        ) from None


def _await_coordinator(coordinator: str, deadline: float) -> None:
    host, _, port = coordinator.rpartition(":")
    while True:
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=5).close()
            return
        except (OSError, ValueError) as problem:  # a name that cannot be one is a ValueError
            final = not isinstance(problem, OSError) or isinstance(problem, socket.gaierror)
            if final or time.monotonic() > deadline:
                why = getattr(problem, "strerror", None) or problem
                raise InputError(
                    f"coordinator is {coordinator!r}, where process 0 cannot be reached ({why}); "
                    "start process 0 there."
                ) from None
        time.sleep(0.2)


def _diverted_errors(coordinator: str | None) -> io.TextIOWrapper:
    """The stream to stderr, past the program that reads what native code writes there."""
    sys.stderr.flush()
    address = coordinator or os.environ.get("JAX_COORDINATOR_ADDRESS", "the coordinator")
    # It stays open until the process ends.
    errors = open(divert(address), "w", buffering=1, errors="backslashreplace")  # noqa: SIM115
    end_at_once_on_abort()
    if sys.stderr is sys.__stderr__:
        sys.stderr = errors
    return errors


def _late(errors: io.TextIOWrapper, within: float) -> None:
    print(
        f"jaxnn: not all processes joined within {within:g} seconds; start every one, with the "
        "same coordinator and number of processes.",
        file=errors,
        flush=True,
    )
    os._exit(1)


def _initialise(coordinator: str | None, processes: int | None, process: int | None) -> None:
    # Otherwise the runtime aborts, with a stack trace, before it can be said which was lost.
    jax.config.update("jax_enable_recoverability", True)
    jax.config.update("jax_enable_preemption_service", False)
    try:
        jax.distributed.initialize(
            coordinator,
            processes,
            process,
            initialization_timeout=10**6,  # the timer of `join` ends it
            heartbeat_timeout_seconds=HEARTBEAT,
        )
    except ValueError as problem:
        raise InputError(
            f"no cluster was found that starts the processes ({problem}); pass the coordinator's "
            "host:port, the number of processes, and the number of this process."
        ) from None
    except RuntimeError as problem:
        raise InputError(
            f"JAX cannot join the processes ({str(problem).partition('.')[0]}); join before the "
            "first JAX computation."
        ) from None


@contextlib.contextmanager
def _silent_stdout() -> Iterator[None]:
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def leave(status: int = 0, sentence: str = "") -> int:
    """Wait for all processes to end, and return the status with which all of them end.

    Args:
      status: the exit status that this process would have alone.
      sentence: why it failed, for the other processes; by default what it printed last.

    Returns:
      That of process 0 or, if it is 0, the largest of all; `status` if this process is alone.
    """
    check_count(status, "status", 0)
    job = membership.current()
    if job is None:
        return status
    membership.jobs.clear()
    atexit.unregister(_leave_at_exit)
    recorded = _recorded.pop() if _recorded else None
    said = sentence or (recorded.last_line() if recorded else "") or f"its status is {status}"
    job.watch.others_may_fail()
    job.client.key_value_set(ended_key(job.index), json.dumps([status, said]))
    ended = _all_ended(job, status)
    statuses = {int(k.removeprefix(ENDED)): json.loads(v) for k, v in ended.items()}
    first_status = statuses.get(0, [0])[0]
    if status and recorded is not None and job.index > 0 and not first_status:
        print(f"process {job.index}:\n{recorded.text}", file=recorded.stream, flush=True)
    for other, (theirs, why) in sorted(statuses.items()):
        if theirs and not status and (recorded is None or job.index == 0):
            print(f"jaxnn: process {other} failed: {why}", file=job.watch.errors, flush=True)
            break
    _disconnect(job)
    return first_status or max([status, *(found for found, _ in statuses.values())])


def _all_ended(job: Job, status: int) -> dict[str, str]:
    """How the processes ended; one that has failed does not wait long for the others."""
    deadline = time.monotonic() + (2 * GRACE if status else float("inf"))
    ended: dict[str, str] = {}
    with contextlib.suppress(jax.errors.JaxRuntimeError):  # process 0 has not waited for this one
        while len(ended) < job.count and time.monotonic() < deadline:
            time.sleep(0.05 if ended else 0)
            ended = dict(job.client.key_value_dir_get(ENDED))
            if status and job.client.key_value_dir_get(END):
                break
    return ended


def _disconnect(job: Job) -> None:
    """Leave the coordinator; process 0, in which it runs, is the last."""
    job.watch.stop()
    gone = f"{PREFIX}gone/"
    if job.index > 0:
        with contextlib.suppress(jax.errors.JaxRuntimeError):
            job.client.key_value_set(f"{gone}{job.index}", "")
    else:
        deadline = time.monotonic() + GRACE
        while len(job.client.key_value_dir_get(gone)) < job.count - 1:
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        time.sleep(0.2)  # for the others to disconnect
    jax.distributed.shutdown()


def _part(job: Job) -> None:
    """Go without waiting for the others, which do not belong to the same program."""
    membership.jobs.clear()
    atexit.unregister(_leave_at_exit)
    job.watch.stop()
    if job.index == 0:
        time.sleep(1.0)  # for the others to hear why
    jax.distributed.shutdown()


def _leave_at_exit() -> None:
    """End together when a program of the library's user ends."""
    problem = getattr(sys, "last_value", None)
    status = leave(0 if problem is None else 1, "" if problem is None else str(problem))
    if status and problem is None:
        sys.stdout.flush()
        os._exit(status)
