"""What do shifted images, a price of active units and doubt about labels do to digits?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, above, below, close, ordered, reported, within_errors
from experiments.lab.contract import Results
from experiments.regularization import wrong_labels
from experiments.regularization.reading import (
    extrapolated_gap,
    found_or_refused,
    logit_gap,
    paired_interval,
)

AUGMENTATION = "lecture 11, “Data Augmentation”"
SPARSE = "lecture 11, “Sparse Representation”"
LABELS = "lecture 11, “Noise Robustness”"
SPLITS = 8  # fewer do not decide
COST = 0.01  # of the test error


def claims(results: Results) -> list[Claim]:
    """Claims about augmentation, sparse representations and wrong labels."""
    return [
        *_augmentation_claims(results),
        *_sparse_claims(results),
        *_label_claims(results),
    ]


def _augmentation_claims(results: Results) -> Iterator[Claim]:
    """Trained on shifted images less trained on images as they are; 95% intervals over splits."""
    plain, moved = results["shift_errors"][1] - results["shift_errors"][0]
    decides = len(plain) >= SPLITS
    mean, ends = paired_interval(moved)
    yield below(
        "Training on shifted digits lowers the error on digits shifted by one pixel: upper end of "
        "the difference",
        AUGMENTATION,
        ends[1],
        0.0,
        interval=ends,
        asserted=decides,
    )
    mean, ends = paired_interval(plain)
    yield found_or_refused(
        "It lowers the error on digits as they are (8 × 8 pixels, all centred): difference, 95% "
        "interval",
        AUGMENTATION,
        mean,
        "below 0",
        ends[1] < 0,
        ends,
        decides,
    )


def _sparse_claims(results: Results) -> Iterator[Claim]:
    prices, active, errors = (
        results[name] for name in ("activity_prices", "active", "sparse_errors")
    )
    decides = errors.shape[1] >= SPLITS
    shares = active.mean(axis=1)
    yield ordered(
        "Share of units and images in which a unit is active, by the price of activity",
        SPARSE,
        {
            f"{price:g}": float(share)
            for price, share in zip(prices[::-1], shares[::-1], strict=True)
        },
    )
    ratios = results["balance"][1:] / (prices[1:, None] * results["activity"][1:])
    yield close(
        "Balance of both prices at the end of training, b (|W2|² − |W1|²) over a mean Σ|h|, mean "
        "over splits; steps end near the minimum, not at it",
        "invariance to scale",
        ratios.mean(axis=1),
        1.0,
        0.1,
        asserted=decides,
    )
    place = int(np.argmin(np.abs(prices - 0.01)))
    mean, ends = paired_interval(errors[place] - errors[0])
    words = f"With the price {prices[place]:g} the test error grows by less than {COST:.0%}"
    yield found_or_refused(
        f"{words}: difference, 95% interval",
        SPARSE,
        mean,
        f"below {COST:g}",
        ends[1] < COST,
        ends,
        decides,
    )
    yield below(
        f"The same by less than {2 * COST:.0%}: upper end of the difference",
        SPARSE,
        ends[1],
        2 * COST,
        interval=ends,
        asserted=decides,
    )
    yield found_or_refused(
        "A sparse representation lowers the test error: difference at this price, 95% interval",
        SPARSE,
        mean,
        "below 0",
        ends[1] < 0,
        ends,
        decides,
    )


def _label_claims(results: Results) -> Iterator[Claim]:
    mean, error = extrapolated_gap(results["noise_gaps"])
    yield within_errors(
        "Gap of the scores of two classes that learn with label noise, as the learning rate goes "
        "to 0: that of smoothed labels",
        "the mean of label noise is label smoothing",
        mean,
        logit_gap(2, wrong_labels.PAIR_SHARE),
        error,
    )
    errors, losses = results["wrong_errors"], results["wrong_log_losses"]
    decides = errors.shape[1] >= SPLITS
    yield reported("Share of the training labels that are wrong", "known", results["wrong_share"])
    for place, words in ((1, "Label smoothing"), (2, "Label noise")):
        mean, ends = paired_interval(errors[place] - errors[0])
        yield below(
            f"{words} lowers the test error if labels are wrong: upper end of the difference",
            LABELS,
            ends[1],
            0.0,
            interval=ends,
            asserted=decides,
        )
        mean, ends = paired_interval(losses[place] - losses[0])
        yield found_or_refused(
            f"{words} makes the probabilities better if labels are wrong: difference in log loss, "
            "95% interval",
            LABELS,
            mean,
            "below 0",
            ends[1] < 0,
            ends,
            decides,
        )
    mean, ends = paired_interval(results["wrong_learned"][0] - results["wrong_learned"][2])
    yield above(
        "With label noise fewer of the wrong labels are learned: lower end of the difference of "
        "the shares",
        LABELS,
        ends[0],
        0.0,
        interval=ends,
        asserted=decides,
    )
