"""How is the coverage of new observations drawn? For each truth, in all rows and by thirds."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.band_coverage.new_observations import LARGER, SMALLER, TRUTHS, name_of
from experiments.band_coverage.reading import mean_and_error, sizes_of
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTION = (
    "Prediction intervals of a network contain new observations about as often as they should. "
    "Share of new observations that lie in the nominal 95% interval (or set of classes), on data "
    "from known truths; bars: ± 2 standard errors over data sets. a: all new rows, by "
    "number of training rows. Crosses (none for a binary response): the share in the nominal 95% "
    "band for the mean, which says how certain the mean is and not where a new observation will "
    "be. b: thirds of the new rows, in the order of the mean or, for uneven noise, of the "
    "predictor that the noise depends on. Intervals follow noise that grows with the mean. Noise "
    "that depends on a predictor in another way makes them too wide where it is small and too "
    "narrow where it is large."
)
THIRDS = (("first", "sky", "v"), ("middle", "green", "s"), ("last", "vermilion", "^"))


def new_observations(results: Results) -> Figure:
    """Coverage of new observations on each truth, overall and by thirds."""
    truths = [truth for truth in TRUTHS if sizes_of(results, truth)]
    figure, axes = plotting.panels(2, height=2.2 + 0.35 * len(truths), sharey=True)
    for row, truth in enumerate(truths):
        for step, rows in enumerate(sizes_of(results, truth)):
            found, color = results[name_of(truth, rows)], ("blue", "orange")[step]
            label = f"interval or set, n = {rows}" if row == 0 else None
            _point(axes[0], found[0], row + 0.3 * (step - 0.5), color, "o", label)
            label = f"band for the mean, n = {rows}" if row == 0 else None
            _point(axes[0], found[5], row + 0.3 * (step - 0.5), color, "x", label)
        largest = max(sizes_of(results, truth))
        for step, (name, color, marker) in enumerate(THIRDS, start=1):
            label = f"{name} third" if row == 0 else None
            shares = results[name_of(truth, largest)][step]
            _point(axes[1], shares, row + 0.22 * (step - 2), color, marker, label)
    axes[0].set_title("all new rows")
    axes[1].set_title(
        f"thirds, n = {LARGER if LARGER in sizes_of(results, TRUTHS[0]) else SMALLER}"
    )
    axes[0].set_yticks(range(len(truths)), truths)
    axes[0].set_ylim(len(truths) - 0.5, -0.5)
    axes[1].set_xticks([0.8, 0.85, 0.9, 0.95, 1])
    for ax, low in zip(axes, (0.0, 0.8), strict=True):
        ax.axvline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_xlim(low, 1.02)
        ax.set_xlabel("new observations inside")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0), borderaxespad=3.8)
    return figure


def _point(
    ax: Axes, shares: np.ndarray, place: float, color: str, marker: str, label: str | None
) -> None:
    """The mean over data sets with its error; nothing if there is none."""
    if np.isnan(shares).any():
        return
    mean, error = mean_and_error(shares)
    ax.errorbar(
        mean,
        place,
        xerr=2 * error,
        color=COLORS[color],
        marker=marker,
        markersize=5,
        linestyle="",
        elinewidth=1.2,
        label=label,
    )
