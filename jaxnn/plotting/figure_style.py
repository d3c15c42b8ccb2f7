"""How do all figures look alike, and stay readable at the size of a gallery?

A figure is 9 inches wide with text of at least 10 points. Colour-blind readers can distinguish the
colours (Okabe and Ito 2008), and lines also differ by their dashes. Nothing here uses the global
state of pyplot.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from typing import IO, Any

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from jaxnn.errors import (
    InputError,
    InputTypeError,
    check_bool,
    check_count,
    check_instance,
    check_level,
    check_number,
    is_whole,
    shown,
)

# Okabe and Ito, "Color universal design" (2008), without yellow, which is too pale on white.
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
WIDTH = 9.0  # inches
_CYCLE_COLORS = ("blue", "vermilion", "green", "purple", "sky", "orange")
_CYCLE_LINES = ("solid", "dashed", "dashdot", "dotted", "solid", "dashed")

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
    "axes.prop_cycle": cycler(color=[COLORS[name] for name in _CYCLE_COLORS])
    + cycler(linestyle=[LINES[name] for name in _CYCLE_LINES]),
}

SVG_STYLE: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "jaxnn"}


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
    """A figure with `n` panels in rows of `columns`, lettered a, b, c, ... if there are several.

    Args:
      n: number of panels; the last row may be shorter.
      columns: panels per row.
      height: height of one row, in inches.
      width: width of the figure, in inches.
      sharex, sharey: whether the panels share their axes.
      letters: whether several panels have letters.

    Returns:
      The figure and its `n` axes, row by row.

    Raises:
      InputError: `n` is not from 1 to 26, or `columns` is below 1.

    Example:
      >>> figure, axes = panels(3)
      >>> [ax.get_title(loc="left") for ax in axes]
      ['a', 'b', 'c']
    """
    if not is_whole(n) or not 1 <= n <= 26:
        raise InputError(f"n is {shown(n)}; pass a number of panels from 1 to 26.")
    check_count(columns, "columns")
    for name, inches in (("height", height), ("width", width)):
        check_number(inches, name, "inches from 0.1 to 500", lambda inches: 0.1 <= inches <= 500)
    for name, flag in (("sharex", sharex), ("sharey", sharey), ("letters", letters)):
        check_bool(flag, name)
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
    """Write a figure as PNG to a path or an open file; the same figure gives the same bytes."""
    _check_figure(figure)
    if not (isinstance(target, str | PathLike) or hasattr(target, "write")):
        raise InputTypeError(f"target is {shown(target)}; pass a path or an open file.")
    try:
        figure.savefig(target, format="png")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise InputError(f"target is {shown(target)}, a path without a file ({reason}).") from error


def svg(figure: Figure) -> bytes:
    """A figure as SVG without a background, in which text stays text; the same for equal figures.

    Glyphs that the font lacks are no matter: the reader's browser has them.
    """
    _check_figure(figure)
    written = io.BytesIO()
    with matplotlib.rc_context(SVG_STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return written.getvalue()


def _check_figure(figure: Any) -> None:
    if not isinstance(figure, Figure):
        raise InputTypeError(f"figure is {shown(figure)}; pass a figure of matplotlib.")


def axis_label(name: str, unit: str = "") -> str:
    """The label of an axis with its unit, such as "resting blood pressure (mm Hg)"."""
    check_instance(name, "name", str, "text")
    check_instance(unit, "unit", str, "text")
    return f"{name} ({unit})" if unit else name


def band_label(level: float, replicates: int, what: str = "refits") -> str:
    """What a band is, for a legend.

    Args:
      level: share of the replicates inside the band, between 0 and 1.
      replicates: their number.
      what: what they are.

    Raises:
      InputError: `level` is not between 0 and 1.

    Example:
      >>> band_label(0.95, 1000)
      'pointwise 95% band over 1,000 refits'
    """
    check_level(level)
    check_count(replicates, "replicates")
    check_instance(what, "what", str, "text")
    return f"pointwise {100 * level:g}% band over {replicates:,} {what}"
