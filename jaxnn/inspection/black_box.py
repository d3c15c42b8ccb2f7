"""What is a black box? Anything that turns rows into predictions: predict(X) -> array.

A JAX function is recognised by what it returns, and is compiled. Any other callable (a method of
scikit-learn, a plain function, another framework behind a conversion) is called with NumPy arrays.
The predictions for n rows may have shape (n,) or (n, outputs), or, from many refits at once,
(replicates, n) or (replicates, n, outputs). The axis of the rows is found by calling the function
with two and with three rows, never guessed from a length. An axis of one output stays.

Curves and importances ask for the predictions of all rows with a few columns replaced, k times.
These k n rows are stacked and predicted in blocks, so that memory is bounded and a call is worth
its overhead; blocks of a compiled function have few different shapes, so few programs are compiled.
What `jaxnn.predictor` returns is known to be a network, of which only what changes is computed
(`replaced_columns.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.tree_util import Partial

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_memory,
    is_whole,
    shown,
)
from jaxnn.inspection.arguments import answer_of, as_list, check_matrix
from jaxnn.inspection.replaced_columns import (
    form_of_predictions,
    network_of,
    predictions_with,
)

Predict = Callable[[Any], Any]


LARGEST = 1e140  # of predictions, whose squares are added up over rows
BLOCK_BYTES = 2**25  # of rows and their predictions that are computed at once
COMPILED_ROWS = 2**12  # in a block of a compiled function: what fits into a CPU core's cache


class BlackBox(NamedTuple):
    """A predict function whose predictions have a known shape, made by `black_box`.

    Attributes:
      function: X (n, p) -> predictions, not checked.
      rows_axis: the axis of the rows: 0, or 1 if there is a replicate axis before it.
      row_shape: the shape of the predictions without that axis.
      row_bytes: bytes that the prediction of one row takes.
      compiled: whether `function` is a compiled JAX function.
      network: what `jaxnn.predictor` returned, or None if the black box is anything else.
      name: what messages call the function.
    """

    function: Callable[[Any], Any]
    rows_axis: int
    row_shape: tuple[int, ...]
    row_bytes: int
    compiled: bool
    network: Partial | None = None
    name: str = "predict"

    def evaluate(self, X: np.ndarray) -> np.ndarray:
        """The predictions for the rows of X (n, p), as a NumPy array with n along `rows_axis`.

        Raises:
          InputError: predictions that are not finite, or of another shape than before.
          InputTypeError: predictions that are not numbers.
        """
        return self.evaluate_with(X, [], np.empty((1, 0))).squeeze(self.rows_axis)

    def evaluate_with(
        self, X: np.ndarray, features: Any, values: Any, of_row: Any = None
    ) -> np.ndarray:
        """The predictions for all rows with some columns replaced, once for each replacement.

        Args:
          X: (n, p) rows; never modified.
          features: the number of one column of X, or a list of s numbers.
          values: the replacements. For one column (k,), the same value for every row, or (k, n),
            one for each row; for a list (k, s) or (k, n, s).
          of_row: (k, n) int, which of the values (d,) or (d, s) each row takes in each replacement.

        Returns:
          The predictions with two axes (k, n) in place of the axis of the rows.

        Raises:
          InputError, InputTypeError: as `evaluate`.

        Example:
          >>> X = np.array([[1.0, 5.0], [2.0, 6.0]])
          >>> black_box(lambda X: X[:, 0] * X[:, 1], X).evaluate_with(X, 0, [1.0, 10.0])
          array([[ 5.,  6.],
                 [50., 60.]])
        """
        X, features, settings = _checked_replacements(X, features, values)
        axis, n = self.rows_axis, len(X)
        result: Any = None
        k = len(settings if of_row is None else of_row)
        advice = "pass fewer rows or values"
        check_memory(k * n * self.row_bytes, "values", values, advice)
        for places, rows, predictions in self.blocks_with(X, features, settings, of_row):
            if result is None:
                shape = (*self.row_shape[:axis], k, n, *self.row_shape[axis:])
                result = np.empty(shape, predictions.dtype)
            result[(slice(None),) * axis + (places, rows)] = predictions
        return result

    def unchanged(self, X: np.ndarray, k: int) -> np.ndarray:
        """`evaluate_with` for k replacements that replace nothing.

        In the same place of the same block a function gives a row the same prediction, to the last
        digit; in another place it may round differently.
        """
        check_count(k, "k")
        check_memory(k * self.row_bytes, "k", k)
        return self.evaluate_with(X, [], np.empty((k, 0)))

    def places(self, k: int) -> int:
        """In how many of the places of k replacements `unchanged` may round differently."""
        check_count(k, "k")
        return k if self.network is None else 1

    def blocks_with(
        self, X: np.ndarray, features: Any, values: Any, of_row: Any = None
    ) -> Iterator[tuple[slice, slice, np.ndarray]]:
        """`evaluate_with` in blocks, for results that never hold all predictions.

        Yields:
          (replacements, rows, predictions): the predictions of these rows under these replacements,
          two slices, each with a step of 1.
        """
        X, features, settings = _checked_replacements(X, features, values)
        if settings.ndim == 3:  # each row has its own setting in each replacement
            of_row = np.arange(settings[..., 0].size).reshape(settings.shape[:2])
            settings = settings.reshape(-1, settings.shape[2])
        k = len(settings if of_row is None else of_row)
        size = self._block_size(k, X)
        for place in range(0, k, size[0]):
            places = slice(place, min(place + size[0], k))
            for row in range(0, len(X), size[1]):
                rows = slice(row, min(row + size[1], len(X)))
                block = settings[places] if of_row is None else settings
                of_block = None if of_row is None else np.asarray(of_row)[places, rows]
                yield places, rows, self._predict_block(X[rows], features, block, of_block, size)

    def _block_size(self, replacements: int, X: np.ndarray) -> tuple[int, int]:
        """How many replacements of how many rows are predicted at once."""
        rows_at_once = max(1, BLOCK_BYTES // (self.row_bytes + X.shape[1] * X.itemsize))
        rows = min(len(X), rows_at_once, COMPILED_ROWS if self.compiled else rows_at_once)
        if self.compiled and self.network is None:
            rows_at_once = min(rows_at_once, COMPILED_ROWS)
        most = rows_at_once // rows
        if self.compiled:
            return min(_padded_length(replacements), 1 << most.bit_length() - 1), rows
        blocks = -(-replacements // most)
        return -(-replacements // blocks), rows

    def _predict_block(
        self,
        X: np.ndarray,
        features: list[int],
        settings: np.ndarray,
        of_row: np.ndarray | None,
        size: tuple[int, int],
    ) -> np.ndarray:
        """The checked predictions (..., k, n, ...) of one block, padded to `size` if compiled."""
        k, n = len(settings if of_row is None else of_row), len(X)
        if self.compiled:
            X = _padded(X, 0, size[1])
            if of_row is None:
                settings = _padded(settings, 0, size[0])
            else:
                of_row = _padded(_padded(of_row, 0, size[0]), 1, size[1])
        if self.network is None:
            predictions = self._stacked(X, features, settings, of_row)
        else:
            predictions = _changed(self.network, X, features, settings, of_row)
        predictions = predictions[(slice(None),) * self.rows_axis + (slice(k), slice(n))]
        _check_predictions(predictions, self.rows_axis, features, self.name)
        return predictions

    def _stacked(
        self, X: np.ndarray, features: list[int], settings: np.ndarray, of_row: np.ndarray | None
    ) -> np.ndarray:
        """The predictions of one block of any function: its rows, one replacement after another."""
        values = settings[:, None] if of_row is None else settings[of_row]
        rows = np.empty((len(values), *X.shape), X.dtype)
        rows[:] = X
        rows[..., features] = values
        stacked = rows.reshape(-1, X.shape[1])
        predictions = as_numbers(answer_of(self.function, self.name, stacked), f"{self.name}(X)")
        axis, row_shape = self.rows_axis, self.row_shape
        if predictions.shape != (*row_shape[:axis], len(stacked), *row_shape[axis:]):
            raise InputError(
                f"{self.name} gives shape {predictions.shape} for {len(stacked)} rows, but gave a "
                f"shape like {(*row_shape[:axis], 2, *row_shape[axis:])} for 2; it must give one "
                "prediction for each row, always in the same form."
            )
        return predictions.reshape(*row_shape[:axis], *rows.shape[:2], *row_shape[axis:])


def _checked_replacements(
    X: Any, features: Any, values: Any
) -> tuple[np.ndarray, list[int], np.ndarray]:
    """X, the numbers of the columns that are replaced, and their values (k, s) or (k, n, s)."""
    X = as_numbers(X, "X")
    if X.ndim != 2 or not X.size or X.dtype.kind != "f":
        X = check_matrix(X)
    single, wanted = is_whole(features), f"numbers of columns of X, from 0 to {X.shape[1] - 1}"
    columns = [features] if single else as_list(features, "features", wanted)
    if not all(is_whole(one) and -X.shape[1] <= one < X.shape[1] for one in columns):
        raise InputError(f"features is {shown(features)}; pass {wanted}.")
    settings = as_numbers(values, "values").astype(X.dtype)
    if single:
        settings = settings[..., None]
    of_rows = settings.ndim == 3 and settings.shape[1] == len(X)
    if (
        not (settings.ndim == 2 or of_rows)
        or settings.shape[-1] != len(columns)
        or not len(settings)
    ):
        raise InputError(
            f"values has shape {np.shape(values)}; pass at least one value for each of "
            f"{len(columns)} columns, for all rows or for each of the {len(X)} rows."
        )
    return X, [int(column) for column in columns], settings


def _changed(
    network: Partial,
    X: np.ndarray,
    features: list[int],
    settings: np.ndarray,
    of_row: np.ndarray | None,
) -> np.ndarray:
    """The predictions of one block of a network, from what changes in its first layer."""
    if of_row is not None and of_row.size < len(settings):  # those that occur
        settings, of_row = settings[of_row.ravel()], np.arange(of_row.size).reshape(of_row.shape)
    replaced = np.zeros(X.shape[1], bool)
    replaced[features] = True
    wide = np.zeros((len(settings), X.shape[1]), X.dtype)
    wide[:, features] = settings
    return predictions_with(network, X, replaced, wide, of_row)


def _padded_length(least: int) -> int:
    """The shortest of a few lengths that is not below `least`."""
    step = max(4, 1 << (least - 1).bit_length() >> 4)
    return 1 if least == 1 else -(-least // step) * step


def _padded(values: np.ndarray, axis: int, length: int) -> np.ndarray:
    """Values with the last one along an axis repeated until the axis has a length."""
    missing = length - values.shape[axis]
    if not missing:
        return values
    return np.concatenate([values, values.take([-1], axis).repeat(missing, axis)], axis)


def _check_predictions(predictions: np.ndarray, axis: int, columns: list[int], name: str) -> None:
    """Refuse predictions (..., k, n, ...) that are NaN, infinite, or too large to be squared."""
    double = predictions.dtype.itemsize >= 8
    usable = np.abs(predictions) <= LARGEST if double else np.isfinite(predictions)
    if usable.all():
        return
    bad = np.argwhere(~usable)
    with_columns = f" with other values in columns {sorted(columns)}" if columns else ""
    raise InputError(
        f"{name} gives {predictions[tuple(bad[0])]} for a row of X{with_columns} (of {len(bad)} "
        f"such predictions); its predictions must be finite numbers, at most {LARGEST:g} in size."
    )


def black_box(predict: Predict, X: np.ndarray) -> BlackBox:
    """Find whether `predict` is a JAX function, and which axis of its predictions holds the rows.

    Args:
      predict: a function of X; it is called with copies of the first row.
      X: (n, p), at least one row.

    Returns:
      A `BlackBox`, which is compiled if `predict` is a JAX function.

    Raises:
      InputTypeError: `predict` is not callable, or X is no matrix of numbers.
      InputError: `predict` cannot take such rows, or no axis of its predictions has the length of
        the rows, or more than one has.

    Example:
      >>> box = black_box(lambda X: X.sum(axis=1), np.ones((5, 2)))
      >>> box.rows_axis, box.compiled
      (0, False)
    """
    X = check_matrix(X)
    if not callable(predict):
        raise InputTypeError(f"predict is {shown(predict)}; pass a function of X.")
    network = network_of(predict)
    if network is not None:
        rows_axis, row_shape = form_of_predictions(network, X)
        row_bytes = math.prod(row_shape) * jnp.result_type(float).itemsize
        return BlackBox(predict, rows_axis, row_shape, row_bytes, True, network)
    two, three = (np.repeat(X[:1], rows, axis=0) for rows in (2, 3))
    prediction = answer_of(predict, "predict", two)
    pair = as_numbers(prediction, "predict(X)")
    shapes = [pair.shape, as_numbers(answer_of(predict, "predict", three), "predict(X)").shape]
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
        or 0 in shapes[0]
    ):
        raise InputError(
            f"predict gives shape {shapes[0]} for 2 rows and {shapes[1]} for 3; it must give "
            "(rows,) or (rows, outputs), or either with a replicate axis before it."
        )
    function, compiled = predict, False
    if isinstance(prediction, jax.Array) and _is_traceable(predict, two):
        # The arrays of a JAX partial, as from `jaxnn.predictor`, are arguments, not constants.
        holds_arrays = isinstance(predict, Partial) and all(
            isinstance(leaf, jax.Array | np.ndarray) for leaf in jax.tree.leaves(predict)
        )
        function = partial(_call, predict) if holds_arrays else jax.jit(predict)
        compiled = True
    row_shape = tuple(np.delete(pair.shape, axes[0]).tolist())
    return BlackBox(function, axes[0], row_shape, pair.nbytes // 2, compiled)


@jax.jit
def _call(predict: Partial, X: Any) -> Any:
    return predict(X)


def _is_traceable(predict: Predict, X: np.ndarray) -> bool:
    try:
        jax.eval_shape(predict, X)
    except Exception:  # a function that cannot be traced, for any reason, can still be called
        return False
    return True
