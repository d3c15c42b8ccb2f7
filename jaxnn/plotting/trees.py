"""What do trees say: a surrogate tree as a diagram, and importances by method side by side."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from jaxnn.errors import InputError, check_count, check_name
from jaxnn.estimators import MethodImportances
from jaxnn.inspection.surrogates import SurrogateTree
from jaxnn.plotting.arguments import check_axes, check_texts, list_of_names
from jaxnn.plotting.figure_style import COLORS, LINES, panels
from jaxnn.results import check_result

LINE_LENGTH = 16  # of the text in a node
MARKERS = "osD^vPX*<>"
METHOD_COLORS = ("blue", "vermilion", "green", "purple", "orange", "sky", "black", "grey")


def surrogate_diagram(tree: SurrogateTree, ax: Axes | None = None, *, what: str = "") -> Axes:
    """Draw a surrogate tree: its conditions, and the prediction and share of the rows of each leaf.

    Rows above a threshold go right, and so do those with the level that is asked for. The darker a
    leaf, the larger its first prediction.

    Args:
      tree: as from `jaxnn.inspection.surrogate_tree`.
      ax: where to draw; None makes a figure.
      what: what is predicted, such as "probability of AHD", for the title.

    Returns:
      The axes, with the fidelity as title.
    """
    check_result(tree, "tree", SurrogateTree, "surrogate_tree")
    check_axes(ax, optional=True)
    check_texts(what=what)
    nodes = tree.nodes
    places = _places(nodes.left, nodes.right)
    leaves = nodes.predictor < 0
    if ax is None:
        depth = -places[:, 1].min()
        _, (ax,) = panels(1, height=1.2 + 1.25 * depth, width=max(6.0, 1.15 * leaves.sum() + 1))
    first = nodes.value[:, 0]
    span = np.ptp(first[leaves]) or 1.0
    for node, (x, y) in enumerate(places):
        if leaves[node]:
            share = nodes.rows[node] / nodes.rows[0]
            text = f"{nodes.value_text(node)}\n{share:.0%} of rows"
            dark = float(0.08 + 0.5 * (first[node] - first[leaves].min()) / span)
        else:
            of_level = nodes.level[node] >= 0
            text, dark = _wrapped(nodes.conditions(node, tree.columns)[int(of_level)]), 0.0
            answers = ("no", "yes") if of_level else ("yes", "no")
            for below, answer in zip((nodes.left[node], nodes.right[node]), answers, strict=True):
                end = places[below]
                ax.plot([x, end[0]], [y, end[1]], color=COLORS["grey"], lw=1, ls="-", zorder=1)
                label = ax.text((x + end[0]) / 2, (y + end[1]) / 2, answer, fontsize=9, zorder=2)
                label.set(ha="center", va="center")
                label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
        drawn = ax.text(x, y, text, ha="center", va="center", fontsize=9.5, parse_math=False)
        red, green, blue = (int(COLORS["blue"][i : i + 2], 16) / 255 for i in (1, 3, 5))
        shade = tuple(1 - dark * (1 - part) for part in (red, green, blue))
        drawn.set_bbox({"boxstyle": "round,pad=0.35", "facecolor": shade, "edgecolor": "#7F7F7F"})
        drawn.set_zorder(3)
    ax.set_xlim(places[:, 0].min() - 0.7, places[:, 0].max() + 0.7)
    ax.set_ylim(places[:, 1].min() - 0.4, 0.4)
    ax.set_axis_off()
    ax.set_title(_fidelity(tree, what), parse_math=False)
    return ax


def _places(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(nodes, 2) positions: leaves side by side, each split above the middle of its branches."""
    places = np.zeros((len(left), 2))
    leaves = 0

    def put(node: int, depth: int) -> float:
        nonlocal leaves
        if left[node] < 0:
            x, leaves = float(leaves), leaves + 1
        else:
            x = (put(left[node], depth + 1) + put(right[node], depth + 1)) / 2
        places[node] = x, -depth
        return x

    put(0, 0)
    return places


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, LINE_LENGTH, max_lines=3, placeholder=" ..."))


def _fidelity(tree: SurrogateTree, what: str) -> str:
    parts = [f"R squared {tree.fidelity:.2f}"]
    if np.isfinite(tree.held_out_fidelity):
        parts.append(f"{tree.held_out_fidelity:.2f} on rows left out")
    if np.isfinite(tree.agreement):
        parts.append(f"same class for {tree.agreement:.0%} of rows")
    return f"Surrogate tree{' of the ' * bool(what)}{what}: {', '.join(parts)}"


def method_importances(
    result: MethodImportances,
    ax: Axes | None = None,
    *,
    methods: Sequence[str] | None = None,
    predictors: Sequence[str] | None = None,
    most: int = 20,
) -> Axes:
    """Draw the importances of predictors by several methods, with their intervals over refits.

    A model has one colour and marker, hollow by impurity and full by permutation.

    Args:
      result: as from `jaxnn.estimators.compare_importances`.
      ax: where to draw; None makes a figure.
      methods: those of `result.methods` that are drawn; None draws all.
      predictors: those of `result.names` that are drawn, the first on top, so that several charts
        can have one order; None orders all by their mean share.
      most: the largest number of predictors drawn.

    Returns:
      The axes, with a legend.

    Raises:
      InputError: an unknown method or predictor, or `most` below 1.
    """
    axes = dict.fromkeys(("center", "lower", "upper"), "k p")
    check_result(
        result, "result", MethodImportances, "compare_importances", methods="k", names="p", **axes
    )
    check_axes(ax, optional=True)
    check_count(most, "most")
    shown = list(result.methods) if methods is None else list_of_names(methods, "methods")
    for method in shown:
        check_name(method, "a name in methods", result.methods)
    if not shown:
        raise InputError("methods is empty; pass at least one method.")
    rows = [result.methods.index(method) for method in shown]
    order = np.argsort(-result.center[rows].mean(axis=0), kind="stable")
    if predictors is not None:
        predictors = list_of_names(predictors, "predictors")
        if not predictors:
            raise InputError("predictors is empty; pass at least one predictor.")
        for name in predictors:
            check_name(name, "a name in predictors", result.names)
        order = np.array([result.names.index(name) for name in predictors], int)
    order = order[:most]
    if ax is None:
        _, (ax,) = panels(1, height=1.6 + len(order) * (0.16 + 0.11 * len(rows)))
    base = np.arange(len(order), dtype=float)
    offsets = np.linspace(-0.36, 0.36, len(rows)) if len(rows) > 1 else [0.0]
    models = list(dict.fromkeys(method.rpartition(", ")[0] for method in shown))
    for method, row, offset in zip(shown, rows, offsets, strict=True):
        model, _, measure = method.rpartition(", ")
        number = models.index(model)
        color = COLORS[METHOD_COLORS[number % len(METHOD_COLORS)]]
        ends = result.lower[row, order], result.upper[row, order]
        ax.hlines(base + offset, *ends, color=color, linewidth=1.6, alpha=0.5)
        ax.plot(
            result.center[row, order],
            base + offset,
            MARKERS[number % len(MARKERS)],
            color=color,
            markersize=5,
            markerfacecolor="white" if measure == "impurity" else color,
            label=method,
        )
    ax.axvline(0, color=COLORS["black"], linewidth=0.8, linestyle=LINES["solid"])
    ax.set_yticks(base, [result.names[place] for place in order], parse_math=False)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.grid(False, axis="y")
    for line in base[:-1] + 0.5:
        ax.axhline(line, color="#E6E6E6", linewidth=0.7, linestyle=LINES["solid"], zorder=0)
    ax.set_xlabel(f"share of the importance, with {100 * result.level:g}% intervals over refits")
    for text in ax.legend(loc="lower right").get_texts():
        text.set_parse_math(False)
    return ax
