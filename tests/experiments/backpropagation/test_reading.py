"""Are stored tables read back, and do disagreements agree with a calculation by hand?"""

import numpy as np
import pytest

import jaxnn.tracer.numpy as tnp
from experiments.backpropagation import lecture_tables, reading
from jaxnn.tracer import trace_table


def test_a_table_is_stored_and_read_back():
    table = trace_table(lambda a, b: tnp.sin(a * b) + b, 0.3, 2.0)
    stored = lecture_tables.pack("some", table)
    back = reading.unpack("some", {name: np.asarray(x) for name, x in stored.items()})
    assert len(back) == 5
    assert all(tuple(one) == tuple(other) for one, other in zip(back, table.rows, strict=True))


def test_disagreements_agree_with_a_calculation_by_hand():
    """The second of two functions has a large and a small array; the small one is off by 10%."""
    gradients = np.array([[2.0, 100.0, -200.0, 1.0], [2.0, 100.0, -200.0, 0.9], [3.0, 99, -200, 1]])
    function, array = np.array([0, 1, 1, 1]), np.array([0, 1, 1, 2])
    found = reading.disagreements(gradients, function, array)
    assert found.shape == (2, 3, 3)
    np.testing.assert_allclose(found[0], np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0]]) / 3)
    np.testing.assert_allclose(found[1, 0], [0, 0.1, 0.005])
    np.testing.assert_allclose(found[1], found[1].T)
    # A much smaller one is relative to a thousandth of the largest.
    tiny = np.array([[1000.0, 1e-9], [1000.0, 2e-9]])
    found = reading.disagreements(tiny, np.zeros(2, int), np.arange(2))
    assert found[0, 0, 1] == pytest.approx(1e-9)
