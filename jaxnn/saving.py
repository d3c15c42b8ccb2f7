"""How is a file written whole or not at all, and read without being misled?

    write under a temporary name -> fsync -> rename

A process that is killed leaves at most a temporary file, `.NAME.PROCESS-RANDOM.tmp`, which holds a
lock that dies with its process: so a later write of the same name removes it, and never one that
another process is still writing. A link in the way is replaced, not followed.
"""

from __future__ import annotations

import fnmatch
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # as on Windows
    fcntl = None

_TEMPORARY = re.compile(r"\.(?P<name>.+)\.(?P<writer>[^.]*)\.tmp")
_WRITER = re.compile(r"\d+-\w{8}")
_AN_HOUR = 3600.0  # without locks, an older temporary file is taken to be left behind


class Unreadable(Exception):
    """Why a file cannot be read or believed, as a clause: "is a link"."""


class Missing(Unreadable):
    """There is no such file."""


def write_whole(path: Path, write: Callable[[IO[bytes]], object], *, tidy: bool = True) -> None:
    """Write a file whole or not at all: first under a temporary name, which is then changed.

    Args:
      path: the file; its directory must exist.
      write: called with the open binary file.
      tidy: whether to look for temporary files that killed processes have left for the same name,
        and remove them; this reads the whole directory.

    Raises:
      OSError: the file cannot be written; its `filename` is `path`. What `write` raises otherwise
        is raised too.
    """
    if tidy:
        remove_temporary_files(path.parent, path.name)
    descriptor, temporary = _locked_temporary_file(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())  # only its owner can read a temporary file
            if fcntl is not None:
                os.replace(temporary, path)  # before the lock is given up
        if fcntl is None:  # such systems rename closed files only
            os.replace(temporary, path)
    except BaseException as problem:
        with suppress(OSError):  # what matters is why it was not written
            Path(temporary).unlink(missing_ok=True)
        if isinstance(problem, OSError) and problem.filename in (None, temporary):
            raise OSError(problem.errno, reason(problem), str(path)) from None
        raise


def remove_temporary_files(folder: Path, names: str = "*", *, all_of_them: bool = False) -> None:
    """Remove the temporary files that killed processes have left in a folder.

    Args:
      folder: the folder; nothing happens if it cannot be read.
      names: of the files that were being written; `*` and `?` stand for any characters.
      all_of_them: whether nobody can be writing, so that no lock need be looked at.
    """
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        found = _TEMPORARY.fullmatch(entry.name)
        if found and fnmatch.fnmatchcase(found["name"], names):
            try:
                ours = _WRITER.fullmatch(found["writer"])
                if all_of_them or (ours and _left_behind(entry.path)):
                    os.unlink(entry.path)
            except OSError:  # another process was faster, or the folder is read-only
                continue


def read_plain_file(path: Path, most: int, *, follow_links: bool = False) -> bytes:
    """The bytes of a plain file; anything else would make the reader wait, or never end.

    Args:
      path: the file.
      most: the largest size to read, in bytes.
      follow_links: whether a link to a plain file is read too.

    Raises:
      Unreadable: no file, a directory, a link, a larger file, or one that cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NONBLOCK", 0)  # a pipe is opened without waiting for a writer
    try:
        if not follow_links and path.is_symlink():
            raise Unreadable("is a link")
        descriptor = os.open(path, flags)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a plain file")
            if status.st_size > most:
                raise Unreadable(f"is too large, with {status.st_size:,} bytes")
            with os.fdopen(os.dup(descriptor), "rb") as file:
                return file.read(most)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise Missing("is missing") from None
    except (OSError, ValueError) as problem:
        raise Unreadable(f"cannot be read ({reason(problem)})") from None


def reason(problem: BaseException) -> str:
    """What went wrong, in the words of the system and without a path: "Permission denied"."""
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__


def reason_and_path(problem: OSError) -> str:
    """What went wrong, and with which file: "No space left on device: 'results.npz'"."""
    return reason(problem) + ("" if problem.filename is None else f": {problem.filename!r}")


def _locked_temporary_file(path: Path) -> tuple[int, str]:
    """An open file under a temporary name beside `path`, locked while it is open."""
    while True:
        descriptor, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.{os.getpid()}-", suffix=".tmp"
        )
        if fcntl is None:
            return descriptor, temporary
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            return descriptor, temporary
        # Between the two calls, another process may have taken it for one that was left behind.
        if os.path.exists(temporary):
            return descriptor, temporary
        os.close(descriptor)


def _left_behind(temporary: str) -> bool:
    """Whether the process that was writing a temporary file is gone."""
    if fcntl is None:
        return time.time() - os.stat(temporary).st_mtime > _AN_HOUR
    descriptor = os.open(temporary, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:  # being written, or a file system without locks
        return False
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)  # the only way to read it is to set it
    os.umask(mask)
    return mask
