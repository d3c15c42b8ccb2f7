"""How does a computation look as a graph of elementary steps?

One node a variable of the evaluation trace (`tables.py`), one arrow from each input of a step to
its result. Values flow forward along the arrows, adjoints back against them; both are written on
the node, and the local partial on the arrow: an adjoint is the sum over outgoing arrows of
partial times adjoint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer.lecture.tables import Row, format_number, trace_table

FORWARD_COLOR, BACKWARD_COLOR = "#1f4e79", "#b03a2e"


class ComputationalGraph(NamedTuple):
    """The evaluation trace as a graph."""

    rows: tuple[Row, ...]

    @property
    def edges(self) -> list[tuple[str, str, Any]]:
        """(from, to, local partial) for each argument of each step."""
        return [
            (source, row.name, partial)
            for row in self.rows
            for source, partial in zip(row.inputs, row.partials, strict=True)
        ]

    def to_dot(self, digits: int = 4) -> str:
        """The graph in the DOT language of Graphviz."""
        lines = ["digraph computation {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
        for row in self.rows:
            shape = ", shape=ellipse" if row.op == "input" else ""
            label = "\\n".join(map(_escape, _label(row, digits)))
            lines.append(f'  "{_escape(row.name)}" [label="{label}"{shape}];')
        for source, target, partial in self.edges:
            label = _escape(format_number(partial, digits))
            lines.append(f'  "{_escape(source)}" -> "{_escape(target)}" [label="{label}"];')
        return "\n".join([*lines, "}"])

    def positions(self) -> dict[str, tuple[float, float]]:
        """Where to draw each node: columns by distance from the inputs, rows near the inputs."""
        column: dict[str, int] = {}
        for row in self.rows:
            column[row.name] = 1 + max((column[name] for name in row.inputs), default=-1)
        for row in reversed(self.rows):  # inputs move up to where they are first used
            if row.op == "input":
                used = [column[to] - 1 for source, to, _ in self.edges if source == row.name]
                column[row.name] = min(used, default=0)
        places: dict[str, tuple[float, float]] = {}
        for x in range(max(column.values()) + 1):
            members = [row for row in self.rows if column[row.name] == x]
            wanted = {
                row.name: sum(places[name][1] for name in row.inputs) / len(row.inputs)
                if row.inputs else 0.0
                for row in members
            }  # fmt: skip
            members.sort(key=lambda row: -wanted[row.name])
            for i, row in enumerate(members):
                places[row.name] = (float(x), (len(members) - 1) / 2 - i)
        return places

    def draw(self, ax: Any = None, digits: int = 3) -> Any:
        """Draw it, values in blue and adjoints in red, on matplotlib axes or a new figure.

        `digits` is how many significant ones numbers have. Returns the figure.
        """
        from matplotlib.figure import Figure  # only drawing needs matplotlib
        from matplotlib.patches import FancyBboxPatch

        places = self.positions()
        xs, ys = zip(*places.values(), strict=True)
        if ax is None:
            size = (2.3 * (max(xs) + 1), 1.1 * (max(ys) - min(ys) + 1) + 0.5)
            ax = Figure(figsize=size, layout="constrained").add_subplot()
        for source, target, partial in self.edges:
            (x0, y0), (x1, y1) = places[source], places[target]
            bend = 0.6 / (x1 - x0) if x1 - x0 > 1 and y0 == y1 else 0.0  # around what is between
            curve = {"arrowstyle": "->", "color": "0.5", "connectionstyle": f"arc3,rad={-bend}"}
            ax.annotate("", (x1 - 0.36, y1), (x0 + 0.36, y0), arrowprops=curve)
            if np.ndim(partial) == 0 and partial is not None:
                middle = ((x0 + x1) / 2, (y0 + y1) / 2 + (0.63 if bend else 0))
                ax.annotate(format_number(partial, digits), middle, (0, 3), fontsize=7,
                            textcoords="offset points", ha="center", color="0.35")  # fmt: skip
        for row in self.rows:
            x, y = places[row.name]
            box = FancyBboxPatch((x - 0.34, y - 0.3), 0.68, 0.6, fc="white", ec="0.3",
                                 boxstyle="round,pad=0.02,rounding_size=0.06")  # fmt: skip
            ax.add_patch(box)
            colors = ("black", FORWARD_COLOR, BACKWARD_COLOR)
            for line, (text, color) in enumerate(zip(_label(row, digits), colors, strict=True)):
                ax.text(x, y + 0.19 * (1 - line), text, color=color, fontsize=8,
                        ha="center", va="center")  # fmt: skip
        ax.set(xlim=(min(xs) - 0.6, max(xs) + 0.6), ylim=(min(ys) - 0.7, max(ys) + 0.9))
        ax.set_axis_off()
        return ax.figure


def computational_graph(fun: Callable, *args: Any) -> ComputationalGraph:
    """Evaluate a function and return its graph; arguments and errors as of `trace_table`."""
    return ComputationalGraph(trace_table(fun, *args).rows)


def _label(row: Row, digits: int) -> tuple[str, str, str]:
    adjoint = "" if row.adjoint is None else f"adjoint {format_number(row.adjoint, digits)}"
    return row.equation, format_number(row.value, digits), adjoint


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
