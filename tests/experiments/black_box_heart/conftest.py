import pytest

pytest.importorskip("sklearn")

from experiments.black_box_heart.compute import compute
from experiments.black_box_heart.settings import Settings
from experiments.lab import contract

SMALL = Settings(
    hidden=(8,),
    refits=24,
    compared=12,
    trees=6,
    repeats=8,
    compared_values=2,
    without=6,
    grid=6,
    linear_sets=20,
    noise_sets=12,
)


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a run that is smaller than the quick one, at seed 0."""
    key = contract.key_of("black_box_heart", 0)
    return computed_once("black_box_heart-small", lambda: compute(key, SMALL))
