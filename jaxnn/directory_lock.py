"""How does one run at a time use a directory?

    run.lock    locked while the run lives; holds its process and host as JSON

The lock belongs to the open file, so the system gives it up when the process ends, however it
ends, and two threads of one process exclude each other too.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # as on Windows
    fcntl = None

LOCK_FILE = "run.lock"
_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES)
_LONGEST = 1000  # bytes that are read of the file
_PAUSE = 0.2  # seconds between two tries

logger = logging.getLogger("jaxnn")


class DirectoryLock:
    """The right of one run to use a directory, until it is released or its process ends.

    Where the system or the file system has no locks, a warning says so and nothing is excluded.

    Args:
      folder: the directory; it must exist.
    """

    def __init__(self, folder: Path):
        self.path = folder / LOCK_FILE
        self._descriptor: int | None = None

    def acquire(self) -> str:
        """Take the lock if it is free.

        Returns:
          "" if it is held from now on, otherwise who holds it: "process 123 on host".

        Raises:
          OSError: the file cannot be opened for writing, as in a read-only directory.
        """
        while True:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            descriptor = os.open(self.path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
            try:
                if not self._lock(descriptor):
                    return self._holder(descriptor)
                # The last holder may have removed the file since it was opened.
                if self._is_still_there(descriptor):
                    self._sign(descriptor)
                    self._descriptor, descriptor = descriptor, -1
                    return ""
            finally:
                if descriptor >= 0:
                    os.close(descriptor)

    def wait(self, told: Callable[[str], object]) -> None:
        """Take the lock, waiting while another run holds it.

        Args:
          told: called once with who holds the lock if it is not free.

        Raises:
          OSError: as for `acquire`.
        """
        holder = self.acquire()
        if holder:
            told(holder)
        while holder:
            time.sleep(_PAUSE)
            holder = self.acquire()

    def release(self) -> None:
        """Give the lock up; nothing happens if it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def remove(self) -> None:
        """Give the lock up and remove its file; nothing happens if it is not held."""
        if self._descriptor is not None:
            with suppress(OSError):
                self.path.unlink()
            self.release()

    def _lock(self, descriptor: int) -> bool:
        problem: object = "this system has none"
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError as error:
                if error.errno in _TAKEN:
                    return False
                problem = error.strerror
        logger.warning(
            "%s cannot be locked (file locks: %s); start no second run in this directory.",
            self.path,
            problem,
        )
        return True

    def _is_still_there(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), os.lstat(self.path))
        except FileNotFoundError:
            return False

    def _sign(self, descriptor: int) -> None:
        text = json.dumps({"process": os.getpid(), "host": socket.gethostname()})
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, text.encode())
        except OSError:  # a full disk: the lock holds without a signature
            pass

    def _holder(self, descriptor: int) -> str:
        try:
            signed: Any = json.loads(os.read(descriptor, _LONGEST))
            process, host = int(signed["process"]), str(signed["host"])
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return "another process"  # it has not signed yet
        return f"process {process} on {host[:80]!r}"
