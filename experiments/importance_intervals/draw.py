"""How are intervals of importance drawn: coverage by rule, false alarms, widths, an example?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.importance_intervals.claims import ALARMS, LEAST
from experiments.importance_intervals.known_truths import PREDICTORS
from experiments.importance_intervals.reading import Cell, cells, mean_and_error, over_cells
from experiments.importance_intervals.rules import RULES
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES
from jaxnn.refits.importance_intervals import DEFAULT_RULE as DEFAULT

# The rules drawn for each setting: color, marker.
SHOWN = {
    "out_of_bag": ("vermilion", "s"),
    "shifted": ("orange", "D"),
    DEFAULT: ("blue", "o"),
    "calibrated": ("green", "^"),
}

CAPTIONS = {
    "rules": (
        "Which intervals of importance contain the truth, and which take noise for a signal. They "
        "are nominal 95% intervals of the permutation importance of a network's predictors, on "
        "data from known truths. a: share of the intervals of signals that contain the true "
        "importance (circles) and the network's own mean importance (crosses), mean over settings; "
        "bars: ± 2 standard errors; dotted: nominal 95%. b: share of the intervals of pure noise "
        "that lie above zero; dotted: 2.5%. c: default intervals of the first data sets of one "
        "setting (squared error, noise of variance 1); black: the true importance. Quantiles of "
        "importances scored on the rows left out (out of bag) are too narrow: all refits are "
        "scored on rows of one table, so their spread misses part of the variation between "
        "samples. Quantiles scored on the rows of each fit (in bag) are wider but lie too high, "
        "and take noise for a signal. The default, “weighted”, is as wide as these, and centred "
        "between the two. Lecture 11, 'Permutation Variable Importance Example'."
    ),
    "settings": (
        "Coverage and width of nominal 95% intervals of importance, setting by setting. a: share "
        "of the intervals of signals that contain the true importance; bars: ± 2 standard errors "
        "over data sets, up to 100%; dotted: nominal 95%; shaded: the aim. b: mean width relative "
        "to that of the interval about the mean out of bag (logarithmic axis). Where the network "
        "learns an effect only in part, as with an interaction and few rows, it reports too little "
        "importance, and intervals lie too low."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """The rules on average with an example, and every setting."""
    found = cells(results)
    return {"rules": rules(found), "settings": settings(found)}


def rules(found: list[Cell]) -> Figure:
    """Coverage, false alarms and an example."""
    figure, axes = plotting.panels(3, columns=3, height=5.0)
    figure.set_layout_engine("constrained", wspace=0.06)
    rows = np.arange(len(RULES))
    truth = over_cells([cell.covered() for cell in found])
    learner = over_cells([cell.covered(learner=True) for cell in found])
    alarms = over_cells([cell.alarms() for cell in found])
    for ax, made in (
        (
            axes[0],
            [
                (truth, "o", "blue", -0.12),
                (learner, "x", "vermilion", 0.12),
            ],
        ),
        (axes[1], [(alarms, "o", "black", 0.0)]),
    ):
        for (means, errors), marker, color, step in made:
            ax.errorbar(
                means,
                rows + step,
                xerr=2 * errors,
                marker=marker,
                color=COLORS[color],
                linestyle="",
                elinewidth=1,
                markersize=5,
            )
        ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        ax.set_ylim(len(RULES) - 0.5, -0.5)
    axes[0].set_yticks(rows, list(RULES.values()))
    axes[0].axvline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[0].set_title("signals: coverage")
    axes[0].set_xlim(None, 1.02)
    axes[1].set_yticks(rows, [""] * len(RULES))
    axes[1].axvline(ALARMS, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[1].set_xlim(-0.04, 1.04)
    axes[1].set_xticks([0, 0.5, 1])
    axes[1].set_title("noise: above zero")
    _example(axes[2], found[0])
    low = list(RULES).index("out_of_bag")  # where the two shares are far apart
    for (means, _), color, words, right, down in (
        (truth, "blue", "truth", 0.0, -0.36),
        (learner, "vermilion", "own mean", -0.015, 0.36),
    ):
        place = means[low] + right, low + down
        axes[0].annotate(words, place, ha="center", va="center", color=COLORS[color], fontsize=10)
    return figure


def _example(ax: Axes, cell: Cell, most: int = 12) -> None:
    low, high = cell.ends[:, list(RULES).index(DEFAULT), :most]
    for column in range(PREDICTORS):
        x = column + np.linspace(-0.3, 0.3, len(low))
        hit = (low[:, column] <= cell.truth[column]) & (cell.truth[column] <= high[:, column])
        for inside, color in ((True, "blue"), (False, "vermilion")):
            kept = hit == inside
            ax.vlines(x[kept], low[kept, column], high[kept, column], color=COLORS[color], lw=1.4)
        ax.hlines(cell.truth[column], column - 0.4, column + 0.4, color="black", lw=1.2)
    ax.axhline(0, color=COLORS["grey"], lw=0.8)
    labels = [f"x{column + 1}" for column in range(PREDICTORS)]
    ax.set_xticks(
        range(PREDICTORS),
        [
            f"{label}\nnoise" if noise else label
            for label, noise in zip(labels, cell.noise, strict=True)
        ],
    )
    ax.set_ylabel("importance")
    ax.set_title(f"default, n = {cell.setting.rows}")


def settings(found: list[Cell]) -> Figure:
    """Coverage and width in each setting."""
    figure, axes = plotting.panels(2, columns=2, height=2.2 + 0.32 * len(found), sharey=True)
    for row, cell in enumerate(found):
        means, errors = mean_and_error(cell.covered())
        ends = np.clip([means - 2 * errors, means + 2 * errors], 0, 1)
        widths = cell.widths()
        for step, (name, (color, marker)) in enumerate(SHOWN.items()):
            place = list(RULES).index(name)
            for ax, value, error in (
                (axes[0], means[place], np.abs(ends[:, [place]] - means[place])),
                (axes[1], widths[place], None),
            ):
                ax.errorbar(
                    value,
                    row + 0.16 * (step - 1.5),
                    xerr=error,
                    color=COLORS[color],
                    marker=marker,
                    markersize=4,
                    linestyle="",
                    elinewidth=1,
                    label=RULES[name] if row == 0 else None,
                )
    axes[0].set_yticks(range(len(found)), [cell.setting.words for cell in found])
    axes[0].set_ylim(len(found) - 0.5, -0.5)
    axes[0].xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes[0].axvline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[0].axvspan(LEAST, 1, color=COLORS["grey"], alpha=0.2, lw=0)
    axes[0].set_xlim(None, 1.02)
    axes[0].set_title("contain the true importance")
    axes[1].axvline(1, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[1].set_xscale("log", base=2)
    axes[1].set_xticks([0.7, 1, 1.4], ["0.7", "1", "1.4"])
    axes[1].set_title("relative width")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
