"""How are importances by method, surrogate trees and the table of permutations drawn?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.black_box_heart.known_truths import VALUES
from experiments.black_box_heart.reading import (
    first_splits,
    mean_and_error,
    method_importances,
    refit_importance,
    surrogate,
)
from experiments.black_box_heart.tree_methods import DEPTHS
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.inspection import Importance, importance_table
from jaxnn.plotting import COLORS, LINES

MOST = 10  # predictors, as on the lecture's slide

CAPTIONS = {
    "methods": (
        "Importance of predictors by four tree methods and a network. All are refitted to the same "
        "resamples; points are means, bars nominal 95% intervals over refits. The ten predictors "
        "with the largest mean share are shown. a: share of the decrease of impurity by splits "
        "on a predictor (hollow); a network has no splits. b: share of the accuracy lost on rows "
        "left out when the predictor is permuted. By impurity, forest and boosting give half to "
        "two thirds of the importance to numeric predictors, which have many values to split at; "
        "by permutation these matter little to the forest, and the five methods mostly agree. A "
        "single tree varies most. "
        "Lecture 11, 'Variable Importance for trees, bags, and boosts'."
    ),
    "noise": (
        "Importance of noise, by impurity and by permutation. Only one predictor matters, and it "
        "has two values; four others are noise, with 2 to 200 values. Forests on 200 rows; points: "
        "mean over data sets, bars: ± 4 standard errors. a: by impurity, noise with many values "
        "looks more important than the predictor that matters. b: the accuracy lost on new rows "
        "by permutation shows which one matters. The truth is known. Lecture 11, 'Variable "
        "Importance for Tree-Based Models'."
    ),
    "surrogate": (
        "A tree of depth 3 that imitates the network. It is fitted to the mean prediction of the "
        "refits. Each leaf shows the probability of heart disease that it gives, and its share of "
        "the patients. It tells only a part of what the network does, as R squared on rows left "
        "out says. Lecture 11, 'Feature Importance in a Neural Network'."
    ),
    "surrogate_refits": (
        "First splits of surrogate trees, and their fidelity by depth. a: the predictor of the "
        "first split, in trees for single refits of the network: other patients would have given "
        "another tree. b: R squared of the tree for the network's predictions: on the "
        "rows of the fit, and by cross-validation on rows left out, where deeper trees gain "
        "little. Lecture 11, 'What can go wrong with this approach?'."
    ),
    "permutation": (
        "Permutation importance of the network, in the lecture's table and with intervals. a: "
        "accuracy lost by the fit to all rows when a predictor is permuted, mean ± 2 standard "
        "deviations over permutations. b: rise of the cross-entropy of the refits, with nominal "
        "95% intervals (dark: above zero) and the mean in bag, on the rows trained on. The ± in "
        "the table is the noise of permuting this one fit. For every "
        "predictor the interval over refits in b is wider than that noise of the cross-entropy. "
        "Lecture 11, 'Permutation Variable Importance Example'."
    ),
    "without": (
        "Permuting a predictor costs more than training without it. Rise of the cross-entropy on "
        "rows left out when a predictor is permuted (orange), and when the network is trained "
        "without it (blue), on the same resamples; bars: ± 4 standard errors over refits. R: "
        "multiple correlation of the predictor with all others. A network that is trained without "
        "a predictor uses others that are correlated with it. So permutation overstates what would "
        "be lost: for least squares by a factor of two without correlation, and by more with it. "
        "Correlation is thus a weakness of permutation, not a reason to prefer it. Nothing is "
        "refitted when a predictor is permuted, although the slide says so. "
        "Lecture 11, 'Permutation Variable Importance'."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """The figures of importance, in the lecture's order."""
    return {
        "methods": methods(results),
        "noise": noise(results),
        "surrogate": surrogate_tree(results),
        "surrogate_refits": surrogate_refits(results),
        "permutation": permutation(results),
        "without": without(results),
    }


def methods(results: Results) -> Figure:
    """Importances by impurity and by permutation, side by side."""
    found = method_importances(results)
    order = np.argsort(-found.center.mean(axis=0), kind="stable")[:MOST]
    figure, axes = plotting.panels(2, height=7.0)
    for ax, measure in zip(axes, ("impurity", "permutation"), strict=True):
        shown = [method for method in found.methods if method.endswith(measure)]
        plotting.method_importances(
            found, ax, methods=shown, predictors=[found.names[place] for place in order]
        )
        ax.set_title(f"by {measure}")
        ax.set_xlabel("share of the importance")
        if legend := ax.get_legend():
            legend.remove()
    handles, labels = axes[1].get_legend_handles_labels()
    labels = [label.rpartition(", ")[0] for label in labels]
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def noise(results: Results) -> Figure:
    """Importances of noise by impurity and by permutation."""
    figure, axes = plotting.panels(2, height=3.0)
    names = ["matters,\n2 values", *(f"noise,\n{values}" for values in VALUES)]
    parts = (("noise_impurity", "share by impurity"), ("noise_permuted", "accuracy lost"))
    for ax, (part, label) in zip(axes, parts, strict=True):
        values = results[part]
        mean, error = values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
        plotting.level_points(ax, names, mean, (mean - 4 * error, mean + 4 * error))
        ax.axhline(0, color=COLORS["grey"], linewidth=1, linestyle=LINES["dashed"])
        ax.set_ylabel(label)
    axes[0].set_title("by impurity")
    axes[1].set_title("by permutation")
    return figure


def surrogate_tree(results: Results) -> Figure:
    """The surrogate tree as a diagram."""
    figure, (ax,) = plotting.panels(1, height=4.6)
    plotting.surrogate_diagram(surrogate(results), ax, what="network")
    for text in ax.texts:
        text.set_fontsize(10)
    return figure


def surrogate_refits(results: Results) -> Figure:
    """First splits over refits, and fidelity by depth."""
    figure, axes = plotting.panels(2, height=3.0)
    first = first_splits(results)
    axes[0].barh(list(first), list(first.values()), height=0.6, color=COLORS["blue"])
    axes[0].invert_yaxis()
    axes[0].grid(False, axis="y")
    axes[0].xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes[0].set_xlabel(f"share of {len(results['surrogate_first'])} refits")
    axes[0].set_title("first split")
    lines = (
        ("rows of the fit", "vermilion", "dashed", "o"),
        ("rows left out", "blue", "solid", "s"),
    )
    for values, (label, color, line, marker) in zip(results["depth_fidelity"], lines, strict=True):
        axes[1].plot(DEPTHS, values, marker, ls=LINES[line], color=COLORS[color], markersize=5)
        below = (DEPTHS[-1], values[-1] - 0.06)
        axes[1].annotate(label, below, ha="right", va="top", color=COLORS[color])
    axes[1].set_ylim(0, 1)
    axes[1].set_xlabel("depth of the tree")
    axes[1].set_ylabel("R squared")
    axes[1].set_title("fidelity")
    return figure


def permutation(results: Results) -> Figure:
    """The lecture's table, and the importances of the refits."""
    figure, axes = plotting.panels(2, height=4.6)
    _table(axes[0], results)
    plotting.importance_chart(refit_importance(results), axes[1])
    axes[1].set_xlabel("rise of the cross-entropy (nats)")
    axes[1].set_title("with intervals over refits")
    return figure


def _table(ax: Axes, results: Results) -> None:
    permuted = results["permuted"]
    lost = Importance(
        permuted,
        permuted.mean(axis=1),
        permuted.std(axis=1),
        float("nan"),
        tuple(results["column_names"].tolist()),
    )
    lines = importance_table(lost).splitlines()
    ax.set_axis_off()
    ax.set_title(f"accuracy lost, {permuted.shape[1]} permutations")
    for row, line in enumerate(lines[:-1]):  # one by one, or their distances differ
        height = 1 - (row + 0.7) / (len(lines) - 1)
        ax.text(0.04, height, line.replace("-", "−"), family="monospace", fontsize=10.5)


def without(results: Results) -> Figure:
    """Importance by permutation, and the loss of networks trained without the predictor."""
    figure, (ax,) = plotting.panels(1, height=5.2)
    parts = (("permuted", "permuted", "orange", "s"), ("lost", "trained without", "blue", "o"))
    order = np.argsort(-results["without_permuted"].mean(axis=0))
    rows = np.arange(len(order))
    for offset, (part, label, color, marker) in zip((-0.15, 0.15), parts, strict=True):
        mean, error = mean_and_error(results[f"without_{part}"][:, order])
        ends = mean - 4 * error, mean + 4 * error
        ax.hlines(rows + offset, *ends, color=COLORS[color], linewidth=2.2, alpha=0.6)
        ax.plot(mean, rows + offset, marker, color=COLORS[color], label=label)
    names = results["column_names"][order]
    correlations = results["correlation"][order]
    ax.set_yticks(rows, [f"{n}  (R {r:.2f})" for n, r in zip(names, correlations, strict=True)])
    ax.invert_yaxis()
    ax.axvline(0, color=COLORS["grey"], linewidth=1.2, linestyle=LINES["dashed"])
    ax.grid(False, axis="y")
    ax.set_xlabel("rise of the cross-entropy on rows left out (nats)")
    ax.legend(loc="lower right")
    return figure
