"""Are all sizes timed by all contenders in turn, and is the right share of the peak computed?"""

from typing import ClassVar

import numpy as np
import pytest

from experiments.refit_speed import curves, peers
from experiments.refit_speed.curves import MIDDLE, Point, Trial

TRIAL = Trial((16,), (100,), (32,), refits=4, operations=1e9, most_steps=50, rounds=2, rest=0)


class Process:
    """Stands for a process; a call takes as many seconds as its network has units in a layer."""

    asked: ClassVar[list] = []

    def __init__(self, function, packages=(), environment=None):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def wait_until_ready(self):
        pass

    def send(self, name, table, job, seed):
        self.compiled = job

    def receive(self):
        return {"result": [], "seconds": 99}

    def ask(self, seed, name="products", table=None, job=None, times=20):
        if job is None:
            return {"seconds": 0.5}
        assert job == self.compiled  # no call that is timed compiles
        with np.load(table) as rows:
            Process.asked.append((name, job["sizes"][1], len(rows["X"]), job["batch_size"], seed))
        return {"seconds": float(job["sizes"][1])}


@pytest.fixture
def raced(monkeypatch, tmp_path):
    monkeypatch.setattr(curves, "Contender", Process)
    monkeypatch.setattr(curves.peers, "available", lambda: ["jaxnn", "torch", "scikit-learn"])
    Process.asked.clear()
    return curves.race(TRIAL, str(tmp_path), seed=7)


def test_every_round_times_each_size_by_all_contenders(raced):
    sizes = [(64, 320, None), (16, 320, None), (64, 100, None), (64, 320, 32)]
    assert raced["curve_contenders"].tolist() == ["jaxnn", "torch"]
    assert Process.asked == [
        (name, *size, seed) for size in sizes for seed in (8, 9) for name in ("jaxnn", "torch")
    ]
    assert raced["curve_seconds"][:, 1, 0].tolist() == [64, 16, 64, 64]


def test_a_share_of_the_peak_is_arithmetic_per_second_over_that_of_products(raced):
    # 6 operations for each of 18 * 16 + 16 * 16 + 16 weights, row and step, in 16 seconds.
    steps = raced["curve_steps"][1] / TRIAL.refits
    arithmetic = 6 * 560 * 320 * steps * TRIAL.refits
    peak = peers.OPERATIONS / 0.5
    np.testing.assert_allclose(curves.shares(raced)[1, 0], arithmetic / 16 / peak)
    assert (curves.relative_times(raced) == 1).all()


def test_jobs_have_the_wanted_arithmetic_unless_their_steps_are_too_many():
    large = curves.job(TRIAL, Point(256, 320, 320))
    assert large.refits * large.operations(320) == pytest.approx(TRIAL.operations, rel=0.5)
    assert curves.job(TRIAL, Point(4, 320, 320)).steps(320) == TRIAL.most_steps
    assert curves.job(TRIAL, Point(4, 320, 32)).steps(320) == TRIAL.most_steps
    assert curves.job(TRIAL, Point(256, 100_000, 100_000)).epochs == 1


def test_each_curve_goes_through_the_middle_and_changes_one_size():
    trial = TRIAL._replace(width=(256, 4), rows=(1_000,), batch=(32, 8))
    results = {"curve_points": np.array(curves.points(trial))}
    for axis, expected in (("width", [4, 64, 256]), ("rows", [320, 1000]), ("batch", [8, 32, 320])):
        values, indices = curves.along(results, axis)
        assert values.tolist() == expected and 0 in indices
        others = results["curve_points"][indices][:, [a != axis for a in curves.AXES]]
        changed = {tuple(row) for row in others.tolist()}
        assert axis == "rows" or len(changed) == 1
    assert curves.words(np.array(MIDDLE)) == "18-64-64-1, 320 rows, full batch"
    assert curves.words(np.array((4, 1000, 32))) == "18-4-4-1, 1,000 rows, batches of 32"
