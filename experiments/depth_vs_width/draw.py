"""How are the results of `depth_vs_width` drawn?

    verdict      error of deeper networks over that of one hidden layer, on every task
    parameters   error against number of parameters, one to five hidden layers
    overfitting  errors on training and test rows, and the networks that were trained on the fold

`draw_folding` shows what depth can represent. Only medians, their intervals and ratios of the
stored arrays are computed here.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from experiments.depth_vs_width import draw_folding
from experiments.depth_vs_width.reading import NAMES, error_ratio, find
from experiments.depth_vs_width.training import CLASSES
from experiments.lab.contract import Results
from experiments.shared.statistics import median_interval
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "verdict": "Test error of networks with 2 to 5 hidden layers divided by that of one hidden "
    "layer with equally many parameters, trained on the same rows. Points: medians over random "
    "starts and data; bars: distribution-free intervals of at least 95%. Left of 1 depth helps, "
    "right of 1 it hurts.",
    "parameters": "“Better generalisation with depth”: test error against number of parameters. "
    "Points: medians over 12 random starts, each with its own rows; bands: pointwise "
    "distribution-free intervals of at least 95%.",
    "overfitting": "“Shallow nets overfit more”. Above: errors on training rows and on new rows of "
    "networks with 1,000 parameters, one dot per random start. Below: output of the network from "
    "the first start, trained on the fold, against the sum of the inputs. With 1,000 rows or more, "
    "one hidden layer fits its training rows better than new rows, while deeper networks find the "
    "fold; with 300 rows deeper networks overfit even more.",
    "represent": "a: straight pieces that networks can have, counted. b: random networks have "
    "about as many regions as units, in any number of layers. c, d: few pieces cannot follow many "
    "slopes, trained or not; deep networks with 31 parameters can, but training does not find "
    "them. e, f: linear regions of two random networks with 24 units; colour: direction of the "
    "slope.",
}
SHADES = ("black", "blue", "vermilion", "green", "purple")  # for depths 1 to 5
STROKES = ("solid", "dashed", "dashdot", "dotted", "solid")
MARKERS = "osD^v"


def draw(results: Results) -> dict[str, Figure]:
    """The verdict first, then the lecture's two pictures, then what depth can represent."""
    return {
        "verdict": verdict(results),
        "parameters": parameters(results),
        "overfitting": overfitting(results),
        "represent": draw_folding.represent(results),
    }


def verdict(results: Results) -> Figure:
    """One row per cell, one point per depth: left of 1 depth helps, right of 1 it hurts."""
    fresh, longer = results["cell_fresh"], _longer(results)
    panels = [
        ("fresh rows at every step (par.: parameters)", [p for p in range(len(fresh)) if fresh[p]]),
        (
            "a fixed set of n training rows",
            [p for p in range(len(fresh)) if not fresh[p] and not longer[p]],
        ),
    ]
    panels = [(title, _one_size(results, places)) for title, places in panels if places]
    heights = [len(places) + 1.6 for _, places in panels]
    figure = Figure(figsize=(plotting.WIDTH, 1.2 + 0.27 * sum(heights)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0]
    for ax, (title, places) in zip(axes, panels, strict=True):
        _forest(ax, results, places)
        ax.set_title(title, loc="left")
    axes[-1].set_xlabel("test error ÷ test error of one hidden layer (left of 1: depth helps)")
    handles = [
        axes[0].plot([], [], MARKERS[d - 1], color=COLORS[SHADES[d - 1]], label=f"{d} layers")[0]
        for d in range(2, results["test"].shape[1] + 1)
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles))
    return figure


def _longer(results: Results) -> np.ndarray:
    """Whether each cell repeats another cell with more steps: (cells,)."""
    same = list(zip(results["cell_data"], results["cell_parameters"], strict=True))
    steps = results["cell_steps"]
    return np.array(
        [
            any(same[p] == same[q] and steps[p] > 2 * steps[q] for q in range(len(same)))
            for p in range(len(same))
        ]
    )


def _one_size(results: Results, places: list[int]) -> list[int]:
    """Cells sorted by name; of those that differ only in parameters, the middle one."""
    kept = []
    data, rows, sizes = (results[f"cell_{of}"] for of in ("data", "rows", "parameters"))
    for place in places:
        alike = [p for p in places if data[p] == data[place] and rows[p] == rows[place]]
        alike.sort(key=lambda p: sizes[p])
        if place == alike[(len(alike) - 1) // 2] or results["cell_fresh"][place]:
            kept.append(place)
    return sorted(kept, key=lambda p: (data[p] in CLASSES, NAMES[str(data[p])], rows[p], -sizes[p]))


def _forest(ax: Axes, results: Results, places: list[int]) -> None:
    labels = []
    for row, place in enumerate(places):
        data = str(results["cell_data"][place])
        rows = "" if results["cell_fresh"][place] else f", n = {results['cell_rows'][place]:,}"
        size = results["cell_parameters"][place]
        labels.append(f"{NAMES[data]}{rows}, {size:,} par.")
        for depth in range(2, results["test"].shape[1] + 1):
            found = error_ratio(results, place, depth)
            if np.isnan(found.median):
                continue
            at, shade = row + 0.15 * (depth - 3.5), COLORS[SHADES[depth - 1]]
            ax.plot([found.lower, found.upper], [at, at], "-", color=shade, linewidth=1.4)
            ax.plot(found.median, at, MARKERS[depth - 1], color=shade, markersize=4)
    ax.axvline(1, color="black", linewidth=1)
    ax.set_xscale("log")
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.xaxis.set_major_locator(FixedLocator([0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_locator(NullLocator())


def parameters(results: Results) -> Figure:
    """One panel per data set and number of rows with several numbers of parameters."""
    shown = []
    usual, fresh = ~_longer(results), results["cell_fresh"]
    for data in ("product_4", "fold", "signals", "digits"):
        of_data = usual & (results["cell_data"] == data)
        groups = [("fresh rows", of_data & fresh)]
        for n in np.unique(results["cell_rows"][of_data & ~fresh]):
            groups.append((f"n = {n:,}", of_data & ~fresh & (results["cell_rows"] == n)))
        for words, chosen in groups:
            cells = np.flatnonzero(chosen)
            if len(cells) > 1 or (len(cells) == 1 and data in CLASSES):
                shown.append((data, words, cells[np.argsort(results["counts"][cells, 0])]))
    figure, axes = plotting.panels(len(shown), columns=3, height=2.9)
    for ax, (data, rows, cells) in zip(axes, shown, strict=True):
        for depth in range(1, results["test"].shape[1] + 1):
            found = [median_interval(results["test"][p, depth - 1]) for p in cells]
            if np.isnan(found[0].median):
                continue
            counts = results["counts"][cells, depth - 1]
            ends = [of.lower for of in found], [of.upper for of in found]
            shade = SHADES[depth - 1]
            plotting.band(
                ax, counts, [of.median for of in found], ends, color=shade, line=STROKES[depth - 1]
            )
            ax.plot(
                counts, [of.median for of in found], MARKERS[depth - 1], color=COLORS[shade], ms=4
            )
        ax.set_xscale("log")
        ax.set_yscale("log")
        _plain_logarithms(ax, results["cell_parameters"][cells])
        ax.set_title(f"{NAMES[data]}\n{rows}", fontsize=10.5)
        ax.set_xlabel("number of parameters")
    words = {True: "share misclassified", False: "test error ÷ variance"}
    for place, ax in enumerate(axes):
        if place % 3 == 0 or (shown[place][0] in CLASSES) != (shown[place - 1][0] in CLASSES):
            ax.set_ylabel(words[shown[place][0] in CLASSES], fontsize=10)
    handles = [
        axes[0].plot(
            [],
            [],
            MARKERS[d - 1],
            linestyle=LINES[STROKES[d - 1]],
            color=COLORS[SHADES[d - 1]],
            label=f"{d} hidden layer{'s' * (d > 1)}",
        )[0]
        for d in range(1, results["test"].shape[1] + 1)
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    return figure


def _plain_logarithms(ax: Axes, sizes: np.ndarray) -> None:
    """Put a few ticks with plain numbers on both logarithmic axes."""
    low, high = ax.get_ylim()
    for digits in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        marks = [digit * 10.0**power for power in range(-4, 2) for digit in digits]
        inside = [mark for mark in marks if low <= mark <= high]
        if len(inside) > 2:
            break
    ax.yaxis.set_major_locator(FixedLocator(inside))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(FixedLocator(sizes.tolist()))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.xaxis.set_minor_locator(NullLocator())


def overfitting(results: Results) -> Figure:
    """The lecture's second picture on the fold: errors by depth, and the learned functions."""
    places = [
        place for n in (300, 1000, 4000) if (place := find(results, "fold", n, 1000)) is not None
    ]
    deepest = len(results["fold_fits"])
    seen = min(3, deepest)
    figure, axes = plotting.panels(len(places) + seen, columns=max(len(places), seen), height=2.9)
    for ax, place in zip(axes, places, strict=False):
        _errors_by_depth(ax, results, place)
    if places:
        axes[0].set_ylabel("error ÷ variance")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    order = np.argsort(results["fold_sum"])
    for depth, ax in enumerate(axes[len(places) :], start=1):
        x, fit = results["fold_sum"][order], results["fold_fits"][depth - 1][order]
        ax.plot(
            x, fit, ".", color=COLORS[SHADES[depth - 1]], markersize=3, alpha=0.7, label="network"
        )
        ax.plot(x, results["fold_truth"][order], "-", color="black", linewidth=1.2, label="truth")
        ax.set_title(f"{depth} hidden layer{'s' * (depth > 1)}, n = 1,000", fontsize=10.5)
        ax.set_xlabel("sum of the 8 inputs")
        ax.set_xticks([-4, -2, 0, 2, 4])
        ax.set_ylim(-3, 5)
    axes[len(places)].set_ylabel("response (standardised)")
    axes[len(places)].legend(loc="upper center", markerscale=2)
    return figure


def _errors_by_depth(ax: Axes, results: Results, place: int) -> None:
    for which, shade, marker in (("train", "sky", "s"), ("test", "vermilion", "o")):
        errors = results[which][place]
        errors = errors[~np.isnan(errors).all(axis=1)]
        depths = np.arange(1, len(errors) + 1)
        side = -0.12 if which == "train" else 0.12
        spread = np.linspace(-0.08, 0.08, errors.shape[1])
        ax.plot(
            (depths[:, None] + side + spread).ravel(),
            errors.ravel(),
            ".",
            color=COLORS[shade],
            markersize=3,
            alpha=0.5,
        )
        ax.plot(
            depths + side,
            np.nanmedian(errors, axis=1),
            marker,
            linestyle=LINES["solid" if which == "test" else "dashed"],
            color=COLORS[shade],
            markersize=5,
            label="training rows" if which == "train" else "new rows",
        )
    ax.set_yscale("log")
    ax.set_ylim(1e-3, 2)
    ax.yaxis.set_major_locator(FixedLocator([0.001, 0.01, 0.1, 1]))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xticks(np.arange(1, results["test"].shape[1] + 1))
    ax.set_xlabel("number of hidden layers")
    ax.set_title(f"fold, n = {results['cell_rows'][place]:,}", fontsize=10.5)
