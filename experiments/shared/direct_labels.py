"""Where does each curve's name go, so that no legend is needed?

To the right of the axes, at the height at which the curve ends; names that would overlap are moved
apart, in their order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

GAP = 0.068  # between two names, as a share of the height of the axes


def spread_out(heights: Sequence[float], gap: float) -> np.ndarray:
    """The heights, moved apart by at least `gap`, in the same order and around the same mean.

    >>> spread_out([0.5, 0.9, 0.5], 0.2).round(3).tolist()
    [0.4, 0.9, 0.6]
    """
    order = np.argsort(heights, kind="stable")
    groups = [[float(heights[place]), 1] for place in order]  # mean and number of each cluster
    merged: list[list[float]] = []
    for mean, count in groups:
        merged.append([mean, count])
        while len(merged) > 1:
            (low, below), (high, above) = merged[-2:]
            if high - low >= gap * (below + above) / 2 - 1e-12:
                break
            merged[-2:] = [[(low * below + high * above) / (below + above), below + above]]
    sorted_places = [
        mean + gap * (k - (count - 1) / 2) for mean, count in merged for k in range(int(count))
    ]
    placed = np.empty(len(sorted_places))
    placed[order] = sorted_places
    return placed


def label_ends(
    ax: Axes, ends: Sequence[tuple[float, str, str]], *, gap: float = GAP, size: float = 10
) -> None:
    """Write names at the right of the axes, whose limits and scale must be final.

    Args:
      ax: the axes.
      ends: (height in data, name, colour) of each curve's end.
      gap: least distance between two names, as a share of the height of the axes.
      size: of the text, in points.
    """
    right = ax.get_xlim()[1]
    to_axes = ax.transAxes.inverted()
    heights = [to_axes.transform(ax.transData.transform((right, y)))[1] for y, _, _ in ends]
    places = spread_out(np.clip(heights, 0, 1).tolist(), gap)
    ranks = np.argsort(np.argsort(places))
    # None below the axes, where the numbers are, and none above, where the title is.
    places = np.clip(places, gap * ranks, 1 - gap * (len(ends) - 1 - ranks))
    for (_, name, color), place in zip(ends, places, strict=True):
        ax.text(1.02, place, name, transform=ax.transAxes, color=color, va="center", fontsize=size)
