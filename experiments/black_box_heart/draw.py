"""How are the black box of the Heart data, its refits and its bands drawn? In the lecture's order.

    importance                   by method, surrogate trees, by permutation: `draw_importance`
    observed, age, predictors    predictions as observed, and with one predictor varied
    boundary, components         two predictors, and all of them: `draw_surfaces`
    errors, bands                of network, forest and boosting: `draw_bands`

Only means and shares of the stored arrays are computed here.
"""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.black_box_heart import draw_bands, draw_importance, draw_surfaces
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

PROBABILITY = "probability of heart disease"
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples, modulo 1, are evenly spread without random numbers

CAPTIONS = {
    **draw_importance.CAPTIONS,
    "observed": (
        "Predictions for 297 patients (Heart data, 13 predictors) by a tanh network with two "
        "hidden layers. Bars: pointwise, nominal 95%, over bootstrap refits. (a) Each patient's "
        "prediction against their age: the points mix the effect of age with everything that "
        "changes with age. (b) Predictions against the observed response; each patient is "
        "predicted by the refits that left that patient out; 100 of them have bars. "
        "Lecture 11, 'Simplest Approach'."
    ),
    "age": (
        "The same network; bands: pointwise, nominal 95%, over refits. (a) Age is varied, with the "
        "other predictors at their mean or most common level; dashed: logistic regression on age "
        "alone; points: the patients, spread vertically around 0 and 1. (b) Age is varied for each "
        "patient, with the other predictors as observed: thin curves, and their average with its "
        "band. Older patients have the disease more often, but with the other predictors held "
        "fixed the network finds almost no effect of age. The penalty flattens every curve "
        "somewhat, and no band over refits shows this: see the experiment band_coverage. "
        "Lecture 11, slides 'Predicted probabilities vs. Age'."
    ),
    "predictors": (
        "The same network and refits: predicted probability of heart disease against maximum "
        "heart rate (beats/min), serum cholesterol (mg/dl) and the result of the thallium scan, "
        "with the other predictors at their mean or most common level (blue) and averaged over all "
        "patients as observed (orange). The two differ in height, since the prediction for a "
        "typical patient is not the average prediction. Bands and bars: pointwise, nominal 95%, "
        "over refits; ticks: observed values. Lecture 11, 'Unboxing the black box'."
    ),
    **draw_surfaces.CAPTIONS,
    **draw_bands.CAPTIONS,
}


def draw(results: Results) -> dict[str, Figure]:
    """Importance, predictions as observed, curves, and bands of other methods."""
    return {
        **draw_importance.draw(results),
        "observed": observed(results),
        "age": age(results),
        "predictors": predictors(results),
        **draw_surfaces.draw(results),
        **draw_bands.draw(results),
    }


def _band_label(refits: int) -> str:
    return f"nominal {100 * LEVEL:g}% band, {refits:,} refits"


def _probabilities(ax: Axes) -> None:
    """Label a vertical axis of probabilities."""
    ax.set_ylabel(PROBABILITY)
    ax.set_ylim(-0.06, 1.06)
    ax.set_yticks(np.linspace(0, 1, 5))


def _legend_below(ax: Axes, columns: int = 1) -> None:
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=columns)


def _curve(
    ax: Axes, x: np.ndarray, curve: np.ndarray, label: str, color: str, line: str = "solid"
) -> None:
    """Draw a curve (3, g): the fit to all rows, and the ends of its band."""
    plotting.band(ax, x, curve[0], (curve[1], curve[2]), label=label, color=color, line=line)


def observed(results: Results) -> Figure:
    """Predictions as observed, and by refits that left the patient out."""
    figure, axes = plotting.panels(2, height=4.4)
    _observed(axes[0], results)
    _out_of_bag(axes[1], results)
    return figure


def age(results: Results) -> Figure:
    """Age varied with the others held fixed, and for each patient."""
    figure, axes = plotting.panels(2, height=4.6)
    ages = results["age_grid"]
    _curve(axes[0], ages, results["age_means"], "network, others at mean or mode", "blue")
    _curve(axes[0], ages, results["alone"], "logistic regression on age alone", "orange", "dashed")
    spread = 0.06 * (np.arange(len(results["observed"])) * GOLDEN % 1) - 0.03
    axes[0].plot(
        results["age"],
        results["observed"] + spread,
        ".",
        color=COLORS["black"],
        markersize=3,
        alpha=0.5,
        label="patients: disease at 1, none at 0",
    )
    axes[0].set_title("age varied, others held fixed")
    plotting.individual_curves(axes[1], ages, results["age_individual"], most=60, what="patients")
    _curve(axes[1], ages, results["age_rows"], "average of all patients", "blue")
    axes[1].set_title("age varied, for each patient")
    axes[1].plot([], [], " ", label=_band_label(len(results["in_bag_loss"])))
    for ax in axes:
        _probabilities(ax)
        ax.set_xlabel(plotting.axis_label("age", "years"))
        _legend_below(ax)
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
            label=f"disease: {name}",
        )
    ax.set_title("patients as observed")
    _probabilities(ax)
    ax.set_xlabel(plotting.axis_label("age", "years"))
    _legend_below(ax)


def _out_of_bag(ax: Axes, results: Results) -> None:
    center, low, high = results["left_out"]
    plotting.predicted_versus_observed(
        ax,
        results["observed"],
        center,
        (low, high),
        levels=list(results["response_levels"]),
        label="patients",
        interval_label=_band_label(len(results["in_bag_loss"])),
        most_bars=100,
    )
    ax.set_title("by refits without the patient")
    ax.set_xlabel("heart disease observed")
    ax.axhline(0.5, color=COLORS["grey"], linewidth=1, linestyle=LINES["dashed"])
    _probabilities(ax)
    _legend_below(ax)


def predictors(results: Results) -> Figure:
    """Effects of MaxHR, Chol and Thal."""
    figure, axes = plotting.panels(3, height=3.8, columns=3)
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
    for ax in axes:
        _probabilities(ax)
    for ax in axes[1:]:
        ax.set_ylabel("")
    handles, labels = axes[0].get_legend_handles_labels()
    title = _band_label(len(results["in_bag_loss"]))
    figure.legend(handles, labels, loc="outside lower center", ncols=2, title=title)
    return figure
