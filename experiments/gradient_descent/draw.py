"""How are the results of `gradient_descent` drawn?

game        steps on a parabola
minima      what is left of the loss from many starts
saddle      paths near a saddle
batches     gradients of batches, and the noise that they add
conditions  features that are not normalised
separable   a loss without a minimum
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.gradient_descent import draw_batches, draw_conditions, draw_minima, one_dimension
from experiments.gradient_descent.draw_minima import DASHES, SHADES
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "game": "Gradient descent on a parabola of curvature h, from w = 3, with the minimum at 0. "
    "a: steps of fixed length never settle; steps proportional to the slope do. b: with learning "
    "rates η up to 1/h, descent approaches from one side. c: above 1/h it overshoots; up to 2/h it "
    "still converges, and above 2/h it diverges.",
    **draw_minima.CAPTIONS,
    **draw_batches.CAPTIONS,
    **draw_conditions.CAPTIONS,
}


def draw(results: Results) -> dict[str, Figure]:
    """The game, where descent ends, batches, and conditions."""
    return {
        "game": _game(results),
        "minima": draw_minima.draw_minima(results),
        "saddle": draw_minima.draw_saddle(results),
        "batches": draw_batches.draw_batches(results),
        "conditions": draw_conditions.draw_conditions(results),
        "separable": draw_conditions.draw_separable(results),
    }


def _game(results: Results) -> Figure:
    figure, (compared, *rates) = plotting.panels(3, columns=3, height=3.8)
    paths = dict(zip(one_dimension.FACTORS, results["game_paths"], strict=True))
    _paths(
        compared,
        {
            "fixed length": (results["fixed_path"], (6.2, 0.75)),
            "proportional\nto the slope": (paths[0.5], (2.3, 1.75)),
        },
    )
    low, high = [
        {f"η h = {factor:g}": (paths[factor], place) for factor, place in places.items()}
        for places in (
            {0.1: (5, 2.0), 0.5: (2.6, 0.75), 1.0: (1.2, -0.25)},
            {1.5: (0, -6.0), 1.9: (0, -7.3), 2.1: (0, -8.6)},
        )
    ]
    _paths(rates[0], low)
    _paths(rates[1], high)
    for ax in (compared, rates[0]):
        ax.set_ylim(-0.4, 3.15)
    compared.set_ylabel("w")
    return figure


def _paths(ax: Axes, paths: Mapping[str, tuple[np.ndarray, tuple[float, float]]]) -> None:
    """Paths by their labels, each with the place of its label."""
    for number, (label, (path, place)) in enumerate(paths.items()):
        color = COLORS[SHADES[number]]
        ax.plot(path[:13], color=color, linestyle=LINES[DASHES[number]], marker=".")
        ax.text(*place, label, color=color)
    ax.axhline(0, color=COLORS["black"], linewidth=0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("step")
