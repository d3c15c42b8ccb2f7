"""How are the results of `optimizers` drawn?

rates      distance from the minimum of quadratics, step by step
surfaces   paths on surfaces of two parameters
saddle     steps until a saddle is left
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.optimizers import reading
from experiments.optimizers.quadratics import CONDITIONS, METHODS
from experiments.optimizers.surfaces import LEFT, RULES, SADDLE_STARTS
from jaxnn import plotting
from jaxnn.landscape import LOSS_SURFACES
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "rates": "Distance from the minimum of a quadratic, by step t. Dotted: theory, rate^t, or "
    "t rate^t where two roots coincide. a: condition number 10; b: 100; c: 1,000. With the best "
    "settings gradient descent needs a number of steps proportional to the condition number, and "
    "momentum to its square root. d: the learning rate from which each rule diverges, with "
    "curvature 1; lines: theory. With the slide's point W + v, Nesterov's rule is less stable than "
    "gradient descent even without momentum; with W + a v it is gradient descent at a = 0.",
    "surfaces": "Paths of six rules down well-known surfaces, each with the learning rate, of a "
    "grid of powers of two, with the least mean loss along the path. Cross: start; star: a "
    "minimum. Contours: the loss, at equal steps of its logarithm.",
    "saddle": "Steps until a path leaves a saddle (|y| > 0.5), by the distance at which it starts. "
    "Dashed: theory. Rules that follow the size of the gradient need more steps for every factor "
    "of ten; adaptive rules divide by that size, and hardly notice.",
}
SHADES = ("blue", "vermilion", "green", "purple", "orange", "black")
DASHES = ("solid", "dashed", "dashdot", "dotted", "solid", "dashed")


def draw(results: Results) -> dict[str, Figure]:
    """Rates on quadratics, paths on surfaces, and the way out of a saddle."""
    return {
        "rates": _rates(results),
        "surfaces": _surfaces(results),
        "saddle": _saddle(results),
    }


def _rates(results: Results) -> Figure:
    figure, (*axes, limits) = plotting.panels(4, height=3.4)
    distances = results["distances"]
    steps = np.arange(distances.shape[-1])
    for column, (condition, ax) in enumerate(zip(CONDITIONS, axes, strict=True)):
        for place, method in enumerate(METHODS):
            color = COLORS[SHADES[place]]
            course = distances[place, column]
            ax.plot(steps, course, color=color, linestyle=LINES[DASHES[place]], label=method)
            rate = reading.rates()[place, column]
            growth = steps / 40 if reading.DOUBLE_ROOT[place] else 1
            exact = course[40] * growth * rate ** (steps - 40.0)
            ax.plot(steps, exact, color=color, linestyle=LINES["dotted"], linewidth=0.8)
        ax.set_yscale("log")
        ax.set_ylim(1e-12, 10)
        ax.set_xlim(0, (80, 200, 400)[column])
        ax.set_title(f"condition number {condition:,.0f}")
        ax.set_xlabel("step")
        ax.set_ylabel("distance from the minimum")
    axes[2].legend(loc="lower left", fontsize=8)
    _limits(limits, results)
    return figure


def _limits(ax: Axes, results: Results) -> None:
    decays = np.linspace(0, 0.9, 91)
    theory = ((2 + 2 * decays) / (1 + 2 * decays), (2 + 2 * decays) / 3)
    names = ("Nesterov, W + a v", "Nesterov, the slide's W + v")
    for place, (line, name) in enumerate(zip(theory, names, strict=True)):
        color = COLORS[SHADES[place + 1]]
        ax.plot(decays, line, color=color, linestyle=LINES["solid"])
        ax.plot((0, 0.5, 0.9), results["limits"][place + 1], "o", color=color, label=name)
    ax.axhline(2, color=COLORS["blue"], linestyle=LINES["dashed"], label="gradient descent")
    ax.set_xlabel("a")
    ax.set_ylabel("largest learning rate")
    ax.set_ylim(0, 2.4)
    ax.legend(loc="lower right")


def _surfaces(results: Results) -> Figure:
    figure, axes = plotting.panels(6, height=3.6)
    for place, (ax, surface) in enumerate(zip(axes, LOSS_SURFACES.values(), strict=True)):
        (left, right), (low, high) = surface.limits
        x, y = np.linspace(left, right, 241), np.linspace(low, high, 241)
        grid = np.stack(np.meshgrid(x, y))
        loss = np.asarray(surface.loss(jnp.asarray(grid)))
        ax.contour(x, y, np.log(loss - surface.least + 1e-3), 14, colors="#B0B0B0", linewidths=0.7)
        for rule, name in enumerate(RULES):
            path = results["paths"][place, rule]
            ax.plot(
                *path.T,
                color=COLORS[SHADES[rule]],
                linestyle=LINES[DASHES[rule]],
                linewidth=1.4,
                marker=".",
                markersize=2.5,
                label=name,
            )
        ax.plot(*surface.start, "x", color="black", markersize=8, mew=2)
        for minimum in surface.minima:
            ax.plot(*minimum, "*", color="black", markersize=11)
        ax.set_xlim(left, right)
        ax.set_ylim(low, high)
        ax.grid(visible=False)
        ax.set_title(surface.name.replace("_", " "))
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6)
    return figure


def _saddle(results: Results) -> Figure:
    figure, (ax,) = plotting.panels(1, height=3.8)
    found = results["saddle_steps"]
    for rule, name in enumerate(RULES):
        ax.plot(SADDLE_STARTS, found[rule], "o", color=COLORS[SHADES[rule]], label=name)
    for rule, slope in enumerate(reading.steps_per_decade()):
        line = found[rule, 0] + slope * np.log10(SADDLE_STARTS[0] / SADDLE_STARTS)
        ax.plot(SADDLE_STARTS, line, color=COLORS[SHADES[rule]], linestyle=LINES["dashed"])
    ax.set_xscale("log")
    ax.invert_xaxis()
    ax.set_xlabel("distance y from the saddle at the start")
    ax.set_ylabel(f"steps until |y| > {LEFT:g}")
    ax.legend()
    return figure
