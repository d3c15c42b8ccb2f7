"""How are the bands of a network, a forest and boosting drawn, and their errors of prediction?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

from experiments.black_box_heart.compared_bands import METHODS
from experiments.black_box_heart.reading import percentile
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import interval, plotting
from jaxnn.plotting import COLORS

SHOWN = 25  # refits with a curve of their own
SIDES = (("rows trained on", "vermilion", -0.08), ("rows left out", "blue", 0.08))

CAPTIONS = {
    "errors": (
        "Errors of prediction on rows trained on and on rows left out. a: accuracy of each refit "
        "of the network on the rows that it was trained on and on those that its resample left "
        "out; only the latter is an honest estimate. b: cross-entropy of the network, a random "
        "forest and gradient boosting, refitted to the same resamples: mean, and nominal 95% "
        "interval over refits. Forest and boosting memorise their rows, which does not help on "
        "rows left out. Lecture 11, 'Bootstrapping Basics'."
    ),
    "bands": (
        "Bands of a network, a forest and boosting, all from the same resamples. Average "
        "predicted probability of heart disease, over all patients, when the maximum heart rate is "
        f"varied. Thin: {SHOWN} of the refits; thick: their mean, with its pointwise nominal 95% "
        "band; ticks: observed values. The network is smooth; forest and boosting move in steps "
        "where they split. That bands narrow with more rows, n = 100 against 10,000, is shown by "
        "`band_coverage`. "
        "Lecture 11, 'But how does this work for random forests?'."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """Errors in and out of bag, and curves of three methods."""
    return {"errors": errors(results), "bands": bands(results)}


def errors(results: Results) -> Figure:
    """Accuracy of the network's refits, and the cross-entropy of three methods."""
    figure, axes = plotting.panels(2, height=3.6)
    _accuracy(axes[0], results)
    for side, (_, color, offset) in enumerate(SIDES):
        losses = results["compared_losses"][:, side]  # (methods, refits)
        ends = np.array([percentile(of_method) for of_method in losses]).T
        plotting.level_points(
            axes[1],
            METHODS,
            losses.mean(axis=1),
            (ends[0], ends[1]),
            color=color,
            offset=offset,
        )
    middle = (len(METHODS) - 1) / 2  # beside the points of the forest
    for side, (words, color, offset) in enumerate(SIDES):
        height = results["compared_losses"][1, side].mean()
        label = axes[1].text(middle + 2.2 * offset, height, words, color=COLORS[color])
        label.set(ha="right" if offset < 0 else "left", va="center")
    axes[1].set_ylabel("cross-entropy (nats)")
    axes[1].set_ylim(bottom=0)
    return figure


def _accuracy(ax: Axes, results: Results) -> None:
    kinds = (("in_bag_accuracy", *SIDES[0][:2], "////"), ("out_of_bag_accuracy", *SIDES[1][:2], ""))
    ends = [results[name] for name, *_ in kinds]
    bins = np.linspace(np.min(ends), np.max(ends), 31).tolist()
    for line, (name, words, color, hatch) in enumerate(kinds):
        shade = COLORS[color]
        ax.hist(
            results[name],
            bins=bins,
            histtype="stepfilled",
            color=shade,
            edgecolor=shade,
            linestyle="-",
            alpha=0.5,
            hatch=hatch,
        )
        mean = f"{words}: mean {results[name].mean():.1%}"
        ax.text(0.02, 0.97 - 0.08 * line, mean, color=shade, va="top", transform=ax.transAxes)
    ax.set_xlabel("accuracy of the network")
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_ylabel(f"number of refits, of {len(results['in_bag_loss']):,}")


def bands(results: Results) -> Figure:
    """Curves of the maximum heart rate, with a band, by method."""
    figure, axes = plotting.panels(len(METHODS), columns=3, height=3.2, sharey=True)
    grid = results["compared_grid_maxhr"]
    for ax, method in zip(axes, METHODS, strict=True):
        curves = results[f"compared_{method}_maxhr"]
        plotting.individual_curves(ax, grid, curves, most=SHOWN, what="refits")
        plotting.band(ax, grid, curves.mean(axis=0), interval(curves, LEVEL))
        plotting.rug(ax, results["maxhr_values"])
        ax.set_title(method)
    axes[0].set_ylabel("probability of heart disease")
    figure.supxlabel("maximum heart rate (beats/min)", fontsize=11)
    return figure
