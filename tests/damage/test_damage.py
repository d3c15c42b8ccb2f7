"""Do damaged files and killed runs end in the same result? A small sample of `tests.damage`."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.damage.damages import CONTENTS, KINDS, damaged
from tests.damage.stores import STORES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "kinds"), [("chunks", KINDS), ("experiment", ("one byte", "noise", "a directory"))]
)
def test_damaged_files_change_no_result(name, kinds):
    store = STORES[name]()
    verdicts = damaged(store, kinds, np.random.default_rng())
    assert [verdict for verdict in verdicts if verdict.outcome == "fault"] == []


def test_whatever_changes_the_content_of_a_chunk_is_said():
    class ChunksAlone(STORES["chunks"]):
        def files(self, folder):
            return sorted(folder.rglob("replicates-*.npz"))

    verdicts = damaged(ChunksAlone(), list(CONTENTS), np.random.default_rng())
    assert {verdict.kind: verdict.outcome for verdict in verdicts} == dict.fromkeys(
        CONTENTS, "said"
    )


def test_killed_runs_end_with_the_same_result():
    command = [sys.executable, "-m", "tests.damage", "chunks", "--killings", "1", "--damages", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "no faults" in done.stdout, done.stdout + done.stderr
