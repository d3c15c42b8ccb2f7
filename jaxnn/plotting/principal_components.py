"""How is the response drawn over two principal components in one call? As a map with a caution."""

from __future__ import annotations

import textwrap
from contextlib import nullcontext

import numpy as np
from matplotlib.axes import Axes

from jaxnn.errors import InputError, check_count
from jaxnn.inspection.principal_components import ComponentPicture
from jaxnn.inspection.surfaces import Surface
from jaxnn.plotting.arguments import check_axes, check_texts
from jaxnn.plotting.figure_style import panels, style
from jaxnn.plotting.surfaces import plot_surface
from jaxnn.results import check_result
from jaxnn.tables import numeric_columns

LINE = 78  # letters of the caution


def plot_principal_components(
    picture: ComponentPicture,
    ax: Axes | None = None,
    *,
    output: int = 0,
    label: str = "prediction",
    largest: int = 3,
) -> Axes:
    """Draw the prediction over the plane of two principal components, with the rows as dots.

    The axes name the features with the largest loadings, and the title says how much of the rows
    and of their predictions the plane holds.

    Args:
      picture: as from `jaxnn.inspection.principal_component_picture`.
      ax: where to draw; None makes a figure.
      output: which output is drawn, if there are several.
      label: of the colours.
      largest: how many features each axis names.

    Returns:
      The axes; the colour bar is beside them.

    Raises:
      InputError, InputTypeError: something else, replicates, or an output that there is not.

    Example:
      >>> from jaxnn.inspection import principal_component_picture
      >>> X = np.random.default_rng(0).normal(size=(50, 2))
      >>> ax = plot_principal_components(principal_component_picture(lambda X: X[:, 0], X))
      >>> ax.get_xlabel().split(":")[0]
      'component 1 (59% of the variance)'
    """
    axes = {"features": "d", "loadings": "d two", "variance_share": "two", "points": "n two"}
    check_result(picture, "picture", ComponentPicture, "principal_component_picture", **axes)
    sides = tuple(len(grid) for grid in picture.grids)
    if picture.prediction.shape[:2] != sides or picture.nearby.shape != sides:
        raise InputError(
            f"picture has the prediction of shape {picture.prediction.shape} over {sides} values; "
            "pass one without a replicate axis, as principal_component_picture returns it."
        )
    check_axes(ax, optional=True)
    check_texts(label=label)
    check_count(largest, "largest")
    names = [_axis_name(picture, component, largest) for component in (0, 1)]
    first, second = numeric_columns(names)
    surface = Surface(
        (0, 1), (first, second), picture.grids, picture.prediction, picture.nearby, picture.points
    )
    with style() if ax is None else nullcontext():
        ax = panels(1, height=6.2, width=7.5)[1][0] if ax is None else ax
        plot_surface(surface, ax, output=output, label=label)
        caution = textwrap.fill(picture.caution, LINE)
        ax.set_title(caution, fontsize="small", loc="left", pad=28, parse_math=False)
    return ax


def _axis_name(picture: ComponentPicture, component: int, largest: int) -> str:
    """Which component it is, its share of the variance, and its largest loadings."""
    loadings = picture.loadings[:, component]
    order = np.argsort(-np.abs(loadings), kind="stable")[:largest]
    mixed = [
        f"{loadings[place]:.2f} {picture.features[place]}" for place in order if loadings[place]
    ]
    more = ", ..." if len(loadings) > len(mixed) else ""
    share = picture.variance_share[component]
    return f"component {component + 1} ({share:.0%} of the variance):\n{', '.join(mixed)}{more}"
