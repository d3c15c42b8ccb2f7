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
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import jaxnn.errors
from experiments.claims import Claim
from jaxnn.errors import InputError

# Code that runs after the arrays are saved, or before anything is computed.
_ROOMS = frozenset({"__init__", "__main__", "claims", "contract", "gallery", "runner", "store"})
_DRAWING_ROOMS = frozenset({"plotting.py", "cli", "__main__.py"})
# Settings enter a result's name by value, so the names FULL and QUICK need not.
_NOT_COMPUTED = frozenset({"draw", "claims", "TITLE", "CAPTIONS", "FULL", "QUICK"})

Results = Mapping[str, np.ndarray]


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
    source: Path


def load(name: str, package: str = "experiments") -> Experiment:
    """Import the experiment `name` of `package`.

    Raises:
      InputError: the module lacks a part of the contract (see `experiments/__init__.py`).
      ImportError: the module cannot be imported.
    """
    module = importlib.import_module(f"{package}.{name}")
    parts = ("TITLE", "FULL", "QUICK", "compute", "claims", "draw")
    missing = [part for part in parts if not hasattr(module, part)]
    if missing:
        raise InputError(f"experiment {name!r} lacks {', '.join(missing)}; an experiment has all.")
    for part in ("FULL", "QUICK"):
        settings = getattr(module, part)
        if not dataclasses.is_dataclass(settings) or isinstance(settings, type):
            raise InputError(
                f"{part} of experiment {name!r} is {settings!r}; make it a dataclass instance."
            )
    return Experiment(
        name=name,
        title=module.TITLE,
        question=(module.__doc__ or "").strip(),
        full=module.FULL,
        quick=module.QUICK,
        compute=module.compute,
        claims=module.claims,
        draw=module.draw,
        captions=getattr(module, "CAPTIONS", {}),
        source=Path(str(module.__file__)),
    )


def fingerprint(experiment: Experiment) -> str:
    """A digest of the sources that the experiment's numbers depend on: 64 hex digits.

    These are its own file (without `draw` and `claims`) and the sibling modules it imports, save
    those named `..._figures`, and the whole library with the data it ships, save drawing and the
    command line.
    """
    digest = hashlib.sha256(_library_fingerprint().encode())
    for path in _closure(experiment.source):
        if path.stem.endswith("_figures"):
            continue
        without = _NOT_COMPUTED if path == experiment.source else frozenset()
        digest.update(f"{path.stem}\n{_code(path, without)}\n".encode())
    return digest.hexdigest()


def drawing_fingerprint(experiment: Experiment) -> str:
    """A digest of the sources that figures and claims depend on, given the arrays."""
    folder = Path(__file__).parent
    rooms = [folder / f"{room}.py" for room in sorted(_ROOMS)]
    digest = hashlib.sha256()
    for path in [*_closure(experiment.source), *rooms, _library_folder() / "plotting.py"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _library_folder() -> Path:
    return Path(str(jaxnn.errors.__file__)).parent


@cache
def _library_fingerprint() -> str:
    folder = _library_folder()
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        where = path.relative_to(folder).as_posix()
        if where.split("/")[0] in _DRAWING_ROOMS:
            continue
        if path.suffix == ".py":
            digest.update(f"{where}\n{_code(path)}\n".encode())
        elif path.suffix == ".csv":
            digest.update(f"{where}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _closure(source: Path) -> list[Path]:
    """`source` and the modules of its folder that it imports, directly or not."""
    folder, package = source.parent, source.parent.name
    found, waiting = {source}, [source]
    while waiting:
        for name in _imported(ast.parse(waiting.pop().read_text(encoding="utf-8")), package):
            path = folder / f"{name}.py"
            if name not in _ROOMS and path.is_file() and path not in found:
                found.add(path)
                waiting.append(path)
    return sorted(found)


def _imported(tree: ast.AST, package: str) -> set[str]:
    """The modules of `package` that a file names in its imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            paths = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = f"{package}.{node.module or ''}" if node.level == 1 else node.module or ""
            base = base.rstrip(".")
            paths = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        names |= {path.split(".")[1] for path in paths if path.startswith(f"{package}.")}
    return names


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
