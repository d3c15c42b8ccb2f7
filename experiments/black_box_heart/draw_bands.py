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
SIDES = (("rows trained on", "orange", -0.08), ("rows left out", "blue", 0.08))

CAPTIONS = {
    "errors": (
        "Errors of prediction, in and out of bag. (a) Accuracy of each refit of the network on the "
        "rows that it was trained on and on the rows that its resample left out: only the latter "
        "is an honest estimate. (b) Cross-entropy of the network, a random forest and gradient "
        "boosting, refitted to the same resamples: mean, and nominal 95% interval over refits. "
        "Forest and boosting learn their rows by heart, which does not help on rows left out. "
        "Lecture 11, 'Bootstrapping Basics'."
    ),
    "bands": (
        "But how does this work for random forests? By the same refits. Average predicted "
        "probability of heart disease, over all patients, when the maximum heart rate is varied. "
        "Thin: single refits; thick: their mean, with its pointwise band, nominal 95%. The network "
        "is smooth; forest and boosting move in steps where they split. That bands narrow with "
        "more rows, n = 100 against 10,000, is shown by the experiment band_coverage. "
        "Lecture 11, 'Bootstrapping for Predictions'."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """Errors in and out of bag, and curves of three methods."""
    return {"errors": errors(results), "bands": bands(results)}


def errors(results: Results) -> Figure:
    """Accuracy of the network's refits, and the cross-entropy of three methods."""
    figure, axes = plotting.panels(2, height=3.6)
    _accuracy(axes[0], results)
    for side, (words, color, offset) in enumerate(SIDES):
        losses = results["compared_losses"][:, side]  # (methods, refits)
        ends = np.array([percentile(of_method) for of_method in losses]).T
        plotting.level_points(
            axes[1],
            METHODS,
            losses.mean(axis=1),
            (ends[0], ends[1]),
            label=words,
            color=color,
            offset=offset,
        )
    axes[1].set_ylabel("cross-entropy (nats)")
    axes[1].set_ylim(0, 1.3 * axes[1].get_ylim()[1])
    axes[1].legend(loc="upper left")
    return figure


def _accuracy(ax: Axes, results: Results) -> None:
    kinds = (
        ("out_of_bag_accuracy", "rows left out", "blue", ""),
        ("in_bag_accuracy", "rows trained on", "orange", "////"),
    )
    ends = [results[name] for name, *_ in kinds]
    bins = np.linspace(np.min(ends), np.max(ends), 31).tolist()
    for name, words, color, hatch in kinds:
        ax.hist(
            results[name],
            bins=bins,
            histtype="stepfilled",
            color=COLORS[color],
            edgecolor=COLORS[color],
            linestyle="-",
            alpha=0.5,
            hatch=hatch,
            label=f"{words}: mean {results[name].mean():.1%}",
        )
    ax.set_xlabel("accuracy of the network")
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_ylabel(f"number of refits, of {len(results['in_bag_loss']):,}")
    ax.set_ylim(0, 1.3 * ax.get_ylim()[1])
    ax.legend(loc="upper left")


def bands(results: Results) -> Figure:
    """Curves of the maximum heart rate, with a band, by method."""
    figure, axes = plotting.panels(len(METHODS), columns=3, height=3.5, sharey=True)
    grid = results["compared_grid_maxhr"]
    for ax, method in zip(axes, METHODS, strict=True):
        curves = results[f"compared_{method}_maxhr"]
        plotting.individual_curves(ax, grid, curves, most=SHOWN, what="refits")
        plotting.band(ax, grid, curves.mean(axis=0), interval(curves, LEVEL), label="mean")
        plotting.rug(ax, results["maxhr_values"])
        ax.set_title(method)
        ax.set_ylim(0, 1)
    axes[0].set_ylabel("probability of heart disease")
    figure.supxlabel("maximum heart rate (beats/min)", fontsize=11)
    axes[0].legend(loc="upper right")
    return figure
