"""How are the results of `backpropagation` drawn?

Tables and errata (`draw_tables`), graphs (`draw_graphs`), the agreement of routes, planted errors,
the cost of derivatives, and gradient descent; all from the stored arrays alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from experiments.backpropagation import draw_graphs, draw_tables
from experiments.backpropagation.derivative_cost import MULTIPLES
from experiments.backpropagation.logistic_descent import PATHS
from experiments.backpropagation.planted_rules import TOLERANCE
from experiments.backpropagation.reading import CHEAP, EXACT, NUMERICAL, PRODUCT, disagreements
from experiments.backpropagation.six_routes import DIFFERENCES, REFERENCE, ROUTES
from experiments.lab.contract import Results
from experiments.shared.direct_labels import label_ends
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "loss_a": "The lecture's table of a loss, as the tracer computes it, beside the numbers on the "
    "slide. The observation has y = 1, at X = 3, W = 3. Below each number is the number on the "
    "slide, with ✗ where it differs: one wrong sign, in the partial derivative of ξ₄, passes "
    "through all later rows of forward mode to the result dL/dW. The slides print no numbers for "
    "reverse mode; its result is in the row of W.",
    "loss_b": "The table of the loss for an observation with y = 0. On the slide it has only "
    "formulas; they are evaluated at X = 3, W = 3. The logarithm and last factor are wrong; the "
    "result is right.",
    "logistic": "Logistic regression with two coefficients at x = 1.4, β = (0.3, −0.7). Above: "
    "every step for y = 0, with the tangent along β₀. Below: the lecture's factors; the sign on "
    "the slide is wrong when y = 0.",
    "graphs": "Computational graphs, drawn from the tracer's rows: values flow down (blue), "
    "adjoints dL/dξ flow back up (orange), and local partials are beside the arrows. Left: the "
    "lecture's neuron and loss. Right: squared error of a network with two inputs, two tanh units "
    "and one output; inputs are numbers, and the nine parameters are framed in grey.",
    "heart": "The gradient of a network's loss on the Heart data by six routes. Each point is one "
    "parameter: the distance of a route from the tracer's reverse mode, against the size of that "
    "entry. Exact routes differ only by rounding (dashed: 2⁻⁵² of the largest entry), differences "
    "by their own error. Entries at 0 are equal to the last bit.",
    "agreement": "Six routes to the gradient of every function that this project differentiates "
    "agree. Each function is once from the library and once written by hand; each dot is one "
    "function, at the largest relative distance of a route from the tracer's reverse mode over all "
    "entries. Dashed: the limits set beforehand.",
    "planted": "One rule of the tracer at a time is made wrong by one part in a thousand. Dots and "
    "squares: the largest difference between two routes that check_derivatives then finds; "
    "crosses: the same with all rules right. Dashed: its tolerance.",
    "cost": "Operations of derivatives, counted one by one, over the operations of the loss itself "
    "(tanh networks, 32 rows). a: by the number of parameters. b: value and gradient, and products "
    "of the Hessian with a vector, by the number of inputs; at the right: units of the hidden "
    "layers. Dashed: the limits set beforehand.",
    "descent": "Gradient descent goes up if its gradient has the sign that the lecture prints for "
    "y = 0. Logistic regression of heart disease on age (standardised). a: contours of the loss, "
    "and the paths by hand, by the tracer and as printed; the last leaves the picture. b: the loss "
    "along the paths, in nats per observation; dotted: the least loss reached.",
    "errata_derivatives": "Errata of the lecture, 1–10: derivatives. Evidence: the number by the "
    "slide (orange), in closed form (grey), and computed here by the tracer (black). The slide "
    "prints it, or has a formula for it, or its words are taken literally. "
    "“Convention”: a matter of names or wording. “Transcript”: perhaps a mistake in the copy, not "
    "in the lecture.",
    "errata_training": "Errata 11–20: networks, gradient descent and optimisers.",
    "errata_regularisation": "Errata 21–30: initialisation, regularisation, interpretation.",
    "agreement_by_function": "Appendix: the agreement of six routes, function by function. Each "
    "point is the largest relative distance of a route from the tracer's reverse mode over all "
    "entries; points at 0 are equal to the last bit. Dashed: the limits set beforehand.",
}


SHADES = ("blue", "black", "green", "purple", "orange", "vermilion")  # one per route
MARKERS = ("o", "", "s", "^", "D", "x")
SIZES = (7, 0, 5.5, 4.5, 2.5, 4)  # hollow markers of different sizes do not hide each other
FLOOR, ENTRY_FLOOR = 1e-19, 1e-22  # where distances of 0 are drawn on logarithmic axes


def draw(results: Results) -> dict[str, Figure]:
    """All figures; the main one is the lecture's first table."""
    return {
        "loss_a": draw_tables.trace("loss_a", results),
        "loss_b": draw_tables.trace("loss_b", results),
        "logistic": draw_tables.logistic(results),
        "graphs": draw_graphs.graphs(results),
        "heart": _heart(results),
        "agreement": _agreement(results),
        "planted": _planted(results),
        "cost": _cost(results),
        "descent": _descent(results),
        "errata_derivatives": draw_tables.errata(results, 1, 10),
        "errata_training": draw_tables.errata(results, 11, 20),
        "errata_regularisation": draw_tables.errata(results, 21, 30),
        "agreement_by_function": _agreement_by_function(results),
    }


def _heart(results: Results) -> Figure:
    """Distance of each route from the reference, entry by entry."""
    figure, (ax,) = plotting.panels(1, height=4.6)
    gradients = results["heart_gradients"]
    sizes = np.abs(gradients[REFERENCE])
    for route in _others():
        distance = np.abs(gradients[route] - gradients[REFERENCE])
        ax.plot(sizes, np.maximum(distance, ENTRY_FLOOR), MARKERS[route], mfc="none", mew=0.6,
                color=COLORS[SHADES[route]], markersize=0.7 * SIZES[route], alpha=0.7,
                linestyle="none", label=ROUTES[route])  # fmt: skip
    rounding = np.finfo(float).eps * sizes.max()
    ax.axhline(rounding, color=COLORS["grey"], linewidth=1.2, linestyle=LINES["dashed"])
    ax.set(xscale="log", yscale="log", xlabel="size of the entry, |dL/dw|")
    ax.set_ylabel(f"distance from {ROUTES[REFERENCE]}")
    ax.set_ylim(bottom=ENTRY_FLOOR / 4)
    _decades(ax.yaxis, ENTRY_FLOOR, (-20, -18, -16, -14))
    ax.text(0.99, ENTRY_FLOOR * 3, "equal to the last bit", transform=ax.get_yaxis_transform(),
            ha="right", fontsize=10)  # fmt: skip
    net = "-".join(map(str, results["heart_sizes"].tolist()))
    patients = int(results["heart_rows"])
    ax.set_title(f"{net} tanh network, {len(sizes)} parameters, {patients} patients")
    figure.legend(loc="outside upper center", ncols=3, markerscale=1.4)
    return figure


def _decades(axis: Axis, zero: float, exponents: Sequence[int]) -> None:
    """Ticks of a logarithmic axis, with the text "0" where distances of 0 are drawn."""
    ticks = {zero: "0"} | {10.0**exponent: f"$10^{{{exponent}}}$" for exponent in exponents}
    axis.set_ticks(list(ticks), list(ticks.values()))
    axis.set_minor_locator(NullLocator())


def _others() -> list[int]:
    return [route for route in range(len(ROUTES)) if route != REFERENCE]


def _distances(results: Results) -> np.ndarray:
    """Largest relative distance of each route from the reference, (functions, routes)."""
    return disagreements(results["gradients"], results["entry_function"], results["entry_array"])[
        :, REFERENCE
    ]


def _agreement(results: Results) -> Figure:
    """Distance of each route from the reference, one dot per function."""
    distance = np.maximum(_distances(results), FLOOR)
    figure, (ax,) = plotting.panels(1, height=3.4)
    count = len(distance)
    spread = 0.28 * np.sin(2.4 * np.arange(count))  # so that dots do not hide each other
    for place, route in enumerate(_others()):
        shade = COLORS[SHADES[route]]
        ax.plot(distance[:, route], place + spread, "o", color=shade, markersize=4, alpha=0.55,
                mew=0, linestyle="none")  # fmt: skip
    for limit, words in ((EXACT, "limit, exact"), (NUMERICAL, "limit, differences")):
        ax.axvline(limit, color=COLORS["grey"], linewidth=1.2, linestyle=LINES["dashed"])
        ax.text(limit, -0.62, f"{words} ", ha="right", fontsize=10)
    ax.text(1.4 * FLOOR, -0.62, "equal to the last bit", fontsize=10)
    ax.set_yticks(range(len(_others())), [ROUTES[route] for route in _others()])
    ax.set_ylim(len(_others()) - 0.5, -0.95)
    _relative_distance(ax, (-16, -13, -10, -7))
    ax.set_xlabel(f"largest relative distance from {ROUTES[REFERENCE]}; each dot is a function")
    return figure


def _relative_distance(ax: Axes, exponents: Sequence[int]) -> None:
    ax.set_xscale("log")
    ax.set_xlim(FLOOR / 8, 1e-6)
    _decades(ax.xaxis, FLOOR, exponents)


def _agreement_by_function(results: Results) -> Figure:
    """The same, function by function."""
    distance = _distances(results)
    groups, names = results["route_groups"].tolist(), results["route_names"].tolist()
    first = {group: place for place, group in reversed(list(enumerate(groups)))}
    order = sorted(range(len(groups)), key=lambda place: (first[groups[place]], place))
    halves = np.array_split(np.array(order), 2)
    figure, axes = plotting.panels(2, height=0.175 * len(halves[0]) + 1.4, letters=False)
    for ax, half in zip(axes, halves, strict=True):
        rows = np.arange(len(half))
        for route in _others():
            ax.plot(np.maximum(distance[half, route], FLOOR), rows, MARKERS[route], mfc="none",
                    color=COLORS[SHADES[route]], markersize=SIZES[route], linestyle="none",
                    label=ROUTES[route])  # fmt: skip
        for limit, shade in ((EXACT, "black"), (NUMERICAL, SHADES[DIFFERENCES])):
            ax.axvline(limit, color=COLORS[shade], linewidth=1, linestyle=LINES["dashed"])
        ax.set_yticks(rows, [_short(groups[place], names[place]) for place in half])
        ax.set_ylim(len(half) - 0.4, -0.6)
        _relative_distance(ax, (-15, -10, -7))
        ax.set_xlabel("relative distance")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside upper center", ncols=3,
        title=f"largest relative distance from {ROUTES[REFERENCE]} to", alignment="center",
    )  # fmt: skip
    return figure


def _short(group: str, name: str) -> str:
    words = {"initialiser to loss": "from ", "loss of a response": "loss, ", "lecture": "lecture: "}
    alone = ("layer", "loss", "mean of a response", "other")
    return name if group in alone else words.get(group, f"{group} ") + name


def _planted(results: Results) -> Figure:
    """Disagreement between routes with one rule wrong, and with all rules right."""
    names = results["planted_names"].tolist()
    figure, (ax,) = plotting.panels(1, height=4.2)
    places = np.arange(len(names))
    modes = results["planted_modes"].tolist()
    for place, (mode, shade, marker, shift) in enumerate(
        zip(modes, ("blue", "vermilion"), "os", (-0.13, 0.13), strict=True)
    ):
        ax.plot(places + shift, results["planted_sizes"][:, place], marker, color=COLORS[shade],
                markersize=5, linestyle="none", label=f"{mode} rule × 1.001")  # fmt: skip
    ax.plot(places, results["unplanted_sizes"], "x", color="black", linestyle="none",
            label="all rules right")  # fmt: skip
    ax.axhline(TOLERANCE, color=COLORS["grey"], linestyle=LINES["dashed"], linewidth=1.2)
    ax.set_xticks(places, names, rotation=60, ha="right", rotation_mode="anchor")
    ax.set_yscale("log")
    ax.set_ylim(1e-16, 1e-2)
    ax.set_ylabel("largest relative difference")
    ax.set_xlabel("primitive whose rule is wrong")
    figure.legend(loc="outside upper center", ncols=3)
    return figure


def _cost(results: Results) -> Figure:
    """Operations over those of the loss, against parameters and against inputs."""
    figure, (left, right) = plotting.panels(2, height=4.1)
    nets, multiples = results["cost_hidden"].tolist(), results["cost_multiples"]
    words = MULTIPLES
    counts, forward = results["forward_parameters"], results["forward_multiples"]
    left.plot(counts, forward, "s-", color=COLORS["vermilion"])
    for which, shade, marker in ((1, "purple", "^"), (0, "blue", "o")):
        left.plot(results["cost_parameters"].ravel(), multiples[..., which].ravel(), marker,
                  color=COLORS[shade], linestyle="none", markersize=5)  # fmt: skip
    below = {"color": COLORS["grey"], "linestyle": LINES["dashed"], "linewidth": 1.2}
    left.axhline(CHEAP, **below)
    left.set(xscale="log", yscale="log", xlabel="number of parameters", ylim=(1, 6e3))
    left.set_ylabel("operations / operations of the loss")
    most = results["cost_parameters"].max()
    left.text(0.02, 0.98, "gradient by forward mode,\none parameter at a time", va="top",
              transform=left.transAxes, fontsize=10)  # fmt: skip
    for text, height in ((words[1], 12), (f"{words[0]}: below {CHEAP:g}", 1.3)):
        left.text(most, height, text, ha="right", fontsize=10)
    ends = []
    for place, (net, shade, line) in enumerate(
        zip(nets, ("green", "sky", "blue"), ("dotted", "dashed", "solid"), strict=False)
    ):
        for which, marker in ((0, "o"), (1, "^")):
            right.plot(results["cost_inputs"], multiples[place, :, which], marker,
                       linestyle=LINES[line], color=COLORS[shade], markersize=5)  # fmt: skip
        ends.append((multiples[place, -1, 1], net, COLORS[shade]))
    for limit, which in ((CHEAP, 0), (PRODUCT, 1)):
        right.axhline(limit, **below)
        text = f"{words[which]}: below {limit:g}"
        right.text(results["cost_inputs"].max(), limit + 0.12, text, ha="right", fontsize=10)
    right.set(xscale="log", xlabel="number of inputs", ylim=(0, 11.2))
    right.set_ylabel("operations / operations of the loss")
    _plain_ticks(right, results["cost_inputs"])
    label_ends(right, ends)
    return figure


def _plain_ticks(ax: Axes, values: np.ndarray) -> None:
    ticks = values[::2] if len(values) > 6 else values
    ax.xaxis.set_major_locator(FixedLocator(ticks.tolist()))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_locator(NullLocator())


def _descent(results: Results) -> Figure:
    """Paths over the loss, and the loss along them."""
    figure, (left, right) = plotting.panels(2, height=4.0)
    b0, b1 = results["landscape_b0"], results["landscape_b1"]
    surface = results["landscape"]
    levels = surface.min() + np.geomspace(2e-3, np.ptp(surface), 12)
    left.contour(b0, b1, surface, levels=levels, colors="0.75", linewidths=0.8)
    looks = (
        ("blue", "o", 8, "none", "solid"),
        ("green", ".", 6, None, "solid"),
        ("vermilion", "x", 6, None, "dashed"),
    )
    for path, losses, (shade, marker, size, face, line) in zip(
        results["descent_paths"], results["descent_losses"], looks, strict=True
    ):
        style = {
            "color": COLORS[shade], "marker": marker, "markersize": size, "linewidth": 1,
            "linestyle": LINES[line], "markerfacecolor": face,
        }  # fmt: skip
        left.plot(path[:, 0], path[:, 1], **style)
        right.plot(np.arange(len(losses)), losses, **style)
    left.set(xlim=(b0[0], b0[-1]), ylim=(b1[0], b1[-1]), xlabel="β₀", ylabel="β₁ (slope of age)")
    left.set_title("paths from the same start")
    right.set(xlabel="step", ylabel="loss (nats per observation)")
    lowest = results["descent_losses"][:2].min()
    right.axhline(lowest, color=COLORS["grey"], linewidth=1, linestyle=LINES["dotted"])
    hand, tracer, printed = PATHS
    rising = results["descent_losses"][2]
    right.text(len(rising) - 1, lowest + 0.05 * rising[-1], f"{hand} (circles), {tracer} (dots)",
               ha="right", fontsize=10)  # fmt: skip
    half = len(rising) // 2
    right.text(half - 1, rising[half], printed, ha="right", color=COLORS["vermilion"], fontsize=10)
    return figure
