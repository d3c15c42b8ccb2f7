"""Does the project keep its own rules: floors, light imports, keys first, no stray paths?"""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "jaxnn"

# A module imports from its own floor and those below; a package stands for all its modules.
FLOORS = {
    "errors": 0,
    "mlp": 0,
    "initializers": 0,
    "responses": 0,
    "tables": 0,
    "datasets": 0,
    "training": 1,
    "optimizers": 1,
    "regularizers": 1,
    "prediction": 1,
    "saving": 1,
    "replicate": 1,
    "inspection": 2,
    "bootstrap": 2,
    "refits": 2,
    "propagation": 2,
    "landscape": 2,
    "regions": 2,
    "plotting": 3,
    "cli": 3,
    "__main__": 3,
}
APART = {"tracer"}
HEAVY = ("matplotlib", "sklearn", "pandas", "torch", "equinox", "experiments")


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def room(path: Path) -> str:
    """The module or package of the library that a file belongs to."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imports(source: str, package: str) -> set[str]:
    """The full names of all that a file imports, wherever in the file, given its package."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            above = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parts[:-1])


def imports_upwards(path: Path, source: str) -> set[str]:
    """The rooms above its own floor that a file of the library imports from."""
    rooms = {
        name.split(".")[1]
        for name in imports(source, package_of(path))
        if name.startswith("jaxnn.")
    }
    known = rooms & (FLOORS.keys() | APART)
    if room(path) in APART:
        return known - {room(path)}
    # The tracer counts as floor 1: the foundation does without it.
    return {name for name in known if FLOORS.get(name, 1) > FLOORS[room(path)]}


MODULES = [path for path in sources(LIBRARY) if room(path) != "__init__"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_import_from_their_own_floor_or_below(path):
    assert room(path) in FLOORS.keys() | APART, "give the new module a floor"
    assert imports_upwards(path, path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("file", "line", "found"),
    [
        ("mlp.py", "from jaxnn.training import fit", {"training"}),
        ("mlp.py", "from jaxnn import training", {"training"}),
        ("mlp.py", "def late():\n    import jaxnn.bootstrap", {"bootstrap"}),
        ("replicate.py", "from . import mlp, plotting", {"plotting"}),
        ("inspection/profiles.py", "from ..cli import main", {"cli"}),
        ("inspection/profiles.py", "from .grids import grid_for", set()),
        ("tracer/core.py", "from jaxnn import errors", {"errors"}),
        ("bootstrap.py", "from jaxnn.training import fit", set()),
    ],
)
def test_a_planted_import_is_found(file, line, found):
    assert imports_upwards(LIBRARY / file, line) == found


def test_only_drawing_imports_matplotlib():
    importing = {
        room(path)
        for path in MODULES
        if any(
            name.split(".")[0] == "matplotlib"
            for name in imports(path.read_text(encoding="utf-8"), package_of(path))
        )
    }
    assert importing <= {"plotting", "tracer"}
    assert "plotting" in importing


def test_jax_enters_the_tracer_in_the_referee_alone():
    entered = {
        path.parent.name
        for path in MODULES
        if room(path) == "tracer"
        and any(
            name.split(".")[0] in {"jax", "jaxlib"}
            for name in imports(path.read_text(encoding="utf-8"), package_of(path))
        )
    }
    assert entered == {"referee"}


def test_importing_the_library_is_light():
    script = (
        "import sys, jaxnn\n"
        f"print(*sorted(set({HEAVY!r}) & {{name.split('.')[0] for name in sys.modules}}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []


def keys_out_of_place(source: str) -> set[str]:
    """The public functions that take a `key`, but not first."""
    return {
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and any(argument.arg == "key" for argument in arguments(node))
        and arguments(node)[0].arg != "key"
    }


def arguments(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_keys_come_first(path):
    # scikit-learn's argument order is kept there, so that it can stand in.
    allowed = {"permutation_importance"} if room(path) == "inspection" else set()
    assert keys_out_of_place(path.read_text(encoding="utf-8")) <= allowed


def test_a_planted_late_key_is_found():
    assert keys_out_of_place("def f(x, key): ...\ndef g(key, x): ...\ndef _h(x, key): ...") == {"f"}


def tracked() -> list[Path]:
    """The files that are or would be committed."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    names = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:home|root|work|tmp|Users|private|mnt)/\w")


def test_no_file_mentions_a_path_of_a_machine():
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found += [f"{path.relative_to(ROOT)}: {hit.group()}" for hit in MACHINE_PATH.finditer(text)]
    assert found == []


def test_a_planted_path_is_found():
    assert MACHINE_PATH.search('open("/ho' + 'me/ada/heart.csv")')
    assert not MACHINE_PATH.search("https://example.org/ho" + "me/page")
