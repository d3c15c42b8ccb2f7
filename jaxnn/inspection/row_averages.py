"""What does a black box predict on average over rows, with some columns set to given values?

    a(v) = sum_i w_i f(v, x_iC) / sum_i w_i      v: values of the columns that are set
                                                 C: the other columns, as in row i

These are n predictions for each v, of which only the sum is kept. Differences of two predictions
are taken row by row before they are averaged, so that of a column without use they are exactly 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from jaxnn.errors import as_weights
from jaxnn.inspection.black_box import BLOCK_BYTES, BlackBox


def weighted_rows(X: np.ndarray, weights: Any) -> tuple[np.ndarray, np.ndarray]:
    """The rows that have a weight, and their shares, which add up to one.

    Args:
      X: (n, p).
      weights: (n,) weights of the rows, at least 0; None gives all the same weight.

    Returns:
      (m, p) and (m,): a row of weight zero is left out, since it may have any prediction.

    Raises:
      InputError, InputTypeError: weights that cannot be used.
    """
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    return X[w > 0], w[w > 0] / w.sum()


def row_averages(
    box: BlackBox, X: np.ndarray, shares: np.ndarray, features: Any, values: Any
) -> np.ndarray:
    """The average prediction with some columns set, for each of several settings.

    Args:
      box: as from `black_box`.
      X: (n, p) rows to average over.
      shares: (n,) weights of the rows, which add up to one.
      features: one column of X, or a list of s.
      values: (k,) values of that column, or (k, s), one setting per row.

    Returns:
      (k,) or (k, outputs), with a leading (replicates,) if the predictions have one; float64. These
      are n k predictions, computed in blocks.

    Raises:
      InputError, InputTypeError: predictions that cannot be used.

    Example:
      >>> from jaxnn.inspection import black_box
      >>> X = np.array([[0.0, 1.0], [2.0, 3.0]])
      >>> box = black_box(lambda X: X[:, 0] * X[:, 1], X)
      >>> row_averages(box, X, np.array([0.5, 0.5]), 0, [1.0, 2.0])
      array([2., 4.])
    """
    axis = box.rows_axis
    average = np.zeros((*box.row_shape[:axis], len(values), *box.row_shape[axis:]))
    for places, rows, predictions in box.blocks_with(X, features, values):
        sums = np.tensordot(shares[rows], predictions, axes=(0, axis + 1))
        average[(slice(None),) * axis + (places,)] += sums
    return average


def difference_blocks(
    box: BlackBox, X: np.ndarray, feature: int, values: Any, lower: Any = None, upper: Any = None
) -> Iterator[tuple[slice, np.ndarray]]:
    """The change of the prediction of every row from one value of a column to another, in blocks.

    Args:
      box: as from `black_box`.
      X: (n, p).
      feature: column of X that is set.
      values: (k,) its values; two of them, from the first to the second, if `lower` is None.
      lower: (n,) int, which of the values each row takes before the change.
      upper: (n,) int, which it takes after it.

    Yields:
      (rows, differences): float64 differences with these rows of X along `box.rows_axis`.

    Raises:
      InputError, InputTypeError: predictions that cannot be used.
    """
    size = max(1, BLOCK_BYTES // (2 * (box.row_bytes + X.shape[1] * X.itemsize)))
    for start in range(0, len(X), size):
        rows = slice(start, start + size)
        of_row = None if lower is None else np.stack([lower[rows], upper[rows]])
        predictions = box.evaluate_with(X[rows], feature, values, of_row)
        before, after = np.moveaxis(predictions, box.rows_axis, 0)
        yield rows, after.astype(float) - before
