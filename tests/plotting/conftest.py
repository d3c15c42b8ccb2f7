"""An empty panel to draw on."""

import pytest
from matplotlib.figure import Figure

from jaxnn import plotting


@pytest.fixture
def ax():
    with plotting.style():
        yield Figure().subplots()
