"""Is this module an experiment, and which sources do its numbers depend on?

    fingerprint = sha256(parsed code of compute and all it can reach, and the data that ships)

Comments, formatting, docstrings, `draw`, `claims` and the text around them do not change a
number, so they do not enter: improving a figure never costs a computation.
"""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import jaxnn.errors
from experiments.lab.claims import Claim
from jaxnn.errors import InputError

# Code that runs after the arrays are saved, or before anything is computed.
_ROOMS = frozenset({"__init__", "__main__", "claims", "contract", "gallery", "runner", "store"})
_DRAWING_ROOMS = frozenset({"plotting.py", "cli", "__main__.py"})
# Siblings of such names draw the arrays, or say what is claimed of them.
_AFTERWARDS = ("_figures", "_claims", "_verdict")
# Settings enter a result's name by value, so the names FULL and QUICK need not.
_NOT_COMPUTED = frozenset({"draw", "claims", "verdict", "TITLE", "CAPTIONS", "FULL", "QUICK"})

Results = Mapping[str, np.ndarray]
Verdict = Mapping[str, Sequence[str]]  # sentences under headings


@dataclasses.dataclass(frozen=True)
class Experiment:
    """An experiment's parts, as its module gives them."""

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
    source: Path


def load(name: str, parent: str = "experiments") -> Experiment:
    """Import the experiment `name` of the package `parent`.

    Raises:
      InputError: the module lacks a part of the contract (see `experiments/__init__.py`).
      ImportError: the module cannot be imported.
    """
    package = importlib.import_module(f"{parent}.{name}")
    compute, claims, draw = (
        importlib.import_module(f"{parent}.{name}.{part}") for part in ("compute", "claims", "draw")
    )
    for module, parts in (
        (package, ("TITLE",)),
        (compute, ("FULL", "QUICK", "compute")),
        (claims, ("claims",)),
        (draw, ("draw",)),
    ):
        missing = [part for part in parts if not hasattr(module, part)]
        if missing:
            raise InputError(
                f"experiment {name!r} lacks {', '.join(missing)} in {module.__name__}; "
                "an experiment has all."
            )
    for part in ("FULL", "QUICK"):
        settings = getattr(compute, part)
        if not dataclasses.is_dataclass(settings) or isinstance(settings, type):
            raise InputError(
                f"{part} of experiment {name!r} is {settings!r}; make it a dataclass instance."
            )
    return Experiment(
        name=name,
        title=package.TITLE,
        question=(package.__doc__ or "").strip(),
        full=compute.FULL,
        quick=compute.QUICK,
        compute=compute.compute,
        claims=claims.claims,
        draw=draw.draw,
        captions=getattr(draw, "CAPTIONS", {}),
        verdict=getattr(claims, "verdict", None),
        source=Path(str(compute.__file__)),
    )


def fingerprint(experiment: Experiment) -> str:
    """A digest of the sources that the experiment's numbers depend on: 64 hex digits.

    These are its own file (without `draw`, `claims` and `verdict`), what that imports of its
    folder and of the library, directly or not, and the data that ships; save drawing (plots, the
    command line, and the modules named `..._figures`, `..._claims` or `..._verdict`).
    """
    digest = hashlib.sha256()
    for path in _closure(experiment.source):
        where = _place(path)
        if path.stem.endswith(_AFTERWARDS) or where.split("/")[1] in _DRAWING_ROOMS:
            continue
        without = _NOT_COMPUTED if path == experiment.source else frozenset()
        digest.update(f"{where}\n{_code(path, without)}\n".encode())
    for path in sorted(_library_folder().rglob("*.csv")):
        digest.update(f"{_place(path)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def drawing_fingerprint(experiment: Experiment) -> str:
    """A digest of the sources that figures and claims depend on, given the arrays."""
    folder = Path(__file__).parent
    rooms = [folder / f"{room}.py" for room in sorted(_ROOMS)]
    own = [path for path in _closure(experiment.source) if path.parent == experiment.source.parent]
    digest = hashlib.sha256()
    for path in [*own, *rooms, _library_folder() / "plotting.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _library_folder() -> Path:
    return Path(str(jaxnn.errors.__file__)).parent


def _place(path: Path) -> str:
    """The path of a source from the folder that holds its package."""
    library = _library_folder()
    if path.is_relative_to(library):
        return path.relative_to(library.parent).as_posix()
    return f"{path.parent.name}/{path.name}"


def _closure(source: Path) -> list[Path]:
    """`source` and what it imports of its folder and of the library, directly or not."""
    found, waiting = {source}, [source]
    while waiting:
        for path in _imported(waiting.pop(), source.parent):
            if path not in found:
                found.add(path)
                waiting.append(path)
    return sorted(found)


@cache
def _imported(source: Path, folder: Path) -> list[Path]:
    """The files of `folder` and of the library that a file's imports load."""
    library = _library_folder()
    package = _place(source).split("/")[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    files = []
    for name in names:
        top, *rest = name.split(".")
        # An import loads the packages above a module too.
        for end in range(len(rest) + 1):
            if top == library.name:
                files += _files(library.joinpath(*rest[:end]))
            elif top == folder.name and end == 1 and rest[0] not in _ROOMS:
                files += _files(folder / rest[0])
    return files


def _files(module: Path) -> list[Path]:
    paths = module.with_suffix(".py"), module / "__init__.py"
    return [path for path in paths if path.is_file()]


def _code(path: Path, without: frozenset[str] = frozenset()) -> str:
    """The parsed code of a file, no comments or docstrings, less the named definitions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if not _defines(node) & without]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
    return ast.dump(tree)


def _defines(node: ast.stmt) -> set[str]:
    """The names that a top-level statement gives a value."""
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:
        return set()
    return {target.id for target in targets if isinstance(target, ast.Name)}
