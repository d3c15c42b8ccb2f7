"""What do the results of `black_box_heart` look like?

    age           predictions observed and foretold, and age varied in the lecture's two ways
    predictors    two numeric predictors, a categorical one, and accuracy in and out of bag
    known_truth   bands on 100 and on 10,000 rows, their widths, and how often they cover

From the stored arrays alone: means, medians and shares of them are all that is computed.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

from experiments.black_box_heart.closed_forms import logistic_curve, logistic_widths
from experiments.black_box_heart.known_truth import (
    GRID,
    LARGE,
    LEVEL,
    LIGHT,
    PLACES,
    SMALL,
    at_grid,
    covered,
    width_ratios,
)
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

PROBABILITY = "probability of heart disease"
GOLDEN = (math.sqrt(5) - 1) / 2  # multiples of it, modulo 1, spread evenly without a random number


def _band_label(refits: int) -> str:
    return f"nominal {100 * LEVEL:g}% band, {refits:,} refits"


def _probabilities(ax: Axes, headroom: float) -> None:
    """An axis of probabilities with room for a legend above."""
    ax.set_ylabel(PROBABILITY)
    ax.set_ylim(-0.06, 1 + headroom)
    ax.set_yticks(np.linspace(0, 1, 5))


def _curve(
    ax: Axes, x: np.ndarray, curve: np.ndarray, label: str, color: str, line: str = "solid"
) -> None:
    """A curve (3, g): the fit to all rows, and the ends of its band."""
    plotting.band(ax, x, curve[0], (curve[1], curve[2]), label=label, color=color, line=line)


def age(results: Results) -> Figure:
    """The lecture's four pictures, with bands."""
    figure, axes = plotting.panels(4, height=3.7)
    _observed(axes[0], results)
    _foretold(axes[1], results)

    ages = results["age_grid"]
    _curve(axes[2], ages, results["age_means"], "network, others at mean or mode", "blue")
    _curve(axes[2], ages, results["alone"], "logistic regression on age alone", "orange", "dashed")
    spread = 0.06 * (np.arange(len(results["observed"])) * GOLDEN % 1) - 0.03
    axes[2].plot(
        results["age"],
        results["observed"] + spread,
        ".",
        color=COLORS["black"],
        markersize=3,
        alpha=0.5,
        label="patients, no disease at 0, disease at 1",
    )
    axes[2].set_title("age varied, others held")
    _probabilities(axes[2], 0.5)

    plotting.individual_curves(axes[3], ages, results["age_individual"], most=60, what="patients")
    _curve(axes[3], ages, results["age_rows"], "average of all patients", "blue")
    axes[3].set_title("age varied, for each patient")
    _probabilities(axes[3], 0.36)
    for ax in (axes[0], axes[2], axes[3]):
        ax.set_xlabel(plotting.axis_label("age", "years"))
        ax.legend(loc="upper left", borderaxespad=0.2)
    return figure


def _observed(ax: Axes, results: Results) -> None:
    marks = zip(results["response_levels"], ("blue", "vermilion"), "o^", strict=True)
    for code, (name, color, marker) in enumerate(marks):
        of = results["observed"] == code
        center, low, high = results["fitted"][:, of]
        ages, shade = results["age"][of], COLORS[color]
        ax.vlines(ages, low, high, color=shade, linewidth=0.7, alpha=0.2)
        ax.plot(
            ages,
            center,
            marker,
            color=shade,
            markersize=4,
            alpha=0.7,
            mew=0,
            label=f"disease observed: {name}",
        )
    ax.set_title("predictions as observed")
    _probabilities(ax, 0.36)


def _foretold(ax: Axes, results: Results) -> None:
    center, low, high = results["left_out"]
    plotting.predicted_versus_observed(
        ax, results["observed"], center, (low, high), levels=list(results["response_levels"])
    )
    ax.set_title("by refits that left the patient out")
    ax.set_xlabel("heart disease observed")
    ax.axhline(0.5, color=COLORS["grey"], linewidth=1, linestyle=LINES["dashed"])
    _probabilities(ax, 0.36)
    refits = len(results["in_bag_loss"])
    ax.text(
        0.03,
        0.97,
        f"bars and shades in a to d:\n{_band_label(refits)}",
        transform=ax.transAxes,
        va="top",
        fontsize=10,
    )


def predictors(results: Results) -> Figure:
    """Effects of MaxHR, Chol and Thal, and how good the refits are."""
    figure, axes = plotting.panels(4, height=3.5)
    ways = (
        ("means", "others at mean or mode", "blue", "solid", -0.08),
        ("rows", "average over all patients", "orange", "dashed", 0.08),
    )
    units = {"maxhr": "maximum heart rate (beats/min)", "chol": "serum cholesterol (mg/dl)"}
    for ax, (name, label) in zip(axes, units.items(), strict=False):
        for way, words, color, line, _ in ways:
            _curve(ax, results[f"{name}_grid"], results[f"{name}_{way}"], words, color, line)
        plotting.rug(ax, results[f"{name}_values"])
        ax.set_xlabel(label)
    for way, words, color, _, offset in ways:
        center, low, high = results[f"thal_{way}"]
        plotting.level_points(
            axes[2],
            list(results["thal_levels"]),
            center,
            (low, high),
            label=words,
            color=color,
            offset=offset,
        )
    axes[2].set_xlabel("defect in the thallium scan")
    for ax in axes[:3]:
        _probabilities(ax, 0.36)
    axes[0].legend(loc="upper right", title=_band_label(len(results["in_bag_loss"])))
    _accuracy(axes[3], results)
    return figure


def _accuracy(ax: Axes, results: Results) -> None:
    kinds = (
        ("out_of_bag_accuracy", "rows left out", "blue", ""),
        ("in_bag_accuracy", "rows trained on", "orange", "////"),
    )
    ends = [results[name] for name, *_ in kinds]
    bins = np.linspace(np.min(ends), np.max(ends), 31).tolist()
    for name, words, color, hatch in kinds:
        ax.hist(
            results[name],
            bins=bins,
            histtype="stepfilled",
            color=COLORS[color],
            edgecolor=COLORS[color],
            linestyle="-",
            alpha=0.5,
            hatch=hatch,
            label=f"{words}: mean {results[name].mean():.1%}",
        )
    ax.set_xlabel("patients classified rightly")
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_ylabel(f"refits, of {len(results['in_bag_loss']):,}")
    ax.set_ylim(0, 1.35 * ax.get_ylim()[1])
    ax.legend(loc="upper left")


def known_truth(results: Results) -> Figure:
    """Bands on data whose truth is known: two sizes, widths and coverage."""
    figure, axes = plotting.panels(4, height=3.6)
    x = np.array(PLACES)
    bands = (
        (axes[0], SMALL, "network", results[f"network_{SMALL}"][:, 0], "network_resamples"),
        (axes[0], SMALL, "logistic", results[f"logistic_{SMALL}"][:, 0], "logistic_resamples"),
        (axes[1], LARGE, "network", results[f"network_{LARGE}"], "large_network_refits"),
        (axes[1], LARGE, "logistic", results[f"logistic_{LARGE}"][:, 0], "large_resamples"),
    )
    for ax, rows, name, (low, high), count in bands:
        shade = COLORS["orange" if name == "network" else "blue"]
        label = f"{name}, band of {int(results[count]):,} refits"
        ax.fill_between(x, low, high, color=shade, alpha=0.4, lw=0, label=label)
        ax.plot(x, np.stack([low, high]).T, color=shade, lw=1, ls="-")
        ax.set_title(f"one data set, n = {rows:,}")
    for ax in axes[:2]:
        ax.plot(x, logistic_curve(x), color="black", ls="-", lw=1.4, label="truth")
        ax.set_xlabel("x")
        ax.set_ylabel("P(y = 1)")
        ax.set_ylim(0, 1.03)
        ax.legend(loc="upper left", borderaxespad=0.2)
    _widths(axes[2], results)
    _coverage(axes[3], results)
    return figure


def _widths(ax: Axes, results: Results) -> None:
    for rows, color, line, marker in (
        (SMALL, "blue", "solid", "o"),
        (LARGE, "vermilion", "dashed", "s"),
    ):
        widths = np.median(at_grid(np.diff(results[f"logistic_{rows}"], axis=0)[0]), axis=0)
        theory = logistic_widths(PLACES, rows)
        ax.plot(PLACES, theory, color=COLORS[color], linestyle=LINES[line])
        label = f"n = {rows:,}"
        ax.plot(GRID, widths, marker, color=COLORS[color], linestyle="", label=label)
    ax.set_yscale("log")
    ax.set_ylim(0.004, 2)
    ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    ax.set_xlabel("x")
    ax.set_ylabel("width of the logistic band")
    ratio = at_grid(width_ratios(results)[0]).mean()
    ax.set_title(f"widths: {ratio:.1f} to 1")
    ax.legend(loc="upper left", ncols=2, title="points: measured; lines: theory")


def _coverage(ax: Axes, results: Results) -> None:
    for name, words, color, line in (
        ("logistic_100", "logistic regression", "blue", "solid"),
        ("light_100", f"network, {LIGHT:g} of the penalty", "green", "dashdot"),
        ("network_100", "network", "orange", "dashed"),
    ):
        inside = covered(results[name], logistic_curve(PLACES))
        share = inside.mean(axis=0)
        error = np.sqrt(share * (1 - share) / len(inside))
        label = f"{words}, {len(inside)} data sets"
        ends = np.clip(share - 2 * error, 0, 1), np.clip(share + 2 * error, 0, 1)
        plotting.band(ax, PLACES, share, ends, label=label, color=color, line=line)
    ax.axhline(LEVEL, color=COLORS["black"], lw=1, linestyle=LINES["dotted"], label="nominal")
    ax.set_ylim(0, 1.6)
    ax.set_yticks(np.linspace(0, 1, 6))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel("x")
    ax.set_ylabel("band contains the truth")
    ax.set_title(f"coverage, n = {SMALL}")
    ax.legend(loc="upper left", borderaxespad=0.2)
