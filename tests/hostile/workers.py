"""How are thousands of hostile calls made, of which some may end the process?

In a process of its own for each package, whose memory is limited: what takes too much memory, ends
the process or never answers is a fault, and a new process goes on with the next call.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection

from tests.hostile.outcomes import SLOW_SECONDS, Case, Outcome, outcome_of

MEMORY = 6 * 2**30  # bytes that a call may take


@contextmanager
def limited_memory() -> Iterator[None]:
    """Let this process take `MEMORY` bytes more than it has."""
    try:
        with open("/proc/self/statm") as file:
            taken = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # a system that does not tell
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def outcomes_of(cases: Sequence[Case]) -> Iterator[tuple[Case, Outcome]]:
    """What each call answers, in order."""
    context = multiprocessing.get_context("spawn")
    done = 0
    while done < len(cases):
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(sender, cases[done:]))
        process.start()
        sender.close()
        try:
            while done < len(cases):
                try:
                    answered = receiver.poll(SLOW_SECONDS + 60)
                    outcome = receiver.recv() if answered else Outcome("fault", "no answer")
                except (EOFError, OSError):
                    answered, outcome = False, Outcome("fault", "the process ended")
                done += 1
                yield cases[done - 1], outcome
                if not answered:
                    break
        finally:
            process.kill()
            process.join()


def _work(sender: Connection, cases: Sequence[Case]) -> None:
    import jax

    jax.config.update("jax_num_cpu_devices", 2)
    jax.config.update("jax_debug_key_reuse", True)
    jax.numpy.zeros(3).block_until_ready()
    os.chdir(tempfile.mkdtemp())  # some texts are taken as the name of a folder
    with limited_memory():
        for case in cases:
            sender.send(outcome_of(case))
