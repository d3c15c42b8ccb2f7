"""Where do the names of lines go? Beside their ends, moved apart where they would overlap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes

POINTS_PER_LINE = 14  # from the middle of one label to that of the next
POINTS_PER_INCH = 72
SHARE_FOR_DATA = 0.8  # of the height of a panel, about; the rest is for its labels


def label_ends(
    ax: Axes,
    x: float,
    ends: Mapping[str, float],
    colors: Sequence[str],
    height: float,
) -> None:
    """Write the names of lines on the right of their ends.

    Args:
      ax: the axes, whose limits are final.
      x: where the lines end.
      ends: their heights there, by name.
      colors: of the names, in the same order.
      height: of the panel with its labels, in inches.
    """
    names = list(ends)
    transform = ax.yaxis.get_transform()
    bottom, top = transform.transform(np.array(ax.get_ylim()))
    per_line = (top - bottom) * POINTS_PER_LINE / (POINTS_PER_INCH * SHARE_FOR_DATA * height)
    wanted = transform.transform(np.array([ends[name] for name in names]))
    places = transform.inverted().transform(moved_apart(wanted, per_line))
    for name, place, color in zip(names, places, colors, strict=True):
        ax.annotate(
            name,
            (x, place),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=color,
            annotation_clip=False,
        )


def moved_apart(wanted: np.ndarray, gap: float) -> np.ndarray:
    """Places near the wanted ones, (n,), in the same order, of which no two are closer than `gap`.

    Neighbours that are too close are pushed apart by halves until all gaps are wide enough.
    """
    order = np.argsort(wanted, kind="stable")
    places = np.asarray(wanted, float)[order]
    for _ in range(100 * len(places)):
        push = np.maximum(0, gap - np.diff(places)) / 2
        places[:-1] -= push
        places[1:] += push
    found = np.empty_like(places)
    found[order] = places
    return found
