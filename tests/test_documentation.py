"""Do the examples in docstrings run, and every code block of the README?"""

import contextlib
import doctest
import importlib
import io
import itertools
import os
import re
import shlex
import tempfile
import types
from pathlib import Path

import pytest

from experiments import NAMES
from experiments.lab import contract, runner
from jaxnn.cli import arguments
from jaxnn.errors import InputError

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

# What the README computes at full size, and here in seconds.
SMALLER = {
    "table.X, table.y, 1000, progress=True": "table.X, table.y, 4, progress=False",
    "epochs=300": "epochs=3",
    "RandomForestClassifier()": "RandomForestClassifier(n_estimators=5)",
}


# Docstrings.


def failed_examples(module: types.ModuleType) -> str:
    """The report on all examples of a module that do not give what they show."""
    examples, report = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS), []
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        examples.run(test, out=report.append)
    return "".join(report)


def with_examples() -> list[str]:
    """The modules of the library that have an example."""
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "jaxnn").rglob("*.py"))
        if ">>> " in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", with_examples())
def test_examples_in_docstrings_give_what_they_show(name):
    assert failed_examples(importlib.import_module(name)) == ""


def test_a_wrong_example_is_found():
    module = types.ModuleType("planted", "An example.\n\n>>> 1 + 1\n3\n")
    assert "Expected:\n    3\nGot:\n    2" in failed_examples(module)


# The README.


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a page in one language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run_blocks(sources: list[str]) -> dict:
    """Run blocks one after the other in one namespace, as a reader would."""
    namespace: dict = {"__name__": "readme"}
    for number, source in enumerate(sources, start=1):
        exec(compile(source, f"block {number} of README.md", "exec"), namespace)
    return namespace


def test_python_blocks_of_the_readme_run_one_after_the_other(monkeypatch):
    sources = blocks(README, "python")
    for full, small in SMALLER.items():
        assert sum(source.count(full) for source in sources) == 1, full
        sources = [source.replace(full, small) for source in sources]
    # `use_all_cores` has to find the number of devices that conftest.py has chosen.
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1}, raising=False)
    made = run_blocks(sources)
    assert [len(curve.average) for curve in made["curves"]] == [4] * len(made["axes"])
    assert made["losses"].shape == made["learning_rates"].shape


def test_a_block_that_fails_is_found():
    with pytest.raises(NameError, match="keys"):
        run_blocks(["x = 1\n", "y = [x, keys]\n"])


def commands(text: str) -> list[list[str]]:
    """The command lines in the shell blocks of a page, as words."""
    lines = "".join(blocks(text, "sh")).splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


class Accepted(Exception):
    """The options of a command were understood."""


def accept(*_: object) -> None:
    raise Accepted


def complaint(words: list[str]) -> str:
    """What a command of this project says about its options; other commands are not looked at."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(io.StringIO()) as said:
        patch.chdir(tempfile.mkdtemp())
        with contextlib.suppress(Accepted):
            if words[0] == "srun":
                words = list(itertools.dropwhile(lambda w: w not in ("jaxnn", "python"), words))
            if words[0] == "jaxnn":
                try:
                    arguments.parse(words[1:])
                except InputError as error:
                    return str(error)
            elif words[:3] == ["python", "-m", "experiments"]:
                runner.main(words[3:], prepare=accept)
    return said.getvalue()


@pytest.mark.parametrize("words", commands(README), ids=shlex.join)
def test_commands_of_the_readme_have_the_options_they_are_given(words):
    assert complaint(words) == ""
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert set(words[1:]) <= set(targets)


def test_an_option_that_does_not_exist_is_found():
    slow = complaint(["python", "-m", "experiments", "--slow"])
    assert "unrecognized arguments: --slow" in slow
    out = complaint(["jaxnn", "describe", "heart.csv", "--out", "heart"])
    assert "unrecognized arguments: --out" in out
    launched = complaint(["srun", "--nodes=2", "jaxnn", "explain", "heart", "--distribute"])
    assert "unrecognized arguments: --distribute" in launched
    assert commands("```sh\nmake test   # both\n```\n") == [["make", "test"]]


def test_paths_in_the_readme_exist():
    named = re.findall(r"`((?:jaxnn|experiments|tests)/[\w/.]*)`", README)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


# The lecture's topics.

TOPICS = 38


def topics(text: str) -> dict[int, tuple[list[str], list[str]]]:
    """The functions and the figures that a page names for each topic, by its number."""
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]*) \| ([^|]*) \|$", text, re.MULTILINE)
    return {
        int(number): (
            re.findall(r"`([^`]+)`", functions),
            re.findall(r"\[\w+\]\(([^)]+)\)", figures),
        )
        for number, functions, figures in rows
    }


def exists(name: str) -> bool:
    """Whether a dotted name is a part of the library that can be imported."""
    module, _, part = name.rpartition(".")
    return hasattr(importlib.import_module(module), part)


def shows_an_experiment(figure: str) -> bool:
    """Whether a file in the gallery is a figure that an experiment draws."""
    folder, _, file = figure.rpartition("/")
    stem, _, kind = file.rpartition(".")
    for name in NAMES:
        if folder == "figures" and kind in ("png", "gif") and stem.startswith(name):
            _, *others = contract.load(name).captions
            if stem in (name, *(f"{name}_{other}" for other in others)):
                return True
    return False


def is_test(file: str) -> bool:
    """Whether a file has tests."""
    return file.startswith("tests/") and (ROOT / file).is_file()


def test_every_topic_of_the_lecture_has_functions_and_experiments():
    listed = topics(README)
    assert list(listed) == list(range(1, TOPICS + 1))
    assert [number for number, parts in listed.items() if not all(parts)] == []
    functions, figures = zip(*listed.values(), strict=True)
    assert [name for names in functions for name in names if not exists(name)] == []
    files = [file for files in figures for file in files]
    assert [file for file in files if not (shows_an_experiment(file) or is_test(file))] == []


def test_a_topic_whose_function_or_figure_is_gone_is_found():
    row = "| 7 | trees | `jaxnn.fit`, `jaxnn.unfit` | [unfit](figures/unfit.png) |\n"
    assert topics(row) == {7: (["jaxnn.fit", "jaxnn.unfit"], ["figures/unfit.png"])}
    assert exists("jaxnn.fit") and not exists("jaxnn.unfit")
    assert shows_an_experiment("figures/optimizers.png")
    assert not shows_an_experiment("figures/unfit.png")
    assert not shows_an_experiment("figures/optimizers.json")
    assert is_test("tests/test_documentation.py") and not is_test("tests/test_undocumented.py")
