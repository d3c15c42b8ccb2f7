"""How do a few rows and a few values stand for a large table?

groups        the values of a numeric predictor, each replaced by the mean of its group of
              neighbours; the groups have about equal weight, and their means are stretched about
              the mean of all until their variance is that of the values
few rows      m rows drawn without replacement, with weights v that differ as little as possible
              and under which each predictor has the mean, the variance and the shares of levels
              that it has in the table:

                  v_i = exp(t_i lambda) / sum_l exp(t_l lambda)      sum_i v_i t_i = mean t

              with t_i the standardised values, their squares, and indicators of levels of row i

Averages over m rows drawn at random differ from those over the table by their predictors' means
above all: an interaction, which is centred there, would then be mixed with the effects of single
predictors. The lambda are found by Newton's method, with a small penalty should none exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxnn.tables import Column

PENALTY = 1e-3  # of the squared lambda, for more conditions than rows can meet
STEPS = 25  # of Newton's method; it is nearly always done after eight


def in_groups(x: np.ndarray, weights: np.ndarray, groups: int | None) -> np.ndarray:
    """The values of a predictor, each replaced by the mean of its group of neighbours.

    Args:
      x: (n,) values.
      weights: (n,) weights of the rows.
      groups: how many groups of equal weight are formed, if there are more distinct values; equal
        values are in the same group. None forms none.

    Returns:
      (n,) float64, inside the range of `x`, and, unless that cuts it, with its mean and variance.

    Example:
      >>> in_groups(np.array([1.0, 2.0, 5.0, 8.0]), np.ones(4), 2).round(2)
      array([1.26, 1.26, 6.74, 6.74])
    """
    distinct, of_row = np.unique(x[weights > 0], return_inverse=True)
    if groups is None or len(distinct) <= groups:
        return x.astype(float)
    of_distinct = np.bincount(of_row.ravel(), weights[weights > 0])
    middle = (np.cumsum(of_distinct) - of_distinct / 2) / of_distinct.sum()
    group = np.floor(middle * groups).astype(int)
    sums = np.bincount(group, of_distinct, groups)
    means = np.bincount(group, of_distinct * distinct, groups) / np.where(sums > 0, sums, 1)
    # Without the spread inside groups, an interaction would come out weaker than it is.
    center = of_distinct @ distinct / of_distinct.sum()
    spread, kept = (of_distinct @ (part - center) ** 2 for part in (distinct, means[group]))
    means = center + (means - center) * np.sqrt(spread / kept)
    means = means.clip(distinct[0], distinct[-1])
    # A row of weight zero takes part in nothing, whatever its group.
    return means[group[np.searchsorted(distinct, x).clip(0, len(distinct) - 1)]]


def few_rows(
    X: np.ndarray,
    weights: np.ndarray,
    count: int,
    features: Sequence[int],
    columns: Sequence[Column] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """A few rows with weights that stand for all, by the formula at the top of this module.

    Args:
      X: (n, p).
      weights: (n,) weights of the rows, at least 0.
      count: m, the largest number of rows.
      features: the columns whose means, variances and shares of levels are kept.
      columns: descriptions of the columns, or None.

    Returns:
      (m, p) rows, always the same, and (m,) weights that add up to one; all rows of positive
      weight with their own weights if there are no more than `count`.
    """
    present = np.flatnonzero(weights > 0)
    shares = weights[present] / weights[present].sum()
    if len(present) <= count:
        return X[present], shares
    chosen = np.sort(np.random.default_rng(0).choice(len(present), count, replace=False))
    traits = [_traits(X[present, j], None if columns is None else columns[j]) for j in features]
    t = np.concatenate(traits, axis=1)
    t = t - shares @ t
    t /= np.maximum(np.sqrt(shares @ t**2), 1e-9)
    return X[present[chosen]], _tilted(t[chosen], shares[chosen])


def _traits(x: np.ndarray, column: Any) -> np.ndarray:
    """(n, traits) what is to have the same mean: value and square, or all levels."""
    if column is not None and column.levels:
        return (x[:, None] == np.arange(len(column.levels))).astype(float)
    z = (x - x.mean()) / max(x.std(), 1e-300)
    return np.stack([z, z**2], axis=1)


def _tilted(t: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Weights nearest to `shares` under which the rows of t have the mean zero."""
    tilt, start = np.zeros(t.shape[1]), np.log(shares)

    def objective(tilt: np.ndarray) -> tuple[float, np.ndarray]:
        exponent = start + t @ tilt
        most = exponent.max()
        v = np.exp(exponent - most)
        return most + np.log(v.sum()) + PENALTY / 2 * tilt @ tilt, v / v.sum()

    value, v = objective(tilt)
    for _ in range(STEPS):
        mean = v @ t
        slope = mean + PENALTY * tilt
        curvature = (t.T * v) @ t - np.outer(mean, mean) + PENALTY * np.eye(len(tilt))
        step, size = np.linalg.solve(curvature, slope), 1.0
        while size > 1e-4 and objective(tilt - size * step)[0] > value - size / 4 * slope @ step:
            size /= 2
        tilt = tilt - size * step
        value, v = objective(tilt)
    return v
