"""The results of `regularization`, computed once for all its tests."""

import pytest


@pytest.fixture(scope="session")
def results(quick_results):
    """The arrays of the quick run at seed 0."""
    return quick_results("regularization")
