"""What is left of a long run that was killed?

Everything that was finished: each chunk of replicates is a file of its own, named by its first
replicate, written whole or not at all, beside a fingerprint of the run.  Going on means reading
them and computing the rest.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
from tqdm import tqdm

from jaxnn.errors import InputError, InputTypeError

MANIFEST = "run.json"


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file whole or not at all: to a temporary name beside it, then renamed.

    Args:
      path: the file; its directory must exist.
      write: called with the open binary file.
    """
    descriptor, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
    )
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())  # a temporary file is its owner's alone
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)  # it can only be read by setting it
    os.umask(mask)
    return mask


class Store:
    """The finished chunks of one run in a directory.

    Args:
      directory: made if it does not exist.
      replicates: how many the whole run has.
      fingerprint: texts and arrays that the run depends on.

    Raises:
      InputError: the directory cannot be used, or holds another run.
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
                f"directory {str(self.path)!r} holds the results of another run; give an empty one."
            )

    def _unusable(self, problem: OSError) -> InputError:
        return InputError(
            f"directory is {str(self.path)!r}, which cannot be used ({problem}); give a "
            "directory that can be written."
        )

    def finished(self) -> tuple[list[tuple[np.ndarray, list[np.ndarray]]], np.ndarray]:
        """The saved chunks, each with the replicates it holds, and the replicates still missing."""
        chunks = []
        left = np.ones(self.replicates, bool)
        for place in sorted(self.path.glob("replicates-*.npz")):
            try:
                with np.load(io.BytesIO(place.read_bytes()), allow_pickle=False) as saved:
                    indices = saved["indices"]
                    leaves = [saved[f"leaf{i}"] for i in range(int(saved["count"]))]
                new = left[indices].all()
            except Exception:  # however it is damaged, it counts as missing and is written again
                continue
            if new:
                chunks.append((indices, leaves))
                left[indices] = False
        if left.any():  # a run that is complete may lie where nothing can be written
            try:
                for unfinished in self.path.glob(".replicates-*.tmp"):  # killed while it wrote
                    unfinished.unlink(missing_ok=True)
                tempfile.TemporaryFile(dir=self.path).close()
            except OSError as problem:
                raise self._unusable(problem) from None
        return chunks, np.flatnonzero(left)

    def save(self, indices: np.ndarray, leaves: Sequence[np.ndarray]) -> None:
        """Add one finished chunk."""
        arrays = {f"leaf{i}": leaf for i, leaf in enumerate(leaves)}
        arrays |= {"indices": indices, "count": np.array(len(leaves))}
        place = self.path / f"replicates-{indices[0]:08d}.npz"
        # To the type checker the names might be those of savez's own options.
        write_whole(place, lambda file: np.savez(file, **arrays))  # type: ignore[arg-type]


class Progress:
    """A progress bar on stderr over replicates, or nothing.

    Args:
      show: False shows nothing, True a bar, a text a bar with that label.
      total: replicates in all.
    """

    def __init__(self, show: bool | str, total: int):
        label = show if isinstance(show, str) else None
        self.bar = tqdm(
            total=total, desc=label, unit=" refits", file=sys.stderr, disable=not show, leave=True
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def update(self, count: int) -> None:
        """Say that `count` more replicates are finished."""
        self.bar.update(count)
