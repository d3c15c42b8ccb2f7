"""What do many refits say about each predictor, and about rows they have not seen?

The refits b = 1, ..., B of a bootstrap are one black box f, with a leading axis for b. From it:

    prediction      f_b(x)                  its spread over b is the band
    average curve   mean_i f_b(x, x_iC)     every row i, with predictor j set to x
    profile         f_b(x, c_C)             one row, the other predictors at their centre c
    out of bag      f_b(x_i), i not in b    only refits that did not see row i

Everything is computed in blocks of rows, so that memory is bounded whatever their number.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxnn import responses
from jaxnn.bootstrap import Bootstrap, converged
from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_level,
)
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
ROW_MULTIPLE = 64  # to which rows are padded, so that few programs are compiled
BLOCK_BYTES = 2**25  # of predictions in double precision that are computed at once


class RefittedNetwork(NamedTuple):
    """The refits that converged as one black box, made by `refitted_network`.

    Attributes:
      net: the network.
      columns: the raw predictors, or None if the fits have no encoder.
      outputs: X (rows, predictors) -> (refits, rows, outputs), before the response's link, float32
        unless JAX computes in double precision.
      out_of_bag: (refits, rows) bool, True where a refit did not see a training row.
      dtype: dtype of the predictions.
    """

    net: MLP
    columns: tuple[Column, ...] | None
    outputs: Callable[[Any], np.ndarray]
    out_of_bag: np.ndarray
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
        X = self._matrix(X)
        means = np.empty((len(self.out_of_bag), len(X), self.net.sizes[-1]), self.dtype)
        for block, outputs in self.blocks(X):
            means[:, block] = self.means(outputs)
        return means[..., 0] if self.net.sizes[-1] == 1 else means

    def predict_mean(self, X: Any) -> np.ndarray:
        """The mean of `predict` over the refits: (rows,) or (rows, outputs)."""
        blocks = self.blocks(self._matrix(X))
        mean = np.concatenate([self.means(outputs).mean(axis=0) for _, outputs in blocks])
        return mean[..., 0] if self.net.sizes[-1] == 1 else mean

    def blocks(self, X: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """Blocks of rows, each with its outputs, which take up to `BLOCK_BYTES` in double."""
        bytes_of_row = 8 * len(self.out_of_bag) * self.net.sizes[-1]
        size = max(1, BLOCK_BYTES // bytes_of_row // ROW_MULTIPLE) * ROW_MULTIPLE
        for start in range(0, len(X), size):
            block = slice(start, start + size)
            yield block, self.outputs(X[block])

    def _matrix(self, X: Any) -> np.ndarray:
        """X as a matrix of finite numbers, before it is cut into blocks."""
        X = as_numbers(X, "X")
        if X.ndim != 2 or not len(X):
            self.outputs(X)  # which says what is accepted
        check_finite(X, "X")
        return X

    def means(self, outputs: np.ndarray) -> np.ndarray:
        """The predicted means from outputs (..., outputs), computed in `dtype`.

        In double precision a probability near one keeps its distance from one, so that its
        logarithm of the odds is known.
        """
        with _precision(self.dtype):
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
    return RefittedNetwork(net, columns, outputs, out_of_bag, np.dtype(dtype))


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


def out_of_bag(
    network: RefittedNetwork, X: Any, y: Any, level: float = 0.95, weights: Any = None
) -> OutOfBag:
    """Predict each training row by the refits that left it out.

    Args:
      network: as from `refitted_network`.
      X: (rows, predictors), the training rows in their order.
      y: (rows,) responses in their own unit, or class codes.
      level: coverage of the band, in (0, 1).
      weights: (rows,) case weights, at least 0; None gives all rows the same weight. The losses are
        weighted means.

    Returns:
      An `OutOfBag`, computed in double precision.

    Raises:
      InputError: X or y has another number of rows than the bootstrap had, weights that cannot be
        used, or `level` is outside (0, 1).
    """
    X, y = as_numbers(X, "X"), as_numbers(y, "y").astype(float)
    rows = network.out_of_bag.shape[1]
    if X.shape[:1] != (rows,) or y.shape != (rows,):
        raise InputError(
            f"X has shape {X.shape} and y has shape {y.shape}; pass the {rows} training rows."
        )
    check_level(level)
    w = np.ones(rows) if weights is None else as_weights(weights, rows).astype(float)
    network = network._replace(dtype=np.dtype(float))
    kind = network.net.response
    constant = _constant_outputs(kind, y, network.net.sizes[-1], w)
    constant_loss = _losses(kind, np.broadcast_to(constant, (1, rows, len(constant))), y)[0]
    total = np.zeros(len(network.out_of_bag))
    predicted = np.empty((3, rows))
    for block, outputs in network.blocks(X):
        unseen = network.out_of_bag[:, block]
        losses = _losses(kind, outputs, y[block])
        total += np.where(unseen, losses, 0) @ w[block]
        observed = y[block].astype(int) if kind == "categorical" else 0
        means = network.means(outputs)[:, np.arange(unseen.shape[1]), observed]
        predicted[:, block] = _mean_and_band(means, unseen, level)
    unseen_weight = network.out_of_bag @ w
    counted = np.where(unseen_weight > 0, unseen_weight, np.nan)
    constant_total = network.out_of_bag @ (w * constant_loss)
    return OutOfBag(*predicted, loss=total / counted, constant_loss=constant_total / counted)


def _mean_and_band(values: np.ndarray, known: np.ndarray, level: float) -> np.ndarray:
    """(3, rows): mean and ends of the interval of the known values (refits, rows) of each row."""
    counts = known.sum(axis=0)
    some = counts > 0
    result = np.full((3, len(counts)), np.nan)
    values, known, counts = values[:, some], known[:, some], counts[some]
    result[0, some] = np.where(known, values, 0).sum(axis=0) / counts
    ordered = np.sort(np.where(known, values, np.inf), axis=0)
    for end, share in ((1, (1 - level) / 2), (2, (1 + level) / 2)):
        place = (counts - 1) * share
        low = np.floor(place).astype(int)
        columns = np.arange(len(counts))
        below, above = ordered[low, columns], ordered[np.minimum(low + 1, counts - 1), columns]
        result[end, some] = below + (place - low) * (above - below)
    return result


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
    weights: Any = None,
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
      weights: (rows,) case weights of X, at least 0, for the averages and the centre; None gives
        all rows the same weight.

    Returns:
      An `Effect` in the response's own unit, in the precision of the network; the grid of a column
      with levels is the codes of all its levels.

    Raises:
      InputError, InputTypeError: as `jaxnn.inspection.profile_at`.
    """
    X = check_matrix(X)
    columns = network.columns
    grid = grid_for(X, feature, resolution, (0.0, 1.0), columns=columns)
    averaged = None
    if weights is not None:
        weights = as_weights(weights, len(X))
        averaged = weights[rows]
    return Effect(
        feature,
        grid,
        partial_dependence(network.predict, X[rows], feature, grid, averaged),
        profile_at(network.predict, X, feature, grid, center, columns=columns, weights=weights),
        individual_conditional_expectation(network.predict_mean, X[individual_rows], feature, grid),
    )


_mean = jax.jit(responses.mean, static_argnums=0)
_loss = jax.jit(responses.loss, static_argnums=0)


def _precision(dtype: Any) -> Any:
    """A context in which JAX computes in double precision if `dtype` has it."""
    return jax.enable_x64(np.float64 in (np.dtype(dtype), jnp.result_type(float)))


def _losses(kind: str, outputs: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(refits, rows) losses in float64, from outputs (refits, rows, outputs) and y (rows,)."""
    with _precision(float):
        return np.asarray(_loss(kind, jnp.asarray(outputs, float), jnp.asarray(y)[None, :, None]))


def _constant_outputs(kind: str, y: np.ndarray, outputs: int, weights: np.ndarray) -> np.ndarray:
    """(outputs,) the network outputs of the constant prediction with the least loss on all rows."""
    mean = np.average(y, weights=weights)
    if kind == "quantitative":
        return np.array([mean])
    least = np.finfo(np.float32).tiny  # some class may not occur, nor any event
    if kind == "count":
        return np.log([max(mean, least)])
    if kind == "binary":
        return np.log([max(mean, least) / max(1 - mean, least)])
    share = np.bincount(y.astype(int), weights, minlength=outputs) / weights.sum()
    return np.log(np.maximum(share, least))
