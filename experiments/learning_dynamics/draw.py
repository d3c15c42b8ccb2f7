"""How are the results of `learning_dynamics` drawn?

modes      trajectories and the closed form, their errors, random starts
plateaus   loss and gradient in stages, and the saddles between them
minima     the share of random matrices that are positive definite, and its exponent
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.lab.contract import Results
from experiments.learning_dynamics import linear_modes, random_hessians
from experiments.learning_dynamics.reading import negative_counts, positive_shares
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "modes": "A two-layer linear network learns one mode of its task after another, each along a "
    "sigmoid known in closed form (dashed). a: gradient descent from an aligned start. b: its "
    "error halves with the learning rate. c: random starts of the same size learn the modes in the "
    "same order, but not at the same times. d: measured half times against predicted half times: "
    "each random start follows the formula with its own u₀, the part of its weights that grows.",
    "plateaus": "From very small weights, learning proceeds in stages. a: the loss falls in steps. "
    "b: between steps the gradient is small because a saddle is near, not because learning has "
    "ended. c: the number of negative eigenvalues of the Hessian at the critical points where some "
    "of the modes are learned. It matches theory, and only the point with all modes learned has "
    "none.",
    "minima": "How often a random symmetric n × n matrix is positive definite, as the Hessian at a "
    "minimum must be. a: measured shares (bars: ± 4 standard errors) and the exact probability. "
    "b: the exponent of Dean and Majumdar, ln(3)/4. The second difference of ln P reaches it at "
    "once, ln P / n² only slowly, so the exponent alone is far off for these n.",
}

SHADES = ("blue", "vermilion", "green", "purple")
DOTS = ("o", "s", "^", "D")


def draw(results: Results) -> dict[str, Figure]:
    """The modes, the plateaus between them, and the random matrices."""
    return {"modes": _modes(results), "plateaus": _plateaus(results), "minima": _minima(results)}


def _modes(results: Results) -> Figure:
    """Trajectories, their errors, and random starts: trajectories and half times."""
    figure, (trajectories, errors, others, halves) = plotting.panels(4, height=3.5)
    s, times, start = results["strengths"], results["times"], results["start"]
    theory = linear_modes.mode_strength(times[:, None], s, start)
    until = 1.6 * linear_modes.half_time(s, start).max()
    for mode, strength in enumerate(s.tolist()):
        shade = COLORS[SHADES[mode]]
        line = {"color": shade, "linestyle": LINES["solid"]}
        trajectories.plot(times, results["courses"][0, :, mode], **line, label=f"s = {strength:g}")
        trajectories.plot(
            times, theory[:, mode], color="black", linestyle=LINES["dashed"], linewidth=1
        )
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
    trajectories.plot(
        [], [], color="black", linestyle=LINES["dashed"], linewidth=1, label="formula"
    )
    between: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (1, 0.93)}
    rate, slowest = results["rates"][0], results["random_rate"]
    trajectories.set_title(f"aligned start, learning rate {rate:g}")
    count, seeds = len(results["random_courses"]), len(results["random_half_times"])
    others.set_title(f"{count} random starts, learning rate {slowest:g}")
    dashed = others.plot([], [], color="black", linestyle=LINES["dashed"])
    thin = others.plot([], [], color=COLORS["grey"], linestyle=LINES["solid"], linewidth=0.8)
    others.legend([*thin, *dashed], ["random start", "formula, aligned"], **between)
    for ax in (trajectories, others):
        ax.set_xlim(0, until)
        ax.set_xlabel("time (steps × learning rate)")
        ax.set_ylabel("mode strength u")
    trajectories.legend(**between)
    _errors(errors, results, theory, until)
    ends = np.array(halves.get_xlim())
    halves.plot(ends, ends, color="black", linestyle=LINES["dashed"], linewidth=1)
    halves.set_xlabel("predicted half time, with the start's own u₀")
    halves.set_ylabel("measured half time")
    halves.set_title(f"{seeds} random starts")
    halves.legend()
    return figure


def _errors(ax: Axes, results: Results, theory: np.ndarray, until: float) -> None:
    lines = zip(results["rates"].tolist(), results["courses"], strict=True)
    for place, (rate, trajectory) in enumerate(lines):
        ax.plot(
            results["times"],
            np.maximum(np.max(np.abs(trajectory - theory), axis=1), 1e-9),
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


def _plateaus(results: Results) -> Figure:
    """Loss and gradient norm from very small weights, and negative eigenvalues at saddles."""
    figure, axes = plotting.panels(3, columns=3, height=3.6)
    times, s = results["plateau_times"], results["strengths"]
    halves = linear_modes.half_times(times, results["plateau_courses"], s)
    for ax, name, words in (
        (axes[0], "plateau_loss", "loss"),
        (axes[1], "plateau_gradient", "gradient norm"),
    ):
        ax.plot(times, results[name])
        for half in halves.tolist():
            ax.axvline(half, color=COLORS["grey"], linestyle=LINES["dotted"], linewidth=1.2)
        ax.set_xlabel("time (steps × learning rate)")
        ax.set_title(words)
    axes[0].set_ylabel("½ mean squared error")
    for place, (half, strength) in enumerate(zip(halves.tolist(), s.tolist(), strict=True)):
        height = (0.9 - 0.2 * place) * axes[0].get_ylim()[1]
        axes[0].text(half, height, f" s = {strength:g}", va="center", ha="left", fontsize=10)
    axes[1].set_yscale("log")
    axes[1].set_ylim(bottom=results["plateau_gradient"].max() / 1e6)
    _negative_eigenvalues(axes[2], results)
    return figure


def _negative_eigenvalues(ax: Axes, results: Results) -> None:
    learned = results["learned"]
    counted, theory = negative_counts(results)
    modes = learned.shape[1]
    ax.plot(learned.sum(axis=1), theory, "_", color="black", markersize=22, label="theory")
    ax.plot(
        learned.sum(axis=1), counted, "o", color=COLORS["vermilion"], markersize=5, label="counted"
    )
    ax.set_ylim(-1.5, 1.1 * theory.max())
    ax.set_xlim(-0.6, modes + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(f"learned modes (of {modes})")
    ax.set_ylabel("number of negative eigenvalues")
    ax.set_title("Hessian at critical points")
    ax.annotate(
        "the only\nminimum",
        (modes, 0),
        (modes - 0.25, 9),
        ha="center",
        arrowprops={"arrowstyle": "->", "color": COLORS["grey"]},
    )
    ax.legend(loc="upper right")


def _minima(results: Results) -> Figure:
    """Probabilities, and two estimates of the exponent."""
    figure, (left, right) = plotting.panels(2, height=3.7)
    logs = results["log_probabilities"]
    n = np.arange(1, len(logs) + 1)
    shares = positive_shares(results)
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
    bars = 4 * shares.error
    lower = np.minimum(bars, 0.9 * shares.measured)  # a bar that reaches 0 has no end on a log axis
    left.errorbar(
        n[: len(shares.measured)],
        shares.measured,
        (lower, bars),
        fmt="o",
        color=COLORS["vermilion"],
        markersize=5,
        capsize=4,
        label=f"{shares.draws / 1e6:.1f} million draws",
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
