"""What is a black box?  Anything that turns rows into predictions: predict(X) -> array.

A JAX function is recognised by what it returns, and compiled; any other callable (scikit-learn, a
plain function, another framework behind a conversion) is called with NumPy arrays.  Its predictions
for n rows may have shape (n,), (n, outputs), or, from many refits at once, (replicates, n) or
(replicates, n, outputs).  The axis of the rows is found by calling it with two and with three rows,
never guessed from a length.
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


class BlackBox(NamedTuple):
    """A predict function whose predictions have a known shape.

    Attributes:
      evaluate: X (n, p) -> NumPy array of predictions.
      rows_axis: the axis of the rows: 0, or 1 if there is a replicate axis before it.
    """

    evaluate: Callable[[np.ndarray], np.ndarray]
    rows_axis: int


def check_matrix(X: Any) -> np.ndarray:
    """X as a NumPy matrix of finite numbers with at least one row; InputError otherwise."""
    X = as_numbers(X, "X")
    if X.ndim != 2 or 0 in X.shape:
        raise InputError(
            f"X has shape {X.shape}; pass a matrix (rows, predictors), at least one row."
        )
    # A grid value must not be rounded to an integer, nor overflow in half precision.
    X = X.astype(float) if X.dtype.kind in "iub" or X.dtype.itemsize < 4 else X
    check_finite(X, "X")
    return X


def black_box(predict: Predict, X: np.ndarray) -> BlackBox:
    """Find out what kind of function `predict` is and which axis of its predictions is the rows'.

    Args:
      predict: called with arrays of rows of `X`.
      X: (n, p), at least one row.

    Returns:
      A `BlackBox`, whose `evaluate` is compiled if `predict` is a JAX function.

    Raises:
      InputTypeError: `predict` is not callable.
      InputError: no axis of its predictions has the length of the rows, or more than one.
    """
    if not callable(predict):
        raise InputTypeError(f"predict is a {type(predict).__name__}; pass a function of X.")
    two, three = (np.repeat(X[:1], rows, axis=0) for rows in (2, 3))
    answer = predict(two)
    shapes = tuple(as_numbers(given, "predict(X)").shape for given in (answer, predict(three)))
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
    if isinstance(answer, jax.Array) and _traceable(predict, two):
        # The arrays of a JAX partial, such as `jaxnn.predictor`, are arguments, not constants.
        named = isinstance(predict, Partial) and all(
            isinstance(leaf, jax.Array | np.ndarray) for leaf in jax.tree.leaves(predict)
        )
        function = partial(_call, predict) if named else jax.jit(predict)
    return BlackBox(lambda rows: np.asarray(function(rows)), axes[0])


@jax.jit
def _call(predict: Partial, X: Any) -> Any:
    return predict(X)


def _traceable(predict: Predict, X: np.ndarray) -> bool:
    try:
        jax.eval_shape(predict, X)
    except Exception:  # a function that cannot be traced, for any reason, can still be called
        return False
    return True
