"""How is the universal approximation experiment drawn?

    in_action   a panel per network: the curve, the best fit, the fits from other starts
    rates       errors of the best straight pieces; errors of trained networks by width
    sampling    errors of random cosines, and their ratio to theory

Only means, medians and minima of the stored arrays are computed here.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator

from experiments.lab.contract import Results
from experiments.universal_approximation.reading import LABELS, sampling_ratios
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

SHADES = {"relu": "blue", "sigmoid": "vermilion", "tanh": "green"}

CAPTIONS = {
    "in_action": "Networks of more and more nodes are trained to follow two periods of a sine. "
    "Bold: the best of the random starts; thin: the others; MSE: mean squared error. With one node "
    "per layer, in one layer or in two, a network is monotone. With many nodes the error falls to "
    "almost zero, though not from every start.",
    "rates": "Errors fall as pieces or nodes are added, for the best curves faster than for "
    "trained ones. a: the best N straight pieces; lines: C / N² with the constant C of theory. "
    "b–d: networks trained on one period of a sine; each dot is one random start, lines are "
    "medians. b: no ReLU network beats the best curve of m + 1 pieces. With few nodes a lucky "
    "start comes close to it; the wider the network, the larger the gap after training. c, d: "
    "with smooth activations the errors level off. The same hidden layers would allow much smaller "
    "ones: squares and triangles show them with output weights from least squares on the same 256 "
    "rows, in the precision of training and in double precision.",
    "sampling": "The mean of m random cosines follows a bump in 10 and in 50 dimensions, and its "
    "mean squared error halves when m doubles. a: this error, the mean over many draws of the "
    "cosines, and C / m from theory. b, c: their ratio; bars: ± 4 standard errors.",
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
        height=2.05,
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
        words = f"MSE {_short(errors[best])} best, {_short(np.nanmedian(errors))} median"
        ax.set_title(f"{LABELS[name]}, {_nodes(net)}", pad=20)
        ax.text(0.5, 1.06, words, transform=ax.transAxes, ha="center", fontsize=10)
        ax.set_ylim(-1.5, 1.5)
        ax.set_yticks([-1, 0, 1])
        ax.set_xticks([-1, 0, 1])
        if place % columns == 0:
            ax.set_ylabel("output")
        if place >= len(axes) - columns:
            ax.set_xlabel("x")
    others, truth_line = axes[0].lines[0], axes[0].lines[-1]
    best_lines = [axes[place * len(nodes)].lines[-2] for place in range(len(names))]
    words = [f"best of {seeds} starts, {LABELS[name]}" for name in names]
    figure.legend(
        [*best_lines, truth_line, others],
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
    """Two significant digits: 0.046, and 5.1·10⁻⁴ for numbers below 0.001."""
    if value >= 1e-3:
        return f"{value:.2g}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}·$10^{{{int(exponent)}}}$"


def rates(results: Results) -> Figure:
    """The best straight pieces in the first panel, then a panel per activation."""
    names = results["activations"].tolist()
    figure, axes = plotting.panels(1 + len(names), columns=2, height=3.7)
    _spline_panel(axes[0], results)
    smooth = [axes[1 + place] for place, name in enumerate(names) if name != "relu"]
    for place, name in enumerate(names):
        _width_panel(axes[1 + place], results, place, name)
    for ax in smooth[1:]:
        ax.sharey(smooth[0])
    return figure


def _spline_panel(ax: Axes, results: Results) -> None:
    pieces = results["pieces"]
    names = results["names"].tolist()
    for name, shade, marker in zip(names, ("blue", "vermilion", "green"), "osD", strict=True):
        place = names.index(name)
        theory = results["l2_constants"][place] / pieces**2
        ax.plot(pieces, theory, color=COLORS[shade], linestyle=LINES["solid"], linewidth=1.3)
        ax.plot(pieces, results["l2_errors"][place], marker, color=COLORS[shade], markersize=5)
        _name_line(ax, name, pieces[-1], theory[-1], shade)
    ax.set_yscale("log")
    _log_axis(ax, pieces, right=2.6)
    ax.set_xlabel("straight pieces N")
    ax.set_ylabel("L2 error on [0, 1]")
    ax.set_title("best N pieces; lines: C / N²")


def _width_panel(ax: Axes, results: Results, place: int, name: str) -> None:
    widths, trained = results["widths"], results["trained"][place]
    seeds, shade = trained.shape[-1], SHADES[name]
    # Spread sideways, so that starts with equal errors can be seen.
    at = widths[:, None] * 1.16 ** np.linspace(-1, 1, seeds)
    ax.plot(at.ravel(), trained.ravel(), ".", color=COLORS[shade], markersize=4, alpha=0.4)
    medians = np.nanmedian(trained, axis=-1)
    ax.plot(widths, medians, "o-", color=COLORS[shade])
    _name_line(ax, "trained", widths[-1], medians[-1], shade, above=True)
    shown = [("solved", "s", "dashed", "least squares")]
    if name != "relu":
        shown = [
            ("solved_float32", "s", "dashed", "least squares,\nsingle precision"),
            ("solved", "^", "dotted", "least squares,\ndouble precision"),
        ]
    for of, marker, line, words in shown:
        medians = np.nanmedian(results[of][place], axis=-1)
        ax.plot(
            widths, medians, marker, linestyle=LINES[line], color=COLORS["purple"], markersize=5
        )
        side = "bottom" if line == "dotted" else "center"
        _name_line(ax, words, widths[-1], medians[-1], "purple", va=side)
    if name == "relu":
        ax.plot(widths, results["optimum"], "-", color="black")
        words = "best m + 1\nstraight pieces"
        _name_line(ax, words, widths[-1], results["optimum"][-1], va="bottom")
    ax.set_yscale("log")
    _log_axis(ax, widths, right=9)
    ax.set_xlabel("hidden nodes m")
    ax.set_ylabel("RMSE on [−1, 1]")
    ax.set_title(f"{LABELS[name]} networks, {seeds} starts")


def _name_line(
    ax: Axes,
    words: str,
    x: float,
    y: float,
    shade: str = "black",
    *,
    above: bool = False,
    va: str = "center",
) -> None:
    """Write the name of a line to the right of its end, or a little above."""
    ax.annotate(
        words,
        (x, y),
        xytext=(12, 7 if above else 0),
        textcoords="offset points",
        va=va,
        color=COLORS[shade],
        fontsize=10,
    )


def sampling(results: Results) -> Figure:
    """Errors of random cosines, and their ratio to C / m."""
    units, dimensions = results["units"], results["dimensions"].tolist()
    figure, (left, *ratios) = plotting.panels(
        1 + len(dimensions), columns=1 + len(dimensions), height=3.3
    )
    found = [sampling_ratios(results, place) for place in range(len(dimensions))]
    reach = 1.15 * max(np.max(np.abs(ratio - 1) + 4 * error) for ratio, error in found)
    for place, (dimension, ax) in enumerate(zip(dimensions, ratios, strict=True)):
        theory = results["sample_constants"][place] / units
        shade = COLORS[("blue", "vermilion")[place % 2]]
        left.plot(units, theory, linestyle=LINES["solid"], linewidth=1, color=shade)
        left.plot(
            units,
            results["sampled"][place].mean(axis=0),
            "os"[place % 2],
            label=f"{dimension} dimensions",
            color=shade,
        )
        ratio, error = found[place]
        ax.errorbar(units, ratio, 4 * error, fmt="os"[place % 2], capsize=4, color=shade)
        ax.axhline(1, color="black", linewidth=1, linestyle=LINES["dashed"])
        ax.set_ylim(1 - reach, 1 + reach)
        ax.set_ylabel("m × mean squared error / C")
        ax.set_title(f"{dimension} dimensions: ratio")
    left.set_yscale("log")
    left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    left.yaxis.set_major_formatter("{x:g}")
    left.yaxis.set_minor_locator(NullLocator())
    left.set_ylabel("mean squared error")
    left.set_title("lines: C / m")
    left.legend()
    for ax in (left, *ratios):
        _log_axis(ax, units)
        ax.set_xlabel("random cosines m")
    return figure


def _log_axis(ax: Axes, ticks: np.ndarray, right: float | None = None) -> None:
    """A logarithmic horizontal axis with only these ticks, as plain numbers.

    With `right`, it reaches to so many times the last tick: room for names of lines.
    """
    ax.set_xscale("log")
    if right is not None:
        ax.set_xlim(ticks[0] / 1.35, ticks[-1] * right)
    ax.xaxis.set_major_locator(FixedLocator(ticks.tolist()))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
