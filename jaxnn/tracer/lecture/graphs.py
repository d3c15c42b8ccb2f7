"""How does a computation look as a graph of elementary steps?

One node per variable of the evaluation trace (`tables.py`), one arrow from each input of a step to
its result. Values flow forward along the arrows, adjoints back against them: an adjoint is the sum
over outgoing arrows of local partial times adjoint.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from jaxnn.tracer.lecture.tables import Row, check_digits, format_number, trace_table

FORWARD_COLOR, BACKWARD_COLOR = "#0072B2", "#D55E00"  # blue and orange


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
        """The graph in the DOT language of Graphviz; `digits` as of `TraceTable`."""
        check_digits(digits)

        def quote(*lines: str) -> str:
            escaped = [line.replace("\\", r"\\").replace('"', r"\"") for line in lines]
            return '"' + r"\n".join(escaped) + '"'

        parts = ["digraph computation {", "  rankdir=LR;", "  node [shape=box, style=rounded];"]
        for row in self.rows:
            value, adjoint = [format_number(x, digits) for x in (row.value, row.adjoint)]
            label = quote(row.equation, value, f"adjoint {adjoint}" if adjoint else "")
            shape = ", shape=ellipse" if row.op == "input" else ""
            parts.append(f"  {quote(row.name)} [label={label}{shape}];")
        for source, target, partial in self.edges:
            label = quote(format_number(partial, digits))
            parts.append(f"  {quote(source)} -> {quote(target)} [label={label}];")
        return "\n".join([*parts, "}"])

    def positions(self) -> dict[str, tuple[float, float]]:
        """Where to draw each node: columns by distance from the inputs, rows near the inputs."""
        column: dict[str, int] = {}
        for row in self.rows:
            column[row.name] = 1 + max((column[name] for name in row.inputs), default=-1)
        for row in self.rows:  # inputs move up to where they are first used
            if row.op == "input":
                used = [column[to] - 1 for source, to, _ in self.edges if source == row.name]
                column[row.name] = min(used, default=0)
        places: dict[str, tuple[float, float]] = {}
        for x in sorted(set(column.values())):
            members = [row for row in self.rows if column[row.name] == x]
            members.sort(key=lambda row: -np.mean([places[name][1] for name in row.inputs] or [0]))
            middle = (len(members) - 1) / 2
            places |= {row.name: (float(x), middle - i) for i, row in enumerate(members)}
        return places

    def draw(
        self,
        ax: Any = None,
        digits: int = 3,
        *,
        downwards: bool = False,
        equation: Callable[[Row], str] = attrgetter("equation"),
        number: Callable[[Any, int], str] = format_number,
        fontsize: float = 8.0,
    ) -> Any:
        """Draw the graph on matplotlib axes or on a new figure, and return the figure.

        A box holds the equation, the value in blue and the adjoint in orange; an arrow the partial.

        Args:
          ax: matplotlib axes; None makes a figure.
          digits: significant digits of numbers.
          downwards: whether steps run from top to bottom, and not from left to right.
          equation: how a row is written, for instance in TeX.
          number: (value, digits) -> text.
          fontsize: of equations, in points; numbers are a little smaller.

        Raises:
          TypeError, ValueError: other arguments than these.
        """
        check_digits(digits)
        for name, value, fits, wanted in (
            ("ax", ax, ax is None or hasattr(ax, "annotate"), "matplotlib axes, or None"),
            ("downwards", downwards, isinstance(downwards, bool | np.bool), "True or False"),
            ("equation", equation, callable(equation), "a function of a row"),
            ("number", number, callable(number), "a function of a value and digits"),
            ("fontsize", fontsize, _is_size(fontsize), "a number of points from 1 to 1000"),
        ):
            if not fits:
                raise TypeError(f"{name} is of type {type(value).__name__}; pass {wanted}.")
        from matplotlib.figure import Figure  # only drawing needs matplotlib
        from matplotlib.patches import FancyBboxPatch

        # Half a box; the directions in which steps run and in which an arrow goes round a box.
        half = np.array((0.45, 0.3) if downwards else (0.34, 0.3))
        along, aside = np.array(((0, -1), (1, 0)) if downwards else ((1, 0), (0, 1)))
        places = {
            name: np.array((-y, -x) if downwards else (x, y))
            for name, (x, y) in self.positions().items()
        }
        (left, bottom), (right, top) = [f(list(places.values()), axis=0) for f in (np.min, np.max)]
        if ax is None:
            unit = (1.9, 1.0) if downwards else (2.3, 1.1)
            size = (unit[0] * (right - left + 1), unit[1] * (top - bottom + 1) + 0.5)
            ax = Figure(figsize=size, layout="constrained").add_subplot()

        def write(place: np.ndarray, text: str, scale: float, **options: Any) -> None:
            ax.text(*place, text, fontsize=scale * fontsize, ha="center", va="center", **options)

        for source, target, partial in self.edges:
            start, end = places[source], places[target]
            steps = np.dot(end - start, along)
            if steps > 1 and not np.dot(end - start, aside):  # beside the boxes between them
                start, end = start + half * aside, end + half * aside
                bend = (0.46 if downwards else 0.29) / steps
                label = (start + end) / 2 + aside * (0.12 if downwards else 0.3)
            else:
                start, end, bend = start + half * along, end - half * along, 0.0
                label = 0.55 * start + 0.45 * end
            line = {"arrowstyle": "-|>", "color": "0.45", "shrinkA": 0, "shrinkB": 0}
            line["connectionstyle"] = f"arc3,rad={-bend}"
            ax.annotate("", end, start, arrowprops=line)
            if np.ndim(partial) == 0 and partial is not None:
                behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
                write(label, number(partial, digits), 0.86, color="0.3", bbox=behind)
        for row in self.rows:
            place = places[row.name]
            face, edge = ("#F0F0F0", "0.6") if row.op == "input" else ("white", "0.2")
            style = "round,pad=0,rounding_size=0.08"
            (x, y), (width, height) = place - half, 2 * half
            box = FancyBboxPatch((x, y), width, height, boxstyle=style, fc=face, ec=edge)
            ax.add_patch(box)
            right_of = np.array((half[0] / 2, 0.0))
            above, below = place + np.array([[0.0, 0.13], [0.0, -0.14]])
            write(above, equation(row), 1.0)
            write(below - right_of, number(row.value, digits), 0.9, color=FORWARD_COLOR)
            write(below + right_of, number(row.adjoint, digits), 0.9, color=BACKWARD_COLOR)
        ax.set(xlim=(left - 0.6, right + 0.6), ylim=(bottom - 0.5, top + 0.9))
        ax.set_axis_off()
        return ax.figure


def _is_size(value: Any) -> bool:
    number = isinstance(value, int | float | np.integer | np.floating)
    return number and not isinstance(value, bool) and bool(1 <= value <= 1000)


def computational_graph(fun: Callable, *args: Any) -> ComputationalGraph:
    """Evaluate a function and return its graph; arguments and errors as of `trace_table`.

    >>> computational_graph(lambda x: x * x + x, 3.0).edges[:2]
    [('x', 'xi1', np.float64(3.0)), ('x', 'xi1', np.float64(3.0))]
    """
    return ComputationalGraph(trace_table(fun, *args).rows)
