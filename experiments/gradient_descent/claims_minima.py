"""Where does descent end: in poor minima, at saddles, or at the bottom?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import stats

from experiments.gradient_descent import local_minima, saddle
from experiments.lab.claims import (
    Claim,
    all_of,
    at_least,
    below,
    close,
    refused,
    reported,
    within_errors,
)
from experiments.lab.contract import Results

MINIMA = "lecture 11, “Local Minima”"
SADDLES = "lecture 11, “Saddle Points”"
RESTARTS = 30  # all of them end high once in 100,000 times if two thirds of all starts do
WIDE = 8  # units
TAIL = float(stats.norm.sf(4))  # probability beyond 4 standard errors


def claims(results: Results) -> list[Claim]:
    """Claims about many starts of networks, and about a saddle."""
    return [*_minima_claims(results), *_saddle_claims(results)]


def _minima_claims(results: Results) -> Iterator[Claim]:
    losses, widths = results["final_losses"], results["minima_widths"]
    high = local_minima.ends_high(losses)
    starts = high.shape[2]
    minima = local_minima.at_minimum(losses, results["followed"]).sum(axis=2)
    every = ", ".join(map(str, widths))
    for rule, name in enumerate(local_minima.NAMES):
        counts = high[rule].sum(axis=1)
        yield reported(
            f"Starts of {starts} that end with a high loss, more than "
            f"{local_minima.LOW_COST:.0%} of the variance above the best, with {every} units: "
            f"{name}",
            MINIMA,
            ", ".join(map(str, counts)),
        )
        yield reported(
            f"Of these, ends at a local minimum (followed in double precision): {name}",
            MINIMA,
            ", ".join(map(str, minima[rule])),
        )
    yield at_least(
        f"A network of {widths[0]} units has poor local minima: ends of Adam with a high loss that "
        "lead to one, where the gradient is zero and all eigenvalues of the Hessian are positive",
        MINIMA,
        minima[0, 0],
        1,
    )
    share = minima[:, 0] / np.maximum(high[:, 0].sum(axis=1), 1)
    yield refused(
        "Adam stays on plateaus and L-BFGS in minima: share of the ends with a high loss that are "
        f"at a local minimum, {widths[0]} units, Adam minus L-BFGS",
        "rule set beforehand",
        float(share[0] - share[1]),
        "below 0",
        unless=bool(share[0] < share[1]),
    )
    wide = high[:, widths >= WIDE].sum(axis=2)
    yield below(
        f"Most ends incur a low cost in networks of {WIDE} units and more, with both rules: upper "
        "limit of the share of ends with a high loss (exact, at the confidence of 4 SE)",
        MINIMA,
        np.max(stats.beta.ppf(1 - TAIL, wide + 1, starts - wide)),
        0.5,
    )
    yield below(
        "More starts end with a high loss in the narrowest network than in the widest: p-value of "
        "Fisher's exact test, for both rules",
        "Choromanska et al. 2015",
        [
            stats.hypergeom.sf(a - 1, 2 * starts, a + b, starts)
            for a, b in high[:, [0, -1]].sum(axis=2)
        ],
        TAIL,
        expected="below 0.00003 (4 SE)",
    )
    spread = np.diff(np.quantile(losses, [0.1, 0.9], axis=2), axis=0)[0]
    yield below(
        "Final losses are more alike in the widest network: range of the middle 80%, over that of "
        "the narrowest, for both rules",
        "Choromanska et al. 2015",
        spread[:, -1] / spread[:, 0],
        1.0,
    )
    groups = high[..., : starts // RESTARTS * RESTARTS].reshape(*high.shape[:2], -1, RESTARTS)
    yield all_of(
        f"Restarts find a low loss at every width: groups of {RESTARTS} starts whose best has one, "
        "both rules",
        MINIMA,
        ~groups.all(axis=-1),
    )
    chances = [local_minima.chance_of_low(rule, RESTARTS // 2)[-1] for rule in high]
    yield reported(
        f"Chance that the best of {RESTARTS // 2} starts has a low loss: the least of all widths "
        "and both rules",
        MINIMA,
        float(np.min(chances)),
    )


def _saddle_claims(results: Results) -> Iterator[Claim]:
    decades = -np.log10(saddle.STARTS)
    needed = saddle.steps_to_leave(results["saddle_paths"][..., 1])
    yield close(
        "Steps to leave a saddle, for each factor of 10 that the start is closer to it",
        "ln 10 / ln(1 + e), but for whole steps (±1 over 7 factors)",
        float(np.polyfit(decades, needed, 1)[0]),
        float(np.log(10) / np.log1p(saddle.RATE)),
        1 / 7,
    )
    smallest = np.log10(saddle.smallest_gradients(results))
    yield close(
        "The gradient is small near a saddle: decades that its smallest length falls, for each "
        "factor of 10 that the start is closer (0.5 for infinitely small steps)",
        SADDLES,
        float(-np.polyfit(decades, smallest, 1)[0]),
        saddle.gradient_exponent(),
        0.01,
    )
    yield close(
        "Gradient descent that starts exactly on the ridge, at y = 0, converges to the saddle: "
        f"distance after {saddle.STEPS} steps over (1 − e) to that power",
        SADDLES,
        float(np.linalg.norm(results["ridge_end"])) / (1 - saddle.RATE) ** saddle.STEPS,
        1.0,
        1e-9,
    )
    off = np.abs(np.abs(results["random_ends"]) - [0.0, 1.0]).max(axis=1)
    yield all_of(
        "From random starts it never does: paths that end at a minimum",
        "Lee et al. 2016",
        off < 1e-6,
    )
    y = results["noisy_y"]
    squares = y[:, saddle.MARKS] ** 2
    yield within_errors(
        "From the ridge, with noise in each gradient: mean of y² after 10, 20, 40 and 60 steps, "
        "over theory",
        "e² s² ((1 + e)²ᵗ − 1) / ((1 + e)² − 1)",
        squares.mean(axis=0) / saddle.expected_square(saddle.MARKS),
        1.0,
        squares.std(axis=0, ddof=1) / np.sqrt(len(y)) / saddle.expected_square(saddle.MARKS),
    )
    yield all_of(
        f"Noise of 0.0001 drives every path from the ridge within {saddle.NOISY_STEPS} steps",
        "Ge et al. 2015",
        saddle.steps_to_leave(y) <= saddle.NOISY_STEPS,
    )
    yield within_errors(
        "Share of these that reach the upper minimum",
        "symmetry",
        float(np.mean(y[:, -1] > 0)),
        0.5,
        0.5 / np.sqrt(len(y)),
    )
