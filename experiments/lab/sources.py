"""Which sources does a result depend on?

    fingerprint = sha256(parsed code of all modules that a file imports, directly or not; data)

An import is followed to the module that defines the imported name. A package's `__init__` that only
re-exports names is passed through, and its other names do not count. So a new module, a new name in
a package, or a reworded docstring, claim or caption leaves the fingerprint of stored arrays as it
is; a changed constant does not, however many imports away.

All `import` statements are followed, also those inside functions, and so are strings that name a
module, since processes are started with `-m` and a name. Packages outside the folder that holds the
experiments' package are not followed, except this library.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import jaxnn.errors

_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_DATA = (".csv", ".npy", ".npz")
_MODULE_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")


def fingerprint(*sources: Path, without: frozenset[str] = frozenset()) -> str:
    """A digest of the code and data that some files depend on: 64 hex digits.

    Args:
      *sources: files inside a package.
      without: top-level names of these files that are ignored.
    """
    digest = hashlib.sha256()
    needed = closure(*sources)
    for path in needed:
        code = _code(
            path.read_text(encoding="utf-8"), path.name, without if path in sources else frozenset()
        )
        digest.update(f"{place(path)}\n{code}\n".encode())
    for folder in sorted({path.parent for path in needed}):
        for path in sorted(folder.iterdir()):
            if path.suffix in _DATA:
                digest.update(f"{place(path)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def closure(*sources: Path) -> list[Path]:
    """All files that the given files depend on, themselves included, sorted by path."""
    found: set[Path] = set()
    by_folder: dict[Path, _Packages] = {}
    waiting = list(sources)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            folder = _top(path).parent
            packages = by_folder.setdefault(folder, _Packages(folder, {}))
            waiting += packages.needed(path)
    return sorted(found)


def place(path: Path) -> str:
    """The path of a file relative to the folder that holds its top-level package."""
    return path.relative_to(_top(path).parent).as_posix()


def _top(path: Path) -> Path:
    """The folder of the top-level package that contains a file."""
    folder = path.parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    return folder


class _Import(NamedTuple):
    """What a name stands for: a module, or an attribute of one."""

    module: str
    names: tuple[str, ...] = ()


class _Parsed(NamedTuple):
    """What a file imports, defines and uses."""

    imports: Mapping[str, _Import]
    defined: frozenset[str]
    used: frozenset[tuple[str, ...]]  # dotted names, as the parts between the dots
    whole: frozenset[str]  # modules imported with *, and strings that may name a module
    loaded: frozenset[str]  # modules named in `import a.b` statements


class _Packages(NamedTuple):
    """The packages in one folder, and the library wherever it is installed.

    Attributes:
      folder: the folder.
      files: the files of the modules that have been looked for.
    """

    folder: Path
    files: dict[str, Path | None]

    def file(self, module: str) -> Path | None:
        """The file of a module, or None when it is in none of these packages."""
        if module not in self.files:
            self.files[module] = self._file(module)
        return self.files[module]

    def _file(self, module: str) -> Path | None:
        top, *rest = module.split(".")
        library = Path(str(jaxnn.errors.__file__)).parent
        root = library if top == library.name else self.folder / top
        if not (root / "__init__.py").is_file():
            return None
        path = root.joinpath(*rest)
        for candidate in (path / "__init__.py", path.with_suffix(".py")):
            if candidate.is_file():
                return candidate
        return None

    def needed(self, path: Path) -> set[Path]:
        """The files that the imports of a file lead to."""
        parsed = _parse(path.read_text(encoding="utf-8"), _package(path))
        found: set[Path] = set()
        for module in parsed.whole:
            found |= self.all_of(module)
        for module in parsed.loaded:
            loaded = self.file(module)
            found |= {loaded} if loaded and loaded.name != "__init__.py" else set()
        used = {names[0] for names in parsed.used}
        for names in parsed.used:
            if names[0] in parsed.imports:
                module, before = parsed.imports[names[0]]
                found |= self.providers(module, (*before, *names[1:]))
        if path.name != "__init__.py":  # where an unused import re-exports a name
            for name, (module, names) in parsed.imports.items():
                if name not in used:
                    found |= self.providers(module, names)
        return found - {path}

    def providers(
        self, module: str, names: tuple[str, ...], passed: frozenset = frozenset()
    ) -> set[Path]:
        """The files that define `module.name_1.name_2...`."""
        path = self.file(module)
        if path is None and names and self.file(f"{module}.{names[0]}"):
            return self.providers(f"{module}.{names[0]}", names[1:], passed)
        if path is None or (module, names) in passed:
            return set()
        if path.name != "__init__.py":
            return {path}
        if not names:
            return self.all_of(module)
        passed |= {(module, names)}
        parsed = _parse(path.read_text(encoding="utf-8"), _package(path))
        submodule = f"{module}.{names[0]}"
        if names[0] in parsed.imports:
            target, before = parsed.imports[names[0]]
            if (target, before) != (module, names[:1]):  # `from . import submodule` in a package
                return self.providers(target, (*before, *names[1:]), passed)
        if names[0] not in parsed.defined and self.file(submodule):
            return self.providers(submodule, names[1:], passed)
        return {path} if names[0] in parsed.defined or "__getattr__" in parsed.defined else set()

    def all_of(self, module: str) -> set[Path]:
        """The files behind every name that a module defines or re-exports."""
        path = self.file(module)
        if path is None or path.name != "__init__.py":
            return {path} if path else set()
        parsed = _parse(path.read_text(encoding="utf-8"), _package(path))
        found = {path}
        for name, (target, before) in parsed.imports.items():
            own = (target, before) == (module, (name,))
            found |= self.all_of(f"{module}.{name}") if own else self.providers(target, before)
        return found


def _package(path: Path) -> str:
    """The dotted name of the package that a file is in."""
    return ".".join(path.parent.relative_to(_top(path).parent).parts)


@lru_cache(maxsize=1024)
def _parse(text: str, package: str) -> _Parsed:
    tree = ast.parse(text)
    imports: dict[str, _Import] = {}
    whole: set[str] = set()
    loaded: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.partition(".")[0]
                imports[alias.asname or module] = _Import(module)
                loaded.add(alias.name)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            whole |= {node.value} if _MODULE_NAME.fullmatch(node.value) else set()
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                if alias.name == "*":
                    whole.add(module)
                else:
                    imports[alias.asname or alias.name] = _Import(module, (alias.name,))
    defined = {name for node in tree.body for name in _defines(node)}
    return _Parsed(
        imports, frozenset(defined), frozenset(_used(tree)), frozenset(whole), frozenset(loaded)
    )


def _used(node: ast.AST) -> Iterator[tuple[str, ...]]:
    """The dotted names in a tree, each in full."""
    names: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        names.insert(0, inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        yield (inner.id, *names)
    else:
        for child in ast.iter_child_nodes(inner):
            yield from _used(child)


@lru_cache(maxsize=1024)
def _code(text: str, file: str, without: frozenset[str] = frozenset()) -> str:
    """The parsed code of a file without comments, docstrings and the definitions in `without`.

    The imports of a package's `__init__` are left out, since they are followed name by name.
    """
    tree = ast.parse(text)
    if file == "__init__.py":
        without |= {"__all__"}
        tree.body = [
            node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)
        ]
    tree.body = [node for node in tree.body if not _defines(node) & without]
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)


def _defines(node: ast.stmt) -> set[str]:
    """The names that a top-level statement defines, other than by import."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return set()
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
