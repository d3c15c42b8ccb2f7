"""How are paths on surfaces of two parameters drawn, standing still and step by step?"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.lab.animation import Animation
from experiments.lab.contract import Results
from experiments.optimizers.reading import surface_name
from experiments.optimizers.surfaces import RULES
from jaxnn import plotting
from jaxnn.landscape import LOSS_SURFACES, LossSurface
from jaxnn.plotting import COLORS, LINES

SHADES = ("blue", "vermilion", "green", "purple", "orange", "black")
DASHES = ("solid", "dashed", "dashdot", "dotted", "solid", "dashed")
WIDTHS = (2.8, 2.4, 2.1, 1.8, 1.5, 1.2)  # so that the edges of a path below another are seen
DPI = 100  # of the animation
LAST_FRAMES = 15  # for which the ends of the paths stand still


def surfaces(results: Results) -> Figure:
    """Whole paths of all rules, one panel per surface."""
    figure, axes = plotting.panels(len(LOSS_SURFACES), height=3.6)
    for place, (ax, surface) in enumerate(zip(axes, LOSS_SURFACES.values(), strict=True)):
        _contours(ax, surface)
        for rule, name in enumerate(RULES):
            ax.plot(
                *results["paths"][place, rule].T,
                color=COLORS[SHADES[rule]],
                linestyle=LINES[DASHES[rule]],
                linewidth=WIDTHS[rule],
                label=name,
            )
            end = results["paths"][place, rule, -1]
            ax.plot(*end, "o", markersize=3 * WIDTHS[rule], color=COLORS[SHADES[rule]])
        ax.set_xlabel("x")
        ax.set_ylabel("y")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=6)
    return figure


def paths(results: Results) -> Animation:
    """The same paths, one step after the other."""
    figure, axes = plotting.panels(len(LOSS_SURFACES), columns=3, height=2.7, letters=False)
    figure.set_dpi(DPI)
    crisp = {"antialiased": False}  # few colours, so that a GIF keeps what changes alone
    courses = results["paths"].astype(float)
    lines, heads = [], []
    for ax, surface in zip(axes, LOSS_SURFACES.values(), strict=True):
        _contours(ax, surface, points=101, **crisp)
        ax.set_xticks([])
        ax.set_yticks([])
        for shade, name in zip(SHADES, RULES, strict=True):
            style = {"color": COLORS[shade], **crisp}
            lines += ax.plot([], [], linestyle="-", linewidth=1.2, label=name, **style)
            heads += ax.plot([], [], "o", markersize=5, **style)
    figure.legend(handles=lines[: len(RULES)], loc="outside lower center", ncols=6)
    title = figure.suptitle("step 0", fontsize=11)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # the layout of the first frame is that of all
    steps = shown_steps(courses.shape[2] - 1)
    courses = courses.reshape(-1, *courses.shape[2:])

    def show(frame: int) -> None:
        step = steps[frame]
        title.set_text(f"step {step}")
        for course, line, head in zip(courses, lines, heads, strict=True):
            line.set_data(*course[: step + 1].T)
            head.set_data(*course[step : step + 1].T)

    return Animation(figure, [*lines, *heads, title], show, len(steps))


def shown_steps(steps: int) -> np.ndarray:
    """The step of each frame: every step at first, every tenth at the end, and then the last."""
    dense = np.round(np.geomspace(1, steps, 80)).astype(int)
    return np.concatenate([np.unique([0, *dense]), np.full(LAST_FRAMES, steps)])


def _contours(ax: Axes, surface: LossSurface, points: int = 121, **style: Any) -> None:
    """The loss, at equal steps of its logarithm; a cross at the start and stars at minima."""
    (left, right), (low, high) = surface.limits
    x, y = np.linspace(left, right, points), np.linspace(low, high, points)
    loss = np.asarray(surface.loss(jnp.asarray(np.stack(np.meshgrid(x, y)))))
    height = np.log(loss - surface.least + 1e-3)
    ax.contour(x, y, height, 14, colors="#B0B0B0", linewidths=0.7, **style)
    ax.plot(*surface.start, "x", color="black", markersize=8, mew=2)
    for minimum in surface.minima:
        ax.plot(*minimum, "*", color="black", markersize=13, mec="white", zorder=3)
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)
    ax.grid(visible=False)
    ax.set_title(surface_name(surface.name))
