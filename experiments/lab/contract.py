"""What are the parts of an experiment, and does a folder have all of them?

    __init__.py   docstring: the question and its central formula;  TITLE;
                  optionally MEASURES_MACHINE = True, where the results are times
    compute.py    Settings, FULL, QUICK;  compute(key, settings) -> arrays by name
    claims.py     claims(results) -> list of Claim;  optionally verdict(results)
    draw.py       draw(results) -> figures or animations by name;  optionally CAPTIONS
    page.py       LECTURE, SURE, LINES, TOPICS, HIGHLIGHTS;  findings(results, found) -> sentences

The stored arrays depend on `compute.py` and what it imports; figures, claims and the page on the
other files and what these import.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from experiments.lab import sources
from experiments.lab.claims import Claim, Found
from jaxnn.errors import InputError

# The name of a result contains its settings by value, so FULL and QUICK need not count.
_BY_VALUE = frozenset({"FULL", "QUICK"})
_PARTS = {
    "__init__": ("TITLE",),
    "compute": ("FULL", "QUICK", "compute"),
    "claims": ("claims",),
    "draw": ("draw",),
}

Results = Mapping[str, np.ndarray]
Verdict = Mapping[str, Sequence[str]]  # sentences under headings


@dataclasses.dataclass(frozen=True)
class Page:
    """What the page of an experiment says beside figures and claims, from its `page.py`.

    Attributes:
      lecture: what the lecture says, in our words.
      findings: (results, `lab.claims.Found`) -> three to five sentences with the numbers that were
        found.
      sure: how sure that is: the rule, and how often it was repeated.
      lines: about ten lines of Python that make its smallest version.
      topics: topics of the lecture by number (`lab/lecture.py`), each with words that occur in the
        statements or sources of the claims that belong to it.
      highlights: for each finding that belongs to the strongest of all: (its rank among them,
        number of the finding, name of its figure).
    """

    lecture: str
    findings: Callable[[Results, Found], Sequence[str]]
    sure: str
    lines: str
    topics: Mapping[int, Sequence[str]]
    highlights: Sequence[tuple[int, int, str]] = ()


@dataclasses.dataclass(frozen=True)
class Experiment:
    """An experiment's parts, from the modules of its folder."""

    name: str
    title: str
    question: str
    full: Any
    quick: Any
    compute: Callable[[Any, Any], Mapping[str, Any]]
    claims: Callable[[Results], list[Claim]]
    draw: Callable[[Results], Mapping[str, Any]]
    captions: Mapping[str, str]
    verdict: Callable[[Results], Verdict] | None
    measures_machine: bool
    page: Page | None
    folder: Path


def load(name: str, package: str = "experiments") -> Experiment:
    """Import the experiment `name` of `package`.

    Raises:
      InputError: a part is missing, or FULL or QUICK is not a dataclass instance.
      ImportError: a module cannot be imported.
    """
    modules = {
        part: importlib.import_module(f"{package}.{name}{'' if part == '__init__' else f'.{part}'}")
        for part in _PARTS
    }
    missing = [
        f"{wanted} in {part}.py"
        for part, names in _PARTS.items()
        for wanted in names
        if not hasattr(modules[part], wanted)
    ]
    if missing:
        raise InputError(f"experiment {name!r} lacks {', '.join(missing)}.")
    package_module, compute, claims, draw = modules.values()
    for part in ("FULL", "QUICK"):
        settings = getattr(compute, part)
        if not dataclasses.is_dataclass(settings) or isinstance(settings, type):
            raise InputError(
                f"{part} of experiment {name!r} is {settings!r}; make it a dataclass instance."
            )
    return Experiment(
        name=name,
        title=package_module.TITLE,
        question=(package_module.__doc__ or "").strip(),
        full=compute.FULL,
        quick=compute.QUICK,
        compute=compute.compute,
        claims=claims.claims,
        draw=draw.draw,
        captions=getattr(draw, "CAPTIONS", {}),
        verdict=getattr(claims, "verdict", None),
        measures_machine=getattr(package_module, "MEASURES_MACHINE", False),
        page=_page(name, package),
        folder=Path(str(package_module.__file__)).parent,
    )


def measures_machine(name: str, package: str = "experiments") -> bool:
    """Whether the results of an experiment are times; imports no more than its `__init__.py`."""
    try:
        module = importlib.import_module(f"{package}.{name}")
    except Exception:  # told when the experiment is loaded
        return False
    return getattr(module, "MEASURES_MACHINE", False)


def _page(name: str, package: str) -> Page | None:
    """The page of an experiment, or None if it has none."""
    module = f"{package}.{name}.page"
    if importlib.util.find_spec(module) is None:
        return None
    part = importlib.import_module(module)
    wanted = ("LECTURE", "findings", "SURE", "LINES", "TOPICS")
    missing = [f"{field} in page.py" for field in wanted if not hasattr(part, field)]
    if missing:
        raise InputError(f"experiment {name!r} lacks {', '.join(missing)}.")
    return Page(
        part.LECTURE,
        part.findings,
        part.SURE,
        part.LINES.strip(),
        part.TOPICS,
        getattr(part, "HIGHLIGHTS", ()),
    )


def key_of(name: str, seed: int) -> jax.Array:
    """The key of an experiment: fold_in(key(seed), crc32(name)), so none depends on another."""
    return jax.random.fold_in(jax.random.key(seed), zlib.crc32(name.encode()))


def result_fingerprint(experiment: Experiment) -> str:
    """A digest of the sources that the stored arrays depend on: 64 hex digits."""
    return sources.fingerprint(experiment.folder / "compute.py", without=_BY_VALUE)


def record_fingerprint(experiment: Experiment) -> str:
    """A digest of the sources that figures and claims depend on, given the arrays."""
    parts = ("claims.py", "draw.py", "page.py")
    shown = [path for part in parts if (path := experiment.folder / part).is_file()]
    return sources.fingerprint(*shown, Path(__file__).with_name("record.py"))
