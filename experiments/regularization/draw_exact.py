"""How are penalties, stopping, noise and thinned networks drawn?"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.regularization import early_stopping, linear_noise, noise, penalties
from experiments.regularization import weight_scaling as scaling
from experiments.regularization.reading import (
    l1_minimum,
    l2_minimum,
    least_squares,
    mean_and_error,
    noisy_solutions,
    probabilities,
)
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "penalties": "Minima of a quadratic with an L2 and an L1 penalty. a, b: contours of a loss "
    "and its minimum (dot); shaded: weights of equal penalty; cross: the minimum with the "
    "penalty. The corner of the L1 penalty makes a weight exactly zero. c, d: three weights, with "
    "curvatures h, along the factor of the penalty; lines: closed forms; circles in d: "
    "proximal gradient descent; triangles: fits of a network without hidden layers.",
    "stopping": "Gradient descent that stops at time t (steps times rate) is close to ridge "
    "regression with penalty 1/t, but not the same. a: share of a weight with curvature h that "
    "is learned. b: gap of the two shares; it grows to 0.204. c: ratio of the risks of both, "
    "random problems with 60 rows and 30 predictors; dashed: the bound 1.686 for all problems. "
    "d: mean squared error of the weights in one of them, simulated (dots) and by formula.",
    "noise": "What noise adds to the error of a network, and what it does to the weights of a "
    "linear model. a: what normal noise on the inputs adds to the squared error of a fixed "
    "network, divided by s², ± 4 standard errors. The formula needs its second term where the "
    "residuals do not average to zero. b to d: weights of a linear model that was trained with "
    "noise, mean of many runs ± 4 standard errors; lines: closed forms. Noise on the weights of a "
    "linear model changes nothing but the spread.",
    "thinned": "Outputs of all 1,024 networks that dropout makes of one. Each unit is included "
    "with probability 0.5, and outputs are weighted with their probabilities. Solid: their mean; "
    "dashed: the whole network. They agree where the output is linear in what is dropped, as "
    "in a and b, and differ if a ReLU follows, as in c, and for probabilities, as in d.",
}


def draw(results: Results) -> dict[str, Figure]:
    """Penalties, stopping, noise and thinned networks."""
    return {
        "penalties": _penalties(results),
        "stopping": _stopping(results),
        "noise": _noise(results),
        "thinned": _thinned(results),
    }


def _penalties(results: Results) -> Figure:
    figure, (ball, diamond, l2, l1) = plotting.panels(4, height=3.4)
    _contours(ball, l1=False)
    _contours(diamond, l1=True)
    prices = penalties.PRICES
    shades = ("blue", "vermilion", "green")
    for ax, minimum in ((l2, l2_minimum), (l1, l1_minimum)):
        curves = np.array([minimum(price) for price in prices])
        for curve, h, shade in zip(curves.T, penalties.CURVATURES, shades, strict=True):
            ax.plot(prices, curve, color=COLORS[shade], label=f"curvature h = {h:g}")
        ax.axhline(0, color=COLORS["grey"], linewidth=0.8)
        ax.set_xlabel("factor a of the penalty")
        ax.set_ylabel("weight")
    for column, shade in enumerate(shades):
        every = slice(None, None, 4)
        l1.plot(prices[every], results["proximal"][every, column], "o", mfc="none", c=COLORS[shade])
        for ax, name in ((l2, "l2_fit"), (l1, "l1_fit")):
            ax.plot(penalties.PRICE, results[name][column], "^", color=COLORS[shade], markersize=7)
    l2.legend()
    return figure


def _contours(ax: Axes, *, l1: bool) -> None:
    """A quadratic loss in rotated axes, and one penalty."""
    centre, turned = np.array([0.2, 1.2]), np.array([[1.9, 0.6], [0.6, 1.1]])
    price = 0.9
    side = np.linspace(-1.3, 2.1, 341)
    u, v = np.meshgrid(side, side)
    off = np.stack([u - centre[0], v - centre[1]])
    loss = np.einsum("iab,ij,jab->ab", off, turned, off) / 2
    size = np.abs(u) + np.abs(v) if l1 else (u**2 + v**2) / 2
    at = np.unravel_index((loss + price * size).argmin(), loss.shape)
    ax.contour(
        u, v, loss, levels=sorted([0.05, 0.2, float(loss[at]), 1.2, 2.2]), colors=COLORS["blue"]
    )
    ax.contourf(u, v, size, levels=[0, size[at]], colors=[COLORS["sky"]], alpha=0.4)
    ax.plot(*centre, "o", color=COLORS["blue"])
    ax.plot(side[at[1]], side[at[0]], "x", color=COLORS["vermilion"], markersize=9, mew=2)
    ax.axhline(0, color=COLORS["grey"], linewidth=0.8)
    ax.axvline(0, color=COLORS["grey"], linewidth=0.8)
    ax.set_aspect("equal")
    ax.set_xlabel("w₁")
    ax.set_ylabel("w₂")
    ax.set_title("L1" if l1 else "L2")


def _stopping(results: Results) -> Figure:
    figure, (shares, gap, risk, sampled) = plotting.panels(4, height=3.2)
    descent, ridge = results["descent_filter"], results["ridge_filter"]
    x = early_stopping.RATE * np.arange(len(descent))
    blue, red = COLORS["blue"], COLORS["vermilion"]
    shares.plot(x, descent, color=blue)
    shares.plot(x, ridge, color=red, linestyle=LINES["dashed"])
    shares.text(x[-1], 1.03, "gradient descent", color=blue, ha="right", fontsize=10)
    shares.text(x[-1], 0.8, "ridge regression", color=red, ha="right", va="top", fontsize=10)
    shares.set_ylim(top=1.12)
    shares.set_ylabel("share that is learned")
    gap.plot(x, descent - ridge, color=COLORS["black"])
    gap.set_ylabel("gap of the shares")
    for ax in (shares, gap):
        ax.set_xlabel("time t times curvature h")
    ratios = results["descent_risk"] / results["ridge_risk"]
    solid = {"linestyle": "-", "alpha": 0.25, "linewidth": 0.8}
    risk.plot(early_stopping.TIMES, ratios.T, color=COLORS["blue"], **solid)
    risk.axhline(1, color=COLORS["grey"], linewidth=0.8)
    risk.axhline(1.685909, color=COLORS["black"], linestyle=LINES["dashed"])
    risk.text(early_stopping.TIMES[0], 1.66, "bound 1.686", va="top", fontsize=10)
    risk.set_xscale("log")
    risk.set_xlabel("time t")
    risk.set_ylabel("risk, descent over ridge")
    t = early_stopping.PROBLEM_RATE * np.array(early_stopping.PROBLEM_MARKS)
    descent, ridge = results["sampled_risk"], results["sampled_ridge_risk"]
    sampled.plot(t, descent, color=blue)
    sampled.plot(t, ridge, color=red, linestyle=LINES["dashed"])
    for name, shade in (("sampled", blue), ("ridge", red)):
        sampled.plot(t, results[f"{name}_errors"].mean(axis=1), "o", color=shade)
    for words, x, y, align, shade in (
        ("gradient descent", t[-1] / 1.5, descent[-1], "right", blue),
        ("ridge regression", t[1] * 1.4, ridge[1], "left", red),
    ):
        sampled.text(x, y, words, color=shade, ha=align, va="center", fontsize=10)
    sampled.set_xscale("log")
    sampled.set_xlabel("time t")
    sampled.set_ylabel("mean squared error")
    return figure


def _noise(results: Results) -> Figure:
    figure, axes = plotting.panels(4, height=3.2)
    added, *fits = axes
    gradient, curvature = float(results["gradient_term"]), float(results["curvature_term"])
    means, errors = np.array([mean_and_error(row) for row in results["input_excess"]]).T
    added.errorbar(noise.DEVIATIONS, means, 4 * errors, fmt="o", color=COLORS["blue"])
    added.axhline(gradient + curvature, color=COLORS["black"], label="both terms")
    added.axhline(
        gradient, color=COLORS["vermilion"], linestyle=LINES["dashed"], label="first term alone"
    )
    added.set_xscale("log")
    added.set_xticks(noise.DEVIATIONS, [f"{s:g}" for s in noise.DEVIATIONS])
    added.set_ylim(bottom=0)
    added.set_xlabel("standard deviation s")
    added.set_ylabel("added error / s²")
    added.legend(loc="lower left")
    plain = least_squares(results)
    kinds = zip(
        fits,
        linear_noise.REGULARIZERS,
        results["noisy_fits"],
        noisy_solutions(results),
        strict=True,
    )
    for ax, name, runs, solution in kinds:
        places = np.arange(len(plain))
        reach = 4 * runs.std(axis=0, ddof=1) / len(runs) ** 0.5
        ax.errorbar(places, runs.mean(axis=0), reach, fmt="o", color=COLORS["blue"], label="fits")
        ends = places - 0.35, places + 0.35
        ax.hlines(solution, *ends, color=COLORS["black"], label="closed form")
        ax.hlines(
            plain,
            *ends,
            color=COLORS["vermilion"],
            linestyle=LINES["dotted"],
            label="least squares",
        )
        ax.set_title(name)
        ax.set_xticks(places, [str(place + 1) for place in places])
        ax.set_xlabel("predictor")
        ax.set_ylabel("weight")
    fits[0].legend()
    return figure


def _thinned(results: Results) -> Figure:
    figure, axes = plotting.panels(4, height=3.2)
    chances = scaling.chances(scaling.KEEPS[0])
    shares = probabilities(results["scores_thinned"])[0, :, 0]
    parts = (
        ("linear, inputs dropped", results["linear_thinned"][0], results["linear_whole"]),
        ("hidden units dropped", results["hidden_thinned"][0], results["hidden_whole"]),
        ("inputs dropped below ReLU", results["inputs_thinned"][0], results["inputs_whole"]),
        ("softmax, inputs dropped", shares, probabilities(results["scores_whole"])[0]),
    )
    for ax, (title, thinned, whole) in zip(axes, parts, strict=True):
        ax.hist(thinned, bins=30, weights=chances, color=COLORS["sky"])
        ax.axvline(float(chances @ thinned), color=COLORS["black"], label="mean of all")
        ax.axvline(
            float(whole),
            color=COLORS["vermilion"],
            linestyle=LINES["dashed"],
            label="whole network",
        )
        ax.set_title(title)
        ax.set_xlabel("probability of class 1" if thinned is shares else "output")
        ax.set_ylabel("probability")
    axes[-1].legend(loc="upper right")
    return figure
