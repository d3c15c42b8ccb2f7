"""What do all comparisons with PyTorch share? PyTorch itself, or the reason why they are skipped.

They run where the optional requirements `peers` are installed: `pip install -e ".[test,peers]"`.
The same rules are tested against formulas in NumPy elsewhere, so nothing rests on PyTorch alone.
"""

import pytest


@pytest.fixture(scope="session")
def torch():
    """PyTorch, on one thread."""
    module = pytest.importorskip("torch", reason="PyTorch is not installed; it is in '.[peers]'")
    module.set_num_threads(1)
    return module


@pytest.fixture(scope="session")
def as_tensor(torch):
    """as_tensor(array) -> a tensor of its own in float64, with a gradient."""

    def as_tensor(array):
        return torch.tensor(array, dtype=torch.float64, requires_grad=True)

    return as_tensor
