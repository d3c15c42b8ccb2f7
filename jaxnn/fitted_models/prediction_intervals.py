"""Between which values, or in which classes, will a new observation be?

A band of the mean says how certain the mean is. A new observation also has noise, which shows in
the training rows: with f_-i the mean of the refits that left row i out, each row gives one
plausible response at a new x,

    v_i(x) = f_-i(x) + s(f_-i(x)) e_i,    e_i = (y_i - f_-i(x_i)) / s(f_-i(x_i))

and the interval of level 1 - a has the order statistics ceil((1 - a/2)(n + 1)) from either end of
v_1 ... v_n as its ends: the jackknife+-after-bootstrap (Kim, Xu & Barber 2020), with signed
residuals, so that each tail is covered, and with residuals in units of their local size s. There
log s is linear in the prediction, fitted to the sizes of the residuals; elsewhere than along the
prediction the noise counts as constant. For classes,

    class k is in the set if fewer than (1 - a)(n + 1) rows have p_-i(x_i)[y_i] > p_-i(x)[k]

the least ambiguous set (Sadinle, Lei & Wasserman 2019), to which the most probable class is always
added.

A new observation is covered with probability at least 1 - 2a whatever the distribution, if s is
constant, and in practice about 1 - a: `MEASURED` says how often on known truths, in
`experiments/band_coverage` (normal, skewed, growing and uneven noise, counts, classes). The
probability is over training and new rows together. Where the noise is larger for a reason that the
prediction does not show, coverage is lower.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jaxnn.bands.measured_coverage import MeasuredCoverage
from jaxnn.bootstrap import Interval
from jaxnn.errors import (
    InputError,
    as_numbers,
    check_finite,
    check_instance,
    check_level,
    shown,
)

MEASURED = MeasuredCoverage("band_coverage", 0.95, mean=0.954, settings=12, least=0.945)
ENTRIES_AT_ONCE = 2**22  # of the matrix (training rows, new rows)
MOST_ROWS = 4000  # training rows that are used; more change an end by little
FEWEST_FOR_A_SLOPE = 30  # rows, below which residuals have one size everywhere
LARGEST = 1e100  # a prediction that has overflowed, so that it times zero is zero
NEWTON_STEPS = 10
WILD = 10  # times the median size of a residual


class LeftOut(NamedTuple):
    """The training rows as seen by the refits that left them out.

    Attributes:
      out_of_bag: (refits, rows) bool, True where a refit did not see a row.
      observed: (rows,) responses, or codes of classes.
      predicted: (rows,) mean prediction of the refits that left the row out, as
        `jaxnn.refits.OutOfBag.mean`: of the number, of the probability of y = 1, or of the
        probability of the observed class; NaN where no refit left it out.
      weights: (rows,) case weights, or None.
      groups: (rows,) codes of groups that were left out together, or None.
    """

    out_of_bag: np.ndarray
    observed: np.ndarray
    predicted: np.ndarray
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None


def prediction_interval(
    rows: LeftOut, predictions: np.ndarray, kind: str = "quantitative", level: float = 0.95
) -> Interval:
    """The interval that covers a new observation of a number, by the formula of this module.

    A count has residuals on the scale 2 sqrt(y + 3/8), on which those of a Poisson response have
    nearly the same variance everywhere (Anscombe 1948); the ends are whole numbers of at least 0.

    With weights or groups, row i has the share w_i / (W + w), in place of 1 / (n + 1), where W is
    the sum of the weights and w the mean total weight of the group of a row (of the row itself
    without groups). The remaining share belongs to the new row.

    Args:
      rows: the training rows.
      predictions: (refits, new rows) predictions of the same refits.
      kind: "quantitative" or "count".
      level: 1 - a, in (0, 1).

    Returns:
      Interval(lower, upper), (new rows,) each, in float64. With fewer than 2/a - 1 rows the tails
      cannot be told apart, and residuals count without their sign; with fewer than 1/a - 1 rows
      no interval has the level, and the ends are infinite (the lower end of a count is 0). Of more
      than 4,000 rows, 4,000 evenly spaced ones are used. Not compiled; memory is bounded.

    Raises:
      InputError, InputTypeError: a kind without intervals, shapes that do not fit, or a level
        outside (0, 1).

    Example:
      >>> rng = np.random.default_rng(0)
      >>> y = rng.normal(size=400)
      >>> drawn = rng.multinomial(400, np.full(400, 1 / 400), size=50)  # resamples
      >>> means = drawn @ y / 400  # every refit predicts the mean of its rows
      >>> rows = LeftOut(drawn == 0, y, np.where(drawn == 0, means[:, None], 0).sum(0)
      ...                / (drawn == 0).sum(0))
      >>> lower, upper = prediction_interval(rows, means[:, None])
      >>> print(f"{lower[0]:.1f} to {upper[0]:.1f}")  # the truth is -1.96 to 1.96
      -1.9 to 1.8
    """
    if not isinstance(kind, str) or kind not in ("quantitative", "count"):
        raise InputError(
            f"kind is {shown(kind)}; pass 'quantitative' or 'count', and use prediction_set for "
            "classes."
        )
    predictions = _checked(rows, predictions, "predictions", 2, level)
    rows, shares, new_share = _usable(rows)
    count = kind == "count"
    centers = _stable(rows.predicted) if count else rows.predicted
    residuals = (_stable(rows.observed) if count else rows.observed) - centers
    size = _Size.fitted(centers, residuals, shares)
    residuals = residuals / size(centers)
    tail = (1 - level) / 2
    signed = new_share <= tail
    ends = np.empty((2, predictions.shape[1]))
    for new, values in _left_out_means(_averaging(rows.out_of_bag), predictions):
        values = _stable(values) if count else values
        spread = size(values) * (residuals if signed else np.abs(residuals))[:, None]
        above, below = values + spread, values + spread if signed else values - spread
        share = tail if signed else 2 * tail
        ends[0, new] = -_upper_end(-below, shares, share)
        ends[1, new] = _upper_end(above, shares, share)
    if count:
        lower, upper = np.maximum(np.square(np.maximum(ends, 0) / 2) - 3 / 8, 0)
        # The whole numbers between the ends or, if there are none, the nearest.
        nearest = np.round((lower + upper) / 2)
        lower = np.minimum(np.ceil(lower - 1e-6), nearest) + 0.0  # never -0
        return Interval(lower, np.maximum(np.floor(upper + 1e-6), nearest))
    return Interval(*ends)


def out_of_bag_intervals(
    rows: LeftOut, kind: str = "quantitative", level: float = 0.95
) -> Interval:
    """The interval of each training row, as if it were a new one, around its prediction out of bag.

    Args:
      rows: the training rows.
      kind, level: as for `prediction_interval`.

    Returns:
      Interval(lower, upper), (rows,) each, in float64; NaN for a row that no refit left out.

    Raises:
      InputError, InputTypeError: as `prediction_interval`.
    """
    known = np.flatnonzero(~np.isnan(rows.predicted))
    ends = np.full((2, len(rows.observed)), np.nan)
    if known.size:
        # Every refit is given the prediction out of bag, which no refit that saw the row touched.
        means = np.broadcast_to(rows.predicted[known], (len(rows.out_of_bag), known.size))
        ends[:, known] = prediction_interval(rows, means, kind, level)
    return Interval(*ends)


def prediction_set(rows: LeftOut, probabilities: np.ndarray, level: float = 0.95) -> np.ndarray:
    """The classes that cover a new observation of a category, by the formula of this module.

    The level holds over all classes together: a rare class may be covered less often.

    Args:
      rows: the training rows.
      probabilities: (refits, new rows) probabilities of y = 1, or (refits, new rows, classes), by
        the same refits.
      level: 1 - a, in (0, 1).

    Returns:
      (new rows, classes) bool, True for the classes of the set; two classes for a binary response.
      Weights, groups and many rows are treated as in `prediction_interval`; with fewer than
      1/a - 1 rows the set holds every class. Not compiled; memory is bounded.

    Raises:
      InputError, InputTypeError: shapes that do not fit, or a level outside (0, 1).

    Example:
      >>> left_out = np.ones((1, 30), bool)  # one refit, which has seen none of thirty rows
      >>> rows = LeftOut(left_out, np.ones(30), np.linspace(0.5, 0.9, 30))
      >>> prediction_set(rows, np.array([[0.1, 0.45, 0.95]]), level=0.9)
      array([[ True, False],
             [ True, False],
             [False,  True]])
    """
    probabilities = as_numbers(probabilities, "probabilities").astype(float)
    binary = probabilities.ndim == 2
    if binary:
        probabilities = np.stack((1 - probabilities, probabilities), axis=2)
    probabilities = _checked(rows, probabilities, "probabilities", 3, level)
    rows, shares, _ = _usable(rows)
    observed = rows.predicted
    if binary:
        observed = np.where(rows.observed == 1, observed, 1 - observed)
    _, new_rows, classes = probabilities.shape
    members = np.empty((new_rows, classes), bool)
    averaging = _averaging(rows.out_of_bag)
    for k in range(classes):
        for new, values in _left_out_means(averaging, probabilities[:, :, k]):
            more_typical = shares @ (observed[:, None] > values)
            members[new, k] = more_typical < level - 1e-9
    likeliest = probabilities.mean(axis=0).argmax(axis=1)
    members[np.arange(new_rows), likeliest] = True
    return members


def _checked(
    rows: LeftOut, predictions: np.ndarray, argument: str, axes: int, level: float
) -> np.ndarray:
    """The predictions as float64, if they are of the refits in `rows` and the level is possible."""
    check_level(level)
    check_instance(rows, "rows", LeftOut, "a jaxnn.fitted_models.LeftOut")
    predictions = as_numbers(predictions, argument).astype(float)
    out_of_bag = as_numbers(rows.out_of_bag, "out_of_bag")
    if out_of_bag.ndim != 2 or out_of_bag.dtype != bool or not out_of_bag.size:
        raise InputError(
            f"out_of_bag is {shown(out_of_bag)}; pass truth values of shape (refits, rows)."
        )
    refits, training = out_of_bag.shape
    if predictions.ndim != axes or len(predictions) != refits:
        raise InputError(
            f"{argument} has shape {predictions.shape}; pass one row for each of the {refits} "
            "refits."
        )
    if np.isnan(predictions).any():
        raise InputError(f"{argument} holds NaN; pass numbers.")
    for name, values in rows._asdict().items():
        if name == "out_of_bag" or (values is None and name in ("weights", "groups")):
            continue
        values = as_numbers(values, name)
        if values.shape != (training,):
            raise InputError(
                f"{name} has shape {values.shape}; out_of_bag has {training} rows, so pass "
                f"shape ({training},)."
            )
        if name in ("observed", "weights"):
            check_finite(values, name)
    return np.clip(predictions, -LARGEST, LARGEST)


def _usable(rows: LeftOut) -> tuple[LeftOut, np.ndarray, float]:
    """Rows that some refit left out, at most `MOST_ROWS`; the share of each, and of a new row."""
    kept = np.flatnonzero(~np.isnan(rows.predicted) & rows.out_of_bag.any(axis=0))
    if kept.size > MOST_ROWS:
        kept = kept[np.linspace(0, kept.size - 1, MOST_ROWS).round().astype(int)]
    weights = np.ones(kept.size) if rows.weights is None else rows.weights[kept].astype(float)
    groups = None if rows.groups is None else rows.groups[kept]
    rows = LeftOut(
        rows.out_of_bag[:, kept], rows.observed[kept], rows.predicted[kept], weights, groups
    )
    if not weights.sum() > 0:
        return rows, weights, 1.0
    weights = weights / weights.sum()
    of_groups = weights
    if groups is not None:
        of_groups = np.bincount(np.unique(groups, return_inverse=True)[1], weights)
    new = np.square(of_groups).sum()
    return rows, weights / (1 + new), float(new / (1 + new))


def _averaging(out_of_bag: np.ndarray) -> np.ndarray:
    """(rows, refits), the matrix that averages over the refits that left a row out."""
    unseen = out_of_bag.T.astype(float)
    return unseen / unseen.sum(axis=1, keepdims=True)


def _left_out_means(
    averaging: np.ndarray, predictions: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """f_-i(x) for every training row i and a block of new rows x at a time."""
    width = max(1, ENTRIES_AT_ONCE // max(1, len(averaging)))
    for start in range(0, predictions.shape[1], width):
        new = slice(start, start + width)
        yield new, averaging @ predictions[:, new]


def _upper_end(values: np.ndarray, shares: np.ndarray, tail: float) -> np.ndarray:
    """The least value below or at which the shares add up to 1 - tail, or infinity; per column."""
    wanted = 1 - tail - 1e-9  # shares are rounded
    if shares.sum() < wanted:
        return np.full(values.shape[1], np.inf)
    if np.all(shares == shares[0]):
        place = int(np.ceil(wanted / shares[0])) - 1
        return np.partition(values, place, axis=0)[place]
    order = np.argsort(values, axis=0)
    places = (np.cumsum(shares[order], axis=0) < wanted).sum(axis=0)
    return np.take_along_axis(values, order, axis=0)[places, np.arange(values.shape[1])]


def _stable(counts: np.ndarray) -> np.ndarray:
    """2 sqrt(y + 3/8), which has variance near 1 for a Poisson count of any mean."""
    return 2 * np.sqrt(counts + 3 / 8)


class _Size(NamedTuple):
    """The relative size of a residual: log s = level + slope (prediction - center) / scale."""

    level: float
    slope: float
    center: float
    scale: float
    least: float
    most: float

    @classmethod
    def fitted(cls, predicted: np.ndarray, residuals: np.ndarray, shares: np.ndarray) -> _Size:
        """By maximum likelihood for sizes with an exponential distribution, which is convex."""
        sizes, same = np.abs(residuals), cls(0.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        if len(sizes) < FEWEST_FOR_A_SLOPE or not sizes.any():
            return same
        # A few wild rows have no say in the size of the others.
        sizes = np.minimum(sizes, WILD * np.median(sizes[sizes > 0]))
        weights = shares / shares.sum()
        center, mean = float(weights @ predicted), float(weights @ sizes)
        scale = float(np.sqrt(weights @ np.square(predicted - center)))
        if not (scale > 1e-9 * abs(center) and mean > 0):
            return same
        z = (predicted - center) / scale
        features = np.stack([np.ones_like(z), z])
        relative_sizes = weights * sizes / mean
        found = np.zeros(2)
        for _ in range(NEWTON_STEPS):
            relative = relative_sizes * np.exp(np.clip(-(found @ features), -50, 50))
            curvature = (features * relative) @ features.T + 1e-9 * np.eye(2)
            step = np.linalg.solve(curvature, features @ (relative - weights))
            found = found + np.clip(step, -1, 1)
        log_sizes = np.clip(found @ features, -50, 50)
        minus_log_likelihood = relative_sizes @ np.exp(-log_sizes) + weights @ log_sizes
        if not minus_log_likelihood < 1:  # that of one size everywhere: the steps led astray
            return same
        level, slope = found.tolist()
        return cls(level, slope, center, scale, float(z.min()), float(z.max()))

    def __call__(self, predictions: np.ndarray) -> np.ndarray:
        """The size at predictions; beyond those of the training rows, as at the nearest of them."""
        z = np.clip((predictions - self.center) / self.scale, self.least, self.most)
        return np.exp(np.clip(self.level + self.slope * z, -50, 50))
