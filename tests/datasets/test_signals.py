"""Are signals their shapes, moved, stretched and scaled?"""

import jax
import numpy as np
import pytest

from jaxnn.datasets import SHAPES, sample_signals, signal
from jaxnn.errors import InputError


def test_a_signal_is_its_shape_where_it_is_put():
    width = 18.0  # the heights are at start + 2, start + 4, ... start + 16
    for number, heights in enumerate(SHAPES):
        X = np.asarray(signal(number, 5.0, width))
        np.testing.assert_allclose(X[7:22:2], np.array(heights) / 5, atol=1e-5)
        np.testing.assert_allclose(X[8:21:2], (X[7:20:2] + X[9:22:2]) / 2, atol=1e-5)
        np.testing.assert_allclose(X[:6], 0, atol=1e-5)
        np.testing.assert_allclose(X[23:], 0, atol=1e-5)
    assert signal(3, 0.0, 10.0, length=25).shape == (25,)


def test_signals_have_every_shape_everywhere(key):
    n = 20_000
    sample = jax.jit(lambda key, noise: sample_signals(key, n, noise=noise))
    X, y = jax.device_get(sample(key, 0.0))
    assert X.shape == (n, 40)
    assert X.dtype == y.dtype
    counts = np.bincount(np.asarray(y, int), minlength=10)
    assert np.abs(counts - n / 10).max() < 5 * (0.09 * n) ** 0.5
    there = np.asarray(X) != 0
    first, last = there.argmax(axis=1), 39 - there[:, ::-1].argmax(axis=1)
    assert first.min() <= 1 and last.max() == 38
    widths = last - first + 1
    assert 9 <= widths.min() <= 12 and 22 <= widths.max() <= 24
    peaks = np.abs(X).max(axis=1)
    assert 1.2 < peaks.max() <= 1.3 * 9 / 5 + 1e-5
    # A row is its own shape at the right place and width: find those of one row.
    row = 17
    starts, widths = np.mgrid[0:28:0.5, 12:25:1].reshape(2, -1)
    candidates = jax.vmap(lambda start, width: signal(int(y[row]), start, width))(starts, widths)
    assert np.abs(np.corrcoef(X[row], candidates)[0, 1:]).max() > 0.98
    noisy, clean = (jax.device_get(sample(jax.random.key(8), noise).X) for noise in (0.5, 0.0))
    assert abs((noisy - clean).std() - 0.5) < 5 * 0.5 / (2 * n * 40) ** 0.5
    assert 0.5 < clean[there[:, 20]].std() < 0.8
    with pytest.raises(InputError, match="length is 9; pass a whole number of at least 10"):
        sample_signals(jax.random.key(0), 5, length=9)
