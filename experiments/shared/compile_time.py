"""How much of a computation is spent on compiling programs, and how much on running them?

JAX reports how long each program took to trace, to lower and to compile; the sum over one
computation is what it would not need a second time.  A program that is found in the persistent
cache counts with the time to read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import jax

_STAGES = ("jaxpr_trace", "jaxpr_to_mlir", "backend_compile")


class Compilation:
    """A running account.

    Attributes:
      seconds: wall time of tracing, lowering and compiling so far.
      programs: compiled so far.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.programs = 0

    def note(self, event: str, duration_secs: float, **_: Any) -> None:
        """Add what JAX reports, if it is about compiling."""
        stage = event.rsplit("/", 1)[-1]
        if stage.startswith(_STAGES):
            self.seconds += duration_secs
            self.programs += stage.startswith(_STAGES[-1])


@contextmanager
def compiling() -> Iterator[Compilation]:
    """Count what is compiled inside the `with` block."""
    account = Compilation()
    jax.monitoring.register_event_duration_secs_listener(account.note)
    try:
        yield account
    finally:
        jax.monitoring.unregister_event_duration_listener(account.note)
