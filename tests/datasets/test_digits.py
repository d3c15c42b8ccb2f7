"""Are the digits those of scikit-learn?"""

import sys

import numpy as np
import pytest

from jaxnn.datasets import digits
from jaxnn.errors import InputError
from jaxnn.tables import Encoder, column_index, encoded_width


def test_digits():
    pytest.importorskip("sklearn")
    table = digits()
    assert table.X.shape == (1797, 64)
    assert table.X.min() == 0
    assert table.X.max() == 1
    np.testing.assert_array_equal(table.X * 16, np.round(table.X * 16))
    assert table.response.levels == tuple("0123456789")
    # Counts as published with the data.
    counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert np.bincount(table.y.astype(int)).tolist() == counts
    assert encoded_width(Encoder(table.columns)) == 64
    assert table.columns[column_index(table, "pixel 1,2")] == table.columns[10]


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(InputError, match=r"needs scikit-learn.*pip install 'jaxnn\[sklearn\]'"):
        digits()
