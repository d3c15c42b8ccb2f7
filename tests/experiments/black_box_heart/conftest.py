import pytest

pytest.importorskip("sklearn")

from experiments.black_box_heart.compute import compute
from experiments.black_box_heart.settings import Settings
from experiments.lab import contract

SMALL = Settings(
    refits=40,
    compared=30,
    trees=10,
    repeats=10,
    compared_values=2,
    without=6,
    grid=8,
    linear_sets=20,
    noise_sets=12,
)


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a run that is smaller than the quick one, at seed 0."""
    key = contract.key_of("black_box_heart", 0)
    return computed_once("black_box_heart-small", lambda: compute(key, SMALL))
