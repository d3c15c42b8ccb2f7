"""How are the results of `vanishing_exploding` drawn?

The lecture's chain, products of matrices, training thirty layers and gradient descent on losses
with cliffs are drawn here; signals and gradients of random networks in `draw_signals`.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from experiments.lab.contract import Results
from experiments.shared.direct_labels import label_ends
from experiments.vanishing_exploding import draw_signals
from experiments.vanishing_exploding.reading import chain_outcomes
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "gradients": "Gradients of deep random networks vanish, keep their size or explode, depending "
    "on the variance of the weights. Mean square of the gradient at each layer, relative to the "
    "output; 256 units per layer. Line: median; band: pointwise 95% over 200 networks; dashed: "
    "theory for infinite width. a: with ReLU, weights of variance 1/n halve it per layer, He's 2/n "
    "preserves it, and larger weights make it explode. b: with He's weights the mean square is "
    "preserved in expectation, but gradients spread over more orders of magnitude with every "
    "layer, as the exact law for this width predicts (dotted: median and 95% range of the "
    "log-normal law). c: with tanh, gradients vanish in the ordered phase, explode in the chaotic "
    "phase, and keep their size on the critical line between them. d: a sigmoid's slope is at most "
    "1/4: unless weights are large, each layer removes 94% of the mean square (dotted: all slopes "
    "are 1/4). Products with Gaussian matrices are sampled from their exact law, without drawing "
    "the matrices.",
    "signals": "In most networks two inputs become more alike, layer by layer; in the chaotic "
    "phase they move apart. The networks and their sampling are those of the gradients. a: mean "
    "square of pre-activations (lines: medians; dashed: median of the exact law). b: correlation "
    "of two inputs, initially 0.5 (lines: means over 200 networks; bars: the range of 95% of the "
    "networks, at a few layers; dashed: theory for infinite width).",
    "chain": "The gradient of the lecture's chain explodes or vanishes, as a, b and the output "
    "decide. W = diag(a, b) to the power n, with two outputs. a: with the output h₁ + h₂, the "
    "gradient explodes for a = 1, b = 2; for a = 0.5, b = 0.9 it vanishes only in the limit: "
    "n·0.9ⁿ⁻¹ grows to 3.87 at n = 9 and 10 and is below 1 only from n = 35. b: through a sigmoid, "
    "a = 1, b = 2 gives y → 1 and a vanishing gradient, whose true size (lines) float64 can hold "
    "up to n = 9, while the usual σ (1 − σ) is rounded to 0 from n = 6 (points: computed sizes). "
    "a = 0.5, b = 0.9 gives y → 1/2. The slides' y → 1 holds only through a sigmoid, and the "
    "exploding gradient beside it, like y → 0, only for h₁ + h₂.",
    "gains": "The measured factor per layer is that of theory, for seven pairs of activation and "
    "initialiser. Factor of mean squares per layer relative to theory, forward and backward; "
    "Gaussian weights are sampled from the law of their products. After each name: theory's "
    "factor; bars: ± 4 standard errors, from theory.",
    "spread": "The spread of gradients follows the exact law and is larger than the asymptotic "
    "one. ln |J u|² of random ReLU networks with He's weights. a: its distribution at one size "
    "(solid: normal density with the exact mean and variance; dashed: with the asymptotic mean "
    "−5L/2n and variance 5L/n). b: its variance over the asymptotic 5L/n, by size of the networks "
    "(bars: ± 4 standard errors). Products with Gaussian matrices are sampled from their exact "
    "law, except where every matrix is drawn.",
    "products": "Products of Gaussian matrices lose direction after direction; products of "
    "orthogonal matrices lose none. a: Lyapunov exponents of products of 16 × 16 Gaussian "
    "matrices, minus theory; bars: ± 4 standard errors. b: singular values of products of 64 × 64 "
    "matrices, by number of factors. Grey: below the rounding of float64 relative to the largest "
    "value, where nothing can be measured.",
    "batch_norm": "Batch normalisation makes gradients of random networks explode. Mean square of "
    "the gradient at each layer. Line and band: median and range over 16 networks; dashed: "
    "theory for wide layers, by its factor per layer. a: with ReLU the factor is π/(π − 1) = "
    "1.467, and without normalisation, with He's weights, it is 1. b: without an activation it is "
    "(B − 2)/(B − 3) for a batch of B rows. Where a curve leaves its dashed line, theory fails: a "
    "batch of 128 is not large, and 256 units are not wide (tanh; batch of 64).",
    "thirty_layers": "Networks of 30 layers learn with He's initial weights, and stall from most "
    "starts with N(0, 1/n), which the lecture calls Xavier's. Training loss on handwritten digits "
    "with ReLU, momentum and one learning rate. Thin: each of 16 starts; bold: median; dotted: "
    "ln 10, the loss of a random guess; correct: median share of training images. With 8 "
    "layers networks of both scales learn.",
    "cliffs": "Gradient descent is thrown off a cliff in the loss, and clipped steps are not. a: "
    "the loss (w²⁰ − 1)²/2 of a chain of 20 layers. b: the outcome of gradient descent on it from "
    "201 starts with and without clipping (learning rate 0.001, 3,000 steps). c: norm of the "
    "gradient of a recurrent unit after 50 time steps. It has a wall: from a start near the wall "
    "(circle), descent without clipping (orange) soon takes a step that leaves the picture "
    "(arrow), and descent with clipping (white, without its last small steps) reaches a solution "
    "(star).",
}

SCHEMES = {
    "lecun_normal": ("N(0, 1/n)", "blue"),
    "he_normal": ("He, N(0, 2/n)", "vermilion"),
}
OUTCOMES = ("diverged", "neither", "solved")


def draw(results: Results) -> dict[str, Figure]:
    """All figures, in the order of `CAPTIONS`."""
    return {
        "gradients": draw_signals.gradients(results),
        "signals": draw_signals.signals(results),
        "chain": chain(results),
        "gains": draw_signals.gains(results),
        "spread": draw_signals.spread(results),
        "products": products(results),
        "batch_norm": draw_signals.batch_norm(results),
        "thirty_layers": thirty_layers(results),
        "cliffs": cliffs(results),
    }


def chain(results: Results) -> Figure:
    """Gradients of the lecture's chain by depth, for both outputs."""
    figure, (left, right) = plotting.panels(2, height=3.8)
    depths, cases = results["chain_depths"], results["chain_cases"]
    logs = (np.log10(results["chain_gradient"]), results["chain_sigmoid_log"])
    titles = ("output h₁ + h₂", "output through a sigmoid")
    for ax, sizes, title in zip((left, right), logs, titles, strict=True):
        for shade, (a, b), size in zip(("vermilion", "blue"), cases, sizes, strict=True):
            for entry, line, name in ((1, "solid", "b"), (0, "dotted", "a")):
                ax.plot(
                    depths,
                    size[:, entry],
                    color=COLORS[shade],
                    linestyle=LINES[line],
                    label=f"∂y/∂{name}, a = {a:g}, b = {b:g}",
                )
        ax.axhline(0, color=COLORS["grey"], linewidth=1, linestyle=LINES["dashed"])
        ax.set_xlabel("number of layers n")
        ax.set_ylabel("gradient")
        ax.set_title(title)
        ax.yaxis.set_major_formatter(_power_of_ten)
    grey = {"arrowstyle": "-", "color": COLORS["grey"]}
    hump = np.log10(results["chain_gradient"][1, :, 1].max())
    words = "3.87 at n = 9, 10;\nbelow 1 from n = 35"
    left.annotate(words, (10, hump), xytext=(28, 3.2), arrowprops=grey, fontsize=10)
    left.set_ylim(-18, 21)
    _rounded_slopes(right, results)
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def _rounded_slopes(ax: Axes, results: Results) -> None:
    """Sizes that `jax.grad` computes, and the range of float64."""
    computed = results["chain_sigmoid_gradient"][0, :, 1]
    found = np.flatnonzero(computed > 0)
    depths = results["chain_depths"]
    ax.plot(depths[found], np.log10(computed[found]), "o", color=COLORS["vermilion"], markersize=5)
    ax.set_xlim(0, 20)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    lowest = -360
    ax.set_ylim(lowest, 20)
    true = results["chain_sigmoid_log"][0, 8, 1]
    grey = {"arrowstyle": "-", "color": COLORS["grey"]}
    size = f"true size at n = 9: {_power_of_ten(np.floor(true))}"
    ax.annotate(size, (9, true), xytext=(10.1, true - 9), arrowprops=grey, fontsize=10)
    last = int(depths[found[-1]])
    words = f"computed up to n = {last},\nthen rounded to 0"
    end = (last, float(np.log10(computed[found[-1]])))
    ax.annotate(words, end, xytext=(8.2, -95), arrowprops=grey, fontsize=10)
    smallest = np.log10(np.finfo(float).smallest_subnormal)
    ax.axhspan(lowest, smallest, color=COLORS["grey"], alpha=0.25, linewidth=0)
    middle = (lowest + smallest) / 2
    ax.text(19.7, middle, "below float64", ha="right", va="center", fontsize=10)


def _power_of_ten(exponent: float, _: object = None) -> str:
    """10 to a whole exponent, for ticks and labels of axes of log10."""
    superscript = str(round(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return "1" if round(exponent) == 0 else f"10{superscript}"


def thirty_layers(results: Results) -> Figure:
    """Training loss from every start, one panel per number of layers."""
    layers = results["trained_layers"].tolist()
    figure, axes = plotting.panels(len(layers), height=3.6, sharey=True)
    seeds = results["trained_loss"].shape[2]
    for ax, depth, losses, accuracy in zip(
        axes, layers, results["trained_loss"], results["trained_accuracy"], strict=True
    ):
        epochs = results["trained_epochs"]
        ends = []
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
            median = np.median(loss, axis=0)
            ax.plot(epochs, median, color=COLORS[shade], linestyle=LINES["solid"], linewidth=2.6)
            words = f"{label}:\n{np.nanmedian(right):.0%} correct"
            ends.append((float(median[-1]), words, COLORS[shade]))
        ax.axhline(np.log(10), color="black", linestyle=LINES["dotted"], linewidth=1.2)
        ax.text(epochs[-1], np.log(10) * 1.12, "ln 10", ha="right", fontsize=10)
        ax.set_yscale("log")
        ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
        ax.yaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("epoch")
        ax.set_title(f"{depth} layers, {seeds} starts")
        label_ends(ax, ends, gap=0.14)
    axes[0].set_ylabel("training loss (nats)")
    return figure


def cliffs(results: Results) -> Figure:
    """The chain's loss, the outcomes of its starts, and the recurrent unit's gradient."""
    figure, (loss, outcomes, unit) = plotting.panels(3, columns=3, height=3.9)
    starts = results["chain_starts"]
    w = np.linspace(starts[0], starts[-1], 401)
    loss.plot(w, (w**20 - 1) ** 2 / 2, color="black", linestyle=LINES["solid"])
    loss.set_yscale("log")
    loss.set_xlim(starts[0], starts[-1])
    loss.set_ylim(1e-4, 1e7)
    loss.yaxis.set_minor_locator(NullLocator())
    loss.set_xlabel("weight w")
    loss.set_ylabel("loss (w²⁰ − 1)² / 2")
    loss.set_title("chain of 20 layers")
    _outcomes_panel(outcomes, results)
    _recurrent_panel(figure, unit, results)
    return figure


def _outcomes_panel(ax: Axes, results: Results) -> None:
    """One row per threshold, coloured by the outcome from each start."""
    starts, codes = results["chain_starts"], chain_outcomes(results)
    shades = ListedColormap([COLORS["vermilion"], "#d9d9d9", COLORS["blue"]])
    half = (starts[1] - starts[0]) / 2
    thresholds = results["thresholds"].tolist()
    for row, code in enumerate(codes):
        ends = (starts[0] - half, starts[-1] + half, row + 0.2, row - 0.2)
        ax.imshow(code[None], aspect="auto", cmap=shades, vmin=-1, vmax=1, extent=ends)
        words = "no clipping" if np.isinf(thresholds[row]) else f"clipped at {thresholds[row]:g}"
        ax.text(starts[0], row - 0.26, words, fontsize=10, va="bottom")
        for value in (-1, 1):
            chosen = code == value
            if chosen.any():
                share, place = f"{chosen.mean():.0%}", (np.median(starts[chosen]), row)
                ax.text(*place, share, color="white", fontsize=10, ha="center", va="center")
    ax.set_xlim(starts[0], starts[-1])
    ax.set_ylim(len(codes) - 0.2, -0.6)
    ax.set_yticks([])
    ax.grid(False)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("initial weight w")
    ax.set_title("outcome by start")
    for code, label in enumerate(OUTCOMES):
        ax.plot([], [], "s", color=shades(code), label=label)
    ax.legend(loc="lower center", ncols=3, handletextpad=0, columnspacing=0.8, fontsize=10)


def _recurrent_panel(figure: Figure, ax: Axes, results: Results) -> None:
    w, b = results["recurrent_w"], results["recurrent_b"]
    norms = results["recurrent_gradient"]
    scale = LogNorm(1e-3, norms.max())
    shown = ax.pcolormesh(
        w, b, np.maximum(norms, 1e-3), norm=scale, cmap="viridis", rasterized=True
    )
    figure.colorbar(shown, ax=ax, label="norm of the gradient", extend="min", location="bottom")
    free, clipped = results["recurrent_paths"]
    near = np.linalg.norm(clipped - clipped[-1], axis=1) < 0.3  # then small steps across the wall
    ax.plot(*clipped[: near.argmax() + 1].T, "-", color="white", linewidth=1, zorder=2.5)
    ax.plot(*clipped[-1], "*", color="white", markersize=13, mec="black")
    jump = int(np.linalg.norm(np.diff(free, axis=0), axis=1).argmax())
    ax.plot(*free[: jump + 1].T, "-", color=COLORS["orange"], linewidth=3)
    step = free[jump + 1] - free[jump]
    corner = np.where(step > 0, (w[-1], b[-1]), (w[0], b[0]))
    inside = min(1, np.min((corner - free[jump]) / step))  # share of the step up to the edge
    arrow = {"arrowstyle": "->", "color": COLORS["orange"], "linewidth": 3}
    arrow |= {"shrinkA": 0, "shrinkB": 0}
    head, tail = free[jump] + inside * step, free[jump]
    ax.annotate("", head, xytext=tail, arrowprops=arrow, annotation_clip=False, zorder=2)
    ax.plot(*free[0], "o", color="white", markersize=7, mec="black")
    words = f"no clipping:\na step of {np.linalg.norm(step):.0f}"
    ax.text(5.2, -2.2, words, color=COLORS["orange"], fontsize=10, va="center")
    ax.text(5.2, -1.3, "clipped at 1", color="white", fontsize=10, va="center")
    ax.set_xlim(w[0], w[-1])
    ax.set_ylim(b[0], b[-1])
    ax.set_xlabel("weight w")
    ax.set_ylabel("bias b")
    ax.set_title("recurrent unit")
    ax.grid(False)


def products(results: Results) -> Figure:
    """Lyapunov exponents minus theory, and singular values of products."""
    figure, (left, right) = plotting.panels(2, height=3.7)
    found = results["exponents"].astype(float)
    number = np.arange(1, found.shape[1] + 1)
    expected = results["exponents_expected"]
    left.errorbar(
        number,
        found.mean(axis=0) - expected,
        4 * results["exponents_error"],
        fmt="o",
        color=COLORS["blue"],
        capsize=3,
        label=f"measured, {len(found)} products",
    )
    left.axhline(0, color="black", linestyle=LINES["dashed"], linewidth=1)
    left.set_xlabel("rank of the exponent, largest first")
    left.set_ylabel("measured − theory (per layer)")
    left.set_title("Lyapunov exponents")
    left.legend(loc="upper left")
    values, marks = results["singular_values"], results["product_marks"].tolist()
    index = np.arange(1, values.shape[-1] + 1)
    by_scheme = dict(zip(results["product_schemes"].tolist(), values, strict=True))
    gaussian = by_scheme["lecun_normal"]
    floor = np.finfo(float).eps * gaussian[-1].max()
    right.plot(index, by_scheme["orthogonal"][-1], color=COLORS["vermilion"], linestyle="-")
    for line, one in zip(("dotted", "dashed", "solid"), gaussian, strict=False):
        right.plot(index, one, color=COLORS["blue"], linestyle=LINES[line])
    right.set_xlim(1, len(index))
    draw_signals.decades(right)
    low, high = right.get_ylim()
    right.axhspan(low, floor, color=COLORS["grey"], alpha=0.25, linewidth=0)
    right.set_ylim(low, high)
    right.text(2, floor / 3, "rounding of float64", fontsize=10, va="top")
    ends = [(1.0, f"orthogonal, {marks[-1]}", COLORS["vermilion"])]
    for mark, one in zip(marks, gaussian, strict=True):
        factors = "factor" if mark == 1 else "factors"
        ends.append((float(one[-1]), f"Gaussian, {mark} {factors}", COLORS["blue"]))
    label_ends(right, ends)
    right.set_xlabel("rank of the singular value, largest first")
    right.set_ylabel("singular value")
    right.set_title(f"products of {len(index)} × {len(index)} matrices")
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
