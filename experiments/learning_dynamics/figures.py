"""What do the results of `learning_dynamics` look like?

modes      courses of learning over the closed form, their errors, random starts
plateaus   loss and gradient in stages, and the saddles that the stages pass
minima     random matrices that are positive definite, and the exponent of their rarity
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.lab.contract import Results
from experiments.learning_dynamics import critical_points, linear_modes, random_hessians
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

SHADES = ("blue", "vermilion", "green", "purple")
DOTS = ("o", "s", "^", "D")


def modes(results: Results) -> Figure:
    """Courses, errors, random courses, and half times of random starts against the formula."""
    figure, (courses, errors, others, halves) = plotting.panels(4, height=3.5)
    s, times, start = results["strengths"], results["times"], results["start"]
    theory = linear_modes.mode_strength(times[:, None], s, start)
    until = 1.6 * linear_modes.half_time(s, start).max()
    for mode, strength in enumerate(s.tolist()):
        shade = COLORS[SHADES[mode]]
        line = {"color": shade, "linestyle": LINES["solid"]}
        courses.plot(times, results["courses"][0, :, mode], **line, label=f"s = {strength:g}")
        courses.plot(times, theory[:, mode], color="black", linestyle=LINES["dashed"], linewidth=1)
        many = results["random_courses"][:, :, mode]
        others.plot(results["random_times"], many.T, **line, linewidth=0.6, alpha=0.35)
        others.plot(times, theory[:, mode], color="black", linestyle=LINES["dashed"])
        half = linear_modes.half_time(s[mode], results["random_starts"][:, mode])
        halves.plot(
            half,
            results["random_half_times"][:, mode],
            DOTS[mode],
            color=shade,
            markersize=4,
            alpha=0.5,
            mew=0,
            label=f"s = {strength:g}",
        )
    courses.plot([], [], color="black", linestyle=LINES["dashed"], linewidth=1, label="formula")
    between: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (1, 0.93)}
    rate, slowest = results["rates"][0], results["random_rate"]
    courses.set_title(f"aligned start, learning rate {rate:g}")
    count, seeds = len(results["random_courses"]), len(results["random_half_times"])
    others.set_title(f"{count} random starts, learning rate {slowest:g}")
    dashed = others.plot([], [], color="black", linestyle=LINES["dashed"])
    thin = others.plot([], [], color=COLORS["grey"], linestyle=LINES["solid"], linewidth=0.8)
    others.legend([*thin, *dashed], ["a random start", "formula, aligned"], **between)
    for ax in (courses, others):
        ax.set_xlim(0, until)
        ax.set_xlabel("time (steps × learning rate)")
        ax.set_ylabel("mode strength u")
    courses.legend(**between)
    _errors(errors, results, theory, until)
    ends = np.array(halves.get_xlim())
    halves.plot(ends, ends, color="black", linestyle=LINES["dashed"], linewidth=1)
    halves.set_xlabel("half time, formula with the start's own u₀")
    halves.set_ylabel("half time, measured")
    halves.set_title(f"{seeds} random starts")
    halves.legend()
    return figure


def _errors(ax: Axes, results: Results, theory: np.ndarray, until: float) -> None:
    lines = zip(results["rates"].tolist(), results["courses"], strict=True)
    for place, (rate, course) in enumerate(lines):
        ax.plot(
            results["times"],
            np.maximum(np.max(np.abs(course - theory), axis=1), 1e-9),
            color=COLORS[SHADES[place % len(SHADES)]],
            linestyle=list(LINES.values())[place % len(LINES)],
            label=f"{rate:g}",
        )
    ax.set_yscale("log")
    ax.set_ylim(1e-6, 1)
    ax.set_xlim(0, until)
    ax.set_xlabel("time (steps × learning rate)")
    ax.set_ylabel("largest |u − formula|")
    ax.set_title("error halves with the rate")
    ax.legend(title="learning rate", ncols=2, loc="upper center", columnspacing=1)


def plateaus(results: Results) -> Figure:
    """Loss and gradient on the way from very small weights, and the index of critical points."""
    figure, axes = plotting.panels(3, columns=3, height=3.6)
    times, s = results["plateau_times"], results["strengths"]
    halves = linear_modes.half_times(times, results["plateau_courses"], s)
    for ax, name, words in (
        (axes[0], "plateau_loss", "loss"),
        (axes[1], "plateau_gradient", "length of the gradient"),
    ):
        ax.plot(times, results[name])
        for half in halves.tolist():
            ax.axvline(half, color=COLORS["grey"], linestyle=LINES["dotted"], linewidth=1.2)
        ax.set_xlabel("time (steps × learning rate)")
        ax.set_title(words)
    axes[0].set_ylabel("½ mean squared distance")
    for place, (half, strength) in enumerate(zip(halves.tolist(), s.tolist(), strict=True)):
        height = (0.9 - 0.2 * place) * axes[0].get_ylim()[1]
        axes[0].text(half, height, f" s = {strength:g}", va="center", ha="left", fontsize=10)
    axes[1].set_yscale("log")
    axes[1].set_ylim(bottom=results["plateau_gradient"].max() / 1e6)
    _ways_down(axes[2], results)
    return figure


def _ways_down(ax: Axes, results: Results) -> None:
    s, hidden = results["saddle_strengths"], int(results["saddle_hidden"])
    learned, eigenvalues = results["learned"], results["eigenvalues"]
    counted = np.sum(eigenvalues < -1e-10, axis=1)
    theory = [critical_points.negative_eigenvalues(s, which, hidden) for which in learned]
    ax.plot(learned.sum(axis=1), theory, "_", color="black", markersize=22, label="theory")
    ax.plot(
        learned.sum(axis=1), counted, "o", color=COLORS["vermilion"], markersize=5, label="counted"
    )
    ax.set_ylim(-1.5, 1.1 * max(theory))
    ax.set_xlim(-0.6, len(s) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(f"modes learned, of {len(s)}")
    ax.set_ylabel("negative eigenvalues")
    ax.set_title("ways down")
    ax.annotate(
        "the only\nminimum",
        (len(s), 0),
        (len(s) - 0.25, 9),
        ha="center",
        arrowprops={"arrowstyle": "->", "color": COLORS["grey"]},
    )
    ax.legend(loc="upper right")


def minima(results: Results) -> Figure:
    """Probabilities, and two estimates of the exponent."""
    figure, (left, right) = plotting.panels(2, height=3.7)
    logs = results["log_probabilities"]
    n = np.arange(1, len(logs) + 1)
    counts = results["matrix_counts"]
    draws = len(counts) * int(results["matrix_batch"])
    shares = counts.sum(axis=0) / draws
    exact = np.exp(logs[: len(shares)])
    limit = random_hessians.EXPONENT
    shown = n <= 12
    left.plot(n[shown], np.exp(logs[shown]), color=COLORS["blue"], label="exact, Pfaffians")
    left.plot(
        n[shown],
        np.exp(-limit * n[shown] ** 2),
        color=COLORS["grey"],
        linestyle=LINES["dotted"],
        label="exponent alone, 3^(−n²/4)",
    )
    bars = 4 * np.sqrt(exact * (1 - exact) / draws)
    lower = np.minimum(bars, 0.9 * shares)  # a bar to 0 or below has no end on this axis
    left.errorbar(
        n[: len(shares)],
        shares,
        (lower, bars),
        fmt="o",
        color=COLORS["vermilion"],
        markersize=5,
        capsize=4,
        label=f"{draws / 1e6:.1f} million draws",
    )
    left.set_yscale("log")
    left.set_ylabel("P(positive definite)")
    left.set_title("minima are rare")
    left.legend()
    right.plot(n, -logs / n**2, "s-", color=COLORS["blue"], markersize=4, label="−ln P / n²")
    right.plot(
        n[2:],
        -np.diff(logs, 2) / 2,
        "o",
        color=COLORS["vermilion"],
        markersize=4,
        label="−½ second difference of ln P",
    )
    right.axhline(limit, color="black", linestyle=LINES["dashed"], linewidth=1.2, label="ln(3) / 4")
    right.set_ylim(0.2, 0.75)
    right.set_ylabel("exponent")
    right.set_title("exponent of Dean and Majumdar")
    right.legend()
    for ax in (left, right):
        ax.set_xlabel("size n of the matrix")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
