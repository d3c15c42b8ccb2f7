"""How are the kinds of band drawn side by side: coverage, worst place and width in each setting?"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

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
from jaxnn.inspection.score_intervals import wilson
from jaxnn.plotting import COLORS, LINES

CAPTION = (
    "Four kinds of band of a network on known truths: coverage and width. The nominal 95% bands "
    "are for means of the response at points, for curves averaged over rows and for levels of a "
    "category. Each row is one truth and number of rows; dotted: the nominal level. a: share of "
    "bands that contain the truth; bars: ± 2 standard errors over data sets, up to 100%; shaded: "
    "the aim. b: the same at the worst place of each setting, where chance alone takes even exact "
    "bands below the aim; bars: Wilson's interval for a single place. c: width relative to the "
    "percentile band with the lighter penalty, ± 2 standard errors (logarithmic axis). A penalty "
    "that predicts well bends the curve, and percentile bands around a bent curve miss the truth. "
    "With a lighter penalty they miss less. The calibrated band also moves its centre by the bias "
    "that refits to simulated responses show, and widens where those refits would have missed. "
    "Places beyond the central 96% of a predictor's rows are left out."
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
    figure, axes = plotting.panels(3, columns=3, height=2.2 + 0.4 * len(found), sharey=True)
    for ax, title, read in zip(
        axes,
        ("contain the truth", "worst place", "relative width"),
        (_coverage, _worst, _width),
        strict=True,
    ):
        for row, one in enumerate(found):
            means, ends = read(one)
            for step, (name, (words, color, marker)) in enumerate(SHOWN.items()):
                place = list(METHODS).index(name)
                ax.errorbar(
                    means[place],
                    row + 0.16 * (step - 1.5),
                    xerr=np.abs(ends[:, [place]] - means[place]),
                    color=COLORS[color],
                    marker=marker,
                    markersize=4,
                    linestyle="",
                    elinewidth=1,
                    label=words if row == 0 else None,
                )
        ax.set_title(title)
    axes[0].set_yticks(range(len(found)), [_two_lines(one.setting.words) for one in found])
    axes[0].set_ylim(len(found) - 0.5, -0.5)
    for ax in axes[:2]:
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.axvline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[0].axvspan(LOW, HIGH, color=COLORS["grey"], alpha=0.2, lw=0)
    axes[1].axvspan(WORST, 1, color=COLORS["grey"], alpha=0.2, lw=0)
    axes[0].set_xlim(right=1.02)
    axes[1].set_xlim(-0.02, 1.02)
    axes[1].set_xticks([0.25, 0.5, 0.75, 1])
    axes[2].set_xscale("log", base=2)
    axes[2].xaxis.set_major_formatter("{x:g}")
    axes[2].axvline(1, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def ends_of_shares(shares: np.ndarray, sets: int) -> np.ndarray:
    """Ends of 95% intervals (Wilson) of shares of the data sets: (2, shares)."""
    return np.transpose([wilson(share, sets, LEVEL) for share in shares])


def _two_lines(words: str) -> str:
    """A setting in words, its numbers on a second line."""
    truth, *numbers = words.rsplit(", ", 2)
    return f"{truth},\n{', '.join(numbers)}"


def _coverage(one: Compared) -> tuple[np.ndarray, np.ndarray]:
    means, error = mean_and_error(one.contained()[..., one.counted].mean(axis=2))
    return means, np.clip([means - 2 * error, means + 2 * error], 0, 1)


def _worst(one: Compared) -> tuple[np.ndarray, np.ndarray]:
    shares = one.contained()[..., one.counted].mean(axis=1).min(axis=1)
    return shares, ends_of_shares(shares, len(one.truth))


def _width(one: Compared) -> tuple[np.ndarray, np.ndarray]:
    means, error = mean_and_error(one.widths())
    return means, np.array([means - 2 * error, means + 2 * error])
