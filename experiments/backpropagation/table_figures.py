"""How are tables and graphs drawn, so that they can be read at the size of a gallery?

trace table   a row for each step; below each number what the slide prints, in red if it differs
graph         steps from top to bottom, values in blue, adjoints in red
errata        what the slide says, what is correct, and the three numbers of the evidence
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from experiments.backpropagation import lecture_tables
from experiments.backpropagation.reading import unpack
from experiments.lab.contract import Results
from jaxnn.plotting import COLORS, WIDTH
from jaxnn.tracer import ComputationalGraph, Row

Line = tuple[str, str]  # text and colour
Cell = list[Line]

INK, FAINT, WRONG = "black", "#6A6A6A", COLORS["vermilion"]
VALUE, ADJOINT = COLORS["blue"], COLORS["vermilion"]
SIZE, LINE, PAD = 10.5, 0.2, 0.14  # points; inches
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 6) -> str:
    """A number with so many significant digits: 3.70184·10⁻⁴."""
    if np.isnan(value):
        return ""
    if value != 0 and not 1e-3 <= abs(value) < 1e6:
        mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        ending = f"·10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    else:
        mantissa, ending = f"{value + 0.0:.{digits}g}", ""  # + 0: no minus zero
    return mantissa.replace("-", "−") + ending


def table(
    columns: Sequence[tuple[str, float]],
    rows: Sequence[Sequence[Cell]],
    ax: Axes,
    top: float = 0.1,
) -> float:
    """Draw a table of cells with several lines each.

    Args:
      columns: (title, width in inches) of each.
      rows: of cells; a cell is a list of (text, colour).
      ax: axes of `canvas`.
      top: where the table begins, in inches.

    Returns:
      Where the table ends, in inches.
    """
    head, *heights = _heights(columns, rows)
    edges = np.cumsum([0.12, *(width for _, width in columns)])
    for (title, _), x in zip(columns, edges, strict=False):
        ax.text(x, top + head / 2, title, fontsize=SIZE, fontweight="bold", va="center")
    ax.plot([0.05, WIDTH - 0.05], [top + head] * 2, color=INK, linewidth=1, linestyle="-")
    y = top + head
    for place, (row, height) in enumerate(zip(rows, heights, strict=True)):
        if place % 2:
            ax.axhspan(y, y + height, color="#F5F5F5", linewidth=0)
        for cell, x in zip(row, edges, strict=False):
            first = y + height / 2 - LINE * (len(cell) - 1) / 2
            for line, (text, color) in enumerate(cell):
                ax.text(x, first + line * LINE, text, fontsize=SIZE, color=color, va="center")
        y += height
    return y


def _heights(columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[Cell]]) -> list[float]:
    """Of the head and of each row, in inches."""
    lines = [max(title.count("\n") + 1 for title, _ in columns)]
    lines += [max(len(cell) for cell in row) for row in rows]
    return [LINE * count + PAD for count in lines]


def canvas(height: float) -> tuple[Figure, Axes]:
    """A figure, and axes over all of it, in inches from its upper left corner."""
    figure = Figure(figsize=(WIDTH, height))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, WIDTH), ylim=(height, 0))
    ax.set_axis_off()
    return figure, ax


def _alone(columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[Cell]]) -> Figure:
    """A figure of one table."""
    figure, ax = canvas(sum(_heights(columns, rows)) + 0.2)
    table(columns, rows, ax)
    return figure


# ---- trace tables


def symbol(name: str, last: str) -> str:
    """A variable's name in TeX: xi4, or L for the last of the table, or the input's own."""
    if name == last:
        return r"\mathcal{L}"
    if name.startswith("xi") and name[2:].isdigit():
        return rf"\xi_{{{name[2:]}}}"
    known = {"w": "W", "b0": r"\beta_0", "b1": r"\beta_1"}
    return known.get(name, re.sub(r"(\d+)", r"_{\1}", name))


def _formula(row: Row, last: str) -> str:
    left = symbol(row.name, last)
    right = re.sub(r"\\frac\{(.*)\}\{(.*)\}", r"\1 / \2", row.latex)
    for name in sorted(set(row.inputs), key=len, reverse=True):
        if not name.startswith("xi"):
            right = right.replace(name, symbol(name, last))
    return f"${left}$" if row.op == "input" else f"${left} = {right}$"


def trace(name: str, results: Results) -> Figure:
    """The table of one of the two losses, beside the slide."""
    rows = unpack(name, results)
    slide = results[f"{name}_slide"]
    last, cells = rows[-1].name, []
    for row in rows:
        printed = slide[int(row.name[2:]) - 1] if row.op != "input" else [np.nan] * 3
        partial = row.partials[0] if row.partials else np.nan
        of = f"$\\partial {symbol(row.name, last)}/\\partial {symbol(row.inputs[0], last)}$" if (
            row.inputs) else ""  # fmt: skip
        cells.append([
            [(_formula(row, last), INK), (of, FAINT)] if of else [(_formula(row, last), INK)],
            _beside(row.value, printed[0]),
            _beside(partial, printed[1]),
            _beside(row.tangent, printed[2]),
            [(number(row.adjoint, 7), INK)],
        ])  # fmt: skip
    columns = [
        ("step\nand its partial", 1.5),
        ("value", 1.95),
        ("partial", 1.95),
        ("forward mode\ndξ/dW", 1.95),
        ("reverse mode\ndL/dξ", 1.5),
    ]
    return _alone(columns, cells)


def _beside(found: float, printed: float) -> Cell:
    """A number, and below it the slide's, marked where it differs."""
    if np.isnan(printed):
        return [(number(found), INK)]
    equal, text = abs(found - printed) <= 1e-6 * abs(found), f"slide {number(printed, 7)}"
    return [(number(found, 7), INK), (text, FAINT) if equal else (f"✗ {text}", WRONG)]


def logistic(results: Results) -> Figure:
    """Every step of the logistic regression, and the lecture's factors for y = 0 and y = 1."""
    rows = unpack("logistic", results)
    last = rows[-1].name
    steps = []
    for row in rows:
        partials = ",  ".join(
            f"${symbol(name, last)}$: {number(partial, 5)}"
            for name, partial in zip(row.inputs, row.partials, strict=True)
        )
        numbers = [number(x, 5) for x in (row.value, row.tangent, row.adjoint)]
        texts = [_formula(row, last), numbers[0], partials, *numbers[1:]]
        steps.append([[(text, INK)] for text in texts])
    found, slide = results["quantities"], results["quantities_slide"]
    words = {
        "dL/dp": r"$\partial\mathcal{L}/\partial p$",
        "dp/dh": r"$\partial p/\partial h$",
        "dh/db1": r"$\partial h/\partial\beta_1$",
        "dh/db0": r"$\partial h/\partial\beta_0$, printed as $d\mathcal{L}/d\beta_0$",
        "dL/db1": r"$\partial\mathcal{L}/\partial\beta_1$",
        "dL/db0": r"$\partial\mathcal{L}/\partial\beta_0$",
    }
    factors = []
    for place, name in enumerate(lecture_tables.QUANTITIES):
        both = [_beside(found[label, place], slide[label, place]) for label in range(2)]
        factors.append([[(words[name], INK)], *([line] for cell in both for line in cell)])
    one = LINE + PAD
    figure, ax = canvas(one * (len(steps) + len(factors) + 2) + 0.65)
    columns = [("step (y = 0)", 2.6), ("value", 1.2), ("partials by", 2.6), ("tangent", 1.2),
               ("adjoint", 1.2)]  # fmt: skip
    end = table(columns, steps, ax)
    columns = [("factor", 2.7), ("y = 0", 1.2), ("", 1.95), ("y = 1", 1.2), ("", 1.85)]
    table(columns, factors, ax, end + 0.35)
    return figure


# ---- graphs


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
    """A graph from top to bottom, one node a row of the trace; returns the number of levels."""
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
        ax.text(x, y + 0.13, _formula(row, last), fontsize=10.5, **middle)
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


# ---- errata


def errata(results: Results, first: int, last: int) -> Figure:
    """The entries from `first` to `last`."""
    columns = [("", 0.38), ("the slide", 2.15), ("correct", 2.15), ("shown by", 2.2),
               ("evidence", 2.05)]  # fmt: skip
    fields = ("number", "kind", "slide", "correct", "quantity", "said", "right", "computed")
    rows: list[list[Cell]] = []
    for row in zip(*(results[f"errata_{field}"] for field in fields), strict=True):
        entry = dict(zip(fields, row, strict=True))
        if not first <= entry["number"] <= last:
            continue
        kind = [] if entry["kind"] == "error" else [(f"({entry['kind']})", FAINT)]
        evidence: Cell = []
        if not np.isnan(entry["right"]):
            digits = 8 if entry["number"] == 5 else 6
            evidence = [
                (f"✗ slide {number(entry['said'], digits)}", WRONG),
                (f"correct {number(entry['right'], digits)}", FAINT),
                (f"computed {number(entry['computed'], digits)}", INK),
            ]
        rows.append([
            [(str(entry["number"]), INK)],
            [*_wrapped(entry["slide"], columns[1][1]), *kind],
            _wrapped(entry["correct"], columns[2][1]),
            _wrapped(entry["quantity"], columns[3][1]),
            evidence,
        ])  # fmt: skip
    return _alone(columns, rows)


def _wrapped(text: str, width: float) -> Cell:
    """Text in lines that fit a column, of characters about 0.6 times as wide as high."""
    most = int((width - 0.05) / (0.59 * SIZE / 72))
    unbroken = str(text).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
    return [(line, INK) for line in textwrap.wrap(unbroken, most)]
