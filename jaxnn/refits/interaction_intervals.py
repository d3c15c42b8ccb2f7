"""How strong is an interaction, given that refits show one even where there is none?

A strength is a length, |g|^2 = sum_i w_i g_i^2 over the settings i, and noise makes every surface
longer. With g_b the interaction of refit b, its mean g and deviations e_b = g_b - g, the surface of
a fit to all rows has about the same noise again, so with V = mean_b |e_b|^2

    E |g|^2 = |true g|^2 + V           estimate  max(0, |g|^2 - V)

The mean of |g_b|^2 even has 2 V too much. Nor can quantiles of |g_b| be an interval: they never
reach zero. The interval is the set of strengths s that explain what is seen. Of a true surface of
length s in the direction of g, other tables would show

    T_b(s) = |s g / |g| + e_b|^2       s is in the interval if |g|^2 is between the quantiles
                                       (1 -+ level) / 2 of T_b(s) over b

in which the length is over the rows that refit b drew, since other tables also have other rows. So
zero is in it unless |g|^2 is longer than noise alone. The interval of H squared is made in the
same way, with a denominator to which the refits' noise is added too.

Refits of a network also differ by their initial weights, which matter less for their mean. Scaling
V to the part that comes from the rows (by the infinitesimal jackknife) was tried: the intervals
became narrower and contained the truth less often, those of least squares too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

STEPS = 200  # strengths that are tried
ROUNDING = 1e-9  # relative, of squared lengths
BEYOND = 4.0  # standard deviations of noise above the strength seen


class PairEstimate(NamedTuple):
    """The interaction of one pair over refits.

    Attributes:
      strength: three numbers: the estimate and the ends of its interval.
      h_squared: three numbers for H squared.
      strengths, h_squares: (refits,) of each refit, without any correction.
    """

    strength: np.ndarray
    h_squared: np.ndarray
    strengths: np.ndarray
    h_squares: np.ndarray


def estimate_interaction(
    joint: np.ndarray, single: np.ndarray, shares: np.ndarray, drawn: np.ndarray, level: float
) -> PairEstimate:
    """The strength and H squared of one pair, by the formulas at the top of this module.

    Args:
      joint: (refits, settings) centred joint partial dependence of each refit.
      single: (refits, settings) the sum of the two single ones, centred.
      shares: (settings,) weights of the settings in the table, which add up to one.
      drawn: (refits, settings) the same in the rows that each refit drew.
      level: coverage that the intervals aim at.

    Returns:
      A `PairEstimate`; with a single refit the ends of an interval are the estimate. Not compiled.
    """
    surfaces, main = joint - single, single
    seen, average = surfaces.mean(axis=0), main.mean(axis=0)
    length = np.sqrt(np.square(seen) @ shares)
    direction = seen / length if length > 0 else seen
    noise = _spread(surfaces, shares)
    # The effects of each alone, without the length that noise has added to them.
    alone = np.square(average) @ shares
    average = average * np.sqrt(max(0.0, 1 - _spread(main, shares) / max(alone, 1e-300)))

    tried = np.linspace(0, length + BEYOND * np.sqrt(noise), STEPS)
    shown = _lengths(0, tried, direction, surfaces - seen, drawn)
    shown_whole = _lengths(average, tried, direction, joint - joint.mean(axis=0), drawn)
    whole = np.square(average + tried[:, None] * direction) @ shares

    estimate = float(np.sqrt(max(0.0, length**2 - noise * (1 + 1 / len(joint)))))
    estimated_share = float(_ratio(estimate**2, np.square(average + estimate * direction) @ shares))
    if len(joint) == 1:
        ends, share_ends = [estimate] * 2, [estimated_share] * 2
    else:
        ends = _ends(length**2, shown, tried, estimate, level)
        seen_share = _ratio(length**2, np.square(joint.mean(axis=0)) @ shares)
        share_ends = _ends(
            seen_share, _ratio(shown, shown_whole), _ratio(tried**2, whole), estimated_share, level
        )
    squares = np.square(surfaces) @ shares
    return PairEstimate(
        np.array([estimate, *ends]),
        np.array([estimated_share, *share_ends]),
        np.sqrt(squares),
        _ratio(squares, np.square(joint) @ shares),
    )


def _lengths(
    base: Any, tried: np.ndarray, direction: np.ndarray, noise: np.ndarray, drawn: np.ndarray
) -> np.ndarray:
    """(tried, refits) squared lengths of base + s direction + noise_b on the rows of refit b."""
    known = noise + base
    return (
        np.outer(tried**2, drawn @ direction**2)
        + np.outer(2 * tried, (drawn * known) @ direction)
        + (drawn * known**2).sum(axis=1)
    )


def _spread(values: np.ndarray, shares: np.ndarray) -> float:
    """The mean squared length of the deviations from the mean, ddof 1."""
    if len(values) == 1:
        return 0.0
    return float((np.square(values - values.mean(axis=0)) @ shares).sum() / (len(values) - 1))


def _ratio(part: Any, whole: Any) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(np.shape(part)), where=np.asarray(whole) > 0)


def _ends(
    seen: np.ndarray, shown: np.ndarray, truths: np.ndarray, estimate: float, level: float
) -> tuple[float, float]:
    """The least and the largest truth (tried,) under which `shown` (tried, refits) is as seen."""
    quantiles = (1 - level) / 2, 0.5, (1 + level) / 2
    lower, middle, upper = np.quantile(shown, quantiles, axis=1)
    not_too_small = upper >= seen * (1 - ROUNDING)
    # A table with less than the usual noise must not make an interval end at zero.
    not_too_large = lower <= max(seen, middle[0]) * (1 + ROUNDING)
    accepted = np.append(truths[not_too_small & not_too_large], estimate)
    return float(accepted.min()), float(accepted.max())
