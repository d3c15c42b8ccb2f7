"""Are all jobs timed in every round, and do both tools minimise the same objective?"""

from typing import ClassVar

import numpy as np
import pytest

from experiments.refit_speed import tricks
from experiments.refit_speed.compute import heart_matrix
from experiments.refit_speed.job import Job


class Clock:
    """Stands for a process; each call takes the seconds that its job is worth."""

    asked: ClassVar[list] = []

    def __init__(self, function, packages, environment):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def wait_until_ready(self):
        pass

    def send(self, name, job, **call):
        self.result = [len(name) + job["normalized"]] * job["refits"]

    def receive(self):
        return {"result": self.result, "seconds": 0}

    def ask(self, name, job, seed, **call):
        Clock.asked.append((name, job["hidden_keep"], job["normalized"], seed))
        seconds = (1 + job["normalized"]) * (2 if name == "torch" else 1)
        return {"seconds": seconds, "result": [seed] * job["refits"]}


def test_every_round_times_all_jobs_of_all_tools_with_its_own_seed(monkeypatch):
    monkeypatch.setattr(tricks, "Contender", Clock)
    monkeypatch.setattr(tricks.peers, "available", lambda: ["jaxnn", "equinox", "torch"])
    found = tricks.race(tricks.Trial(3, 5, 2, 0), "rows.npz", seed=7)
    assert found["trick_contenders"].tolist() == ["jaxnn", "torch"]
    jobs = [(1.0, False), (0.5, False), (1.0, True), (0.5, True)]
    orders = ((8, jobs), (9, jobs[1:] + jobs[:1]))  # another job comes first in each round
    assert Clock.asked == [
        (name, *job, seed) for seed, order in orders for name in ("jaxnn", "torch") for job in order
    ]
    np.testing.assert_array_equal(tricks.shares(found), [[1] * 2, [1] * 2, [0.5] * 2, [0.5] * 2])
    np.testing.assert_array_equal(tricks.relative_times(found), np.full((4, 1, 2), 2))
    assert found["trick_losses"][:, 1, 0].tolist() == [5, 5, 6, 6]
    assert found["trick_losses"][0, 1].tolist() == [5] * 3 + [8] * 3 + [9] * 3


def test_pytorch_reaches_the_same_losses_with_both_tricks():
    """With one objective, means over refits differ only by noise (4 SE)."""
    pytest.importorskip("torch")
    from experiments.refit_speed.jax_peers import jaxnn_bootstrap
    from experiments.refit_speed.torch_peers import torch_eager

    X, y = heart_matrix()
    job = Job((18, 8, 8, 1), 60, None, 60, hidden_keep=0.5, normalized=True)
    ours, theirs = jaxnn_bootstrap(job, X, y, 3), torch_eager(job, X, y, 3)
    error = np.hypot(ours.std(), theirs.std()) / np.sqrt(job.refits)
    assert abs(ours.mean() - theirs.mean()) < 4 * error
