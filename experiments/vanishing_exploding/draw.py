"""How are the results of `vanishing_exploding` drawn?

The lecture's chain, products of matrices, training thirty layers and gradient descent on losses
with cliffs are drawn here; signals and gradients of random networks in `draw_signals`.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from experiments.lab.contract import Results
from experiments.vanishing_exploding import draw_signals
from experiments.vanishing_exploding.reading import chain_outcomes
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "gradients": "Mean square of the gradient at each layer of random networks, relative to the "
    "output; 256 units per layer. Line: median; band: pointwise 95% over 200 networks; dashed: "
    "theory for infinite width. a: with ReLU, Xavier's weights halve it per layer, He's weights "
    "preserve it, and larger weights make it explode. b: with He's weights the mean square is "
    "preserved exactly, but gradients spread over more orders of magnitude with every layer, as "
    "the exact law for this width predicts (dotted: median and 95% range of the log-normal law). "
    "c: with tanh, gradients vanish in the ordered phase, explode in the chaotic phase, and keep "
    "their size on the critical line between them. d: a sigmoid's slope is at most 1/4: unless "
    "weights are large, each layer removes 94% of the mean square (dotted: all slopes are 1/4). "
    "Products with Gaussian matrices are sampled from their exact law, without drawing the "
    "matrices.",
    "signals": "The forward pass in the same networks. a: mean square of pre-activations. b: "
    "correlation of two inputs, initially 0.5: in the ordered phase and with He's weights all "
    "inputs become alike; in the chaotic phase even similar inputs move apart, to a correlation "
    "c*. Lines: medians; bands: pointwise 95% over 200 networks; dashed: theory.",
    "chain": "The lecture's W = diag(a, b) to the power n, with two outputs. a: with the output "
    "h₁ + h₂, the gradient explodes for a = 1, b = 2; for a = 0.5, b = 0.9 it does not vanish at "
    "once: n·0.9ⁿ⁻¹ grows to 3.87 at n = 9 and 10 and is below 1 only from n = 35. b: through a "
    "sigmoid, a = 1, b = 2 gives y → 1 and a vanishing gradient, which float64 rounds to 0 from "
    "n = 6; a = 0.5, b = 0.9 gives y → 1/2. (The slides combine y → 1 with the exploding gradient "
    "and y → 0 with the vanishing gradient; each holds for only one of the outputs.)",
    "gains": "Measured factor of mean squares per layer relative to theory, forward and backward, "
    "for seven pairs of activation and initialiser. Bars: 4 standard errors, from theory.",
    "spread": "ln |J u|² of 2,000 random ReLU networks with He's weights; one panel per width and "
    "number of layers. Histogram: networks; solid: normal density with the exact mean and variance "
    "for this width; dashed: with the asymptotic mean −5L/2n and variance 5L/n.",
    "products": "a: Lyapunov exponents of products of 16 × 16 Gaussian matrices, minus theory; "
    "bars: 4 standard errors. b: singular values of products of 64 × 64 matrices: with Gaussian "
    "matrices fewer and fewer directions survive; with orthogonal matrices all do (the floor near "
    "10⁻¹⁸ is the rounding of float64).",
    "batch_norm": "Batch normalisation makes gradients of random networks explode: mean square of "
    "the gradient at each layer. Line and band: median and range over networks; dashed: theory "
    "for wide layers. a: the factor per layer is π/(π − 1) = 1.467 with ReLU, and 1 with He's "
    "weights and no normalisation; this theory also assumes large batches, and with 128 rows the "
    "growth for tanh is faster. b: without an activation the factor is (B − 2)/(B − 3) for a batch "
    "of B rows.",
    "thirty_layers": "Training loss on handwritten digits with ReLU, momentum and one learning "
    "rate. Thin: each of 16 starts; bold: median; dotted: ln 10, the loss of a random guess. With "
    "8 layers networks of both scales learn; with 30 layers those with He's weights learn, and "
    "those with Xavier's stall from most starts.",
    "cliffs": "a: the loss (w²⁰ − 1)²/2 of a chain of 20 layers and, below it, the outcome of "
    "gradient descent from 201 starts with and without clipping (learning rate 0.001, 3,000 "
    "steps). b: norm of the gradient of a recurrent unit after 50 time steps. It has a wall: from "
    "a start near the wall (circle), descent without clipping (orange) is thrown 26 units out of "
    "the picture, and descent with clipping (white) reaches a solution.",
}

SCHEMES = {
    "lecun_normal": ("Xavier, N(0, 1/m)", "blue"),
    "he_normal": ("He, N(0, 2/m)", "vermilion"),
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
    depths = results["chain_depths"]
    shown = (
        (left, "chain_gradient", "output h₁ + h₂"),
        (right, "chain_sigmoid_gradient", "output through a sigmoid"),
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
        ax.set_xlabel("number of layers n")
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
        "rounded to 0\nfrom n = 6",
        (5, 1e-13),
        xytext=(9, 1e-13),
        arrowprops={"arrowstyle": "-", "color": COLORS["grey"]},
        fontsize=10,
    )
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def thirty_layers(results: Results) -> Figure:
    """Training loss from every start, one panel per number of layers."""
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
                label=f"{label}: {100 * np.nanmedian(right):.0f}% accuracy",
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
    """The chain's loss and the outcomes of its starts; the recurrent unit's gradient."""
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
    right.set_title("recurrent unit, 50 time steps")
    right.grid(False)
    right.legend(loc="lower left", labelcolor="white")
    return figure


def _chain_panel(ax: Axes, results: Results) -> None:
    starts, codes = results["chain_starts"], chain_outcomes(results)
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
    ax.set_xlabel("starting value w")
    ax.set_ylabel("loss (w²⁰ − 1)² / 2")
    ax.set_title("chain of 20 layers")
    ax.legend(loc="upper left")


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
    left.set_title(f"exponents, in theory {expected[0]:.3f} to {expected[-1]:.3f}")
    left.legend(loc="upper left")
    values, marks = results["singular_values"], results["product_marks"].tolist()
    index = np.arange(1, values.shape[-1] + 1)
    by_scheme = dict(zip(results["product_schemes"].tolist(), values, strict=True))
    right.plot(
        index,
        by_scheme["orthogonal"][-1],
        color=COLORS["vermilion"],
        linestyle=LINES["solid"],
        label=f"orthogonal, {marks[-1]}",
    )
    for mark, line, one in zip(
        marks, ("dotted", "dashed", "solid"), by_scheme["lecun_normal"], strict=True
    ):
        right.plot(
            index, one, color=COLORS["blue"], linestyle=LINES[line], label=f"Gaussian, {mark}"
        )
    draw_signals.decades(right)
    right.set_xlabel("rank of the singular value, largest first")
    right.set_ylabel("singular value")
    right.set_title(f"products of {len(index)} × {len(index)} matrices")
    right.legend(loc="lower left", title="factors", alignment="left")
    left.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure
