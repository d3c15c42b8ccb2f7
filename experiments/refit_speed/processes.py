"""How are several tools timed on one machine without disturbing each other?

Each contender is a separate process, with its own threads and settings, and waits for its turn:

    answer = contender.ask(...)   =>   {"seconds": wall time of the call there, "result": ...}

A contender's threads sleep while another is timed, and its memory is its own. Short turns let
drifts of the machine affect all contenders alike. The processes exchange only numbers, as JSON.
Compilation caches on disk are off, so the first answer includes all compilation.

`Contender` starts `python -m experiments.refit_speed.processes MODULE:FUNCTION PACKAGE...`.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]  # the folder that holds `experiments`
NO_CACHES = {"JAX_ENABLE_COMPILATION_CACHE": "false", "TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}


class Contender:
    """A process in which one function is called repeatedly; a context manager that ends it.

    Args:
      function: a module's function; it takes JSON values as keyword arguments and returns numbers.
      packages: imported before the first call, as a user's script would have done.
      environment: environment variables, in addition to those of this process.

    Raises:
      RuntimeError: the process failed; the message ends with what it wrote to stderr.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        packages: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ):
        self.function = f"{function.__module__}:{function.__qualname__}"
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  closed in __exit__
        self._process = subprocess.Popen(
            [sys.executable, "-m", "experiments.refit_speed.processes", self.function, *packages],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=ROOT,
            env={**os.environ, **NO_CACHES, **(environment or {})},
        )

    def __enter__(self) -> Contender:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()  # its loop ends with its input
        if error is not None:
            self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def wait_until_ready(self) -> None:
        """Wait until the process has imported its packages."""
        self._receive()

    def send(self, **arguments: Any) -> None:
        """Start a call; `receive` waits for its answer."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps(arguments) + "\n")
            stdin.flush()
        except BrokenPipeError:
            self._fail()

    def receive(self) -> dict[str, Any]:
        """The seconds and the result of the call that `send` started."""
        return self._receive()

    def ask(self, **arguments: Any) -> dict[str, Any]:
        """`send` and `receive`."""
        self.send(**arguments)
        return self.receive()

    def _receive(self) -> dict[str, Any]:
        stdout = self._process.stdout
        assert stdout is not None
        line = stdout.readline()
        if not line:
            self._fail()
        return json.loads(line)

    def _fail(self) -> None:
        self._process.wait()
        self._errors.seek(0)
        raise RuntimeError(f"{self.function} failed in its process: {self._errors.read()[-2000:]}")


def serve(function: str, packages: Sequence[str]) -> None:
    """Answer calls from stdin until it ends: the loop of a contender's process."""
    # Other output must not mix with the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    for package in packages:
        importlib.import_module(package)
    module, name = function.split(":")
    call = getattr(importlib.import_module(module), name)
    print(json.dumps({}), file=answers, flush=True)
    for line in sys.stdin:
        arguments = json.loads(line)
        start = time.perf_counter()
        result = call(**arguments)
        seconds = time.perf_counter() - start
        answer = {"seconds": seconds, "result": np.asarray(result).tolist()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2:])
