"""What is a black box? Anything that turns rows into predictions: predict(X) -> array.

A JAX function is recognised by what it returns, and is compiled. Any other callable (a method of
scikit-learn, a plain function, another framework behind a conversion) is called with NumPy arrays.
The predictions for n rows may have shape (n,) or (n, outputs), or, from many refits at once,
(replicates, n) or (replicates, n, outputs). The axis of the rows is found by calling the function
with two and with three rows, never guessed from a length.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.tree_util import Partial

from jaxnn.errors import InputError, InputTypeError, as_numbers, check_finite

Predict = Callable[[Any], Any]


BLOCK_BYTES = 2**25  # of predictions that are computed at once where only their sum is kept


class BlackBox(NamedTuple):
    """A predict function whose predictions have a known shape.

    Attributes:
      evaluate: X (n, p) -> NumPy array of predictions.
      rows_axis: the axis of the rows: 0, or 1 if there is a replicate axis before it.
      rows_at_once: how many rows fill a block of memory with their predictions, at least 1.
    """

    evaluate: Callable[[np.ndarray], np.ndarray]
    rows_axis: int
    rows_at_once: int


def check_matrix(X: Any) -> np.ndarray:
    """X as a NumPy matrix of finite floats with at least one row.

    Raises:
      InputError, InputTypeError: anything else.
    """
    X = as_numbers(X, "X")
    if X.ndim != 2 or 0 in X.shape:
        raise InputError(
            f"X has shape {X.shape}; pass a matrix (rows, predictors) with at least one row."
        )
    # A grid value must not be rounded to an integer, nor overflow in half precision.
    X = X.astype(float) if X.dtype.kind in "iub" or X.dtype.itemsize < 4 else X
    check_finite(X, "X")
    return X


def black_box(predict: Predict, X: np.ndarray) -> BlackBox:
    """Find whether `predict` is a JAX function, and which axis of its predictions holds the rows.

    Args:
      predict: a function of X; it is called with copies of the first row.
      X: (n, p), at least one row.

    Returns:
      A `BlackBox`, whose `evaluate` is compiled if `predict` is a JAX function.

    Raises:
      InputTypeError: `predict` is not callable.
      InputError: no axis of its predictions has the length of the rows, or more than one has.

    Example:
      >>> black_box(lambda X: X.sum(axis=1), np.ones((5, 2))).rows_axis
      0
    """
    if not callable(predict):
        raise InputTypeError(f"predict is a {type(predict).__name__}; pass a function of X.")
    two, three = (np.repeat(X[:1], rows, axis=0) for rows in (2, 3))
    prediction = predict(two)
    pair = as_numbers(prediction, "predict(X)")
    shapes = [pair.shape, as_numbers(predict(three), "predict(X)").shape]
    axes = [
        axis
        for axis in range(min(map(len, shapes)))
        if (shapes[0][axis], shapes[1][axis]) == (2, 3)
    ]
    if (
        len(shapes[0]) != len(shapes[1])
        or len(axes) != 1
        or axes[0] > 1
        or len(shapes[0]) > axes[0] + 2
    ):
        raise InputError(
            f"predict gives shape {shapes[0]} for 2 rows and {shapes[1]} for 3; it must give "
            "(rows,) or (rows, outputs), or either with a replicate axis before it."
        )
    function = predict
    if isinstance(prediction, jax.Array) and _is_traceable(predict, two):
        # The arrays of a JAX partial, as from `jaxnn.predictor`, are arguments, not constants.
        holds_arrays = isinstance(predict, Partial) and all(
            isinstance(leaf, jax.Array | np.ndarray) for leaf in jax.tree.leaves(predict)
        )
        function = partial(_call, predict) if holds_arrays else jax.jit(predict)
    bytes_of_row = pair.nbytes // 2
    return BlackBox(
        lambda rows: np.asarray(function(rows)),
        axes[0],
        max(1, BLOCK_BYTES // max(1, bytes_of_row)),
    )


@jax.jit
def _call(predict: Partial, X: Any) -> Any:
    return predict(X)


def _is_traceable(predict: Predict, X: np.ndarray) -> bool:
    try:
        jax.eval_shape(predict, X)
    except Exception:  # a function that cannot be traced, for any reason, can still be called
        return False
    return True
