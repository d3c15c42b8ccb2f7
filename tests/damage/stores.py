"""What is damaged or killed: a run of `replicate`, and an experiment.

A store makes the same result whenever it is asked, from its files or anew.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn.errors import InputError
from jaxnn.replicate import replicate
from tests.experiments.lab.conftest import Laboratory

REPLICATES, CHUNK = 60, 2


class Outcome(NamedTuple):
    """What came of a run: the bytes of its results by name, and what was said.

    `refusal` is the sentence of a run that was refused, and `results` are then empty.
    """

    results: dict[str, bytes]
    said: list[str]
    refusal: str = ""


class Store(Protocol):
    """A kind of run whose files can be damaged.

    Attributes:
      written: the pattern of the first files that are worth keeping.
    """

    written: str

    def run(self, folder: Path, seed: int = 0) -> Outcome:
        """Run in a folder, which holds files of earlier runs or none."""
        ...

    def files(self, folder: Path) -> list[Path]:
        """The files that can be damaged."""
        ...


def _draws(key, scale):
    draws = scale * jax.random.normal(key, (200,))
    return {"draws": draws, "short": draws.astype(jnp.bfloat16), "sum": draws.sum()}


class Chunks:
    """The chunks of a run of `replicate`."""

    written = "replicates-*.npz"

    def run(self, folder: Path, seed: int = 0) -> Outcome:
        """All replicates, from chunks or anew."""
        records: list[logging.LogRecord] = []
        handler = logging.Handler()
        handler.emit = records.append
        logger = logging.getLogger("jaxnn")
        logger.addHandler(handler)
        logger.propagate = False
        try:
            result = replicate(
                _draws,
                jax.random.split(jax.random.key(seed), REPLICATES),
                mapped=(np.arange(1.0, REPLICATES + 1),),
                chunk=CHUNK,
                devices=jax.devices()[:1],
                directory=folder / "run",
            )
        except InputError as refusal:
            return Outcome({}, [], str(refusal))
        finally:
            logger.removeHandler(handler)
            logger.propagate = True
        parts = {name: np.asarray(leaf).tobytes() for name, leaf in result.items()}
        return Outcome(parts, [record.getMessage() for record in records])

    def files(self, folder: Path) -> list[Path]:
        """Chunks, manifest and lock."""
        return sorted((folder / "run").iterdir())


class Results:
    """The stored result, record and figures of an experiment."""

    written = "*"

    def __init__(self) -> None:
        self.texts = io.StringIO(), io.StringIO()
        self.home = Path(tempfile.mkdtemp())  # of the sources
        self.laboratory = Laboratory(self.home, SimpleNamespace(readouterr=self._read))
        self.laboratory.write("sums")
        sys.path.insert(0, str(self.home))

    def run(self, folder: Path, seed: int = 0) -> Outcome:
        """The command line of the experiments."""
        out, (output, errors) = folder / "figures", self.texts
        with (
            contextlib.chdir(self.home),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
        ):
            status = self.laboratory.run("sums", "--seed", str(seed), "--out", str(out))
        if status:
            # The rest of the output is of the run as a whole.
            fault = self.laboratory.errors.partition("failed: ")[2]
            return Outcome({}, [], fault.partition("\nexperiments that failed")[0])
        said = [line for line in self.laboratory.printed.splitlines() if "cannot be used" in line]
        results = {place.name: place.read_bytes() for place in out.iterdir() if place.is_file()}
        for path in (out / "results" / "sums").glob(f"full-seed{seed}-*.npz"):
            with np.load(path, allow_pickle=False) as file:
                arrays = b"".join(file[name].tobytes() for name in sorted(file.files))
            results = {**results, "arrays": arrays}
        return Outcome(results, said)

    def files(self, folder: Path) -> list[Path]:
        """Arrays, records, figures and the gallery."""
        return sorted(path for path in (folder / "figures").rglob("*") if path.is_file())

    def _read(self) -> tuple[str, str]:
        for text in self.texts:
            text.seek(0)
        output, errors = (text.read() for text in self.texts)
        for text in self.texts:
            text.seek(0)
            text.truncate()
        return output, errors


STORES: Mapping[str, Callable[[], Store]] = {"chunks": Chunks, "experiment": Results}
