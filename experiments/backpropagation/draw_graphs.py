"""How are the computational graphs of `backpropagation` drawn?

    box     the step, its value (blue) and its adjoint (red)
    arrow   from an input to the step that uses it, with the local partial

Steps run from top to bottom.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from experiments.backpropagation.draw_tables import SIZE, formula, number
from experiments.backpropagation.reading import unpack
from experiments.lab.contract import Results
from jaxnn.plotting import COLORS, WIDTH
from jaxnn.tracer import ComputationalGraph, Row

VALUE, ADJOINT = COLORS["blue"], COLORS["vermilion"]


def graphs(results: Results) -> Figure:
    """The lecture's neuron with its loss, and a network with two hidden units."""
    figure = Figure(figsize=(WIDTH, 9.9))
    left = figure.add_axes((0, 0, 0.27, 1))
    right = figure.add_axes((0.27, 0, 0.73, 1))
    levels = _graph(right, unpack("network", results), "a 2-2-1 network")
    _graph(left, unpack("loss_a", results), "the lecture's neuron", 4, 0.65)
    left.set(xlim=(-0.78, 0.78), ylim=(0.6 - levels, 0.9))
    legend = [("value, forward", VALUE), ("adjoint dL/dξ, backward", ADJOINT),
              ("local partial", "0.3")]  # fmt: skip
    for line, (text, color) in enumerate(legend):
        left.text(0, 1.3 - levels - 0.3 * line, text, fontsize=SIZE, color=color, ha="center")
    return figure


def _graph(ax: Axes, rows: list[Row], title: str, digits: int = 3, half: float = 0.45) -> int:
    """A graph from top to bottom, one node per row of the trace; returns the number of levels."""
    graph = ComputationalGraph(tuple(rows))
    last = rows[-1].name
    # The tracer lays its graphs out from left to right.
    at = {name: (-y, -x) for name, (x, y) in graph.positions().items()}
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    for source, target, partial in graph.edges:
        (x0, y0), (x1, y1) = at[source], at[target]
        start, end = (x0, y0 - 0.3), (x1, y1 + 0.3)
        arrow = {"arrowstyle": "-|>", "color": "0.45", "shrinkA": 0, "shrinkB": 0, "linewidth": 1}
        ax.annotate("", end, start, arrowprops=arrow)
        along, down = (a + 0.45 * (b - a) for a, b in zip(start, end, strict=True))
        behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        ax.text(
            along, down, number(partial, digits), fontsize=9, color="0.3", bbox=behind, **middle
        )
    for row in rows:
        x, y = at[row.name]
        given = row.op == "input"
        ax.add_patch(
            FancyBboxPatch(
                (x - half, y - 0.3), 2 * half, 0.6, boxstyle="round,pad=0,rounding_size=0.08",
                facecolor="#F0F0F0" if given else "white", edgecolor="0.6" if given else "0.2",
            )
        )  # fmt: skip
        ax.text(x, y + 0.13, formula(row, last), fontsize=10.5, **middle)
        for at_x, value, color in (
            (x - half / 2, row.value, VALUE),
            (x + half / 2, row.adjoint, ADJOINT),
        ):
            ax.text(at_x, y - 0.14, number(value, digits), fontsize=9.5, color=color, **middle)
    xs, ys = zip(*at.values(), strict=True)
    ax.set(xlim=(min(xs) - 0.6, max(xs) + 0.6), ylim=(min(ys) - 0.4, 0.9))
    ax.text(0.5, 1 - 0.25 / 9.9, title, transform=ax.transAxes, fontsize=11.5, **middle)
    ax.set_axis_off()
    return 1 - round(min(ys))
