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
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullLocator

from experiments.depth_vs_width import draw_folding, reading
from experiments.depth_vs_width.reading import LOST, NAMES, Comparison, comparisons, find
from experiments.depth_vs_width.training import CLASSES
from experiments.lab.contract import Results
from experiments.shared.statistics import median_interval
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "verdict": "Depth helps much on one target, hurts on others, and often makes little "
    "difference: test error of networks with 2 to 5 hidden layers, divided by that of one hidden "
    "layer with equally many parameters, for every task. Points: medians over random starts and "
    "data; bars: distribution-free intervals of at least 95%. Both networks see the same rows. "
    "a has its own axis. Hollow grey points: both networks have median errors above 0.9 times that "
    "of the best constant. par.: parameters.",
    "represent": "Deep networks can have many more straight pieces than wide ones, but random ones "
    "do not. a: pieces of constructed networks, counted. b: mean numbers of regions of random "
    "networks; bars: ± 4 standard errors. c, d: linear regions of two random networks with 24 "
    "units; colour: direction of the slope in each region.",
    "slopes": "Few pieces cannot follow many slopes, and training does not find the weights that "
    "could. a: the best 16 straight pieces, joined or not, on a tent map composed 5 times (thin), "
    "which has 32 slopes. b: the best of the trained networks of three sizes; one layer of 15 "
    "units has at most 16 pieces, five layers of 2 units (31 parameters) could follow the tent "
    "exactly. c: root mean square error of the best p pieces, a bound for every network of one "
    "layer of p − 1 units. d: errors of the trained networks, one dot per random start, and the "
    "least error that is possible (lines).",
    "parameters": "Whether depth pays depends on the target, on the number of rows and on how wide "
    "the layers are: test error against number of parameters, for 1 to 5 hidden layers (a: 1 to "
    "3). Points: medians over 12 random starts or more, each with its own rows; bands: pointwise "
    "distribution-free intervals of at least 95%.",
    "overfitting": "With 1,000 rows one hidden layer overfits and deeper networks find the fold; "
    "with 300 rows deeper networks overfit even more, by the difference between errors on new "
    "and on training rows. a–c: these errors of networks with 1,000 parameters, one dot per random "
    "start; lines: medians. d–f: output on new rows of the network from the first start, trained "
    "on 1,000 rows of the fold, against the sum of the inputs.",
}
SHADES = ("black", "blue", "vermilion", "green", "purple")  # for depths 1 to 5
STROKES = ("solid", "dashed", "dashdot", "dotted", "solid")
MARKERS = "osD^v"
FOLD = "the fold | |Σx| − 1.2 | of 8 inputs"
SIDES = {"depth helps": "sky", "depth hurts": "orange"}
TICKS = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 1, 2, 3, 5)


def draw(results: Results) -> dict[str, Figure]:
    """The verdict first, then what depth can represent, then the lecture's two pictures."""
    return {
        "verdict": verdict(results),
        "represent": draw_folding.represent(results),
        "slopes": draw_folding.slopes(results),
        "parameters": parameters(results),
        "overfitting": overfitting(results),
    }


def verdict(results: Results) -> Figure:
    """One row per cell, one point per depth: left of 1 depth helps, right of 1 it hurts."""
    panels = _groups(results)
    heights = [len(rows) + 2.2 for _, rows in panels]
    figure = Figure(figsize=(plotting.WIDTH, 0.9 + 0.25 * sum(heights)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    compared = comparisons(results)
    for letter, ax, (title, rows) in zip("abcd", axes, panels, strict=False):
        _forest(ax, results, [[c for c in compared if c.place == place] for place in rows])
        ax.set_title(letter, loc="left", fontweight="bold")
        ax.set_title(title)
    others = [ax for ax, (title, _) in zip(axes, panels, strict=True) if title != FOLD]
    for ax in others:
        ends = np.array([other.get_xlim() for other in others])
        ax.set_xlim(ends[:, 0].min(), ends[:, 1].max())
    for ax in axes:
        _shade_sides(ax)
    axes[-1].set_xlabel("test error ÷ test error of one hidden layer")
    handles = [
        axes[0].plot([], [], MARKERS[d - 1], color=COLORS[SHADES[d - 1]], label=f"{d} layers")[0]
        for d in range(2, results["test"].shape[1] + 1)
    ]
    lost = axes[0].plot([], [], "s", color=COLORS["grey"], markerfacecolor="white")[0]
    lost.set_label(LOST)
    handles += [lost] + [
        Patch(color=COLORS[shade], alpha=0.25, label=words) for words, shade in SIDES.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), columnspacing=1)
    return figure


def _groups(results: Results) -> list[tuple[str, list[int]]]:
    """Titles of panels with their cells, sorted by name, rows, parameters and steps."""
    data, rows, sizes, steps = (
        results[f"cell_{of}"].tolist() for of in ("data", "rows", "parameters", "steps")
    )
    order = sorted(
        range(len(data)),
        key=lambda p: (NAMES[data[p]], rows[p], sizes[p], steps[p]),
    )
    fresh = results["cell_fresh"]
    other = [p for p in order if data[p] != "fold" and data[p] not in CLASSES]
    groups = [
        (FOLD, [p for p in order if data[p] == "fold"]),
        ("other targets, fresh rows at every step", [p for p in other if fresh[p]]),
        ("other targets, a fixed set of n rows", [p for p in other if not fresh[p]]),
        ("classes, a fixed set of n rows", [p for p in order if data[p] in CLASSES]),
    ]
    return [(title, places) for title, places in groups if places]


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


def _forest(ax: Axes, results: Results, rows: list[list[Comparison]]) -> None:
    labels, far = [], []
    for row, cell in enumerate(rows):
        labels.append(_label(results, cell[0].place))
        for found in cell:
            at = row + 0.16 * (found.depth - 3.5)
            lost = found.outcome == LOST
            shade = COLORS["grey" if lost else SHADES[found.depth - 1]]
            ends = [found.ratio.lower, found.ratio.upper]
            ax.plot(ends, [at, at], "-", color=shade, linewidth=1.4)
            ax.plot(
                found.ratio.median,
                at,
                MARKERS[found.depth - 1],
                color=shade,
                markersize=4,
                markerfacecolor="white" if lost else shade,
            )
            far += ends
    ax.set_xscale("log")
    ax.set_xlim(min(*far, 0.9) / 1.15, max(*far, 1.1) * 1.15)
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.xaxis.set_major_locator(FixedLocator(TICKS))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_locator(NullLocator())


def _label(results: Results, place: int) -> str:
    """A cell's name for the axis: data set, rows, parameters, and steps if others have fewer."""
    data = str(results["cell_data"][place])
    longer = _longer(results)[place]
    return ", ".join(
        [
            *([] if data == "fold" else [NAMES[data]]),
            "fresh rows"
            if results["cell_fresh"][place]
            else f"n = {results['cell_rows'][place]:,}",
            f"{results['cell_parameters'][place]:,} par.",
            *([f"{results['cell_steps'][place]:,} steps"] if longer else []),
        ]
    ).replace(", fresh rows", "" if data != "fold" else ", fresh rows")


def _shade_sides(ax: Axes) -> None:
    """Colour the sides of 1 where depth helps and where it hurts."""
    low, high = ax.get_xlim()
    ax.axvspan(low, 1, color=COLORS[SIDES["depth helps"]], alpha=0.15, linewidth=0, zorder=0)
    ax.axvspan(1, high, color=COLORS[SIDES["depth hurts"]], alpha=0.15, linewidth=0, zorder=0)
    ax.axvline(1, color="black", linewidth=1)
    ax.set_xlim(low, high)


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
    if places and results["cell_rows"][places[0]] == 300:
        _note_differences(axes[0], results, places[0])
    if places:
        errors = [results[which][place] for which in ("train", "test") for place in places]
        for ax in axes[: len(places)]:
            ax.set_ylim(np.nanmin(errors) / 1.3, np.nanmax(errors) * 1.3)
        axes[0].set_ylabel("error ÷ variance")
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    order = np.argsort(results["fold_sum"])
    outputs = [*results["fold_fits"][:seen], results["fold_truth"]]
    margin = 0.04 * np.ptp(outputs)
    for depth, ax in enumerate(axes[len(places) :], start=1):
        x, fit = results["fold_sum"][order], results["fold_fits"][depth - 1][order]
        ax.plot(x, fit, ".", color=COLORS["vermilion"], markersize=3, alpha=0.7, label="network")
        ax.plot(x, results["fold_truth"][order], "-", color="black", linewidth=1.2, label="truth")
        ax.set_title(f"{depth} hidden layer{'s' * (depth > 1)}")
        ax.set_xlabel("sum of the 8 inputs")
        ax.set_xticks([-4, -2, 0, 2, 4])
        ax.set_ylim(np.min(outputs) - margin, np.max(outputs) + margin)
    axes[len(places)].set_ylabel("response (standardised)")
    axes[len(places)].legend(loc="upper center", markerscale=2)
    return figure


def _note_differences(ax: Axes, results: Results, place: int) -> None:
    """Write errors on new rows less those on training rows: a logarithmic axis shows ratios."""
    deepest = np.flatnonzero(~np.isnan(results["test"][place]).all(axis=1))[-1] + 1
    less, more = (reading.overfitting(results, place, depth).median for depth in (1, deepest))
    words = f"new − training:\n{less:.2f} with 1 layer,\n{more:.2f} with {deepest}"
    ax.text(0.97, 0.62, words, transform=ax.transAxes, ha="right", va="center")


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
    ax.yaxis.set_major_locator(FixedLocator([0.001, 0.01, 0.1, 1]))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xticks(np.arange(1, results["test"].shape[1] + 1))
    ax.set_xlabel("number of hidden layers")
    ax.set_title(f"fold, n = {results['cell_rows'][place]:,}", fontsize=10.5)
