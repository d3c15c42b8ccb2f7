"""How well do predictions agree with observations?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from jaxnn.errors import InputError
from jaxnn.plotting.arguments import color_named, equally_long, interval_ends
from jaxnn.plotting.figure_style import COLORS, LINES


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
) -> None:
    """Draw each row's prediction against the observed value.

    Args:
      ax: where to draw.
      observed: (n,) numbers, or codes into `levels`.
      predicted: (n,) predictions (for a binary response, probabilities).
      interval: (lower, upper), (n,) each, of the mean response, drawn as bars; None draws none.
      new_interval: (lower, upper), (n,) each, of a new observation, drawn as long grey bars behind
        the others; None draws none.
      levels: names of the observed classes; points of a class are spread sideways so that they
        do not hide each other. Without levels, a line marks predicted = observed.
      color: a name in `COLORS`.
      label, interval_label, new_label: the points and the two kinds of bars in the legend.

    Raises:
      InputError: shapes differ, a code is not a level, or the colour is unknown.
    """
    observed, predicted = equally_long(observed=observed, predicted=predicted)
    shade = color_named(color)
    places = observed
    if levels:
        unknown = observed[~np.isin(observed, np.arange(len(levels)))]
        if unknown.size:
            raise InputError(
                f"observed has the value {unknown[0]:g}, which is not the code of a level; pass "
                f"whole numbers from 0 to {len(levels) - 1}."
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
    bars = ((new_interval, COLORS["grey"], 0.3, new_label), (interval, shade, 0.5, interval_label))
    for ends, bar_color, alpha, name in bars:
        if ends is not None:
            lower, upper = interval_ends(ends, predicted)
            ax.vlines(places, lower, upper, color=bar_color, linewidth=0.8, alpha=alpha)
            if name is not None:  # in the legend, a bar as faint as these would be invisible
                ax.plot([], [], color=bar_color, linewidth=1.5, linestyle="-", label=name)
    ax.plot(places, predicted, "o", color=shade, markersize=3.5, alpha=0.55, mew=0, label=label)
    ax.set_xlabel("observed")
    ax.set_ylabel("predicted")
