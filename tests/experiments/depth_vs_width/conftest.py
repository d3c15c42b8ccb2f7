"""Arrays of a small run of `depth_vs_width`, and made-up training results."""

from collections.abc import Callable

import jax
import numpy as np
import pytest

from experiments.depth_vs_width.claims import claims
from experiments.depth_vs_width.compute import Settings, compute
from experiments.depth_vs_width.folding import FoldingSettings
from experiments.depth_vs_width.training import Group

SMALL = Settings(
    folding=FoldingSettings(tents=6, seeds=40, units=(24,), pictured=((5,), (3, 3))),
    groups=(
        Group(("fold",), (1000,), (60,), 2, 30, 64, 2000, 3),
        Group(("fold",), (2000,), (60,), 1, 30, 64, 2000, 3),  # the program of the first group
        Group(("tent_3",), (1000,), (60,), 1, 30, 64, 2000, 3),
        Group(("signals",), (200,), (700,), 1, 30, 64, 200, 3),
    ),
    test_rows=300,
    followers=((15,),),
    follower_seeds=3,
    follower_steps=50,
)
SEEDS = 12


def cell(data, rows, parameters, steps, *errors, own=0.5):
    """One row of a table of results, with median test errors for 1, 2, ... layers."""
    return data, rows, parameters, steps, errors, own


TABLE = (
    cell("fold", 0, 600, 2000, 0.4, 0.01, 0.01),
    cell("fold", 256_000, 600, 8000, 0.04, 0.001),
    cell("fold", 1000, 1000, 3000, 0.45, 0.03, 0.02, 0.02),
    cell("fold", 300, 1000, 3000, 0.6, 0.7),
    cell("product_4", 0, 1000, 3000, 0.05, 0.04, 0.03, 0.03),
    cell("product_4", 0, 300, 3000, 0.12, 0.15),
    cell("product_6", 0, 1000, 3000, 0.3, 0.5),
    cell("tent_3", 0, 1000, 3000, 0.9, 0.8),
    cell("digits", 300, 5000, 800, 0.05, 0.06, 0.07, own=0.0),
    cell("signals", 4000, 5000, 2000, 0.24, 0.16, 0.16, own=0.1),
)


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a small run."""
    return computed_once("depth_vs_width-small", lambda: compute(jax.random.key(5), SMALL))


@pytest.fixture(scope="session")
def table():
    """The cells that `with_table` uses by default."""
    return TABLE


@pytest.fixture(scope="session")
def changed() -> Callable:
    """changed(fields, *errors) -> the table with other errors in rows that begin with `fields`."""

    def make(fields, *errors, own=0.5):
        return tuple(
            (*row[:4], errors, own) if row[: len(fields)] == fields else row for row in TABLE
        )

    return make


@pytest.fixture(scope="session")
def with_table(results) -> Callable:
    """with_table(rows) -> results whose test errors vary by 10% around the given medians."""

    def make(rows=TABLE):
        shape = len(rows), 5, SEEDS
        test = np.full(shape, np.nan)
        spread = np.exp(np.linspace(-0.1, 0.1, SEEDS))
        for place, (_, _, _, _, errors, _) in enumerate(rows):
            for depth, error in enumerate(errors):
                test[place, depth] = error * spread[:: -1 if depth % 2 else 1]
        own = np.array([row[5] for row in rows])
        parameters = np.array([row[2] for row in rows])
        return _with_deep_follower(results) | {
            "cell_data": np.array([row[0] for row in rows]),
            "cell_rows": np.array([row[1] or 768_000 for row in rows]),
            "cell_parameters": parameters,
            "cell_steps": np.array([row[3] for row in rows]),
            "cell_batch": np.full(len(rows), 64),
            "cell_fresh": np.array([row[1] == 0 for row in rows]),
            "test": test,
            "train": test * own[:, None, None],
            "counts": np.where(np.isnan(test[..., 0]), 0, parameters[:, None]),
            "diverged": np.zeros(shape[:2], int),
        }

    return make


def _with_deep_follower(results):
    """Results with one more network that was trained on the tent: the first, called a deep one."""
    names = np.array([results["follower_hidden"][0], "2+2"])
    parts = ("follower_errors", "follower_wrong", "follower_curves")
    twice = {part: np.repeat(results[part], 2, axis=0) for part in parts}
    return dict(results) | twice | {"follower_hidden": names}


@pytest.fixture(scope="session")
def found() -> Callable:
    """found(results, words) -> the claims whose statements contain these words; at least one."""

    def select(results, words):
        chosen = [claim for claim in claims(results) if words in claim.statement]
        assert chosen, f"no claim says {words!r}"
        return chosen

    return select
