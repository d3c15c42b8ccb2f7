"""Was this result computed before, and where is it?

    path = results / name / "<size>-seed<seed>-<digest>"
    digest = sha256(name, settings, seed, sources, versions, platform)

Arrays go to `path.npz`, and the record of how they were made to `path.json`, written last: arrays
without a record were interrupted and count as absent. Every file is written whole or not at all.
The record holds the dtypes and shapes of the arrays, and a digest of itself and of them; a result
is believed if all of that fits, and if the record is of the run that is looked for.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from experiments.lab.contract import Experiment, result_fingerprint
from jaxnn.array_files import described, digest_of, forms, read_arrays, size_of, write_arrays
from jaxnn.directory_lock import DirectoryLock
from jaxnn.errors import InputError
from jaxnn.saving import (
    Missing,
    Unreadable,
    read_plain_file,
    reason,
    remove_temporary_files,
    write_whole,
)
from jaxnn.versions import versions

PACKAGES = ("jax", "jaxlib", "numpy", "optax")  # the library counts by its sources
# What a record says of a run that its name does not depend on.
CIRCUMSTANCES = ("computed", "seconds", "process_peak_memory_mib", "platform", "versions")
LARGEST_RECORD, LARGEST_ARRAYS = 2**26, 2**36  # bytes
# The names of savez's own arguments.
_TAKEN = frozenset({"file", "allow_pickle"})


@dataclasses.dataclass(frozen=True)
class Run:
    """Everything that a result depends on; `path` is derived from all of it."""

    name: str
    size: str
    settings: Mapping[str, Any]
    seed: int
    fingerprint: str
    versions: Mapping[str, str]
    backend: str

    def path(self, folder: Path) -> Path:
        """The place of the result under `folder`, without a suffix."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return folder / self.name / f"{self.size}-seed{self.seed}-{digest}"


@dataclasses.dataclass(frozen=True)
class Stored:
    """A result read back: the arrays, and the record of how they were made."""

    arrays: dict[str, np.ndarray]
    record: dict[str, Any]


def write_text(path: Path, text: str) -> None:
    """Write text in UTF-8, whole or not at all."""
    write_whole(path, lambda file: file.write(text.encode()))


def write_json(path: Path, record: Mapping[str, Any]) -> None:
    """Write a record, whole or not at all; numbers that JSON lacks become strings ("nan")."""
    text = json.dumps(_finite(record), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def read_json(path: Path) -> dict[str, Any] | None:
    """The record in a file, or None when it is missing, a link, or cannot be read."""
    try:
        record = json.loads(read_plain_file(path, LARGEST_RECORD))
    except (Unreadable, ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def plain_settings(settings: Any) -> dict[str, Any]:
    """Settings as a record returns them: a tuple becomes a list, infinity the text "inf".

    Raises:
      InputError: a setting is not a plain value.
    """
    try:
        return json.loads(json.dumps(_finite(dataclasses.asdict(settings)), allow_nan=False))
    except TypeError as error:
        raise InputError(
            f"settings are {settings!r}; use numbers, strings, booleans, None and tuples of them."
        ) from error


def run_of(experiment: Experiment, quick: bool, seed: int, backend: str) -> Run:
    """The run of an experiment with the present sources and installed packages."""
    return Run(
        name=experiment.name,
        size="quick" if quick else "full",
        settings=plain_settings(experiment.quick if quick else experiment.full),
        seed=seed,
        fingerprint=result_fingerprint(experiment),
        versions=versions(PACKAGES),
        backend=backend,
    )


@contextmanager
def only_run(folder: Path, name: str, told: Callable[[str], object]) -> Iterator[None]:
    """A block in which no other process computes or draws the experiment for the same folder.

    It waits until another has ended, and removes the temporary files that killed ones have left.

    Args:
      folder: where the results of all experiments are.
      name: of the experiment.
      told: called with a sentence if another process has to be waited for.

    Raises:
      InputError: no file can be written there.
    """
    place = folder / name
    lock = DirectoryLock(place)
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock.wait(lambda holder: told(f"waiting for {holder}, which is running {name}"))
        tempfile.TemporaryFile(dir=place).close()
    except OSError as problem:
        lock.release()
        raise InputError(
            f"results are kept in {str(place)!r}, which cannot be used ({reason(problem)}); remove "
            "what is in the way, or pass another --out."
        ) from None
    try:
        remove_temporary_files(place, all_of_them=True)
        remove_temporary_files(folder, f"{name}.*")
        yield
    finally:
        lock.remove()
        with suppress(OSError):
            place.rmdir()  # unless something is stored in it


def check_room(folder: Path, run: Run) -> None:
    """Refuse to compute what cannot be stored, since a directory is in its place.

    Raises:
      InputError: there is one.
    """
    for suffix in (".npz", ".json"):
        place = run.path(folder).with_suffix(suffix)
        if place.is_dir() and not place.is_symlink():
            raise InputError(f"{str(place)!r} is a directory, where a result belongs; remove it.")


def save(folder: Path, run: Run, results: Mapping[str, Any], record: Mapping[str, Any]) -> Stored:
    """Store the arrays of a run and the record of how they were made.

    Returns:
      What `read` will return.

    Raises:
      InputError: a result is not an array, a number or a string, or its name cannot be stored.
      OSError: a file cannot be written; see `result_of`.
    """
    stored = result_of(run, results, record)
    path = run.path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path.with_suffix(".npz"), lambda file: write_arrays(file, stored.arrays))
    write_json(path.with_suffix(".json"), stored.record)
    return stored


def result_of(run: Run, results: Mapping[str, Any], record: Mapping[str, Any]) -> Stored:
    """A result as it is stored, before it is.

    Raises:
      InputError: a result is not an array, a number or a string, or its name cannot be stored.
    """
    arrays = {name: storable(name, value) for name, value in results.items()}
    content = {**dataclasses.asdict(run), **record, "arrays": described(arrays)}
    content = json.loads(json.dumps(_finite(content)))  # as it will be read
    return Stored(arrays, {**content, "sha256": digest_of(content, arrays)})


def storable(name: str, value: Any) -> np.ndarray:
    """A result as the array that is stored.

    Raises:
      InputError: it is not an array, a number or a string, or its name cannot be stored.
    """
    if not isinstance(name, str) or not name.isidentifier() or name in _TAKEN:
        raise InputError(f"a result is named {name!r}; use a Python identifier.")
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        # Typed keys and ragged lists are not NumPy arrays.
        array = np.asarray(None)
    if array.dtype.kind not in "biufcUS":
        raise InputError(
            f"result {name!r} is a {type(value).__name__} that no file without pickle holds; "
            "save arrays of numbers or strings."
        )
    return array


def read(folder: Path, run: Run) -> tuple[Stored | None, str]:
    """The result of a run, or None and why it is unusable ("" if it is absent)."""
    path = run.path(folder)
    try:
        stored = _read(path)
        if any(stored.record.get(field) != value for field, value in _fields(run).items()):
            raise Unreadable("its record is of another run")
    except Missing:
        return None, ""
    except Unreadable as why:
        return None, str(why)
    return stored, ""


def latest(folder: Path, run: Run) -> Stored | None:
    """The newest sound result with this name, size, seed and these settings, or None.

    Unlike `read`, it ignores the sources and versions.
    """
    alike, candidates = ("name", "size", "settings", "seed"), []
    for path in (folder / run.name).glob("*.json"):
        record = read_json(path)
        if record and all(record.get(field) == _fields(run)[field] for field in alike):
            candidates.append((str(record.get("computed", "")), path.with_suffix("")))
    for _, path in sorted(candidates, reverse=True):
        with suppress(Unreadable):
            return _read(path)
    return None


def _fields(run: Run) -> dict[str, Any]:
    return json.loads(json.dumps(dataclasses.asdict(run)))


def _read(path: Path) -> Stored:
    """The result at `path` (no suffix), if record and arrays belong together and to that place.

    Raises:
      Missing: there is none.
      Unreadable: they do not, as a clause with a subject.
    """
    record = read_json(path.with_suffix(".json"))
    if record is None:
        started = any(os.path.lexists(path.with_suffix(suffix)) for suffix in (".json", ".npz"))
        raise Unreadable("its record is missing or damaged") if started else Missing()
    description = {name: value for name, value in record.items() if name != "sha256"}
    try:
        run = Run(**{field.name: record[field.name] for field in dataclasses.fields(Run)})
        own = run.path(path.parents[1])
        expected = forms(description["arrays"])
    except (LookupError, TypeError, ValueError, Unreadable):
        raise Unreadable("its record is damaged") from None
    if own != path:
        raise Unreadable("its record is of another run")
    try:
        most = min(size_of(expected), LARGEST_ARRAYS)
        arrays = read_arrays(read_plain_file(path.with_suffix(".npz"), most), expected)
    except Unreadable as why:
        raise Unreadable(f"the file of its arrays {why}") from None
    if digest_of(description, arrays) != record.get("sha256"):
        raise Unreadable("its arrays and its record do not belong together")
    return Stored(arrays, record)
