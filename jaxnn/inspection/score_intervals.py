"""How sure is a score, given that other rows could have been judged?

A score s of a sample is nearly a mean: each row i moves it by its influence u_i, sum u_i = 0, and

    se^2 = G / (G - 1)  sum_g ( sum_{i in g} u_i )^2

over G groups of rows that belong together; without groups every row is one. The influences are

    mean of losses      w_i (l_i - s) / sum w
    R squared           -w_i (l_i - (1 - s) c_i) / sum w c,   c_i that of the constant prediction
    AUC                 w_i (V_i - s) / (sum w of the class of row i),   V_i the share of the other
                        class that row i is ranked right against (DeLong et al. 1988)

Intervals are t intervals with G' - 1 degrees of freedom, G' = (sum w)^2 / sum_g w_g^2, on a scale
on which the score has no bounds, so that no interval leaves the range of its score. They hold
for the rows as a sample and a prediction that is given: how much the prediction itself would vary
is not in them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from jaxnn.errors import InputError, as_numbers, as_weights, check_finite, check_level
from jaxnn.inspection.scores import area_and_influences
from jaxnn.training.groups import group_codes

OF_MEAN = "sampling of the rows: t interval on the log scale"
OF_SHARE = "sampling of the rows: Wilson score interval"
OF_EXPLAINED = "sampling of the rows: delta method, t interval on the log scale of 1 - score"
OF_AUC = "sampling of the rows: DeLong, t interval on the logit scale"


class ScoreInterval(NamedTuple):
    """A score of a sample of rows and its interval.

    Attributes:
      estimate: the score.
      lower, upper: the ends of its interval.
      standard_error: by the formula of this module; NaN for fewer than two groups.
      kind: what the interval allows for and how it is made, in words.
    """

    estimate: float
    lower: float
    upper: float
    standard_error: float
    kind: str


class Rows(NamedTuple):
    """Rows as a sample, those of weight zero left out.

    Attributes:
      used: (all rows,) bool.
      weights: (rows,) of the used rows.
      groups: (rows,) codes 0, 1, ... of the used rows.
      size: the effective number of groups, G' in the formula of this module.
    """

    used: np.ndarray
    weights: np.ndarray
    groups: np.ndarray
    size: float


def sampled_rows(rows: int, weights: Any = None, groups: Any = None) -> Rows:
    """Rows with their weights and groups.

    Args:
      rows: number of rows.
      weights: (rows,) case weights, at least 0; None gives all rows the same weight.
      groups: (rows,) labels, equal for rows that belong together; None for single rows.

    Raises:
      InputError, InputTypeError: weights or groups that cannot be used.
    """
    w = np.ones(rows) if weights is None else as_weights(weights, rows).astype(float)
    used = w > 0
    if groups is None:
        codes = np.arange(used.sum())
    else:
        codes = np.unique(group_codes(groups, rows)[used], return_inverse=True)[1]
    of_groups = np.bincount(codes, w[used])
    return Rows(used, w[used], codes, float(of_groups.sum() ** 2 / np.square(of_groups).sum()))


def standard_error(influences: np.ndarray, groups: np.ndarray) -> float:
    """The standard error of a score from the influences of rows, by the formula of this module.

    Args:
      influences: (rows,), with sum 0.
      groups: (rows,) codes 0, 1, ...

    Returns:
      The standard error; NaN for a single group.
    """
    sums = np.bincount(groups, influences)
    if len(sums) < 2:
        return float("nan")
    return float(np.sqrt(len(sums) / (len(sums) - 1) * np.square(sums).sum()))


def mean_interval(
    values: Any, weights: Any = None, groups: Any = None, level: float = 0.95
) -> ScoreInterval:
    """The weighted mean of losses that are at least 0, with its interval.

    Args:
      values: (rows,) losses.
      weights, groups: (rows,) as for `sampled_rows`.
      level: coverage of the interval, in (0, 1).

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> result = mean_interval([1.0, 2.0, 3.0, 6.0])
      >>> print(f"{result.estimate:.2f} ({result.lower:.2f} to {result.upper:.2f})")
      3.00 (0.95 to 9.43)
    """
    values, rows = _checked(values, "values", weights, groups, level)
    if values.min(initial=0) < 0:
        raise InputError(f"values has the value {values.min():g}; pass losses of at least 0.")
    mean = float(np.average(values, weights=rows.weights))
    error = standard_error(rows.weights * (values - mean) / rows.weights.sum(), rows.groups)
    lower, upper = log_interval(mean, error, rows.size, level)
    return ScoreInterval(mean, lower, upper, error, OF_MEAN)


def share_interval(
    values: Any, weights: Any = None, groups: Any = None, level: float = 0.95
) -> ScoreInterval:
    """The weighted mean of numbers between 0 and 1, such as an accuracy, with Wilson's interval.

    The number of rows in Wilson's formula is p (1 - p) / (se^2 (G - 1) / G), the number of
    independent rows that would have this standard error, n itself for answers 0 or 1 with equal
    weights; where all values are 0 or all 1, it is G' of this module.

    Args:
      values: (rows,) numbers in [0, 1].
      weights, groups: (rows,) as for `sampled_rows`.
      level: coverage of the interval, in (0, 1).

    Raises:
      InputError, InputTypeError: an argument that cannot be used.

    Example:
      >>> result = share_interval(np.ones(20))
      >>> print(f"{result.estimate:.2f} ({result.lower:.2f} to {result.upper:.2f})")
      1.00 (0.84 to 1.00)
    """
    values, rows = _checked(values, "values", weights, groups, level)
    if len(values) and not (values.min() >= 0 and values.max() <= 1):
        raise InputError("values has numbers outside 0 to 1; pass shares.")
    p = float(np.average(values, weights=rows.weights))
    error = standard_error(rows.weights * (values - p) / rows.weights.sum(), rows.groups)
    count = len(np.unique(rows.groups))
    n = p * (1 - p) / (error**2 * (count - 1) / count) if error > 0 else rows.size
    lower, upper = wilson(p, n, level)
    return ScoreInterval(p, lower, upper, error, OF_SHARE)


def explained_interval(
    losses: Any, constant: Any, weights: Any = None, groups: Any = None, level: float = 0.95
) -> ScoreInterval:
    """1 - sum of losses / sum of the losses of the constant prediction, with its interval.

    With squared errors this is R squared. The constant prediction is the one with the least loss on
    these rows, so its own error does not matter to first order.

    Args:
      losses, constant: (rows,) losses of the prediction and of the constant prediction.
      weights, groups: (rows,) as for `sampled_rows`.
      level: coverage of the interval, in (0, 1).

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or a constant prediction without
        loss.

    Example:
      >>> y, prediction = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.5, 2.0, 2.5, 4.0])
      >>> result = explained_interval((y - prediction) ** 2, (y - y.mean()) ** 2)
      >>> print(f"{result.estimate:.2f} ({result.lower:.2f} to {result.upper:.2f})")
      0.90 (-0.05 to 0.99)
    """
    losses, rows = _checked(losses, "losses", weights, groups, level)
    constant = _checked(constant, "constant", weights, groups, level)[0]
    total = float(rows.weights @ constant)
    if total <= 0:
        raise InputError(
            "constant has no loss, as y has the same value in all rows; pass rows that differ in y."
        )
    left = float(rows.weights @ losses) / total
    error = standard_error(rows.weights * (losses - left * constant) / total, rows.groups)
    lower, upper = log_interval(left, error, rows.size, level)
    return ScoreInterval(1 - left, 1 - upper, 1 - lower, error, OF_EXPLAINED)


def auc_interval(
    y: Any, prediction: Any, weights: Any = None, groups: Any = None, level: float = 0.95
) -> ScoreInterval:
    """The area under the ROC curve, with DeLong's interval.

    Where the ranking is perfect, or perfectly wrong, DeLong's standard error is 0. The interval is
    then that of Hanley and McNeil's variance inverted (Newcombe 2006, method 5).

    Args:
      y: (rows,) 0 or 1.
      prediction: (rows,) larger where y = 1 is more likely.
      weights, groups: (rows,) as for `sampled_rows`.
      level: coverage of the interval, in (0, 1).

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or y has one class only.

    Example:
      >>> result = auc_interval([0, 0, 0, 1, 1, 1], [0.1, 0.3, 0.4, 0.2, 0.7, 0.9])
      >>> print(f"{result.estimate:.2f} ({result.lower:.2f} to {result.upper:.2f})")
      0.78 (0.08 to 0.99)
    """
    y, rows = _checked(y, "y", weights, groups, level)
    prediction = _checked(prediction, "prediction", weights, groups, level)[0]
    area, influences = area_and_influences(y, prediction, rows.weights)
    return interval_of_area(area, influences, y, rows, groups is not None, level)


def interval_of_area(
    area: float, influences: np.ndarray, y: np.ndarray, rows: Rows, grouped: bool, level: float
) -> ScoreInterval:
    """The interval of an area under the curve from the influences of rows.

    Without groups each class is a sample of its own, as in DeLong's formula.

    Args:
      area: the area.
      influences: (rows,) whose sum is 0 in each class.
      y: (rows,) 0 or 1.
      rows: of the sample.
      grouped: whether the rows come in groups.
      level: coverage of the interval.
    """
    if grouped:
        error = standard_error(influences, rows.groups)
    else:
        of_class = [influences[y == one] for one in (0, 1)]
        parts = [standard_error(u, np.arange(len(u))) for u in of_class]
        error = float(np.hypot(parts[0], parts[1]))
    if 0 < area < 1:
        with np.errstate(over="ignore"):
            half = t_quantile(rows.size, level) * error / (area * (1 - area))
            odds = area / (1 - area) * np.exp([-half, half])
            lower, upper = odds / (1 + odds) if np.isfinite(odds).all() else (0.0, 1.0)
    else:
        sizes = [rows.weights[y == one] for one in (0, 1)]
        negatives, positives = (float(w.sum() ** 2 / np.square(w).sum()) for w in sizes)
        beyond = _perfect_area(negatives, positives, level)
        lower, upper = (beyond, 1.0) if area >= 1 else (0.0, 1 - beyond)
    return ScoreInterval(area, float(lower), float(upper), error, OF_AUC)


def log_interval(value: float, error: float, size: float, level: float) -> tuple[float, float]:
    """The ends of the t interval of a positive number, on the log scale."""
    if value <= 0:
        return value, value
    with np.errstate(over="ignore"):
        lower, upper = value * np.exp(
            t_quantile(size, level) * error / value * np.array([-1.0, 1.0])
        )
    return float(lower), float(upper)


def wilson(p: float, n: float, level: float) -> tuple[float, float]:
    """The ends of Wilson's interval of a share p of n rows."""
    from scipy import stats

    z = stats.norm.ppf((1 + level) / 2)
    center = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(0.0, float(center - half)), min(1.0, float(center + half))


def _perfect_area(negatives: float, positives: float, level: float) -> float:
    """The lower end of the interval where the ranking is perfect: 1 - a = z sqrt(var(a))."""
    from scipy import optimize, stats

    z = float(stats.norm.ppf((1 + level) / 2))
    more = (negatives + positives) / 2 - 1

    def excess(a: float) -> float:  # both sides squared and over 1 - a
        variance = a * (1 + more * ((1 - a) / (2 - a) + a / (1 + a)))
        return (1 - a) - z**2 * variance / (negatives * positives)

    root: Any = optimize.brentq(excess, 0.0, 1.0)
    return float(root)


def t_quantile(size: float, level: float) -> float:
    """The quantile of Student's distribution with size - 1 degrees of freedom; NaN for none."""
    from scipy import stats

    return float(stats.t.ppf((1 + level) / 2, size - 1)) if size > 1 else float("nan")


def _checked(
    values: Any, name: str, weights: Any, groups: Any, level: float
) -> tuple[np.ndarray, Rows]:
    """The values of the rows that are used, and these rows."""
    check_level(level)
    values = as_numbers(values, name).astype(float)
    if values.ndim != 1 or not len(values):
        raise InputError(f"{name} has shape {values.shape}; pass one number per row.")
    check_finite(values, name)
    rows = sampled_rows(len(values), weights, groups)
    return values[rows.used], rows
