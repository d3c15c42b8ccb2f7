"""How are many refits one black box?

The refits b = 1, ..., B of a bootstrap that converged are one function f, with a leading axis for
b: rows X -> f_b(x), (refits, rows). Everything is computed in blocks of rows, so that memory is
bounded whatever their number.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import responses
from jaxnn.bootstrap import Bootstrap, check_refits, converged
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_count,
    check_finite,
    check_instance,
    shown,
)
from jaxnn.mlp import MLP
from jaxnn.prediction import predictor
from jaxnn.refits.black_boxes import (
    ROW_MULTIPLE,
    check_references,
    double_precision,
    mean_prediction_of,
    predictions_of,
    row_losses,
    row_losses_at,
)
from jaxnn.tables import Column, Encoder
from jaxnn.training import Fit, Fitter
from jaxnn.training.arguments import checked_predictors


class RefittedNetwork(NamedTuple):
    """The refits that converged as one black box, made by `refitted_network`.

    It is a `jaxnn.refits.RefittedModel`.

    Attributes:
      net: the network.
      columns: the raw predictors, or None if the fits have no encoder.
      outputs: X (rows, predictors) -> (refits, rows, outputs), before the response's link, float32
        unless JAX computes in double precision.
      multiplicities: (refits, rows) how often a refit drew a training row.
      dtype: dtype of the predictions.
      fits: the fits themselves, every leaf with a leading (refits,) axis.
      encoder: the encoder of the fits, or None.
    """

    net: MLP
    columns: tuple[Column, ...] | None
    outputs: Callable[[Any], np.ndarray]
    multiplicities: np.ndarray
    dtype: Any
    fits: Any = None
    encoder: Encoder | None = None

    @property
    def out_of_bag(self) -> np.ndarray:
        """(refits, rows) bool, True where a refit did not see a training row."""
        return self.multiplicities == 0

    @property
    def response(self) -> str:
        """The kind of response."""
        return self.net.response

    @property
    def width(self) -> int:
        """Outputs of the network."""
        return self.net.sizes[-1]

    def predict(self, X: Any) -> np.ndarray:
        """Predictions of every refit, in the response's own unit.

        Args:
          X: (rows, predictors) raw predictors.

        Returns:
          (refits, rows) for one output (a number, or the probability of y = 1);
          (refits, rows, outputs) otherwise (numbers, or the probability of each class).

        Raises:
          InputError, InputTypeError: rows that do not fit the network.
        """
        return predictions_of(self, self._means_of_rows, self._matrix(X))

    def predict_mean(self, X: Any) -> np.ndarray:
        """The mean of `predict` over the refits: (rows,) or (rows, outputs)."""
        return mean_prediction_of(self, self._means_of_rows, self._matrix(X))

    def predictions_and_losses(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """Predictions (refits, rows, outputs) and losses (refits, rows), from the same outputs.

        Args:
          X: (rows, predictors), few enough for their predictions to be held at once.
          y: (rows,) responses in their own unit, or class codes.

        Returns:
          Both float64. The losses are those of the outputs before the link, so a cross-entropy is
          exact where a probability has rounded to 0 or 1.

        Raises:
          InputError, InputTypeError: rows that do not fit the network.
        """
        X, y = self._matrix(X), as_numbers(y, "y")
        if y.shape != (len(X),):
            raise InputError(f"y has shape {y.shape}; pass one response for each of {len(X)} rows.")
        check_finite(y, "y")
        outputs = self.outputs(X)
        means = self._replace(dtype=np.dtype(float)).means(outputs)
        return means, row_losses(self.response, outputs, y)

    def predictions_and_losses_at(self, X: Any, references: int) -> tuple[np.ndarray, np.ndarray]:
        """Predictions, and losses if all rows had the response 0, if 1, and so on.

        Args:
          X: (rows, predictors), few enough for what is returned to be held at once.
          references: how many responses there are, such as the number of classes.

        Returns:
          (refits, rows, outputs) and (references, refits, rows), as `predictions_and_losses`.

        Raises:
          InputError, InputTypeError: rows that do not fit the network, or no count, or more classes
            than there are.
        """
        X = self._matrix(X)
        check_references(references, self, len(X))
        outputs = self.outputs(X)
        means = self._replace(dtype=np.dtype(float)).means(outputs)
        return means, row_losses_at(self.response, outputs, references)

    def _matrix(self, X: Any) -> np.ndarray:
        """X as a matrix of finite numbers, before it is cut into blocks."""
        X = as_numbers(X, "X")
        if X.ndim != 2 or not len(X):
            self.outputs(X)  # which says what is accepted
        check_finite(X, "X")
        return X

    def _means_of_rows(self, X: np.ndarray) -> np.ndarray:
        return self.means(self.outputs(X))

    def means(self, outputs: np.ndarray) -> np.ndarray:
        """The predicted means from outputs (..., outputs), computed in `dtype`.

        In double precision a probability near one keeps its distance from one, so that its
        logarithm of the odds is known.
        """
        outputs = as_numbers(outputs, "outputs")
        if not outputs.ndim or outputs.shape[-1] != self.width:
            raise InputError(
                f"outputs has shape {outputs.shape}; pass (..., {self.width}), as from `outputs`."
            )
        check_finite(outputs, "outputs")
        with double_precision(self.dtype):
            means = _mean(self.net.response, jnp.asarray(outputs, jnp.result_type(float)))
            return np.asarray(means, self.dtype)


def refitted_network(
    fitter: Fitter,
    refits: Bootstrap,
    *,
    row_multiple: int = ROW_MULTIPLE,
    dtype: Any = np.float64,
) -> RefittedNetwork:
    """Make one black box of all refits of a bootstrap that converged.

    Args:
      fitter: the fitter that was passed to `jaxnn.bootstrap.bootstrap`.
      refits: what `bootstrap` returned.
      row_multiple: rows are padded to a multiple of this number, so that few programs are compiled.
      dtype: dtype of the predictions, and so of sums over them, float32 or float64; the network
        itself computes in JAX's default precision.

    Returns:
      A `RefittedNetwork`; its `predict` is a black box for `jaxnn.inspection`. Compiled once for
      each padded number of rows.

    Raises:
      InputError, InputTypeError: a fitter or refits that do not belong together, or no refit that
        converged.

    Example:
      >>> import jax, jaxnn
      >>> from jaxnn.bootstrap import bootstrap
      >>> X = np.linspace(-1, 1, 20)[:, None]
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((1, 3, 1)), jaxnn.Recipe(epochs=3))
      >>> refits = bootstrap(jax.random.key(0), fitter, X, X[:, 0] ** 2, replicates=4)
      >>> from jaxnn.refits import effect, out_of_bag
      >>> network = refitted_network(fitter, refits)
      >>> network.predict(X[:5]).shape  # four refits, five rows
      (4, 5)
      >>> effect(network, X, 0, resolution=9).average.shape  # a curve of nine values per refit
      (4, 9)
      >>> out_of_bag(network, X, X[:, 0] ** 2).loss.shape
      (4,)
    """
    if not isinstance(fitter, Fitter):
        raise InputTypeError(f"fitter is a {type(fitter).__name__}; pass a jaxnn.Fitter.")
    check_refits(refits)
    check_instance(refits.fits, "refits.fits", Fit, "a jaxnn.Fit of many fits")
    drawn = as_numbers(refits.multiplicities, "refits.multiplicities")
    if drawn.ndim != 2 or len(drawn) != len(refits.diverged):
        raise InputError(
            f"refits.multiplicities has shape {drawn.shape}; pass one row for each of "
            f"{len(refits.diverged)} replicates."
        )
    try:
        dtype = np.dtype(dtype)
    except (TypeError, ValueError, DeprecationWarning):
        dtype = None
    if dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise InputTypeError(f"dtype is {shown(dtype)}; pass np.float32 or np.float64.")
    check_count(row_multiple, "row_multiple")
    net, encoder = fitter.net, fitter.encoder
    # With the identity as link the predictions are the outputs, from which a cross-entropy is
    # exact where a probability has rounded to 0 or 1.
    fits = converged(refits)
    evaluate = predictor(dataclasses.replace(net, response="quantitative"), fits, encoder)

    def outputs(X: Any) -> np.ndarray:
        X = np.asarray(checked_predictors(X, net, encoder))
        padding = np.repeat(X[-1:], -len(X) % row_multiple, axis=0)
        padded = np.asarray(evaluate(np.concatenate([X, padding])))
        return padded.reshape(*padded.shape[:2], -1)[:, : len(X)]

    columns = None if encoder is None else encoder.columns
    multiplicities = refits.multiplicities[~refits.diverged]
    return RefittedNetwork(net, columns, outputs, multiplicities, np.dtype(dtype), fits, encoder)


_mean = jax.jit(responses.mean, static_argnums=0)
