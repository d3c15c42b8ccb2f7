"""How are the results of `gradient_descent` drawn?

game        steps on a parabola
minima      what is left of the loss from many starts
saddle      paths near a saddle
batches     gradients of batches, and the noise that they add
conditions  features that are not normalised
separable   a loss without a minimum
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.gradient_descent import draw_batches, draw_conditions, draw_minima, one_dimension
from experiments.gradient_descent.draw_minima import DASHES, SHADES
from experiments.lab.contract import Results
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "game": "Gradient descent on a parabola of curvature h from w = 3. a: steps of fixed length "
    "never settle; steps proportional to the slope do. b: the learning rate e decides: below 1/h "
    "it approaches from one side, up to 2/h it overshoots and still converges, above 2/h it "
    "diverges.",
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
    figure, (compared, rates) = plotting.panels(2, height=3.6)
    steps = np.arange(one_dimension.STEPS + 1)
    shown = steps <= 12
    proportional = results["game_paths"][one_dimension.FACTORS.index(0.5)]
    for place, (path, label) in enumerate(
        ((results["fixed_path"], "fixed length"), (proportional, "proportional to the slope"))
    ):
        compared.plot(
            steps[shown],
            path[shown],
            color=COLORS[SHADES[place]],
            linestyle=LINES[DASHES[place]],
            marker=".",
            label=label,
        )
    for place, (factor, path) in enumerate(
        zip(one_dimension.FACTORS, results["game_paths"], strict=True)
    ):
        rates.plot(
            steps[shown],
            path[shown],
            color=COLORS[SHADES[place]],
            linestyle=LINES[DASHES[place]],
            marker=".",
            label=f"e h = {factor:g}",
        )
    rates.set_ylim(-8, 14)
    for ax in (compared, rates):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("step")
        ax.set_ylabel("w")
        ax.legend(loc="upper right", ncols=1 if ax is compared else 3)
    return figure
