"""What do the lecture's chain, deep training and losses with cliffs look like?

    chain      gradients of diag(a, b)^n against n, read off in two ways
    training   losses of every start at two scales of the first weights
    cliffs     outcomes of descents with and without clipping

From the stored arrays alone.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from experiments.lab.contract import Results
from experiments.vanishing_exploding.cliffs import SOLVED
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

SCHEMES = {
    "lecun_normal": ("Xavier, N(0, 1/m)", "blue"),
    "he_normal": ("He, N(0, 2/m)", "vermilion"),
}
OUTCOMES = ("diverged", "not there yet", "solved")


def outcomes(results: Results) -> np.ndarray:
    """(thresholds, starts) of the chain: -1 diverged, 1 solved, 0 neither."""
    ended = np.isfinite(results["chain_ends"])
    solved = ended & (results["chain_losses"] < SOLVED)
    return np.where(ended, solved.astype(int), -1)


def chain(results: Results) -> Figure:
    """Gradients of the lecture's chain by depth, and outputs through a sigmoid."""
    figure, (left, right) = plotting.panels(2, height=3.8)
    depths = results["chain_depths"]
    shown = (
        (left, "chain_gradient", "read as h₁ + h₂"),
        (right, "chain_sigmoid_gradient", "through a sigmoid"),
    )
    for ax, field, title in shown:
        for case, (shade, (a, b)) in enumerate(
            zip(("vermilion", "blue"), results["chain_cases"], strict=True)
        ):
            for entry, line in ((1, "solid"), (0, "dotted")):
                gradient = results[field][case, :, entry]
                ax.plot(
                    depths,
                    np.where(gradient > 0, gradient, np.nan),
                    color=COLORS[shade],
                    linestyle=LINES[line],
                    label=f"{'∂y/∂a' if entry == 0 else '∂y/∂b'}, a = {a:g}, b = {b:g}",
                )
        ax.axhline(1, color=COLORS["grey"], linewidth=1, linestyle=LINES["dashed"])
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(numticks=8))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set_xlabel("layers n")
        ax.set_ylabel("gradient")
        ax.set_title(title)
    left.annotate(
        "3.87 at n = 9, 10;\nbelow 1 from n = 35",
        (10, 3.874),
        xytext=(27, 1e4),
        arrowprops={"arrowstyle": "-", "color": COLORS["grey"]},
        fontsize=10,
    )
    left.set_ylim(1e-14, 1e20)
    right.annotate(
        "0 in float64\nfrom n = 6",
        (5, 1e-13),
        xytext=(9, 1e-13),
        arrowprops={"arrowstyle": "-", "color": COLORS["grey"]},
        fontsize=10,
    )
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def training(results: Results) -> Figure:
    """Losses on the way of every start, a panel for each number of layers."""
    layers = results["trained_layers"].tolist()
    figure, axes = plotting.panels(len(layers), height=3.6, sharey=True)
    seeds = results["trained_loss"].shape[2]
    for ax, depth, losses, accuracy in zip(
        axes, layers, results["trained_loss"], results["trained_accuracy"], strict=True
    ):
        epochs = results["trained_epochs"]
        for scheme, loss, right in zip(
            results["trained_schemes"].tolist(), losses, accuracy, strict=True
        ):
            label, shade = SCHEMES[scheme]
            ax.plot(
                epochs,
                loss.T,
                color=COLORS[shade],
                linestyle=LINES["solid"],
                linewidth=0.6,
                alpha=0.4,
            )
            ax.plot(
                epochs,
                np.median(loss, axis=0),
                color=COLORS[shade],
                linestyle=LINES["solid"],
                linewidth=2.6,
                label=f"{label}: {100 * np.nanmedian(right):.0f}% right",
            )
        ax.axhline(np.log(10), color="black", linestyle=LINES["dotted"], linewidth=1.2)
        ax.text(epochs[-1], np.log(10) * 1.07, "ln 10", ha="right", fontsize=10)
        ax.set_yscale("log")
        ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        ax.yaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("epoch")
        ax.set_title(f"{depth} layers ({seeds} starts; bold: median)")
        ax.legend(loc="lower left")
    axes[0].set_ylabel("training loss (nats)")
    return figure


def cliffs(results: Results) -> Figure:
    """The chain's loss with what becomes of its starts; the recurrent unit's gradient."""
    figure, (left, right) = plotting.panels(2, height=4.3)
    _chain_panel(left, results)
    w, b = results["recurrent_w"], results["recurrent_b"]
    norms = np.maximum(results["recurrent_gradient"], 1e-4)
    shown = right.pcolormesh(w, b, norms, norm=LogNorm(1e-3, 1e2), cmap="viridis", rasterized=True)
    figure.colorbar(shown, ax=right, label="norm of the gradient", extend="both")
    for path, shade, label in zip(
        results["recurrent_paths"],
        ("orange", "white"),
        ("no clipping", "clipped at 1"),
        strict=True,
    ):
        right.plot(
            *path.T,
            ".-",
            color=COLORS.get(shade, shade),
            linewidth=1,
            markersize=3,
            label=label,
        )
    right.plot(*results["recurrent_paths"][0, 0], "o", color="white", markersize=7, mec="black")
    right.set_xlim(w[0], w[-1])
    right.set_ylim(b[0], b[-1])
    right.set_xlabel("weight w")
    right.set_ylabel("bias b")
    right.set_title("recurrent unit, 50 steps of time")
    right.grid(False)
    right.legend(loc="lower left", labelcolor="white")
    return figure


def _chain_panel(ax: Axes, results: Results) -> None:
    starts, codes = results["chain_starts"], outcomes(results)
    w = np.linspace(starts[0], starts[-1], 400)
    ax.plot(w, (w**20 - 1) ** 2 / 2, color="black", linestyle=LINES["solid"])
    ax.set_yscale("log")
    ax.set_xlim(starts[0], starts[-1])
    ax.set_ylim(1e-7, 1e8)
    shades = ListedColormap([COLORS["vermilion"], COLORS["grey"], COLORS["green"]])
    for row, (threshold, code) in enumerate(zip(results["thresholds"], codes, strict=True)):
        strip = ax.inset_axes((0, 0.02 + 0.075 * (2 - row), 1, 0.055))
        strip.imshow(code[None], aspect="auto", cmap=shades, vmin=-1, vmax=1)
        strip.set_xticks([])
        strip.set_yticks([])
        strip.text(
            0.01,
            0.5,
            "no clipping" if np.isinf(threshold) else f"clipped at {threshold:g}",
            transform=strip.transAxes,
            va="center",
            fontsize=10,
            color="white",
        )
    for code, label in enumerate(OUTCOMES):
        ax.plot([], [], "s", color=shades(code), label=label)
    ax.set_xlabel("start w")
    ax.set_ylabel("loss (w²⁰ − 1)² / 2")
    ax.set_title("chain of 20 layers")
    ax.legend(loc="upper left")
