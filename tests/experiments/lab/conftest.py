"""A package of small experiments, and the runner working on it in a folder of its own."""

import importlib
import json
import sys
import uuid

import numpy as np
import pytest

from experiments.lab import runner

QUESTION = '''
"""Is the mean of n draws near zero?  mean = sum / n"""

TITLE = "Sums of draws"
'''
COMPUTE = '''
import dataclasses

import jax


@dataclasses.dataclass(frozen=True)
class Settings:
    n: int = 50
    shape: tuple = (2, 3)


FULL = Settings()
QUICK = Settings(n=5)


def compute(key, settings):
    """Draw n numbers."""
    with open("computed.log", "a") as log:
        log.write("x")
    # here
    return {"draws": jax.random.normal(key, (settings.n,)), "n": settings.n, "word": "sum"}
'''
CLAIMS = """
from experiments.lab.claims import Claim, reported

HOLDS = True


def claims(results):
    mean = results["draws"].mean()
    return [
        Claim("the mean is near zero", "known truth", 0, mean, (mean - 1, mean + 1), HOLDS),
        reported("how many", "settings", results["n"]),
    ]
"""
DRAW = """
from matplotlib.figure import Figure

CAPTIONS = {"main": "The draws."}


def draw(results):
    figures = {}
    for name in ("main", "again"):
        figures[name] = Figure(figsize=(1, 1))
        figures[name].subplots().plot(results["draws"], label=str(results["word"]))
    return figures
"""
PAGE = (
    """
LECTURE = "The mean of <many> draws is near zero."
SURE = "Fifty draws."
LINES = """
    + '"""\nprint(1 < 2)\n"""'
    + """
TOPICS = {2: ("mean is near",), 38: ("how many",)}
HIGHLIGHTS = [(1, 1, "again")]


def findings(results, found):
    return ["First.", f"There were {found.measured('how many')} draws."]
"""
)
PARTS = {"__init__": QUESTION, "compute": COMPUTE, "claims": CLAIMS, "draw": DRAW}


def _write_experiment(folder, changes=()):
    """Write the four files of an experiment; each change is (old, new) text, found exactly once."""
    parts = dict(PARTS)
    for old, new in changes:
        (part,) = [part for part, text in parts.items() if old in text]
        assert parts[part].count(old) == 1
        parts[part] = parts[part].replace(old, new)
    folder.mkdir(exist_ok=True)
    for part, text in parts.items():
        (folder / f"{part}.py").write_text(text)


@pytest.fixture
def write_experiment():
    """The function that writes a small experiment into a folder."""
    return _write_experiment


def prepared(quick):
    """In place of starting JAX, which the tests have done: nothing."""


class Laboratory:
    """A package of small experiments beside a small library, and the runner working on them."""

    def __init__(self, folder, capsys):
        self.package = f"laboratory_{uuid.uuid4().hex}"
        self.folder = folder / self.package
        self.folder.mkdir()
        (self.folder / "__init__.py").write_text("")
        self.capsys = capsys
        self.tidied = 0
        self.names = []
        self.log = folder / "computed.log"
        self.out = folder / "figures"

    def write(self, name, *changes):
        """(Re)write an experiment; each change is (old, new) text, found exactly once."""
        _write_experiment(self.folder / name, changes)
        self.forget()
        if name not in self.names:
            self.names.append(name)

    def with_page(self, name, *changes):
        """Write an experiment with a page; each change is (old, new) text of the page."""
        self.write(name)
        text = PAGE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.folder / name / "page.py").write_text(text)

    def forget(self):
        """Have the next run import all sources anew."""
        importlib.invalidate_caches()
        own = [name for name in sys.modules if name.startswith("laboratory_")]
        for name in own:
            del sys.modules[name]

    def run(self, *arguments):
        """The exit status; what was printed is in `printed` and `errors`."""
        self.capsys.readouterr()
        status = runner.main(
            ("--jobs", "1", *arguments) if "--distributed" not in arguments else arguments,
            names=self.names,
            package=self.package,
            prepare=prepared,
            tidy=self.tidy,
        )
        self.printed, self.errors = self.capsys.readouterr()
        return status

    def tidy(self):
        """Count; compiled programs are left to the other tests."""
        self.tidied += 1

    def computed(self):
        """How often an experiment has computed so far."""
        return len(self.log.read_text()) if self.log.exists() else 0

    def record(self, name, folder=None):
        return json.loads(((folder or self.out) / f"{name}.json").read_text())

    def making(self, name):
        """How the record was made."""
        return json.loads((self.out / "results" / f"{name}.json").read_text())

    def stored(self, name, suffix, folder=None):
        return sorted(((folder or self.out) / "results" / name).glob(f"*{suffix}"))

    def draws(self, name, folder=None):
        (path,) = self.stored(name, ".npz", folder)
        with np.load(path, allow_pickle=False) as file:
            return file["draws"]


@pytest.fixture
def lab(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    # Sources change within a second here, faster than compiled files notice.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Laboratory(tmp_path, capsys)
