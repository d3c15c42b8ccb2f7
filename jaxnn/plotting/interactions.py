"""How are interactions drawn in one call? As points with intervals, the strongest pair on top."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
from matplotlib.axes import Axes

from jaxnn.errors import InputError, check_count
from jaxnn.inspection.interactions import Interactions
from jaxnn.plotting.arguments import check_axes, check_texts
from jaxnn.plotting.figure_style import COLORS, LINES, panels, style
from jaxnn.refits.interactions import RefitInteractions
from jaxnn.results import check_result

ROW = 0.32  # height of one pair, in inches
UNITS = {
    ("link", "binary"): "log odds",
    ("link", "categorical"): "log odds of the classes",
    ("link", "count"): "logarithm of the count",
    ("response", "binary"): "probability",
    ("response", "categorical"): "probability of the classes",
    ("response", "count"): "count",
}


def plot_interactions(
    interactions: Interactions | RefitInteractions,
    ax: Axes | None = None,
    *,
    most: int = 12,
    unit: str = "",
) -> Axes:
    """Draw the strength of the interaction of each pair of predictors, the strongest one on top.

    An interval that lies above zero is dark, any other pale.

    Args:
      interactions: as from `jaxnn.refits.refit_interactions`, or, for points without intervals,
        `jaxnn.inspection.interaction_strengths`.
      ax: where to draw; None makes a figure.
      most: the largest number of pairs drawn; the axis says how many there are.
      unit: of the prediction, for the axis; log odds and probabilities are known.

    Returns:
      The axes.

    Raises:
      InputError, InputTypeError: something else, several strengths per pair, or `most` is not a
        whole number of at least 1.

    Example:
      >>> from jaxnn.inspection import interaction_strengths
      >>> X = np.random.default_rng(0).normal(size=(40, 3))
      >>> found = interaction_strengths(lambda X: X[:, 0] + 2 * X[:, 1] * X[:, 2], X)
      >>> [text.get_text() for text in plot_interactions(found).get_yticklabels()][0]
      'x2 × x3'
    """
    kind = Interactions if isinstance(interactions, Interactions) else RefitInteractions
    axes = {"lower": "k", "upper": "k"} if kind is RefitInteractions else {}
    source = "refit_interactions or interaction_strengths"
    check_result(interactions, "interactions", kind, source, **axes)
    check_axes(ax, optional=True)
    check_texts(unit=unit)
    check_count(most, "most")
    strength = interactions.strength
    if strength.ndim != 1:
        raise InputError(
            f"interactions.strength has shape {strength.shape}; pass one strength per pair, as "
            "refit_interactions makes them of refits."
        )
    if len(interactions.names) != len(strength) or not strength.size:
        raise InputError(
            f"interactions has {len(interactions.names)} names of {len(strength)} strengths; pass "
            f"what {source} returns, as it is."
        )
    shown = min(most, len(strength))
    rows = np.arange(shown)
    label = "strength of the interaction"
    with style() if ax is None else nullcontext():
        ax = panels(1, height=1.1 + ROW * shown)[1][0] if ax is None else ax
        if isinstance(interactions, RefitInteractions):
            unit = unit or UNITS.get((interactions.scale, interactions.response), "")
            for row in rows:
                ends = [interactions.lower[row], interactions.upper[row]]
                alpha = 0.9 if ends[0] > 0 else 0.4
                ax.plot(ends, [row, row], color=COLORS["blue"], ls="-", lw=2.2, alpha=alpha)
            label += f" with {100 * interactions.level:g}% interval"
        ax.axvline(0, color=COLORS["grey"], linewidth=1.2, linestyle=LINES["dashed"])
        ax.plot(strength[:shown], rows, "o", color=COLORS["blue"])
        names = [f"{first} × {second}" for first, second in interactions.names[:shown]]
        ax.set_yticks(rows, names, parse_math=False)
        ax.set_ylim(shown - 0.5, -0.5)
        ax.grid(False, axis="y")
        ax.set_xlabel(f"{label} ({unit})" if unit else label, parse_math=False)
        if shown < len(strength):
            ax.set_ylabel(f"the first {shown} of {len(strength):,} pairs")
    return ax
