"""How are shifted images, sparse representations and wrong labels drawn?"""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.regularization import augmentation, wrong_labels
from experiments.regularization.draw_training import dots, log_axis
from experiments.regularization.reading import (
    extrapolated_gap,
    logit_gap,
    mean_and_error,
    paired_ratio,
)
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "augmentation": "Networks that learn handwritten digits as they are, or shifted by up to one "
    "pixel. 400 images of 8 × 8 pixels; shifts are drawn anew in every step; dots: random splits. "
    "a: an image and its shifts. b: test error; bars: medians. c: error of networks trained on "
    "shifted images over that of the others, geometric mean and 95% interval. Shifts are learned, "
    "and cost a little on images that are all centred.",
    "sparse": "A penalty a Σ|h| on the hidden activations leaves few of them active. a, b: hidden "
    "units (across) of 100 training images (down, by class), darker where larger, without the "
    "penalty and with it; each panel has its own scale. c: share of units and images in which a "
    "unit is active. d: the weights balance this penalty and weight decay, as the invariance of "
    "ReLU networks to scale demands (line). e: test error; bars: medians over random splits.",
    "labels": "Label noise and label smoothing, on two classes and on digits with wrong labels. a: "
    "gap of the scores of two classes that learn with label noise, mean ± 4 standard errors; as "
    "the learning rate falls it approaches that of label smoothing (dashed). b to d: digits, a "
    "fifth of them with a label drawn at random; training takes the labels as given, smooths "
    "them, or draws a fifth anew in each step; dots: random splits; bars: medians. b: error on "
    "test images with right labels. c: log loss there. d: share of the wrong labels that is "
    "memorised.",
}


def draw(results: Results) -> dict[str, Figure]:
    """Augmentation, sparse representations and labels."""
    return {
        "augmentation": _augmentation(results),
        "sparse": _sparse(results),
        "labels": _labels(results),
    }


def _augmentation(results: Results) -> Figure:
    figure, (example, errors, gain) = plotting.panels(3, columns=3, height=3.4)
    side = augmentation.SIDE
    images = results["shift_example"].reshape(-1, side, side)
    grid = np.full((3 * side + 2, 3 * side + 2), np.nan)
    places = [(1, 1), *((1 + down, 1 + right) for down, right in augmentation.DIRECTIONS)]
    for image, (row, column) in zip(images, places, strict=True):
        top, left = row * (side + 1), column * (side + 1)
        grid[top : top + side, left : left + side] = image
    example.imshow(grid, cmap=colormaps["gray_r"].with_extremes(bad="#B8CCE4"))
    example.set_axis_off()
    names = ("as they are", "shifted")
    for kind, (name, shade) in enumerate(
        zip(augmentation.KINDS, ("vermilion", "blue"), strict=True)
    ):
        for place, row in enumerate(results["shift_errors"][kind]):
            label = f"trained {name}" if place == 0 else None
            dots(errors, place + 0.3 * kind - 0.15, row, shade, label)
    log_axis(errors, (0.03, 0.05, 0.1, 0.2, 0.5))
    errors.set_ylabel("test error")
    errors.legend(loc="center left", handletextpad=0.1, borderaxespad=0)
    plain, moved = results["shift_errors"]
    for place, logarithms in enumerate(np.log(moved / plain)):
        mean, ends = paired_ratio(logarithms)
        gain.plot([place, place], ends, "-", color=COLORS["blue"])
        gain.plot(place, mean, "o", color=COLORS["blue"])
    gain.axhline(1, color=COLORS["grey"], linewidth=0.8)
    log_axis(gain, (0.1, 0.2, 0.5, 1, 1.5))
    gain.set_ylabel("ratio of test errors")
    for ax in (errors, gain):
        ax.set_xticks(range(len(names)), names)
        ax.set_xlim(-0.5, len(names) - 0.5)
        ax.set_xlabel("test images")
    return figure


def _sparse(results: Results) -> Figure:
    figure, axes = plotting.panels(5, columns=3, height=3.2)
    prices = results["activity_prices"]
    place = int(np.argmin(np.abs(prices - 0.01)))
    for ax, shown in zip(axes[:2], (0, place), strict=True):
        units = results["shown_units"][shown]
        ax.imshow(units, aspect="auto", cmap="Blues", vmax=np.quantile(units[units > 0], 0.98))
        ax.grid(visible=False)
        ax.set_title(f"factor a = {prices[shown]:g}")
        ax.set_xlabel("hidden unit")
        ax.set_ylabel("image")
    active, balance, errors = axes[2:]
    for column, row in enumerate(results["active"]):
        dots(active, column, row, "blue")
    log_axis(active, (0.03, 0.1, 0.3, 1))
    active.set_ylabel("share of active units")
    for column, row in enumerate(results["sparse_errors"]):
        dots(errors, column, row, "blue")
    errors.set_ylim(bottom=0)
    errors.set_ylabel("test error")
    for ax in (active, errors):
        ax.set_xticks(range(len(prices)), [f"{price:g}" for price in prices])
        ax.set_xlim(-0.5, len(prices) - 0.5)
        ax.set_xlabel("factor a of the penalty")
    expected = prices[1:, None] * results["activity"][1:]
    balance.plot(expected.ravel(), results["balance"][1:].ravel(), "o", color=COLORS["blue"])
    ends = np.array([expected.min(), expected.max()])
    balance.plot(ends, ends, color=COLORS["black"])
    balance.set_xlabel("penalty, mean of a Σ|h|")
    balance.set_ylabel("weight decay × (|W₂|² − |W₁|²)")
    return figure


def _labels(results: Results) -> Figure:
    figure, (gaps, errors, losses, learned) = plotting.panels(4, height=3.3)
    rates = np.array(wrong_labels.PAIR_RATES)
    means, standard = np.array([mean_and_error(row) for row in results["noise_gaps"]]).T
    gaps.errorbar(rates, means, 4 * standard, fmt="o", color=COLORS["blue"], label="label noise")
    limit, error = extrapolated_gap(results["noise_gaps"])
    gaps.errorbar(
        0, limit, 4 * error, fmt="s", color=COLORS["vermilion"], label="extrapolated to 0"
    )
    smoothed = logit_gap(2, wrong_labels.PAIR_SHARE)
    gaps.axhline(
        smoothed, color=COLORS["black"], linestyle=LINES["dashed"], label="label smoothing"
    )
    gaps.set_xlim(-0.01, 0.11)
    gaps.set_xlabel("learning rate")
    gaps.set_ylabel("gap of the scores")
    gaps.legend(loc="upper left")
    for ax, name, label in (
        (errors, "wrong_errors", "test error"),
        (losses, "wrong_log_losses", "log loss"),
        (learned, "wrong_learned", "share of wrong labels memorised"),
    ):
        for place, row in enumerate(results[name]):
            dots(ax, place, row, ("vermilion", "blue", "green")[place])
        ax.set_xticks(range(len(wrong_labels.KINDS)), list(wrong_labels.KINDS))
        ax.set_xlim(-0.5, len(wrong_labels.KINDS) - 0.5)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("labels")
        ax.set_ylabel(label)
    return figure
