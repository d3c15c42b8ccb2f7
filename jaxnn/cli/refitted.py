"""What do many refits say of each predictor, and of rows that they have not seen?

For predictor j, refit b and its predictions f_b:

    average curve   mean_i f_b(x, x_iC)     every row i, had it the value x of predictor j
    profile         f_b(x, c_C)             one row, the others at their centre c
    out of bag      f_b(x_i), i not in b    an honest prediction of each row

A quantitative response is standardised before the fit, y' = (y - middle) / unit, so that learning
rate and penalty mean the same in any unit; all that is told here is in its own unit again.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from jaxnn import responses
from jaxnn.bootstrap import Bootstrap, converged, interval
from jaxnn.inspection import (
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.prediction import predictor
from jaxnn.tables import Table
from jaxnn.training import Fitter

GRID = 40  # places on the curve of a numeric predictor
ROWS_AT_ONCE = 4096
ROWS_MULTIPLE = 64


class Effect(NamedTuple):
    """What the prediction does along one predictor; (classes,) only for a categorical response.

    Attributes:
      place: of the predictor among the columns of X.
      grid: (g,) values, or codes of levels.
      average: (refits, g[, classes]) averaged over rows.
      profile: (refits, g[, classes]) with the others at their centre.
      individual: (m, g[, classes]) a few rows, by the average of the refits.
    """

    place: int
    grid: np.ndarray
    average: np.ndarray
    profile: np.ndarray
    individual: np.ndarray


class LeftOut(NamedTuple):
    """Rows as seen by the refits that had left them out; NaN where there is none.

    Attributes:
      mean, lower, upper: (n,) prediction: a number, the probability of y = 1, or of the class
        that was observed.
      loss: (refits,) mean loss of each refit on the rows that it had left out.
      constant_loss: (refits,) the same for the best constant prediction on those rows.
    """

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    loss: np.ndarray
    constant_loss: np.ndarray


class Refitted:
    """All refits that converged, as black boxes in the unit of the response."""

    def __init__(self, fitter: Fitter, refits: Bootstrap, table: Table, middle: float, unit: float):
        self.table, self.net = table, fitter.net
        self.middle, self.unit = middle, unit
        self.out_of_bag = refits.out_of_bag[~refits.diverged]
        fits = converged(refits)
        # With the identity as link the predictions are the outputs, from which a cross-entropy is
        # exact where a probability has rounded to 0 or 1.
        outputs = dataclasses.replace(fitter.net, response="quantitative")
        self._evaluate = predictor(outputs, fits, fitter.encoder)

    def all(self, X: Any) -> np.ndarray:
        """(refits, rows[, classes]) predictions."""
        means = self._means(self._outputs(X))
        return means[..., 0] if self.net.sizes[-1] == 1 else means

    def average(self, X: Any) -> np.ndarray:
        """(rows[, classes]) their mean over refits."""
        return self.all(X).mean(axis=0)

    def effect(self, place: int, rows: np.ndarray, few: np.ndarray, center: Any) -> Effect:
        """Curves of one predictor, over the `rows` of X and individually for a `few` of them."""
        X, column = self.table.X, self.table.columns[place]
        grid = np.arange(len(column.levels), dtype=float)
        if column.kind == "numeric":
            grid = grid_for(X, place, GRID, (0.0, 1.0))
        return Effect(
            place,
            grid,
            partial_dependence(self.all, X[rows], place, grid),
            profile_at(self.all, X, place, grid, center, columns=self.table.columns),
            individual_conditional_expectation(self.average, X[few], place, grid),
        )

    def left_out(self, level: float) -> LeftOut:
        """Predictions and losses out of bag."""
        y = (self.table.y - self.middle) / self.unit
        counts = self.out_of_bag.sum(axis=1)
        constant = self._loss(
            np.broadcast_to(self._constant(y), (1, len(y), self.net.sizes[-1])), y
        )
        total = np.zeros(len(counts))
        seen = np.empty((3, len(y)))
        for start in range(0, len(y), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            out = self.out_of_bag[:, rows]
            outputs = self._outputs(self.table.X[rows])
            total += np.where(out, self._loss(outputs, y[rows]), 0).sum(axis=1)
            observed = y[rows].astype(int) if self.net.response == "categorical" else 0
            means = self._means(outputs)[:, np.arange(out.shape[1]), observed]
            for row, (values, mask) in enumerate(zip(means.T, out.T, strict=True), start):
                few = values[mask]
                seen[:, row] = (few.mean(), *interval(few, level)) if few.size else np.nan
        square = self.unit**2  # of the response, in the squared error
        some = np.where(counts > 0, counts, np.nan)
        fixed = np.where(self.out_of_bag, constant, 0).sum(axis=1)
        return LeftOut(seen[0], seen[1], seen[2], square * total / some, square * fixed / some)

    def _outputs(self, X: np.ndarray) -> np.ndarray:
        """(refits, rows, outputs), before the link."""
        # A program is compiled for each number of rows, so there are few different ones.
        padding = np.repeat(X[-1:], -len(X) % ROWS_MULTIPLE, axis=0)
        outputs = np.asarray(self._evaluate(np.concatenate([X, padding])))
        return outputs.reshape(*outputs.shape[:2], -1)[:, : len(X)]

    def _means(self, outputs: np.ndarray) -> np.ndarray:
        means = responses.mean(self.net.response, jnp.asarray(outputs))
        return self.middle + self.unit * np.asarray(means, float)

    def _loss(self, outputs: np.ndarray, y: np.ndarray) -> np.ndarray:
        known = jnp.asarray(y, jnp.result_type(float))[None, :, None]
        return np.asarray(responses.loss(self.net.response, jnp.asarray(outputs), known), float)

    def _constant(self, y: np.ndarray) -> np.ndarray:
        """(outputs,) the outputs of the constant prediction that has the least loss on all rows."""
        if self.net.response == "quantitative":
            return np.array([y.mean()])
        if self.net.response == "binary":
            return np.log([y.mean() / (1 - y.mean())])
        share = np.bincount(y.astype(int), minlength=self.net.sizes[-1]) / len(y)
        return np.log(np.maximum(share, np.finfo(np.float32).tiny))  # some class may not occur
