"""How are the kinds of band drawn side by side: coverage, worst place and width in each setting?"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter, ScalarFormatter

from experiments.band_coverage.claims_compared import HIGH, LOW, WORST
from experiments.band_coverage.network_bands import METHODS
from experiments.band_coverage.reading import (
    DEFAULT,
    REFERENCE,
    Compared,
    compared,
    mean_and_error,
)
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTION = (
    "Four kinds of band of a network on twenty known truths: coverage and width. Bands, nominal "
    "95%, are for means of the response at points, for curves averaged over rows and for levels of "
    "a category. Each row is one truth and number of rows; bars: 2 standard errors over data sets. "
    "(a) Share of the bands that contain the truth; shaded: the aim. (b) The same at the worst "
    "place of each setting, where chance alone takes even exact bands below the aim. (c) Width, "
    "relative to the percentile band with the lighter penalty (logarithmic axis). A penalty that "
    "predicts well bends the curve, and percentile bands around a bent curve miss the truth. With "
    "a lighter penalty they miss less. The calibrated band also moves its centre by the bias that "
    "refits to simulated responses show, and widens where those refits would have missed. Places "
    "beyond the central 96% of a predictor's rows are left out."
)
SHOWN = {
    "percentile, strength 1": ("percentile, strong penalty", "vermilion", "s"),
    REFERENCE: ("percentile, lighter penalty", "orange", "D"),
    "simulated responses, strength 0.3": ("simulated responses, lighter penalty", "sky", "^"),
    DEFAULT: ("calibrated (default)", "blue", "o"),
}


def compared_bands(results: Results) -> Figure:
    """Coverage of the truth, coverage at the worst place, and width, in each setting."""
    found = compared(results)
    figure, axes = plotting.panels(3, columns=3, height=2.2 + 0.3 * len(found), sharey=True)
    for ax, title, read in zip(
        axes,
        ("contain the truth", "worst place", "relative width"),
        (_coverage, _worst, _width),
        strict=True,
    ):
        for row, one in enumerate(found):
            means, errors = read(one)
            for step, (name, (words, color, marker)) in enumerate(SHOWN.items()):
                place = list(METHODS).index(name)
                ax.errorbar(
                    means[place],
                    row + 0.16 * (step - 1.5),
                    xerr=2 * errors[place],
                    color=COLORS[color],
                    marker=marker,
                    markersize=4,
                    linestyle="",
                    elinewidth=1,
                    label=words if row == 0 else None,
                )
        ax.set_title(title)
    axes[0].set_yticks(range(len(found)), [one.setting.words for one in found], fontsize=8)
    axes[0].set_ylim(len(found) - 0.5, -0.5)
    for ax in axes[:2]:
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.axvline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[0].axvspan(LOW, HIGH, color=COLORS["grey"], alpha=0.2, lw=0)
    axes[1].axvspan(WORST, 1, color=COLORS["grey"], alpha=0.2, lw=0)
    axes[0].set_xlim(0.25, 1.02)
    axes[1].set_xlim(-0.02, 1.02)
    axes[2].set_xscale("log", base=2)
    axes[2].xaxis.set_major_formatter(ScalarFormatter())
    axes[2].axvline(1, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def _coverage(one: Compared) -> tuple[np.ndarray, np.ndarray]:
    return mean_and_error(one.contained()[..., one.counted].mean(axis=2))


def _worst(one: Compared) -> tuple[np.ndarray, np.ndarray]:
    shares = one.contained()[..., one.counted].mean(axis=1).min(axis=1)
    return shares, np.sqrt(shares * (1 - shares)) / math.sqrt(len(one.truth))


def _width(one: Compared) -> tuple[np.ndarray, np.ndarray]:
    return mean_and_error(one.widths())
