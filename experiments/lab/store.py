"""Was this result computed before, and where is it?

    path = results / name / "<size>-seed<seed>-<digest>"
    digest = sha256(name, settings, seed, sources, versions, platform)

Arrays go to `path.npz`, and the record of how they were made to `path.json`, written last: arrays
without a record were interrupted and count as absent. Every file is written whole or not at all.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.lab.contract import Experiment, result_fingerprint
from jaxnn.errors import InputError
from jaxnn.saving import write_whole
from jaxnn.versions import versions

PACKAGES = ("jax", "jaxlib", "numpy", "optax")  # the library counts by its sources
# What a record says of a run that its name does not depend on.
CIRCUMSTANCES = ("computed", "seconds", "process_peak_memory_mib", "platform", "versions")
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
    """The record in a file, or None when it is missing or cannot be read."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def plain_settings(settings: Any) -> dict[str, Any]:
    """Settings as JSON returns them (a tuple becomes a list).

    Raises:
      InputError: a setting is not a plain value.
    """
    try:
        return json.loads(json.dumps(dataclasses.asdict(settings)))
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


def save(folder: Path, run: Run, results: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    """Store the arrays of a run and the record of how they were made.

    Raises:
      InputError: a result is not an array, a number or a string, or its name cannot be stored.
    """
    arrays: dict[str, Any] = {name: storable(name, value) for name, value in results.items()}
    path = run.path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path.with_suffix(".npz"), lambda file: np.savez(file, **arrays))
    write_json(path.with_suffix(".json"), {**dataclasses.asdict(run), **record})


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


def read(path: Path) -> tuple[Stored | None, str]:
    """The result at `path` (no suffix), or None and why it is unusable ("" if it is absent)."""
    record = read_json(path.with_suffix(".json"))
    if record is None:
        started = any(path.with_suffix(suffix).exists() for suffix in (".json", ".npz"))
        return None, "its record is missing or damaged" if started else ""
    try:
        with open(path.with_suffix(".npz"), "rb") as raw, np.load(raw, allow_pickle=False) as file:
            return Stored({name: file[name] for name in file.files}, record), ""
    except Exception as error:
        # Damaged zip and npy files raise many kinds of errors.
        return None, f"its arrays cannot be read ({type(error).__name__})"


def latest(folder: Path, run: Run) -> Stored | None:
    """The newest readable result with this name, these settings and this seed, or None.

    Unlike `read`, it ignores the sources and versions.
    """
    candidates = []
    for path in (folder / run.name).glob("*.json"):
        record = read_json(path)
        if record and all(
            record.get(field) == getattr(run, field) for field in ("name", "settings", "seed")
        ):
            candidates.append((str(record.get("computed", "")), path.with_suffix("")))
    for _, path in sorted(candidates, reverse=True):
        stored, _ = read(path)
        if stored is not None:
            return stored
    return None
