"""Where are finished refits kept while a run goes on, so that the same command resumes it?

In OUT/refits/DIGEST, where the digest is of the table and of all options that refits depend on. The
folder is removed when the run has ended; those of other runs stay. One run at a time uses OUT.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jaxnn.directory_lock import DirectoryLock
from jaxnn.errors import InputError
from jaxnn.saving import reason, remove_temporary_files
from jaxnn.tables import Table
from jaxnn.versions import versions

FOLDER = "refits"
PACKAGES = ("jax", "jaxlib", "numpy", "optax", "jaxnn")
OF_REFITS = (
    *("hidden", "activation", "penalty", "epochs"),
    *("optimizer", "learning_rate", "batch_size", "replicates", "seed"),
)


def check_writable(out: Path) -> None:
    """Make a directory, and refuse one in which no file can be written.

    Raises:
      InputError: a file, or a directory that cannot be made or written to.
    """
    if os.path.lexists(out) and not out.is_dir():
        raise InputError(f"out is {str(out)!r}, which is a file; pass a directory.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"out is {str(out)!r}, which cannot be written to ({reason}); pass another directory."
        ) from None


def folder_for(options: argparse.Namespace, table: Table) -> Path:
    """The folder for the refits of one table with these options."""
    digest = hashlib.sha256()
    settings = [getattr(options, name) for name in OF_REFITS]
    digest.update(repr((settings, table.columns, table.response, versions(PACKAGES))).encode())
    for array in (table.X, table.y, table.weights, table.groups):
        digest.update(b"none" if array is None else repr(array.shape).encode() + array.tobytes())
    return options.out / FOLDER / digest.hexdigest()[:16]


@contextmanager
def only_run(out: Path) -> Iterator[None]:
    """A block in which no other command computes refits for a directory, or writes results there.

    Temporary files that killed commands have left there are removed.

    Raises:
      InputError: another command does, or no file can be written there.
    """
    lock = DirectoryLock(out / FOLDER)
    try:
        lock.path.parent.mkdir(parents=True, exist_ok=True)
        holder = lock.acquire()
    except OSError as problem:
        raise InputError(
            f"out is {str(out)!r}, where refits cannot be kept ({reason(problem)}); pass another "
            "directory."
        ) from None
    if holder:
        raise InputError(
            f"out is {str(out)!r}, for which {holder} is computing; wait until it has ended, or "
            "pass another directory."
        )
    try:
        remove_temporary_files(out)
        yield
    finally:
        lock.remove()
        with suppress(OSError):
            lock.path.parent.rmdir()  # unless refits are kept in it


def remove(folder: Path) -> None:
    """Remove the refits of this run, but not those of other runs, which may resume."""
    shutil.rmtree(folder, ignore_errors=True)
