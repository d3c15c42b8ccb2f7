"""How are results shown, so that a figure can be read at the size of a gallery?

    with style():
        figure, axes = panels(2)
        band(axes[0], x, center, interval, label="network")
        save(figure, "figure.png")

One style for all plots: a figure is 9 inches wide with text of at least 10 points, colours are
told apart by colour-blind readers (Okabe and Ito, 2008) and lines also by their dashes. Functions
take an Axes and arrays; they compute no statistics and use no global state of pyplot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import IO, Any

import matplotlib
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter
from numpy.typing import ArrayLike

from jaxnn.errors import InputError, unknown_name

# Okabe and Ito, "Color universal design" (2008); yellow is left out: too pale on white.
COLORS = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "orange": "#E69F00",
    "black": "#000000",
    "grey": "#7F7F7F",
}
LINES = {
    "solid": "-",
    "dashed": (0, (5, 2)),
    "dotted": (0, (1, 1.5)),
    "dashdot": (0, (5, 1.5, 1, 1.5)),
}
WIDTH = 9.0
_SERIES = ("blue", "vermilion", "green", "purple", "sky", "orange")
_DASHES = ("solid", "dashed", "dashdot", "dotted", "solid", "dashed")

STYLE: dict[Any, Any] = {
    "figure.dpi": 120,
    "savefig.dpi": 120,
    "savefig.facecolor": "white",
    "font.size": 11,
    "axes.titlesize": 11.5,
    "axes.labelsize": 11,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "legend.fontsize": 10,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.8,
    "axes.prop_cycle": cycler(color=[COLORS[name] for name in _SERIES])
    + cycler(linestyle=[LINES[name] for name in _DASHES]),
}


@contextmanager
def style() -> Iterator[None]:
    """The shared style, for figures made and saved inside the `with` block."""
    with matplotlib.rc_context(STYLE):
        yield


def panels(
    n: int,
    *,
    columns: int = 2,
    height: float = 3.4,
    width: float = WIDTH,
    sharex: bool = False,
    sharey: bool = False,
    letters: bool = True,
) -> tuple[Figure, list[Axes]]:
    """A figure with `n` panels in rows of `columns`, lettered a, b, c, ... when more than one.

    Args:
      n: how many panels; places left over in the last row stay empty.
      columns: how many panels a row.
      height: of one row, in inches.
      width: of the figure, in inches.
      sharex, sharey: whether the panels share their axes.
      letters: whether panels are lettered.

    Returns:
      The figure and its `n` axes, row by row.

    Raises:
      InputError: `n` is not from 1 to 26, or `columns` is below 1.
    """
    if not 1 <= n <= 26:
        raise InputError(f"n is {n!r}; a figure has from 1 to 26 panels.")
    if columns < 1:
        raise InputError(f"columns is {columns!r}; pass at least 1.")
    columns = min(columns, n)
    rows = -(-n // columns)
    figure = Figure(figsize=(width, height * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=sharex, sharey=sharey).ravel()
    for spare in grid[n:]:
        spare.remove()
    axes = list(grid[:n])
    if letters and n > 1:
        for place, ax in enumerate(axes):
            ax.set_title("abcdefghijklmnopqrstuvwxyz"[place], loc="left", fontweight="bold")
    return figure, axes


def save(figure: Figure, target: str | PathLike[str] | IO[bytes]) -> None:
    """Write a figure as PNG; the same figure gives the same bytes."""
    figure.savefig(target, format="png")


def axis_label(name: str, unit: str = "") -> str:
    """The label of an axis: "resting blood pressure (mm Hg)"."""
    return f"{name} ({unit})" if unit else name


def band_label(level: float, replicates: int, what: str = "refits") -> str:
    """What a band is: "pointwise 95% band over 1,000 refits".

    Raises:
      InputError: `level` is not between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"level is {level!r}; pass a number between 0 and 1.")
    return f"pointwise {100 * level:g}% band over {replicates:,} {what}"


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
) -> None:
    """A curve with a band around it: the effect of a numeric predictor.

    Args:
      ax: where to draw.
      x: (n,) places.
      center: (n,) the curve.
      interval: (lower, upper), (n,) each; None draws the curve alone.
      label: names the curve in the legend.
      interval_label: says what the band is, see `band_label`.
      color: a name in `COLORS`.
      line: a name in `LINES`.

    Raises:
      InputError: shapes differ, or a name is unknown.
    """
    x, center = _vectors(x=x, center=center)
    shade = _color(color)
    if interval is not None:
        lower, upper = _ends(interval, center)
        ax.fill_between(x, lower, upper, color=shade, alpha=0.2, lw=0, label=interval_label)
    ax.plot(x, center, color=shade, linestyle=_line(line), label=label)


def level_points(
    ax: Axes,
    levels: Sequence[str],
    center: ArrayLike,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    *,
    label: str | None = None,
    color: str = "blue",
    offset: float = 0.0,
) -> None:
    """A point and an error bar at each level's name: the effect of a categorical predictor.

    Args:
      ax: where to draw.
      levels: k names, drawn at 0, 1, ..., k - 1.
      center: (k,) the points.
      interval: (lower, upper), (k,) each; None draws the points alone.
      label: names the points in the legend.
      color: a name in `COLORS`.
      offset: moves the points sideways, so that several series can be told apart.

    Raises:
      InputError: shapes differ, or the colour is unknown.
    """
    places = np.arange(len(levels), dtype=float)
    places, center = _vectors(levels=places, center=center)
    shade = _color(color)
    if interval is not None:
        lower, upper = _ends(interval, center)
        ax.vlines(places + offset, lower, upper, color=shade, linewidth=2.2, alpha=0.6)
    ax.plot(places + offset, center, "o", color=shade, markersize=6, label=label)
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
    """Thin curves, one an observation or a refit; the legend says how many of them are shown.

    Args:
      ax: where to draw.
      x: (n,) places.
      curves: (m, n), a curve a row; rows evenly spread over the m are drawn when m > most.
      most: how many are drawn at most.
      what: what one curve is.
      color: a name in `COLORS`.

    Raises:
      InputError: shapes differ, `most` is below 1, or the colour is unknown.
    """
    (x,) = _vectors(x=x)
    curves = np.asarray(curves, dtype=float)
    if curves.ndim != 2 or curves.shape[1] != x.size or not curves.size:
        raise InputError(f"curves has shape {curves.shape}; pass (curves, {x.size}), as long as x.")
    if most < 1:
        raise InputError(f"most is {most!r}; pass at least 1.")
    total = len(curves)
    shown = curves[np.linspace(0, total - 1, min(most, total)).round().astype(int)]
    count = f"{total:,} {what}" if len(shown) == total else f"{len(shown):,} of {total:,} {what}"
    points = np.stack([np.broadcast_to(x, shown.shape), shown], axis=-1)  # (shown, n, 2)
    faint = float(np.clip(12 / len(shown), 0.12, 0.6))
    lines = LineCollection(list(points), colors=_color(color), linewidths=0.7, alpha=faint)
    ax.add_collection(lines)
    ax.autoscale_view()
    # In the legend a curve as faint as those would not be seen.
    ax.plot([], [], color=_color(color), linewidth=1, linestyle=LINES["solid"], label=count)


def rug(ax: Axes, values: ArrayLike, *, color: str = "black", label: str | None = None) -> None:
    """A tick at the bottom for each observed value: where there are data.

    Args:
      ax: where to draw.
      values: (n,) observed values of the horizontal variable.
      color: a name in `COLORS`.
      label: names the ticks in the legend.

    Raises:
      InputError: `values` is not one-dimensional, or the colour is unknown.
    """
    (values,) = _vectors(values=values)
    ax.vlines(
        values,
        0,
        0.03,
        transform=ax.get_xaxis_transform(),
        color=_color(color),
        linewidth=0.8,
        alpha=0.35,
        label=label or "",
    )


def predicted_versus_observed(
    ax: Axes,
    observed: ArrayLike,
    predicted: ArrayLike,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    *,
    levels: Sequence[str] = (),
    color: str = "blue",
    label: str | None = None,
) -> None:
    """Each row's prediction against what was observed.

    Args:
      ax: where to draw.
      observed: (n,) numbers, or codes into `levels`.
      predicted: (n,) predictions (for a binary response, probabilities).
      interval: (lower, upper), (n,) each, drawn as bars; None draws the points alone.
      levels: names of an observed class; points of a class are spread sideways to be seen.
        Without levels a line marks predicted = observed.
      color: a name in `COLORS`.
      label: names the points in the legend.

    Raises:
      InputError: shapes differ, a code is not a level, or the colour is unknown.
    """
    observed, predicted = _vectors(observed=observed, predicted=predicted)
    shade = _color(color)
    places = observed
    if levels:
        if not np.isin(observed, np.arange(len(levels))).all():
            raise InputError(
                f"observed has values that are no code of a level; pass 0 to {len(levels) - 1}."
            )
        # Multiples of the golden ratio spread points evenly without a random number.
        golden = (np.sqrt(5) - 1) / 2
        places = observed + 0.6 * (np.arange(observed.size) * golden % 1 - 0.5)
        ax.set_xticks(np.arange(len(levels)), list(levels))
        ax.set_xlim(-0.5, len(levels) - 0.5)
        ax.grid(False, axis="x")
    else:
        ends = [min(observed.min(), predicted.min()), max(observed.max(), predicted.max())]
        ax.plot(ends, ends, color=COLORS["grey"], linewidth=1.2, linestyle=LINES["dashed"])
    if interval is not None:
        lower, upper = _ends(interval, predicted)
        ax.vlines(places, lower, upper, color=shade, linewidth=0.8, alpha=0.25)
    ax.plot(places, predicted, "o", color=shade, markersize=3.5, alpha=0.55, mew=0, label=label)
    ax.set_xlabel("observed")
    ax.set_ylabel("predicted")


def loss_history(
    ax: Axes,
    steps: ArrayLike,
    losses: ArrayLike,
    *,
    label: str | None = None,
    color: str = "blue",
    line: str = "solid",
    logarithmic: bool = True,
) -> None:
    """The loss during training, of one fit or of each of many.

    Args:
      ax: where to draw.
      steps: (n,) steps or epochs.
      losses: (n,), or (replicates, n) drawn as thin curves.
      label: names the curve, or what one of the curves is ("refits").
      color: a name in `COLORS`.
      line: a name in `LINES`, for one fit.
      logarithmic: whether the loss is drawn on a logarithmic scale.

    Raises:
      InputError: shapes differ, or a name is unknown.
    """
    if np.ndim(losses) == 2:
        individual_curves(ax, steps, losses, what=label or "refits", color=color)
    else:
        band(ax, steps, losses, label=label, color=color, line=line)
    if logarithmic:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(_PlainLog())
        ax.yaxis.set_minor_formatter(_PlainLog(minor_thresholds=(2, 0.5)))
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")


class _PlainLog(LogFormatter):
    """Matplotlib's choice of ticks to label on a logarithmic axis, as 0.2 instead of 2e-01."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


def _color(name: str) -> str:
    if name not in COLORS:
        raise unknown_name("color", name, COLORS)
    return COLORS[name]


def _line(name: str) -> Any:
    if name not in LINES:
        raise unknown_name("line", name, LINES)
    return LINES[name]


def _vectors(**arrays: ArrayLike) -> list[np.ndarray]:
    """The arguments as float vectors of one length, at least 1."""
    vectors = [np.asarray(array, dtype=float) for array in arrays.values()]
    first = next(iter(arrays))
    size = vectors[0].size
    for name, vector in zip(arrays, vectors, strict=True):
        if vector.shape != (size,) or not size:
            wanted = "shape (n,), n >= 1" if name == first else f"({size},), as {first}"
            raise InputError(f"{name} has shape {vector.shape}; pass {wanted}.")
    return vectors


def _ends(interval: tuple[ArrayLike, ArrayLike], center: np.ndarray) -> list[np.ndarray]:
    """The two ends of an interval, each as long as what it surrounds."""
    if len(interval) != 2:
        raise InputError(f"interval has {len(interval)} parts; pass (lower, upper).")
    return _vectors(center=center, lower=interval[0], upper=interval[1])[1:]
