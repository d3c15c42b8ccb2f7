"""Which differences between the rules remain when each has its own learning rate?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import (
    Claim,
    above,
    all_of,
    at_least,
    below,
    close,
    refused,
    reported,
    within,
)
from experiments.lab.contract import Results
from experiments.optimizers import race_reading as reading
from experiments.optimizers.race import RATES, SET_ASIDE

LECTURE = "lecture 11, “Momentum” and “Adaptive Learning Rates”"
WILSON = "Wilson et al. 2017"
STOPPING = "early stopping in another form"
FLOW = "both follow the same gradient flow while the rate is small"
NOISY = ("Heart", "diabetes")  # tables that a network of this size can learn by heart


def claims(results: Results) -> list[Claim]:
    """Claims about the race, in this order: protocol, training rows, new rows, rates."""
    return [
        *_protocol_claims(results),
        *_rule_claims(results),
        *_table_claims(results),
        *_rate_claims(results),
    ]


def _protocol_claims(results: Results) -> Iterator[Claim]:
    tuned = results["race_rates"][..., : reading.UNTUNED_CHOICE]
    yield all_of(
        "Tuned learning rates that lie inside the grid, not at its ends",
        "protocol",
        (tuned > RATES[0]) & (tuned < RATES[-1]),
    )


def _rule_claims(results: Results) -> Iterator[Claim]:
    """Medians over seeds of the ratio to gradient descent; geometric means over tables."""
    training = _medians(results, reading.FOR_TRAINING, 0)
    new = _medians(results, reading.FOR_NEW, 1)
    for place, rule in enumerate(reading.rules(results)[1:], start=1):
        words = (
            f"Training loss of {rule} over that of gradient descent, each at its own best rate "
            "(mean over tables)"
        )
        mean, ends = _geometric_mean(training[:, place]), _range(training[:, place])
        if rule == "AdaGrad":  # its rate only ever shrinks
            yield refused(words, LECTURE, mean, "below 1", unless=mean < 1, interval=ends)
        else:
            yield below(words, LECTURE, mean, 1.0, interval=ends)
    for place, rule in enumerate(reading.rules(results)[1:], start=1):
        yield within(
            f"Loss of new rows with {rule} over that with gradient descent, each at its own best "
            "rate (mean over tables): no large difference",
            WILSON,
            _geometric_mean(new[:, place]),
            0.9,
            1.1,
            interval=_range(new[:, place]),
        )


def _table_claims(results: Results) -> Iterator[Claim]:
    for choice, rows, words in (
        (reading.FOR_TRAINING, 0, "training loss"),
        (reading.FOR_NEW, 1, f"loss of the {SET_ASIDE:.0%} of rows set aside"),
    ):
        medians = _medians(results, choice, rows)
        for table, name in enumerate(reading.tables(results)):
            order = np.argsort(medians[table])
            yield reported(
                f"{name}, {words} over that of gradient descent, each rule at its own best rate: "
                "rules from the least to the greatest",
                LECTURE,
                ", ".join(
                    f"{reading.rules(results)[rule]} {medians[table, rule]:.3g}" for rule in order
                ),
            )


def _rate_claims(results: Results) -> Iterator[Claim]:
    tuned, untuned = (
        np.median(reading.last_losses(results, choice, 1), axis=-1)
        for choice in (reading.FOR_NEW, reading.UNTUNED_CHOICE)
    )
    spreads = [losses.max(axis=1) / losses.min(axis=1) for losses in (tuned, untuned)]
    yield above(
        "Loss of new rows, the worst rule over the best: with the rate 0.01 for every rule, over "
        "the same with tuned rates",
        "a comparison at one rate is one of rates",
        spreads[1] / spreads[0],
        1.0,
    )
    momentum = reading.rules(results).index("momentum")
    yield close(
        "Training loss of damped momentum over that of gradient descent at the rate 0.01",
        FLOW,
        _medians(results, reading.UNTUNED_CHOICE, 0)[:, momentum],
        1.0,
        0.05,
    )
    names = [name for name in reading.tables(results) if name in NOISY]
    noisy = [name in NOISY for name in reading.tables(results)]
    rates = results["race_rates"][noisy]
    over = rates[..., reading.FOR_TRAINING] / rates[..., reading.FOR_NEW]  # powers of two
    words = "rate with the least training loss over that with the least loss of new rows"
    least = float(over.min())
    yield refused(
        f"Rates that learn the training rows by heart are too large for every rule: {words}, the "
        f"least of all rules on {' and '.join(names)}",
        STOPPING,
        least,
        "at least 2",
        unless=least >= 2,
    )
    yield at_least(
        f"The same, geometric mean over rules on {' and '.join(names)}",
        STOPPING,
        np.exp(np.log(over).mean(axis=1)),
        2.0,
    )


def _medians(results: Results, choice: int, rows: int) -> np.ndarray:
    """(tables, rules) medians over seeds of the ratio to gradient descent."""
    return np.median(reading.ratios(results, choice, rows), axis=-1)


def _geometric_mean(values: np.ndarray) -> float:
    return float(np.exp(np.log(values).mean()))


def _range(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())
