"""What do shifted images, a penalty on active units and doubt about labels do to digits?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim, above, below, close, ordered, reported, within_errors
from experiments.lab.contract import Results
from experiments.regularization import wrong_labels
from experiments.regularization.reading import (
    decided,
    extrapolated_gap,
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
    """Trained on shifted images minus trained on images as they are; 95% intervals over splits."""
    plain, moved = results["shift_errors"][1] - results["shift_errors"][0]
    decides = len(plain) >= SPLITS
    _, ends = paired_interval(moved)
    yield below(
        "Training on shifted digits lowers the error on digits shifted by one pixel (upper end of "
        "the difference)",
        AUGMENTATION,
        ends[1],
        0.0,
        interval=ends,
        asserted=decides,
    )
    yield decided(
        "Training on shifted digits lowers the error on digits as they are, 8 × 8 pixels and all "
        "centred (error with shifts minus error without)",
        AUGMENTATION,
        paired_interval(plain),
        high=0,
        decides=decides,
    )


def _sparse_claims(results: Results) -> Iterator[Claim]:
    prices, active, errors = (
        results[name] for name in ("activity_prices", "active", "sparse_errors")
    )
    decides = errors.shape[1] >= SPLITS
    shares = active.mean(axis=1)
    yield ordered(
        "The larger the penalty on activations, the fewer hidden units are active (share of units "
        "and images, by the penalty's factor)",
        SPARSE,
        {
            f"penalty {price:g}" if price else "no penalty": float(share)
            for price, share in zip(prices[::-1], shares[::-1], strict=True)
        },
        asserted=decides,
    )
    ratios = results["balance"][1:] / (prices[1:, None] * results["activity"][1:])
    yield close(
        "At the end of training the weights balance both penalties (weight decay times "
        "|W₂|² − |W₁|², over the penalty's factor times the mean Σ|h|; mean over splits; training "
        "ends near the minimum, not at it)",
        "invariance to scale",
        ratios.mean(axis=1),
        1.0,
        0.1,
        asserted=decides,
    )
    place = int(np.argmin(np.abs(prices - 0.01)))
    cost = paired_interval(errors[place] - errors[0])
    yield decided(
        f"Sparse hidden layers raise the test error by less than {COST:g} (error with the "
        f"penalty's factor {prices[place]:g} minus error without a penalty)",
        SPARSE,
        cost,
        high=COST,
        decides=decides,
        unclear="may be more",
    )
    yield below(
        f"Sparse hidden layers raise the test error by less than {2 * COST:g} (upper end of the "
        "same difference)",
        SPARSE,
        cost[1][1],
        2 * COST,
        interval=cost[1],
        asserted=decides,
    )
    yield decided(
        "Sparse hidden layers lower the test error (error with the penalty's factor "
        f"{prices[place]:g} minus error without a penalty)",
        SPARSE,
        cost,
        high=0,
        decides=decides,
    )


def _label_claims(results: Results) -> Iterator[Claim]:
    mean, error = extrapolated_gap(results["noise_gaps"])
    yield within_errors(
        "As the learning rate goes to 0, label noise leads to the scores of label smoothing (gap "
        "of the scores of two classes)",
        "the mean of label noise is label smoothing",
        mean,
        logit_gap(2, wrong_labels.PAIR_SHARE),
        error,
    )
    errors, losses = results["wrong_errors"], results["wrong_log_losses"]
    decides = errors.shape[1] >= SPLITS
    yield reported("Share of the training labels that are wrong", "known", results["wrong_share"])
    for place, words in ((1, "Label smoothing"), (2, "Label noise")):
        _, ends = paired_interval(errors[place] - errors[0])
        yield below(
            f"{words} lowers the test error if some training labels are wrong (upper end of the "
            "difference)",
            LABELS,
            ends[1],
            0.0,
            interval=ends,
            asserted=decides,
        )
        yield decided(
            f"{words} improves the probabilities if some training labels are wrong (log loss with "
            "it minus that without)",
            LABELS,
            paired_interval(losses[place] - losses[0]),
            high=0,
            decides=decides,
        )
    _, ends = paired_interval(results["wrong_learned"][0] - results["wrong_learned"][2])
    yield above(
        "With label noise the network memorises fewer of the wrong labels (lower end of the "
        "difference of the shares)",
        LABELS,
        ends[0],
        0.0,
        interval=ends,
        asserted=decides,
    )
