"""Where are finished refits kept while a run goes on, so that the same command resumes it?

In OUT/refits/DIGEST, where the digest is of the table and of all options that refits depend on. The
folder is removed when the run has ended; those of other runs stay.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from jaxnn.errors import InputError
from jaxnn.tables import Table
from jaxnn.versions import versions

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
    return options.out / "refits" / digest.hexdigest()[:16]


def remove(folder: Path) -> None:
    """Remove the refits of this run, but not those of other runs, which may resume."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent.is_dir() and not any(folder.parent.iterdir()):
        folder.parent.rmdir()
