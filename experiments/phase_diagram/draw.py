"""How are the results of `phase_diagram` drawn?

trainability   accuracy for each depth and weight variance, with the line of 6 xi_c
plane          chi_1 and the depth scale over weight and bias variance
measured       finite networks compared with theory
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, NullLocator

from experiments.lab.contract import Results
from experiments.phase_diagram.compute import BIASES
from experiments.phase_diagram.reading import best_accuracy, growth_rate
from experiments.shared.direct_labels import label_ends
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "trainability": "A line from theory roughly separates the networks that learn from those "
    "that do not. Training accuracy on digits after 250 steps of plain gradient descent, mean over "
    "starts, at the better of two learning rates in each cell; 64 units per layer, biases "
    "N(0, 0.05). White line: 6 ξ, where ξ is the theoretical depth scale of the correlation of two "
    "inputs, and the factor 6 comes from Schoenholz et al.; no curve is fitted. Dashed: the "
    "critical weight variance, where ξ is infinite.",
    "plane": "The critical line separates order from chaos. Theory for tanh. a: χ₁, the factor of "
    "squared gradients per layer; it is 1 on the critical line (black). b: depth scale ξ of the "
    "correlation of two inputs, in layers. Circles: points at which finite networks were "
    "measured.",
    "measured": "Finite networks follow theory in order, in chaos and on the line between. Biases "
    "N(0, 0.05); products with Gaussian matrices are sampled from their exact law, without drawing "
    "the matrices. Bars: ± 4 standard errors over networks, mostly smaller than the points; "
    "lines: theory for infinite width. a: variance of pre-activations. b: correlation of "
    "two inputs by layer, initially 0.6 (labels: weight variance): mean and pointwise 95% band "
    "over networks; dashed: theory. c: ln of the factor of squared gradients per layer.",
}

DEPTHS_SHOWN = (3, 5, 10, 20, 40, 100)
EDGE = [withStroke(linewidth=3.5, foreground="#404040")]  # of white lines and words on any cell


def draw(results: Results) -> dict[str, Figure]:
    """The trainability map, theory in the plane, and finite networks."""
    return {
        "trainability": _trainability(results),
        "plane": _plane(results),
        "measured": _measured(results),
    }


def _trainability(results: Results) -> Figure:
    """Accuracy in each cell, with 6 xi_c drawn over it."""
    figure, (ax,) = plotting.panels(1, height=5.2)
    weights, depths = results["map_weight_variances"], results["map_depths"]
    shown = ax.pcolormesh(
        _edges(weights),
        np.exp(_edges(np.log(depths))),
        best_accuracy(results),
        cmap="viridis",
        vmin=0.1,
        vmax=1,
        edgecolor="white",
        linewidth=0.3,
    )
    seeds, rates = results["map_accuracy"].shape[3], results["map_learning_rates"].tolist()
    starts = "one start" if seeds == 1 else f"mean over {seeds} starts"
    figure.colorbar(
        shown,
        ax=ax,
        label=f"training accuracy, {starts}\n(the better of learning rates "
        f"{rates[0]:g} and {rates[-1]:g})",
    )
    low, high = ax.get_ylim()
    theory = np.clip(6 * results["theory_xi"], low, 2 * high)
    ax.plot(
        results["theory_weights"],
        theory,
        color="white",
        linestyle=LINES["solid"],
        linewidth=3,
        path_effects=EDGE,
    )
    critical = results["point_weights"][np.argmin(np.abs(results["point_rate"]))]
    ax.axvline(critical, color="white", linestyle=LINES["dashed"], linewidth=1.8, path_effects=EDGE)
    ax.text(critical, 1.01, "critical", transform=ax.get_xaxis_transform(), ha="center")
    ordered = results["theory_weights"] < critical
    depth = low**0.2 * high**0.8
    beside = np.interp(depth, theory[ordered], results["theory_weights"][ordered]) - 0.08
    ax.text(beside, depth, "6 ξ, theory", color="white", ha="right", va="center", path_effects=EDGE)
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ax.set_xlim(_edges(weights)[0], _edges(weights)[-1])
    ticks = [depth for depth in DEPTHS_SHOWN if low <= depth <= high]
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.grid(False)
    ax.set_xlabel("weight variance × n")
    ax.set_ylabel("number of tanh layers")
    return figure


def _edges(centers: np.ndarray) -> np.ndarray:
    """Edges of cells, half-way between neighbouring centres."""
    middles = (centers[:-1] + centers[1:]) / 2
    return np.concatenate([[2 * centers[0] - middles[0]], middles, [2 * centers[-1] - middles[-1]]])


def _plane(results: Results) -> Figure:
    """chi_1 and xi_c over the plane, with the critical line and the measured points."""
    figure, (left, right) = plotting.panels(2, height=4.6, sharey=True)
    weights, biases = results["plane_weights"], results["plane_biases"]
    chi = results["plane_chi"]
    shown = left.contourf(
        weights,
        biases,
        chi,
        levels=np.linspace(0.2, 1.8, 17),
        norm=TwoSlopeNorm(1, 0.2, 1.8),
        cmap="RdBu_r",
        extend="both",
    )
    bar = {"location": "bottom", "shrink": 0.9}
    figure.colorbar(shown, ax=left, label="χ₁", ticks=[0.2, 0.6, 1, 1.4, 1.8], **bar)
    xi = np.clip(results["plane_xi"], 0.5, 200)
    levels = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100]
    shown = right.contourf(
        weights, biases, xi, levels=levels, norm=LogNorm(1, 100), cmap="viridis", extend="both"
    )
    label = "depth scale ξ (layers)"
    shown = figure.colorbar(shown, ax=right, label=label, ticks=[1, 3, 10, 30, 100], **bar)
    shown.ax.xaxis.set_major_formatter("{x:g}")
    for ax, title in ((left, "gradients: factor χ₁"), (right, "correlations: depth scale ξ")):
        ax.plot(
            results["line_weights"],
            results["line_biases"],
            color="black",
            linestyle=LINES["solid"],
            linewidth=2,
        )
        points = results["point_weights"]
        ax.plot(
            points,
            np.full(len(points), BIASES),
            "o",
            color="white",
            mec="black",
            markersize=5,
        )
        ax.set_xlim(weights[0], weights[-1])
        ax.set_ylim(biases[0], biases[-1])
        ax.set_xlabel("weight variance × n")
        ax.set_title(title)
        ax.grid(False)
    left.set_ylabel("bias variance")
    left.text(0.75, 0.22, "order", fontsize=12)
    left.text(3.4, 0.22, "chaos", fontsize=12)
    return figure


def _measured(results: Results) -> Figure:
    """Variance, correlation and gradients of finite networks, with theory."""
    figure, axes = plotting.panels(3, columns=3, height=3.7)
    weights, width = results["point_weights"], int(results["point_width"])
    values = results["measured_q"]
    seeds = values.shape[1]
    _with_bars(
        axes[0],
        weights,
        values.mean(axis=1),
        4 * values.std(axis=1, ddof=1) / np.sqrt(seeds),
        f"n = {width:,},\n{seeds:,} networks",
    )
    axes[0].plot(results["theory_weights"], results["theory_q"], color="black", linewidth=1.2)
    axes[0].set_ylabel("variance of pre-activations")
    _correlations(axes[1], results)
    layers = int(results["point_layers"])
    rates = np.array([growth_rate(logs, layers) for logs in results["measured_log_ratio"]])
    _with_bars(axes[2], weights, rates[:, 0], 4 * rates[:, 1], "measured")
    axes[2].plot(
        results["theory_weights"],
        np.log(results["theory_chi"]),
        color="black",
        linewidth=1.2,
        label="theory, ln χ₁",
    )
    axes[2].axhline(0, color=COLORS["grey"], linestyle=LINES["dashed"], linewidth=1)
    axes[2].set_ylabel("ln of the factor of g² per layer")
    for ax, title in zip(axes, ("variance", "correlation", "gradients"), strict=True):
        ax.set_title(title)
    for ax in (axes[0], axes[2]):
        ax.set_xlabel("weight variance × n")
    axes[0].legend(loc="upper left")
    axes[2].legend(loc="lower right")
    return figure


def _with_bars(ax: Axes, x: np.ndarray, center: np.ndarray, reach: np.ndarray, label: str) -> None:
    ax.errorbar(
        x, center, reach, fmt="o", color=COLORS["vermilion"], markersize=5, capsize=3, label=label
    )


def _correlations(ax: Axes, results: Results) -> None:
    """Correlation by layer: mean and band over networks, and theory."""
    shades = ("blue", "green", "vermilion", "purple")
    found, theory = results["measured_correlation"], results["point_course"]
    layers = np.arange(1, theory.shape[1] + 1)
    chosen = [place for place, w in enumerate(results["point_weights"]) if w not in (0.5, 1.3)]
    ends = []
    for shade, place in zip(shades, chosen, strict=True):
        values = found[place].astype(float)
        lower, upper = np.quantile(values, (0.025, 0.975), axis=0)
        mean = values.mean(axis=0)
        ax.fill_between(layers, lower, upper, color=COLORS[shade], alpha=0.25, linewidth=0)
        ax.plot(layers, mean, color=COLORS[shade], linestyle=LINES["solid"])
        ax.plot(layers, theory[place], color="black", linestyle=LINES["dashed"], linewidth=1.1)
        ends.append((float(mean[-1]), f"{results['point_weights'][place]:.3g}/n", COLORS[shade]))
    ax.set_xlim(layers[0], layers[-1])
    ax.set_ylim(0, 1.02)
    ax.set_xlabel("layer")
    ax.set_ylabel("correlation of two inputs")
    label_ends(ax, ends)
