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
    refused,
    reported,
)
from experiments.lab.contract import Results
from experiments.optimizers import race_reading as reading
from experiments.optimizers.race import RATES, SET_ASIDE

LECTURE = "lecture 11, “Momentum” and “Adaptive Learning Rates”"
WILSON = "Wilson et al. 2017"
STOPPING = "early stopping in another form"
FLOW = "both follow the same gradient flow while the rate is small"
NOISY = ("Heart", "diabetes")  # tables whose response is not decided by the predictors


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
    """Medians over seeds of the ratio to gradient descent, of every table."""
    training = _medians(results, reading.FOR_TRAINING, 0)
    for place, rule in enumerate(reading.rules(results)[1:], start=1):
        worst = float(training[:, place].max())
        yield refused(
            f"Training loss of {rule} over that of gradient descent, each at its own best rate: "
            "below on every table",
            LECTURE,
            worst,
            "below 1",
            unless=worst < 1,
            interval=_range(training[:, place]),
        )
    if "AdaGrad" in reading.rules(results):
        yield reported(
            "The same for AdaGrad, geometric mean over tables",
            LECTURE,
            _geometric_mean(training[:, reading.rules(results).index("AdaGrad")]),
        )
    new = np.abs(np.log(_medians(results, reading.FOR_NEW, 1)))
    descent = np.log(reading.last_losses(results, reading.FOR_NEW, 1)[:, 0])
    between = np.diff(np.quantile(descent, (0.25, 0.75), axis=-1), axis=0)[0]
    for place, rule in enumerate(reading.rules(results)[1:], start=1):
        yield below(
            f"Logarithm of the loss on new rows, {rule} minus gradient descent, each at its own "
            "best rate: size over the interquartile range between draws of the rows, every table",
            WILSON,
            new[:, place] / between,
            1.0,
        )


def _table_claims(results: Results) -> Iterator[Claim]:
    for choice, rows, words in (
        (reading.FOR_TRAINING, 0, "training loss"),
        (reading.FOR_NEW, 1, f"loss on the {SET_ASIDE:.0%} of rows set aside"),
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
        "Loss on new rows, the worst rule over the best: with the rate 0.01 for every rule, over "
        "the same with tuned rates",
        "a comparison at one rate compares rates, not rules",
        spreads[1] / spreads[0],
        1.0,
    )
    losses = results["race_losses"][:, 0, reading.UNTUNED_CHOICE, 0]
    momentum = reading.rules(results).index("momentum")
    yield below(
        "Training loss of damped momentum at the rate 0.01 is that of gradient descent but for a "
        "lag of a / (1 − a) = 9 steps: difference of the logarithms, over what gradient descent "
        "gains in its last two epochs",
        FLOW,
        np.abs(np.log(_medians(results, reading.UNTUNED_CHOICE, 0)[:, momentum]))
        / np.log(np.median(losses[..., -3] / losses[..., -1], axis=-1)),
        1.0,
    )
    rates = results["race_rates"]
    over = rates[..., reading.FOR_TRAINING] / rates[..., reading.FOR_NEW]  # powers of two
    means = np.exp(np.log(over).mean(axis=1))
    for table, name in enumerate(reading.tables(results)):
        words = (
            f"{name}: rate with the least training loss over that with the least loss on new rows, "
            "geometric mean over rules"
        )
        if name in NOISY:
            yield at_least(
                f"{words} (rates at which networks memorise noise are too large, by a step of the "
                "grid or more)",
                STOPPING,
                means[table],
                2.0,
            )
        else:
            yield reported(f"{words} (little noise)", STOPPING, means[table])
    yield reported(
        "The same for each rule by itself, all tables: the least", STOPPING, float(over.min())
    )


def _medians(results: Results, choice: int, rows: int) -> np.ndarray:
    """(tables, rules) medians over seeds of the ratio to gradient descent."""
    return np.median(reading.ratios(results, choice, rows), axis=-1)


def _geometric_mean(values: np.ndarray) -> float:
    return float(np.exp(np.log(values).mean()))


def _range(values: np.ndarray) -> tuple[float, float]:
    return float(values.min()), float(values.max())
