"""How is it drawn what depth can represent: pieces, slopes, and regions of random networks?

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
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

MARKERS = "osD"


def represent(results: Results) -> Figure:
    """Pieces of deep networks, errors of few pieces, and regions of random networks."""
    figure, axes = plotting.panels(6, columns=2, height=3.1)
    _piece_panel(axes[0], results)
    _random_panel(axes[1], results)
    _followed_panel(axes[2], results)
    _bound_panel(axes[3], results)
    for place, ax in enumerate(axes[4:]):
        _plane_panel(ax, results, place)
    return figure


def _piece_panel(ax: Axes, results: Results) -> None:
    units = np.arange(1, 200)
    ax.plot(3 * units + 1, units + 1, "-", color="black", label="one hidden layer, at most")
    ax.plot(
        results["tent_parameters"],
        results["tent_pieces"],
        "o",
        linestyle=LINES["dashed"],
        color=COLORS["blue"],
        markersize=5,
        label="2 units per layer: tents",
    )
    chosen = results["folded_units"] == 4
    for shown, shade, marker, words in (
        (chosen, "vermilion", "s", "4 units per layer: zigzags"),
        (~chosen, "green", "D", "10 units in each of 5 layers"),
    ):
        ax.plot(
            results["folded_parameters"][shown],
            results["folded_regions"][shown],
            marker,
            linestyle=LINES["dotted"],
            color=COLORS[shade],
            markersize=5,
            label=words,
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(FixedLocator([10, 30, 100, 300]))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(1.5, 3e7)
    ax.set_xlabel("number of parameters")
    ax.set_ylabel("straight pieces on [0, 1]")
    ax.set_title("pieces of constructed networks")
    ax.legend(loc="upper left")


def _random_panel(ax: Axes, results: Results) -> None:
    layers, seeds = results["random_layers"], results["random_regions"].shape[-1]
    for place, units in enumerate(results["random_units"].tolist()):
        ratios = results["random_regions"][place] / (units + 1)
        bars = 4 * ratios.std(axis=-1, ddof=1) / seeds**0.5
        ax.errorbar(
            layers * 1.06 ** (place - 1),
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
    ax.set_ylim(0.8, 1.15)
    ax.set_xlabel("number of hidden layers (N units in all)")
    ax.set_ylabel("regions on a line ÷ (N + 1)")
    ax.set_title(f"random networks, {seeds} each (± 4 s.e.)")
    ax.legend(loc="lower left", ncols=3)


def _followed_panel(ax: Axes, results: Results) -> None:
    x, y = results["followed_x"], results["followed_y"]
    ax.plot(x, y, "-", color=COLORS["grey"], linewidth=1.2, label="tent, composed 5 times")
    follower = results["follower_curves"][0]
    ax.plot(
        x,
        follower,
        "-",
        color=COLORS["vermilion"],
        linewidth=1.8,
        label=f"trained: one layer of {results['follower_hidden'][0]}",
    )
    edges = np.concatenate([[0], results["few_breaks"], [1]])
    for place, (low, high) in enumerate(pairwise(edges)):
        inside = (x >= low) & (x <= high)
        line = np.polyval(np.polyfit(x[inside], y[inside], 1), x[inside])
        label = f"best {len(edges) - 1} pieces, joined or not" if place == 0 else None
        ax.plot(x[inside], line, color=COLORS["blue"], linestyle="-", linewidth=1.8, label=label)
    ax.set_ylim(-0.05, 1.55)
    ax.set_yticks([0, 0.5, 1])
    ax.set_xlabel("x")
    ax.set_title("32 slopes and 16 pieces")
    ax.legend(loc="upper center")


def _bound_panel(ax: Axes, results: Results) -> None:
    errors = results["best_errors"]
    ax.plot(np.arange(1, len(errors) + 1), errors, "-", color=COLORS["blue"], label="best p pieces")
    shades = iter(("green", "purple", "sky", "orange"))
    for place, hidden in enumerate(results["follower_hidden"].tolist()):
        trained, layers = results["follower_errors"][place], hidden.split("+")
        deep = len(layers) > 1
        words = f"{len(layers)} layers of {layers[0]}" if deep else f"one layer of {hidden}"
        ax.plot(
            np.full(len(trained), len(errors) + 4 * place if deep else int(hidden) + 1),
            trained,
            "D" if deep else "o",
            color=COLORS[next(shades) if deep else "vermilion"],
            markersize=4,
            alpha=0.6,
            label=f"trained, {words}",
        )
    ax.axhline(0, color=COLORS["grey"], linewidth=1)
    ax.set_ylim(-0.01, 0.45)
    ax.set_xlim(0, None)
    ax.xaxis.set_major_locator(FixedLocator([1, 8, 16, 24, 32]))
    ax.set_xlabel("straight pieces p (one layer of p − 1 units)")
    ax.set_ylabel("RMSE")
    ax.set_title("2 + 2 + 2 + 2 + 2 units can reach 0")
    ax.legend(loc="upper left", ncols=2, fontsize=9, columnspacing=1)


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
