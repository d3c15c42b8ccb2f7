"""How are results drawn? By functions of an Axes and arrays, which compute no statistics.

    with style():
        figure, axes = panels(2)
        band(axes[0], x, center, interval, label="network")
        save(figure, "figure.png")

figure_style.py   colours, lines, sizes; panels, saving and labels
effects.py        the effects of predictors, in one call
curves.py         its parts: curves with bands, points with bars, a rug
calibration.py    observed against predicted, bin by bin
importance.py     importances with intervals; chances of ranks
interactions.py   interactions of pairs with intervals
surfaces.py       two predictors: a map, its standard error, a boundary with a ribbon
principal_components.py   a map over two principal components
predictions.py    predicted against observed
selection.py      losses along a path of candidates; differences between methods
trees.py          a surrogate tree; importances by several methods
arguments.py      what the drawing functions accept
"""

from jaxnn.plotting.calibration import plot_calibration
from jaxnn.plotting.curves import band, individual_curves, level_points, rug
from jaxnn.plotting.effects import plot_effect, plot_effects
from jaxnn.plotting.figure_style import (
    COLORS,
    LINES,
    STYLE,
    WIDTH,
    axis_label,
    band_label,
    panels,
    save,
    style,
    svg,
)
from jaxnn.plotting.importance import importance_chart, rank_chart
from jaxnn.plotting.interactions import plot_interactions
from jaxnn.plotting.predictions import predicted_versus_observed
from jaxnn.plotting.principal_components import plot_principal_components
from jaxnn.plotting.selection import differences_in_loss, loss_path
from jaxnn.plotting.surfaces import plot_boundary, plot_standard_error, plot_surface
from jaxnn.plotting.trees import method_importances, surrogate_diagram

__all__ = [
    "COLORS",
    "LINES",
    "STYLE",
    "WIDTH",
    "axis_label",
    "band",
    "band_label",
    "differences_in_loss",
    "importance_chart",
    "individual_curves",
    "level_points",
    "loss_path",
    "method_importances",
    "panels",
    "plot_boundary",
    "plot_calibration",
    "plot_effect",
    "plot_effects",
    "plot_interactions",
    "plot_principal_components",
    "plot_standard_error",
    "plot_surface",
    "predicted_versus_observed",
    "rank_chart",
    "rug",
    "save",
    "style",
    "surrogate_diagram",
    "svg",
]
