"""How are features that are not normalised drawn, and a loss without a minimum?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.gradient_descent import conditioning, separable
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "conditions": "Gradient descent with raw features and with standardised ones. a: condition "
    "number of the mean squared error of simulated tables; numbers: their means; lines: theory. "
    "b: distance from the minimum by step of gradient descent at the best learning rate, from the "
    "worst start; dotted: a millionth of the start. Standardising the features makes the condition "
    "number a thousand times smaller, and gradient descent a thousand times faster.",
    "separable": "Descent on two classes that a line separates: the logistic loss has no minimum. "
    "a: the rows, the line after the last step, and that of the largest margin (dashed). b: t "
    "times the loss approaches a constant (dashed: theory). c: the weights grow like ln t (dashed: "
    "theory). d: their direction approaches that of the largest margin, very slowly.",
}
SHADES = ("vermilion", "blue")
DASHES = ("dashed", "solid")


def draw_conditions(results: Results) -> Figure:
    """Condition numbers, and how fast gradient descent is."""
    figure, (conditions, descent) = plotting.panels(2, height=3.6)
    names = ("raw", "standardised")
    marks = results["distance_marks"]
    for place, moments in enumerate(conditioning.moments_of_truth()):
        row, color = results["conditions"][place], COLORS[SHADES[place]]
        x = place + np.linspace(-0.2, 0.2, len(row))
        conditions.plot(x, row, "o", color=color, markersize=4)
        conditions.text(place, row.mean() * 1.6, f"{row.mean():,.4g}", ha="center")
        conditions.hlines(
            conditioning.condition_number(moments), place - 0.35, place + 0.35, color="black"
        )
        distances = results["distances"][place]
        descent.plot(marks[1:], distances[1:], color=color, linestyle=LINES[DASHES[place]])
        at = ((5000, 0.15), (16, 1e-3))[place]
        descent.text(*at, names[place], color=color)
    conditions.set_yscale("log")
    conditions.set_ylim(1, 2e4)
    conditions.set_xlim(-0.6, 1.6)
    conditions.set_xticks([0, 1], names)
    conditions.set_ylabel("condition number")
    descent.axhline(conditioning.SHRUNK, color=COLORS["black"], linestyle=LINES["dotted"])
    descent.set_xscale("log")
    descent.set_yscale("log")
    descent.set_xlabel("step")
    descent.set_ylabel("distance from the minimum")
    return figure


def draw_separable(results: Results) -> Figure:
    """The rows and the line, the loss, and the length and direction of the weights."""
    figure, (rows, product, length, direction) = plotting.panels(4, height=3.2)
    for label, marker, shade in ((1, "o", "blue"), (-1, "s", "vermilion")):
        of_class = separable.X[label == separable.LABELS]
        rows.plot(*of_class.T, marker, color=COLORS[shade])
    marks, weights = results["marks"], results["weights"]
    ends = np.array([-3.6, 3.6])
    for w, color, dash in (
        (weights[-1], COLORS["blue"], "solid"),
        (separable.MARGIN, COLORS["black"], "dashed"),
    ):
        rows.plot(ends, -w[0] / w[1] * ends, color=color, linestyle=LINES[dash])
    rows.text(1.25, 2.1, "class 1", color=COLORS["blue"])
    rows.text(-3.3, -2.6, "class −1", color=COLORS["vermilion"])
    rows.text(-3.3, 0.7, "after the last step", color=COLORS["blue"])
    rows.text(0.85, -3.4, "largest margin", color=COLORS["black"], ha="right")
    rows.set_xlim(*ends)
    rows.set_ylim(-3.6, 2.8)
    rows.set_xlabel("x₁")
    rows.set_ylabel("x₂")
    lengths = np.linalg.norm(weights, axis=1)
    margin = float(np.linalg.norm(separable.MARGIN))
    _logarithmic(product, marks, marks * results["sums"], "t times the loss")
    product.axhline(margin**2 / separable.RATE, color=COLORS["black"], linestyle=LINES["dashed"])
    _logarithmic(length, marks, lengths, "length of the weights")
    line = lengths[-1] + margin * np.log(marks / marks[-1])
    length.plot(marks, line, color=COLORS["black"], linestyle=LINES["dashed"])
    cosines = weights @ separable.MARGIN / (lengths * margin)
    _logarithmic(direction, marks, 1 - cosines, "1 − cosine with the margin")
    return figure


def _logarithmic(ax: Axes, marks: np.ndarray, values: np.ndarray, label: str) -> None:
    ax.plot(marks, values, color=COLORS["blue"], marker=".")
    ax.set_xscale("log")
    ax.set_xlabel("steps t")
    ax.set_ylabel(label)
