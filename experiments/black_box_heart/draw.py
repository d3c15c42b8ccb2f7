"""How are the black box of the Heart data, its refits and its bands drawn?

    age                          the main figure: age alone, others held fixed, averaged
    importance                   by method, surrogate trees, by permutation: `draw_importance`
    observed, predictors         predictions as observed, and with one predictor varied
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
from experiments.black_box_heart.curves import OLDER, YOUNGER
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

GROUPS = 6  # of similar age
PROBABILITY = "probability of heart disease"
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples, modulo 1, are evenly spread without random numbers

CAPTIONS = {
    "age": (
        "Age and heart disease: a steep rise with age alone, and almost none with the other "
        "predictors held fixed. Curves with nominal 95% pointwise bands over refits; titles give "
        f"the change from age {YOUNGER:g} to {OLDER:g} (dots), in percentage points. a: logistic "
        "regression on age alone; crosses: share of patients with heart disease in six groups of "
        "similar age; ticks: patients with heart disease at 1, and without at 0. b: a "
        "network of 13 predictors, with the other twelve at their mean or most common level. c: "
        "the same network, with age varied for each patient: thin curves are 60 of the patients, "
        "the thick one is the average of all. Dashed in b and c: the curve of a. Older "
        "patients have heart disease more often, but they also differ in the other predictors, and "
        "these tell the network more. The penalty flattens the network's curves somewhat, and no "
        "band over refits shows this: see `band_coverage`. "
        "Lecture 11, 'Predicted probabilities vs. Age'."
    ),
    **draw_importance.CAPTIONS,
    "observed": (
        "Predicted probabilities of 297 patients by the network. a: against age, where points mix "
        "the effect of age with everything that changes with age. b: by observed response, each "
        "patient predicted by the refits that left that patient out; bars, for 100 patients: "
        "pointwise nominal 95% intervals over refits. Lecture 11, 'Simplest Approach'."
    ),
    "predictors": (
        "Predicted probability of heart disease against maximum heart rate, serum cholesterol and "
        "the result of the thallium scan. Solid: the other predictors at their mean or most common"
        " level; dashed: averaged over all patients as observed. Pale: the outermost 2.5% of the "
        "patients at each end; only 4 of 297 have cholesterol above 400 mg/dl, so the curve there "
        "rests on its shape elsewhere. The two ways differ in height, since the prediction for a "
        "typical patient is not the average prediction. Pointwise nominal 95% bands "
        "and bars over refits; ticks: observed values. Lecture 11, 'Unboxing the black box'."
    ),
    **draw_surfaces.CAPTIONS,
    **draw_bands.CAPTIONS,
}


def draw(results: Results) -> dict[str, Figure]:
    """The effect of age, importance, predictions, curves, and bands of other methods."""
    return {
        "age": age(results),
        **draw_importance.draw(results),
        "observed": observed(results),
        "predictors": predictors(results),
        **draw_surfaces.draw(results),
        **draw_bands.draw(results),
    }


def _band_label(refits: int) -> str:
    return f"nominal {100 * LEVEL:g}% band, {refits:,} refits"


def _probabilities(ax: Axes) -> None:
    """Label a vertical axis of probabilities."""
    ax.set_ylabel(PROBABILITY)
    ax.set_ylim(0, 1)
    ax.set_yticks(np.linspace(0, 1, 5))


def _legend_below(ax: Axes, columns: int = 1) -> None:
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=columns)


def _curve(
    ax: Axes,
    x: np.ndarray,
    curve: np.ndarray,
    label: str | None = None,
    color: str = "blue",
    line: str = "solid",
    core: tuple[float, float] | None = None,
) -> None:
    """Draw a curve (3, g): the fit to all rows, and the ends of its band."""
    ends = curve[1], curve[2]
    plotting.band(ax, x, curve[0], ends, label=label, color=color, line=line, core=core)


def observed(results: Results) -> Figure:
    """Predictions as observed, and by refits that left the patient out."""
    figure, axes = plotting.panels(2, height=4.4)
    _observed(axes[0], results)
    _out_of_bag(axes[1], results)
    return figure


def age(results: Results) -> Figure:
    """The effect of age: alone, with the others held fixed, and averaged over patients."""
    figure, axes = plotting.panels(3, columns=3, height=3.9, sharey=True)
    ages = results["age_grid"]
    ways = (
        ("alone", "alone", "age alone", "vermilion", "dashed"),
        ("age_means", "means", "others held fixed", "blue", "solid"),
        ("age_rows", "rows", "averaged", "blue", "solid"),
    )
    plotting.individual_curves(axes[2], ages, results["age_individual"], most=60, what="patients")
    for ax, (name, of_rise, words, color, line) in zip(axes, ways, strict=True):
        if name != "alone":
            alone = {"color": COLORS["vermilion"], "linestyle": LINES["dashed"], "linewidth": 1}
            ax.plot(ages, results["alone"][0], **alone)
        _curve(ax, ages, results[name], color=color, line=line)
        ends = np.array([YOUNGER, OLDER])
        ax.plot(ends, np.interp(ends, ages, results[name][0]), "o", color=COLORS[color])
        rise = 100 * results[f"rise_{of_rise}"][0]
        ax.set_title(f"{words}: {rise:+.0f} points".replace("-", "−"))
        ax.set_xlabel(plotting.axis_label("age", "years"))
        _probabilities(ax)
    for ax in axes[1:]:
        ax.set_ylabel("")
    last = ages[-1], results["alone"][0, -1] + 0.03
    axes[1].annotate("age alone", last, ha="right", color=COLORS["vermilion"])
    below = ages[-1], results["age_means"][1, -1] - 0.03
    axes[1].annotate("network", below, ha="right", va="top", color=COLORS["blue"])
    _patients(axes[0], results["age"], results["observed"])
    return figure


def _patients(ax: Axes, ages: np.ndarray, observed: np.ndarray) -> None:
    """Ticks for single patients, and shares with heart disease in groups of similar age."""
    beside = ages + 0.8 * (np.arange(len(ages)) * GOLDEN % 1) - 0.4  # ages are whole years
    for code, (low, high) in enumerate(((0, 0.03), (0.97, 1))):
        ticks = {"color": COLORS["black"], "linewidth": 0.6, "alpha": 0.6}
        ax.vlines(beside[observed == code], low, high, **ticks)
    groups = np.array_split(np.argsort(ages, kind="stable"), GROUPS)
    places = [ages[group].mean() for group in groups]
    ax.plot(places, [observed[group].mean() for group in groups], "x", color=COLORS["black"])


def _observed(ax: Axes, results: Results) -> None:
    marks = zip(results["response_levels"], ("blue", "vermilion"), "o^", strict=True)
    for code, (name, color, marker) in enumerate(marks):
        of = results["observed"] == code
        ax.plot(
            results["age"][of],
            results["fitted"][0, of],
            marker,
            color=COLORS[color],
            markersize=4.5,
            alpha=0.8,
            mec="white",
            mew=0.5,
            label=f"heart disease: {name.lower()}",
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
        low, high = np.quantile(results[f"{name}_values"], [0.025, 0.975])
        core = float(low), float(high)
        for way, words, color, line, _ in ways:
            curve = results[f"{name}_{way}"]
            _curve(ax, results[f"{name}_grid"], curve, words, color, line, core)
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
