"""How steep is the prediction along one predictor?

    individual   df/dx_j (x, x_iC)                       d-ICE, one curve per row
    average      sum_i w_i df/dx_j (x_i) / sum_i w_i     the average marginal effect

The derivatives are those of the program, by automatic differentiation: exact to rounding, with no
step to choose, at the cost of about two predictions each. So `predict` must be a JAX function. For
others, such as trees, which are flat between jumps, differences over a wide step say more: see
`jaxnn.inspection.contrasts` and `accumulated_local_effects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.tree_util import Partial

from jaxnn.errors import InputError, InputTypeError
from jaxnn.inspection.arguments import check_feature, check_grid, check_matrix
from jaxnn.inspection.black_box import BlackBox, Predict, black_box
from jaxnn.inspection.row_averages import weighted_rows
from jaxnn.tables import Column


def derivative_curves(
    predict: Predict,
    X: Any,
    feature: int | str,
    grid: Any,
    *,
    columns: Sequence[Column] | None = None,
) -> np.ndarray:
    """The slope of every row's curve along a grid of one predictor: df/dx_j at (x, x_iC).

    Goldstein et al. 2015, "Peeking inside the black box", section 3.3.

    Args:
      predict: a JAX function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows at which the other predictors are held.
      feature: a numeric column, by its number, or by its name if `columns` are given.
      grid: (g,) values of that column.
      columns: descriptions of the columns of X; None takes all of them as numeric.

    Returns:
      (n, g) or (n, g, outputs), with a leading (replicates,) if `predict` has one, in the unit of
      the prediction per unit of the predictor. Compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, a predict function that cannot be
        differentiated, or derivatives that are not finite.

    Example:
      >>> X = np.array([[0.0, 1.0], [2.0, 3.0]])
      >>> derivative_curves(lambda X: jnp.square(X[:, 0]) * X[:, 1], X, 0, [0.0, 1.0, 2.0])
      array([[ 0.,  2.,  4.],
             [ 0.,  6., 12.]], dtype=float32)
    """
    X = check_matrix(X)
    feature = _numeric_feature(feature, X, columns)
    grid = check_grid(grid)
    box = _derivative(predict, X, feature)
    return box.evaluate_with(X, feature, grid).swapaxes(box.rows_axis, box.rows_axis + 1)


def average_derivative(
    predict: Predict,
    X: Any,
    feature: int | str,
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> np.ndarray:
    """The average marginal effect of a predictor: the mean of df/dx_j over the rows as they are.

    Args:
      predict: a JAX function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows to average over.
      feature, columns: as in `derivative_curves`.
      weights: (n,) weights of the rows, at least 0; None gives all the same weight.

    Returns:
      () or (outputs,), with a leading (replicates,) if `predict` has one, in the unit of the
      prediction per unit of the predictor; float64. `jaxnn.interval` gives its interval over the
      replicates. Compiled.

    Raises:
      InputError, InputTypeError: as `derivative_curves`.

    Example:
      >>> X = np.array([[0.0, 1.0], [2.0, 3.0]])
      >>> print(average_derivative(lambda X: jnp.square(X[:, 0]) * X[:, 1], X, 0))
      6.0
    """
    X = check_matrix(X)
    feature = _numeric_feature(feature, X, columns)
    rows, shares = weighted_rows(X, weights)
    box = _derivative(predict, X, feature)
    average = np.zeros(box.row_shape)
    for _, part, slopes in box.blocks_with(rows, [], np.empty((1, 0))):
        average += np.tensordot(
            shares[part], slopes.squeeze(box.rows_axis), axes=(0, box.rows_axis)
        )
    return average


def _numeric_feature(feature: Any, X: np.ndarray, columns: Sequence[Column] | None) -> int:
    feature = check_feature(feature, X, columns)
    if columns is not None and columns[feature].levels:
        raise InputError(
            f"feature is column {columns[feature].name!r}, which has levels, and between levels "
            "there is no derivative; jaxnn.inspection.contrasts compares levels."
        )
    return feature


def _derivative(predict: Predict, X: np.ndarray, feature: int) -> BlackBox:
    """The black box whose predictions are the derivatives of predict in one column."""
    box = black_box(predict, X)
    if not box.compiled:
        raise InputTypeError(
            "predict is not a JAX function, so it has no derivative here; use the differences "
            "of jaxnn.inspection.contrasts or accumulated_local_effects."
        )
    predicted = jax.eval_shape(predict, X[:2])
    if not jnp.issubdtype(predicted.dtype, jnp.floating):
        raise InputTypeError(
            f"predict gives {predicted.dtype} values, which have no derivative; pass a function "
            "whose predictions are continuous, such as chances of classes."
        )
    # The arrays of a JAX partial are arguments of the program, as in `black_box`.
    if box.network is not None:
        function = box.network
    else:
        function = box.function.args[0] if isinstance(box.function, partial) else Partial(predict)
    direction = np.zeros(X.shape[1])
    direction[feature] = 1
    return box._replace(
        function=partial(_slopes, function, direction),
        network=None,
        name="the derivative of predict",
    )


@jax.jit
def _slopes(function: Partial, direction: Any, X: Any) -> Array:
    X = jnp.asarray(X, jnp.result_type(float))
    tangent = jnp.broadcast_to(direction.astype(X.dtype), X.shape)
    return jax.jvp(function, (X,), (tangent,))[1]
