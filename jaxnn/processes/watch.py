"""What happens when a process is lost, or fails alone?

Each process counts up a number at the coordinator every `INTERVAL` seconds and looks at those of
the others. One whose number has stood still for `LOST_AFTER` seconds is lost: its machine is down,
or it was killed or stopped. The others cannot go on without its results, so each says so in one
sentence and ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from typing import Any, NoReturn

import jax

ALIVE, ENDED = "jaxnn/alive/", "jaxnn/ended/"
END = "jaxnn/end/"  # under it, why the processes end
INTERVAL = 2.0  # seconds
LOST_AFTER = 30.0  # seconds; a process may be kept from counting by a long call that holds Python
BROKEN_AFTER = 6.0  # the same, once a connection to it was closed
GRACE = 8.0  # seconds for the others to end by themselves when one has failed
RESUME = (
    "start the same command again, with any number of processes: what was saved is not computed "
    "again."
)


def ended_key(process: int) -> str:
    """The key under which a process says how it ended."""
    return f"{ENDED}{process}"


class Watch:
    """Counts at the coordinator, and ends this process when another is lost or has failed.

    Args:
      client: the client of JAX's coordinator.
      index: the number of this process.
      count: the number of processes.
    """

    def __init__(self, client: Any, index: int, count: int):
        self.client, self.index, self.count = client, index, count
        self.limit = LOST_AFTER
        self.errors = sys.stderr  # where the sentence goes, also when sys.stderr is replaced
        self._over = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to count."""
        self._thread.start()

    def others_may_fail(self) -> None:
        """From now on, a failure of another process does not end this one, which is ending."""
        self._ending = True

    def stop(self) -> None:
        """Stop counting."""
        self._over.set()

    def wait_for_the_lost(self, problem: Exception) -> None:
        """Wait until the process that broke a connection is found, which ends this one.

        Args:
          problem: the error of the connection.
        """
        self.limit = BROKEN_AFTER
        self._thread.join(LOST_AFTER + GRACE)
        reason = str(problem).partition("\n")[0]
        self.end(f"the connection to another process broke ({reason}); {RESUME}")

    def _run(self) -> None:
        seen: dict[int, tuple[str, float]] = {}
        failed_since: float | None = None
        turn = 0
        while not self._over.wait(INTERVAL if turn else 0):
            turn += 1
            try:
                self.client.key_value_set(f"{ALIVE}{self.index}", str(turn), allow_overwrite=True)
                counts = dict(self.client.key_value_dir_get(ALIVE))
                ended = dict(self.client.key_value_dir_get(ENDED))
                ends = self.client.key_value_dir_get(END)
            except jax.errors.JaxRuntimeError:
                if self._over.wait(self.limit / 3):  # the runtime ends the process first
                    return
                self.end(f"process 0, which coordinates the others, was lost; {RESUME}")
            if ends and not self._ending:
                self.end(ends[0][1])
            now = time.monotonic()
            for other in range(self.count):
                number = counts.get(f"{ALIVE}{other}", "")
                if not number:  # it has not begun to count
                    continue
                if seen.get(other, ("", 0.0))[0] != number:
                    seen[other] = number, now
                elif now - seen[other][1] > self.limit and ended_key(other) not in ended:
                    self.end(f"process {other} was lost; {RESUME}")
            failures = {k: json.loads(v) for k, v in ended.items() if json.loads(v)[0]}
            if failures and not self._ending:
                failed_since = failed_since or now
                if now - failed_since > GRACE:
                    key, (_, sentence) = min(failures.items())
                    self.end(f"process {key.removeprefix(ENDED)} failed: {sentence}")

    def tell(self, sentence: str) -> None:
        """End the other processes with a sentence, while this one ends by itself."""
        self._ending = True
        with contextlib.suppress(jax.errors.JaxRuntimeError):
            self.client.key_value_set(f"{END}{self.index}", sentence, allow_overwrite=True)

    def end(self, sentence: str) -> NoReturn:
        """Print a sentence and end this process, whatever its other threads wait for.

        Args:
          sentence: why; the other processes print the same.
        """
        try:
            print(f"jaxnn: {sentence}", file=self.errors, flush=True)
            sys.stdout.flush()
            self.tell(sentence)
            if self.index == 0:  # the coordinator ends with this process
                time.sleep(2 * INTERVAL)
        finally:
            os._exit(1)
