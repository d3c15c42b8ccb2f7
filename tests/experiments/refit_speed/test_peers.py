"""Which contenders take part, and do they answer from their own processes?"""

import numpy as np

from experiments.refit_speed import peers
from experiments.refit_speed.compute import heart_matrix
from experiments.refit_speed.processes import Contender


def test_a_contender_does_the_job_in_its_own_process(tmp_path):
    X, y = heart_matrix()
    np.savez(tmp_path / "rows.npz", X=X, y=y)
    call = {
        "name": "scikit-learn",
        "table": str(tmp_path / "rows.npz"),
        "job": {"sizes": [18, 2, 1], "epochs": 2, "batch_size": None, "refits": 1},
        "seed": 1,
    }
    with Contender(peers.refit, ("sklearn.neural_network",)) as process:
        process.wait_until_ready()
        first, second = process.ask(**call), process.ask(**call)
        other = process.ask(**call | {"seed": 2})
    assert first["result"] == second["result"] and len(first["result"]) == 1
    assert set(first["result"]).isdisjoint(other["result"])
    assert 0 < second["seconds"] < 10


def test_contenders_whose_package_is_missing_are_left_out(monkeypatch):
    monkeypatch.setattr(peers, "find_spec", lambda name: None if name == "torch" else name)
    names = peers.available()
    assert names[0] == "jaxnn" and "scikit-learn" in names
    assert not any("torch" in name for name in names)
