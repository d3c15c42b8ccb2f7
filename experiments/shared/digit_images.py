"""Which digit images do the experiments train on?

    x <- x / sqrt(mean_j x_j^2)     each image has root mean square 1

A random choice of the 8 x 8 handwritten digits of `jaxnn.datasets`, so that signals start with the
mean square that the theory of signals assumes.
"""

from __future__ import annotations

import jax
import numpy as np
from jax import Array

from jaxnn import datasets


def images(key: Array, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits without replacement, each image scaled to a root mean square of 1.

    Args:
      key: a typed JAX key.
      rows: number of images; if there are fewer, all of them.

    Returns:
      X: (rows, 64) float32.
      y: (rows,) float64, the classes 0 to 9.
    """
    table = datasets.digits()
    chosen = np.asarray(jax.random.permutation(key, len(table.X))[:rows])
    X, y = table.X[chosen], table.y[chosen]
    return (X / np.sqrt(np.mean(X**2, axis=1, keepdims=True))).astype(np.float32), y
