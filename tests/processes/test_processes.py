"""Are several processes the same program as one, and does each way of failing have its sentence?

The processes run on this machine, in three starts that all tests share.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from jaxnn.replicate import replicate
from tests.processes import worker

WORKER = Path(worker.__file__)
TOY = {
    "__init__": '"""Are the shares one whole?"""\n\nTITLE = "Shares"\n',
    "compute": """
import dataclasses
import sys
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Settings:
    n: int = 9


FULL = QUICK = Settings()


def compute(key, settings):
    print("computing")
    return sys.modules["__main__"].compute_of_the_experiment(Path(__file__).parents[2], key)
""",
    "claims": """
from experiments.lab.claims import reported


def claims(results):
    return [reported("noise", "settings", results["noise"].sum())]
""",
    "draw": """
from matplotlib.figure import Figure


def draw(results):
    return {"main": Figure()}
""",
}


def started(scenario, count, folder):
    """Run one scenario in several processes; status, stdout, stderr and seconds of each."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = str(free.getsockname()[1])
    begin = time.monotonic()
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen(
            [sys.executable, str(WORKER), scenario, str(index), str(count), port, str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        for index in range(count)
    ]
    found = []
    for process in running:
        out, err = process.communicate(timeout=300)
        seconds = time.monotonic() - begin
        found.append({"status": process.returncode, "out": out, "err": err, "seconds": seconds})
    return found


@pytest.fixture(scope="session")
def jobs(made_once):
    """What was printed by each process of each job, and the folder of their files."""

    def make(folder):
        toy = folder / "toys" / "shares"
        toy.mkdir(parents=True)
        (toy.parent / "__init__.py").touch()
        for name, text in TOY.items():
            (toy / f"{name}.py").write_text(text)
        printed = {
            "killed": started("killed", 3, folder),
            "experiment": started("experiment", 2, folder),
            "fails_alone": started("fails_alone", 2, folder),
        }
        (folder / "printed.json").write_text(json.dumps(printed))

    folder = made_once("processes", make)
    return folder, json.loads((folder / "printed.json").read_text())


@pytest.fixture(scope="session")
def found(jobs):
    """What each of the two processes of the experiment found."""
    folder, printed = jobs
    for process in printed["experiment"]:
        assert process["status"] == 0, process["err"]
    return [json.loads((folder / f"process{i}" / "found.json").read_text()) for i in (0, 1)]


def test_two_processes_compute_what_one_does_bit_for_bit(jobs, found, tmp_path):
    folder, _ = jobs
    expected = worker.results(tmp_path / "store")
    for process in (0, 1):
        with np.load(folder / f"process{process}" / "results.npz") as arrays:
            assert set(arrays.files) == set(expected)
            for name, leaf in expected.items():
                np.testing.assert_array_equal(arrays[name], leaf, strict=True)


def test_a_job_of_three_that_lost_one_is_resumed_by_two(jobs, found):
    folder, _ = jobs
    assert found[0]["before"] == found[1]["before"]
    assert len(found[0]["before"]) >= 3  # each of the three had saved its first share
    after = {path.name for path in (folder / "store").glob("*.npz")}
    assert after > set(found[0]["before"])
    kept = sorted(np.concatenate([np.load(folder / "store" / name)["indices"] for name in after]))
    assert kept == list(range(worker.REPLICATES))  # so none was computed twice


def test_a_process_that_is_killed_ends_the_others_with_one_sentence(jobs):
    _, printed = jobs
    first, second, lost = printed["killed"]
    assert lost["status"] == -9
    for process in (first, second):
        assert process["status"] == 1
        assert process["err"] == (
            "jaxnn: process 2 was lost; start the same command again, with any number of "
            "processes: what was saved is not computed again.\n"
        )
        assert process["seconds"] < 60


def test_a_process_that_fails_alone_ends_the_others_with_its_reason(jobs):
    _, printed = jobs
    first, second = printed["fails_alone"]
    assert first["status"] == second["status"] == 1
    assert "FileNotFoundError" in second["err"]
    assert "process 1 failed: [Errno 2] No such file or directory" in first["err"]


@pytest.mark.parametrize("name", ["keys", "mapped", "shared", "chunk", "devices", "fn"])
def test_an_argument_that_differs_between_processes_is_named(found, name):
    for process in found:
        sentence = process["refusals"][name]
        assert sentence.startswith(f"{name} differs between processes 0 and 1")
        assert "pass the same in every process" in sentence


def test_devices_of_some_processes_only_are_refused(found):
    for process in found:
        assert "pass devices of every process" in process["refusals"]["devices of others"]


def test_only_the_first_process_prints_and_writes(jobs, found):
    folder, printed = jobs
    first, second = printed["experiment"]
    assert "computing" in first["out"]
    assert "[1/1] shares: " in first["out"]
    assert second["out"] == second["err"] == ""
    assert (folder / "figures" / "shares.png").is_file()


def test_the_record_of_two_processes_is_that_of_one(jobs, found):
    folder, _ = jobs
    record = json.loads((folder / "figures" / "shares.json").read_text())
    assert record["command"].startswith("python -m experiments shares")
    assert "distributed" not in record["command"]
    assert record["claims"][0]["statement"] == "noise"


def test_process_0_decides_for_all_and_acts_alone_where_it_must(found):
    assert [process["agreed"] for process in found] == [7, 7]
    assert [process["threads"] for process in found] == [1, 1]
    alone = float(replicate(worker.draw, **worker.arguments(), chunk=2)["drawn"].sum())
    assert [process["own"] for process in found] == [alone, alone]
    assert [process["alone"] for process in found] == [alone, None]
