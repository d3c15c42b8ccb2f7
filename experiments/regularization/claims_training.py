"""Do dropout, weight decay and early stopping lower the error on new rows?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, above, below, refused, reported
from experiments.lab.contract import Results
from experiments.regularization.digit_dropout import DRAWS
from experiments.regularization.overfitting import DECAYS, NOISE
from experiments.regularization.reading import decided, paired_interval, paired_ratio
from experiments.shared.statistics import MedianInterval, median_interval

DROPOUT = "Srivastava et al. 2014, figure 4"
AVERAGE = "Srivastava et al. 2014, figure 11"
OVERFITTING = "lecture 11, “Overfitting”"
STOPPING = "lecture 11, “Early Stopping”"
SPLITS = 8  # fewer do not decide


def claims(results: Results) -> list[Claim]:
    """Claims about dropout on digits, and about a network that overfits."""
    return [*_dropout_claims(results), *_average_claims(results), *_sine_claims(results)]


def _dropout_claims(results: Results) -> Iterator[Claim]:
    """With dropout minus without, test images; 95% intervals over splits, one rule for all."""
    decides = results["errors"].shape[-1] >= SPLITS
    for name, pair in zip(results["architectures"], results["errors"], strict=True):
        yield decided(
            f"Dropout lowers the test error of a network with {name} hidden units (error with "
            "dropout minus error without)",
            f"{DROPOUT}; lecture 11, “Dropout”",
            paired_interval(pair[1] - pair[0]),
            high=0,
            decides=decides,
        )
    for name, pair in zip(results["architectures"], results["log_losses"], strict=True):
        yield decided(
            f"Dropout improves the probabilities of a network with {name} hidden units (log loss "
            "with dropout minus that without)",
            "Srivastava et al. 2014",
            paired_interval(pair[1] - pair[0]),
            high=0,
            decides=decides,
        )


def _average_claims(results: Results) -> Iterator[Claim]:
    """Monte-Carlo averages minus weight scaling, the first network."""
    decides = results["errors"].shape[-1] >= SPLITS
    gaps = results["drawn_errors"] - results["errors"][0, 1]
    average = f"the mean of {DRAWS[-1]} thinned networks"
    yield decided(
        f"Weight scaling and {average} have the same test error, to 0.005 (error of the mean minus "
        "that of weight scaling)",
        AVERAGE,
        paired_interval(gaps[-1]),
        low=-0.005,
        high=0.005,
        decides=decides,
        unclear="may differ by more",
    )
    _, ends = paired_interval(gaps[-1])
    yield above(
        f"Weight scaling loses less than 0.005 of test error against {average} (lower end of the "
        "same difference)",
        AVERAGE,
        ends[0],
        -0.005,
        interval=ends,
        asserted=decides,
    )
    for count, words in ((1, "One thinned network errs"), (10, "The mean of ten errs")):
        _, ends = paired_interval(gaps[DRAWS.index(count)])
        yield above(
            f"{words} more often than weight scaling (lower end of the difference in test error)",
            AVERAGE,
            ends[0],
            0.0,
            interval=ends,
            asserted=decides,
        )
    yield decided(
        f"Probabilities are better if they are {average} (log loss of the mean minus that of "
        "weight scaling)",
        "Gal & Ghahramani 2016",
        paired_interval(results["drawn_log_losses"][-1] - results["log_losses"][0, 1]),
        high=0,
        decides=decides,
    )
    yield reported(
        f"Total variation between the probabilities of {average} and of weight scaling",
        AVERAGE,
        results["variation"],
    )


def _sine_claims(results: Results) -> Iterator[Claim]:
    """Medians and geometric means over seeds, as some fits end in a spike of the loss."""
    decides = results["last_test"].shape[1] >= SPLITS
    trained, limit = results["last_train"][0], NOISE**2 / 3
    statement = (
        "A network of 5 × 100 units fits the noise (its squared error on training rows, median; a "
        f"third of the noise's variance is {limit:.2g})"
    )
    middle, ends = float(np.median(trained)), _ends(median_interval(trained))
    if decides:
        low = f"below {limit:.2g}"
        fits = middle < limit
        yield refused(statement, OVERFITTING, middle, low, unless=fits, interval=ends)
    else:
        yield reported(statement, OVERFITTING, middle, f"below {limit:.2g}", interval=ends)
    yield below(
        "In every seed it is closer to its training rows than the true function is (its squared "
        "error there over that of the true function)",
        OVERFITTING,
        trained / results["truth_error"],
        1.0,
        asserted=decides,
    )
    found = median_interval(results["last_test"][0])
    yield above(
        f"On new rows it errs by more than a third above the noise's variance {NOISE**2:.2g} "
        "(lower end of the median squared error)",
        OVERFITTING,
        found.lower,
        4 / 3 * NOISE**2,
        interval=_ends(found),
        asserted=decides,
    )
    gains = np.log(results["last_test"] / results["early_test"])
    for decay, row in zip(DECAYS, gains, strict=True):
        yield decided(
            f"Early stopping lowers the test error of a network with weight decay {decay:g} (error "
            "at the end over error when stopped, geometric mean)",
            STOPPING,
            paired_ratio(row),
            low=1,
            decides=decides,
        )
    _, ends = paired_ratio(gains[0] - gains[-1])
    yield above(
        f"Early stopping gains less with weight decay {DECAYS[-1]:g} than without, since decay "
        "leaves less to stop (ratio of both gains, lower end)",
        STOPPING,
        ends[0],
        1.0,
        interval=ends,
        asserted=decides,
    )
    _, ends = paired_ratio(np.log(results["last_test"][0] / results["last_test"][-1]))
    yield above(
        f"Weight decay {DECAYS[-1]:g} lowers the test error (error without over error with it, "
        "lower end of the geometric mean)",
        "lecture 11, “Norm Penalties”",
        ends[0],
        1.0,
        interval=ends,
        asserted=decides,
    )


def _ends(found: MedianInterval) -> tuple[float, float]:
    return found.lower, found.upper
