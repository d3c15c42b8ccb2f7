"""Do dropout, weight decay and early stopping lower the error on new rows?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, above, below, reported
from experiments.lab.contract import Results
from experiments.regularization.digit_dropout import DRAWS
from experiments.regularization.overfitting import DECAYS, NOISE
from experiments.regularization.reading import found_or_refused, paired_interval, paired_ratio
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
    """With dropout less without, test images; 95% intervals over splits."""
    decides = results["errors"].shape[-1] >= SPLITS
    for place, name in enumerate(results["architectures"]):
        mean, ends = paired_interval(np.diff(results["errors"][place], axis=0)[0])
        yield found_or_refused(
            f"Dropout lowers the test error, {name} hidden units: difference, 95% interval",
            f"{DROPOUT}; lecture 11, “Dropout”",
            mean,
            "below 0",
            ends[1] < 0,
            ends,
            decides,
        )
    for place, name in enumerate(results["architectures"]):
        mean, ends = paired_interval(np.diff(results["log_losses"][place], axis=0)[0])
        statement = f"Dropout makes the probabilities better, {name} hidden units: "
        source = "Srivastava et al. 2014"
        if place == 0:
            yield below(
                statement + "upper end of the difference in log loss",
                source,
                ends[1],
                0.0,
                interval=ends,
                asserted=decides,
            )
        else:
            yield found_or_refused(
                statement + "difference in log loss, 95% interval",
                source,
                mean,
                "below 0",
                ends[1] < 0,
                ends,
                decides,
            )


def _average_claims(results: Results) -> Iterator[Claim]:
    """Monte-Carlo averages less weight scaling, the first network."""
    decides = results["errors"].shape[-1] >= SPLITS
    gaps = results["drawn_errors"] - results["errors"][0, 1]
    intervals = [paired_interval(row)[1] for row in gaps]
    mean, ends = paired_interval(gaps[-1])
    yield found_or_refused(
        f"The mean of {DRAWS[-1]} thinned networks and weight scaling have the same test error, to "
        "0.005: difference, 95% interval",
        AVERAGE,
        mean,
        "-0.005 to 0.005",
        ends[0] > -0.005 and ends[1] < 0.005,
        ends,
        decides,
    )
    yield above(
        f"The mean of {DRAWS[-1]} thinned networks is not better by 0.005 or more: lower end of "
        "the difference",
        AVERAGE,
        ends[0],
        -0.005,
        interval=ends,
        asserted=decides,
    )
    yield above(
        "One thinned network is worse than weight scaling: lower end of the difference in test "
        "error",
        AVERAGE,
        intervals[0][0],
        0.03,
        interval=intervals[0],
        asserted=decides,
    )
    tenth = DRAWS.index(10)
    yield above(
        "Ten are worse too: lower end of the difference in test error",
        AVERAGE,
        intervals[tenth][0],
        0.0,
        interval=intervals[tenth],
        asserted=decides,
    )
    losses = results["drawn_log_losses"][-1] - results["log_losses"][0, 1]
    mean, ends = paired_interval(losses)
    yield found_or_refused(
        f"The mean of {DRAWS[-1]} thinned networks has the better probabilities: difference in "
        "log loss from weight scaling, 95% interval",
        "Gal & Ghahramani 2016",
        mean,
        "below 0",
        ends[1] < 0,
        ends,
        decides,
    )
    yield reported(
        "Total variation between its probabilities and those of weight scaling",
        AVERAGE,
        results["variation"],
    )


def _sine_claims(results: Results) -> Iterator[Claim]:
    """Medians and geometric means over seeds, as some fits end in a spike of the loss."""
    decides = results["last_test"].shape[1] >= SPLITS
    trained = float(np.median(results["last_train"][0]))
    yield found_or_refused(
        "A network of 5 × 100 units fits the noise: training error without weight decay, median, "
        "below a third of the noise floor",
        OVERFITTING,
        trained,
        f"below {NOISE**2 / 3:.2g}",
        trained < NOISE**2 / 3,
        _ends(median_interval(results["last_train"][0])),
        decides,
    )
    yield below(
        "The same over the error of the true function on the same rows, whose noise it fits if "
        "this is below 1: every seed",
        OVERFITTING,
        results["last_train"][0] / results["truth_error"],
        1.0,
        asserted=decides,
    )
    found = median_interval(results["last_test"][0])
    yield above(
        "Its error on new rows, lower end of the median: well above the noise floor of 0.09",
        OVERFITTING,
        found.lower,
        0.12,
        interval=_ends(found),
        asserted=decides,
    )
    gains = np.log(results["last_test"] / results["early_test"])
    for decay, row in zip(DECAYS, gains, strict=True):
        statement = (
            f"Early stopping lowers the test error, weight decay {decay:g}: error at the end "
        )
        mean, ends = paired_ratio(row)
        if decay == 0:
            yield above(
                statement + "over that when stopped, lower end of the mean ratio",
                STOPPING,
                ends[0],
                1.0,
                interval=ends,
                asserted=decides,
            )
        else:
            yield found_or_refused(
                statement + "over that when stopped, mean ratio, 95% interval",
                STOPPING,
                mean,
                "above 1",
                ends[0] > 1,
                ends,
                decides,
            )
    mean, ends = paired_ratio(gains[0] - gains[-1])
    yield above(
        f"It gains less with weight decay {DECAYS[-1]:g} than without, since decay leaves less to "
        "stop: lower end of the mean ratio of the gains",
        STOPPING,
        ends[0],
        1.0,
        interval=ends,
        asserted=decides,
    )
    mean, ends = paired_ratio(np.log(results["last_test"][0] / results["last_test"][-1]))
    yield above(
        f"Weight decay {DECAYS[-1]:g} lowers the test error: error without over that with it, "
        "lower end of the mean ratio",
        "lecture 11, “Norm Penalties”",
        ends[0],
        1.0,
        interval=ends,
        asserted=decides,
    )


def _ends(found: MedianInterval) -> tuple[float, float]:
    return found.lower, found.upper
