"""Does gradient descent keep to its limits, and does the lecture's picture of it hold?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.gradient_descent import batches, conditioning, one_dimension, separable
from experiments.gradient_descent.local_minima import WIDTHS
from experiments.lab.claims import (
    Claim,
    all_of,
    at_least,
    at_most,
    close,
    equals,
    refused,
    reported,
    within_errors,
)
from experiments.lab.contract import Results

GAME = "lecture 11, “Let's play the game”"
MINIMA = "lecture 11, “Local Minima”"
SOUDRY = "Soudry et al. 2018"
LOW_COST = 0.05  # of the variance of y


def claims(results: Results) -> list[Claim]:
    """Claims about steps, starts, batches, conditioning and separable rows, in this order."""
    return [
        *_game_claims(results),
        *_minima_claims(results),
        *_batch_claims(results),
        *_conditioning_claims(results),
        *_separable_claims(results),
    ]


def _game_claims(results: Results) -> Iterator[Claim]:
    tried = one_dimension.TRIED
    yield close(
        "Curvature times the smallest learning rate with which the first step passes the minimum",
        GAME,
        tried[results["overshoots"]].min(),
        1.0,
        0.011,
    )
    yield close(
        "Curvature times the smallest learning rate that diverges",
        GAME,
        tried[results["grows"]].min(),
        2.0,
        0.011,
    )
    last = np.abs(results["fixed_path"][-20:])
    yield refused(
        "Steps of fixed length arrive at the minimum: smallest distance in the last 20 steps",
        GAME,
        "0",
        float(last.min()),
        unless=bool(last.min() < 1e-6),
    )
    yield refused(
        "Steps proportional to the slope cannot overshoot (e h = 1.5): place after one step",
        "lecture 11, “step proportional to slope avoids overshooting”",
        "at least 0",
        float(results["game_paths"][one_dimension.FACTORS.index(1.5), 1]),
        unless=bool(results["game_paths"][one_dimension.FACTORS.index(1.5), 1] >= 0),
    )


def _minima_claims(results: Results) -> Iterator[Claim]:
    losses = results["final_losses"]
    for width, row in zip(WIDTHS, losses, strict=True):
        yield reported(
            f"Share of starts that leave more than {LOW_COST:.0%} of the variance: width {width}",
            MINIMA,
            float(np.mean(row > LOW_COST)),
        )
    low = np.mean(losses <= LOW_COST, axis=1)
    yield refused(
        "Most local minima incur a low cost, in the narrowest network too: share of starts of "
        f"width {WIDTHS[0]} that leave at most {LOW_COST:.0%} of the variance",
        MINIMA,
        "above 0.5",
        float(low[0]),
        unless=bool(low[0] > 0.5),
    )
    yield at_least(
        "Most local minima incur a low cost in wide networks: share of such starts, width 8 and up",
        MINIMA,
        low[WIDTHS.index(8) :],
        0.9,
    )
    gaps = np.diff(np.quantile(losses, [0.1, 0.9], axis=1), axis=0)[0]
    yield at_most(
        "Range of the middle 80% of final losses: width 32 over width 2",
        "Choromanska et al. 2015",
        gaps[-1] / gaps[0],
        0.1,
    )


def _batch_claims(results: Results) -> Iterator[Claim]:
    gradients = results["row_gradients"]
    n, b = batches.ROWS, batches.BATCH
    scale = np.abs(gradients.mean(axis=0)).max()
    yield at_most(
        "The mean gradient over all 210 batches of 4 of 10 rows is that of all rows: greatest "
        "difference, relative to it",
        "lecture 11, “Stochastic gradient descent”",
        np.abs(results["batch_means"].mean(axis=0) - gradients.mean(axis=0)) / scale,
        1e-12,
    )
    yield close(
        "The sum over a batch is, on average, this share of the sum over all rows (not 1)",
        "b / n: erratum of the lecture's sum",
        (results["batch_sums"].mean(axis=0) @ gradients.sum(axis=0))
        / np.sum(gradients.sum(axis=0) ** 2),
        b / n,
        1e-12,
    )
    variance = gradients.var(axis=0, ddof=1) / b * (1 - b / n)
    yield close(
        "Variance of the mean gradient of a batch over that of a draw without replacement",
        "S² / b (1 − b / n)",
        results["batch_means"].var(axis=0) / variance,
        1.0,
        1e-12,
    )
    for rate, row in zip(batches.RATES, results["settled"], strict=True):
        yield within_errors(
            f"Mean square distance at which stochastic descent settles, learning rate {rate:g}",
            "e s² / (h (2 − e h))",
            float(row.mean()),
            rate / (2 - rate),
            float(row.std(ddof=1) / np.sqrt(len(row))),
        )


def _conditioning_claims(results: Results) -> Iterator[Claim]:
    names = ("raw features", "standardised features")
    for place, moments in enumerate(conditioning.moments_of_truth()):
        row = results["conditions"][place]
        expected = conditioning.condition_number(moments)
        yield within_errors(
            f"Condition number of the mean square error: {names[place]}, mean of simulated tables",
            "eigenvalues of E x xᵀ",
            float(row.mean()),
            expected,
            float(row.std(ddof=1) / np.sqrt(len(row))),
        )
        rate = (expected - 1) / (expected + 1)
        yield equals(
            f"Steps at the best learning rate to come a million times closer: {names[place]}",
            "ln 10⁻⁶ / ln((k − 1) / (k + 1)), rounded up",
            results["steps_needed"][place],
            int(np.ceil(np.log(conditioning.SHRUNK) / np.log(rate))),
        )


def _separable_claims(results: Results) -> Iterator[Claim]:
    marks, weights = results["marks"], results["weights"]
    lengths = np.linalg.norm(weights, axis=1)
    margin = float(np.linalg.norm(separable.MARGIN))
    at = int(np.argmin(np.abs(marks - 1e5)))
    yield close(
        "Steps times the loss, after 10⁵ steps on separable rows",
        SOUDRY,
        marks[at] * results["sums"][at],
        margin**2 / separable.RATE,
        0.02 * margin**2 / separable.RATE,
    )
    before = int(np.argmin(np.abs(marks - 1e4)))
    yield close(
        "Growth of the length of the weights per factor e in the number of steps, 10⁴ to 10⁵ steps",
        SOUDRY,
        (lengths[at] - lengths[before]) / np.log(marks[at] / marks[before]),
        margin,
        0.02 * margin,
    )
    cosines = weights @ separable.MARGIN / (lengths * margin)
    yield all_of(
        "The direction comes closer to that of the largest margin from mark to mark",
        SOUDRY,
        np.diff(cosines) > 0,
    )
    yield reported(
        "Cosine with the direction of the largest margin at the end", SOUDRY, cosines[-1]
    )
    yield at_most(
        "With one wrong label there is a minimum: length of the gradient at the end",
        "no separating line",
        np.linalg.norm(results["flipped_gradient"]),
        1e-3,
    )
