"""How are bands drawn for data whose truth is known?

    bands      on 100 and on 10,000 rows, their widths, and how often they contain the truth
    compared   kinds of band of a network: how often they contain the truth, and their widths
    new_observations   how often prediction intervals contain new observations

Only medians and shares of the stored arrays are computed here.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.band_coverage import draw_compared, draw_new_observations
from experiments.band_coverage.closed_forms import logistic_widths
from experiments.band_coverage.known_truth import GRID, LARGE, LIGHT, PLACES, SMALL, true_curve
from experiments.band_coverage.reading import at_grid, covered, width_ratios
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "bands": (
        "Data from a known logistic model, logit P(y = 1) = -0.5 + 1.2 x with x normal. (a), (b): "
        "pointwise bands, nominal 95%, from one data set of 100 and one of 10,000 rows; black: the "
        "truth. (c) Width of the logistic band, median over data sets; lines: large-sample theory. "
        "With a hundred times as many rows, the band is a tenth as wide. (d) Share of data sets "
        "of 100 rows whose band contains the truth; shaded: 2 standard errors to each side. "
        "The bands of logistic regression cover a little less than their nominal level. A "
        "network's penalty shifts its curve, and resampling rows does not show this shift: where "
        "it is largest the band often misses the truth, and less often with a tenth of the "
        "penalty. "
        "Lecture 11, 'Adding Uncertainty'."
    ),
    "compared": draw_compared.CAPTION,
    "new_observations": draw_new_observations.CAPTION,
}


def draw(results: Results) -> dict[str, Figure]:
    """Bands, their widths and coverage; the kinds of band compared; prediction intervals."""
    return {
        "bands": bands(results),
        "compared": draw_compared.compared_bands(results),
        "new_observations": draw_new_observations.new_observations(results),
    }


def bands(results: Results) -> Figure:
    """Bands of two sample sizes, their widths and their coverage."""
    figure, axes = plotting.panels(4, height=3.6)
    x = np.array(PLACES)
    made = (
        (axes[0], SMALL, "network", results[f"network_{SMALL}"][:, 0], "network_resamples"),
        (axes[0], SMALL, "logistic", results[f"logistic_{SMALL}"][:, 0], "logistic_resamples"),
        (axes[1], LARGE, "network", results[f"network_{LARGE}"], "large_network_refits"),
        (axes[1], LARGE, "logistic", results[f"logistic_{LARGE}"][:, 0], "large_resamples"),
    )
    for ax, rows, name, (low, high), count in made:
        shade = COLORS["orange" if name == "network" else "blue"]
        label = f"{name}, band of {int(results[count]):,} refits"
        ax.fill_between(x, low, high, color=shade, alpha=0.4, lw=0, label=label)
        ax.plot(x, np.stack([low, high]).T, color=shade, lw=1, ls="-")
        ax.set_title(f"one data set, n = {rows:,}")
    for ax in axes[:2]:
        ax.plot(x, true_curve(x), color="black", ls="-", lw=1.4, label="truth")
        ax.set_xlabel("x")
        ax.set_ylabel("P(y = 1)")
        ax.set_ylim(0, 1.03)
        ax.legend(loc="upper left", borderaxespad=0.2)
    _widths(axes[2], results)
    _coverage(axes[3], results)
    return figure


def _widths(ax: Axes, results: Results) -> None:
    for rows, color, line, marker in (
        (SMALL, "blue", "solid", "o"),
        (LARGE, "vermilion", "dashed", "s"),
    ):
        widths = np.median(at_grid(np.diff(results[f"logistic_{rows}"], axis=0)[0]), axis=0)
        theory = logistic_widths(PLACES, rows)
        ax.plot(PLACES, theory, color=COLORS[color], linestyle=LINES[line])
        label = f"n = {rows:,}"
        ax.plot(GRID, widths, marker, color=COLORS[color], linestyle="", label=label)
    ax.set_yscale("log")
    ax.set_ylim(0.004, 2)
    ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    ax.set_xlabel("x")
    ax.set_ylabel("width of the logistic band")
    ratio = at_grid(width_ratios(results)[0]).mean()
    ax.set_title(f"widths, mean ratio {ratio:.1f}")
    ax.legend(loc="upper left", ncols=2, title="points: measured; lines: theory")


def _coverage(ax: Axes, results: Results) -> None:
    for name, words, color, line in (
        ("logistic_100", "logistic regression", "blue", "solid"),
        ("light_100", f"network, {LIGHT:g} of the penalty", "green", "dashdot"),
        ("network_100", "network", "orange", "dashed"),
    ):
        inside = covered(results[name], true_curve(PLACES))
        share = inside.mean(axis=0)
        error = np.sqrt(share * (1 - share) / len(inside))
        label = f"{words}, {len(inside)} data sets"
        ends = np.clip(share - 2 * error, 0, 1), np.clip(share + 2 * error, 0, 1)
        plotting.band(ax, PLACES, share, ends, label=label, color=color, line=line)
    ax.axhline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"], label="nominal")
    ax.set_ylim(0, 1.6)
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("x")
    ax.set_ylabel("bands that contain the truth")
    ax.set_title(f"coverage, n = {SMALL}")
    ax.legend(loc="upper left", borderaxespad=0.2)
