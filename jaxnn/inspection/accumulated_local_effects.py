"""How does the prediction change with one predictor, along rows that exist?

Partial dependence sets x_j in every row, so with correlated predictors it averages predictions for
rows that cannot be. Here each row moves only within its own bin (e_{k-1}, e_k], the first of which
includes its left end, and the mean differences of the bins are added up:

    g(e_k) = sum_{l <= k} sum_{i in bin l} w_i [f(e_l, x_iC) - f(e_{l-1}, x_iC)] / W_l
    effect(e_k) = g(e_k) - sum_l W_l [g(e_{l-1}) + g(e_l)] / 2 / sum_l W_l       W_l = sum of w_i

(Apley and Zhu 2020; edges and centring as in PyALE). A linear model gives a line with its
coefficient as the slope, whatever the correlations. These are two predictions per row.

Between adjacent levels k, k + 1 of a coded column, the rows of both levels move, from one to the
other, and the effect has mean zero over the rows: sum_k W_k effect(k) = 0, as in ALEPlot, with the
levels in the order of their codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import (
    InputError,
    as_numbers,
    as_weights,
    check_count,
    check_finite,
    check_memory,
    shown,
)
from jaxnn.inspection.arguments import check_feature, check_grid, check_matrix, check_rows_axis
from jaxnn.inspection.black_box import Predict, black_box
from jaxnn.inspection.quantiles import observed_quantiles
from jaxnn.inspection.row_averages import difference_blocks
from jaxnn.results import check_result
from jaxnn.tables import Column

RESOLUTION = 40  # bins of a numeric predictor


class AccumulatedLocalEffects(NamedTuple):
    """The accumulated local effects of one predictor.

    Attributes:
      feature: the predictor's column of X.
      edges: (e,) ends of the bins, or codes of levels.
      effect: (e,) or (e, outputs), with a leading (replicates,) if `predict` has one: the change
        of the prediction from its mean.
      counts: (e - 1,) how many rows moved in each bin.
      weights: (e - 1,) their weights, summed.
    """

    feature: int
    edges: np.ndarray
    effect: np.ndarray
    counts: np.ndarray
    weights: np.ndarray


class LocalSteps(NamedTuple):
    """Which rows move from one edge to the next, in the order of the bins.

    Attributes:
      feature: the predictor's column of X.
      edges: (e,) ends of the bins, or codes of levels.
      rows: (m,) row numbers of X; a row of a level that has two neighbours is here twice.
      bins: (m,) bins in which they move, from 0, ascending: from edges[bins] to edges[bins + 1].
      weights: (m,) their weights, all positive.
      shares: (e,) of the edges in the mean effect, which is zero; they add up to one.
    """

    feature: int
    edges: np.ndarray
    rows: np.ndarray
    bins: np.ndarray
    weights: np.ndarray
    shares: np.ndarray


def local_steps(
    X: Any,
    feature: int | str,
    edges: Any = None,
    *,
    resolution: int = RESOLUTION,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> LocalSteps:
    """Which rows move between which edges, for `accumulate`.

    Args:
      X, feature, edges, resolution, columns, weights: as in `accumulated_local_effects`.

    Returns:
      The `LocalSteps`. Not compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> steps = local_steps([[0.0], [1.0], [2.0], [4.0]], 0, edges=[0, 1, 4])
      >>> steps.rows, steps.bins
      (array([0, 1, 2, 3]), array([0, 0, 1, 1]))
    """
    X = check_matrix(X)
    feature = check_feature(feature, X, columns)
    check_count(resolution, "resolution")
    check_memory(8 * resolution, "resolution", resolution)
    column = None if columns is None else columns[feature]
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    values = X[:, feature].astype(float)
    given = None if edges is None else _check_edges(edges, column)
    if column is not None and column.levels:
        check_grid(values, column, f"column {column.name!r} of X")
        ends = np.unique(values[w > 0]) if given is None else given
        rows, bins, of_edges = _level_steps(values, w, ends, column)
    else:
        ends = given
        if ends is None:
            shares = np.arange(resolution + 1) / resolution
            ends = np.unique(observed_quantiles(values[w > 0], w[w > 0], shares))
        rows = np.flatnonzero((w > 0) & (ends[0] <= values) & (values <= ends[-1]))
        if not len(rows):
            raise InputError(
                f"edges extends from {ends[0]:g} to {ends[-1]:g}, where column {feature} has no "
                f"value; its values are {values.min():g} to {values.max():g}."
            )
        # A column with one value has one edge, and no bin in which a row could move.
        rows = rows if len(ends) > 1 else rows[:0]
        bins = np.maximum(np.searchsorted(ends, values[rows]) - 1, 0)
        totals = np.bincount(bins, w[rows], len(ends) - 1)
        of_edges = np.append(totals, 0) + np.append(0, totals) if len(ends) > 1 else np.ones(1)
    order = np.argsort(bins, kind="stable")
    rows, bins = rows[order], bins[order]
    return LocalSteps(feature, ends, rows, bins, w[rows], of_edges / of_edges.sum())


def _check_edges(edges: Any, column: Column | None) -> np.ndarray:
    edges = check_grid(edges, column, "edges").astype(float)
    if len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise InputError(f"edges is {shown(edges.tolist())}; pass at least two increasing values.")
    return edges


def _level_steps(
    values: np.ndarray, weights: np.ndarray, edges: np.ndarray, column: Column
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows that move between adjacent levels, between which they do, and the weights of levels."""
    rows = np.flatnonzero((weights > 0) & np.isin(values, edges))
    places = np.searchsorted(edges, values[rows])
    totals = np.bincount(places, weights[rows], len(edges))
    if (totals == 0).any():
        level = column.levels[int(edges[totals == 0][0])]
        raise InputError(f"edges holds the level {level!r}, of which X has no row; leave it out.")
    down, up = places > 0, places < len(edges) - 1
    return (
        np.concatenate([rows[up], rows[down]]),
        np.concatenate([places[up], places[down] - 1]),
        totals,
    )


def accumulate(differences: Any, steps: LocalSteps, rows_axis: int = 0) -> np.ndarray:
    """The centred curve from the difference of each step: its mean by bin, accumulated.

    Args:
      differences: (m,) or (m, outputs), or either with a leading (replicates,): the prediction for
        row steps.rows[i] at edges[steps.bins[i] + 1] less that at edges[steps.bins[i]].
      steps: as from `local_steps`.
      rows_axis: the axis of the steps: 0, or 1 if there is a replicate axis before it.

    Returns:
      (e,) or (e, outputs), with a leading (replicates,) if the differences have one; float64, with
      the mean zero. A bin without rows takes its slope from the nearest bins with rows, linearly
      between their middles and constant beyond. Not compiled.

    Raises:
      InputError, InputTypeError: differences that do not fit the steps.

    Example:
      >>> steps = local_steps([[0.0], [1.0], [2.0], [4.0]], 0, edges=[0, 1, 4])
      >>> accumulate([1.0, 3.0, 4.0, 6.0], steps)  # 0, 0 + 2, 2 + 5, less (1 + 4.5) / 2
      array([-2.75, -0.75,  4.25])
    """
    differences = as_numbers(differences, "differences")
    check_finite(differences, "differences")
    check_rows_axis(rows_axis)
    _check_steps(steps)
    if differences.ndim <= rows_axis or differences.shape[rows_axis] != len(steps.rows):
        raise InputError(
            f"differences has shape {differences.shape}; pass {len(steps.rows)} entries along "
            f"axis {rows_axis}, one for each step."
        )
    return _accumulated(_sums(differences, steps, slice(None), rows_axis), steps, rows_axis)


def _check_steps(steps: Any) -> None:
    axes = {"rows": "m", "bins": "m", "weights": "m", "edges": "e", "shares": "e"}
    check_result(steps, "steps", LocalSteps, "local_steps", **axes)
    bins, last = steps.bins, len(steps.edges) - 2
    if len(bins) and not (bins.dtype.kind in "iu" and bins.min() >= 0 and bins.max() <= last):
        raise InputError("steps has bins beyond its edges; pass what local_steps returns.")


def _sums(differences: np.ndarray, steps: LocalSteps, part: slice, axis: int) -> np.ndarray:
    """The weighted sums (..., e - 1, ...) of the differences of a part of the steps."""
    bins, w = steps.bins[part], steps.weights[part]
    rows_last = np.moveaxis(differences, axis, -1) * w
    sums = np.zeros((*rows_last.shape[:-1], len(steps.edges) - 1))
    if len(bins):
        present, starts = np.unique(bins, return_index=True)
        sums[..., present] = np.add.reduceat(rows_last, starts, axis=-1)
    return np.moveaxis(sums, -1, axis)


def _accumulated(sums: np.ndarray, steps: LocalSteps, axis: int) -> np.ndarray:
    """The centred curve (..., e, ...) from the weighted sums by bin."""
    sums, widths = np.moveaxis(sums, axis, -1), np.diff(steps.edges)
    totals = np.bincount(steps.bins, steps.weights, len(widths))
    full = totals > 0
    means = sums / np.where(full, totals, 1)
    if not full.all():  # between the slopes of the nearest bins with rows, whose share is `right`
        places, middles = np.flatnonzero(full), (steps.edges[1:] + steps.edges[:-1]) / 2
        position = np.interp(middles, middles[full], np.arange(len(places)))
        left = np.minimum(position.astype(int), max(len(places) - 2, 0))
        right = position - left
        slopes = means[..., places] / widths[places]
        between = slopes[..., left] * (1 - right)
        between += slopes[..., np.minimum(left + 1, len(places) - 1)] * right
        means = np.where(full, means, between * widths)
    curve = np.concatenate([np.zeros((*means.shape[:-1], 1)), np.cumsum(means, axis=-1)], axis=-1)
    return np.moveaxis(curve - (curve @ steps.shares)[..., None], -1, axis)


def accumulated_local_effects(
    predict: Predict,
    X: Any,
    feature: int | str,
    edges: Any = None,
    *,
    resolution: int = RESOLUTION,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> AccumulatedLocalEffects:
    """How the prediction changes with one predictor, on average over rows with nearby values.

    Apley and Zhu 2020, "Visualizing the effects of predictor variables in black box supervised
    learning models".

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows; never modified.
      feature: column of X, by its number, or by its name if `columns` are given.
      edges: (e,) increasing ends of the bins, or levels. Rows outside them are left out. None takes
        the distinct values among the quantiles 0, 1/resolution, ..., 1 (the least value below or
        at which there is that share of the weight), and all observed levels of a coded column.
      resolution: the largest number of bins of a numeric column, if `edges` is None.
      columns: descriptions of the columns of X; None takes all of them as numeric.
      weights: (n,) weights of the rows, at least 0: a row of weight two is that row twice. None
        gives all the same weight.

    Returns:
      `AccumulatedLocalEffects`, with float64 effects in the unit of the prediction. A column with
      one value has one edge, where the effect is 0. A JAX function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or edges between which there is
        no row.

    Example:
      >>> X = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]])
      >>> curve = accumulated_local_effects(lambda X: X[:, 0] * X[:, 1], X, 0)
      >>> curve.edges, curve.effect  # steps of (1 + 2) / 2 and 3
      (array([0., 1., 2.]), array([-1.5,  0. ,  3. ]))
    """
    X = check_matrix(X)
    steps = local_steps(X, feature, edges, resolution=resolution, columns=columns, weights=weights)
    box = black_box(predict, X)
    axis, e = box.rows_axis, len(steps.edges)
    sums = np.zeros((*box.row_shape[:axis], e - 1, *box.row_shape[axis:]))
    moves = (X[steps.rows], steps.feature, steps.edges, steps.bins, steps.bins + 1)
    for part, differences in difference_blocks(box, *moves):
        sums += _sums(differences, steps, part, axis)
    return AccumulatedLocalEffects(
        steps.feature,
        steps.edges,
        _accumulated(sums, steps, axis),
        np.bincount(steps.bins, minlength=e - 1),
        np.bincount(steps.bins, steps.weights, e - 1),
    )
