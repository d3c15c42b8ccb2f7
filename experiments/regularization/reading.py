"""What should the results of `regularization` be, by formula?"""

from __future__ import annotations

import numpy as np
from scipy import stats

from experiments.lab.claims import Claim, refused, reported
from experiments.lab.contract import Results
from experiments.regularization import linear_noise, penalties


def l2_minimum(price: float) -> np.ndarray:
    """H / (H + a) w*."""
    h = penalties.CURVATURES
    return h / (h + price) * penalties.CENTRE


def l1_minimum(price: float) -> np.ndarray:
    """sign(w*) max(|w*| - a / H, 0)."""
    centre = penalties.CENTRE
    return np.sign(centre) * np.maximum(np.abs(centre) - price / penalties.CURVATURES, 0)


def noisy_solutions(results: Results) -> np.ndarray:
    """(kinds, predictors) minima of the mean loss over the noise; see `linear_noise`."""
    X, y = results["table"], results["response"]
    gram = X.T @ X
    p, s = linear_noise.KEEP, linear_noise.DEVIATION
    prices = (
        (1 - p) / p * np.diag(np.diag(gram)),
        len(X) * s**2 * np.eye(len(gram)),
        np.zeros_like(gram),
    )
    return np.array([np.linalg.solve(gram + price, X.T @ y) for price in prices])


def least_squares(results: Results) -> np.ndarray:
    """(predictors,) without noise."""
    return np.linalg.lstsq(results["table"], results["response"], rcond=None)[0]


def logit_gap(classes: int, share: float) -> float:
    """ln(p_correct / (e / K))."""
    return float(np.log((1 - share + share / classes) / (share / classes)))


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """The mean of (n,) values and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def paired_interval(differences: np.ndarray) -> tuple[float, tuple[float, float]]:
    """The mean of (n,) differences and its 95% interval by Student's t."""
    mean, error = mean_and_error(differences)
    reach = float(stats.t.ppf(0.975, len(differences) - 1)) * error
    return mean, (mean - reach, mean + reach)


def paired_ratio(logarithms: np.ndarray) -> tuple[float, tuple[float, float]]:
    """The geometric mean of ratios with these (n,) logarithms and its 95% interval."""
    mean, (low, high) = paired_interval(logarithms)
    return float(np.exp(mean)), (float(np.exp(low)), float(np.exp(high)))


def extrapolated_gap(gaps: np.ndarray) -> tuple[float, float]:
    """2 gap(η / 2) - gap(η) of (2, runs) gaps at the rates η and η / 2, and its standard error."""
    means, errors = np.array([mean_and_error(row) for row in gaps]).T
    return float(2 * means[1] - means[0]), float(np.hypot(2 * errors[1], errors[0]))


def decided(
    statement: str,
    source: str,
    estimate: tuple[float, tuple[float, float]],
    low: float = -np.inf,
    high: float = np.inf,
    *,
    decides: bool,
    unclear: str = "no clear difference",
) -> Claim:
    """A statement that holds if a 95% interval lies between `low` and `high`, and else is refused.

    Args:
      statement, source: as in `Claim`.
      estimate: the mean and its interval.
      low, high: both ends of the interval have to lie between them.
      decides: False where a run is too small to decide; then the row is only reported.
      unclear: what it means that the interval reaches to both sides of a limit.
    """
    mean, (bottom, top) = estimate
    if np.isinf(low):
        expected = f"interval below {high:g}"
    else:
        expected = (
            f"interval above {low:g}" if np.isinf(high) else f"interval within {low:g} to {high:g}"
        )
    if not decides:
        return reported(statement, source, mean, expected, interval=(bottom, top))
    if low < bottom and top < high:
        return refused(statement, source, mean, expected, unless=True, interval=(bottom, top))
    meaning = unclear if bottom < high and low < top else "the opposite is true"
    found = f"{mean:.3g}, {meaning}"
    return refused(statement, source, found, expected, interval=(bottom, top))
