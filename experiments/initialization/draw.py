"""How are the results of `initialization` drawn?

    symmetry   units that diverge, how fast, and the cost of equal weights
    signals    variance and saturation by layer and scale, gains of schemes, sparse weights
    training   loss against scale, and learning curves of schemes

From the stored arrays alone; only medians, means and quantiles over seeds are computed here.
"""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter, NullLocator

from experiments.initialization.reading import (
    GROWTH_FROM,
    LABELS,
    first_growth_record,
    place_of_small_noise,
    predicted_growth,
)
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "symmetry": "Gradient descent with eight tanh units. a: one weight of each unit, from equal "
    "weights with noise of one part in a million: first all units move together, then they "
    "diverge. b: the distance between units, by noise (16 starts each; dashed: growth at the rate "
    "of the most negative curvature at the network of exact copies, at each step). Without noise, "
    "units differ only by rounding. c: the cost of symmetry: with equal weights the network learns "
    "only what one unit can; random weights alone or random biases alone are enough to learn more "
    "(medians; shaded: pointwise 95% bands over 50 starts, 16 with noise).",
    "signals": "Signals before any training. a: mean squared pre-activation of tanh networks by "
    "layer, for weights with standard deviation scale / √m (points: mean of 100 networks; lines: "
    "theory). b: share of units with |tanh| above 0.99. c: the gain in mean square of one layer of "
    "60 inputs and 20 outputs, forward and backward (bars: ± 4 standard errors, mostly hidden; "
    "ticks: theory). d: the mean squared input of a unit with 15 non-zero weights does not depend "
    "on the number of inputs.",
    "training": "Ten hidden layers of 32 units on handwritten digits, 20 epochs of stochastic "
    "gradient descent. a, b: Gaussian initial weights with standard deviation scale / √m, at two "
    "learning rates. c, d: named schemes at one learning rate. Lines: medians; shaded: pointwise "
    "95% bands over 50 seeds; dotted: a network that ignores its input.",
}


SHADES = ("blue", "vermilion", "green", "purple", "sky", "orange", "black", "grey")


def draw(results: Results) -> dict[str, Figure]:
    """Units that diverge, signals before training, and training."""
    return {
        "symmetry": _symmetry(results),
        "signals": _signals(results),
        "training": _training(results),
    }


def _symmetry(results: Results) -> Figure:
    """Weights of units, distances between units, and losses."""
    figure, axes = plotting.panels(3, columns=3, height=3.9)
    _paths(axes[0], results)
    _distances(axes[1], results)
    _losses(axes[2], results)
    return figure


def _paths(ax: Axes, results: Results) -> None:
    paths = results["paths"][place_of_small_noise(results)]  # (records, units, 4)
    for unit in range(paths.shape[1]):
        shade, line = COLORS[SHADES[unit % len(SHADES)]], list(LINES)[unit % len(LINES)]
        ax.plot(results["symmetry_steps"], paths[:, unit, 0], color=shade, linestyle=LINES[line])
    ax.set_xlabel("steps")
    ax.set_ylabel("weight from the first input")
    ax.set_title(f"{paths.shape[1]} units, noise 1e-6")


def _distances(ax: Axes, results: Results) -> None:
    steps, noises = results["symmetry_steps"], results["noises"]
    grown, start = predicted_growth(results), first_growth_record(results)
    for place, noise in enumerate(noises.tolist()):
        distances = np.maximum(results["noisy_apart"][place], 1e-17)
        shade = COLORS[SHADES[place]] if noise else COLORS["grey"]
        ax.plot(steps, distances.T, color=shade, linestyle="-", linewidth=0.6, alpha=0.5)
        words = f"noise {noise:.0e}".replace("e-0", "e-") if noise else "no noise"
        ax.plot([], [], color=shade, linestyle="-", label=words)
        if noise:
            theory = np.median(distances[:, start]) * np.exp(grown - grown[start])
            shown = (theory < 1) & (steps >= GROWTH_FROM)
            ax.plot(
                steps[shown], theory[shown], color="black", linestyle=LINES["dashed"], linewidth=1.2
            )
    ax.plot([], [], color="black", linestyle=LINES["dashed"], linewidth=1.2, label="theory")
    ax.set_yscale("log")
    ax.set_ylim(1e-18, 1e2)
    ax.set_xlabel("steps")
    ax.set_ylabel("distance between units")
    ax.set_title("copies diverge")
    ax.legend(loc="lower right", bbox_to_anchor=(1.03, 0.2), fontsize=9, labelspacing=0.25)


def _losses(ax: Axes, results: Results) -> None:
    steps = results["symmetry_steps"]
    seeds = results["start_loss"].shape[1]
    ax.plot(steps, results["copied_loss"], color="black", linestyle="-", label="equal weights")
    series = [
        ("equal, noise 1e-6", results["noisy_loss"][place_of_small_noise(results)]),
        *zip(results["starts"].tolist(), results["start_loss"], strict=True),
    ]
    shades = ("purple", "vermilion", "blue", "green")
    lines = ("dashdot", "dashed", "solid", "dotted")
    for (name, losses), shade, line in zip(series, shades, lines, strict=True):
        _band(ax, steps, losses, name, shade, line)
    ax.set_yscale("log")
    ax.set_ylim(top=60)
    ax.set_xlabel("steps")
    ax.set_ylabel("mean squared error")
    ax.set_title(f"95% bands, {seeds} starts")
    ax.legend(loc="upper right", fontsize=9, labelspacing=0.25)


def _band(
    ax: Axes, x: np.ndarray, values: np.ndarray, label: str, color: str, line: str = "solid"
) -> None:
    """Median and pointwise 95% band of values (seeds, n), without seeds that diverged."""
    if np.isnan(values).all():
        ax.plot([], [], color=COLORS[color], linestyle=LINES[line], label=f"{label}: diverged")
        return
    low, center, high = np.nanquantile(values, [0.025, 0.5, 0.975], axis=0)
    plotting.band(ax, x, center, (low, high), label=label, color=color, line=line)


def _signals(results: Results) -> Figure:
    """Variance by layer, saturation by scale, gains of schemes, and gains by fan-in."""
    figure, (variances, saturated, gains, fans) = plotting.panels(4, height=3.7)
    _variances(variances, results)
    scales = results["scales"]
    depth = results["theory_saturated"].shape[1]
    for place, (layer, shade) in enumerate(((0, "sky"), (depth - 1, "blue"))):
        shares = results["signal_saturated"][:, :, layer].mean(axis=1)
        words = f"layer {layer + 1}"
        saturated.plot(scales, shares, "os"[place], color=COLORS[shade], label=words)
        theory = results["theory_saturated"][:, layer]
        saturated.plot(scales, theory, color=COLORS[shade], linestyle="-", linewidth=1)
    saturated.set_xscale("log")
    saturated.set_xlabel("scale of the weights")
    saturated.set_ylabel("share of saturated units")
    saturated.set_title("saturation of tanh")
    saturated.legend()
    _gains(gains, results)
    _fans(fans, results)
    return figure


def _variances(ax: Axes, results: Results) -> None:
    means = results["signal_variance"].mean(axis=1)
    layers = np.arange(1, means.shape[1] + 1)
    shown = [k for k, scale in enumerate(results["scales"].tolist()) if scale >= 0.1]
    colors = colormaps["viridis"](np.linspace(0, 0.85, len(shown)))
    for color, place in zip(colors, shown, strict=True):
        ax.plot(layers, results["theory_variance"][place], color=color, linestyle="-", linewidth=1)
        ax.plot(layers, means[place], "o", color=color, markersize=4)
        label = f"{results['scales'][place]:g}"
        if means[place, -1] > 1e-9 and label != "3":  # there is no room for this label
            end = (layers[-1], means[place, -1])
            ax.annotate(label, end, (6, 0), textcoords="offset points", va="center", fontsize=9)
    ax.text(1.0, 1.0, "scale", transform=ax.transAxes, ha="right", va="bottom", fontsize=9)
    ax.set_yscale("log")
    ax.set_ylim(bottom=1e-10)
    ax.set_xlim(0.5, layers[-1] + 1.2)
    ax.set_xlabel("layer")
    ax.set_ylabel("mean squared pre-activation")
    ax.set_title("tanh networks")


def _gains(ax: Axes, results: Results) -> None:
    measured, theory = results["scheme_measured"], results["scheme_theory"]
    places = np.arange(len(theory))[::-1]
    directions = ((1, "blue", "forward", 0.15), (2, "vermilion", "backward", -0.15))
    for column, shade, words, offset in directions:
        means = measured[:, :, column].mean(axis=1)
        bars = 4 * measured[:, :, column].std(axis=1, ddof=1) / measured.shape[1] ** 0.5
        ax.plot(theory[:, column], places + offset, "|", color="black", markersize=15, mew=1.4)
        ax.errorbar(
            means,
            places + offset,
            xerr=bars,
            fmt="o",
            color=COLORS[shade],
            markersize=5,
            label=words,
        )
    names = [LABELS[name].split(", ")[0] for name in results["schemes"].tolist()]
    ax.set_yticks(places, names)
    ax.set_xscale("log")
    ax.set_xlim(0.06, 60)
    ax.grid(False, axis="y")
    ax.set_xlabel("gain of the mean square")
    ax.set_title("one layer")
    ax.legend(loc="upper right")


def _fans(ax: Axes, results: Results) -> None:
    fans, measured, k = results["fans"], results["fan_measured"], int(results["nonzeros"])
    laws = (
        (f"{k} non-zero weights per unit", "blue", "o", np.full(len(fans), k)),
        ("dense", "vermilion", "s", fans),
    )
    for (words, shade, dot, theory), gains in zip(laws, measured, strict=True):
        bars = 4 * gains.std(axis=1, ddof=1) / gains.shape[1] ** 0.5
        ax.plot(fans, theory, color=COLORS[shade], linestyle="-", linewidth=1)
        ax.errorbar(
            fans, gains.mean(axis=1), bars, fmt=dot, color=COLORS[shade], capsize=3, label=words
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xticks(fans, [str(fan) for fan in fans])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("number of inputs m")
    ax.set_ylabel("gain of the mean square")
    ax.set_title("weights N(0, 1)")
    ax.legend(loc="upper left")


def _training(results: Results) -> Figure:
    """Loss and test accuracy against scale, and learning curves of each activation."""
    names = results["curve_activations"].tolist()
    kinds = list(dict.fromkeys(names))
    figure, axes = plotting.panels(2 + len(kinds), height=4.0)
    scales, rates = results["swept_scales"], results["swept_rates"].tolist()
    for ax, name in ((axes[0], "swept_loss"), (axes[1], "swept_test")):
        for place, rate in enumerate(rates):
            shade, line = ("blue", "vermilion", "green")[place], list(LINES)[place]
            values = results[name][:, place].T
            _band(ax, scales, values, f"learning rate {rate:g}", shade, line)
        ax.set_xscale("log")
        ax.set_xlabel("scale of the initial weights")
    chance = 1 / 10
    axes[0].axhline(float(results["train_entropy"]), color="black", linestyle=LINES["dotted"], lw=1)
    axes[0].set_yscale("log")
    axes[0].set_ylabel("final loss (nats)")
    axes[0].set_title("training, tanh")
    axes[0].legend(loc="lower left")
    axes[1].axhline(chance, color="black", linestyle=LINES["dotted"], linewidth=1)
    axes[1].set_ylim(0, 1)
    axes[1].set_ylabel("test accuracy")
    axes[1].set_title("test, tanh")
    epochs = results["train_epochs"]
    schemes = results["curve_schemes"].tolist()
    order = list(dict.fromkeys(schemes))
    for ax, kind in zip(axes[2:], kinds, strict=True):
        for place, (activation, scheme) in enumerate(zip(names, schemes, strict=True)):
            if activation == kind:
                which = order.index(scheme)
                shade, line = SHADES[which], list(LINES)[which % len(LINES)]
                _band(ax, epochs, results["curve_loss"][place], LABELS[scheme], shade, line)
        ax.axhline(float(results["train_entropy"]), color="black", linestyle=LINES["dotted"], lw=1)
        ax.set_ylim(0, 5.2)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("epoch")
        ax.set_ylabel("training loss (nats)")
        ax.set_title(f"{LABELS[kind]}, learning rate {float(results['curve_rate']):g}")
        ax.legend(loc="upper right", fontsize=9.5, labelspacing=0.2)
    return figure
