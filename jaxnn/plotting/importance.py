"""How are importances drawn? As points with intervals in their order, and as chances of ranks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from jaxnn.errors import InputError, as_numbers, check_count, check_finite
from jaxnn.plotting.arguments import check_axes, check_texts, list_of_names
from jaxnn.plotting.figure_style import COLORS, LINES, panels
from jaxnn.refits.importance import RefitImportance
from jaxnn.results import check_result

ROW = 0.32  # height of one predictor, in inches


def importance_chart(
    importance: RefitImportance,
    ax: Axes | None = None,
    *,
    most: int = 20,
    unit: str = "",
) -> Axes:
    """Draw the importance of each predictor with its interval, the most important one on top.

    A small grey mark shows the mean in bag, which favours predictors that were memorised. An
    interval that lies above zero is dark, any other pale.

    Args:
      importance: as from `jaxnn.refits.refit_importance`.
      ax: where to draw; None makes a figure.
      most: the largest number of predictors drawn; the axis says how many there are.
      unit: of the loss, for the axis.

    Returns:
      The axes.

    Raises:
      InputError, InputTypeError: `most` is not a whole number of at least 1.

    Example:
      >>> from jaxnn.refits import RefitImportance
      >>> values = np.array([[0.1, 0.5], [0.2, 0.7]])
      >>> ends = values.mean(axis=0), values[0], values[1]
      >>> none = np.array([True, True]), np.zeros(2)
      >>> result = RefitImportance(("a", "b"), values, values, *ends, 0.95, "shifted", *none)
      >>> [text.get_text() for text in importance_chart(result).get_yticklabels()]
      ['b', 'a']
    """
    axes = {"in_bag": "r p", "out_of_bag": "r p", "center": "p", "lower": "p", "upper": "p"}
    check_result(importance, "importance", RefitImportance, "refit_importance", names="p", **axes)
    check_axes(ax, optional=True)
    check_texts(unit=unit)
    check_count(most, "most")
    shown = np.argsort(-importance.center, kind="stable")[:most]
    ax = _axes(ax, len(shown))
    inside = importance.in_bag.mean(axis=0)
    ax.axvline(0, color=COLORS["grey"], linewidth=1.2, linestyle=LINES["dashed"])
    for row, place in enumerate(shown):
        alpha = 0.9 if importance.lower[place] > 0 else 0.4
        ends = [importance.lower[place], importance.upper[place]]
        ax.plot(ends, [row, row], color=COLORS["blue"], linestyle="-", linewidth=2.2, alpha=alpha)
    rows = np.arange(len(shown))
    ax.plot(importance.center[shown], rows, "o", color=COLORS["blue"], label="importance")
    ax.plot(inside[shown], rows, "|", color=COLORS["grey"], markersize=9, label="mean in bag")
    _name_rows(ax, importance.names, shown)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    in_unit = f" ({unit})" if unit else ""
    ax.set_xlabel(f"rise of the loss{in_unit} when exchanged, {importance.level:.0%} intervals")
    ax.legend(loc="lower right")
    return ax


def rank_chart(
    names: Sequence[str],
    chances: ArrayLike,
    ax: Axes | None = None,
    *,
    most: int = 20,
) -> Axes:
    """Draw the chance of each rank for each predictor, the best mean rank on top.

    Args:
      names: the predictors.
      chances: (predictors, ranks), as from `jaxnn.refits.rank_chances`.
      ax: where to draw; None makes a figure.
      most: the largest number of predictors and of ranks drawn.

    Returns:
      The axes.

    Raises:
      InputError, InputTypeError: shapes that differ, or `most` is below 1.

    Example:
      >>> ax = rank_chart(["a", "b"], [[0.1, 0.9], [0.9, 0.1]])
      >>> [text.get_text() for text in ax.get_yticklabels()]
      ['b', 'a']
    """
    check_count(most, "most")
    check_axes(ax, optional=True)
    names = list_of_names(names, "names")
    table = as_numbers(chances, "chances").astype(float)
    check_finite(table, "chances")
    if table.shape != (len(names), len(names)):
        raise InputError(
            f"chances has shape {table.shape}; pass one row and one column for each of the "
            f"{len(names)} names."
        )
    shown = np.argsort(table @ np.arange(len(names)), kind="stable")[:most]
    ax = _axes(ax, len(shown))
    ax.imshow(table[shown, : len(shown)], cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, place in enumerate(shown):
        for rank, chance in enumerate(table[place, : len(shown)]):
            if chance >= 0.05:
                color = "white" if chance > 0.6 else "black"
                ax.text(rank, row, f"{chance:.0%}", ha="center", va="center", color=color, size=7)
    _name_rows(ax, names, shown)
    ax.set_xticks(range(len(shown)), [str(rank) for rank in range(1, len(shown) + 1)])
    ax.grid(False)
    ax.set_xlabel("rank by importance (chance over refits)")
    return ax


def _axes(ax: Axes | None, rows: int) -> Axes:
    return panels(1, height=1.1 + ROW * rows)[1][0] if ax is None else ax


def _name_rows(ax: Axes, names: Sequence[str], shown: np.ndarray) -> None:
    """One row for each predictor, the first on top; and how many are left out."""
    ax.set_yticks(range(len(shown)), [str(names[int(place)]) for place in shown], parse_math=False)
    ax.set_ylim(len(shown) - 0.5, -0.5)
    ax.grid(False, axis="y")
    if len(shown) < len(names):
        ax.set_ylabel(f"the first {len(shown)} of {len(names)} predictors")
