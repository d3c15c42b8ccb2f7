"""What is a black box?  Anything that turns rows into predictions: predict(X) -> array.

A JAX function is recognised by what it returns, and compiled; any other callable (scikit-learn, a
plain function, another framework behind a conversion) is called with NumPy arrays.  Its answer for
n rows may be (n,), (n, outputs), or, from many refits at once, (replicates, n) or
(replicates, n, outputs).  Which axis counts the rows is found by asking twice, with different
numbers of rows, never by guessing from a length.
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
    """A predict function whose answer has a known form.

    Attributes:
      evaluate: X (n, p) -> NumPy array.
      rows_axis: the axis of the answer that counts rows: 0, or 1 with a replicate axis before it.
    """

    evaluate: Callable[[np.ndarray], np.ndarray]
    rows_axis: int


def check_matrix(X: Any) -> np.ndarray:
    """X as a NumPy matrix of finite numbers with a row at least; InputError otherwise."""
    X = as_numbers(X, "X")
    if X.ndim != 2 or 0 in X.shape:
        raise InputError(
            f"X has shape {X.shape}; pass a matrix (rows, predictors), one row at least."
        )
    # A grid value between two integers must not be cut down to one of them, nor one beyond half
    # precision to infinity.
    X = X.astype(float) if X.dtype.kind in "iub" or X.dtype.itemsize < 4 else X
    check_finite(X, "X")
    return X


def black_box(predict: Predict, X: np.ndarray) -> BlackBox:
    """Find out what kind of function `predict` is and what its answers look like.

    Args:
      predict: called with arrays of rows of `X`.
      X: (n, p), at least one row.

    Raises:
      InputTypeError: `predict` is not callable.
      InputError: its answer has no axis, or more than one, that counts the rows.
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
        # The arrays of a JAX partial, as of `jaxnn.predictor`, are arguments and no constants.
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
    except Exception:  # whatever a function does that cannot be traced, it can still be called
        return False
    return True
