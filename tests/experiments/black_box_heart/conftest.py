import pytest

pytest.importorskip("sklearn")


@pytest.fixture(scope="session")
def results(quick_results):
    """The arrays of the quick run."""
    return quick_results("black_box_heart")
