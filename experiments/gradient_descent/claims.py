"""Does gradient descent keep to its limits, and does the lecture's picture of it hold?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.gradient_descent import (
    claims_batches,
    claims_minima,
    conditioning,
    one_dimension,
    separable,
)
from experiments.lab.claims import (
    Claim,
    all_of,
    close,
    equals,
    refused,
    reported,
    within_errors,
)
from experiments.lab.contract import Results

GAME = "lecture 11, “Let's play the game”"
SOUDRY = "Soudry et al. 2018"


def claims(results: Results) -> list[Claim]:
    """Claims about steps, minima, saddles, batches, conditioning and separable rows."""
    return [
        *_game_claims(results),
        *claims_minima.claims(results),
        *claims_batches.claims(results),
        *_conditioning_claims(results),
        *_separable_claims(results),
    ]


def _game_claims(results: Results) -> Iterator[Claim]:
    tried = one_dimension.TRIED
    yield all_of(
        "The first step passes the minimum exactly where the learning rate times the curvature is "
        f"above 1: rates tried, {tried[0]:g} to {tried[-1]:g}",
        GAME,
        results["overshoots"] == (tried > 1),
    )
    yield all_of(
        "Descent diverges exactly where the learning rate times the curvature is above 2: rates "
        "tried",
        GAME,
        results["grows"] == (tried > 2),
    )
    yield refused(
        "Steps proportional to the slope cannot overshoot: place after one step from 3 with "
        "η h = 1.5 (the minimum is at 0)",
        "lecture 11, “step proportional to slope avoids overshooting”",
        float(results["game_paths"][one_dimension.FACTORS.index(1.5), 1]),
        "at least 0",
        unless=bool(results["game_paths"][one_dimension.FACTORS.index(1.5), 1] >= 0),
    )
    above_minimum = one_dimension.START % one_dimension.FIXED_LENGTH
    places = np.unique(np.round(results["fixed_path"][-20:], 9))
    yield equals(
        f"Steps of fixed length {one_dimension.FIXED_LENGTH:g} never settle: they alternate "
        "between the two places beside the minimum that a whole number of steps reaches from "
        f"{one_dimension.START:g}",
        GAME,
        ", ".join(f"{place:.3g}" for place in places),
        f"{above_minimum - one_dimension.FIXED_LENGTH:.3g}, {above_minimum:.3g}",
    )


def _conditioning_claims(results: Results) -> Iterator[Claim]:
    names = ("raw features", "standardised features")
    for place, moments in enumerate(conditioning.moments_of_truth()):
        row = results["conditions"][place]
        expected = conditioning.condition_number(moments)
        yield within_errors(
            f"Condition number of the mean squared error: {names[place]}, mean of simulated tables",
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
    products, limit = marks * results["sums"], margin**2 / separable.RATE
    at = int(np.argmin(np.abs(marks - 1e5)))
    yield close(
        "Steps times the loss, after 10⁵ steps on separable rows",
        SOUDRY,
        products[at],
        limit,
        0.02,
        relative=True,
    )
    yield all_of(
        "Steps times the loss come closer to this limit from mark to mark",
        SOUDRY,
        np.diff(np.abs(products - limit)) < 0,
    )
    before = int(np.argmin(np.abs(marks - 1e4)))
    yield close(
        "Growth of the length of the weights per factor e in the number of steps, 10⁴ to 10⁵ steps "
        "on separable rows",
        SOUDRY,
        (lengths[at] - lengths[before]) / np.log(marks[at] / marks[before]),
        margin,
        0.02,
        relative=True,
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
    flipped = results["flipped_weights"]
    yield close(
        "With one wrong label no line separates the rows, and descent arrives at the minimum that "
        "Newton's rule finds: length of the weights after 10⁵ steps, over that of the minimum",
        "no separating line",
        np.linalg.norm(flipped[at]) / np.linalg.norm(results["flipped_minimum"]),
        1.0,
        1e-9,
    )
