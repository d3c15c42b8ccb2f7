"""How are the tables of `backpropagation` drawn?

trace table   one row per step; below each number that of the slide, in orange if it differs
errata        the slide's statement, the correct one, and three numbers as evidence
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.backpropagation.lecture_tables import QUANTITIES
from experiments.backpropagation.reading import unpack
from experiments.lab.contract import Results
from jaxnn.plotting import COLORS, WIDTH
from jaxnn.tracer import Row

Line = tuple[str, str]  # text and colour
Cell = list[Line]

INK, FAINT, WRONG = "black", "#6A6A6A", COLORS["vermilion"]
SIZE, LINE, PAD = 10.5, 0.2, 0.14  # points; inches
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 6) -> str:
    """A number with the given significant digits: 3.70184·10⁻⁴."""
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
    """Draw a table whose cells have several lines.

    Args:
      columns: (title, width in inches) of each column.
      rows: rows of cells; a cell is a list of lines (text, colour).
      ax: axes from `canvas`.
      top: the top of the table, in inches from the upper edge.

    Returns:
      The bottom of the table, in inches from the upper edge.
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
    """Heights of the head and of each row, in inches."""
    lines = [max(title.count("\n") + 1 for title, _ in columns)]
    lines += [max(len(cell) for cell in row) for row in rows]
    return [LINE * count + PAD for count in lines]


def canvas(height: float) -> tuple[Figure, Axes]:
    """A figure, and axes that fill it, in inches from its upper left corner."""
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


def symbol(name: str, last: str) -> str:
    """A variable's name in TeX: xi_4, or L for the last variable, or the name of an input."""
    if name == last:
        return "L"
    if name.startswith("xi") and name[2:].isdigit():
        return rf"\xi_{{{name[2:]}}}"
    known = {"w": "W", "b0": r"\beta_0", "b1": r"\beta_1"}
    return known.get(name, re.sub(r"(\d+)", r"_{\1}", name))


def formula(row: Row, last: str) -> str:
    """A row's equation in TeX; for an input, only its name."""
    left = symbol(row.name, last)
    right = re.sub(r"\\frac\{(.*)\}\{(.*)\}", r"\1 / \2", row.latex)
    for name in sorted(set(row.inputs), key=len, reverse=True):
        if not name.startswith("xi"):
            right = right.replace(name, symbol(name, last))
    return f"${left}$" if row.op == "input" else f"${left} = {right}$"


def trace(name: str, results: Results) -> Figure:
    """The table of one of the two losses, with the slide's numbers."""
    rows = unpack(name, results)
    slide = results[f"{name}_slide"]
    last, cells = rows[-1].name, []
    for row in rows:
        printed = slide[int(row.name[2:]) - 1] if row.op != "input" else [np.nan] * 3
        partial = row.partials[0] if row.partials else np.nan
        of = f"$\\partial {symbol(row.name, last)}/\\partial {symbol(row.inputs[0], last)}$" if (
            row.inputs) else ""  # fmt: skip
        cells.append([
            [(formula(row, last), INK), (of, FAINT)] if of else [(formula(row, last), INK)],
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
    """A number, and below it the slide's number, marked if it differs."""
    if np.isnan(printed):
        return [(number(found, 7), INK)]
    equal, text = abs(found - printed) <= 1e-6 * abs(found), f"slide {number(printed, 7)}"
    return [(number(found, 7), INK), (text, FAINT) if equal else (f"✗ {text}", WRONG)]


def logistic(results: Results) -> Figure:
    """Each step of logistic regression, and the lecture's factors for y = 0 and y = 1."""
    rows = unpack("logistic", results)
    last = rows[-1].name
    steps = []
    for row in rows:
        partials = ",  ".join(
            f"${symbol(name, last)}$: {number(partial, 5)}"
            for name, partial in zip(row.inputs, row.partials, strict=True)
        )
        numbers = [number(x, 5) for x in (row.value, row.tangent, row.adjoint)]
        texts = [formula(row, last), numbers[0], partials, *numbers[1:]]
        steps.append([[(text, INK)] for text in texts])
    found, slide = results["quantities"], results["quantities_slide"]
    words = {
        "dL/dp": r"$\partial L/\partial p$",
        "dp/dh": r"$\partial p/\partial h$",
        "dh/db1": r"$\partial h/\partial\beta_1$",
        "dh/db0": r"$\partial h/\partial\beta_0$, printed as $dL/d\beta_0$",
        "dL/db1": r"$\partial L/\partial\beta_1$",
        "dL/db0": r"$\partial L/\partial\beta_0$",
    }
    factors = []
    for place, name in enumerate(QUANTITIES):
        both = [_beside(found[label, place], slide[label, place]) for label in range(2)]
        factors.append([[(words[name], INK)], *([line] for cell in both for line in cell)])
    one = LINE + PAD
    figure, ax = canvas(one * (len(steps) + len(factors) + 2) + 0.65)
    columns = [("step (y = 0)", 2.6), ("value", 1.2), ("partials", 2.6), ("tangent", 1.2),
               ("adjoint", 1.2)]  # fmt: skip
    end = table(columns, steps, ax)
    columns = [("factor", 2.7), ("y = 0", 1.2), ("", 1.95), ("y = 1", 1.2), ("", 1.85)]
    table(columns, factors, ax, end + 0.35)
    return figure


def errata(results: Results, first: int, last: int) -> Figure:
    """The table of the errata from `first` to `last`."""
    columns = [("", 0.32), ("the slide", 2.15), ("correct", 2.17), ("quantity", 2.14),
               ("evidence", 2.1)]  # fmt: skip
    fields = ("number", "kind", "slide", "correct", "quantity", "reading", "said", "right",
              "computed")  # fmt: skip
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
                *_slides_number(str(entry["reading"]), number(entry["said"], digits)),
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


def _slides_number(reading: str, text: str) -> Cell:
    """The slide's number, and how the slide gives it."""
    if reading == "printed":
        return [(f"✗ slide {text}", WRONG)]
    how = {"formula": "✗ by the slide's formula", "literal": "✗ the slide, taken literally"}
    return [(how[reading], WRONG), (f"    {text}", WRONG)]


def _wrapped(text: str, width: float) -> Cell:
    """Text in lines that fit a column; a character's width is about 0.6 of its height."""
    most = int((width - 0.05) / (0.59 * SIZE / 72))
    unbroken = str(text).replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
    return [(line, INK) for line in textwrap.wrap(unbroken, most)]
