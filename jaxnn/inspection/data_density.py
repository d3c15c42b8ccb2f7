"""Where are the data along a predictor? And does an average run over rows that cannot be?

Partial dependence sets predictor j to v in every row i. If j goes with another predictor k, many
of these pairs (v, x_ik) are unlike any row: a man who is pregnant, a tall person of 40 kg. The
model was never told what happens there. For each k that goes with j,

    d(i, v) = min_l |(v, x_ik) - (x_lj, x_lk)|     distance to the nearest observed row, in ranks
    d0(i, v)                                       the same after x_j is shuffled
    share = mean_{i, v} [d(i, v) > 99% of the d0(., v)]

so that of two independent predictors about one pair in a hundred is called far, whatever their
distributions, ties, rare levels and number of rows. Ranks are between 0 and 1; different levels
are farther apart than any ranks.

That k goes with j at all is tested first, so that there is no warning by chance: the ranks of k,
their distances from the middle, or its levels must differ between five bins of x_j, or rise with
it, more than those of any column in any of 500 shuffles. Only pairs of predictors are looked at.
Of two normal predictors with correlation 0.9, 0.75, 0.6 and 0 the shares are 0.39, 0.20, 0.11 and 0
(300 rows, a grid from the 5% to the 95% quantile).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import as_weights, check_count
from jaxnn.inspection.arguments import check_feature, check_grid, check_matrix
from jaxnn.inspection.quantiles import cunnane_quantiles
from jaxnn.tables import Column, numeric_columns

MOST_VALUES = 500  # values of a rug
MOST_ROWS = 200  # among which the nearest one is looked for
PARTNERS = 5  # columns that are looked at
BINS = 5  # of a numeric predictor
LEAST_ROWS = 5  # of a level that is a bin of its own
TESTS = 500  # shuffles that no column that goes with the predictor equals
SHUFFLES = 8  # shuffles whose distances are the typical ones
FAR = 0.99  # of the distances after shuffling are less
WARNING_SHARE = 0.1  # of far pairs, from which there is a warning
LEVEL_DISTANCE = 10.0  # between levels; ranks are at most 1 apart


class DataDensity(NamedTuple):
    """Where the observed values of a predictor are.

    Attributes:
      feature: the predictor's column of X.
      values: (r,) observed values in ascending order, for a rug; none for a column with levels.
      deciles: (9,) the values below which 10, 20, ..., 90% of the rows are, by Cunnane's rule as in
        scikit-learn; none for a column with levels.
      counts: (levels,) the weight of the rows of each level; none for a numeric column.
    """

    feature: int
    values: np.ndarray
    deciles: np.ndarray
    counts: np.ndarray


class ImpossibleRows(NamedTuple):
    """How often a curve averages over rows that are far from any observed one.

    Attributes:
      feature: the predictor's column of X.
      grid: (g,) its values.
      shares: (g,) share of the rows that are far from any observed one at each value.
      share: their mean; 0 if no column goes with the predictor.
      partner: the column for which the share is largest, or None.
      warning: one sentence that names it if the share is at least 0.1, otherwise None.
    """

    feature: int
    grid: np.ndarray
    shares: np.ndarray
    share: float
    partner: int | None
    warning: str | None


def data_density(
    X: Any,
    feature: int | str,
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
    most: int = MOST_VALUES,
) -> DataDensity:
    """Where the observed values of a predictor are: a rug and deciles, or rows per level.

    Args:
      X: (n, p) rows.
      feature: column of X, by its number, or by its name if `columns` are given.
      columns: descriptions of the columns of X; None takes all of them as numeric.
      weights: (n,) weights of the rows, at least 0: a row of weight two is that row twice, and one
        of weight zero is left out. None gives all the same weight.
      most: the largest number of values of the rug, at least 2. Of more rows it takes those at
        equally spaced ranks, the least and the largest value included.

    Returns:
      `DataDensity`. Not compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> columns = (Column("age", "numeric"), Column("sex", "binary", ("female", "male")))
      >>> X = np.array([[40.0, 0], [50.0, 1], [60.0, 1]])
      >>> data_density(X, "age", columns=columns, most=2).values
      array([40., 60.])
      >>> data_density(X, "sex", columns=columns).counts
      array([1., 2.])
    """
    X = check_matrix(X)
    feature = check_feature(feature, X, columns)
    check_count(most, "most", least=2)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    values, none = X[:, feature].astype(float), np.zeros(0)
    if columns is not None and columns[feature].levels:
        check_grid(values, columns[feature], f"column {columns[feature].name!r} of X")
        counts = np.bincount(values.astype(int), w, len(columns[feature].levels))
        return DataDensity(feature, none, none, counts)
    deciles = cunnane_quantiles(values[w > 0], w[w > 0], np.arange(1, 10) / 10)
    rug = np.sort(values[w > 0])
    if len(rug) > most:
        rug = rug[np.linspace(0, len(rug) - 1, most).round().astype(int)]
    return DataDensity(feature, rug, deciles, none)


def impossible_rows(
    X: Any,
    feature: int | str,
    grid: Any,
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> ImpossibleRows:
    """How often partial dependence on a grid averages over rows that are far from any observed one.

    Args:
      X: (n, p) rows.
      feature: column of X, by its number, or by its name if `columns` are given.
      grid: (g,) values of that column, or names of its levels. Values outside the observed ones
        count as the nearest of these: `is_extrapolated` marks them.
      columns: descriptions of the columns of X; None takes all of them as numeric, called x1, ...
      weights: (n,) weights of the rows, at least 0; None gives all the same weight.

    Returns:
      `ImpossibleRows`, computed from at most 200 rows at equally spaced ranks of the predictor, and
      always with the same shuffles. Not compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> height = np.linspace(150, 200, 100)
      >>> weight = height - 100 + 5 * np.sin(np.arange(100))
      >>> columns = numeric_columns(["height", "weight"])
      >>> found = impossible_rows(np.stack([height, weight], 1), 0, [155, 195], columns=columns)
      >>> found.share > 0.5, found.partner
      (True, 1)
    """
    X = check_matrix(X)
    feature = check_feature(feature, X, columns)
    described = numeric_columns(X.shape[1]) if columns is None else columns
    grid = check_grid(grid, None if columns is None else columns[feature]).astype(float)
    w = np.ones(len(X)) if weights is None else as_weights(weights, len(X)).astype(float)
    X, w = _some_rows(X, w, feature)
    places, grid_places = _places(X[:, feature], described[feature], grid)
    rng = np.random.default_rng(0)
    best = ImpossibleRows(feature, grid, np.zeros(len(grid)), 0.0, None, None)
    shuffles = [rng.permutation(len(X)) for _ in range(TESTS)]
    for partner in _partners(X, feature, places, described, shuffles):
        others, _ = _places(X[:, partner], described[partner], grid[:0])
        far = _far(places, grid_places, others, shuffles[:SHUFFLES])
        shares = far @ (w / w.sum())
        if shares.mean() > best.share:
            best = best._replace(shares=shares, share=float(shares.mean()), partner=partner)
    if best.partner is not None and best.share >= WARNING_SHARE:
        name, partner = described[feature].name, described[best.partner].name
        best = best._replace(
            warning=f"The average over all rows includes combinations of {name} with {partner} "
            f"that no row is near ({100 * best.share:.0f}% of them), because the two go together; "
            "accumulated local effects avoid them."
        )
    return best


def _some_rows(X: np.ndarray, w: np.ndarray, feature: int) -> tuple[np.ndarray, np.ndarray]:
    """All rows that have a weight, or MOST_ROWS of them, spread evenly over the weight."""
    order = np.argsort(X[:, feature], kind="stable")
    order = order[w[order] > 0]
    if len(order) > MOST_ROWS:
        below = np.cumsum(w[order])
        at = (np.arange(MOST_ROWS) + 0.5) / MOST_ROWS * below[-1]
        order = order[np.searchsorted(below, at)]
        return X[order].astype(float), np.ones(MOST_ROWS)
    return X[order].astype(float), w[order]


def _places(values: np.ndarray, column: Column, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (n,) and a grid (g,) as coordinates: mean ranks between 0 and 1, or levels apart."""
    if column.levels:
        return values * LEVEL_DISTANCE, grid * LEVEL_DISTANCE
    distinct, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - counts / 2) / len(values)
    return ranks[place.ravel()], np.interp(grid, distinct, ranks)


def _partners(
    X: np.ndarray,
    feature: int,
    places: np.ndarray,
    columns: Sequence[Column],
    shuffles: list[np.ndarray],
) -> list[int]:
    """The columns that go with the feature more than any column does after shuffling it."""
    scores, owners = [], []
    for k in range(X.shape[1]):
        if k == feature:
            continue
        if columns[k].levels:
            levels, counts = np.unique(X[:, k], return_counts=True)
            of_column = [X[:, k] == level for level in levels[counts >= LEAST_ROWS]]
        else:
            ranks, _ = _places(X[:, k], columns[k], X[:0, k])
            of_column = [ranks, np.abs(ranks - 0.5)]
        varying = [score for score in of_column if np.ptp(score.astype(float)) > 0]
        scores += varying
        owners += [k] * len(varying)
    if not scores:
        return []
    standard = _standard(np.array(scores, float)).T
    more = np.zeros(len(owners))  # times what chance gives, by either test
    bins = _bins(places, columns[feature])
    tests = [bins / np.sqrt(bins.sum(axis=1, keepdims=True))]  # n times the correlation ratio
    if not columns[feature].levels and np.ptp(places) > 0:  # and the squared correlation
        tests.append(_standard(places[None]) / np.sqrt(len(places)))
    for test in tests:
        by_chance = max(np.square(test[:, s] @ standard).sum(axis=0).max() for s in shuffles)
        more = np.maximum(more, np.square(test @ standard).sum(axis=0) / max(by_chance, 1e-9))
    order = [i for i in np.argsort(-more, kind="stable") if more[i] > 1.001]  # not by rounding
    return list(dict.fromkeys(owners[i] for i in order))[:PARTNERS]


def _standard(rows: np.ndarray) -> np.ndarray:
    """Rows with mean zero and variance one."""
    return (rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True)


def _bins(places: np.ndarray, column: Column) -> np.ndarray:
    """(b, n) 0 or 1: which rows are in each bin of a predictor."""
    if not column.levels:
        codes = np.minimum((places * BINS).astype(int), BINS - 1)
    else:
        _, codes, counts = np.unique(places, return_inverse=True, return_counts=True)
        codes = np.where(counts[codes] < LEAST_ROWS, -1, codes).ravel()  # the rare ones together
    return (codes == np.unique(codes)[:, None]).astype(float)


def _far(
    places: np.ndarray, grid: np.ndarray, others: np.ndarray, shuffles: list[np.ndarray]
) -> np.ndarray:
    """(g, n) which rows with the predictor at a grid value are far from any observed row."""
    from scipy.spatial import KDTree

    points = np.stack([grid.repeat(len(others)), np.tile(others, len(grid))], axis=1)

    def distances(order: Any) -> np.ndarray:
        nearest, _ = KDTree(np.stack([places[order], others], axis=1)).query(points)
        return nearest.reshape(len(grid), len(others))

    by_chance = np.concatenate([distances(shuffle) for shuffle in shuffles], axis=1)
    limits = np.quantile(by_chance, FAR, axis=1, keepdims=True)
    return distances(slice(None)) > limits * (1 + 1e-9) + 1e-12
