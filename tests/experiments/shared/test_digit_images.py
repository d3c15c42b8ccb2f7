"""Are digits drawn without replacement, and scaled to a root mean square of 1?"""

import jax
import numpy as np
import pytest

from experiments.shared.digit_images import images
from jaxnn import datasets

pytest.importorskip("sklearn")


def test_images_are_scaled_and_drawn_without_replacement():
    X, y = images(jax.random.key(2), 5000)  # more than there are
    assert X.shape == (len(datasets.digits().X), 64) and X.dtype == np.float32
    np.testing.assert_allclose(np.mean(X**2, axis=1), 1, rtol=1e-5)
    raw = datasets.digits()
    assert np.bincount(y.astype(int)).tolist() == np.bincount(raw.y.astype(int)).tolist()
    directions = raw.X / np.sqrt(np.mean(raw.X**2, axis=1, keepdims=True))
    order = np.lexsort(X.T), np.lexsort(directions.astype(np.float32).T)
    np.testing.assert_allclose(X[order[0]], directions[order[1]], rtol=1e-5)


def test_fewer_images_are_the_first_of_the_same_order():
    few, all_of_them = images(jax.random.key(2), 7), images(jax.random.key(2), 5000)
    np.testing.assert_array_equal(few[0], all_of_them[0][:7])
    np.testing.assert_array_equal(few[1], all_of_them[1][:7])
