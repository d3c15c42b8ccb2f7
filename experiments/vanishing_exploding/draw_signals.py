"""How are signals and gradients of random networks drawn, layer by layer?

    gradients, signals   every layer of deep networks: medians and bands over seeds, theory dashed
    gains, spread        factors per layer relative to theory; distributions and exact law
    batch_norm           gradients with and without batch normalisation

Only medians, quantiles and means of the stored arrays are computed here.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from experiments.lab.contract import Results
from experiments.shared.direct_labels import label_ends
from experiments.vanishing_exploding.reading import (
    ACTIVATION_WORDS,
    asymptotic_shares,
    gain_errors,
    gain_label,
    measured_gains,
)
from jaxnn import plotting, propagation
from jaxnn.plotting import COLORS, LINES

SHADES = ("blue", "vermilion", "green")


def gradients(results: Results) -> Figure:
    """Mean squared gradients by layer: ReLU, He's weights, tanh and sigmoids."""
    figure, axes = plotting.panels(4, height=3.5)
    names = results["profile_names"].tolist()
    activations = results["profile_activations"].tolist()
    logs, theory = results["profile_log_gradient"], results["theory_log_gradient"]
    layers = np.arange(1, logs.shape[2] + 1)
    for ax, activation in zip(
        (axes[0], axes[2], axes[3]), ("relu", "tanh", "sigmoid"), strict=True
    ):
        members = [place for place, name in enumerate(activations) if name == activation]
        for shade, place in zip(SHADES, members, strict=False):
            lower, upper = _banded(ax, layers, logs[place], theory[place], shade)
            _named(ax, layers, lower, upper, names[place].split(", ", 1)[1], COLORS[shade])
        ax.set_title({"relu": "ReLU", "tanh": "tanh, biases N(0, 0.05)"}.get(activation, "sigmoid"))
    bound = np.exp((layers[-1] - layers) * np.log(1 / 16))
    axes[3].plot(layers, bound, color="black", linestyle=LINES["dotted"], linewidth=1.3)
    half = len(layers) // 2
    axes[3].annotate(
        "all slopes 1/4",
        (layers[half], bound[half]),
        (-8, 0),
        textcoords="offset points",
        ha="right",
        fontsize=10,
    )
    _he(axes[1], results, layers, names.index("ReLU, N(0, 2/n)"))
    for ax in axes:
        ax.set_xlabel(f"layer (of {layers[-1]})")
        ax.set_ylabel("mean squared gradient / output's")
    axes[1].legend(loc="best")
    _label_band(axes[0], logs.shape[1])
    return figure


def _banded(
    ax: Axes,
    x: np.ndarray,
    logs: np.ndarray,
    theory: np.ndarray | None,
    shade: str,
    label: str | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw exp of the median over seeds, a 95% band of the seeds, and theory dashed.

    Returns:
      The edges of the band, (len(x),) each.
    """
    # In float64, whose range is wide enough for the squares.
    quantiles = np.quantile(logs.astype(float), (0.025, 0.5, 0.975), axis=0)
    lower, middle, upper = np.exp(quantiles)
    ax.fill_between(x, lower, upper, color=COLORS[shade], alpha=0.25, linewidth=0)
    ax.plot(x, middle, color=COLORS[shade], linestyle=LINES["solid"], label=label)
    if theory is not None:
        ax.plot(x, np.exp(theory), color="black", linestyle=LINES["dashed"], linewidth=1.1)
    decades(ax)
    return lower, upper


def _named(
    ax: Axes, x: np.ndarray, lower: np.ndarray, upper: np.ndarray, name: str, color: str
) -> None:
    """Write the name of a band below it if it rises, and otherwise above."""
    place, rises = len(x) // 4, upper[0] < upper[-1]
    ax.annotate(
        name,
        (x[place], (lower if rises else upper)[place]),
        (4, -4) if rises else (0, 4),
        textcoords="offset points",
        va="top" if rises else "bottom",
        color=color,
        fontsize=10,
    )


def decades(ax: Axes) -> None:
    """Make the vertical axis logarithmic, with a few ticks at powers of ten, including 1."""
    ax.set_yscale("log")
    ax.autoscale_view()
    low, high = np.log10(ax.get_ylim())
    step = next(step for step in (1, 2, 3, 5, 10, 20, 50, 100) if (high - low) / step <= 7)
    exponents = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    ax.yaxis.set_major_locator(FixedLocator((10.0**exponents).tolist()))
    ax.yaxis.set_minor_locator(NullLocator())


def _label_band(ax: Axes, seeds: int) -> None:
    """State once per figure what lines, bands and dashes show."""
    words = f"line: median, band: pointwise 95% over {seeds} networks, dashed: theory"
    ax.figure.suptitle(words, fontsize=10)


def _he(ax: Axes, results: Results, layers: np.ndarray, place: int) -> None:
    logs = results["profile_log_gradient"][place]
    for one in logs[:12]:
        ax.plot(
            layers,
            np.exp(one.astype(float)),
            color=COLORS["grey"],
            linestyle=LINES["solid"],
            linewidth=0.6,
            alpha=0.7,
        )
    _banded(ax, layers, logs, results["theory_log_gradient"][place], "vermilion", "measured")
    width = int(results["profile_width"])
    mean, variance = propagation.log_gradient_moments(width, 1)
    above = layers[-1] - layers
    for reach, label in ((0, "exact law"), (-1.96, None), (1.96, None)):
        ax.plot(
            layers,
            np.exp(mean * above + reach * np.sqrt(variance * above)),
            color=COLORS["blue"],
            linestyle=LINES["dotted"],
            linewidth=1.6,
            label=label,
        )
    ax.plot([], [], color=COLORS["grey"], linewidth=0.8, label="12 of the networks")
    ax.set_title("ReLU, N(0, 2/n)")


def signals(results: Results) -> Figure:
    """Variances of pre-activations, and correlations of two inputs, by layer."""
    figure, (left, right) = plotting.panels(2, height=3.9)
    names = results["profile_names"].tolist()
    layers = np.arange(1, results["profile_log_variance"].shape[2] + 1)
    left_names = [name for name in names if name.startswith("ReLU")]
    right_names = [left_names[1], *(name for name in names if name.startswith("tanh"))]
    width, above = int(results["profile_width"]), layers - 1
    drift = propagation.log_gradient_moments(width, 1)[0] * above  # of medians, by the exact law
    ends = []
    for shade, name in zip(SHADES, left_names, strict=True):
        measured = results["profile_log_variance"][names.index(name)]
        theory = results["theory_log_variance"][names.index(name)] + drift
        _banded(left, layers, measured, theory, shade)
        ends.append((float(np.exp(theory[-1])), name.split(", ", 1)[1], COLORS[shade]))
    left.set_xlim(1, layers[-1])
    label_ends(left, ends)
    left.set_ylabel("mean square of pre-activations")
    left.set_title("variance, ReLU")
    ends = []
    keys = ("vermilion", "blue", "green", "purple")
    for number, (name, key) in enumerate(zip(right_names, keys, strict=True)):
        place, shade = names.index(name), COLORS[key]
        measured = results["profile_correlation"][place].astype(float)
        mean = measured.mean(axis=0)
        right.plot(layers, mean, color=shade, linestyle=LINES["solid"])
        _range_bars(right, layers, measured, 1.07**number, shade)
        theory = results["theory_correlation"][place]
        right.plot(layers, theory, color="black", linestyle=LINES["dashed"], linewidth=1.1)
        ends.append((float(mean[-1]), name.replace("N(0, 2/n)", "He"), shade))
    right.set_ylabel("correlation of two inputs")
    right.set_title("correlation")
    right.set_ylim(0, 1.02)
    for ax in (left, right):
        ax.set_xlabel(f"layer (of {layers[-1]})")
    right.set_xscale("log")
    right.set_xlim(1, layers[-1])
    right.xaxis.set_major_formatter("{x:g}")
    label_ends(right, ends)
    return figure


def _range_bars(ax: Axes, layers: np.ndarray, values: np.ndarray, shift: float, shade: str) -> None:
    """Vertical bars over 95% of the networks, at a few layers, each times a shift to the right."""
    places = np.unique(np.geomspace(1, len(layers), 7).astype(int) - 1)
    low, high = np.quantile(values[:, places], (0.025, 0.975), axis=0)
    ax.vlines(layers[places] * shift, low, high, color=shade, linewidth=1.2, alpha=0.8)


def gains(results: Results) -> Figure:
    """Factors per layer relative to theory, forward and backward."""
    figure, (ax,) = plotting.panels(1, height=3.6)
    factors, seeds = results["gain_factors"], results["gain_forward"].shape[1]
    places = np.arange(len(factors))
    for way, shift, shade, marker in (
        ("forward", -0.13, "blue", "o"),
        ("backward", 0.13, "vermilion", "s"),
    ):
        ax.errorbar(
            measured_gains(results, way) / factors,
            places + shift,
            xerr=4 * gain_errors(results),
            fmt=marker,
            color=COLORS[shade],
            capsize=3,
            label=f"{way}, {seeds} networks",
        )
    words = [f"{gain_label(results, place)}: {factor:.3g}" for place, factor in enumerate(factors)]
    ax.axvline(1, color="black", linestyle=LINES["dashed"], linewidth=1)
    ax.set_yticks(places, words)
    ax.invert_yaxis()
    ax.grid(False, axis="y")
    ax.set_xlabel("measured factor of mean squares per layer / theory (bars: ± 4 standard errors)")
    figure.legend(loc="outside upper center", ncols=2)
    return figure


def spread(results: Results) -> Figure:
    """The distribution of ln |J u|^2 at one size, and its variance at all sizes."""
    figure, (left, right) = plotting.panels(2, height=3.8)
    width, layers = results["law_sizes"][0].tolist()
    values, (mean, variance) = results["law_samples"][0], results["law_moments"][0]
    left.hist(values, bins=80, density=True, color=COLORS["sky"], alpha=0.6, label="measured")
    first, last = np.quantile(values, (0.0005, 0.9995))
    x = np.linspace(first, last, 400)
    beta = 5 * layers / width
    laws = ((mean, variance, "black", "solid"), (-beta / 2, beta, "vermilion", "dashed"))
    for (center, square, shade, line), label in zip(laws, ("exact", "asymptotic"), strict=True):
        density = np.exp(-((x - center) ** 2) / (2 * square)) / np.sqrt(2 * np.pi * square)
        left.plot(x, density, color=COLORS[shade], linestyle=LINES[line], label=label)
    left.set_xlim(x[0], x[-1])
    left.set_xlabel("ln |J u|²")
    left.set_ylabel("density")
    left.set_title(f"width {width}, {layers} layers, {len(values):,} networks")
    left.legend(loc="upper left")
    shares, errors, exact = asymptotic_shares(results)
    places = np.arange(len(shares))
    right.errorbar(places, shares, 4 * errors, fmt="o", color=COLORS["blue"], capsize=4)
    right.plot(places, exact, "_", color="black", markersize=26, markeredgewidth=1.6)
    right.axhline(1, color=COLORS["vermilion"], linestyle=LINES["dashed"])
    named = places[:2][-1]  # all to the right of it are lower
    top, law = float(shares[named] + 4 * errors[named]), float(exact[named])
    right.text(named + 0.12, top, "measured", color=COLORS["blue"], va="top", fontsize=10)
    right.text(named + 0.25, law, "exact law", va="center", fontsize=10)
    right.text(-0.4, 1.003, "asymptotic law", color=COLORS["vermilion"], fontsize=10)
    sizes = [f"width {n},\n{count} layers" for n, count in results["law_sizes"].tolist()]
    right.set_xticks(places, sizes, fontsize=10)
    right.set_xlim(-0.5, len(places) - 0.5)
    right.set_ylabel("variance of ln |J u|² / (5L/n)")
    right.set_title("variance over the asymptotic law's")
    return figure


def batch_norm(results: Results) -> Figure:
    """Mean squared gradients by layer, with and without batch normalisation."""
    figure, (left, right) = plotting.panels(2, height=3.8)
    logs = results["batch_log_gradient"]
    layers = np.arange(1, logs.shape[2] + 1)
    below = layers[2:]  # the first layers still see the inputs' own scale
    activations, rows = results["batch_activations"].tolist(), results["batch_rows"].tolist()
    shades = {left: iter(("vermilion", "green")), right: iter(("blue", "purple", "orange"))}
    ends: dict[Axes, list[tuple[float, str, str]]] = {left: [], right: []}
    for place, activation in enumerate(activations):
        ax = right if activation == "identity" else left
        shade = COLORS[next(shades[ax])]
        growth = results["batch_growth"][place]
        name = f"batch of {rows[place]}" if ax is right else ACTIVATION_WORDS[activation]
        sizes = np.exp(logs[place])
        low, high = sizes.min(axis=0), sizes.max(axis=0)
        median = np.median(sizes, axis=0)
        ax.fill_between(layers, low, high, color=shade, alpha=0.25, linewidth=0)
        ax.plot(layers, median, color=shade, linestyle=LINES["solid"])
        theory = growth ** (layers[-1] - below).astype(float)
        ax.plot(below, theory, color="black", linestyle=LINES["dashed"], linewidth=1.1)
        ends[ax].append((float(median[0]), f"{name}:\ntheory {growth:.3f}", shade))
    without = np.median(np.exp(results["profile_log_gradient"][1, :, -len(layers) :]), axis=0)
    left.plot(layers, without, color=COLORS["blue"], linestyle=LINES["dashdot"])
    ends[left].append((float(without[0]), "ReLU, He,\nwithout", COLORS["blue"]))
    for ax, title in ((left, f"batches of {rows[0]}"), (right, "no activation")):
        ax.set_yscale("log")
        ax.set_xlim(layers[-1], layers[0])  # gradients go from right to left
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel("layer (the output at the left)")
        ax.set_ylabel("mean squared gradient / output's")
        ax.set_title(title)
        label_ends(ax, ends[ax], gap=0.14)
    return figure
