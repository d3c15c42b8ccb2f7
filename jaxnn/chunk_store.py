"""How does an interrupted run resume?

    directory/run.json                  number of replicates, and the fingerprint of the run
    directory/run.lock                  locked while a run computes: one at a time
    directory/replicates-00000016.npz   a finished chunk, named by its first replicate

A chunk holds `indices`, `leaf0`, `leaf1`, ... and a description: the fingerprint of its run, dtypes
and shapes. It ends with a digest of all its bytes. It is believed if that fits and the chunk is of
what the run is about to produce; otherwise a warning says why, and its replicates are computed
again.

A run that cannot save any more, as on a full disk, goes on and says so: its result is worth more
than its chunks.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxnn.array_files import (
    Form,
    check_seal,
    described,
    forms,
    read_arrays,
    read_text,
    sealed,
    size_of,
)
from jaxnn.directory_lock import DirectoryLock
from jaxnn.errors import InputError, InputTypeError
from jaxnn.saving import (
    Unreadable,
    read_plain_file,
    reason,
    remove_temporary_files,
    write_whole,
)
from jaxnn.tables.table import quoted

MANIFEST = "run.json"
CHUNKS = "replicates-*.npz"
MOST_WARNINGS = 5  # chunks that are named, of those that are not believed
_LONGEST_TEXT = 2**16  # bytes of a manifest, or around the arrays of a chunk

logger = logging.getLogger("jaxnn")


def fingerprint_of(parts: Sequence[Any]) -> str:
    """The digest of the texts and arrays that the results of a run depend on."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(f"text {len(part)} ".encode() + part.encode())
        else:
            digest.update(f"array {part.dtype} {part.shape} ".encode() + part.tobytes())
    return digest.hexdigest()


class Store:
    """The finished chunks of one run in a directory, which it may use inside a `with` block.

    Args:
      directory: the directory; it is made if it does not exist.
      replicates: number of replicates of the whole run.
      fingerprint: what the results depend on, from `fingerprint_of`.
      leaves: the results of one replicate, each with a `dtype` and a `shape`.
      leader: whether this process holds the lock and writes the manifest. Where several processes
        compute one run, exactly one leads and enters its block first; the others read and save
        chunks while it does.

    Raises:
      InputError, InputTypeError: not a path; on entering, a directory that cannot be used, holds
        another run, or is used by another process.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str],
        replicates: int,
        fingerprint: str,
        leaves: Sequence[Any],
        *,
        leader: bool = True,
    ):
        if not isinstance(directory, str | os.PathLike):
            raise InputTypeError(
                f"directory is a {type(directory).__name__}; pass the path of a directory."
            )
        if not isinstance(os.fspath(directory), str) or not os.fspath(directory):
            raise InputError(f"directory is {directory!r}; pass the path of a directory.")
        self.path = Path(directory)
        self.replicates = replicates
        self.fingerprint = fingerprint
        self.leader = leader
        self.forms = [Form(np.dtype(leaf.dtype), tuple(leaf.shape)) for leaf in leaves]
        self._lock = DirectoryLock(self.path)
        self._not_writable: OSError | None = None
        self._manifest_problem = ""
        self._saving = True

    def __enter__(self) -> Store:
        try:
            if self.leader:
                self._enter()
        except BaseException as problem:
            self._lock.release()
            # A path with a null byte is a ValueError.
            if isinstance(problem, OSError | ValueError) and not isinstance(problem, InputError):
                raise self._unusable(problem) from None
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def is_open(self) -> bool:
        """Whether the leader's manifest of this run can be seen from here."""
        try:
            found = json.loads(read_plain_file(self.path / MANIFEST, _LONGEST_TEXT))
        except (Unreadable, ValueError, RecursionError):
            return False
        return found == self._manifest()

    def finished(self) -> tuple[list[tuple[np.ndarray, list[np.ndarray]]], np.ndarray]:
        """The saved chunks that are believed, and the replicates that are still missing.

        Returns:
          A list of (replicates of the chunk, leaves of their results), and an array of replicates.
          Replicates are numbers from 0.

        Raises:
          InputError: replicates are missing and the directory cannot be written, or nothing shows
            that it belongs to this run.
        """
        chunks, doubted = [], []
        missing = np.ones(self.replicates, bool)
        for place in sorted(self.path.glob(CHUNKS)):
            try:
                indices, leaves = self._read(place)
                if not missing[indices].all():
                    raise Unreadable("repeats replicates of another chunk")
            except Unreadable as why:
                doubted.append(f"{place} {why}")
                continue
            chunks.append((indices, leaves))
            missing[indices] = False
        if missing.any() and self._not_writable is not None:
            raise self._unusable(self._not_writable)
        # Chunks of this run are enough to show that a damaged manifest was its own.
        if self._manifest_problem and not chunks:
            raise InputError(
                f"directory is {str(self.path)!r}, whose {MANIFEST} {self._manifest_problem}; pass "
                "an empty one."
            )
        self._warn_of(doubted, bool(missing.any()))
        if self._manifest_problem:
            logger.warning("%s %s; written again.", self.path / MANIFEST, self._manifest_problem)
            self._manifest_problem = ""
            self._write_manifest()
        return chunks, np.flatnonzero(missing)

    def save(self, indices: np.ndarray, leaves: Sequence[np.ndarray]) -> None:
        """Save one finished chunk: its replicates, and the leaves of their results.

        If it cannot be written, the first such chunk gives a warning, and nothing is raised.
        """
        arrays: dict[str, np.ndarray] = {"indices": np.asarray(indices, np.int64)}
        arrays |= {f"leaf{i}": np.asarray(leaf) for i, leaf in enumerate(leaves)}
        text = json.dumps({"run": self.fingerprint, "arrays": described(arrays)})
        arrays["description"] = np.frombuffer(text.encode(), np.uint8)
        place = self.path / _chunk_name(indices)
        try:
            write_whole(place, lambda file: file.write(sealed(arrays)), tidy=False)
            self._saving = True
        except OSError as problem:
            if self._saving:
                logger.warning(
                    "%s cannot be written (%s); the run goes on, but starts again from the chunks "
                    "saved so far if it is interrupted.",
                    place,
                    reason(problem),
                )
            self._saving = False

    def _enter(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            holder = self._lock.acquire()
        except OSError as problem:  # a complete run may be in a directory that is read-only
            holder, self._not_writable = "", problem
        if holder:
            raise InputError(
                f"directory is {str(self.path)!r}, which {holder} is using; wait until that run "
                "has ended, or pass another directory."
            )
        if self._not_writable is None:
            self._prepare()
        if os.path.lexists(self.path / MANIFEST):
            self._check_manifest()
        elif self._not_writable is None:
            self._write_manifest()

    def _prepare(self) -> None:
        """Remove what killed runs have left, and see whether files can be written."""
        for names in (CHUNKS, MANIFEST):  # the lock is held, so nobody is writing them
            remove_temporary_files(self.path, names, all_of_them=True)
        try:
            tempfile.TemporaryFile(dir=self.path).close()
        except OSError as problem:
            self._not_writable = problem

    def _check_manifest(self) -> None:
        try:
            found = json.loads(read_plain_file(self.path / MANIFEST, _LONGEST_TEXT))
        except Unreadable as why:
            self._manifest_problem = str(why)
            return
        except (ValueError, RecursionError):  # not text, or not JSON
            found = None
        if not isinstance(found, dict) or found != _checked(found):
            self._manifest_problem = "is damaged"
        elif found != self._manifest():
            raise InputError(
                f"directory is {str(self.path)!r}, which holds the results of another run; pass an "
                "empty one."
            )

    def _manifest(self) -> dict[str, Any]:
        return _checked({"replicates": self.replicates, "sha256": self.fingerprint})

    def _write_manifest(self) -> None:
        text = json.dumps(self._manifest())
        try:
            write_whole(self.path / MANIFEST, lambda file: file.write(text.encode()))
        except OSError as problem:
            self._not_writable = problem

    def _read(self, place: Path) -> tuple[np.ndarray, list[np.ndarray]]:
        """The replicates and leaves of a chunk, if it is what this run would have saved."""
        whole = {"indices": Form(np.dtype(np.int64), (self.replicates,))}
        whole |= self._leaf_forms(self.replicates)
        content = read_plain_file(place, size_of(whole) + _LONGEST_TEXT)
        check_seal(content)
        text = read_text(content, "description")
        try:
            description = json.loads(text)
            run, found = description["run"], forms(description["arrays"])
            count = found["indices"].shape[0]
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise Unreadable("was not saved by this program") from None
        if run != self.fingerprint:
            raise Unreadable("is of another run")
        expected = {"indices": Form(np.dtype(np.int64), (count,)), **self._leaf_forms(count)}
        if found != expected:
            raise Unreadable("holds results of other dtypes or shapes")
        form = Form(np.dtype(np.uint8), (len(text.encode()),))
        arrays = read_arrays(content, {**expected, "description": form})
        del arrays["description"]
        indices = arrays.pop("indices")
        inside = count and indices.min() >= 0 and indices.max() < self.replicates
        if not inside or len(np.unique(indices)) != count:
            raise Unreadable("holds replicates that this run does not have, or repeats one")
        if place.name != _chunk_name(indices):
            raise Unreadable("is named after another replicate")
        return indices, list(arrays.values())

    def _leaf_forms(self, count: int) -> dict[str, Form]:
        return {
            f"leaf{i}": Form(form.dtype, (count, *form.shape)) for i, form in enumerate(self.forms)
        }

    def _warn_of(self, doubted: Sequence[str], missing: bool) -> None:
        again = "computed again" if missing else "in other files too"
        for sentence in doubted[:MOST_WARNINGS]:
            logger.warning("%s, so it is not used; its replicates are %s.", sentence, again)
        if len(doubted) > MOST_WARNINGS:
            more = len(doubted) - MOST_WARNINGS
            logger.warning("%d more files in %s are not used.", more, self.path)

    def _unusable(self, problem: BaseException) -> InputError:
        return InputError(
            f"directory is {quoted(str(self.path), 300)}, which cannot be used "
            f"({reason(problem)}); pass one that can be written to."
        )


def _checked(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest with a check of its content, in place of any that it holds."""
    content = {name: value for name, value in manifest.items() if name != "check"}
    text = json.dumps(content, sort_keys=True)
    return {**content, "check": hashlib.sha256(text.encode()).hexdigest()}


def _chunk_name(indices: np.ndarray) -> str:
    return f"replicates-{indices[0]:08d}.npz"
