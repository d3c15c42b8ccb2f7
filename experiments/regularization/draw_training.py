"""How are dropout on digits and the network that overfits drawn?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from experiments.lab.contract import Results
from experiments.regularization.digit_dropout import DRAWS
from experiments.regularization.overfitting import DECAYS, EVERY, GRID, NOISE
from experiments.regularization.reading import paired_interval, paired_ratio
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "dropout": "Test error and log loss of networks that learn few handwritten digits, with "
    "dropout (0.8 of the inputs, 0.5 of the hidden units kept) and without. Each dot is a random "
    "split. a: test error; bars: medians. b: with dropout minus without, mean and 95% interval: "
    "below zero dropout helps. c: the same for the log loss of the probabilities. d: test error of "
    "the mean of k thinned networks, with units left out at random, minus that of weight scaling, "
    "mean and 95% interval.",
    "overfitting": "A network with 5 layers of 100 units follows the noise of 40 rows of a sine, "
    "and less so if it stops early. a: rows of one seed, and the network after the last step and "
    "after early stopping. b: squared errors during training without weight decay, median over "
    "seeds; the first steps lie above the panel. c: test error at the end and after early "
    "stopping; bars: medians. b, c: dotted: the variance of the noise. d: their ratio, geometric "
    "mean and 95% interval.",
}


def draw(results: Results) -> dict[str, Figure]:
    """Dropout on digits, and the network that overfits."""
    return {"dropout": _dropout(results), "overfitting": _overfitting(results)}


def _dropout(results: Results) -> Figure:
    figure, (errors, gain, sureness, averages) = plotting.panels(4, height=3.4)
    names = [str(name) for name in results["architectures"]]
    for kind, (label, shade) in enumerate((("without", "vermilion"), ("dropout", "blue"))):
        for place, row in enumerate(results["errors"][:, kind]):
            dots(errors, place + 0.3 * kind - 0.15, row, shade, label if place == 0 else None)
    errors.set_ylabel("test error")
    errors.set_ylim(bottom=0)
    errors.legend(loc="lower left")
    for ax, name, label in (
        (gain, "errors", "difference in test error"),
        (sureness, "log_losses", "difference in log loss"),
    ):
        intervals(ax, np.diff(results[name], axis=1)[:, 0])
        ax.set_ylabel(label)
        ax.text(0.02, 0.97, "above 0: dropout harms", transform=ax.transAxes, va="top", fontsize=10)
        ax.text(0.98, 0.03, "below 0: dropout helps", transform=ax.transAxes, ha="right",
                fontsize=10)  # fmt: skip
    for ax in (errors, gain, sureness):
        ax.set_xticks(range(len(names)), names)
        ax.set_xlim(-0.5, len(names) - 0.5)
        ax.set_xlabel("hidden layers × units")
    intervals(averages, results["drawn_errors"] - results["errors"][0, 1])
    averages.set_xticks(range(len(DRAWS)), [str(count) for count in DRAWS])
    averages.set_xlabel("thinned networks k")
    averages.set_ylabel("difference in test error")
    return figure


def _overfitting(results: Results) -> Figure:
    figure, (curves, paths, errors, gains) = plotting.panels(4, height=3.4)
    curves.plot(results["sine_x"], results["sine_y"], "o", color=COLORS["black"], markersize=3)
    kinds = (("last", "last step", "vermilion", "solid"), ("early", "stopped", "blue", "dashed"))
    for name, label, shade, dash in kinds:
        curve = results[f"{name}_curve"][0, 0]
        curves.plot(GRID[:, 0], curve, color=COLORS[shade], linestyle=LINES[dash], label=label)
    curves.plot(
        GRID[:, 0],
        np.sin(2 * np.pi * GRID[:, 0]),
        color=COLORS["grey"],
        linestyle=LINES["dotted"],
        label="truth",
    )
    curves.set_xticks(np.linspace(-1, 1, 5))
    curves.xaxis.set_major_formatter("{x:g}")
    curves.set_xlabel("x")
    curves.set_ylabel("y")
    curves.legend(loc="lower left")
    trained, tested = results["last_train_path"][0], results["last_watched_path"][0]
    epochs = EVERY * np.arange(trained.shape[1])
    parts = ((trained, "training", "green", "solid"), (tested, "test", "vermilion", "dashed"))
    for errors_of_seeds, label, shade, dash in parts:
        path, color = np.median(errors_of_seeds, axis=0), COLORS[shade]
        paths.plot(epochs, path, color=color, linestyle=LINES[dash])
        paths.text(epochs[-1], path[-1] + 0.008, label, ha="right", color=color, fontsize=10)
    paths.axhline(NOISE**2, color=COLORS["black"], linestyle=LINES["dotted"])
    paths.text(epochs[-1], NOISE**2 + 0.006, "variance of the noise", ha="right", fontsize=10)
    paths.set_ylim(0, 0.25)
    paths.xaxis.set_major_formatter("{x:,.0f}")
    paths.set_xlabel("step")
    paths.set_ylabel("squared error")
    for kind, (name, label, shade, _) in enumerate(kinds):
        for place, row in enumerate(results[f"{name}_test"]):
            dots(errors, place + 0.3 * kind - 0.15, row, shade, label if place == 0 else None)
    errors.axhline(NOISE**2, color=COLORS["black"], linestyle=LINES["dotted"])
    log_axis(errors, (0.1, 0.15, 0.2, 0.3))
    errors.set_ylabel("test error")
    errors.legend(loc="upper right")
    for place, row in enumerate(results["last_test"] / results["early_test"]):
        dots(gains, place, row, "sky", bar=False)
        mean, ends = paired_ratio(np.log(row))
        gains.plot([place, place], ends, "-", color=COLORS["blue"])
        gains.plot(place, mean, "o", color=COLORS["blue"])
    gains.axhline(1, color=COLORS["grey"], linewidth=0.8)
    gains.set_ylabel("error at the end / stopped")
    log_axis(gains, (0.9, 1, 1.2, 1.5, 2))
    for ax in (errors, gains):
        ax.set_xticks(range(len(DECAYS)), [f"{decay:g}" for decay in DECAYS])
        ax.set_xlabel("weight decay")
    return figure


def dots(
    ax: Axes,
    place: float,
    values: np.ndarray,
    shade: str,
    label: str | None = None,
    *,
    bar: bool = True,
) -> None:
    """The values of one kind as dots around a place, with a bar at their median."""
    spread = place + np.linspace(-0.08, 0.08, len(values))
    ax.plot(spread, values, "o", color=COLORS[shade], markersize=4, alpha=0.7, label=label)
    if bar:
        ax.plot([place - 0.12, place + 0.12], 2 * [np.median(values)], "-", color=COLORS[shade])


def log_axis(ax: Axes, ticks: Sequence[float]) -> None:
    """A logarithmic vertical axis with these numbers, written out."""
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_locator(NullLocator())


def intervals(ax: Axes, rows: np.ndarray) -> None:
    """Mean and 95% interval of each row of differences."""
    found = [paired_interval(row) for row in rows]
    means = np.array([mean for mean, _ in found])
    ends = np.array([ends for _, ends in found])
    reach = np.abs(ends - means[:, None]).T
    ax.errorbar(np.arange(len(rows)), means, reach, fmt="o", color=COLORS["blue"])
    ax.axhline(0, color=COLORS["grey"], linewidth=0.8)
