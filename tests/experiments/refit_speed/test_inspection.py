"""Does scikit-learn do the jobs that are timed?"""

import pytest

from experiments.refit_speed import inspection


def test_scikit_learn_inspects_every_predictor(monkeypatch):
    pytest.importorskip("sklearn")
    for name, few in (("EPOCHS", 3), ("REPEATS", 2), ("VALUES", 4)):
        monkeypatch.setattr(inspection, name, few)
    inspection._of_scikit_learn.cache_clear()
    jobs = inspection._of_scikit_learn()
    assert list(jobs) == list(inspection.JOBS.values())
    curves = jobs["curves"](0)
    assert [one["individual"].shape for one in curves] == [(1, 297, inspection.VALUES)] * 13
    assert jobs["importance"](0).importances.shape == (13, inspection.REPEATS)
