"""How are the choice of the network and its worth drawn?"""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np

from jaxnn import plotting
from jaxnn.cli.figures import NARROW, legend_below
from jaxnn.cli.results import Explanation
from jaxnn.cli.summary import shown_loss
from jaxnn.selection.choosing import Selection
from jaxnn.selection.comparison import Comparison


def choice_figure(results: Explanation, selection: Selection) -> Any:
    """A figure of the losses of all candidates, along their penalties."""
    figure, (ax,) = plotting.panels(1, height=4.0, width=NARROW)
    place = results.choice.place
    error = selection.difference(place).standard_error
    plotting.loss_path(
        ax,
        [candidate.strength for candidate in selection.candidates],
        selection.loss.mean / results.loss_scale,
        [_layout(candidate.hidden) for candidate in selection.candidates],
        errors=error / results.loss_scale,
        chosen=place,
        fitted=results.choice.fitted,
        loss_label=textwrap.fill(f"out-of-bag {shown_loss(results.table.response_kind)}", 26),
    )
    legend_below(figure, ax)
    return figure


def comparison_figure(results: Explanation, comparison: Comparison) -> Any:
    """A figure of the differences in loss between other methods and the network."""
    level = results.options.level
    others = [name for name in comparison.names if name != "network"]
    intervals = [comparison.interval(name, "network", level) for name in others]
    lower, upper = np.array(intervals).T / results.loss_scale
    differences = np.array([comparison.difference(name, "network").mean for name in others])
    figure, (ax,) = plotting.panels(1, height=1.4 + 0.4 * len(others), width=NARROW)
    plotting.differences_in_loss(
        ax,
        others,
        differences / results.loss_scale,
        (lower, upper),
    )
    return figure


def _layout(hidden: tuple[int, ...]) -> str:
    units = ", ".join(map(str, hidden))
    return f"hidden units {units}" if hidden else "no hidden layers"
