"""What do many refits say about each predictor, and about rows they have not seen?

The refits b = 1, ..., B of a bootstrap are one black box f, with a leading axis for b. From it:

    prediction      f_b(x)                  its spread over b is the band
    average curve   mean_i f_b(x, x_iC)     every row i, with predictor j set to x
    profile         f_b(x, c_C)             one row, the other predictors at their centre c
    out of bag      f_b(x_i), i not in b    only refits that did not see row i

A quantitative response is best standardised before the fit, y' = (y - center) / scale, so that a
learning rate and a penalty mean the same whatever its unit is. Every result here is in the
response's own unit: center + scale f'.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxnn import responses
from jaxnn.bootstrap import Bootstrap, converged, interval
from jaxnn.errors import InputError, InputTypeError, check_count
from jaxnn.inspection import (
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.inspection.black_box import check_matrix
from jaxnn.mlp import MLP
from jaxnn.prediction import predictor
from jaxnn.tables import Column
from jaxnn.training import Fitter
from jaxnn.training.arguments import checked_predictors

GRID = 40  # values at which the curve of a numeric predictor is computed
ROWS_AT_ONCE = 4096


class ResponseUnit(NamedTuple):
    """The center and scale by which a response was standardised: y' = (y - center) / scale."""

    center: float = 0.0
    scale: float = 1.0


NOT_STANDARDIZED = ResponseUnit()


def response_unit(kind: str, y: Any) -> ResponseUnit:
    """Mean and standard deviation of a quantitative response; codes of classes stay as they are.

    Args:
      kind: "quantitative", "binary" or "categorical", as `MLP.response`.
      y: (rows,) responses.

    Returns:
      The mean and the standard deviation (divided by n) of y, with scale 1 if y is constant;
      center 0 and scale 1 for a binary or categorical response.

    Example:
      >>> response_unit("quantitative", [10.0, 30.0])
      ResponseUnit(center=20.0, scale=10.0)
    """
    if kind != "quantitative":
        return NOT_STANDARDIZED
    return ResponseUnit(float(np.mean(y)), float(np.std(y)) or 1.0)


class RefittedNetwork(NamedTuple):
    """The refits that converged as one black box, made by `refitted_network`.

    Attributes:
      net: the network.
      columns: the raw predictors, or None if the fits have no encoder.
      outputs: X (rows, predictors) -> (refits, rows, outputs), before the response's link.
      out_of_bag: (refits, rows) bool, True where a refit did not see a training row.
      unit: how the response was standardised.
      dtype: dtype of the predictions.
    """

    net: MLP
    columns: tuple[Column, ...] | None
    outputs: Callable[[Any], np.ndarray]
    out_of_bag: np.ndarray
    unit: ResponseUnit
    dtype: Any

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
        means = self._means(self.outputs(X))
        return means[..., 0] if self.net.sizes[-1] == 1 else means

    def predict_mean(self, X: Any) -> np.ndarray:
        """The mean of `predict` over the refits: (rows,) or (rows, outputs)."""
        return self.predict(X).mean(axis=0)

    def _means(self, outputs: np.ndarray) -> np.ndarray:
        means = responses.mean(self.net.response, jnp.asarray(outputs))
        return self.unit.center + self.unit.scale * np.asarray(means, self.dtype)


def refitted_network(
    fitter: Fitter,
    refits: Bootstrap,
    unit: ResponseUnit = NOT_STANDARDIZED,
    *,
    row_multiple: int = 64,
    dtype: Any = np.float64,
) -> RefittedNetwork:
    """Make one black box of all refits of a bootstrap that converged.

    Args:
      fitter: the fitter that was passed to `jaxnn.bootstrap.bootstrap`.
      refits: what `bootstrap` returned.
      unit: how the response was standardised before the fit, as from `response_unit`.
      row_multiple: rows are padded to a multiple of this number, so that few programs are compiled.
      dtype: dtype of the predictions, and so of sums over them; the network itself computes in
        JAX's default precision.

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
    if not isinstance(refits, Bootstrap):
        raise InputTypeError(
            f"refits is a {type(refits).__name__}; pass what jaxnn.bootstrap.bootstrap returned."
        )
    check_count(row_multiple, "row_multiple")
    net, encoder = fitter.net, fitter.encoder
    # With the identity as link the predictions are the outputs, from which a cross-entropy is
    # exact where a probability has rounded to 0 or 1.
    evaluate = predictor(
        dataclasses.replace(net, response="quantitative"), converged(refits), encoder
    )

    def outputs(X: Any) -> np.ndarray:
        X = np.asarray(checked_predictors(X, net, encoder))
        padding = np.repeat(X[-1:], -len(X) % row_multiple, axis=0)
        padded = np.asarray(evaluate(np.concatenate([X, padding])))
        return padded.reshape(*padded.shape[:2], -1)[:, : len(X)]

    columns = None if encoder is None else encoder.columns
    out_of_bag = refits.out_of_bag[~refits.diverged]
    return RefittedNetwork(net, columns, outputs, out_of_bag, unit, np.dtype(dtype))


class OutOfBag(NamedTuple):
    """Predictions and losses on rows that a refit has not seen; float64, NaN where there are none.

    Attributes:
      mean, lower, upper: (rows,) mean prediction of the refits that left the row out, and the ends
        of its band over them: of a number, of the probability of y = 1, or of the probability of
        the class that was observed.
      loss: (refits,) mean loss of each refit on the rows that it left out, by the formulas of
        `jaxnn.responses`, in the square of the response's unit or in nats.
      constant_loss: (refits,) the same for the constant prediction that has the least loss on all
        rows.
    """

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    loss: np.ndarray
    constant_loss: np.ndarray


def out_of_bag(network: RefittedNetwork, X: Any, y: Any, level: float = 0.95) -> OutOfBag:
    """Predict each training row by the refits that left it out.

    Args:
      network: as from `refitted_network`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      level: coverage of the band, in (0, 1).

    Returns:
      An `OutOfBag`, computed in double precision.

    Raises:
      InputError: X or y has another number of rows than the bootstrap had, or `level` is outside
        (0, 1).
    """
    X, y = np.asarray(X), np.asarray(y, float)
    rows = network.out_of_bag.shape[1]
    if len(X) != rows or y.shape != (rows,):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass the {rows} training rows."
        )
    network = network._replace(dtype=np.dtype(float))
    kind, unit = network.net.response, network.unit
    standardized = (y - unit.center) / unit.scale
    constant = _constant_outputs(kind, standardized, network.net.sizes[-1])
    constant_loss = _loss(kind, np.broadcast_to(constant, (1, rows, len(constant))), standardized)
    counts = network.out_of_bag.sum(axis=1)
    total = np.zeros(len(counts))
    predicted = np.empty((3, rows))
    for start in range(0, rows, ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        unseen = network.out_of_bag[:, block]
        outputs = network.outputs(X[block])
        total += np.where(unseen, _loss(kind, outputs, standardized[block]), 0).sum(axis=1)
        observed = y[block].astype(int) if kind == "categorical" else 0
        means = network._means(outputs)[:, np.arange(unseen.shape[1]), observed]
        for row, (values, mask) in enumerate(zip(means.T, unseen.T, strict=True), start):
            few = values[mask]
            predicted[:, row] = (few.mean(), *interval(few, level)) if few.size else np.nan
    square = unit.scale**2  # a squared error is in the square of the unit; a cross-entropy has 1
    counted = np.where(counts > 0, counts, np.nan)
    constant_total = np.where(network.out_of_bag, constant_loss, 0).sum(axis=1)
    return OutOfBag(
        *predicted,
        loss=square * total / counted,
        constant_loss=square * constant_total / counted,
    )


class Effect(NamedTuple):
    """The curves of the prediction along one predictor.

    Curves have a last axis (outputs,) if the prediction has several outputs. The band of a curve is
    `jaxnn.interval` of it.

    Attributes:
      feature: the predictor's column of X.
      grid: (g,) values, or codes of levels.
      average: (refits, g) curves averaged over rows.
      profile: (refits, g) curves with the other predictors at their centre.
      individual: (m, g) curves of single rows, averaged over the refits.
    """

    feature: int
    grid: np.ndarray
    average: np.ndarray
    profile: np.ndarray
    individual: np.ndarray


def effect(
    network: RefittedNetwork,
    X: Any,
    feature: int,
    *,
    rows: Any = slice(None),
    individual_rows: Any = slice(None),
    center: Any = "mean",
    resolution: int = GRID,
) -> Effect:
    """The curves of one predictor, for every refit.

    Args:
      network: as from `refitted_network`.
      X: (rows, predictors), the observed rows.
      feature: column of X to vary.
      rows: row numbers of X to average over; all by default.
      individual_rows: row numbers of X with a curve in `individual`; all by default.
      center: where the profile holds the other predictors, as for
        `jaxnn.inspection.profile_at`.
      resolution: the largest number of values on the grid of a numeric predictor, which extends
        from its least to its largest value.

    Returns:
      An `Effect`; the grid of a binary or categorical predictor is the codes of its levels.

    Raises:
      InputError, InputTypeError: as `jaxnn.inspection.profile_at`.
    """
    X = check_matrix(X)
    grid = _grid_of(network.columns, X, feature, resolution)
    return Effect(
        feature,
        grid,
        partial_dependence(network.predict, X[rows], feature, grid),
        profile_at(network.predict, X, feature, grid, center, columns=network.columns),
        individual_conditional_expectation(network.predict_mean, X[individual_rows], feature, grid),
    )


def _grid_of(columns: Sequence[Column] | None, X: Any, feature: int, resolution: int) -> np.ndarray:
    """All levels of a binary or categorical predictor; a grid over the range of a numeric one."""
    if columns is not None and columns[feature].kind != "numeric":
        return np.arange(len(columns[feature].levels), dtype=float)
    return grid_for(X, feature, resolution, (0.0, 1.0))


def _loss(kind: str, outputs: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(refits, rows) losses in float64, from outputs (refits, rows, outputs) and y (rows,)."""
    known = jnp.asarray(y, jnp.result_type(float))[None, :, None]
    return np.asarray(responses.loss(kind, jnp.asarray(outputs), known), float)


def _constant_outputs(kind: str, y: np.ndarray, outputs: int) -> np.ndarray:
    """(outputs,) the network outputs of the constant prediction with the least loss on all rows."""
    if kind == "quantitative":
        return np.array([y.mean()])
    if kind == "binary":
        return np.log([y.mean() / (1 - y.mean())])
    share = np.bincount(y.astype(int), minlength=outputs) / len(y)
    return np.log(np.maximum(share, np.finfo(np.float32).tiny))  # some class may not occur
