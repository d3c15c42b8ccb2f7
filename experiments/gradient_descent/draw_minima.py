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
    "minima": "Final losses of networks with one layer of tanh units, from many initial weights. "
    "The loss is a share of the variance of the response; line: median. Black: ends that lead to a "
    "poor local minimum when followed in double precision. a: after steps of Adam. b: after "
    "L-BFGS, from the same initial weights. With 2 units Adam ends in poor minima; L-BFGS stays on "
    "a plateau near 0.84, which is not a minimum. c: chance that the best of k starts has a low "
    "loss, at most 0.05 above the least of its width.",
    "saddle": "Gradient descent near the saddle at 0 of x²/2 − y²/2 + y⁴/4. a: paths from x = 1, "
    "near and nearer to the ridge y = 0 (cross: saddle; stars: minima). b: the loss stays at that "
    "of the saddle for 24 more steps if the start is ten times closer (labels: y₀ at the start). "
    "c: meanwhile the gradient almost vanishes; dots: its least length; line: theory, up to a "
    "factor. d: from the ridge itself, noise in the gradients drives descent away: root mean "
    "square of y (dashed: theory for small y), and a few paths. In many dimensions, "
    "`learning_dynamics` counts the directions down.",
}
SHADES = ("blue", "vermilion", "green", "purple", "orange", "black")
DASHES = ("solid", "dashed", "dashdot", "dotted", "solid", "dashed")


def draw_minima(results: Results) -> Figure:
    """Final losses of both rules, and what restarts gain."""
    figure, (adam, lbfgs, chances) = plotting.panels(3, columns=3, height=3.8)
    widths = results["minima_widths"]
    losses = np.maximum(results["final_losses"], 1e-7)
    minima = local_minima.at_minimum(results["final_losses"], results["followed"])
    spread = np.linspace(-0.3, 0.3, losses.shape[2])
    lbfgs.sharey(adam)
    for rule, ax in enumerate((adam, lbfgs)):
        for place, row in enumerate(losses[rule]):
            for rows, color in ((~minima[rule, place], "blue"), (minima[rule, place], "black")):
                x = place + spread[rows]
                ax.plot(x, row[rows], "o", color=COLORS[color], markersize=3, alpha=0.5, mew=0)
            ax.plot(
                [place - 0.4, place + 0.4],
                2 * [np.median(row)],
                "-",
                color=COLORS["vermilion"],
                zorder=1,
            )
        ax.set_yscale("log")
        ax.set_xticks(range(len(widths)), [str(width) for width in widths])
        ax.set_xlabel("hidden units")
        ax.set_title(local_minima.NAMES[rule])
    adam.set_ylabel("share of the variance that is left")
    most = 10
    starts = np.arange(1, most + 1)
    high = local_minima.ends_high(results["final_losses"])
    for rule, dashes in enumerate(("solid", "dashed")):
        low = local_minima.chance_of_low(high[rule], most)
        for place in range(min(3, len(widths))):
            style = {"color": COLORS[SHADES[place]], "linestyle": LINES[dashes]}
            label = None if rule else f"{widths[place]} units"
            marker = "osD"[place]
            chances.plot(starts, low[:, place], marker, markersize=4.5, label=label, **style)
    for name, dashes in zip(local_minima.NAMES, ("solid", "dashed"), strict=True):
        chances.plot([], [], color=COLORS["grey"], linestyle=LINES[dashes], label=name)
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
    white = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # hides contours
    for place, start in enumerate((0, 2, 4, 7)):
        path = results["saddle_paths"][start]
        style = {"color": COLORS[SHADES[place]], "linestyle": LINES[DASHES[place]]}
        name = f"10⁻{'¹²³⁴⁵⁶⁷⁸'[start]}"
        if place < 2:  # the others cannot be told from the second
            surface.plot(*path.T, **style)
            words, at = f"y₀ = {name}", (0.78, (0.27, -0.15)[place])
            surface.text(*at, words, color=style["color"], bbox=white)
        loss = np.asarray(saddle_surface.loss(jnp.asarray(path.T)))
        courses.plot(loss, **style)
        half = int(np.argmax(loss < -0.12))
        courses.text(half + 4, -0.1, name, color=style["color"])
    courses.set_xlim(0, 260)
    courses.set_xlabel("step")
    courses.set_ylabel("loss")
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
    noise.set_xlim(0, 200)
    noise.set_yscale("log")
    noise.set_ylim(1e-7, 3)
    noise.set_xlabel("step")
    noise.set_ylabel("|y|")
    noise.legend(loc="lower right")
    return figure
