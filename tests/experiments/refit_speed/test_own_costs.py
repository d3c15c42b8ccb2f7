"""Are the history, the import and a large network timed in turn, and their costs computed right?"""

from typing import ClassVar

import numpy as np
import pytest

from experiments.refit_speed import own_costs

TRIAL = own_costs.Trial(rounds=3, share=0.01, rest=0.0)


class Clock:
    """In place of a contender: a job takes 1.5 s with the history, 1 s without."""

    asked: ClassVar[list] = []

    def __init__(self, function, packages=(), environment=None):
        self.function = function

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait_until_ready(self):
        pass

    def ask(self, **call):
        self.asked.append(call)
        return {"seconds": 1.5 if call.get("history") else 1.0, "result": []}


@pytest.fixture
def raced(monkeypatch):
    monkeypatch.setattr(own_costs, "Contender", Clock)
    monkeypatch.setattr(Clock, "asked", [])
    seconds = {own_costs.WITHOUT: 1.0, own_costs.WITH: 1.25}
    monkeypatch.setattr(own_costs, "seconds_of_process", seconds.get)
    return own_costs.race(TRIAL, seed=7)


def test_costs_are_those_of_each_round(raced):
    costs = own_costs.costs_of_history(raced)
    assert costs.shape == (len(own_costs.HISTORY_JOBS), 3)
    np.testing.assert_allclose(costs, 0.5)
    np.testing.assert_allclose(own_costs.costs_of_import(raced), 0.25)
    share = raced["large_operations"] / own_costs.peers.OPERATIONS
    np.testing.assert_allclose(own_costs.shares_of_large(raced), share)


def test_every_round_times_each_job_with_and_without_history_at_its_own_seed(raced):
    of_jobs = [call for call in Clock.asked if call.get("job") in own_costs.HISTORY_JOBS]
    for seed in (7, 8, 9, 10):
        kept = [call["history"] for call in of_jobs if call["seed"] == seed]
        assert sorted(kept) == [False] * 3 + [True] * 3


@pytest.mark.parametrize("job", [*own_costs.HISTORY_JOBS, own_costs.LARGE_NAME])
def test_a_job_is_done_with_its_own_rows_and_share_of_epochs(job, monkeypatch):
    calls = []

    def bootstrap(key, fitter, X, y, refits):
        calls.append((fitter, X.shape, refits))
        losses = np.zeros(refits)
        return type("", (), {"fits": type("", (), {"train_loss": losses})})

    monkeypatch.setattr(own_costs, "bootstrap", bootstrap)
    for history in (True, False):
        own_costs.refit(job, history, share=0.1, seed=0)
    (kept, shape, refits), (without, _, _) = calls
    full = own_costs.LARGE if job == own_costs.LARGE_NAME else own_costs.HISTORY_JOBS[job]
    rows = own_costs.LARGE_ROWS if job == own_costs.LARGE_NAME else own_costs.ROWS
    assert shape == (rows, full.sizes[0]) and refits == full.refits
    assert kept.recipe.epochs == max(1, full.epochs // 10)
    assert kept.recipe.history_every is None
    assert without.recipe.history_every == without.recipe.epochs


def test_a_process_that_fails_is_not_timed():
    with pytest.raises(own_costs.subprocess.CalledProcessError):
        own_costs.seconds_of_process("raise SystemExit(3)")
