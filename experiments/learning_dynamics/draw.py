"""How are the results of `learning_dynamics` drawn?

modes      trajectories and the closed form, their errors, random starts
plateaus   loss and gradient in stages, and the saddles between them
minima     the share of random matrices that are positive definite, and its exponent
"""

from __future__ import annotations

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
    "error, shown from 10⁻⁶, halves with the learning rate. c: random starts of the same size "
    "learn the modes in the same order, but not at the same times. d: measured half times over "
    "predicted ones: a random start follows the formula with its own u₀, the part of its weights "
    "that grows (colours), not that of the aligned start (grey).",
    "plateaus": "From very small weights, learning proceeds in stages. a: the loss falls in steps, "
    "one for each mode s (dotted: when it is half learned). "
    "b: between steps the gradient is small because a saddle is near, not because learning has "
    "ended. c: the number of negative eigenvalues of the Hessian at the critical points where some "
    "of the modes are learned. It matches theory, and only the point with all modes learned has "
    "none.",
    "minima": "How often a random symmetric n × n matrix is positive definite, as the Hessian at a "
    "minimum must be. a: measured shares and the exact probability. b: their ratio, ± 4 standard "
    "errors. c: the exponent of Dean and Majumdar, ln(3)/4. The second difference of ln P reaches "
    "it already for small n, ln P / n² only slowly, so the exponent alone is far off for these n.",
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
    dashed = {"color": "black", "linestyle": LINES["dashed"]}
    for mode, strength in enumerate(s.tolist()):
        line = {"color": COLORS[SHADES[mode]], "linestyle": LINES["solid"]}
        trajectories.plot(times, results["courses"][0, :, mode], **line)
        trajectories.plot(times, theory[:, mode], **dashed, linewidth=1)
        many = results["random_courses"][:, :, mode]
        others.plot(results["random_times"], many.T, **line, linewidth=0.6, alpha=0.35)
        others.plot(times, theory[:, mode], **dashed)
        for ax in (trajectories, others):
            ax.text(until, strength + 0.08, f"s = {strength:g}", ha="right", fontsize=10)
    trajectories.plot([], [], **dashed, linewidth=1, label="formula")
    rate, slowest = results["rates"][0], results["random_rate"]
    trajectories.set_title(f"aligned start, learning rate {rate:g}")
    others.set_title(f"{len(results['random_courses'])} random starts, learning rate {slowest:g}")
    others.plot([], [], color=COLORS["grey"], linestyle="-", linewidth=0.8, label="random start")
    others.plot([], [], **dashed, label="formula, aligned")
    for ax in (trajectories, others):
        ax.set_xlim(0, until)
        ax.set_ylim(top=s.max() + 0.5)
        ax.set_xlabel("time (steps × learning rate)")
        ax.set_ylabel("mode strength u")
        ax.legend(loc="upper right", bbox_to_anchor=(1, 0.88))
    _errors(errors, results, theory, until)
    _half_times(halves, results)
    return figure


def _half_times(ax: Axes, results: Results) -> None:
    """Measured half times over two predictions."""
    s, found = results["strengths"], results["random_half_times"]
    own = linear_modes.half_time(s, results["random_starts"])
    own = own + results["random_rate"] * linear_modes.half_time_lag(s, results["random_starts"])
    aligned = linear_modes.half_time(s, results["start"])
    loose = {"linestyle": "none", "markersize": 3.5, "mew": 0}
    for mode, strength in enumerate(s.tolist()):
        x = found[:, mode]
        grey = {"color": COLORS["grey"], "alpha": 0.35}
        ax.plot(x, x / aligned[mode], DOTS[mode], **grey, **loose)
        shade = COLORS[SHADES[mode]]
        ax.plot(x, x / own[:, mode], DOTS[mode], color=shade, alpha=0.6, **loose)
        ax.text(np.median(x), 0.8, f"s = {strength:g}", ha="center", va="top", fontsize=10)
    ax.set_ylim(0.73, 1.6)
    ax.text(0.03, 0.95, "colours: formula with the start's own u₀\ngrey: formula of the aligned "
            "start", transform=ax.transAxes, va="top", fontsize=10)  # fmt: skip
    ax.set_xlabel("measured half time")
    ax.set_ylabel("measured / predicted")
    ax.set_title(f"{len(found)} random starts")


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
    ax.set_ylim(1e-6, 0.5)
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
        top = 0.93 if ax is axes[0] else 1.0  # below the names
        for half in halves.tolist():
            ax.axvline(half, 0, top, color=COLORS["grey"], linestyle=LINES["dotted"], linewidth=1.2)
        ax.set_xlim(0, times[-1])
        ax.set_xlabel("time (steps × learning rate)")
        ax.set_title(words)
    axes[0].set_ylabel("½ mean squared error")
    axes[0].set_ylim(top=1.14 * results["plateau_loss"].max())
    for half, strength in zip(halves.tolist(), s.tolist(), strict=True):
        across = axes[0].get_xaxis_transform()
        axes[0].text(half, 0.94, f"s = {strength:g}", transform=across, ha="center", fontsize=10)
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
    ax.set_xlim(-0.6, modes + 0.9)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel(f"learned modes (of {modes})")
    ax.set_ylabel("number of negative eigenvalues")
    ax.set_title("Hessian at critical points")
    ax.annotate(
        "the only\nminimum",
        (modes, 0),
        (modes, 0.3 * theory.max()),
        ha="center",
        fontsize=10,
        arrowprops={"arrowstyle": "-", "shrinkB": 4},
    )
    ax.legend(loc="upper right")


def _minima(results: Results) -> Figure:
    """Probabilities, the measured ones over the exact ones, and two estimates of the exponent."""
    figure, (left, middle, right) = plotting.panels(3, columns=3, height=3.6)
    logs = results["log_probabilities"]
    n = np.arange(1, len(logs) + 1)
    shares = positive_shares(results)
    limit = random_hessians.EXPONENT
    shown = n <= 12
    left.plot(n[shown], np.exp(logs[shown]), color=COLORS["blue"], label="exact")
    left.plot(
        n[shown],
        np.exp(-limit * n[shown] ** 2),
        color=COLORS["grey"],
        linestyle=LINES["dotted"],
        label="$3^{-n^2/4}$ alone",
    )
    measured = n[: len(shares.measured)]
    left.plot(measured, shares.measured, "o", color=COLORS["vermilion"], label="measured")
    left.set_yscale("log")
    left.set_ylabel("P(positive definite)")
    left.legend(loc="lower left")
    middle.errorbar(
        measured,
        shares.measured / shares.exact,
        4 * shares.error / shares.exact,
        fmt="o",
        color=COLORS["vermilion"],
        capsize=4,
    )
    middle.axhline(1, color=COLORS["blue"])
    middle.set_ylabel("measured / exact")
    middle.set_title(f"{shares.draws / 1e6:.0f} million draws")
    right.plot(n, -logs / n**2, "s", color=COLORS["blue"], markersize=4)
    right.plot(n[2:], -np.diff(logs, 2) / 2, "o", color=COLORS["vermilion"], markersize=4)
    right.axhline(limit, color="black", linestyle=LINES["dashed"], linewidth=1.2)
    right.text(n[3], -logs[3] / n[3] ** 2, "  −ln P / n²", va="bottom", fontsize=10)
    right.text(n[-1], limit - 0.012, "−½ second difference of ln P;\ndashed: ln(3) / 4", ha="right",
               va="top", fontsize=10)  # fmt: skip
    right.set_ylim(0.2, 0.72)
    right.set_ylabel("exponent")
    for ax in (left, middle, right):
        ax.set_xlabel("size n of the matrix")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
