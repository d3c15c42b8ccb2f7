"""How is the effect of a predictor drawn? As a curve with a band, or as points with bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from jaxnn.errors import InputError, as_numbers, check_count, check_number, shown
from jaxnn.plotting.arguments import (
    check_axes,
    check_texts,
    color_named,
    equally_long,
    interval_ends,
    line_named,
    list_of_names,
)
from jaxnn.plotting.figure_style import LINES


def band(
    ax: Axes,
    x: ArrayLike,
    center: ArrayLike,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    *,
    label: str | None = None,
    interval_label: str | None = None,
    color: str = "blue",
    line: str = "solid",
    core: tuple[float, float] | None = None,
    outer: tuple[ArrayLike, ArrayLike] | None = None,
    outer_label: str | None = None,
) -> None:
    """Draw a curve with a band around it: the effect of a numeric predictor.

    Args:
      ax: where to draw.
      x: (n,) horizontal positions.
      center: (n,) the curve.
      interval: (lower, upper), (n,) each; None draws the curve alone. The curve and its bands have
        gaps where they are NaN.
      label: the curve in the legend.
      interval_label: the band in the legend, as from `band_label`.
      color: a name in `COLORS`.
      line: a name in `LINES`.
      core: the range of x in which most rows lie; beyond it curve and band are drawn pale, and x
        must increase. None draws them alike everywhere.
      outer: (lower, upper), (n,) each, of a wider band, which is drawn lighter.
      outer_label: the wider band in the legend.

    Raises:
      InputError: shapes differ, a name is unknown, or `core` ends before it begins.

    Example:
      >>> from jaxnn.plotting import panels
      >>> figure, (ax,) = panels(1)
      >>> band(ax, [1, 2], [0.3, 0.5], ([0.2, 0.3], [0.4, 0.7]), label="network")
      >>> len(ax.lines), len(ax.collections)  # the curve, the band
      (1, 1)
    """
    check_axes(ax)
    check_texts(label=label, interval_label=interval_label, outer_label=outer_label)
    (x,) = equally_long(x=x)
    x, center = equally_long(x=x, center=center, gaps=True)
    shade, dashes = color_named(color), line_named(line)
    filled = (("outer", outer, 0.1, outer_label), ("interval", interval, 0.2, interval_label))
    bands = [
        (interval_ends(ends, center, argument, gaps=True), alpha, text)
        for argument, ends, alpha, text in filled
        if ends is not None
    ]
    for part, pale in _parts(x, core):
        for ends, alpha, text in bands:
            lower, upper = (end if core is None else np.interp(part, x, end) for end in ends)
            alpha, name = (alpha / 3, None) if pale else (alpha, text)
            ax.fill_between(part, lower, upper, color=shade, alpha=alpha, lw=0, label=name)
        curve = center if core is None else np.interp(part, x, center)
        alpha, name = (0.35, None) if pale else (1.0, label)
        ax.plot(part, curve, color=shade, linestyle=dashes, alpha=alpha, label=name)


def _parts(x: np.ndarray, core: tuple[float, float] | None) -> Iterator[tuple[np.ndarray, bool]]:
    """The horizontal positions below, in and above the core, and whether each part is pale."""
    if core is None:
        yield x, False
        return
    ends = as_numbers(core, "core")
    if ends.shape != (2,) or not ends[0] <= ends[1]:
        raise InputError(f"core is {shown(core)}; pass (low, high) with low <= high.")
    low, high = ends
    low, high = np.clip([low, high], x[0], x[-1])
    for start, stop, pale in ((x[0], low, True), (low, high, False), (high, x[-1], True)):
        if not pale or start < stop:
            yield np.array([start, *x[(start < x) & (x < stop)], stop]), pale


def level_points(
    ax: Axes,
    levels: Sequence[str],
    center: ArrayLike,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    *,
    label: str | None = None,
    color: str = "blue",
    offset: float = 0.0,
    pale: ArrayLike | None = None,
    interval_label: str | None = None,
    outer: tuple[ArrayLike, ArrayLike] | None = None,
    outer_label: str | None = None,
) -> None:
    """Draw a point with an error bar per level: the effect of a categorical predictor.

    Args:
      ax: where to draw.
      levels: k names, at the positions 0, 1, ..., k - 1.
      center: (k,) the points.
      interval: (lower, upper), (k,) each; None draws the points alone.
      label: the points in the legend.
      color: a name in `COLORS`.
      offset: shift of the points to the right, so that several series do not overlap.
      pale: (k,) bool, the levels that are drawn hollow and pale, as those with few rows.
      interval_label: the bars in the legend.
      outer: (lower, upper), (k,) each, of longer bars, which are drawn thin.
      outer_label: the longer bars in the legend.

    Raises:
      InputError: shapes differ, or the colour is unknown.
    """
    check_axes(ax)
    check_texts(label=label, interval_label=interval_label, outer_label=outer_label)
    check_number(offset, "offset", "a finite number", lambda number: True)
    levels = list_of_names(levels, "levels")
    places = np.arange(len(levels), dtype=float)
    hollow = np.zeros(len(levels)) if pale is None else pale
    places, center, hollow = equally_long(levels=places, center=center, pale=hollow, gaps=True)
    shade = color_named(color)
    filled = (("outer", outer, 1.0, outer_label), ("interval", interval, 2.6, interval_label))
    for argument, given, width, text in filled:
        ends = None if given is None else interval_ends(given, center, argument, gaps=True)
        for part, alpha in ((hollow == 0, 0.6), (hollow != 0, 0.25)):
            if ends is not None and part.any():
                lower, upper = (end[part] for end in ends)
                shown = {"color": shade, "linewidth": width, "alpha": alpha, "label": text or ""}
                ax.vlines(places[part] + offset, lower, upper, **shown)
                text = None  # once in the legend
    full = np.where(hollow == 0, center, np.nan)
    ax.plot(places + offset, full, "o", color=shade, markersize=6, label=label)
    if hollow.any():
        empty = np.where(hollow == 0, np.nan, center)
        ax.plot(places + offset, empty, "o", color=shade, markersize=6, mfc="white")
    ax.set_xticks(places, list(levels))
    ax.set_xlim(-0.5, len(levels) - 0.5)
    ax.grid(False, axis="x")


def individual_curves(
    ax: Axes,
    x: ArrayLike,
    curves: ArrayLike,
    *,
    most: int = 100,
    what: str = "observations",
    color: str = "grey",
) -> None:
    """Draw thin curves, one per observation or refit; the legend says how many are drawn.

    Args:
      ax: where to draw.
      x: (n,) horizontal positions.
      curves: (m, n), one curve per row; if m > most, `most` evenly spaced rows are drawn.
      most: the largest number of curves drawn.
      what: what the curves are, for the legend.
      color: a name in `COLORS`.

    Raises:
      InputError: shapes differ, `most` is below 1, or the colour is unknown.
    """
    check_axes(ax)
    check_texts(what=what)
    (x,) = equally_long(x=x)
    curves = as_numbers(curves, "curves").astype(float)
    if curves.ndim != 2 or curves.shape[1] != x.size or not curves.size:
        raise InputError(
            f"curves has shape {curves.shape}; pass shape (curves, {x.size}), as long as x."
        )
    check_count(most, "most")
    total = len(curves)
    shown = curves[np.linspace(0, total - 1, min(most, total)).round().astype(int)]
    count = f"{total:,} {what}" if len(shown) == total else f"{len(shown):,} of {total:,} {what}"
    points = np.stack([np.broadcast_to(x, shown.shape), shown], axis=-1)  # (shown, n, 2)
    faint = float(np.clip(12 / len(shown), 0.12, 0.6))
    # Behind a band, which they would hide.
    lines = LineCollection(
        list(points), colors=color_named(color), linewidths=0.7, alpha=faint, zorder=0.8
    )
    ax.add_collection(lines)
    ax.autoscale_view()
    # In the legend, a line as faint as these curves would be invisible.
    ax.plot([], [], color=color_named(color), linewidth=1, linestyle=LINES["solid"], label=count)


def rug(ax: Axes, values: ArrayLike, *, color: str = "black", label: str | None = None) -> None:
    """Draw a tick at the bottom for each observed value, to show where the data are.

    Args:
      ax: where to draw.
      values: (n,) observed values of the horizontal variable.
      color: a name in `COLORS`.
      label: the ticks in the legend.

    Raises:
      InputError: `values` is not one-dimensional, or the colour is unknown.
    """
    check_axes(ax)
    check_texts(label=label)
    (values,) = equally_long(values=values)
    ax.vlines(
        values,
        0,
        0.03,
        transform=ax.get_xaxis_transform(),
        color=color_named(color),
        linewidth=0.8,
        alpha=0.35,
        label=label or "",
    )
