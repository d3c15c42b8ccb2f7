"""How is the universal approximation experiment drawn?

    in_action   a panel per network: the curve, the best fit, the fits from other starts
    rates       errors of the best splines relative to theory; errors of trained networks by width
    sampling    errors of random cosines, and their ratio to theory

Only means, medians and minima of the stored arrays are computed here.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from experiments.lab.contract import Results
from experiments.universal_approximation.reading import LABELS, sampling_ratios, spline_ratios
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

SHADES = {"relu": "blue", "sigmoid": "vermilion", "tanh": "green"}

CAPTIONS = {
    "in_action": "The lecture's “NN in action”: networks of more and more nodes, trained to follow "
    "two periods of a sine (dashed). Bold: the best of the random starts; thin: the others; MSE: "
    "mean squared error. With one node per layer, in one layer or in two, a network is monotone. "
    "With many nodes the error falls to almost zero, though not from every start.",
    "rates": "a: the error of the best N straight pieces falls like C / N², with the constant C of "
    "theory. b–d: errors of networks trained on one period of a sine; each dot is one random "
    "start. b: no ReLU network beats the best curve of m + 1 pieces. With few nodes a lucky start "
    "comes close to it; the wider the network, the larger the gap after training. c, d: the errors "
    "of smooth activations level off. The same hidden layers with output weights from least "
    "squares have much smaller errors, so the optimiser is the limit, not the network.",
    "sampling": "The mean of m random cosines follows a bump in 10 and in 50 dimensions with a "
    "mean squared error of exactly C / m: more units help equally in any dimension. Left: errors "
    "and theory. Right: their ratio; bars show 4 standard errors.",
}


def draw(results: Results) -> dict[str, Figure]:
    """The networks in action, the rates, and the random cosines."""
    return {"in_action": in_action(results), "rates": rates(results), "sampling": sampling(results)}


def in_action(results: Results) -> Figure:
    """The curves that networks of more and more nodes have learned."""
    grid, truth = results["grid"], results["picture_truth"]
    names, nodes = results["picture_activations"].tolist(), results["picture_nodes"].tolist()
    columns = 3 if len(nodes) % 3 == 0 else 2
    figure, axes = plotting.panels(
        len(names) * len(nodes),
        columns=columns,
        height=2.15,
        sharex=True,
        sharey=True,
        letters=False,
    )
    seeds = results["picture_curves"].shape[2]
    for place, ax in enumerate(axes):
        name, net = names[place // len(nodes)], nodes[place % len(nodes)]
        curves = results["picture_curves"][place // len(nodes), place % len(nodes)]
        errors = np.mean(np.square(curves - truth), axis=-1)
        best = int(np.nanargmin(errors))
        plotting.individual_curves(
            ax, grid, np.delete(curves, best, axis=0), what="other starts", color="grey"
        )
        ax.plot(grid, curves[best], color=COLORS[SHADES[name]], linestyle="-", linewidth=2.6)
        ax.plot(grid, truth, color="black", linestyle=LINES["dashed"], linewidth=1.3)
        ax.set_title(f"{LABELS[name]}, {_nodes(net)}")
        words = f"MSE {_short(errors[best])} best, {_short(np.nanmedian(errors))} median"
        ax.text(0.5, 0.985, words, transform=ax.transAxes, ha="center", va="top", fontsize=10)
        ax.set_ylim(-1.6, 2.15)
        ax.set_yticks([-1, 0, 1])
        ax.set_xticks([-1, 0, 1])
    lines = [*axes[-1].lines[1:], axes[0].lines[1], axes[-1].lines[0]]
    shown = [lines[2], lines[0], lines[1], lines[3]]
    words = [f"best of {seeds} starts, {LABELS[names[0]]}", f"best of {seeds}, {LABELS[names[-1]]}"]
    figure.legend(
        shown,
        [*words, "curve to follow", f"{seeds - 1} other starts"],
        loc="outside upper center",
        ncols=4,
    )
    return figure


def _nodes(net: str) -> str:
    if "+" in net:
        return f"{net.count('+') + 1} layers of 1 node"
    return f"{net} node" if net == "1" else f"{net} nodes"


def _short(value: float) -> str:
    """Two significant digits, with an exponent only for very small numbers."""
    return f"{value:.2g}" if value >= 1e-4 else f"{value:.0e}".replace("e-0", "e-")


def rates(results: Results) -> Figure:
    """The best splines in the first panel, then a panel per activation."""
    names = results["activations"].tolist()
    figure, axes = plotting.panels(1 + len(names), columns=2, height=3.7)
    _spline_panel(axes[0], results)
    smooth = [axes[1 + place] for place, name in enumerate(names) if name != "relu"]
    for place, name in enumerate(names):
        _width_panel(axes[1 + place], results, place, name)
    for ax in smooth[1:]:
        ax.sharey(smooth[0])
    for ax in smooth[:1]:
        lowest = np.nanmin(np.nanmedian(results["solved"], axis=-1))
        ax.set_ylim(bottom=lowest / 1e3)  # room for the legend
    return figure


def _spline_panel(ax: Axes, results: Results) -> None:
    pieces = results["pieces"]
    for norm, line, words in (("l2", "solid", "L2"), ("sup", "dotted", "largest")):
        names, shades = results[f"{norm}_names"].tolist(), ("blue", "vermilion", "green")
        for name, ratio, shade in zip(names, spline_ratios(results, norm), shades, strict=False):
            marker = "o" if norm == "l2" else "s"
            ax.plot(
                pieces,
                ratio,
                marker=marker,
                markersize=4,
                color=COLORS[shade],
                linestyle=LINES[line],
                label=f"{name}, {words} error",
            )
    _log_axis(ax, pieces)
    ax.set_ylim(0.95, 1.55)
    ax.set_xlabel("straight pieces N")
    ax.set_ylabel("error × N² / C")
    ax.set_title("best straight pieces, relative to theory")
    ax.legend()


def _width_panel(ax: Axes, results: Results, place: int, name: str) -> None:
    widths, trained, solved = results["widths"], results["trained"][place], results["solved"][place]
    seeds, shade = trained.shape[-1], COLORS[SHADES[name]]
    # Spread sideways, so that starts with equal errors can be seen.
    at = widths[:, None] * 1.16 ** np.linspace(-1, 1, seeds)
    ax.plot(at.ravel(), trained.ravel(), ".", color=shade, markersize=4, alpha=0.4)
    ax.plot(
        widths,
        np.nanmedian(trained, axis=-1),
        "o-",
        color=shade,
        label=f"trained, median of {seeds}",
    )
    ax.plot(
        widths,
        np.nanmedian(solved, axis=-1),
        "s",
        linestyle=LINES["dashed"],
        color=COLORS["purple"],
        markersize=5,
        label="least-squares output weights, median",
    )
    if name == "relu":
        ax.plot(widths, results["optimum"], "-", color="black", label="best m + 1 straight pieces")
    ax.set_yscale("log")
    _log_axis(ax, widths)
    ax.set_xlabel("hidden nodes m")
    ax.set_ylabel("RMSE on [−1, 1]")
    ax.set_title(f"{LABELS[name]} networks")
    ax.legend(loc="lower left")


def sampling(results: Results) -> Figure:
    """Errors of random cosines, and their ratio to C / m."""
    units, shades = results["units"], ("blue", "vermilion", "green", "purple")
    figure, (left, right) = plotting.panels(2, height=3.7)
    spread = np.linspace(-1, 1, len(results["dimensions"]))
    for place, dimension in enumerate(results["dimensions"].tolist()):
        errors, constant = results["sampled"][place], results["sample_constants"][place]
        shade = COLORS[shades[place]]
        words = f"d = {dimension}, s = {results['deviations'][place]:g}"
        at = units * 1.07 ** spread[place]
        left.plot(units, constant / units, color=shade, linestyle=LINES["solid"], linewidth=1)
        left.plot(at, errors.mean(axis=0), "os"[place % 2], color=shade, label=f"{words}: mean")
        ratio, error = sampling_ratios(results, place)
        right.errorbar(
            at, ratio, 4 * error, fmt="os"[place % 2], color=shade, capsize=4, label=words
        )
    left.plot([], [], color=COLORS["grey"], linestyle=LINES["solid"], linewidth=1, label="C / m")
    right.axhline(1, color="black", linewidth=1, linestyle=LINES["dashed"])
    left.set_yscale("log")
    left.set_ylabel("mean squared error")
    right.set_ylabel("m × mean squared error / C")
    left.set_title(f"mean over {results['sampled'].shape[1]} draws")
    right.set_title("ratio of measurement to theory")
    for ax in (left, right):
        _log_axis(ax, units)
        ax.set_xlabel("random cosines m")
        ax.legend()
    return figure


def _log_axis(ax: Axes, ticks: np.ndarray) -> None:
    """A logarithmic horizontal axis with only these ticks, as plain numbers."""
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(FixedLocator(ticks.tolist()))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
