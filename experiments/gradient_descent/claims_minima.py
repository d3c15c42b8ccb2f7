"""Where does descent end: in poor minima, at saddles, or at the bottom?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.gradient_descent import local_minima, saddle
from experiments.lab.claims import (
    Claim,
    above,
    all_of,
    at_least,
    at_most,
    close,
    refused,
    reported,
    within_errors,
)
from experiments.lab.contract import Results

MINIMA = "lecture 11, “Local Minima”"
SADDLES = "lecture 11, “Saddle Points”"
RESTARTS = 10


def claims(results: Results) -> list[Claim]:
    """Claims about many starts of networks, and about a saddle."""
    return [*_minima_claims(results), *_saddle_claims(results)]


def _minima_claims(results: Results) -> Iterator[Claim]:
    losses, widths = results["final_losses"], results["minima_widths"]
    caught = local_minima.caught(losses)
    for rule, name in enumerate(("Adam", "L-BFGS")):
        yield reported(
            "Share of starts that end more than 5% of the variance above the best, widths "
            f"{', '.join(map(str, widths))}: {name}",
            MINIMA,
            ", ".join(f"{share:.2g}" for share in caught[rule].mean(axis=1)),
        )
    shares = caught[1].mean(axis=1)
    yield at_most(
        "Most local minima incur a low cost in wide networks: share of starts that L-BFGS leaves "
        "more than 5% above the best, width 8 and up",
        MINIMA,
        shares[widths >= 8],
        0.1,
    )
    error = np.sqrt(np.sum(shares[[0, -1]] * (1 - shares[[0, -1]])) / caught.shape[2])
    yield above(
        "More starts are caught in the narrowest network than in the widest: difference of the "
        "shares less 4 SE",
        "Choromanska et al. 2015",
        shares[0] - shares[-1] - 4 * error,
        0.0,
    )
    spread = np.diff(np.quantile(losses[1], [0.1, 0.9], axis=1), axis=0)[0]
    yield at_most(
        "Range of the middle 80% of final losses of L-BFGS, the widest network over the narrowest",
        "Choromanska et al. 2015",
        spread[-1] / spread[0],
        0.1,
    )
    chances = local_minima.chance_of_low(caught[1], 2 * RESTARTS)
    least = float(chances[RESTARTS - 1].min())
    yield refused(
        f"Restarts find a low loss at every width: chance that the best of {RESTARTS} starts is "
        "not caught, the least",
        MINIMA,
        least,
        "at least 0.99",
        unless=least >= 0.99,
    )
    yield at_least(
        f"The same for the best of {2 * RESTARTS} starts",
        MINIMA,
        chances[-1],
        0.99,
    )
    level = np.median(losses[0, 0])
    yield at_most(
        f"Adam leaves half of the starts of {widths[0]} units at a loss of {level:.2f} or more, a "
        "plateau and no minimum: share of L-BFGS ends within 10% of that level",
        MINIMA,
        float(np.mean(np.abs(losses[1, 0] / level - 1) < 0.1)),
        0.05,
    )


def _saddle_claims(results: Results) -> Iterator[Claim]:
    decades = -np.log10(saddle.STARTS)
    needed = saddle.steps_to_leave(results["saddle_paths"][..., 1])
    yield close(
        "Steps to leave a saddle, for each factor of 10 that the start is closer to it",
        "ln 10 / ln(1 + e)",
        float(np.polyfit(decades, needed, 1)[0]),
        float(np.log(10) / np.log1p(saddle.RATE)),
        0.15,
    )
    smallest = np.log10(saddle.smallest_gradients(results))
    yield close(
        "The gradient is small near a saddle: decades that its smallest length falls, for each "
        "factor of 10 that the start is closer",
        SADDLES,
        float(-np.polyfit(decades, smallest, 1)[0]),
        saddle.gradient_exponent(),
        0.01,
    )
    yield at_most(
        "Gradient descent that starts exactly on the ridge, at y = 0, converges to the saddle: "
        "distance at the end",
        SADDLES,
        float(np.linalg.norm(results["ridge_end"])),
        1e-12,
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
