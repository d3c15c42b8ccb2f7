import pytest

from experiments.band_coverage.compute import Settings, compute
from experiments.lab import contract

SMALL = Settings(
    mean_sets=(400, 100, 100),
    mean_resamples=199,
    logistic_sets=60,
    logistic_resamples=100,
    large_sets=5,
    large_resamples=40,
    linear_sets=60,
    linear_resamples=100,
    network_sets=6,
    network_resamples=30,
    large_network_refits=4,
    compared_settings=1,
    compared_sets=(4, 4, 4),
    compared_refits=(12, 12, 12),
    new_truths=1,
    new_sets=(3, 0),
    new_refits=12,
)


@pytest.fixture(scope="session")
def results(computed_once):
    """The arrays of a run that is smaller than the quick one, at seed 0."""
    key = contract.key_of("band_coverage", 0)
    return computed_once("band_coverage-small", lambda: compute(key, SMALL))
