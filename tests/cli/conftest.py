"""The command line in this process, tables for it, and one explained table for all workers."""

import contextlib
import csv
import io
import json
import re
from types import SimpleNamespace

import numpy as np
import pytest

from jaxnn import plotting
from jaxnn.cli import bands, choice, main, progress
from jaxnn.selection import choosing, contenders
from jaxnn.selection.candidates import Candidate

CANDIDATES = (
    *(Candidate((), strength, 10) for strength in (1.0, 0.1)),
    *(Candidate((3,), strength, 20) for strength in (1.0, 0.3)),
)


@pytest.fixture(scope="session")
def run():
    """run(*words) -> exit status, on the devices that tests/conftest.py has chosen.

    Figures have a low resolution: most of a quick run would go into drawing them.
    """

    def run(*words):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(plotting.STYLE, "savefig.dpi", 30)
            return main([str(word) for word in words], prepare=lambda: None)

    return run


@pytest.fixture
def refused(run, capsys):
    """refused(*words) -> the one sentence on stderr of a command that cannot be used."""

    def refused(*words):
        assert run(*words) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        lines = printed.err.splitlines()
        assert len(lines) == 1, printed.err
        assert lines[0].startswith("jaxnn: ")
        return lines[0]

    return refused


@pytest.fixture(scope="session")
def write():
    """write(path, rows) -> the path of a CSV file of these rows."""

    def write(path, rows):
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        return path

    return write


@pytest.fixture
def table(tmp_path, write):
    """A number, a category of three levels, and responses of every kind, in 24 rows."""
    body = [
        [0.5 * i, "abc"[i % 3], ("No", "Yes")[i % 2], 1e5 + 1e4 * (i % 5), "xyz"[i % 3]]
        for i in range(24)
    ]
    return write(tmp_path / "table.csv", [["dose", "group", "ill", "cost", "sort"], *body])


@pytest.fixture(scope="session")
def results():
    """results(out) -> the content of summary.json and of arrays.npz."""

    def results(out):
        record = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        with np.load(out / "arrays.npz", allow_pickle=False) as file:
            return record, dict(file)

    return results


@pytest.fixture(scope="session")
def made_in():
    """made_in(out) -> the names of the files there, without the digest of the saved model."""

    def made_in(out):
        return {re.sub("-[0-9a-f]{16}", "-DIGEST", path.name) for path in out.iterdir()}

    return made_in


@pytest.fixture(scope="session")
def explained_heart(run, made_once, results):
    """What `jaxnn explain heart` prints and writes, with few candidates and few and short refits.

    Attributes: out, status, stdout, stderr, record, arrays.
    """

    def explain(folder):
        with (
            contextlib.redirect_stdout(io.StringIO()) as stdout,
            contextlib.redirect_stderr(io.StringIO()) as stderr,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(progress, "is_watched", lambda: True)
            patch.setattr(bands, "FITS", 2)
            patch.setattr(bands, "DRAWS", 6)
            patch.setattr(choice, "default_candidates", lambda rows, inputs: CANDIDATES)
            patch.setattr(choosing, "default_resamples", lambda rows, inputs: 5)
            patch.setattr(contenders, "FOREST_TREES", 2)
            words = ["--replicates", 4, "--level", 0.5, "--features", "Ca", "Thal"]
            words += ["--calibrate", "--out", folder / "out"]
            status = run("explain", "heart", *words)
        printed = {"status": status, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()}
        (folder / "printed.json").write_text(json.dumps(printed))

    folder = made_once("explained-heart", explain)
    printed = json.loads((folder / "printed.json").read_text())
    record, arrays = results(folder / "out")
    return SimpleNamespace(out=folder / "out", record=record, arrays=arrays, **printed)
