"""Is the measured cost that of one step of one refit?"""

import jax
import numpy as np

from experiments.refit_speed import scaling


def test_cost_is_measured_for_one_step_of_one_refit(monkeypatch):
    calls = []
    monkeypatch.setattr(scaling, "bootstrap", lambda *given: calls.append(given))
    ticks = iter(range(100))
    monkeypatch.setattr(scaling.time, "perf_counter", lambda: next(ticks))
    seconds, memory = scaling.measure("rows", 40, seed=5)
    assert seconds == 1 / scaling.REFITS / scaling.EPOCHS["rows"]
    assert memory > 2**20 and calls[0][2].shape == (40, 18) and calls[0][4] == 8
    keys = {tuple(jax.random.key_data(call[0]).tolist()) for call in calls}
    assert len(keys) == len(calls) == 3


def test_the_table_depends_only_on_its_key():
    X, y = scaling.table(jax.random.key(1), 50)
    again, other = scaling.table(jax.random.key(1), 50), scaling.table(jax.random.key(2), 50)
    assert X.dtype == y.dtype == np.float32 and set(np.unique(y)) == {0, 1}
    np.testing.assert_array_equal(X, again[0])
    assert (other[0] != X).all()
