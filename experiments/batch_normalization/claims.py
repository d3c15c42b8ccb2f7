"""Does batch normalisation keep its promises: exact identities, stable units, larger rates?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from experiments.batch_normalization import identities, reading
from experiments.lab.claims import (
    Claim,
    above,
    all_of,
    at_least,
    at_most,
    close,
    ordered,
    refused,
    reported,
)
from experiments.lab.contract import Results

FORMULA = "lecture 11, “Batch Normalization”"
PAPER = "Ioffe and Szegedy 2015"
FIGURE = f"{PAPER}, figure 1"
SCALES = "scale invariance"
CONTROL = "control: other initial weights, no normalisation"
LAYERS = "standard deviation of its pre-activations, end over start"
SHIFT = (
    "farthest the median of a unit goes, in units of its range (15th to 85th percentile) at the "
    "start; median over units"
)
ORDER = ("normalised", "wide start", "plain")  # as normalisation is to help


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
    yield at_most(
        "Variance of a normalised unit over v / (v + δ), δ = 0.001, v from 0.00006 to 100: largest "
        "difference from 1",
        "divisor m, v / (v + δ)",
        np.abs(found.var(axis=1) * (variance + identities.DELTA) / variance - 1).max(),
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
        np.abs(identities.FACTOR * results["long_gradient"] - gradient).max() / largest,
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
        "The same if the gradient takes the moments for constants: far above rounding",
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
    ratios = (lengths[-1] - lengths[0]) / (identities.RATE**2 * gradients.sum(axis=0))
    yield at_most(
        f"Growth of |w|² over {identities.STEPS} steps, over the sum of η² |g|²: largest "
        "difference from 1",
        SCALES,
        np.abs(ratios - 1).max(),
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
    grown = {name: reading.growth_of_spread(results, name) for name in ORDER}
    for name in ORDER:
        yield reported(f"Spread of the last hidden layer, {LAYERS}: {name}", FIGURE, grown[name])
    yield all_of(
        "The spread of the last hidden layer grows least in the normalised network, more from a "
        "wide start, and most in the plain network: starts",
        FIGURE,
        _ascending(grown),
    )
    moved = {name: np.median(reading.shifts(results, name), axis=1) for name in ORDER}
    for name in ORDER:
        yield reported(f"Internal covariate shift, {SHIFT}: {name}", FIGURE, moved[name])
    yield all_of(
        "Internal covariate shift is least in the normalised network, more from a wide start, and "
        "most in the plain network: starts",
        FIGURE,
        _ascending(moved),
    )


def _ascending(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """(starts,) whether the values ascend, each network from the same seeds."""
    return np.all(np.diff(list(values.values()), axis=0) > 0, axis=0)


def _speed_claims(results: Results) -> Iterator[Claim]:
    steps = {name: reading.compared_steps(results, name) for name in ORDER}
    for name in ORDER:
        yield reported(
            f"Steps until the loss is below 0.3 (mean of 20 batches): {name}", FIGURE, steps[name]
        )
    yield all_of(
        "The normalised network needs the fewest of these steps, the plain network from a wide "
        "start more, and the plain network the most: starts",
        FIGURE,
        _ascending(steps),
    )
    gain = steps["plain"] / steps["normalised"]
    yield reported("Steps without normalisation over steps with it", FIGURE, gain)
    by_start = steps["plain"] / steps["wide start"]
    yield reported(
        "Steps from small initial weights over steps from a wide start", CONTROL, by_start
    )
    yield reported(
        "Share of the logarithm of the gain by normalisation that a wide start gives as well",
        CONTROL,
        np.log(by_start) / np.log(gain),
    )
    for name in ORDER:
        accuracy = reading.compared(results, "watched_accuracy", name)
        yield reported(f"Test accuracy after the last step: {name}", FIGURE, accuracy)


def _rate_claims(results: Results) -> Iterator[Claim]:
    source = f"{PAPER}, section 3.3"
    rates = results["swept_rates"]
    every = f"learning rates from {rates.min():g} to {rates.max():g}"
    largest = {
        name: reading.largest_usable_rate(results, name) for name in ("ReLU", "ReLU, normalised")
    }
    for name, rate in largest.items():
        yield reported(
            f"Largest usable learning rate (every start above 90%): {name}", source, rate
        )
    yield at_least(
        "Largest usable learning rate with normalisation over that without, ReLU (3 is a step of "
        "the rates tried)",
        source,
        largest["ReLU, normalised"] / largest["ReLU"],
        3,
    )
    worst = float(reading.worst_accuracy(results, "sigmoid, normalised").min())
    yield refused(
        f"Normalised sigmoid networks learn at all {every}: test accuracy of the worst start and "
        "rate",
        source,
        worst,
        f"above {reading.USABLE:g}",
        unless=worst > reading.USABLE,
    )
    yield ordered(
        f"Number of the {len(rates)} {every} at which every start of a sigmoid network learns, "
        "test accuracy above 0.9",
        source,
        reading.usable_rates(results),
    )
