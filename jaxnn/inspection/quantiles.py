"""Which value of a predictor has a given share of the rows below it?

A row of weight two counts as two rows.

observed   the least value at or below which there is that share of the weight: the inverse of the
           cumulative distribution, always an observed value
Cunnane    order statistic at 0.4 + q (n + 0.2), linear between, as in `scipy.stats.mquantiles` and
           scikit-learn; not NumPy's default
"""

from __future__ import annotations

from typing import Any

import numpy as np


def observed_quantiles(values: np.ndarray, weights: np.ndarray, shares: Any) -> np.ndarray:
    """The least observed values with at least the given shares of the weight at or below them.

    Args:
      values: (n,).
      weights: (n,) positive weights.
      shares: (k,) between 0 and 1; 0 gives the least value.

    Returns:
      (k,) values. Not compiled.

    Example:
      >>> observed_quantiles(np.array([5.0, 1.0, 3.0]), np.ones(3), [0.0, 1 / 3, 0.34, 1.0])
      array([1., 1., 3., 5.])
    """
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    # Rounding of the sums must not move a quantile to the next value.
    return values[order][np.searchsorted(below, np.asarray(shares) * below[-1] * (1 - 1e-12))]


def cunnane_quantiles(values: np.ndarray, weights: np.ndarray, shares: Any) -> np.ndarray:
    """Quantiles by Cunnane's rule.

    Args:
      values: (n,).
      weights: (n,) positive weights; the n of the rule is their sum.
      shares: (k,) between 0 and 1.

    Returns:
      (k,) values. Not compiled.

    Example:
      >>> print(cunnane_quantiles(np.array([5.0, 1.0, 3.0]), np.ones(3), [0.0, 0.5, 0.6]))
      [1.   3.   3.64]
    """
    order = np.argsort(values, kind="stable")
    w = weights[order]
    last = np.cumsum(w)  # the place of a row's last repetition, counted from 1
    places = np.stack([last - w + np.minimum(w, 1), last], axis=1).ravel()
    return np.interp(0.4 + np.asarray(shares) * (last[-1] + 0.2), places, values[order].repeat(2))
