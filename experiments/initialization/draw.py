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
    finite_width_theory,
    first_growth_record,
    place_of_small_noise,
    predicted_growth,
)
from experiments.lab.contract import Results
from experiments.shared.direct_labels import label_ends
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "symmetry": "Nearly equal units diverge at the rate of theory, and equal ones never do. Eight "
    "tanh units, gradient descent. a: one weight of each unit, from equal weights with noise of "
    "one part in a million: first all units move together, then they diverge. b: distance between "
    "units, for noise of several sizes (16 starts each; dashed: growth at the rate of the most "
    "negative curvature at the network of exact copies, at each step). Without noise, units differ "
    "only by rounding. c: with equal weights the network learns only what one unit can; random "
    "weights alone or random biases alone are enough to learn more. Lines: medians; shaded: "
    "pointwise central 50% of the starts.",
    "signals": "Signals of random networks follow theory before any training, layer by layer. "
    "Weights have the standard deviation scale / √m. a, b: mean squared pre-activation of tanh "
    "networks (points: mean over networks; lines: theory). c: share of units with |tanh| above "
    "0.99. d: gain in mean square of one layer of 60 inputs and 20 outputs, forward and backward "
    "(ticks: theory). e: with a fixed number of non-zero weights per unit, the gain does not "
    "depend on the number of inputs. f: last layer, relative to infinite width (line: term of "
    "order 1/m of theory). Bars in d, e and f: ± 4 standard errors, in d and e smaller than the "
    "points.",
    "training": "Ten hidden layers learn only if the initial weights are neither too small nor too "
    "large. Handwritten digits, 32 units per layer, 20 epochs of stochastic gradient descent. a, "
    "b: Gaussian initial weights with standard deviation scale / √m, at two learning rates "
    "(shaded: pointwise central 95% of the starts). c, d: named schemes at one learning rate "
    "(shaded: central 50%). Lines: medians; dotted: a network that ignores its input, which "
    "“standard” weights never leave. In c, sparse weights begin above the panel. With He's weights "
    "in d, a few starts (not shown) end far above the others: for them the learning rate is nearly "
    "too large.",
}

SHADES = ("blue", "vermilion", "green", "purple", "sky", "orange", "black", "grey")
SHORT = {
    "standard_uniform": "“standard”",
    "lecun_normal": "LeCun, 1/m",
    "he_normal": "He, 2/m",
    "glorot_uniform": "Glorot, 2/(m+n)",
    "orthogonal": "orthogonal",
    "sparse": "sparse",
}
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
SMALL = 0.8  # scales below it are drawn in a panel of their own


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
    ax.plot(results["symmetry_steps"], paths[:, :, 0], color=COLORS["blue"], linestyle="-", lw=1.3)
    ax.text(0.98, 0.97, "one line\nper unit", transform=ax.transAxes, ha="right", va="top")
    ax.set_xlabel("steps")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_ylabel("weight from the first input")
    ax.set_title(f"{paths.shape[1]} units, noise 10⁻⁶")


def _distances(ax: Axes, results: Results) -> None:
    steps, noises = results["symmetry_steps"], results["noises"]
    grown, start = predicted_growth(results), first_growth_record(results)
    for place, noise in enumerate(noises.tolist()):
        distances = np.maximum(results["noisy_apart"][place], 1e-17)
        shade = COLORS[SHADES[place]] if noise else COLORS["grey"]
        ax.plot(steps, distances.T, color=shade, linestyle="-", linewidth=0.6, alpha=0.5)
        exponent = str(round(np.log10(noise or 1))).translate(SUPERSCRIPT)
        where, words = ((0, noise), f"10{exponent}") if noise else ((0, 1e-16), "none")
        ax.annotate(
            words, where, (-3, 0), textcoords="offset points", color=shade, ha="right", va="center"
        )
        if noise:
            theory = np.median(distances[:, start]) * np.exp(grown - grown[start])
            shown = (theory < 1) & (steps >= GROWTH_FROM)
            ax.plot(
                steps[shown], theory[shown], color="black", linestyle=LINES["dashed"], linewidth=1.2
            )
    ax.plot([], [], color="black", linestyle=LINES["dashed"], linewidth=1.2, label="theory")
    ax.set_yscale("log")
    ax.set_ylim(1e-18, 1e1)
    ax.set_xlim(left=-0.36 * steps[-1])
    ax.set_xlabel("steps")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_ylabel("distance between units")
    ax.set_title("distance, by noise")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 0.22))


def _losses(ax: Axes, results: Results) -> None:
    steps = results["symmetry_steps"]
    seeds = results["start_loss"].shape[1]
    ax.plot(steps, results["copied_loss"], color="black", linestyle="-")
    ends = [(float(results["copied_loss"][-1]), "equal weights", "black")]
    series = [
        ("equal, noise 10⁻⁶", results["noisy_loss"][place_of_small_noise(results)]),
        *zip(results["starts"].tolist(), results["start_loss"], strict=True),
    ]
    shades = ("purple", "vermilion", "blue", "green")
    lines = ("dashdot", "dashed", "solid", "dotted")
    for (name, losses), shade, line in zip(series, shades, lines, strict=True):
        _band(ax, steps, losses, shade, line, level=0.5)
        ends.append((float(np.median(losses[:, -1])), name, COLORS[shade]))
    ax.set_yscale("log")
    ax.set_xlim(steps[0], steps[-1])
    ax.set_ylim(1e-3, 4)
    ax.set_xlabel("steps")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_ylabel("mean squared error")
    ax.set_title(f"loss, {seeds} starts")
    label_ends(ax, ends)


def _band(
    ax: Axes,
    x: np.ndarray,
    values: np.ndarray,
    color: str,
    line: str = "solid",
    *,
    level: float = 0.95,
    label: str | None = None,
) -> None:
    """Median and pointwise central share of values (seeds, n), without seeds that diverged."""
    if np.isnan(values).all():
        return
    tail = (1 - level) / 2
    low, center, high = np.nanquantile(values, [tail, 0.5, 1 - tail], axis=0)
    plotting.band(ax, x, center, (low, high), label=label, color=color, line=line)


def _signals(results: Results) -> Figure:
    """Variances by layer, saturation by scale, gains of schemes and by fan-in, finite width."""
    figure, axes = plotting.panels(6, columns=2, height=3.4)
    small = results["scales"] < SMALL
    _variances(axes[0], results, np.flatnonzero(small), "small scales")
    _variances(axes[1], results, np.flatnonzero(~small), "larger scales")
    _saturation(axes[2], results)
    _gains(axes[3], results)
    _fans(axes[4], results)
    _widths(axes[5], results)
    return figure


def _variances(ax: Axes, results: Results, shown: np.ndarray, title: str) -> None:
    means = results["signal_variance"].mean(axis=1, dtype=float)
    layers = np.arange(1, means.shape[1] + 1)
    colors = colormaps["viridis"](np.linspace(0, 0.8, len(shown)))
    ends = []
    for color, place in zip(colors, shown, strict=True):
        ax.plot(
            layers, finite_width_theory(results)[0][place], color=color, linestyle="-", linewidth=1
        )
        ax.plot(layers, means[place], "o", color=color, markersize=4)
        ends.append((float(means[place, -1]), f"scale {results['scales'][place]:g}", color))
    ax.set_yscale("log")
    ax.autoscale_view()
    label_ends(ax, ends)
    ax.set_xlabel("layer")
    ax.set_ylabel("mean squared pre-activation")
    ax.set_title(title)


def _saturation(ax: Axes, results: Results) -> None:
    scales, depth = results["scales"], results["theory_saturated"].shape[1]
    for place, (layer, shade) in enumerate(((0, "orange"), (depth - 1, "blue"))):
        shares = results["signal_saturated"][:, :, layer].mean(axis=1)
        theory = finite_width_theory(results)[1][:, layer]
        ax.plot(
            scales,
            shares,
            "os"[place],
            color=COLORS[shade],
            markersize=5,
            label=f"layer {layer + 1}",
        )
        ax.plot(scales, theory, color=COLORS[shade], linestyle="-", linewidth=1)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("scale of the weights")
    ax.set_ylabel("share of saturated units")
    ax.set_title("saturation of tanh")
    ax.legend()


def _widths(ax: Axes, results: Results) -> None:
    """The last layer's mean square relative to infinite width, measured and in theory."""
    scales, limit = results["scales"], results["theory_variance"][:, -1]
    values = results["signal_variance"][:, :, -1].astype(float) / limit[:, None]
    bars = 4 * values.std(axis=1, ddof=1) / values.shape[1] ** 0.5
    ax.errorbar(
        scales, values.mean(axis=1), bars, fmt="o", color=COLORS["blue"], capsize=3, markersize=5
    )
    ax.plot(
        scales, finite_width_theory(results)[0][:, -1] / limit, color="black", linestyle="-", lw=1
    )
    ax.axhline(1, color=COLORS["grey"], linestyle=LINES["dashed"], linewidth=1)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("scale of the weights")
    ax.set_ylabel("mean square / infinite width")
    ax.set_title(f"layer {results['theory_variance'].shape[1]}, {results['signal_width']} units")


def _gains(ax: Axes, results: Results) -> None:
    measured, theory = results["scheme_measured"], results["scheme_theory"]
    places = np.arange(len(theory))[::-1]
    directions = ((1, "blue", "o", "forward", 0.15), (2, "vermilion", "s", "backward", -0.15))
    for column, shade, dot, words, offset in directions:
        means = measured[:, :, column].mean(axis=1)
        bars = 4 * measured[:, :, column].std(axis=1, ddof=1) / measured.shape[1] ** 0.5
        ax.plot(theory[:, column], places + offset, "|", color="black", markersize=15, mew=1.4)
        ax.errorbar(
            means,
            places + offset,
            xerr=bars,
            fmt=dot,
            color=COLORS[shade],
            markersize=5,
            label=words,
        )
    names = [LABELS[name].split(", ")[0] for name in results["schemes"].tolist()]
    ax.set_yticks(places, names)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlim(0.06, 60)
    ax.grid(False, axis="y")
    ax.set_xlabel("gain of the mean square")
    ax.set_title("one layer")
    ax.legend(loc="upper right")


def _fans(ax: Axes, results: Results) -> None:
    fans, measured, k = results["fans"], results["fan_measured"], int(results["nonzeros"])
    laws = (
        (f"{k} non-zero per unit", "blue", "o", np.full(len(fans), k)),
        ("dense", "vermilion", "s", fans),
    )
    for (words, shade, dot, theory), gains in zip(laws, measured, strict=True):
        bars = 4 * gains.std(axis=1, ddof=1) / gains.shape[1] ** 0.5
        ax.plot(fans, theory, color=COLORS[shade], linestyle="-", linewidth=1)
        ax.errorbar(fans, gains.mean(axis=1), bars, fmt=dot, color=COLORS[shade], capsize=3)
        where = (fans[1], 1.25 * theory[1])
        ax.annotate(words, where, ha="right" if dot == "s" else "left", color=COLORS[shade])
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter("{x:,g}")
    ax.set_ylim(bottom=min(10, 0.7 * k))
    ax.set_xticks(fans, [f"{fan:,}" for fan in fans])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_xlabel("number of inputs m")
    ax.set_ylabel("gain of the mean square")
    ax.set_title("weights N(0, 1)")


def _training(results: Results) -> Figure:
    """Loss and test accuracy against scale, and learning curves of each activation."""
    kinds = list(dict.fromkeys(results["curve_activations"].tolist()))
    figure, axes = plotting.panels(2 + len(kinds), height=3.9)
    _sweep(axes[0], results, "swept_loss")
    _sweep(axes[1], results, "swept_test")
    entropy = float(results["train_entropy"])
    axes[0].axhline(entropy, color="black", linestyle=LINES["dotted"], lw=1)
    axes[0].set_yscale("log")
    axes[0].set_yticks([0.03, 0.1, 0.3, 1, 3])
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].set_ylabel("final training loss (nats)")
    axes[0].set_title("tanh: loss")
    axes[0].legend(title="learning rate", loc="lower left")
    axes[1].axhline(1 / 10, color="black", linestyle=LINES["dotted"], linewidth=1)
    axes[1].set_ylim(0, 1)
    axes[1].set_ylabel("test accuracy")
    axes[1].set_title("tanh: accuracy")
    for ax, kind in zip(axes[2:], kinds, strict=True):
        _curves(ax, results, kind)
    return figure


def _sweep(ax: Axes, results: Results, name: str) -> None:
    for place, rate in enumerate(results["swept_rates"].tolist()):
        shade, line = SHADES[place], list(LINES)[place]
        values = results[name][:, place].T
        _band(ax, results["swept_scales"], values, shade, line, label=f"{rate:g}")
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("scale of the initial weights")


def _curves(ax: Axes, results: Results, kind: str) -> None:
    """Learning curves of the schemes of one activation, with their names at the ends."""
    schemes = results["curve_schemes"].tolist()
    order = list(dict.fromkeys(schemes))
    chosen = [
        place for place, name in enumerate(results["curve_activations"].tolist()) if name == kind
    ]
    ends = []
    for place in chosen:
        shade = SHADES[order.index(schemes[place])]
        losses = results["curve_loss"][place]
        _band(ax, results["train_epochs"], losses, shade, level=0.5)
        end = float(np.nanmedian(losses[:, -1]))
        ends.append((end, SHORT[schemes[place]], COLORS[shade]))
    ax.axhline(float(results["train_entropy"]), color="black", linestyle=LINES["dotted"], lw=1)
    ax.set_xlim(0, results["train_epochs"][-1])
    highest = np.nanquantile(results["curve_loss"][chosen], 0.75, axis=1).max()
    ax.set_ylim(0, min(4, 1.04 * highest))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("epoch")
    ax.set_ylabel("training loss (nats)")
    ax.set_title(f"{LABELS[kind]}, learning rate {float(results['curve_rate']):g}")
    label_ends(ax, ends)
