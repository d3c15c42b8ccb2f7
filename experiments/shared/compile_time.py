"""How much of a computation's time is spent compiling programs?

JAX reports how long each program took to trace, to lower and to compile; a second run of the
same computation would save their sum. A program found in the persistent cache counts with the time
it takes to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax

_STAGES = ("jaxpr_trace", "jaxpr_to_mlir", "backend_compile")


class Compilation:
    """The account of what has been compiled so far.

    Attributes:
      seconds: wall time of tracing, lowering and compiling.
      programs: number of programs compiled.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.programs = 0

    def note(self, event: str, duration_secs: float, **_: Any) -> None:
        """Add an event that JAX reports, if it is a stage of compilation."""
        stage = event.rsplit("/", 1)[-1]
        if stage.startswith(_STAGES):
            self.seconds += duration_secs
            self.programs += stage.startswith(_STAGES[-1])


@contextmanager
def compiling() -> Iterator[Compilation]:
    """Count the programs compiled inside the `with` block, and the time that this takes."""
    account = Compilation()
    jax.monitoring.register_event_duration_secs_listener(account.note)
    try:
        yield account
    finally:
        jax.monitoring.unregister_event_duration_listener(account.note)
