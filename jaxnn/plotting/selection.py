"""How is the choice of a network drawn? As a path of losses, and as differences with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from jaxnn.errors import InputError, check_count, shown
from jaxnn.plotting.arguments import (
    check_axes,
    check_texts,
    equally_long,
    interval_ends,
    list_of_names,
)
from jaxnn.plotting.figure_style import COLORS, LINES


def loss_path(
    ax: Axes,
    strengths: ArrayLike,
    losses: ArrayLike,
    layouts: Sequence[str],
    *,
    errors: ArrayLike | None = None,
    chosen: int | None = None,
    fitted: int | None = None,
    loss_label: str = "out-of-bag loss",
) -> None:
    """Draw the losses of candidates along a path of penalties, one line per layout of layers.

    Args:
      ax: where to draw.
      strengths: (candidates,) strengths of the penalty, above 0.
      losses: (candidates,) losses; NaN for a candidate that diverged, which is not drawn. The line
        joins the least loss at each strength; the others at that strength are small points.
      layouts: (candidates,) names for the legend, such as "16, 16 units".
      errors: (candidates,) standard errors of the difference in loss from the chosen candidate,
        drawn as bars; None draws none.
      chosen: place of the candidate that predicts best, to be ringed.
      fitted: place of the candidate that is fitted, to be framed if it is another one.
      loss_label: label of the vertical axis.

    Raises:
      InputError: arguments of different lengths, or a strength that is not positive.

    Example:
      >>> from jaxnn.plotting import panels
      >>> figure, (ax,) = panels(1)
      >>> loss_path(ax, [1, 0.1, 1, 0.1], [3, 2, 2.5, 1.9], ["linear"] * 2 + ["8"] * 2, chosen=3)
      >>> [text.get_text() for text in ax.get_legend().get_texts()]
      ['chosen', 'linear', '8']
    """
    check_axes(ax)
    check_texts(loss_label=loss_label)
    (strengths,) = equally_long(strengths=strengths)
    strengths, loss = equally_long(strengths=strengths, losses=losses, gaps=True)
    errors = np.zeros(len(loss)) if errors is None else errors
    loss, bars = equally_long(losses=loss, errors=errors, gaps=True)
    layouts = list_of_names(layouts, "layouts", len(loss))
    for argument, place in (("chosen", chosen), ("fitted", fitted)):
        if place is not None:
            check_count(place, argument, least=0)
            if place >= len(loss):
                last = len(loss) - 1
                raise InputError(f"{argument} is {shown(place)}; pass a place from 0 to {last}.")
    if (bars < 0).any():
        raise InputError(f"errors has the value {bars.min():g}; pass numbers of at least 0.")
    if not (strengths > 0).all():
        raise InputError(f"strengths has the value {strengths.min():g}; pass positive numbers.")
    names = np.array(layouts, dtype=object)
    styles = zip(("black", "blue", "vermilion", "green", "purple"), LINES.values(), strict=False)
    least_of_all = []
    for (color, line), layout in zip(styles, dict.fromkeys(layouts), strict=False):
        mine = np.flatnonzero((names == layout) & np.isfinite(loss))
        if not mine.size:
            continue
        best = [
            min(mine[strengths[mine] == strength], key=lambda place: loss[place])
            for strength in np.unique(strengths[mine])
        ]
        least_of_all += [loss[place] for place in best]
        ax.plot(strengths[mine], loss[mine], ".", color=COLORS[color], alpha=0.4, markersize=4)
        ax.errorbar(
            strengths[best],
            loss[best],
            yerr=np.where(np.isfinite(bars[best]), bars[best], 0),
            color=COLORS[color],
            linestyle=line,
            marker="o",
            markersize=4.5,
            elinewidth=0.8,
            capsize=2,
            label=layout,
        )
    if chosen is not None:
        place = (strengths[chosen], loss[chosen])
        ax.plot(*place, "o", ms=13, mfc="none", mec=COLORS["black"], mew=1.5, label="chosen")
    if fitted is not None and fitted != chosen:
        place = (strengths[fitted], loss[fitted])
        ax.plot(*place, "s", ms=12, mfc="none", mec=COLORS["black"], mew=1.5, label="fitted")
    if least_of_all:
        # Far too strong penalties would press the others together.
        low, high = min(least_of_all), np.quantile(least_of_all, 0.75)
        if high > low:
            ax.set_ylim(low - 0.2 * (high - low), high + 0.5 * (high - low))
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("strength of the penalty (1: prior of the initial weights)")
    ax.set_ylabel(loss_label)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=3)


def differences_in_loss(
    ax: Axes,
    names: Sequence[str],
    differences: ArrayLike,
    interval: tuple[ArrayLike, ArrayLike],
    *,
    reference: str = "network",
    unit: str = "",
) -> None:
    """Draw how much more or less each method loses than a reference, with intervals.

    Args:
      ax: where to draw.
      names: (methods,) their names, from the top down.
      differences: (methods,) loss of the method minus loss of the reference.
      interval: (lower, upper), (methods,) each.
      reference: name of the reference, at 0.
      unit: of the loss, for the axis.

    A method whose difference is several times all others', as a constant's is, would press these
    together; it is an arrow at the edge with its number.

    Raises:
      InputError: arguments of different lengths.

    Example:
      >>> from jaxnn.plotting import panels
      >>> figure, (ax,) = panels(1)
      >>> differences_in_loss(ax, ["linear", "constant"], [0.1, 9.0], ([-0.1, 8], [0.3, 10]))
      >>> [text.get_text() for text in ax.texts]
      ['+9']
    """
    check_axes(ax)
    check_texts(reference=reference, unit=unit)
    (differences,) = equally_long(differences=differences)
    lower, upper = interval_ends(interval, differences)
    names = list_of_names(names, "names", len(differences))
    reach = np.maximum(np.abs(lower), np.abs(upper))
    limit = reach.max()
    # From the nearest outwards, a method is in full if it is at most four times as far as the last.
    for near, far in pairwise(np.sort(reach)):
        if far > 4 * near > 0:
            limit = near
            break
    in_full = reach <= limit
    room = 0.15 * limit
    ends = [
        min(0, *lower[in_full]) - (3 if (differences[~in_full] < 0).any() else 1) * room,
        max(0, *upper[in_full]) + (3 if (differences[~in_full] > 0).any() else 1) * room,
    ]
    ax.axvline(0, color=COLORS["grey"], linewidth=1.2, linestyle=LINES["dashed"])
    for row, (value, low, high) in enumerate(zip(differences, lower, upper, strict=True)):
        clear = "vermilion" if low > 0 else "green" if high < 0 else "blue"
        if in_full[row]:
            ax.plot([low, high], [row, row], color=COLORS[clear], linestyle="-")
            ax.plot(value, row, "o", color=COLORS[clear])
            continue
        end, inwards = (ends[1], "right") if value > 0 else (ends[0], "left")
        marker = ">" if value > 0 else "<"
        ax.plot(end, row, marker, color=COLORS[clear], markersize=9, clip_on=False)
        aside = (-12 if value > 0 else 12, 0)  # points, so that the arrow hides no digit
        told: dict[str, Any] = {"ha": inwards, "va": "center", "textcoords": "offset points"}
        ax.annotate(f"{value:+,.4g}", (end, row), aside, **told)
    ax.set_xlim(*ends)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), list(names))
    ax.grid(False, axis="y")
    shown = f" ({unit})" if unit else ""
    ax.set_xlabel(f"loss minus that of the {reference}{shown}\n← better      worse →")
