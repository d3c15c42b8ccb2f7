import numpy as np
import pytest

from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.tricks import TRICKS

# The middle, two other widths, numbers of rows and sizes of batches.
POINTS = [(64, 320, 320), (16, 320, 320), (256, 320, 320), (64, 100, 100), (64, 1000, 1000)]
POINTS += [(64, 320, 32), (64, 320, 100)]

CONTENDERS = ["jaxnn", "naive vmap", "torch", "scikit-learn"]


@pytest.fixture(scope="session")
def made():
    """made(...) -> results of `compute` in which contender i takes `ratios[i]` times as long."""

    def results(
        ratios=(1.0, 10.0, 10.0, 100.0),
        share=0.9,
        losses=0.2,
        growth=1.0,
        first=1.4,
        inspection=21.0,
        shares=(0.6, 0.7, 0.5),
        torch=3.1,
        trick_losses=0.2,
        in_batches=0.56,
        at_sizes=(2.0, 4.0),
        history=1.03,
        importing=0.05,
        large=1.3,
    ):
        jobs, rounds, refits = len(JOBS), 3, 20
        rng = np.random.default_rng(0)
        ours = np.array([0.5, 0.6, 0.7])
        reached = rng.normal(0.2, 0.001, (jobs, len(CONTENDERS), refits))
        reached[:, 1] += losses - 0.2
        with_tricks = rng.normal(0.2, 0.001, (len(TRICKS), 2, refits))
        with_tricks[1:, 1] += trick_losses - 0.2
        of_tricks = np.array([1.0, *(1 / np.array(shares))])[:, None, None]
        sizes = np.array([100, 1_000, 10_000])
        at_points = np.array([0.9, 0.5, 1.1, 0.8, 0.9, in_batches, 0.7])
        curve_seconds = np.array([1.0, *at_sizes])[:, None] * ours / at_points[:, None, None]
        return {
            "curve_contenders": np.array(["jaxnn", "naive vmap", "torch"]),
            "curve_points": np.array(POINTS),
            "curve_seconds": curve_seconds,
            "curve_operations": np.full(len(POINTS), 0.6e9),
            "curve_peak": np.full((len(POINTS), rounds), 1e9),
            "contenders": np.array(CONTENDERS),
            "seconds": ours * np.array(ratios)[None, :, None] * np.ones((jobs, 1, 1)),
            "refits": np.full(len(CONTENDERS), refits),
            "losses": reached,
            "operations": np.full((jobs, len(CONTENDERS)), share * 1e9 * 0.6),
            "peak": np.full((jobs, rounds), 1e9),
            "inspection_seconds": np.array([[ours, ours * inspection]] * 2),
            "trick_contenders": np.array(["jaxnn", "torch"]),
            "trick_seconds": of_tricks * np.array([[1.0], [torch]]) * ours,
            "trick_losses": with_tricks,
            "history_seconds": np.array([[[history], [1.0]]] * 3) * ours,
            "import_seconds": np.array([ours, ours + importing]),
            "large_seconds": ours,
            "large_peak": 1e9 / ours,
            "large_operations": np.array(large * 1e9),
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

    return results


@pytest.fixture
def results(made):
    """Results in which all claims hold."""
    return made()
