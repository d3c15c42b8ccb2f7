"""How are the ends of descent drawn: many starts of networks, and a saddle?"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from matplotlib.figure import Figure

from experiments.gradient_descent import local_minima, saddle
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.landscape import LOSS_SURFACES
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "minima": "What is left of the loss of networks with one layer of tanh units from many first "
    "weights, as a share of the variance of the response; line: median. a: after steps of Adam. "
    "b: after L-BFGS, from the same first weights. The levels at which Adam stays with few units "
    "are plateaus, not minima: L-BFGS leaves them. It is caught at others, the less often the "
    "wider the network. c: chance that the best of k starts is not caught (L-BFGS).",
    "saddle": "The surface x²/2 − y²/2 + y⁴/4, with a saddle at 0. a: paths from x = 1 and closer "
    "and closer to the ridge y = 0 (cross: saddle; stars: minima). b: the loss stays at that of "
    "the saddle for 24 steps more with each factor of ten. c: meanwhile the gradient almost "
    "vanishes; dots: its least length; line: theory, up to a factor. d: from the ridge itself, "
    "noise in the gradients drives descent away: root mean square of y (dashed: theory for small "
    "y) and a few paths. In many dimensions, `learning_dynamics` counts the directions down.",
}
SHADES = ("blue", "vermilion", "green", "purple", "orange", "black")
DASHES = ("solid", "dashed", "dashdot", "dotted", "solid", "dashed")


def draw_minima(results: Results) -> Figure:
    """Final losses of both rules, and what restarts gain."""
    figure, (adam, lbfgs, chances) = plotting.panels(3, columns=3, height=3.8)
    widths = results["minima_widths"]
    losses = np.maximum(results["final_losses"], 1e-7)
    spread = np.linspace(-0.3, 0.3, losses.shape[2])
    for ax, rows, title in zip((adam, lbfgs), losses, ("Adam", "L-BFGS"), strict=True):
        for place, row in enumerate(rows):
            ax.plot(place + spread, row, "o", color=COLORS["blue"], markersize=3, alpha=0.5, mew=0)
            ax.plot(
                [place - 0.4, place + 0.4], 2 * [np.median(row)], "-", color=COLORS["vermilion"]
            )
        ax.set_yscale("log")
        ax.set_xticks(range(len(widths)), [str(width) for width in widths])
        ax.set_xlabel("hidden units")
        ax.set_title(title)
    adam.set_ylabel("share of the variance that is left")
    lbfgs.sharey(adam)
    most = 10
    low = local_minima.chance_of_low(local_minima.caught(results["final_losses"])[1], most)
    for place, width in enumerate(widths):
        chances.plot(
            np.arange(1, most + 1),
            low[:, place],
            color=COLORS[SHADES[place]],
            linestyle=LINES[DASHES[place]],
            label=f"{width} units",
        )
    chances.set_ylim(0.3, 1.03)
    chances.set_xlabel("starts k")
    chances.set_ylabel("chance of a low loss")
    chances.legend(loc="lower right")
    return figure


def draw_saddle(results: Results) -> Figure:
    """Paths near a saddle, their losses and gradients, and the way out by noise."""
    figure, (surface, courses, gradients, noise) = plotting.panels(4, height=3.4)
    saddle_surface = LOSS_SURFACES["saddle"]
    x, y = np.linspace(-0.4, 1.2, 121), np.linspace(-1.3, 1.3, 121)
    heights = np.asarray(saddle_surface.loss(jnp.asarray(np.stack(np.meshgrid(x, y)))))
    surface.contour(x, y, heights, 16, colors="#B0B0B0", linewidths=0.7)
    surface.plot(0, 0, "x", color=COLORS["black"], markersize=8, mew=2)
    for minimum in saddle_surface.minima:
        surface.plot(*minimum, "*", color=COLORS["black"], markersize=11)
    surface.set_xlabel("x")
    surface.set_ylabel("y")
    shown = (0, 2, 4, 7)
    for place, start in enumerate(shown):
        path = results["saddle_paths"][start]
        style = {"color": COLORS[SHADES[place]], "linestyle": LINES[DASHES[place]]}
        surface.plot(*path.T, **style)
        loss = np.asarray(saddle_surface.loss(jnp.asarray(path.T)))
        courses.plot(loss, label=f"y₀ = 10⁻{'¹²³⁴⁵⁶⁷⁸'[start]}", **style)
    courses.set_xlim(0, 260)
    courses.set_xlabel("step")
    courses.set_ylabel("loss")
    courses.legend(loc="upper right")
    smallest = saddle.smallest_gradients(results)
    gradients.plot(saddle.STARTS, smallest, "o", color=COLORS["blue"])
    power = (saddle.STARTS / saddle.STARTS[-1]) ** saddle.gradient_exponent()
    gradients.plot(saddle.STARTS, smallest[-1] * power, color=COLORS["black"])
    gradients.set_xscale("log")
    gradients.set_yscale("log")
    gradients.set_xlabel("distance y₀ of the start from the ridge")
    gradients.set_ylabel("least length of the gradient")
    noisy = np.abs(results["noisy_y"])
    steps = np.arange(noisy.shape[1])
    for path in noisy[:12, 1:]:
        noise.plot(steps[1:], path, color=COLORS["sky"], linestyle="-", linewidth=0.7)
    root = np.sqrt(np.mean(noisy[:, 1:] ** 2, axis=0))
    noise.plot(steps[1:], root, color=COLORS["blue"], linestyle="-", label="root mean square")
    small = steps[1:110]
    noise.plot(
        small,
        np.sqrt(saddle.expected_square(small)),
        color=COLORS["black"],
        linestyle=LINES["dashed"],
        label="theory",
    )
    noise.set_yscale("log")
    noise.set_ylim(1e-7, 3)
    noise.set_xlabel("step")
    noise.set_ylabel("|y|")
    noise.legend(loc="lower right")
    return figure
