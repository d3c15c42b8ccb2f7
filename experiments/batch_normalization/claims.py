"""Does batch normalisation keep its promises: exact identities, stable units, larger rates?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.batch_normalization import identities, reading
from experiments.batch_normalization.compute import WATCHED
from experiments.lab.claims import (
    Claim,
    above,
    at_least,
    at_most,
    below,
    close,
    ordered,
    reported,
)
from experiments.lab.contract import Results

FORMULA = "lecture 11, “Batch Normalization”"
PAPER = "Ioffe and Szegedy 2015"
FIGURE = f"{PAPER}, figure 1"
SCALES = "scale invariance"
LAYERS = "standard deviation of the pre-activations of the last hidden layer, end over start"


def claims(results: Results) -> list[Claim]:
    """Claims about the formula, the shift of hidden units and learning rates, in this order."""
    return [
        *_moment_claims(results),
        *_gradient_claims(results),
        *_descent_claims(results),
        *_shift_claims(results),
        *_speed_claims(results),
        *_rate_claims(results),
    ]


def _moment_claims(results: Results) -> Iterator[Claim]:
    found, variance = results["normalized_batch"], results["batch"].var(axis=1)
    yield at_most(
        "Mean of a normalised unit over its batch, five scales: largest size",
        FORMULA,
        np.abs(found.mean(axis=1)),
        1e-12,
    )
    yield close(
        "Variance of a normalised unit over v / (v + δ), δ = 0.001, v from 0.00006 to 100",
        "divisor m, v / (v + δ)",
        found.var(axis=1) * (variance + identities.DELTA) / variance,
        1.0,
        1e-10,
    )
    population = results["population"].var(ddof=1)
    mean = results["batch_variances"].mean() / population
    m = identities.BATCH
    yield close(
        "Mean variance of all 210 batches of 4 of 10 rows over that of all rows (divisor 9)",
        "(m − 1) / m",
        mean,
        (m - 1) / m,
        1e-12,
    )
    yield close(
        "The same with the factor m / (m − 1) of running averages",
        f"{PAPER}, algorithm 2",
        mean * m / (m - 1),
        1.0,
        1e-12,
    )


def _gradient_claims(results: Results) -> Iterator[Claim]:
    gradient, losses = results["start_gradient"], results["start_losses"]
    largest = np.abs(gradient).max()
    yield at_most(
        "Relative difference of the loss between weights W and 4 W",
        SCALES,
        abs(losses[1] / losses[0] - 1),
        1e-12,
    )
    yield at_most(
        "Difference between 4 times the gradient at 4 W and that at W, relative to its largest",
        SCALES,
        np.abs(identities.FACTOR * results["long_gradient"] - gradient) / largest,
        1e-10,
    )
    lengths = np.linalg.norm(results["start"], axis=0) * np.linalg.norm(gradient, axis=0)
    yield at_most(
        "Cosine between the weights of a unit and their gradient: largest size",
        SCALES,
        np.abs(np.sum(results["start"] * gradient, axis=0)) / lengths,
        1e-12,
    )
    off = np.abs(results["differences"] - gradient).max() / largest
    yield at_most(
        "Difference between the gradient and central differences, relative to its largest",
        "finite differences",
        off,
        1e-7,
    )
    yield above(
        "The same if the moments are taken for constants",
        f"{PAPER}, section 2",
        np.abs(results["differences"] - results["held_gradient"]).max() / largest,
        1e-3,
    )
    steps = identities.STEPS
    yield close(
        f"With moments held constant, a bias grows without end: its value after {steps} steps, in "
        "multiples of 2 e mean(y) / deviation",
        f"{PAPER}, section 2",
        results["held_biases"][-1] / results["held_growth"],
        steps,
        1e-8,
    )
    yield at_most(
        "Range of the loss over these steps",
        f"{PAPER}, section 2",
        np.ptp(results["held_losses"]),
        1e-12,
    )
    yield at_most(
        "Gradient of that bias if the moments are differentiated too",
        f"{PAPER}, section 2",
        abs(float(results["bias_gradient"])),
        1e-12,
    )


def _descent_claims(results: Results) -> Iterator[Claim]:
    lengths, gradients = results["squared_lengths"], results["squared_gradients"]
    grown = np.diff(lengths, axis=0)
    yield at_least(
        "Change of |w|² of a unit in a step of gradient descent, relative to |w|²: smallest",
        SCALES,
        grown / lengths[:-1],
        -1e-14,
    )
    yield close(
        f"Growth of |w|² over {identities.STEPS} steps over the sum of e² |g|²",
        SCALES,
        (lengths[-1] - lengths[0]) / (identities.RATE**2 * gradients.sum(axis=0)),
        1.0,
        1e-8,
    )
    names = ("the same learning rate", "4 times the learning rate", "16 times the learning rate")
    off = np.abs(results["long_courses"] / results["course"] - 1).max(axis=1)
    for name, number in zip(names[:2], off[:2], strict=True):
        yield above(
            f"Largest relative difference between the losses from W and from 4 W at {name}",
            SCALES,
            number,
            1e-3,
        )
    yield at_most(
        f"Largest relative difference between the losses from W and from 4 W at {names[2]}",
        SCALES,
        off[2],
        1e-10,
    )


def _shift_claims(results: Results) -> Iterator[Claim]:
    grown = {name: reading.growth_of_spread(results, name) for name in WATCHED}
    yield above(f"Plain network: {LAYERS}", FIGURE, grown["plain"], 20)
    yield below(f"Normalised network: {LAYERS}", FIGURE, grown["normalised"], 2.5)
    yield reported(f"Plain network with a wide start: {LAYERS}", FIGURE, grown["wide start"])
    moved = {name: reading.shifts(results, name) for name in WATCHED}
    yield ordered(
        "Internal covariate shift: farthest the median of a unit goes, in units of its range "
        "(15th to 85th percentile) at the start; median over units and starts",
        FIGURE,
        {name: float(np.median(moved[name])) for name in ("normalised", "wide start", "plain")},
    )


def _speed_claims(results: Results) -> Iterator[Claim]:
    steps = {name: reading.compared_steps(results, name) for name in WATCHED}
    for name in WATCHED:
        yield reported(
            f"Steps until the loss is below 0.3 (mean of 20 batches), {name}", FIGURE, steps[name]
        )
    gain = steps["plain"] / steps["normalised"]
    yield at_least(
        "Steps without normalisation over steps with it, from the same first weights",
        FIGURE,
        gain,
        10,
    )
    by_start = steps["plain"] / steps["wide start"]
    yield reported(
        "The same gain from a wide start instead, without normalisation", "control", by_start
    )
    yield reported(
        "Share of the logarithm of the gain that a wide start gives as well",
        "control",
        np.log(by_start) / np.log(gain),
    )
    for name in WATCHED:
        accuracy = reading.compared(results, "watched_accuracy", name)
        yield reported(f"Test accuracy at the end, {name}", FIGURE, accuracy)


def _rate_claims(results: Results) -> Iterator[Claim]:
    source = f"{PAPER}, section 3.3"
    rates = results["swept_rates"]
    largest = {
        name: reading.largest_usable_rate(results, name) for name in ("ReLU", "ReLU, normalised")
    }
    for name, rate in largest.items():
        yield reported(
            f"Largest usable learning rate (every start above 90%): {name}", source, rate
        )
    yield at_least(
        "Largest usable learning rate with normalisation over that without, ReLU",
        source,
        largest["ReLU, normalised"] / largest["ReLU"],
        3,
    )
    shown = rates <= 10
    yield above(
        f"Test accuracy of normalised sigmoid networks, learning rates {rates[shown].min():g} to "
        f"{rates[shown].max():g}: the worst start and rate",
        source,
        reading.worst_accuracy(results, "sigmoid, normalised")[shown],
        reading.USABLE,
    )
    yield below(
        "Test accuracy of plain sigmoid networks after as many steps: the best rate",
        source,
        reading.worst_accuracy(results, "sigmoid"),
        reading.USABLE,
    )
    yield reported(
        "The same from a wide start: the best rate",
        "control",
        float(reading.worst_accuracy(results, "sigmoid, wide start").max()),
    )


def verdict(results: Results) -> dict[str, list[str]]:
    """Sentences for the gallery, with the numbers of the results."""
    steps = {name: float(np.median(reading.compared_steps(results, name))) for name in WATCHED}
    moved = {name: float(np.median(reading.shifts(results, name))) for name in WATCHED}
    relu, normalized = (
        reading.largest_usable_rate(results, name) for name in ("ReLU", "ReLU, normalised")
    )
    return {
        "What we found": [
            "From small first weights, three layers of sigmoid units reach a loss of 0.3 on digits "
            f"in {steps['normalised']:,.0f} steps with batch normalisation and in "
            f"{steps['plain']:,.0f} without.",
            "Meanwhile the median of a unit of the last hidden layer moves by "
            f"{moved['normalised']:.2g} of its range at the start, instead of "
            f"{moved['plain']:.2g}: its range at the start is small without normalisation.",
            "Better first weights do much of the same: four times as large, and without "
            f"normalisation, they need {steps['wide start']:,.0f} steps, and the median moves by "
            f"{moved['wide start']:.2g} of its range.",
            f"The largest learning rate at which all ReLU networks learn is {normalized:g} with "
            f"normalisation and {relu:g} without.",
            "Normalisation has a price in very deep networks: at the start it makes gradients "
            "explode, as `vanishing_exploding` shows.",
        ]
    }
