"""What do curves, importances and errors need to know about refits, whatever the model?

That many refits f_b of a model, b = 1, ..., B, predict rows, which rows each of them has not seen,
and what a wrong prediction costs. `RefittedNetwork` and `jaxnn.estimators.RefittedEstimator` are
such models, so every function of this package works with networks, forests and boosting alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import responses
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_finite,
    check_memory,
    shown,
)
from jaxnn.tables import Column

ROW_MULTIPLE = 64  # rows of a block are a multiple of it, so that few programs are compiled
BLOCK_BYTES = 2**25  # of predictions in double precision that are computed at once


@runtime_checkable
class RefittedModel(Protocol):
    """Refits of one model as one black box with a leading axis for the refits.

    Attributes:
      response: the kind of response, as in `jaxnn.responses`.
      width: numbers that are predicted for a row: the classes of a categorical response, otherwise
        mostly 1.
      columns: descriptions of the predictors, or None.
      multiplicities: (refits, rows) how often each refit drew a training row.
      out_of_bag: (refits, rows) bool, True where a refit did not see a training row.
    """

    @property
    def response(self) -> str:
        """The kind of response."""
        ...

    @property
    def width(self) -> int:
        """Numbers that are predicted for a row."""
        ...

    @property
    def columns(self) -> tuple[Column, ...] | None:
        """Descriptions of the predictors."""
        ...

    @property
    def multiplicities(self) -> np.ndarray:
        """How often each refit drew a training row."""
        ...

    @property
    def out_of_bag(self) -> np.ndarray:
        """Where a refit did not see a training row."""
        ...

    def predict(self, X: Any) -> np.ndarray:
        """(refits, rows) or (refits, rows, width > 1) predictions in the response's own unit."""
        ...

    def predict_mean(self, X: Any) -> np.ndarray:
        """The mean of `predict` over the refits."""
        ...

    def predictions_and_losses(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Predictions of all refits, and their losses, from one evaluation of each refit.

        Args:
          X: (rows, predictors), few enough for their predictions to be held at once.
          y: (rows,) responses in their own unit, or class codes.

        Returns:
          (refits, rows, width) what `predict` gives, and (refits, rows) losses by the formulas of
          `jaxnn.responses`; both float64.
        """
        ...


def check_refitted(model: Any) -> None:
    """Refuse what is not the refits of a model.

    Raises:
      InputTypeError: anything else.
    """
    if isinstance(model, type) or not isinstance(model, RefittedModel):
        raise InputTypeError(
            f"model is {shown(model)}; pass what jaxnn.refits.refitted_network or "
            "jaxnn.estimators.refitted_estimator returned."
        )


def checked_training_rows(model: RefittedModel, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """The training rows of refits of one response.

    Args:
      model: the refits.
      X: (rows, predictors), in the order of the bootstrap.
      y: (rows,) responses in their own unit, or class codes.

    Returns:
      X, and y as float64.

    Raises:
      InputTypeError: `model` is not the refits of a model, or anything that is not numbers.
      InputError: other rows than those of the bootstrap, missing values, a response that the model
        does not have, or a model of several numbers per row.
    """
    check_refitted(model)
    X, y = as_numbers(X, "X"), as_numbers(y, "y").astype(float)
    rows, kind = model.out_of_bag.shape[1], model.response
    if X.ndim != 2 or len(X) != rows or y.shape != (rows,):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass the {rows} training rows."
        )
    check_finite(X, "X")
    check_finite(y, "y")
    if model.columns is not None and X.shape[1] != len(model.columns):
        raise InputError(
            f"X has {X.shape[1]} columns; pass the {len(model.columns)} predictors of the model."
        )
    if kind == "quantitative":
        if model.width > 1:
            raise InputError(
                f"model predicts {model.width} numbers per row; pass refits of one response."
            )
        return X, y
    least_excluded = {"binary": 2, "categorical": model.width}.get(kind, np.inf)
    wrong = y[(y < 0) | (y >= least_excluded) | ((y != np.round(y)) & (kind != "count"))]
    if len(wrong):
        accepted = "numbers of at least 0"
        if kind != "count":
            accepted = f"the class codes 0 to {least_excluded - 1:g}"
        raise InputError(f"y has the value {wrong[0]:g}; a {kind} response takes {accepted}.")
    return X, y


def row_blocks(model: RefittedModel, rows: int) -> Iterator[slice]:
    """Blocks of rows whose predictions by all refits take up to `BLOCK_BYTES` in double.

    Args:
      model: the refits.
      rows: how many rows there are.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.
    """
    check_refitted(model)
    check_count(rows, "rows", least=0)
    check_memory(rows, "rows", rows)
    bytes_of_row = 8 * max(1, len(model.out_of_bag) * model.width)
    size = max(1, BLOCK_BYTES // bytes_of_row // ROW_MULTIPLE) * ROW_MULTIPLE
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def check_references(references: Any, model: RefittedModel, rows: int) -> None:
    """Refuse a number of responses 0, 1, ... that a model does not have, or that is too large.

    Raises:
      InputError, InputTypeError: one sentence that says so.
    """
    check_count(references, "references")
    most = {"binary": 2, "categorical": model.width}.get(model.response)
    if most is not None and references > most:
        raise InputError(f"references is {references}; the response has {most} classes.")
    held = 8 * references * len(model.multiplicities) * rows
    check_memory(held, "references", references)


def single_refit(model: Any, refit: int) -> Any:
    """One of the refits: `predict` and `predictions_and_losses` with a leading axis of length 1.

    A model that can say it for one refit alone, as `jaxnn.estimators.RefittedEstimator`, has a
    method `single`; of any other model all refits predict, and the others are left out.
    """
    if hasattr(model, "single"):
        return model.single(refit)
    return _OneOfAll(model, slice(refit, refit + 1))


class _OneOfAll(NamedTuple):
    """One of the refits of a model that only answers for all of them."""

    model: RefittedModel
    place: slice

    def predict(self, X: Any) -> np.ndarray:
        """(1, rows) or (1, rows, width)."""
        return self.model.predict(X)[self.place]

    def predictions_and_losses(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """(1, rows, width) and (1, rows)."""
        means, losses = self.model.predictions_and_losses(X, y)
        return means[self.place], losses[self.place]


def predictions_of(
    model: RefittedModel, means: Callable[[np.ndarray], np.ndarray], X: np.ndarray
) -> np.ndarray:
    """What `model.predict` gives, from the predictions of blocks of rows.

    Args:
      model: the refits.
      means: X (rows, predictors) -> (refits, rows, width).
      X: (rows, predictors), checked.

    Returns:
      (refits, rows), or (refits, rows, width) if the width is above 1.
    """
    found: Any = None
    for block in row_blocks(model, len(X)):
        of_block = means(X[block])
        if found is None:
            found = np.empty((len(of_block), len(X), model.width), of_block.dtype)
        found[:, block] = of_block
    return found[..., 0] if model.width == 1 else found


def mean_prediction_of(
    model: RefittedModel, means: Callable[[np.ndarray], np.ndarray], X: np.ndarray
) -> np.ndarray:
    """What `model.predict_mean` gives: the mean of `predictions_of` over the refits."""
    blocks = row_blocks(model, len(X))
    mean = np.concatenate([means(X[block]).mean(axis=0) for block in blocks])
    return mean[..., 0] if model.width == 1 else mean


def row_losses(kind: str, outputs: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The losses of outputs before the response's link.

    Args:
      kind: the kind of response.
      outputs: (refits, rows, outputs).
      y: (rows,).

    Returns:
      (refits, rows) float64, by the formulas of `jaxnn.responses`.
    """
    with double_precision(float):
        return np.asarray(_loss(kind, jnp.asarray(outputs, float), jnp.asarray(y)[None, :, None]))


def row_losses_at(kind: str, outputs: np.ndarray, references: int) -> np.ndarray:
    """(references, refits, rows) the `row_losses` if all responses were 0, if 1, and so on."""
    if kind == "categorical":  # all at once, since their sum over the classes is the same
        with double_precision(float):
            losses = np.asarray(_class_losses(jnp.asarray(outputs, float)))
        return np.moveaxis(losses, -1, 0)[:references]
    rows = np.shape(outputs)[1]
    return np.stack([row_losses(kind, outputs, np.full(rows, r)) for r in range(references)])


_loss = jax.jit(responses.loss, static_argnums=0)


@jax.jit
def _class_losses(outputs: Any) -> Any:
    return jax.nn.logsumexp(outputs, axis=-1, keepdims=True) - outputs


def double_precision(dtype: Any) -> Any:
    """A context in which JAX computes in double precision if `dtype` has it."""
    return jax.enable_x64(np.float64 in (np.dtype(dtype), jnp.result_type(float)))
