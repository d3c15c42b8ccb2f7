"""Would the speed comparison notice a slow library, other results, or cost that grows too fast?"""

import jax
import numpy as np
import pytest

import jaxnn
from experiments import refit_speed
from experiments.refit_speed import peers as speed_peers
from experiments.refit_speed import scaling as speed_scaling
from experiments.refit_speed.peers import Job, jaxnn_bootstrap, naive_vmap
from experiments.refit_speed.processes import Contender

CONTENDERS = ["jaxnn", "naive vmap", "torch", "scikit-learn"]


def results(ratios=(1.0, 10.0, 10.0, 100.0), share=0.9, losses=0.2, growth=1.0, first=2.0):
    """What `compute` would give where each contender takes `ratios` times as long."""
    jobs, rounds, refits = len(refit_speed.JOBS), 3, 20
    rng = np.random.default_rng(0)
    ours = np.array([0.5, 0.6, 0.7])
    made = rng.normal(0.2, 0.001, (jobs, len(CONTENDERS), refits))
    made[:, 1] += losses - 0.2
    sizes = np.array([100, 1_000, 10_000])
    seconds = ours * np.array(ratios)[None, :, None] * np.ones((jobs, 1, 1))
    return {
        "contenders": np.array(CONTENDERS),
        "seconds": seconds,
        "refits": np.full(len(CONTENDERS), refits),
        "losses": made,
        "operations": np.full((jobs, len(CONTENDERS)), share * 1e9 * 0.6),
        "peak": np.full((jobs, rounds), 1e9),
        "steps": np.full(jobs, 300),
        "cold": np.array([[first, 0.5]] * len(CONTENDERS)),
        "replicates_sizes": sizes,
        "replicates_seconds": np.array([1.0, 1.0, growth]) * 1e-5,
        "replicates_memory": np.array([4e8, 4e8, 5e8]),
        "rows_sizes": sizes,
        "rows_seconds": np.array([1.0, 1.0, growth]) * sizes * 1e-8,
        "rows_memory": np.array([4e8, 4e8, 5e8]),
        "cores": np.array(2),
        "compared": np.array(True),
    }


def fallen_short(made):
    """Statements that do not hold, and those whose target is not reached."""
    return [
        claim.statement
        for claim in refit_speed.claims(made)
        if claim.holds is False or "NOT reached" in claim.expected
    ]


def test_a_fast_library_meets_every_target():
    assert fallen_short(results()) == []
    found = refit_speed.claims(results())
    assert sum("(reached)" in claim.expected for claim in found) == 12
    assert sum(claim.holds is True for claim in found) == 5


@pytest.mark.parametrize(
    ("wrong", "word", "count"),
    [
        ({"ratios": (1.0, 2.9, 10, 100)}, "naive vmap", 3),
        ({"ratios": (1.0, 10, 3.9, 100)}, "torch", 3),
        ({"ratios": (1.0, 10, 10, 6.9)}, "scikit-learn", 3),
        ({"share": 0.4}, "share of the float32", 2),
        ({"losses": 0.22}, "final mean training loss", 3),
        ({"growth": 1.6}, "cost of one refit-step", 2),
        ({"first": 2.6}, "fresh process, by jaxnn", 1),
    ],
)
def test_what_falls_short_is_said(wrong, word, count):
    statements = fallen_short(results(**wrong))
    assert len(statements) == count and all(word in statement for statement in statements)


def test_elsewhere_than_on_two_cores_no_target_is_compared():
    made = results(ratios=(1.0, 1.0, 1.0, 1.0)) | {"compared": np.array(False)}
    assert fallen_short(made) == []
    assert not any("reached" in claim.expected for claim in refit_speed.claims(made))


def test_figures_are_drawn_from_results_alone():
    figures = refit_speed.draw(results())
    assert list(figures) == ["ratios", "scaling"]
    assert set(refit_speed.CAPTIONS) == set(figures)
    assert [ax.get_title().split("\n")[0] for ax in figures["ratios"].axes] == list(
        refit_speed.JOBS
    )


@pytest.mark.parametrize("batch_size", [None, 32])
def test_the_tutorial_way_reaches_the_same_losses(batch_size):
    """Two ways to one objective: means over refits differ by noise alone (4 SE), start to end."""
    X, y = refit_speed.heart_matrix()
    job = Job((18, 4, 1), epochs=60 if batch_size is None else 6, batch_size=batch_size, refits=60)
    ours = jaxnn_bootstrap(job, X, y, 3)
    with jax.numpy_rank_promotion("allow"), jax.debug_key_reuse(False):  # as a tutorial writes it
        theirs = naive_vmap(job, X, y, 3)
    error = np.hypot(ours.std(), theirs.std()) / np.sqrt(job.refits)
    assert abs(ours.mean() - theirs.mean()) < 4 * error
    assert ours.mean() < np.log(2) + 0.2 and job.steps(303) == 60


def test_the_timed_table_is_the_one_that_is_named():
    X, y = refit_speed.heart_matrix()
    assert X.shape == (303, 18) and y.shape == (303,) and set(np.unique(y)) == {0, 1}
    encoder = jaxnn.Encoder(jaxnn.datasets.heart().columns)
    assert jaxnn.encoded_width(encoder) == 18


def test_a_contender_answers_from_a_process_of_its_own(tmp_path):
    X, y = refit_speed.heart_matrix()
    np.savez(tmp_path / "rows.npz", X=X, y=y)
    call = {
        "name": "scikit-learn",
        "table": str(tmp_path / "rows.npz"),
        "job": {"sizes": [18, 2, 1], "epochs": 2, "batch_size": None, "refits": 2},
        "seed": 1,
    }
    with Contender(speed_peers.refit, ("sklearn.neural_network",)) as process:
        process.wait_until_ready()
        first, second = process.ask(**call), process.ask(**call)
    assert first["result"] == second["result"] and len(first["result"]) == 2
    assert 0 < second["seconds"] < 10


def test_a_contender_that_fails_says_why():
    with Contender(speed_scaling.measure) as process:
        process.wait_until_ready()
        process.send(axis="rows")
        with pytest.raises(RuntimeError, match=r"(?s)measure failed in its process.*size"):
            process.receive()


def test_contenders_whose_package_is_missing_are_left_out(monkeypatch):
    monkeypatch.setattr(speed_peers, "find_spec", lambda name: None if name == "torch" else name)
    names = speed_peers.available()
    assert names[0] == "jaxnn" and "scikit-learn" in names
    assert not any("torch" in name for name in names)


def test_cost_is_measured_for_one_step_of_one_refit(monkeypatch):
    calls = []
    monkeypatch.setattr(speed_scaling, "bootstrap", lambda *given: calls.append(given))
    ticks = iter(range(100))
    monkeypatch.setattr(speed_scaling.time, "perf_counter", lambda: next(ticks))
    seconds, memory = speed_scaling.measure("rows", 40)
    assert seconds == 1 / speed_scaling.REFITS / speed_scaling.EPOCHS["rows"]
    assert memory > 2**20 and calls[0][2].shape == (40, 18) and calls[0][4] == 8
