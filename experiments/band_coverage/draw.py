"""How are bands drawn for data whose truth is known?

    truth              what bands of a network contain, the truth or its own mean, and what helps
    rows               bands on 100 and on 10,000 rows, and their widths
    compared           kinds of band of a network: how often they contain the truth, their widths
    new_observations   how often prediction intervals contain new observations

Only means, medians and shares of the stored arrays are computed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.band_coverage import draw_compared, draw_new_observations
from experiments.band_coverage.closed_forms import logistic_widths
from experiments.band_coverage.known_truth import GRID, LARGE, PLACES, SMALL, true_curve
from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import (
    DEFAULT,
    REFERENCE,
    at_grid,
    compared,
    covered,
    mean_and_error,
    pooled,
    width_ratios,
)
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "truth": (
        "Bands of a network contain its own mean curve more often than the truth. Data sets of "
        f"{SMALL} rows from a known logistic model, logit P(y = 1) = -0.5 + 1.2 x with x normal; "
        "pointwise nominal 95% bands. a: the band of one data set, the truth, and the "
        "network's mean curve over all data sets: its penalty bends the curve. b: share of data "
        "sets whose band contains the network's own mean curve, and the truth; shaded: Wilson's "
        "interval of each share. Resampling rows shows how a fit varies, and not how a penalty "
        "bends it. c: the same two shares for three kinds of band, mean over other known "
        "truths; bars: ± 2 standard errors. Dotted: the nominal 95%. A lighter penalty "
        "bends less, and a calibrated band corrects the bias that simulated refits show. "
        "Lecture 11, 'Adding Uncertainty'."
    ),
    "rows": (
        "With a hundred times as many rows, bands are a tenth as wide. The same model. a, b: "
        "pointwise nominal 95% bands from one data set of 100 and one of 10,000 rows; black: the "
        "truth. c: width of the band of logistic regression at five values of x, median over data "
        "sets (points), and by large-sample theory (lines). Lecture 11, 'Adding Uncertainty'."
    ),
    "compared": draw_compared.CAPTION,
    "new_observations": draw_new_observations.CAPTION,
}
# Kinds of band in the main figure, the best last.
HELPS = {
    "percentile, strength 1": "percentile,\nstrong penalty",
    REFERENCE: "percentile,\nlighter penalty",
    DEFAULT: "calibrated",
}


def draw(results: Results) -> dict[str, Figure]:
    """What bands contain, their widths, the kinds of band compared, prediction intervals."""
    return {
        "truth": truth_and_mean(results),
        "rows": rows(results),
        "compared": draw_compared.compared_bands(results),
        "new_observations": draw_new_observations.new_observations(results),
    }


def truth_and_mean(results: Results) -> Figure:
    """The band of one data set, and coverage of the truth and of the network's own mean."""
    figure, axes = plotting.panels(3, columns=3, height=3.8)
    x = np.array(PLACES)
    low, high = results[f"network_{SMALL}"][:, 0]
    own = results[f"network_{SMALL}_fit"].mean(axis=0)
    axes[0].fill_between(x, low, high, color=COLORS["blue"], alpha=0.3, lw=0)
    axes[0].plot(x, true_curve(x), color=COLORS["black"], linestyle=LINES["solid"])
    axes[0].plot(x, own, color=COLORS["blue"], linestyle=LINES["dashed"])
    axes[0].set_ylim(0, 1)
    axes[0].set_xlabel("x")
    axes[0].set_ylabel("P(y = 1)")
    axes[0].set_title("one data set")
    for words, at, color, side in (
        ("truth", 2.1, "black", (-0.4, 0.0)),
        ("network's\nown mean", 0.4, "blue", (0.35, -0.12)),
        ("band", -1.2, "blue", (0.0, 0.14)),
    ):
        curve = true_curve(x) if words == "truth" else own
        place = at + side[0], float(np.interp(at, x, curve)) + side[1]
        align = "right" if side[0] < 0 else "left" if side[0] > 0 else "center"
        axes[0].annotate(words, place, ha=align, va="center", color=COLORS[color])
    _coverage(axes[1], results)
    _what_helps(axes[2], results)
    return figure


def _coverage(ax: Axes, results: Results) -> None:
    truth = true_curve(np.array(PLACES))
    own = results[f"network_{SMALL}_fit"].mean(axis=0)
    bands = results[f"network_{SMALL}"]
    for target, color, line in ((own, "blue", "dashed"), (truth, "vermilion", "solid")):
        inside = covered(bands, target)
        share = inside.mean(axis=0)
        low, high = draw_compared.ends_of_shares(share, len(inside))
        plotting.band(ax, PLACES, share, (low, high), color=color, line=line)
    ax.annotate("its own\nmean", (PLACES[0], 0.83), va="top", color=COLORS["blue"])
    ax.annotate("truth", (0, 0.4), ha="center", color=COLORS["vermilion"])
    _nominal(ax.axhline)
    ax.set_ylim(0, 1)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("x")
    ax.set_ylabel("bands that contain the curve")
    ax.set_title("all data sets")


def _what_helps(ax: Axes, results: Results) -> None:
    found = compared(results)
    for color, marker, own in (("blue", "o", True), ("vermilion", "s", False)):
        for row, name in enumerate(HELPS):
            place = list(METHODS).index(name)
            pairs = [
                mean_and_error(
                    one.contained(one.learner()[place] if own else one.truth)[place][
                        :, one.counted
                    ].mean(axis=1)
                )
                for one in found
            ]
            mean, error = pooled(*map(np.array, zip(*pairs, strict=True)))
            ax.errorbar(
                mean,
                row + (0.09 if own else -0.09),
                xerr=2 * error,
                color=COLORS[color],
                marker=marker,
                linestyle="",
            )
            if row == 0:
                words = "its own mean" if own else "truth"
                ax.annotate(
                    words,
                    (LEVEL - 0.005, 0.22) if own else (mean, -0.22),
                    ha="right" if own else "center",
                    va="top" if own else "bottom",
                    color=COLORS[color],
                )
    _nominal(ax.axvline)
    ax.set_yticks(range(len(HELPS)), list(HELPS.values()))
    ax.set_ylim(len(HELPS) - 0.5, -0.5)
    ax.set_xlim(right=1)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("bands that contain the curve")
    ax.set_title(f"{len(found)} other truths")
    ax.grid(False, axis="y")


def _nominal(line: Callable[..., Any]) -> None:
    """Mark the nominal level."""
    line(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])


def rows(results: Results) -> Figure:
    """Bands of two sample sizes, and their widths."""
    figure, axes = plotting.panels(3, columns=3, height=3.6)
    x = np.array(PLACES)
    made = (
        (axes[0], SMALL, "network", results[f"network_{SMALL}"][:, 0]),
        (axes[0], SMALL, "logistic\nregression", results[f"logistic_{SMALL}"][:, 0]),
        (axes[1], LARGE, "network", results[f"network_{LARGE}"]),
        (axes[1], LARGE, "logistic\nregression", results[f"logistic_{LARGE}"][:, 0]),
    )
    for ax, count, name, (low, high) in made:
        shade = COLORS["vermilion" if name == "network" else "blue"]
        ax.fill_between(x, low, high, color=shade, alpha=0.35, lw=0)
        ax.plot(x, np.stack([low, high]).T, color=shade, lw=1, ls=LINES["solid"])
        ax.set_title(f"one data set, n = {count:,}")
        place = (0.03, 0.97 if name == "network" else 0.88)
        ax.annotate(name, place, xycoords="axes fraction", va="top", color=shade)
    for ax in axes[:2]:
        ax.plot(x, true_curve(x), color=COLORS["black"], ls=LINES["solid"], lw=1.4)
        ax.set_xlabel("x")
        ax.set_ylim(0, 1)
    axes[0].set_ylabel("P(y = 1)")
    _widths(axes[2], results)
    return figure


def _widths(ax: Axes, results: Results) -> None:
    color = COLORS["blue"]  # that of logistic regression in the other panels
    for count, line, marker in ((SMALL, "solid", "o"), (LARGE, "dashed", "s")):
        widths = np.median(at_grid(np.diff(results[f"logistic_{count}"], axis=0)[0]), axis=0)
        theory = logistic_widths(PLACES, count)
        ax.plot(PLACES, theory, color=color, linestyle=LINES[line])
        ax.plot(GRID, widths, marker, color=color, linestyle="")
        below = float(np.interp(0, PLACES, theory)) / 1.35
        ax.annotate(f"n = {count:,}", (0, below), ha="center", va="top", color=color)
    ax.set_yscale("log")
    ax.set_ylim(0.004, 0.5)
    ax.set_yticks([0.01, 0.03, 0.1, 0.3], ["0.01", "0.03", "0.1", "0.3"])
    ax.set_xlabel("x")
    ax.set_ylabel("width of the band, logistic regression")
    ratio = at_grid(width_ratios(results)[0]).mean()
    ax.set_title(f"widths: ratio {ratio:.1f}")
