"""How are the black box of the Heart data, its refits and its bands drawn?

    main          predictions for patients as observed, out-of-bag predictions, curves of age
    predictors    two numeric predictors, a categorical one, and accuracy in and out of bag

Only means and shares of the stored arrays are computed here.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

PROBABILITY = "probability of heart disease"
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples, modulo 1, are evenly spread without random numbers

CAPTIONS = {
    "main": (
        "Predicted probability of heart disease for 297 patients (Heart data, 13 predictors) by a "
        "tanh network with two hidden layers. Bars and shaded bands are pointwise, nominal 95%, "
        "over bootstrap refits. (a) Each patient's prediction against their age: the points mix "
        "the effect of age with everything that changes with age. (b) Predictions against the "
        "observed response; each patient is predicted by the refits that left that patient out. "
        "(c) Age is varied, with the other predictors at their mean or most common level; dashed: "
        "logistic regression on age alone; points: the patients, spread vertically around 0 and "
        "1. (d) Age is varied for each patient, with the other predictors as observed: thin "
        "curves, and their average with its band. Older patients have the disease more often, but "
        "with the other predictors held fixed the network finds almost no effect of age. The "
        "penalty flattens every curve somewhat, and no band over refits shows this: see the "
        "experiment band_coverage. "
        "Lecture 11, slides 'Predicted probabilities vs. Age'."
    ),
    "predictors": (
        "The same network and refits. (a) to (c): predicted probability of heart disease against "
        "maximum heart rate (beats/min), serum cholesterol (mg/dl) and the result of the thallium "
        "scan, with the other predictors at their mean or most common level (blue) and averaged "
        "over all patients as observed (orange). The two differ in height, since the prediction "
        "for a typical patient is not the average prediction. Bands and bars: pointwise, nominal "
        "95%, over refits; ticks: observed values. (d) Accuracy of each refit on the rows that it "
        "was trained on and on the rows that its resample left out: only the latter is an honest "
        "estimate. "
        "Lecture 11, 'Unboxing the black box' and 'Bootstrapping Basics'."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """The lecture's pictures with bands, and more predictors."""
    return {"main": age(results), "predictors": predictors(results)}


def _band_label(refits: int) -> str:
    return f"nominal {100 * LEVEL:g}% band, {refits:,} refits"


def _probabilities(ax: Axes, headroom: float) -> None:
    """Label a vertical axis of probabilities, with room for a legend above."""
    ax.set_ylabel(PROBABILITY)
    ax.set_ylim(-0.06, 1 + headroom)
    ax.set_yticks(np.linspace(0, 1, 5))


def _curve(
    ax: Axes, x: np.ndarray, curve: np.ndarray, label: str, color: str, line: str = "solid"
) -> None:
    """Draw a curve (3, g): the fit to all rows, and the ends of its band."""
    plotting.band(ax, x, curve[0], (curve[1], curve[2]), label=label, color=color, line=line)


def age(results: Results) -> Figure:
    """The lecture's four pictures, with bands."""
    figure, axes = plotting.panels(4, height=3.7)
    _observed(axes[0], results)
    _out_of_bag(axes[1], results)

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
        label="patients: disease at 1, none at 0",
    )
    axes[2].set_title("age varied, others held fixed")
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
    ax.set_title("predictions for patients as observed")
    _probabilities(ax, 0.36)


def _out_of_bag(ax: Axes, results: Results) -> None:
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
        f"bars and shaded bands in a to d:\n{_band_label(refits)}",
        transform=ax.transAxes,
        va="top",
        fontsize=10,
    )


def predictors(results: Results) -> Figure:
    """Effects of MaxHR, Chol and Thal, and the accuracy of the refits."""
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
    ax.set_xlabel("accuracy")
    ax.xaxis.set_major_locator(MultipleLocator(0.05))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_ylabel(f"number of refits, of {len(results['in_bag_loss']):,}")
    ax.set_ylim(0, 1.35 * ax.get_ylim()[1])
    ax.legend(loc="upper left")
