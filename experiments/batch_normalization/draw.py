"""How are the results of `batch_normalization` drawn?

shift       percentiles of one unit during training, and the loss
rates       test accuracy by learning rate
identities  what follows from the formula alone
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, NullLocator

from experiments.batch_normalization import identities, reading
from experiments.batch_normalization.compute import SWEPT, WATCHED
from experiments.lab.contract import Results
from experiments.shared.direct_labels import label_ends
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "shift": "Three layers of sigmoid units learn digits with and without batch normalisation. "
    "Each has 100 units, and the learning rate is 0.5. a to c: 15th, 50th and 85th percentile, "
    "over test images, of what enters the first unit of the last hidden layer, in one training "
    "run; normalised with the moments of all training images. a: the plain network starts with a "
    "distribution that hardly depends on the image, and then moves and widens. b: if the initial "
    "weights are four times as large, a unit starts with a wider range. c: normalisation fixes "
    "mean and spread by its formula: what is left to move is the learned shift and scale. d: the "
    "loss, mean of 20 batches, of all starts; dotted: 0.3. From large weights the plain network "
    "gains much of the speed without normalisation.",
    "rates": "Test accuracy by learning rate with and without normalisation, after 400 steps. "
    "Points: starts; line: the worst of them. a: sigmoid; b: ReLU. Dashed: chance. In so few "
    "steps plain sigmoid networks learn at no rate, those with initial weights four times as large "
    "(wide start) at some, and normalised ones at almost all. Normalised ReLU networks learn at "
    "larger rates than plain ones.",
    "identities": "Four consequences of the formula of batch normalisation. a: variance of a "
    "normalised unit (points) and v / (v + δ) (line). b: the loss from weights four times as "
    "long needs a learning rate 16 times as large to fall in the same way. c: |w|² of each unit "
    "(lines) grows by the sum of η² |g|² (dotted; η: the learning rate), since weights and "
    "gradient are orthogonal. d: if the gradient takes the moments of the batch for constants, a "
    "bias grows in every step and the loss does not change.",
}
SHADES = {"plain": "vermilion", "wide start": "green", "normalised": "blue"}
PLACES = {"plain": (180, 2.7), "wide start": (160, 0.6), "normalised": (21, 0.12)}
HEIGHTS = {  # of the labels
    "sigmoid": {"plain": 0.17, "wide start": 0.62, "normalised": 1.01},
    "ReLU": {"plain": 0.8, "normalised": 1.01},
}
DASHES = {"plain": "dashed", "wide start": "dashdot", "normalised": "solid"}


def draw(results: Results) -> dict[str, Figure]:
    """Units during training, learning rates and identities."""
    return {
        "shift": _shift(results),
        "rates": _rates(results),
        "identities": _identities(results),
    }


def _shift(results: Results) -> Figure:
    figure, (*units, course) = plotting.panels(4, height=3.2)
    marks = results["marks"]
    for ax, name in zip(units, WATCHED, strict=True):
        low, median, high = reading.compared(results, "percentiles", name)[0, :, :, 0].T
        color = COLORS[SHADES[name]]
        ax.fill_between(marks, low, high, color=color, alpha=0.25, linewidth=0)
        ax.plot(marks, median, color=color, linestyle=LINES["solid"])
        ax.set_title(name)
        ax.xaxis.set_major_locator(MultipleLocator(500))
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.set_xlabel("step")
        ax.set_ylabel("pre-activation")
    ends = [ax.get_ylim() for ax in units]
    for ax in units:
        ax.set_ylim(min(low for low, _ in ends), max(high for _, high in ends))
    for name in WATCHED:
        courses = reading.smoothed(reading.compared(results, "watched_losses", name))
        steps = np.arange(courses.shape[1]) + reading.WINDOW
        for losses in courses:
            course.plot(
                steps,
                losses,
                color=COLORS[SHADES[name]],
                linestyle=LINES[DASHES[name]],
                linewidth=1,
            )
        course.text(*PLACES[name], name, color=COLORS[SHADES[name]])
    course.axhline(reading.LOW_LOSS, color=COLORS["black"], linestyle=LINES["dotted"])
    course.set_xscale("log")
    course.set_yscale("log")
    course.set_xlabel("step")
    course.set_ylabel("loss of the training batches")
    return figure


def _rates(results: Results) -> Figure:
    figure, axes = plotting.panels(2, height=3.8, sharey=True)
    rates = results["swept_rates"]
    for name, accuracies in zip(SWEPT, results["swept_accuracy"], strict=True):
        ax = axes[0] if name.startswith("sigmoid") else axes[1]
        kind = name.split(", ")[-1]
        kind = kind if kind in SHADES else "plain"
        color = COLORS[SHADES[kind]]
        for column in accuracies.T:
            ax.plot(rates, column, "o", color=color, markersize=4, alpha=0.6, mew=0)
        worst = accuracies.min(axis=1)
        ax.plot(rates, worst, color=color, linestyle=LINES[DASHES[kind]])
        ax.text(rates[0], HEIGHTS[name.split(", ")[0]][kind], kind, color=color)
    for ax, title in zip(axes, ("sigmoid", "ReLU"), strict=True):
        ax.axhline(0.1, color=COLORS["black"], linestyle=LINES["dashed"], linewidth=0.8)
        ax.set_xscale("log")
        ax.set_ylim(0, 1.07)
        ax.set_title(title)
        ax.set_xlabel("learning rate")
    axes[0].set_ylabel("test accuracy")
    return figure


def _identities(results: Results) -> Figure:
    figure, (variances, courses, lengths, held) = plotting.panels(4, height=3.2)
    v = results["batch"].var(axis=1)
    grid = np.logspace(-5, 3, 100)
    variances.plot(grid, grid / (grid + identities.DELTA), color=COLORS["black"])
    variances.plot(v, results["normalized_batch"].var(axis=1), "o", color=COLORS["blue"])
    variances.set_xscale("log")
    variances.set_xlabel("variance v of a unit over the batch")
    variances.set_ylabel("variance when normalised")
    _courses(courses, results)
    total = identities.RATE**2 * np.cumsum(results["squared_gradients"], axis=0)
    grown = results["squared_lengths"][1:] - results["squared_lengths"][0]
    for unit, name in enumerate(list(COLORS)[: identities.UNITS]):
        lengths.plot(grown[:, unit], color=COLORS[name], linestyle=LINES["solid"])
        lengths.plot(total[:, unit], color=COLORS["black"], linestyle=LINES["dotted"], linewidth=1)
    lengths.set_yscale("log")
    lengths.set_xlabel("step")
    lengths.set_ylabel("growth of |w|²")
    steps = np.arange(identities.STEPS + 1)
    held.plot(steps, results["held_biases"], color=COLORS["vermilion"])
    held.plot(steps, results["held_losses"], color=COLORS["blue"], linestyle=LINES["dashed"])
    for name, color in (("bias", "vermilion"), ("loss", "blue")):
        middle = results["held_biases" if name == "bias" else "held_losses"][180]
        held.text(175, middle, name, color=COLORS[color], ha="right", va="bottom")
    held.set_xlabel("step")
    held.set_ylabel("bias, loss")
    return figure


def _courses(ax: Axes, results: Results) -> None:
    steps = np.arange(identities.STEPS + 1)
    ax.plot(steps, results["course"], color=COLORS["black"], linewidth=4)
    ends = [(float(results["course"][-1]), "from W, η", COLORS["black"])]
    for course, factor, color, dashes in zip(
        results["long_courses"],
        ("η", "4 η", "16 η"),
        ("orange", "vermilion", "sky"),
        ("dotted", "dashdot", "dashed"),
        strict=True,
    ):
        ax.plot(steps, course, color=COLORS[color], linestyle=LINES[dashes])
        ends.append((float(course[-1]), f"from 4 W, {factor}", COLORS[color]))
    ax.set_yscale("log")
    ax.set_yticks([0.5, 1, 2, 5], ["0.5", "1", "2", "5"])
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("step")
    ax.set_ylabel("loss")
    label_ends(ax, ends)
