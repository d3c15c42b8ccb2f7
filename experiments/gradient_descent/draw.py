"""How are the results of `gradient_descent` drawn?

game        steps on a parabola
minima      what is left of the loss from many starts
batches     gradients of batches, and the noise of stochastic descent
conditions  features that are not normalised, and a loss without a minimum
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.gradient_descent import batches, one_dimension, separable
from experiments.gradient_descent.local_minima import WIDTHS
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "game": "Gradient descent on a parabola of curvature h from w = 3. a: steps of fixed length "
    "never settle; steps proportional to the slope do. b: the learning rate e decides: below 1/h "
    "it approaches from one side, up to 2/h it overshoots and still converges, above 2/h it "
    "diverges.",
    "minima": "What is left of the loss of networks with one layer of tanh units from many first "
    "weights, as a share of the variance of the response. Line: median. In narrow networks many "
    "starts are caught in poor minima; in wide ones almost none is.",
    "batches": "a: one coordinate of the mean gradient of every batch of 4 of 10 rows; dashed: the "
    "gradient of all rows, which is their mean. b: with a constant learning rate stochastic "
    "descent does not settle: mean square distance from the minimum; line: theory.",
    "conditions": "a: condition number of the mean square error of simulated tables; lines: "
    "theory. Standardising the features makes it a thousand times smaller, and gradient descent as "
    "much faster. b: on separable rows the logistic loss has no minimum: t times the loss "
    "approaches a constant (line: theory). c: the weights grow like ln t. d: their direction "
    "approaches that of the largest margin, very slowly.",
}
SHADES = ("blue", "vermilion", "green", "purple", "orange", "black")
DASHES = ("solid", "dashed", "dashdot", "dotted", "solid", "dashed")


def draw(results: Results) -> dict[str, Figure]:
    """The game, the starts, the batches and the conditions."""
    return {
        "game": _game(results),
        "minima": _minima(results),
        "batches": _batches(results),
        "conditions": _conditions(results),
    }


def _game(results: Results) -> Figure:
    figure, (compared, rates) = plotting.panels(2, height=3.6)
    steps = np.arange(one_dimension.STEPS + 1)
    shown = steps <= 12
    proportional = results["game_paths"][one_dimension.FACTORS.index(0.5)]
    for place, (path, label) in enumerate(
        ((results["fixed_path"], "fixed length"), (proportional, "proportional to the slope"))
    ):
        compared.plot(
            steps[shown],
            path[shown],
            color=COLORS[SHADES[place]],
            linestyle=LINES[DASHES[place]],
            marker=".",
            label=label,
        )
    for place, (factor, path) in enumerate(
        zip(one_dimension.FACTORS, results["game_paths"], strict=True)
    ):
        rates.plot(
            steps[shown],
            path[shown],
            color=COLORS[SHADES[place]],
            linestyle=LINES[DASHES[place]],
            marker=".",
            label=f"e h = {factor:g}",
        )
    rates.set_ylim(-8, 14)
    for ax in (compared, rates):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("step")
        ax.set_ylabel("w")
        ax.legend(loc="upper right", ncols=1 if ax is compared else 3)
    return figure


def _minima(results: Results) -> Figure:
    figure, (ax,) = plotting.panels(1, height=3.8)
    losses = np.maximum(results["final_losses"], 1e-6)
    starts = losses.shape[1]
    spread = np.linspace(-0.25, 0.25, starts)
    for place, row in enumerate(losses):
        ax.plot(place + spread, row, "o", color=COLORS["blue"], markersize=3, alpha=0.6, mew=0)
        ax.plot([place - 0.3, place + 0.3], 2 * [np.median(row)], "-", color=COLORS["vermilion"])
    ax.set_yscale("log")
    ax.set_xticks(range(len(WIDTHS)), [str(width) for width in WIDTHS])
    ax.set_xlabel("hidden units")
    ax.set_ylabel("share of the variance that is left")
    return figure


def _batches(results: Results) -> Figure:
    figure, (gradients, settled) = plotting.panels(2, height=3.4)
    gradients.hist(results["batch_means"][:, 0], bins=24, color=COLORS["sky"])
    whole = results["row_gradients"][:, 0].mean()
    gradients.axvline(whole, color=COLORS["black"], linestyle=LINES["dashed"])
    gradients.set_xlabel("gradient of a batch")
    gradients.set_ylabel("batches")
    rates = np.linspace(0.01, 1, 100)
    settled.plot(rates, rates / (2 - rates), color=COLORS["black"], label="theory")
    means = results["settled"].mean(axis=1)
    errors = 4 * results["settled"].std(axis=1, ddof=1) / results["settled"].shape[1] ** 0.5
    settled.errorbar(
        batches.RATES, means, errors, fmt="o", color=COLORS["blue"], label="measured, ± 4 SE"
    )
    settled.set_xlabel("learning rate e, with h = 1")
    settled.set_ylabel("mean square distance")
    settled.legend()
    return figure


def _conditions(results: Results) -> Figure:
    figure, (conditions, product, length, direction) = plotting.panels(4, height=3.2)
    for place, theory in enumerate((3344.68, 3.0)):
        row = results["conditions"][place]
        x = place + np.linspace(-0.2, 0.2, len(row))
        conditions.plot(x, row, "o", color=COLORS[SHADES[place]], markersize=4)
        conditions.text(place, row.mean() * 1.5, f"{row.mean():,.4g}", ha="center")
        conditions.hlines(theory, place - 0.35, place + 0.35, color="black")
    conditions.set_yscale("log")
    conditions.set_ylim(1, 2e4)
    conditions.set_xlim(-0.6, 1.6)
    conditions.set_xticks([0, 1], ["raw", "standardised"])
    conditions.set_ylabel("condition number")
    marks, weights = results["marks"], results["weights"]
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
