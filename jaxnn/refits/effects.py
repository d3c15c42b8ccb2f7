"""How do the predictions of many refits change with one predictor?

    average curve        a_b(v) = mean_i f_b(v, x_iC)     every row i, with predictor j set to v
    profile              f_b(v, c_C)                      one row, the others at their centre c
    individual curves    mean_b f_b(v, x_iC)              one curve per row
    accumulated effects  rows move only within their bin  (`jaxnn.inspection`, Apley and Zhu 2020)
    contrast             a_b(high) - a_b(low)

All of them come from one pass of predictions over refits, rows and values (`jaxnn.refits.
curve_sums`), and every one is kept for each refit, so that any band or share can be computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_weights, check_bool, check_name, is_whole, shown
from jaxnn.inspection.arguments import (
    as_list,
    check_columns,
    check_feature,
    check_grid,
    check_matrix,
    row_numbers,
)
from jaxnn.inspection.data_density import (
    DataDensity,
    ImpossibleRows,
    data_density,
    impossible_rows,
)
from jaxnn.inspection.evaluation_points import grid_for, is_extrapolated, typical_row
from jaxnn.progress import check_progress
from jaxnn.refits.black_boxes import RefittedModel, check_refitted
from jaxnn.refits.curve_sums import Curve, CurveSums, Rows, curve_sums
from jaxnn.refits.curve_values import accumulated_effects, contrasted, local_moves, places_of
from jaxnn.refits.network import RefittedNetwork
from jaxnn.refits.network_curves import network_curve_sums
from jaxnn.responses import RESPONSES
from jaxnn.results import check_result
from jaxnn.tables import Column, numeric_columns

GRID = 40  # values at which the curve of a numeric predictor is computed
INDIVIDUAL = 1000  # rows with an individual curve, unless others are asked for


class Effect(NamedTuple):
    """The curves of the prediction along one predictor; made by `effect` and `effects`.

    Curves are float64 in the response's own unit, and have a last axis (outputs,) if the prediction
    has several outputs. `jaxnn.refits.curve_bands` makes the bands of any of them.

    Attributes:
      feature: the predictor's column of X.
      column: its description.
      response: the kind of response, as in `jaxnn.responses`.
      grid: (g,) values, or codes of levels.
      extrapolated: (g,) bool, where no row has been observed.
      average: (refits, g) curves averaged over rows.
      profile: (refits, g) curves with the other predictors at their centre.
      individual: (m, g) curves of single rows, averaged over the refits.
      individual_rows: (m,) their row numbers in X.
      row: the row number in X of `row_curve`, or None.
      row_curve: (refits, g) the curves of one row, or None.
      edges: (e,) ends of the bins of accumulated effects, values of the grid.
      accumulated: (refits, e) accumulated local effects, with mean 0 over the rows.
      contrast_values: (c, 2) pairs (low, high) of values.
      contrasts: (refits, c) how much higher the average curve is at high than at low;
        `jaxnn.refits.contrasts_of` makes a table of them.
      observed: (n,) the values of the predictor in X.
      weights: (n,) the weights of the rows, 1 if there are none.
      density: a rug and deciles of the rows, or the weight of each level.
      impossible: how often the average runs over rows unlike any other, with a sentence in
        `impossible.warning` if it often does; None if that was not asked for.
    """

    feature: int
    column: Column
    response: str
    grid: np.ndarray
    extrapolated: np.ndarray
    average: np.ndarray
    profile: np.ndarray
    individual: np.ndarray
    individual_rows: np.ndarray
    row: int | None
    row_curve: np.ndarray | None
    edges: np.ndarray
    accumulated: np.ndarray
    contrast_values: np.ndarray
    contrasts: np.ndarray
    observed: np.ndarray
    weights: np.ndarray
    density: DataDensity
    impossible: ImpossibleRows | None

    @property
    def rises(self) -> np.ndarray:
        """() or (outputs,), share of refits whose average curve ends higher than it begins."""
        return (self.average[:, -1] > self.average[:, 0]).mean(axis=0)

    @property
    def step_rises(self) -> np.ndarray:
        """(g - 1,) or (g - 1, outputs), share of refits that rise from each value to the next."""
        return (np.diff(self.average, axis=1) > 0).mean(axis=0)

    @property
    def mean_over_rows(self) -> np.ndarray:
        """() or (outputs,), the mean of the average curve over the observed values of the rows.

        Accumulated effects, which have the mean 0, are drawn about it.
        """
        order = np.argsort(self.grid, kind="stable")
        curves = np.moveaxis(self.average.mean(axis=0)[order].reshape(len(order), -1), 0, 1)
        at_rows = [np.interp(self.observed, self.grid[order], curve) for curve in curves]
        return np.average(at_rows, axis=1, weights=self.weights).reshape(self.average.shape[2:])


def check_effect(value: Any, argument: str) -> None:
    """Refuse what is not the effect of a predictor.

    Raises:
      InputError, InputTypeError: as `jaxnn.results.check_result`.
    """
    check_result(
        value,
        argument,
        Effect,
        "effect or effects",
        grid="g",
        extrapolated="g",
        average="r g *",
        profile="r g *",
        individual="m g *",
        individual_rows="m",
        row_curve="r g *",
        edges="e",
        accumulated="r e *",
        contrast_values="c ends",
        contrasts="r c *",
        observed="n",
        weights="n",
    )
    check_name(value.response, f"the response of {argument}", RESPONSES)


def effect(
    model: RefittedModel,
    X: Any,
    feature: int | str,
    *,
    grid: Any = None,
    contrasts: Any = None,
    rows: Any = slice(None),
    individual_rows: Any = None,
    row: int | None = None,
    center: Any = "mean",
    resolution: int = GRID,
    weights: Any = None,
    impossible: bool = True,
) -> Effect:
    """The curves of one predictor, for every refit.

    Args:
      model: as from `refitted_network` or `jaxnn.estimators.refitted_estimator`.
      X: (n, predictors), the observed rows.
      feature: column of X to vary, by its number, or by its name if the model knows names.
      grid: (g,) values of the predictor, or names of levels. None takes all levels of a column that
        has levels, and otherwise `resolution` values from the least to the largest.
      contrasts: a pair (low, high) of values or names of levels, or a list of such pairs; None
        takes the pairs of `jaxnn.inspection.contrasts`: the quartiles, or the most common level
        against each other one.
      rows: row numbers of X to average over; all by default.
      individual_rows: row numbers of X with a curve in `individual`; None is all rows, or 1,000
        evenly spaced ones if there are more.
      row: a row number of X whose curve is kept for every refit.
      center: where the profile holds the other predictors, as for
        `jaxnn.inspection.profile_at`.
      resolution: the largest number of values on the grid of a numeric predictor.
      weights: (n,) case weights of X, at least 0, for grid, averages and the centre; None gives
        all rows the same weight.
      impossible: whether to look for rows that cannot be in the average, with
        `jaxnn.inspection.impossible_rows`.

    Returns:
      An `Effect`. Predictions of a network are in single precision and their sums in double; memory
      is bounded whatever the number of rows and refits. For networks compiled, with one program for
      all predictors and similar numbers of rows.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> import jax, jaxnn
      >>> from jaxnn.bootstrap import bootstrap
      >>> X = np.linspace(-1, 1, 20)[:, None]
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((1, 3, 1)), jaxnn.Recipe(epochs=3))
      >>> refits = bootstrap(jax.random.key(0), fitter, X, X[:, 0] ** 2, replicates=4)
      >>> from jaxnn.refits import refitted_network
      >>> found = effect(refitted_network(fitter, refits), X, 0, resolution=9)
      >>> found.average.shape, found.contrast_values.round(2), found.contrasts.shape
      ((4, 9), array([[-0.58,  0.47]]), (4, 1))
    """
    return _effects(
        model,
        X,
        [feature],
        [grid],
        [contrasts],
        rows,
        individual_rows,
        row,
        center,
        resolution,
        weights,
        impossible,
        False,
    )[0]


def effects(
    model: RefittedModel,
    X: Any,
    features: Iterable[int | str] | None = None,
    *,
    rows: Any = slice(None),
    individual_rows: Any = None,
    row: int | None = None,
    center: Any = "mean",
    resolution: int = GRID,
    weights: Any = None,
    impossible: bool = True,
    progress: bool | str | Callable[[float], object] = False,
) -> tuple[Effect, ...]:
    """The curves of several predictors, for every refit, in one pass: faster than one by one.

    Args:
      model, X, rows, individual_rows, row, center, resolution, weights, impossible: as for
        `effect`.
      features: columns of X, by number or name; None is all of them.
      progress: as for `jaxnn.replicate.replicate`.

    Returns:
      One `Effect` per predictor, in the order given.

    Raises:
      InputError, InputTypeError: as `effect`.
    """
    if features is None:
        features = range(check_matrix(X).shape[1])
    single = isinstance(features, str) or is_whole(features)
    asked = [features] if single else as_list(features, "features", "a list of columns of X")
    nothing = [None] * len(asked)
    return _effects(
        model,
        X,
        asked,
        nothing,
        nothing,
        rows,
        individual_rows,
        row,
        center,
        resolution,
        weights,
        impossible,
        progress,
    )


def _effects(
    model: RefittedModel,
    X: Any,
    features: list[Any],
    grids: Sequence[Any],
    contrasts: Sequence[Any],
    rows: Any,
    individual_rows: Any,
    row: Any,
    center: Any,
    resolution: int,
    weights: Any,
    impossible: bool,
    progress: Any,
) -> tuple[Effect, ...]:
    """The effects of checked arguments, one entry of `grids` and `contrasts` per predictor."""
    check_refitted(model)
    X = check_matrix(X)
    columns = numeric_columns(X.shape[1]) if model.columns is None else model.columns
    check_columns(columns, X)
    check_bool(impossible, "impossible")
    check_progress(progress)
    features = [check_feature(feature, X, columns) for feature in features]
    if not features:
        raise InputError("features is empty; pass at least one column of X.")
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    averaged = np.zeros(len(X))
    numbers = row_numbers(rows, X)
    np.add.at(averaged, numbers, w[numbers])
    as_weights(averaged, len(X), "the weights of rows")
    if individual_rows is None:
        count = min(len(X), INDIVIDUAL)
        individual_rows = np.linspace(0, len(X) - 1, count).round().astype(int)
    individual = row_numbers(individual_rows, X, "individual_rows")
    typical = typical_row(X, center, columns, weights)
    special = [typical] if row is None else [typical, X[_row_number(row, len(X))]]

    first, places = np.unique(individual, return_inverse=True)
    others = np.setdiff1d(np.flatnonzero(averaged), first)
    order = np.concatenate([first, others]).astype(int)
    asked = []
    for feature, grid, pairs in zip(features, grids, contrasts, strict=True):
        column = columns[feature]
        if grid is None:
            grid = grid_for(X, feature, resolution, (0.0, 1.0), columns=columns, weights=w)
        grid = check_grid(grid, column).astype(float)
        low_high = contrasted(pairs, X, feature, columns, averaged)
        moves = local_moves(X[order], feature, grid, columns, averaged[order])
        values = np.concatenate([grid, np.setdiff1d(low_high, grid)])
        asked.append(
            (grid, low_high, Curve(feature, values, moves, places_of(values, moves.edges)))
        )
    where = Rows(X[order], averaged[order] / averaged.sum(), len(first), np.stack(special))
    curves = [curve for *_, curve in asked]
    if isinstance(model, RefittedNetwork):
        found = network_curve_sums(model, curves, where, progress)
    else:
        found = curve_sums(model, curves, where, progress)

    def made(grid: np.ndarray, low_high: np.ndarray, curve: Curve, sums: CurveSums) -> Effect:
        outputs = slice(None) if model.width > 1 else 0
        g, feature = slice(len(grid)), curve.feature
        low, high = places_of(curve.values, low_high.T)
        return Effect(
            feature,
            columns[feature],
            model.response,
            grid,
            is_extrapolated(X, feature, grid, columns),
            sums.average[:, g, outputs],
            sums.special[:, g, 0, outputs],
            sums.individual[places][:, g, outputs],
            individual,
            None if row is None else _row_number(row, len(X)),
            None if row is None else sums.special[:, g, 1, outputs],
            curve.steps.edges,
            accumulated_effects(sums.steps, curve.steps)[..., outputs],
            low_high,
            sums.average[:, high, outputs] - sums.average[:, low, outputs],
            X[:, feature].astype(float),
            w,
            data_density(X, feature, columns=columns, weights=averaged),
            impossible_rows(X, feature, grid, columns=columns, weights=averaged)
            if impossible
            else None,
        )

    found.reverse()  # each is let go when it has been used, as refits of many classes are large
    return tuple(made(grid, pairs, curve, found.pop()) for grid, pairs, curve in asked)


def _row_number(row: Any, count: int) -> int:
    if not is_whole(row) or not -count <= row < count:
        raise InputError(
            f"row is {shown(row)}; pass a row number of X from 0 to {count - 1}, or None."
        )
    return int(row) % count
