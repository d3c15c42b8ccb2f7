"""Does a contender start from any folder, and does a failing one say why?"""

import pytest

from experiments.refit_speed import scaling
from experiments.refit_speed.processes import Contender


def test_a_contender_that_fails_says_why(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the process finds its modules from any folder
    with Contender(scaling.measure) as process:
        process.wait_until_ready()
        process.send(axis="rows", seed=0)
        with pytest.raises(RuntimeError, match=r"(?s)measure failed in its process.*size"):
            process.receive()
