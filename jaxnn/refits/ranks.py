"""How sure is the order of the predictors?

Each refit orders the predictors by importance. The share of refits in which a predictor is among
the first k, or before another one, is the chance of that,

    top_k(j) = mean_b [rank_bj <= k],      more(i, j) = mean_b ([I_bi > I_bj] + [I_bi = I_bj] / 2)

The importances are those of `RefitImportance.replicates`, compared within each refit, so what two
predictors gain or lose together does not count. Predictors with equal importance, as those that
are not used, share the ranks they are tied for.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jaxnn.errors import InputError, as_numbers, check_count, check_finite
from jaxnn.refits.importance import RefitImportance
from jaxnn.results import check_result


def rank_chances(importance: RefitImportance | Any) -> np.ndarray:
    """The chance of each rank for each predictor.

    Args:
      importance: as from `refit_importance`, or (refits, predictors) importances.

    Returns:
      (predictors, ranks) float64, the most important rank first; rows and columns add up to one.

    Raises:
      InputError, InputTypeError: importances that are not a matrix of finite numbers.

    Example:
      >>> rank_chances(np.array([[3.0, 2.0, 1.0], [3.0, 0.0, 0.0]]))
      array([[1.  , 0.  , 0.  ],
             [0.  , 0.75, 0.25],
             [0.  , 0.25, 0.75]])
    """
    from scipy import stats

    values = _replicates(importance)
    first = stats.rankdata(-values, method="min", axis=1)
    last = stats.rankdata(-values, method="max", axis=1)
    share = 1 / (last - first + 1)
    ranks = np.arange(1, values.shape[1] + 1)
    chances = [(((first <= rank) & (rank <= last)) * share).mean(axis=0) for rank in ranks]
    return np.stack(chances, axis=1)


def top_chance(importance: RefitImportance | Any, k: int) -> np.ndarray:
    """The chance of each predictor to be among the k most important ones.

    Args:
      importance: as for `rank_chances`.
      k: from 1 to the number of predictors.

    Returns:
      (predictors,) float64; they add up to k.

    Raises:
      InputError, InputTypeError: as `rank_chances`, or `k` is out of range.

    Example:
      >>> top_chance(np.array([[3.0, 2.0, 1.0], [3.0, 0.0, 1.0]]), 2)
      array([1. , 0.5, 0.5])
    """
    check_count(k, "k")
    chances = rank_chances(importance)
    if k > len(chances):
        raise InputError(f"k is {k}; there are {len(chances)} predictors, so pass at most that.")
    return chances[:, :k].sum(axis=1)


def matters_more(importance: RefitImportance | Any) -> np.ndarray:
    """The chance that one predictor matters more than another.

    Args:
      importance: as for `rank_chances`.

    Returns:
      (predictors, predictors) float64; entry [i, j] is the chance that i matters more than j, half
      of the chance that they are equal included, and 0.5 on the diagonal.

    Raises:
      InputError, InputTypeError: as `rank_chances`.

    Example:
      >>> matters_more(np.array([[2.0, 1.0], [2.0, 1.0], [1.0, 2.0], [1.0, 1.0]]))[0, 1].item()
      0.625
    """
    values = _replicates(importance)
    more = np.zeros((values.shape[1], values.shape[1]))
    for each in values:
        more += (each[:, None] > each) + 0.5 * (each[:, None] == each)
    return more / len(values)


def _replicates(importance: Any) -> np.ndarray:
    """(refits, predictors) importances to compare."""
    if isinstance(importance, RefitImportance):
        check_result(
            importance, "importance", RefitImportance, "refit_importance", in_bag="r p", center="p"
        )
        return importance.replicates
    values = as_numbers(importance, "importance").astype(float)
    if values.ndim != 2 or 0 in values.shape:
        raise InputError(
            f"importance has shape {values.shape}; pass what refit_importance returned, or "
            "(refits, predictors)."
        )
    check_finite(values, "importance")
    return values
