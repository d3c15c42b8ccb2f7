"""How is it drawn what depth can represent?

    represent   pieces of constructed networks, regions of random ones
    slopes      few pieces and many slopes, and what training finds

Everything comes from the stored arrays; the lines of the best pieces are fitted to the stored
points between the stored breaks.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from experiments.lab.contract import Results
from experiments.shared.direct_labels import label_ends
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

MARKERS = "osD"
OFFSET = "offset points"
FOLLOWERS = ("vermilion", "green", "purple")  # colours of the networks trained on the tent
STROKES = ("solid", "dashed", "solid")


def represent(results: Results) -> Figure:
    """Pieces of constructed networks, and regions of random networks."""
    figure, axes = plotting.panels(4, columns=2, height=3.4)
    _piece_panel(axes[0], results)
    _random_panel(axes[1], results)
    for place, ax in enumerate(axes[2:]):
        _plane_panel(ax, results, place)
    return figure


def slopes(results: Results) -> Figure:
    """The best few pieces, trained networks, and their errors."""
    figure, axes = plotting.panels(4, columns=2, height=3.1)
    _few_panel(axes[0], results)
    _trained_panel(axes[1], results)
    _bound_panel(axes[2], results)
    _error_panel(axes[3], results)
    return figure


def _piece_panel(ax: Axes, results: Results) -> None:
    units = np.arange(1, 200)
    ax.plot(3 * units + 1, units + 1, "-", color="black")
    words = "one hidden layer,\nat most"
    ax.annotate(words, (280, 94), xytext=(0, -36), textcoords=OFFSET, ha="center")
    ax.plot(
        results["tent_parameters"],
        results["tent_pieces"],
        "o",
        linestyle=LINES["dashed"],
        color=COLORS["blue"],
        markersize=5,
    )
    last = results["tent_parameters"][-1], results["tent_pieces"][-1]
    words = "tents: layers\nof 2 units"
    ax.annotate(words, last, xytext=(-10, 0), textcoords=OFFSET, ha="right", color=COLORS["blue"])
    chosen = results["folded_units"] == 4
    for shown, shade, marker in ((chosen, "vermilion", "s"), (~chosen, "green", "D")):
        ax.plot(
            results["folded_parameters"][shown],
            results["folded_regions"][shown],
            marker,
            linestyle=LINES["dotted"],
            color=COLORS[shade],
            markersize=5,
        )
    last = results["folded_parameters"][chosen][-1], results["folded_regions"][chosen][-1]
    words, shade = "zigzags: layers\nof 4 units", COLORS["vermilion"]
    ax.annotate(words, last, xytext=(8, -2), textcoords=OFFSET, color=shade)
    deepest = results["folded_parameters"][-1], results["folded_regions"][-1]
    words = f"{deepest[0]} parameters,\n5 layers of 10:\n{deepest[1]:,} pieces"
    shade = COLORS["green"]
    ax.annotate(words, deepest, xytext=(-10, -20), textcoords=OFFSET, ha="right", color=shade)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(FixedLocator([10, 30, 100, 300]))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("number of parameters")
    ax.set_ylim(1.5, 1e6)
    ax.set_ylabel("straight pieces on [0, 1]")
    ax.set_title("constructed networks")


def _random_panel(ax: Axes, results: Results) -> None:
    layers, seeds = results["random_layers"], results["random_regions"].shape[-1]
    for place, units in enumerate(results["random_units"].tolist()):
        ratios = results["random_regions"][place] / (units + 1)
        bars = 4 * ratios.std(axis=-1, ddof=1) / seeds**0.5
        ax.errorbar(
            layers * 1.06 ** (place - 1),  # side by side: the bars have the same places
            ratios.mean(axis=-1),
            bars,
            fmt=MARKERS[place],
            color=COLORS[("blue", "vermilion", "green")[place % 3]],
            capsize=4,
            label=f"N = {units}",
        )
    ax.axhline(1, color="black", linewidth=1)
    ax.set_xscale("log")
    ax.set_xticks(layers, [str(count) for count in layers])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(0.85, 1.07)
    ax.set_xlabel("number of hidden layers (N units in all)")
    ax.set_ylabel("regions on a line ÷ (N + 1)")
    ax.set_title(f"random networks, {seeds} of each kind")
    ax.legend(loc="lower left", ncols=3)


def _few_panel(ax: Axes, results: Results) -> None:
    x, y = results["followed_x"], results["followed_y"]
    _tent(ax, results)
    edges = np.concatenate([[0], results["few_breaks"], [1]])
    for low, high in pairwise(edges):
        inside = (x >= low) & (x <= high)
        line = np.polyval(np.polyfit(x[inside], y[inside], 1), x[inside])
        ax.plot(x[inside], line, color=COLORS["blue"], linestyle="-", linewidth=2)
    error = results["best_errors"][len(edges) - 2]
    ax.set_title(f"best {len(edges) - 1} pieces: RMSE {error:.3f}")


def _trained_panel(ax: Axes, results: Results) -> None:
    _tent(ax, results)
    ends = [(0.0, "tent", "black")]
    for place, words in enumerate(_followers(results)):
        curve, shade = results["follower_curves"][place], COLORS[FOLLOWERS[place]]
        ax.plot(results["followed_x"], curve, color=shade, linestyle=LINES[STROKES[place]])
        ends.append((float(curve[-1]), words, shade))
    ax.set_ylim(-0.05, 1.08)
    label_ends(ax, ends)
    ax.set_title("best of the trained networks")


def _tent(ax: Axes, results: Results) -> None:
    """The tent through its corners, which lie between the points where errors are measured."""
    pieces = len(results["best_errors"])
    ax.plot(
        np.arange(pieces + 1) / pieces,
        np.arange(pieces + 1) % 2,
        "-",
        color="black",
        linewidth=0.8,
    )
    ax.set_yticks([0, 0.5, 1])
    ax.set_xlabel("x")
    ax.set_ylabel("output")


def _followers(results: Results) -> list[str]:
    """The trained networks in words."""
    names = []
    for hidden in results["follower_hidden"].tolist():
        layers = hidden.split("+")
        one = f"one layer of {hidden}"
        names.append(one if len(layers) == 1 else f"{len(layers)} layers of {layers[0]}")
    return names


def _bound_panel(ax: Axes, results: Results) -> None:
    errors = results["best_errors"]
    ax.plot(np.arange(1, len(errors) + 1), errors, "-", color=COLORS["blue"])
    half = len(errors) // 2
    ax.plot(half, errors[half - 1], "o", color=COLORS["blue"], markersize=6)
    words = f"{half} pieces: {errors[half - 1]:.3f}"
    ax.annotate(words, (half, errors[half - 1]), xytext=(8, 4), textcoords=OFFSET)
    ax.set_ylim(0, None)
    ax.set_xlim(0, len(errors) + 1)
    ax.xaxis.set_major_locator(FixedLocator([1, 8, 16, 24, 32]))
    ax.set_xlabel("straight pieces p (one layer of p − 1 units)")
    ax.set_ylabel("RMSE")
    ax.set_title("the best p pieces")


def _error_panel(ax: Axes, results: Results) -> None:
    names = _followers(results)
    for place, hidden in enumerate(results["follower_hidden"].tolist()):
        trained = results["follower_errors"][place]
        spread = np.linspace(-0.22, 0.22, len(trained))
        shade = COLORS[FOLLOWERS[place]]
        ax.plot(place + spread, trained, "o", color=shade, markersize=4, alpha=0.7)
        deep = "+" in hidden
        least = 0.0 if deep else results["best_errors"][int(hidden)]
        ax.plot([place - 0.35, place + 0.35], [least, least], "-", color="black")
        words = "at best 0" if deep else f"at best {least:.3f}"
        ax.annotate(words, (place, least), xytext=(0, 5), textcoords=OFFSET, ha="center")
    ax.set_xticks(range(len(names)), [name.replace(" of", "\nof") for name in names])
    ax.set_xlim(-0.6, len(names) - 0.4)
    ax.set_ylim(-0.01, None)
    ax.set_ylabel("RMSE")
    ax.set_title("trained networks")


def _plane_panel(ax: Axes, results: Results, place: int) -> None:
    polygons = results[f"plane_{place}_polygons"]
    shapes = [ring[~np.isnan(ring[:, 0])] for ring in polygons]
    slopes = results[f"plane_{place}_slopes"]
    angles = np.arctan2(slopes[:, 1], slopes[:, 0])
    # A cyclic scale of soft colours, in which similar directions have similar colours.
    tints = np.stack([0.8 + 0.16 * np.cos(angles + turn) for turn in (0, 2.1, 4.2)], axis=1)
    ax.add_collection(
        PolyCollection(shapes, facecolors=tints, edgecolors="#333333", linewidths=0.5)
    )
    ax.set_xlim(-1, 1)
    ax.set_ylim(-1, 1)
    ax.set_aspect("equal")
    ax.grid(False)
    ax.set_xticks([-1, 0, 1])
    ax.set_yticks([-1, 0, 1])
    ax.set_xlabel("x₁")
    ax.set_ylabel("x₂")
    hidden = str(results["plane_hidden"][place]).replace(" ", "")
    count = int(results[f"plane_{place}_regions"])
    ax.set_title(f"{hidden} units: {count} regions")
