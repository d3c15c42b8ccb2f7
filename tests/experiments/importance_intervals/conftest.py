import pytest


@pytest.fixture(scope="session")
def results(quick_results):
    """The arrays of the quick run."""
    return quick_results("importance_intervals")
