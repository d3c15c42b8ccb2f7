"""What is claimed of `learning_dynamics`; see the package."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from experiments.lab.claims import Claim, within_errors
from experiments.lab.contract import Results
from experiments.learning_dynamics import critical_points, linear_modes, random_hessians


def claims(results: Results) -> list[Claim]:
    """Closed forms, and what becomes of them where their assumptions fail."""
    return [
        *_course_claims(results),
        *_random_claims(results),
        *_plateau_claims(results),
        *_saddle_claims(results),
        *_matrix_claims(results),
    ]


SAXE = "Saxe et al. 2014, closed form"
EULER = "modified equation of Euler's method"
EXACT = 1e-10


def trajectory_errors(results: Results) -> np.ndarray:
    """(rates,) largest |u - formula| over times and modes, of the aligned starts."""
    theory = linear_modes.mode_strength(
        results["times"][:, None], results["strengths"], results["start"]
    )
    return np.max(np.abs(results["courses"] - theory), axis=(1, 2))


def predicted_half_times(results: Results, starts: Any, rate: Any) -> np.ndarray:
    """Half times of the formula for u_0 = starts, with the lag of gradient descent."""
    s = results["strengths"]
    lag = rate * linear_modes.half_time_lag(s, starts)
    return linear_modes.half_time(s, starts) + lag


def _course_claims(results: Results) -> Iterator[Claim]:
    s, rates, start = results["strengths"], results["rates"], results["start"]
    found = linear_modes.half_times(results["times"], results["courses"], s)  # (rates, modes)
    theory = linear_modes.half_time(s, start)
    late = (found - theory) / rates[:, None]
    for mode, strength in enumerate(s.tolist()):
        yield Claim(
            f"time at which the mode of strength {strength:g} is half learned, from an aligned "
            f"start of u₀ = {start:g} (learning rate {rates[-1]:g}; holds at all of "
            f"{', '.join(f'{rate:g}' for rate in rates)})",
            SAXE,
            f"{theory[mode]:.5f}, within 2 learning rates",
            found[-1, mode],
            None,
            bool((np.abs(late[:, mode]) <= 2).all()),
        )
    lag = linear_modes.half_time_lag(s, start)
    off = np.max(np.abs(late / lag - 1), axis=1)
    yield Claim(
        "gradient descent is late by (rate / 2) ln(g(s/2) / g(u₀)), g(u) = √u (s − u): largest "
        f"relative difference over modes at learning rate {rates[-1]:g}",
        EULER,
        "at most 0.02",
        off[-1],
        None,
        bool(off[-1] <= 0.02),
    )
    errors = trajectory_errors(results)
    ratios = errors[:-1] / errors[1:]
    yield Claim(
        "largest error of the trajectory over that at half the learning rate (the one farthest "
        "from 2, and range over learning rates)",
        SAXE,
        "2, from 1.8 to 2.2",
        ratios[np.argmax(np.abs(ratios - 2))],
        (ratios.min(), ratios.max()),
        bool((ratios >= 1.8).all() and (ratios <= 2.2).all()),
    )
    for name, words in (("between", "modes never mix"), ("biases", "biases stay 0")):
        largest = results[name].max()
        yield Claim(
            f"from an aligned start {words}: largest absolute value",
            "symmetry",
            f"at most {EXACT:g}",
            largest,
            None,
            bool(largest <= EXACT),
        )


def _random_claims(results: Results) -> Iterator[Claim]:
    found = results["random_half_times"]
    s, rate = results["strengths"], results["random_rate"]
    naive = found / linear_modes.half_time(s, results["start"])
    own = found / predicted_half_times(results, results["random_starts"], rate)
    seeds = len(found)
    for mode, strength in enumerate(s.tolist()):
        ends = np.quantile(naive[:, mode], [0.025, 0.975])
        yield Claim(
            f"random starts of the same size do not keep the aligned start's time: half time of "
            f"the mode of strength {strength:g} over the formula (median, and 95% of {seeds} "
            "starts)",
            "reported here",
            "1 if they did",
            np.median(naive[:, mode]),
            (ends[0], ends[1]),
            None,
        )
        ends = np.quantile(own[:, mode], [0.025, 0.975])
        yield Claim(
            f"the same, with the u₀ of each random start: the part of its weights that grows, "
            f"orthogonal to stronger modes; strength {strength:g} (median, and 95% of {seeds} "
            "starts)",
            "linearised at 0, here",
            "1, within 0.01",
            np.median(own[:, mode]),
            (ends[0], ends[1]),
            bool(ends[0] >= 0.99 and ends[1] <= 1.01),
        )


def plateau_lows(results: Results) -> np.ndarray:
    """(modes - 1,) smallest gradients between the half times of two modes, over the largest."""
    times, gradient = results["plateau_times"], results["plateau_gradient"]
    halves = linear_modes.half_times(times, results["plateau_courses"], results["strengths"])
    lows = [
        gradient[(times > first) & (times < second)].min() for first, second in pairwise(halves)
    ]
    return np.array(lows) / gradient.max()


def _plateau_claims(results: Results) -> Iterator[Claim]:
    u, s = results["plateau_courses"], results["strengths"]
    length = np.sqrt(2 * np.sum(u * (s - u) ** 2, axis=1))
    off = np.max(np.abs(results["plateau_gradient"] - length)) / length.max()
    yield Claim(
        "length of the gradient minus √(2 Σ u (s - u)²) on the whole course, over the largest "
        "length",
        "closed form",
        f"at most {EXACT:g}",
        off,
        None,
        bool(off <= EXACT),
    )
    lows = plateau_lows(results)
    yield Claim(
        f"the gradient is very small near saddles: its least length between two modes over its "
        f"largest, from u₀ = {results['plateau_start']:g} (largest, and range over plateaus)",
        "lecture 11, saddle points",
        "below 0.01",
        lows.max(),
        (lows.min(), lows.max()),
        bool(lows.max() < 0.01),
    )


def _saddle_claims(results: Results) -> Iterator[Claim]:
    s, hidden, learned = (
        results["saddle_strengths"],
        int(results["saddle_hidden"]),
        results["learned"],
    )
    eigenvalues = results["eigenvalues"]
    kinds = len(learned)
    largest = results["saddle_gradient"].max()
    yield Claim(
        f"all {kinds} kinds of critical points have gradient 0: largest length",
        "Baldi and Hornik 1989",
        f"at most {EXACT:g}",
        largest,
        None,
        bool(largest <= EXACT),
    )
    counted = np.sum(eigenvalues < -EXACT, axis=1)
    theory = [critical_points.negative_eigenvalues(s, which, hidden) for which in learned]
    agree = int(np.sum(counted == theory))
    yield Claim(
        "ways down, the negative eigenvalues of the Hessian, are as many as theory counts: kinds "
        "of critical points where they are",
        "closed form",
        kinds,
        agree,
        None,
        agree == kinds,
    )
    unlearned = np.where(learned, 0, s).max(axis=1)
    off = np.max(np.abs(eigenvalues[:, 0] + unlearned))
    yield Claim(
        "the steepest way down has curvature -s of the strongest mode that is not learned: largest "
        "difference",
        "closed form",
        f"at most {EXACT:g}",
        off,
        None,
        bool(off <= EXACT),
    )
    minima = int(np.sum(counted == 0))
    yield Claim(
        f"no local minima: kinds of critical points, of {kinds}, that are a minimum",
        "Baldi and Hornik 1989",
        1,
        minima,
        None,
        minima == 1 and bool(learned[np.argmin(counted)].all()),
    )


def _matrix_claims(results: Results) -> Iterator[Claim]:
    counts = results["matrix_counts"]
    draws = len(counts) * int(results["matrix_batch"])
    exact = np.exp(results["log_probabilities"])
    for n, closed in enumerate(random_hessians.CLOSED_FORMS, start=1):
        off = abs(exact[n - 1] / closed - 1)
        yield Claim(
            f"Pfaffians against the closed form, P(n = {n}): relative difference",
            "closed form",
            f"at most {EXACT:g}",
            off,
            None,
            bool(off <= EXACT),
        )
    for n, positive in enumerate(counts.sum(axis=0).tolist(), start=1):
        theory = exact[n - 1]
        error = (theory * (1 - theory) / draws) ** 0.5
        share = positive / draws
        yield Claim(
            f"P({n} × {n} random symmetric matrix is positive definite), {draws:,} draws "
            "(± 4 standard errors)",
            "closed form" if n <= 3 else "de Bruijn 1955, Pfaffians",
            f"{theory:.7g}",
            **within_errors(share, theory, error),
        )
    second = -np.diff(results["log_probabilities"], 2)[-1] / 2
    limit = random_hessians.EXPONENT
    size = len(exact)
    yield Claim(
        f"exponent of n²: -1/2 times the second difference of ln P at n = {size}",
        "Dean and Majumdar 2006",
        f"ln(3) / 4 = {limit:.6f}, within 0.1%",
        second,
        None,
        bool(abs(second / limit - 1) <= 1e-3),
    )
    for n in (3, size):
        yield Claim(
            f"exponent alone is no probability: P over 3^(-n²/4), n = {n}",
            "reported here",
            "1 if there were no prefactor",
            float(np.exp(results["log_probabilities"][n - 1] + limit * n**2)),
            None,
            None,
        )
