"""What do the curves of all predictors, in all refits, need from one pass over the rows?

For refit b, predictor j and each value v of its grid, every row i is predicted once with x_ij set
to v. Of these predictions P_b[v, i] only sums are kept:

    average      sum_i s_i P_b[v, i]                        s: the shares of the rows
    steps        sum_i m_ki (P_b[u_k, i] - P_b[l_k, i])     bins k of accumulated local effects
    individual   mean_b P_b[v, i]                           for some rows i
    special      P_b[v, i]                                  for one or two rows, in every refit

so memory is bounded whatever the number of rows and refits. This module takes the predictions of
any model; networks have a faster pass, `jaxnn.refits.network_curves`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from jaxnn.inspection.accumulated_local_effects import LocalSteps
from jaxnn.inspection.black_box import BlackBox, black_box
from jaxnn.progress import Progress
from jaxnn.refits.black_boxes import RefittedModel


class Curve(NamedTuple):
    """What is asked for along one predictor.

    Attributes:
      feature: its column of X.
      values: (t,) the values it is set to.
      steps: which rows move in which bin.
      places: (edges,) where the edges of the bins are among `values`.
    """

    feature: int
    values: np.ndarray
    steps: LocalSteps
    places: np.ndarray


class Rows(NamedTuple):
    """The rows at which curves are computed.

    Attributes:
      X: (n, p) rows; the individual ones are first.
      shares: (n,) their weights in the average, which add up to one.
      individual: the number of rows with a curve of their own.
      special: (s, p) rows with a curve in every refit.
    """

    X: np.ndarray
    shares: np.ndarray
    individual: int
    special: np.ndarray


class CurveSums(NamedTuple):
    """The sums of one predictor, by the formulas at the top of this module; float64.

    Attributes:
      average: (refits, t, outputs).
      steps: (refits, bins, outputs); 0 in a bin without rows.
      individual: (m, t, outputs).
      special: (refits, t, s, outputs).
    """

    average: np.ndarray
    steps: np.ndarray
    individual: np.ndarray
    special: np.ndarray


def curve_sums(
    model: RefittedModel,
    curves: Sequence[Curve],
    rows: Rows,
    progress: bool | str | Callable[[float], object] = False,
) -> list[CurveSums]:
    """The sums of each predictor, from `model.predict` of blocks of rows and values.

    Args:
      model: refits of any model.
      curves: what is asked for, one entry per predictor.
      rows: where.
      progress: as for `jaxnn.replicate.replicate`.

    Raises:
      InputError, InputTypeError: predictions that cannot be used, or rows that do not fit.
    """
    box, found = black_box(model.predict, rows.X), []
    with Progress(progress, len(model.out_of_bag) * len(curves)) as bar:
        for curve in curves:
            found.append(_sums_of_curve(model, box, curve, rows))
            bar.update(len(model.out_of_bag))
    return found


def empty_sums(model: RefittedModel, curve: Curve, rows: Rows) -> CurveSums:
    """Sums that are zero."""
    refits, outputs, t = len(model.out_of_bag), model.width, len(curve.values)
    return CurveSums(
        np.zeros((refits, t, outputs)),
        np.zeros((refits, max(0, len(curve.places) - 1), outputs)),
        np.zeros((rows.individual, t, outputs)),
        np.zeros((refits, t, len(rows.special), outputs)),
    )


def step_weights(steps: LocalSteps, rows: slice) -> np.ndarray:
    """(bins, rows) the share m_ki of each row of a block in the mean of each bin."""
    bins = max(0, len(steps.edges) - 1)
    totals = np.bincount(steps.bins, steps.weights, bins)
    shares = np.zeros((bins, rows.stop - rows.start))
    here = (steps.rows >= rows.start) & (steps.rows < rows.stop)
    of_bin = steps.bins[here]
    shares[of_bin, steps.rows[here] - rows.start] = steps.weights[here] / totals[of_bin]
    return shares


def _sums_of_curve(model: RefittedModel, box: BlackBox, curve: Curve, rows: Rows) -> CurveSums:
    """The sums of one predictor."""
    sums = empty_sums(model, curve, rows)
    lower, upper = curve.places[:-1], curve.places[1:]
    for places, block, predictions in box.blocks_with(rows.X, curve.feature, curve.values):
        P = predictions.reshape(*predictions.shape[:3], -1)  # (refits, t, rows, outputs)
        sums.average[:, places] += np.tensordot(rows.shares[block], P, axes=(0, 2))
        single = P[:, :, : max(0, rows.individual - block.start)].mean(axis=0)
        sums.individual[block.start : block.start + single.shape[1], places] = single.swapaxes(0, 1)
        moved = step_weights(curve.steps, block)
        for ends, sign in ((lower, -1), (upper, 1)):
            here = (ends >= places.start) & (ends < places.stop)
            at_ends = P[:, ends[here] - places.start]
            sums.steps[:, here] += sign * np.einsum("bkio,ki->bko", at_ends, moved[here])
    special = box.evaluate_with(rows.special, curve.feature, curve.values)
    return sums._replace(special=special.reshape(sums.special.shape).astype(float))
