"""How is the surface of the strongest interaction drawn, with names that may be any text?"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from jaxnn import plotting
from jaxnn.cli.figures import HEIGHT, NARROW, plain, prediction_label
from jaxnn.cli.results import Explanation
from jaxnn.refits import RefitSurface
from jaxnn.tables import Column
from jaxnn.tables.table import one_line


def surface_figure(results: Explanation, surface: RefitSurface) -> Any:
    """A figure of a surface: of two classes the boundary with its ribbon, otherwise a map."""
    figure, (ax,) = plotting.panels(1, height=HEIGHT + 1.4, width=NARROW)
    table = results.table
    first, second = (_shown_column(column) for column in surface.columns)
    surface = surface._replace(columns=(first, second))
    if table.response_kind == "binary":
        below, above = (plain(level, 16) for level in table.response.levels)
        plotting.plot_boundary(surface, table.y, ax, sides=(below, above))
    else:
        output, label = 0, prediction_label(table)
        if table.response_kind == "categorical":
            output = int(np.bincount(table.y.astype(int)).argmax())
            label = f"P({plain(table.response.levels[output], 16)})"
        plotting.plot_surface(surface, ax, output=output, label=label)
    if (legend := ax.get_legend()) is not None:
        labels = [text.get_text() for text in legend.get_texts()]
        legend.remove()
        handles = [handle for handle in legend.legend_handles if handle is not None]
        figure.legend(handles, labels, loc="outside lower center", ncols=1)
    return figure


def what_is_drawn(surface: RefitSurface) -> str:
    """How the boundary is drawn, for a caption."""
    if surface.threshold is None or surface.refits.ndim > 3:
        return ""
    return (
        ", with the boundary at 1/2 and the ribbon in which refits disagree on the side "
        f"({100 * surface.level:g}%, pointwise)"
    )


def _shown_column(column: Column) -> Column:
    """A column whose name and levels are short and on one line, and still differ."""
    levels = [one_line(level, 16) for level in column.levels]
    levels = [
        f"{level} [{place}]" if levels.count(level) > 1 else level
        for place, level in enumerate(levels, start=1)
    ]
    return dataclasses.replace(
        column, name=one_line(column.name, 40), levels=tuple(levels), values=()
    )
