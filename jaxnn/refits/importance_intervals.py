"""Which interval of a predictor's importance covers it as often as it says?

Refit b has the importance I_b on its own resample ("in bag") and O_b on the rows it left out. The
importance of a fit to the whole table varies as I_b does from refit to refit, because both the
effect and the rows it is measured on are drawn anew; but I_b is too large, as every loss on
training rows is too small. The mean of O_b has no such bias, but a refit sees 63% of the rows, so a
network that is still learning an effect has less of it than a fit to all rows would have; and the
spread of O_b is too small, because the rows left out stay those of the table. The default has the
spread in bag about a center between both,

    (1 - v) mean O + v mean I + quantile_{(1 -+ level)/2}(I_b - mean I),     v = 0.368

It is wide for a predictor without any effect, whose importance in bag is noise throughout. The rule
"shifted" has v = 0. `MEASURED` says how often both contained the truth with networks, on average
over settings, in `experiments/importance_intervals`; the default does worst where two predictors
interact. Importances in bag say nothing about a model that memorises its rows, as a deep tree does:
for such a model "shifted" is the rule to choose.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from jaxnn.bands.measured_coverage import MeasuredCoverage
from jaxnn.errors import InputError, as_numbers, check_finite, check_level, unknown_name

DEFAULT_RULE = "weighted"
IN_BAG_WEIGHT = 0.368  # 1/e, as the weight of the training error in the .632 estimate
MEASURED = {
    "weighted": MeasuredCoverage("importance_intervals", 0.95, 0.943, settings=16, least=0.817),
    "shifted": MeasuredCoverage("importance_intervals", 0.95, 0.907, settings=16),
}
FALSE_ALARMS = {"weighted": 0.008, "shifted": 0.001}  # of noise, intervals that lie above zero
LEFT_OUT = 0.368 / 0.632  # rows left out per distinct row drawn, in a bootstrap


class ImportanceInterval(NamedTuple):
    """An importance with its interval, for each predictor.

    Attributes:
      center: (predictors,) the importance, the mean of the refits that the rule starts from.
      lower, upper: (predictors,) the ends of the interval.
    """

    center: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def importance_interval(
    in_bag: Any, out_of_bag: Any, level: float = 0.95, rule: str = DEFAULT_RULE
) -> ImportanceInterval:
    """The interval of each predictor's importance from the importances of many refits.

    Args:
      in_bag: (refits, predictors) importances on the rows that a refit drew.
      out_of_bag: (refits, predictors) importances on those it left out, NaN where there are none.
      level: coverage, in (0, 1).
      rule: a name in `RULES`. "weighted" is the formula at the top of this module; "shifted" the
        same with v = 0, about the mean out of bag; "normal" the mean
        out of bag +- z times the standard deviation in bag; "out_of_bag" and "in_bag" the quantiles
        of either; "corrected" the mean out of bag +- t sqrt(1/m + 0.582) times the standard
        deviation out of bag of the m refits (Nadeau and Bengio 2003).

    Returns:
      An `ImportanceInterval`, float64, in the unit of the importances. Standard deviations have
      ddof 1. Not compiled.

    Raises:
      InputError: shapes that differ, importances in bag that are not finite, no refit with rows out
        of bag, a single refit, an unknown rule, or a level outside (0, 1).

    Example:
      >>> in_bag = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
      >>> center, lower, upper = importance_interval(in_bag, in_bag / 2, level=0.5, rule="shifted")
      >>> float(center[0]), float(lower[0]), float(upper[0])  # 1.5 and (2 to 4) less 3
      (1.5, 0.5, 2.5)
    """
    check_level(level)
    if not isinstance(rule, str) or rule not in RULES:
        raise unknown_name("rule", rule, RULES)
    inside, outside = check_importances(in_bag, out_of_bag)
    return ImportanceInterval(*RULES[rule](inside, outside, level))


def shifted_replicates(
    in_bag: Any, out_of_bag: Any, in_bag_weight: float = IN_BAG_WEIGHT
) -> np.ndarray:
    """The importances in bag, shifted to a center between their mean and that out of bag.

    Args:
      in_bag, out_of_bag: as for `importance_interval`.
      in_bag_weight: v in the formula at the top of this module.

    Returns:
      (refits, predictors) float64: what the importance of a fit to the whole table might have been.
      Their quantiles are the interval of the rule "weighted", and with v = 0 of "shifted".

    Raises:
      InputError: as for `importance_interval`.
    """
    inside, outside = check_importances(in_bag, out_of_bag)
    mean_in_bag = inside.mean(axis=0)
    center = (1 - in_bag_weight) * np.nanmean(outside, axis=0) + in_bag_weight * mean_in_bag
    return center + inside - mean_in_bag


def check_importances(in_bag: Any, out_of_bag: Any) -> tuple[np.ndarray, np.ndarray]:
    """Both as float64, the refits without rows out of bag as NaN; InputError for other arrays."""
    inside = as_numbers(in_bag, "in_bag").astype(float)
    outside = as_numbers(out_of_bag, "out_of_bag").astype(float)
    if inside.ndim != 2 or len(inside) < 2:
        raise InputError(
            f"in_bag has shape {inside.shape}; pass (refits, predictors), at least two refits."
        )
    if outside.shape != inside.shape:
        raise InputError(f"out_of_bag has shape {outside.shape}; in_bag has {inside.shape}.")
    check_finite(inside, "in_bag")
    check_finite(np.where(np.isnan(outside), 0, outside), "out_of_bag")
    if (np.isfinite(outside).sum(axis=0) < 2).any():
        raise InputError(
            "out_of_bag is NaN for all refits but one at most; an interval needs two or more "
            "that left rows out, so pass more refits or more rows."
        )
    return inside, outside


_Ends = tuple[np.ndarray, np.ndarray, np.ndarray]


def _shifted(
    inside: np.ndarray, outside: np.ndarray, level: float, in_bag_weight: float = 0.0
) -> _Ends:
    replicates = shifted_replicates(inside, outside, in_bag_weight)
    return replicates.mean(axis=0), *_quantiles(replicates, level)


_weighted = partial(_shifted, in_bag_weight=IN_BAG_WEIGHT)


def _normal(inside: np.ndarray, outside: np.ndarray, level: float) -> _Ends:
    from scipy import stats

    center = np.nanmean(outside, axis=0)
    half = stats.norm.ppf((1 + level) / 2) * inside.std(axis=0, ddof=1)
    return center, center - half, center + half


def _out_of_bag(inside: np.ndarray, outside: np.ndarray, level: float) -> _Ends:
    return np.nanmean(outside, axis=0), *_quantiles(outside, level)


def _in_bag(inside: np.ndarray, outside: np.ndarray, level: float) -> _Ends:
    return inside.mean(axis=0), *_quantiles(inside, level)


def _corrected(inside: np.ndarray, outside: np.ndarray, level: float) -> _Ends:
    from scipy import stats

    center = np.nanmean(outside, axis=0)
    refits = np.isfinite(outside).sum(axis=0)
    error = np.nanstd(outside, axis=0, ddof=1) * np.sqrt(1 / refits + LEFT_OUT)
    half = stats.t.ppf((1 + level) / 2, refits - 1) * error
    return center, center - half, center + half


def _quantiles(values: np.ndarray, level: float) -> np.ndarray:
    return np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2], axis=0)


RULES: dict[str, Callable[[np.ndarray, np.ndarray, float], _Ends]] = {
    "shifted": _shifted,
    "weighted": _weighted,
    "normal": _normal,
    "out_of_bag": _out_of_bag,
    "in_bag": _in_bag,
    "corrected": _corrected,
}
