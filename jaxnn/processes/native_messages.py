"""Which sentence says what the runtime says in a page of C++?

JAX's runtime writes to file descriptor 2 and aborts, with a stack trace, when the process that
coordinates the others dies or cannot be joined. This file is run as a program of its own, which
reads those messages and outlives the process: what concerns the processes becomes one sentence, and
everything else is passed on.
"""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator

CHATTER = re.compile(
    r"coordination_service|preemption_sync_manager|Additional GRPC error|GRPC status|grpc_status"
    r"|^RPC: |^The tasks have crashed|^\d+$|add_port"
)
FATAL = re.compile(r"^F\d{4} .*(Terminating process because the JAX distributed service|client\.h)")
LOST = (
    "process 0, which coordinates the others, was lost; start the same command again, with any "
    "number of processes: what was saved is not computed again."
)


def sentences(lines: Iterable[str], address: str) -> Iterator[str]:
    """The lines that are passed on, those on the processes as one sentence.

    Args:
      lines: what the runtime writes, each with its end of line.
      address: the coordinator's host and port, for the words.
    """
    fatal = ""
    for line in lines:
        if fatal:  # what follows is its details and a stack trace
            fatal += line
        elif FATAL.search(line):
            fatal = line
        elif not CHATTER.search(line):
            yield line
    if fatal:
        yield f"jaxnn: {_sentence(fatal, address)}\n"


def _sentence(fatal: str, address: str) -> str:
    if "newer incarnation" in fatal or "different incarnation" in fatal:
        return "two processes have the same number; give each its own, from 0."
    if "RegisterTask" in fatal and "INVALID_ARGUMENT" in fatal:
        return (
            "the number of this process is not below the number of processes that process 0 "
            "expects; give every process the same number of processes."
        )
    if "RegisterTask" in fatal:
        return f"process 0 was not reached at {address}, or not all processes were started."
    return LOST


def divert(address: str) -> int:
    """Send what native code writes to stderr through this file, run as a program.

    Args:
      address: the coordinator's host and port, for the words.

    Returns:
      A file descriptor of the stderr that was diverted.
    """
    kept = os.dup(2)
    program = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=kept,
    )
    assert program.stdin is not None
    os.dup2(program.stdin.fileno(), 2)
    program.stdin.close()
    return kept


def end_at_once_on_abort() -> None:
    """Let the runtime's abort end this process with status 6, the signal's number.

    Without this it would leave a core file of all its memory, and its shell would say "Aborted".
    The handler is the system's own `_exit`: Python cannot run where the runtime aborts.
    """
    try:
        system = ctypes.CDLL(None)
        system.signal.argtypes = (ctypes.c_int, ctypes.c_void_p)
        system.signal(signal.SIGABRT, ctypes.cast(system._exit, ctypes.c_void_p))
    except (OSError, AttributeError, TypeError):  # a system whose library has another form
        return


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when the process that it reads from does
    for shown in sentences(sys.stdin, sys.argv[1]):
        sys.stderr.write(shown)
        sys.stderr.flush()
