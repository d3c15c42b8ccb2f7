"""Which closed forms of learning dynamics hold, and where do their assumptions fail?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from experiments.lab.claims import (
    Claim,
    all_of,
    at_least,
    at_most,
    close,
    equals,
    reported,
    within,
    within_errors,
)
from experiments.lab.contract import Results
from experiments.learning_dynamics import linear_modes, random_hessians
from experiments.learning_dynamics.reading import ROUNDING, negative_counts, positive_shares

SAXE = "Saxe et al. 2014, closed form"
EULER = "modified equation of Euler's method"


def claims(results: Results) -> list[Claim]:
    """Claims about modes, plateaus, saddles and random Hessians, in this order."""
    return [
        *_aligned_claims(results),
        *_random_start_claims(results),
        *_plateau_claims(results),
        *_saddle_claims(results),
        *_random_matrix_claims(results),
    ]


def trajectory_errors(results: Results) -> np.ndarray:
    """Largest |u - formula| over times and modes, from aligned starts: (rates,)."""
    theory = linear_modes.mode_strength(
        results["times"][:, None], results["strengths"], results["start"]
    )
    return np.max(np.abs(results["courses"] - theory), axis=(1, 2))


def predicted_half_times(results: Results, starts: Any, rate: Any) -> np.ndarray:
    """Half times by the formula for u_0 = starts, including the lag of gradient descent."""
    s = results["strengths"]
    lag = rate * linear_modes.half_time_lag(s, starts)
    return linear_modes.half_time(s, starts) + lag


def gradient_norm(u: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Norm of the gradient of an aligned network with mode strengths u (..., modes)."""
    return np.sqrt(2 * np.sum(u * (s - u) ** 2, axis=-1))


def plateau_lows(results: Results) -> tuple[np.ndarray, np.ndarray]:
    """Smallest gradient norm between successive half times, over the largest.

    Returns:
      (modes - 1,) measured, and (modes - 1,) with the modes of the closed form.
    """
    times, s = results["plateau_times"], results["strengths"]
    theory = linear_modes.mode_strength(times[:, None], s, results["plateau_start"])
    found = []
    for u, norm in (
        (results["plateau_courses"], results["plateau_gradient"]),
        (theory, gradient_norm(theory, s)),
    ):
        halves = linear_modes.half_times(times, u, s)
        lows = [norm[(times > one) & (times < other)].min() for one, other in pairwise(halves)]
        found.append(np.array(lows) / norm.max())
    return found[0], found[1]


def _aligned_claims(results: Results) -> Iterator[Claim]:
    s, rates, start = results["strengths"], results["rates"], results["start"]
    found = linear_modes.half_times(results["times"], results["courses"], s)  # (rates, modes)
    theory = linear_modes.half_time(s, start)
    late = (found - theory) / rates[:, None]
    for mode, strength in enumerate(s.tolist()):
        yield at_most(
            f"time at which the mode of strength {strength:g} is half learned, from an aligned "
            f"start with u₀ = {start:g} (learning rate {rates[-1]:g}; interval: all learning "
            f"rates, {', '.join(f'{rate:g}' for rate in rates)})",
            SAXE,
            np.abs(late[:, mode]),
            2,
            expected=f"{theory[mode]:.5f}, within 2 learning rates",
            shown=found[-1, mode],
            interval=_range(found[:, mode]),
        )
    lag = linear_modes.half_time_lag(s, start)
    yield at_most(
        "gradient descent lags by (rate / 2) ln(g(s/2) / g(u₀)), g(u) = √u (s − u): largest "
        f"relative error over modes, learning rate {rates[-1]:g}",
        EULER,
        np.max(np.abs(late[-1] / lag - 1)),
        0.02,
    )
    errors = trajectory_errors(results)
    yield within(
        "half the learning rate gives half the error of the trajectory (ratio of largest errors; "
        "the one farthest from 2, and the range over all learning rates)",
        SAXE,
        errors[:-1] / errors[1:],
        1.8,
        2.2,
        expected="2, from 1.8 to 2.2",
    )
    for name, words in (("between", "modes never mix"), ("biases", "biases remain 0")):
        yield at_most(
            f"from an aligned start, {words}: largest absolute value",
            "symmetry",
            results[name].max(),
            ROUNDING,
        )


def _random_start_claims(results: Results) -> Iterator[Claim]:
    found = results["random_half_times"]
    s, rate = results["strengths"], results["random_rate"]
    naive = found / linear_modes.half_time(s, results["start"])
    own = found / predicted_half_times(results, results["random_starts"], rate)
    spread = f"median, and central 95% of {len(found)} starts"
    for mode, strength in enumerate(s.tolist()):
        yield reported(
            "random starts of the same size do not follow the aligned start: half time of the mode "
            f"of strength {strength:g} over the formula ({spread})",
            "measured here",
            np.median(naive[:, mode]),
            "1 if they did",
            interval=_central(naive[:, mode]),
        )
        # Not all starts: the weaker the part that grows, the more the other modes disturb it.
        yield at_least(
            f"half time of the mode of strength {strength:g} from random starts over the formula "
            "with each start's own u₀, the part of its weights that grows, orthogonal to stronger "
            f"modes ({spread})",
            "linearisation at 0, derived here",
            np.mean(np.abs(own[:, mode] - 1) <= 0.01),
            0.9,
            expected="1, within 0.01 for nine in ten starts",
            shown=np.median(own[:, mode]),
            interval=_central(own[:, mode]),
        )


def _plateau_claims(results: Results) -> Iterator[Claim]:
    u, s = results["plateau_courses"], results["strengths"]
    norm = gradient_norm(u, s)
    yield at_most(
        "gradient norm minus √(2 Σ u (s − u)²): largest difference during training, over the "
        "largest norm",
        "closed form",
        np.max(np.abs(results["plateau_gradient"] - norm)) / norm.max(),
        ROUNDING,
    )
    lows, theory = plateau_lows(results)
    rate = results["rates"][0]
    yield at_most(
        "near a saddle the gradient is as small as the closed form says: smallest norm between two "
        f"modes over the largest norm, from u₀ = {results['plateau_start']:g} (interval: all "
        "plateaus)",
        SAXE,
        np.abs(lows / theory - 1),
        2 * rate,
        expected=f"{theory.max():.5f} at the first plateau, within {2 * rate:.1%}",
        shown=lows.max(),
        interval=_range(lows),
    )


def _saddle_claims(results: Results) -> Iterator[Claim]:
    s, learned, eigenvalues = (
        results[name] for name in ("saddle_strengths", "learned", "eigenvalues")
    )
    points = f"{len(learned)} critical points, one per set of learned modes"
    counted, theory = negative_counts(results)
    yield at_most(
        f"largest gradient norm at the {points}",
        "Baldi and Hornik 1989",
        results["saddle_gradient"].max(),
        ROUNDING,
    )
    yield all_of(
        "critical points at which the number of negative eigenvalues of the Hessian matches theory",
        "closed form",
        counted == theory,
    )
    unlearned = np.where(learned, 0, s).max(axis=1)
    yield at_most(
        "the most negative eigenvalue is −s of the strongest unlearned mode: largest difference",
        "closed form",
        np.max(np.abs(eigenvalues[:, 0] + unlearned)),
        ROUNDING,
    )
    yield equals(
        f"no local minima: of the {points}, only one is a minimum; number of modes learned there",
        "Baldi and Hornik 1989",
        learned[counted == 0].sum(axis=1),
        [learned.shape[1]],
    )


def _random_matrix_claims(results: Results) -> Iterator[Claim]:
    logs, limit = results["log_probabilities"], random_hessians.EXPONENT
    for n, closed in enumerate(random_hessians.CLOSED_FORMS, start=1):
        yield at_most(
            f"P for n = {n} by Pfaffians: relative error against the closed form",
            "closed form",
            abs(np.exp(logs[n - 1]) / closed - 1),
            ROUNDING,
        )
    shares = positive_shares(results)
    for n, (share, exact, error) in enumerate(
        zip(shares.measured, shares.exact, shares.error, strict=True), start=1
    ):
        yield within_errors(
            f"P({n} × {n} random symmetric matrix is positive definite), {shares.draws:,} draws "
            "(± 4 standard errors)",
            "closed form" if n <= 3 else "de Bruijn 1955, Pfaffians",
            share,
            exact,
            error,
            expected=f"{exact:.7g}",
        )
    size = len(logs)
    yield close(
        f"exponent of n²: −½ times the second difference of ln P at n = {size} (limit ln(3)/4)",
        "Dean and Majumdar 2006",
        -np.diff(logs, 2)[-1] / 2,
        limit,
        1e-3,
        relative=True,
    )
    for n in (3, size):
        yield reported(
            f"the exponent alone does not give the probability: P over 3^(−n²/4), n = {n}",
            "computed here",
            np.exp(logs[n - 1] + limit * n**2),
            "1 without a prefactor",
        )


def _central(values: np.ndarray) -> tuple[float, float]:
    """The interval of the central 95% of the values."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _range(values: np.ndarray) -> tuple[float, float] | None:
    """The smallest and the largest value; None if any is NaN."""
    return None if np.isnan(values).any() else (float(values.min()), float(values.max()))
