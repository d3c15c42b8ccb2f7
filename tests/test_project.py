"""Does the project keep its own rules?

Levels, light imports, keys first, short modules, no state filled from outside, documented
functions, a wheel with the library alone, no stray paths.
"""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import jaxnn

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "jaxnn"

# A module imports from its own level and those below; a package stands for all its modules.
LEVELS = {
    "errors": 0,
    "results": 0,
    "versions": 0,
    "layer_shapes": 0,
    "user_functions": 0,
    "mlp": 0,
    "initializers": 0,
    "responses": 0,
    "tables": 0,
    "datasets": 0,
    "training": 1,
    "optimizers": 1,
    "regularizers": 1,
    "prediction": 1,
    "progress": 0,
    "saving": 1,
    "processes": 1,
    "array_files": 1,
    "directory_lock": 1,
    "chunk_store": 1,
    "stacked_results": 1,
    "replicate": 1,
    "one_replicate": 1,
    "inspection": 2,
    "bootstrap": 2,
    "selection": 2,
    "bands": 2,
    "resampling": 2,
    "refits": 2,
    "estimators": 2,
    "fitted_models": 2,
    "propagation": 2,
    "landscape": 2,
    "regions": 2,
    "plotting": 3,
    "cli": 4,
    "report": 4,
    "__main__": 4,
}
APART = {"tracer"}
HEAVY = ("matplotlib", "sklearn", "pandas", "torch", "equinox", "experiments")


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def part(path: Path) -> str:
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


EVERYTHING = [*sources(LIBRARY), *sources(ROOT / "experiments")]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).parts[:-1])


def imports_upwards(path: Path, source: str) -> set[str]:
    """The parts above its own level that a file of the library imports from."""
    parts = {
        name.split(".")[1]
        for name in imports(source, package_of(path))
        if name.startswith("jaxnn.")
    }
    known = parts & (LEVELS.keys() | APART)
    if part(path) in APART:
        return known - {part(path)}
    # The tracer counts as level 1: the foundation does without it.
    return {name for name in known if LEVELS.get(name, 1) > LEVELS[part(path)]}


MODULES = [path for path in sources(LIBRARY) if part(path) != "__init__"]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_import_from_their_own_level_or_below(path):
    assert part(path) in LEVELS.keys() | APART, "give the new module a level"
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
        part(path)
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
        if part(path) == "tracer"
        and any(
            name.split(".")[0] in {"jax", "jaxlib"}
            for name in imports(path.read_text(encoding="utf-8"), package_of(path))
        )
    }
    assert entered == {"referee"}


def test_importing_the_library_loads_nothing_and_its_names_load_nothing_heavy():
    script = (
        "import sys, jaxnn\n"
        "def loaded(): return {name.split('.')[0] for name in sys.modules}\n"
        f"print(*sorted(loaded() & { ({*HEAVY, 'jax', 'numpy', 'optax', 'tqdm'})!r}))\n"
        "for name in jaxnn.__all__: getattr(jaxnn, name)\n"
        f"print(*sorted(loaded() & {set(HEAVY)!r}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == ["", ""]


def test_the_library_offers_its_names_and_modules_and_no_others():
    assert set(jaxnn.__all__) <= set(dir(jaxnn))
    assert jaxnn.MLP is jaxnn.mlp.MLP and jaxnn.tables.Table is jaxnn.Table
    with pytest.raises(AttributeError, match="module 'jaxnn' has no attribute 'network'"):
        jaxnn.network  # noqa: B018


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


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_keys_come_first(path):
    # scikit-learn's argument order is kept there, so that it can stand in.
    allowed = {"permutation_importance"} if part(path) == "inspection" else set()
    assert keys_out_of_place(path.read_text(encoding="utf-8")) <= allowed


def test_a_planted_late_key_is_found():
    assert keys_out_of_place("def f(x, key): ...\ndef g(key, x): ...\ndef _h(x, key): ...") == {"f"}


# Modules.


@pytest.mark.parametrize("path", EVERYTHING, ids=name_of)
def test_modules_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


FILLING = {"add", "append", "extend", "insert", "register", "setdefault", "update"}


def fills_another_module(source: str, package: str) -> set[str]:
    """The names imported from this project whose contents a module changes when it is imported."""
    tree = ast.parse(source)
    ours = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "") if not node.level else package
            if module.split(".")[0] in {"jaxnn", "experiments"}:
                ours |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
            ours |= names & {"jaxnn", "experiments"} | {
                alias.asname
                for alias in node.names
                if alias.asname and alias.name.startswith(("jaxnn", "experiments"))
            }
    changed = set()
    for node in at_import(tree.body):
        targets = []
        if isinstance(node, ast.Assign | ast.Delete):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute) and function.attr in FILLING:
                changed.add(root_name(function.value))
            if isinstance(function, ast.Name) and function.id == "setattr":
                changed.add(root_name(node.args[0]))
        whole = isinstance(node, ast.Assign | ast.AnnAssign | ast.Delete)
        changed |= {
            root_name(target)
            for target in targets
            if not (whole and isinstance(target, ast.Name | ast.Tuple))
        }
    return changed & ours


def at_import(body: list[ast.stmt]) -> list[ast.AST]:
    """What runs when a module is imported: everything but the bodies of functions."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += node.decorator_list
        elif not isinstance(node, ast.Lambda):
            found.append(node)
            waiting += ast.iter_child_nodes(node)
    return found


def root_name(node: ast.AST) -> str:
    """The name of what an expression such as `vars(name.part)[0]` reaches into."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = (
            node.args[0]
            if isinstance(node, ast.Call) and node.args
            else next(ast.iter_child_nodes(node))
        )
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", EVERYTHING, ids=name_of)
def test_no_module_fills_another_at_import(path):
    assert fills_another_module(path.read_text(encoding="utf-8"), package_of(path)) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from jaxnn.tracer.rules import RULES\nRULES['sin'] = 1", {"RULES"}),
        ("from jaxnn.tracer.rules import RULES\nfor n in 'ab':\n    RULES[n] = 1", {"RULES"}),
        ("from jaxnn import tracer\ntracer.box.methods.append(len)", {"tracer"}),
        ("from .box import Box\nBox.__add__ = len", {"Box"}),
        ("from jaxnn.tracer.box import Box\nsetattr(Box, 'x', 1)", {"Box"}),
        ("from jaxnn.names import ALL\nALL += (1,)", {"ALL"}),
        ("import jaxnn.tables as t\nt.KINDS.update(a=1)", {"t"}),
        ("from jaxnn.tracer import rules\nvars(rules)['sin'] = 1", {"rules"}),
        ("from jaxnn.tracer import rules\nmine = {}\nmine.update(vars(rules))", set()),
        ("from jaxnn.names import register\n@register.register\ndef f(): ...", set()),
        ("from jaxnn.names import ALL\ndef f():\n    ALL.append(1)", set()),
        ("MINE = []\nMINE.append(1)", set()),
        ("import jax\njax.config.update('x', 1)", set()),
    ],
)
def test_a_planted_filling_is_found(source, found):
    assert fills_another_module(source, "jaxnn.tracer") == found


def undocumented(source: str) -> set[str]:
    """The public functions, classes and methods without a docstring that begins with one line."""
    bad = set()
    for node in ast.parse(source).body:
        inner = node.body if isinstance(node, ast.ClassDef) else []
        for part in [node, *inner]:
            if not isinstance(part, ast.FunctionDef | ast.ClassDef) or (
                node.name.startswith("_") or part.name.startswith("_")
            ):
                continue
            first, _, rest = (ast.get_docstring(part) or "").partition("\n")
            if not first.endswith((".", "?", "!")) or rest.partition("\n")[0].strip():
                bad.add(part.name)
    return bad


# NumPy's names there mean what NumPy says.
DOCUMENTED = [path for path in EVERYTHING if path.parent != LIBRARY / "tracer" / "numpy"]


@pytest.mark.parametrize("path", DOCUMENTED, ids=name_of)
def test_public_functions_begin_their_docstring_with_one_line(path):
    assert undocumented(path.read_text(encoding="utf-8")) == set()


def test_a_planted_missing_summary_is_found():
    source = (
        'def good():\n    """One line."""\n'
        "def bad(): ...\ndef _hidden(): ...\n"
        'def long():\n    """Two lines\n    of summary."""\n'
        'class C:\n    """One line.\n\n    More."""\n    def method(self): ...\n'
    )
    assert undocumented(source) == {"bad", "long", "method"}


# The package.


def test_the_version_is_the_one_in_pyproject():
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert jaxnn.__version__ == stated["version"]


def test_the_library_has_a_version_where_it_is_not_installed(tmp_path):
    shutil.copytree(LIBRARY, tmp_path / "jaxnn", ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        "import importlib.metadata as m, sys\n"
        "def missing(name): raise m.PackageNotFoundError(name)\n"
        "m.version = missing\n"
        "import jaxnn; print(jaxnn.__version__)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout == "0+unknown\n"


def test_the_wheel_holds_the_library_and_nothing_else(tmp_path):
    wheel = pytest.importorskip("hatchling.builders.wheel")
    (path,) = wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert {name.split("/")[0] for name in names} == {"jaxnn"}
    assert {"jaxnn/py.typed", "jaxnn/datasets/heart.csv", "jaxnn/__init__.py"} <= set(names)
    assert {name_of(path) for path in sources(LIBRARY)} <= set(names)


def test_only_the_library_is_named_as_a_package():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["hatch"]["build"]["targets"] == {"wheel": {"packages": ["jaxnn"]}}
    assert (LIBRARY / "py.typed").is_file()


# Files.


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
