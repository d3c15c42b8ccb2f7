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

FORWARD_COLOR, BACKWARD_COLOR = "#0072B2", "#D55E00"  # blue and red


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

    def draw(
        self,
        ax: Any = None,
        digits: int = 3,
        *,
        downwards: bool = False,
        equation: Callable[[Row], str] | None = None,
        number: Callable[[Any, int], str] | None = None,
        fontsize: float = 8.0,
    ) -> Any:
        """Draw the graph on matplotlib axes or on a new figure, and return the figure.

        A box holds the equation, the value in blue and the adjoint in red; an arrow the partial.

        Args:
          ax: matplotlib axes; None makes a figure.
          digits: significant digits of numbers.
          downwards: whether steps run from top to bottom, and not from left to right.
          equation: how a row is written, for instance in TeX; None is `Row.equation`.
          number: (value, digits) -> text; None is `format_number`.
          fontsize: of equations, in points; numbers are a little smaller.
        """
        from matplotlib.figure import Figure  # only drawing needs matplotlib

        look = _Look(
            downwards, digits, equation or (lambda row: row.equation), number or format_number,
            fontsize,
        )  # fmt: skip
        places = self.positions()
        columns, lines = zip(*places.values(), strict=True)
        if ax is None:
            length, breadth = max(columns) + 1, max(lines) - min(lines) + 1
            size = (1.9 * breadth, length) if downwards else (2.3 * length, 1.1 * breadth)
            ax = Figure(figsize=(size[0], size[1] + 0.5), layout="constrained").add_subplot()
        for source, target, partial in self.edges:
            look.arrow(ax, places[source], places[target], partial)
        for row in self.rows:
            look.box(ax, places[row.name], row)
        xs, ys = zip(*map(look.at, places.values()), strict=True)
        ax.set(xlim=(min(xs) - 0.6, max(xs) + 0.6), ylim=(min(ys) - 0.5, max(ys) + 0.9))
        ax.set_axis_off()
        return ax.figure


class _Look(NamedTuple):
    """How boxes and arrows are drawn; arguments as of `ComputationalGraph.draw`."""

    downwards: bool
    digits: int
    equation: Callable[[Row], str]
    number: Callable[[Any, int], str]
    fontsize: float

    def at(self, place: tuple[float, float]) -> tuple[float, float]:
        """Where a place of the layout, which runs from left to right, lies on the axes."""
        return (-place[1], -place[0]) if self.downwards else place

    def half_box(self) -> tuple[float, float]:
        """Half the width and half the height of a box."""
        return (0.45, 0.3) if self.downwards else (0.34, 0.3)

    def text(self, ax: Any, x: float, y: float, text: str, scale: float, **options: Any) -> None:
        """Text around a point, of a font size relative to that of equations."""
        ax.text(x, y, text, fontsize=scale * self.fontsize, ha="center", va="center", **options)

    def arrow(self, ax: Any, source: Any, target: Any, partial: Any) -> None:
        """An arrow between two places, with the local partial on it."""
        (x0, y0), (x1, y1), (width, height) = self.at(source), self.at(target), self.half_box()
        steps, along = target[0] - source[0], 0.45
        if steps > 1 and source[1] == target[1]:  # beside the boxes between them
            start, end = ((x0 + width, y0), (x1 + width, y1)) if self.downwards else (
                (x0, y0 + height), (x1, y1 + height)
            )  # fmt: skip
            bend, along = (0.46 if self.downwards else 0.29) / steps, 0.5
            beside = (0.12, 0.0) if self.downwards else (0.0, 0.3)
        else:
            start, end = ((x0, y0 - height), (x1, y1 + height)) if self.downwards else (
                (x0 + width, y0), (x1 - width, y1)
            )  # fmt: skip
            bend, beside = 0.0, (0.0, 0.0)
        line = {"arrowstyle": "-|>", "color": "0.45", "shrinkA": 0, "shrinkB": 0,
                "connectionstyle": f"arc3,rad={-bend}"}  # fmt: skip
        ax.annotate("", end, start, arrowprops=line)
        if np.ndim(partial) == 0 and partial is not None:
            x, y = (a + along * (b - a) + c for a, b, c in zip(start, end, beside, strict=True))
            behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
            self.text(ax, x, y, self.number(partial, self.digits), 0.86, color="0.3", bbox=behind)

    def box(self, ax: Any, place: tuple[float, float], row: Row) -> None:
        """A box with a row's equation, value and adjoint; grey for an input."""
        from matplotlib.patches import FancyBboxPatch

        (x, y), (width, height), given = self.at(place), self.half_box(), row.op == "input"
        shape = FancyBboxPatch((x - width, y - height), 2 * width, 2 * height,
                               boxstyle="round,pad=0,rounding_size=0.08",
                               facecolor="#F0F0F0" if given else "white",
                               edgecolor="0.6" if given else "0.2")  # fmt: skip
        ax.add_patch(shape)
        value, adjoint = (self.number(x, self.digits) for x in (row.value, row.adjoint))
        self.text(ax, x, y + 0.13, self.equation(row), 1.0)
        self.text(ax, x - width / 2, y - 0.14, value, 0.9, color=FORWARD_COLOR)
        self.text(ax, x + width / 2, y - 0.14, adjoint, 0.9, color=BACKWARD_COLOR)


def computational_graph(fun: Callable, *args: Any) -> ComputationalGraph:
    """Evaluate a function and return its graph; arguments and errors as of `trace_table`.

    >>> computational_graph(lambda x: x * x + x, 3.0).edges[:2]
    [('x', 'xi1', np.float64(3.0)), ('x', 'xi1', np.float64(3.0))]
    """
    return ComputationalGraph(trace_table(fun, *args).rows)


def _label(row: Row, digits: int) -> tuple[str, str, str]:
    adjoint = "" if row.adjoint is None else f"adjoint {format_number(row.adjoint, digits)}"
    return row.equation, format_number(row.value, digits), adjoint


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
