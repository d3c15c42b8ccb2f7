"""How well do predictions agree with observations?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from jaxnn.errors import InputError, check_count
from jaxnn.plotting.arguments import (
    check_axes,
    check_texts,
    color_named,
    equally_long,
    interval_ends,
    list_of_names,
)
from jaxnn.plotting.figure_style import COLORS, LINES

ROWS_PER_VALUE = 5  # at which whole numbers are drawn as counts


def predicted_versus_observed(
    ax: Axes,
    observed: ArrayLike,
    predicted: ArrayLike,
    interval: tuple[ArrayLike, ArrayLike] | None = None,
    *,
    new_interval: tuple[ArrayLike, ArrayLike] | None = None,
    levels: Sequence[str] = (),
    color: str = "blue",
    label: str | None = None,
    interval_label: str | None = None,
    new_label: str | None = None,
    most_bars: int = 300,
) -> None:
    """Draw each row's prediction against the observed value, with bars at some of the rows.

    Args:
      ax: where to draw.
      observed: (n,) numbers, or codes into `levels`.
      predicted: (n,) predictions (for a binary response, probabilities).
      interval: (lower, upper), (n,) each, of the mean response, drawn as thick bars; None draws
        none.
      new_interval: (lower, upper), (n,) each, of a new observation, drawn as thin grey bars behind
        the others; None draws none. One without an end is not drawn.
      levels: names of the observed classes; points of a class stand side by side in the order of
        their predictions, and points of a count are spread sideways, so that they do not hide each
        other. Without levels, a line marks predicted = observed.
      color: a name in `COLORS`.
      label, interval_label, new_label: the points and the two kinds of bars in the legend.
      most_bars: the largest number of rows with bars, which are spread evenly over the
        predictions, so that they do not hide the points; the legend says how many.

    Raises:
      InputError: shapes differ, a code is not a level, `most_bars` is below 1, or the colour is
        unknown.
    """
    check_axes(ax)
    check_texts(label=label, interval_label=interval_label, new_label=new_label)
    check_count(most_bars, "most_bars")
    no_levels = isinstance(levels, list | tuple) and not levels
    levels = [] if no_levels else list_of_names(levels, "levels")
    observed, predicted = equally_long(observed=observed, predicted=predicted)
    shade = color_named(color)
    places = observed
    # Multiples of the golden ratio spread points evenly without a random number.
    sideways = 0.6 * (np.arange(observed.size) * (np.sqrt(5) - 1) / 2 % 1 - 0.5)
    if levels:
        unknown = observed[~np.isin(observed, np.arange(len(levels)))]
        if unknown.size:
            raise InputError(
                f"observed has the value {unknown[0]:g}, which is not the code of a level; pass "
                f"whole numbers from 0 to {len(levels) - 1}."
            )
        places = observed + _by_rank(observed, predicted)
        ax.set_xticks(np.arange(len(levels)), list(levels))
        ax.set_xlim(-0.5, len(levels) - 0.5)
        ax.grid(False, axis="x")
    elif _is_count(observed):
        places = observed + sideways
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    order = np.lexsort((predicted, observed)) if levels else np.argsort(predicted)
    few = np.sort(
        order[np.linspace(0, order.size - 1, min(most_bars, order.size)).round().astype(int)]
    )
    some = f" ({few.size:,} of {order.size:,} rows)" if few.size < order.size else ""
    bars = (
        ("new_interval", new_interval, COLORS["grey"], 0.9, 0.6, new_label),
        ("interval", interval, shade, 1.4, 0.6, interval_label),
    )
    for argument, pair, bar_color, width, alpha, name in bars:
        if pair is not None:
            lower, upper = interval_ends(pair, predicted, argument, gaps=True)
            drawn = few[np.isfinite(lower[few]) & np.isfinite(upper[few])]
            ends = lower[drawn], upper[drawn]
            ax.vlines(places[drawn], *ends, color=bar_color, linewidth=width, alpha=alpha)
            if name is not None:  # in the legend, a bar as thin as these would be hard to see
                ax.plot([], [], "-", color=bar_color, linewidth=width + 0.8, label=name + some)
    # The more points there are, the smaller and fainter they are.
    crowded = float(np.clip(np.log10(observed.size / 200), 0, 1))
    ax.plot(
        places,
        predicted,
        "o",
        color=shade,
        markersize=3.5 - 1.1 * crowded,
        alpha=0.55 - 0.1 * crowded,
        mew=0,
        label=label,
    )
    if not levels:
        ends = [min(observed.min(), predicted.min()), max(observed.max(), predicted.max())]
        ax.plot(ends, ends, color=COLORS["black"], linewidth=1.2, linestyle=LINES["dashed"])
    ax.set_xlabel("observed")
    ax.set_ylabel("predicted")


def _by_rank(observed: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Steps to the side, from -0.4 to 0.4, by the rank of a prediction within its class."""
    steps = np.zeros(observed.size)
    for level in np.unique(observed):
        mine = np.flatnonzero(observed == level)
        steps[mine[np.argsort(predicted[mine], kind="stable")]] = (
            np.linspace(-0.4, 0.4, mine.size) if mine.size > 1 else 0.0
        )
    return steps


def _is_count(observed: np.ndarray) -> bool:
    """Whether all values are whole numbers and most occur often."""
    return bool((observed == observed.round()).all()) and (
        np.unique(observed).size * ROWS_PER_VALUE <= observed.size
    )
