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
        "Which intervals of importance contain the truth, and which take noise for a signal. "
        "Intervals, nominal 95%, of the permutation importance of a network's predictors, on data "
        "from known truths. (a) Share of the intervals of signals that contain the true importance"
        " (circles) and the network's own mean importance (crosses), mean over settings; bars: 2 "
        "standard errors. (b) Share of the intervals of pure noise that lie above zero; dotted: "
        "2.5%. (c) Default intervals of the first data sets of one setting (squared error, noise "
        "of variance 1); black: the true importance. Quantiles of importances scored out of bag "
        "are too narrow: the rows left out are rows of the same table. Quantiles scored in bag "
        "have the right width but lie too high, and take noise for a signal. The default, "
        "“weighted”, has its centre between the two. Lecture 11, 'Permutation Variable Importance "
        "Example'."
    ),
    "settings": (
        "Intervals of importance, nominal 95%, setting by setting. (a) Share of the intervals of "
        "signals that contain the true importance; bars: 2 standard errors over data sets; "
        "shaded: the aim. (b) Mean width relative to that of the interval about the mean out of "
        "bag (logarithmic axis). Where the network learns an effect only in part, as with an "
        "interaction and few rows, it reports too little importance, and intervals lie too low."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """The rules on average with an example, and every setting."""
    found = cells(results)
    return {"rules": rules(found), "settings": settings(found)}


def rules(found: list[Cell]) -> Figure:
    """Coverage, false alarms and an example."""
    figure, axes = plotting.panels(3, columns=3, height=4.4)
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
    axes[0].set_yticks(rows, list(RULES.values()), fontsize=8)
    axes[0].axvline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[0].set_title("signals: coverage")
    axes[0].set_xlim(None, 1.02)
    axes[1].set_yticks(rows, [""] * len(RULES))
    axes[1].axvline(ALARMS, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[1].set_xlim(-0.04, 1.04)
    axes[1].set_title("noise: above zero")
    _example(axes[2], found[0])
    low = list(RULES).index("out_of_bag")  # where the two shares are far apart
    for (means, _), step, color, words in (
        (truth, -0.3, "blue", "truth"),
        (learner, 0.3, "vermilion", "network's own mean"),
    ):
        place = means[low], low + step
        axes[0].annotate(words, place, ha="center", va="center", color=COLORS[color], fontsize=9)
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
    figure, axes = plotting.panels(2, columns=2, height=2.2 + 0.3 * len(found), sharey=True)
    for row, cell in enumerate(found):
        means, errors = mean_and_error(cell.covered())
        widths = cell.widths()
        for step, (name, (color, marker)) in enumerate(SHOWN.items()):
            place = list(RULES).index(name)
            for ax, value, error in (
                (axes[0], means[place], 2 * errors[place]),
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
    axes[0].set_yticks(range(len(found)), [cell.setting.words for cell in found], fontsize=8)
    axes[0].set_ylim(len(found) - 0.5, -0.5)
    axes[0].xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes[0].axvline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[0].axvspan(LEAST, 1, color=COLORS["grey"], alpha=0.2, lw=0)
    axes[0].set_xlim(None, 1.02)
    axes[0].set_title("contain the true importance")
    axes[1].axvline(1, color=COLORS["black"], lw=1, linestyle=LINES["dotted"])
    axes[1].set_xscale("log", base=2)
    axes[1].set_xticks([0.5, 1, 2], ["0.5", "1", "2"])
    axes[1].set_title("relative width")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
