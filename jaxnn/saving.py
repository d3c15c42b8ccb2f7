"""How does an interrupted run resume?

    directory/run.json                  number of replicates, and a fingerprint of the run
    directory/replicates-00000016.npz   a finished chunk, named by its first replicate

Every file is written whole or not at all. A run resumes by reading the chunks that are saved and
computing the others.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from jaxnn.errors import InputError, InputTypeError

MANIFEST = "run.json"


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file whole or not at all: first under a temporary name, which is then changed.

    Args:
      path: the file; its directory must exist.
      write: called with the open binary file.

    Raises:
      OSError: the file cannot be written; what `write` raises is raised too.
    """
    descriptor, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # only its owner can read a temporary file
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)  # the only way to read it is to set it
    os.umask(mask)
    return mask


class Store:
    """The finished chunks of one run in a directory.

    Args:
      directory: the directory; it is made if it does not exist.
      replicates: number of replicates of the whole run.
      fingerprint: texts and arrays that the results depend on.

    Raises:
      InputError, InputTypeError: the directory cannot be used, or holds another run.
    """

    def __init__(
        self, directory: str | os.PathLike[str], replicates: int, fingerprint: Sequence[Any]
    ):
        if not isinstance(directory, str | os.PathLike):
            raise InputTypeError(
                f"directory is a {type(directory).__name__}; pass the path of a directory."
            )
        self.path = Path(directory)
        self.replicates = replicates
        digest = hashlib.sha256()
        for part in fingerprint:
            if isinstance(part, str):
                digest.update(part.encode())
            else:
                digest.update(f"{part.dtype}{part.shape}".encode())
                digest.update(np.ascontiguousarray(part).tobytes())
        manifest = {"replicates": replicates, "sha256": digest.hexdigest()}
        place = self.path / MANIFEST
        found = manifest
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if place.exists():
                found = json.loads(place.read_bytes())
            else:
                write_whole(place, lambda file: file.write(json.dumps(manifest).encode()))
        except ValueError:  # not text, or not JSON
            found = None
        except OSError as problem:
            raise self._unusable(problem) from None
        if found != manifest:
            raise InputError(
                f"directory is {str(self.path)!r}, which holds the results of another run; pass an "
                "empty one."
            )

    def _unusable(self, problem: OSError) -> InputError:
        return InputError(
            f"directory is {str(self.path)!r}, which cannot be used ({problem}); pass one that can "
            "be written to."
        )

    def finished(self) -> tuple[list[tuple[np.ndarray, list[np.ndarray]]], np.ndarray]:
        """The saved chunks, and the replicates that are still missing.

        Returns:
          A list of (replicates of the chunk, leaves of their results), and an array of replicates.
          Replicates are numbers from 0.

        Raises:
          InputError: replicates are missing and the directory cannot be written.
        """
        chunks = []
        missing = np.ones(self.replicates, bool)
        for place in sorted(self.path.glob("replicates-*.npz")):
            try:
                with np.load(io.BytesIO(place.read_bytes()), allow_pickle=False) as saved:
                    indices = saved["indices"]
                    leaves = [saved[f"leaf{i}"] for i in range(int(saved["count"]))]
                new = missing[indices].all()
            except Exception:  # a damaged chunk counts as missing and is written again
                continue
            if new:
                chunks.append((indices, leaves))
                missing[indices] = False
        if missing.any():  # a complete run may be in a directory that cannot be written to
            try:
                for unfinished in self.path.glob(".replicates-*.tmp"):  # killed while writing
                    unfinished.unlink(missing_ok=True)
                tempfile.TemporaryFile(dir=self.path).close()
            except OSError as problem:
                raise self._unusable(problem) from None
        return chunks, np.flatnonzero(missing)

    def save(self, indices: np.ndarray, leaves: Sequence[np.ndarray]) -> None:
        """Save one finished chunk: its replicates, and the leaves of their results."""
        arrays = {f"leaf{i}": leaf for i, leaf in enumerate(leaves)}
        arrays |= {"indices": indices, "count": np.array(len(leaves))}
        place = self.path / f"replicates-{indices[0]:08d}.npz"
        # The type checker mistakes the names for options of savez.
        write_whole(place, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]
