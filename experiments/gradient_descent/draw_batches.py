"""How are batches drawn: their gradients, and the noise that they add?"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from experiments.gradient_descent import batch_noise, batches
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "batches": "Gradients of batches, and the noise that they add to descent. a: one coordinate of "
    "the mean gradient of every batch of b of 10 rows; line: their mean, which is the gradient of "
    "all rows; shaded: ± 2 standard deviations by the formula S²/b (1 − b/n). b: with a constant "
    "learning rate, stochastic descent on a parabola does not settle: mean squared distance from "
    "the minimum; line: theory. c, d: mean loss above the minimum of a least squares problem with "
    "32 rows, from 1,000 runs or fewer; dotted: exact, from the recursion of the second moments. "
    "c: with independent batches the loss stops falling at a floor. d: with passes through the "
    "rows in random order, as `fit` makes them, it comes much closer, though the batches have the "
    "same sizes (dotted: as in c).",
}
SHADES = ("vermilion", "blue", "green", "black")


def draw_batches(results: Results) -> Figure:
    """Gradients of batches, and where stochastic descent settles."""
    figure, (gradients, settled, *courses) = plotting.panels(4, height=3.3)
    sizes, coordinate = results["batch_sizes"], results["batch_means"][:, 0]
    each = results["row_gradients"][:, 0]
    grid = np.linspace(1, batches.ROWS, 91)
    reach = 2 * np.sqrt(each.var(ddof=1) / grid * (1 - grid / batches.ROWS))
    gradients.fill_between(
        grid, each.mean() - reach, each.mean() + reach, color=COLORS["sky"], alpha=0.3, linewidth=0
    )
    rank = np.concatenate([np.linspace(-0.25, 0.25, (sizes == b).sum()) for b in np.unique(sizes)])
    gradients.plot(sizes + rank, coordinate, ".", color=COLORS["blue"], markersize=3, alpha=0.5)
    gradients.axhline(each.mean(), color=COLORS["black"])
    gradients.set_xlabel("rows b of a batch")
    gradients.set_ylabel("gradient of a batch")
    rates = np.linspace(0.01, 1, 100)
    settled.plot(rates, rates / (2 - rates), color=COLORS["black"], label="theory")
    means = results["settled"].mean(axis=1)
    errors = 4 * results["settled"].std(axis=1, ddof=1) / results["settled"].shape[1] ** 0.5
    words = "measured, ± 4 standard errors"
    settled.errorbar(batches.RATES, means, errors, fmt="o", color=COLORS["blue"], label=words)
    settled.set_xlabel("learning rate η, with h = 1")
    settled.set_ylabel("mean squared distance")
    settled.legend()
    steps = np.arange(results["noise_exact"].shape[1])
    for kind, (ax, title) in enumerate(
        zip(courses, ("independent batches", "passes in random order"), strict=True)
    ):
        for place, size in enumerate(batch_noise.SIZES):
            label = f"{size} row{'s' * (size > 1)}" if size < batch_noise.ROWS else "all 32"
            if kind == 0:
                below = size == batch_noise.ROWS
                at = (82, 4e-4) if below else (135, 1.3 * results["noise_mean"][0, place, 135])
                ax.text(*at, label, color=COLORS[SHADES[place]])
            ax.plot(
                steps,
                results["noise_mean"][kind, place],
                color=COLORS[SHADES[place]],
                linestyle=LINES["solid"],
            )
            ax.plot(
                steps,
                results["noise_exact"][place],
                color=COLORS["black"],
                linestyle=LINES["dotted"],
                linewidth=1.2,
            )
        ax.set_yscale("log")
        ax.set_title(title)
        ax.set_xlabel("step")
        ax.set_ylabel("mean loss above the minimum")
    low, high = zip(*(ax.get_ylim() for ax in courses), strict=True)
    for ax in courses:
        ax.set_ylim(min(low), max(high))
    return figure
