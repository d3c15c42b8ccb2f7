"""How is an exploration drawn?

Names in a table may be any text; they are drawn as plain text, never as formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxnn import plotting
from jaxnn.bootstrap import interval
from jaxnn.cli.results import Exploration
from jaxnn.refits import Effect
from jaxnn.tables import Column, Table
from jaxnn.tables.table import shown

MOST_POINTS = 2000  # rows in the figure of predicted against observed
MOST_LABELS = 30  # names that fit below an axis
MOST_CLASSES = 12  # curves that can be distinguished


def _words(text: str, limit: int = 28) -> str:
    """A name as matplotlib can draw it: short, in one line, and without formulas."""
    return shown(text, limit).replace("$", r"\$")


def _predicted(response: Column) -> str:
    if response.kind == "binary":
        return f"P({_words(response.name)} = {_words(response.levels[1], 16)})"
    return _words(response.name)


def _name_places(ax: Any, names: Sequence[str], what: str) -> None:
    """Fit names below an axis: slanted if they are long, left out if there are too many."""
    if len(names) > MOST_LABELS:
        ax.set_xticks([])
        ax.set_xlabel(f"{ax.get_xlabel()} ({len(names)} {what})")
    elif sum(max(map(len, name.split("\n"))) + 1 for name in names) > 52:
        slant = 90 if len(names) > 8 else 30
        ax.tick_params("x", labelrotation=slant)
        for label in ax.get_xticklabels():
            label.set(ha="right", va="center" if slant == 90 else "top", rotation_mode="anchor")


def observed_figure(results: Exploration) -> Any:
    """A figure of the out-of-bag predictions against the observed values."""
    figure, (ax,) = plotting.panels(1, height=4.2, width=7.0)
    table, predicted = results.table, results.out_of_bag
    response = table.response
    rows = np.flatnonzero(~np.isnan(predicted.mean))
    if not rows.size:
        ax.set_title("no refit has left a row out")
        return figure
    total = rows.size
    rows = rows[_evenly(total)]
    names = [_words(name, 16) for name in response.levels]
    plotting.predicted_versus_observed(
        ax,
        table.y[rows],
        predicted.mean[rows],
        (predicted.lower[rows], predicted.upper[rows]),
        levels=names,
    )
    ax.set_xlabel(f"observed {_words(response.name)}")
    name = _predicted(response)
    if response.kind == "categorical":
        name = f"P({name} = observed class)"
    ax.set_ylabel(f"out-of-bag {name}")
    _name_places(ax, names, "classes")
    some = f"{rows.size:,} of {total:,} rows" if rows.size < total else f"{total:,} rows"
    ax.set_title(
        f"{some}, each by those of {results.converged:,} refits that left it out\n"
        f"bars: pointwise {100 * results.options.level:g}% band over those refits"
    )
    return figure


def _evenly(total: int) -> np.ndarray:
    """Row numbers of at most `MOST_POINTS` of `total` rows, evenly spread."""
    return np.linspace(0, total - 1, min(MOST_POINTS, total)).round().astype(int)


def _is_counted(grid: np.ndarray) -> bool:
    """Whether a predictor is a small count, whose axis has ticks at whole numbers only."""
    return bool((grid == grid.round()).all() and grid[-1] - grid[0] <= 10)


def effect_figure(results: Exploration, effect: Effect) -> Any:
    """A figure of one predictor: average and individual curves, and beside them its profile."""
    table, center, level = results.table, results.options.center, results.options.level
    column, response = table.columns[effect.feature], table.response
    values = table.X[:, effect.feature]
    figure, axes = plotting.panels(2, height=4.3, sharey=True)
    titles = (
        f"averaged over {results.average_rows.size:,} rows",
        f"others at {center}" + " or most common level" * (center != "mode"),
    )
    curved = column.kind == "numeric" and len(effect.grid) > 1
    for ax, curves, title in zip(axes, (effect.average, effect.profile), titles, strict=True):
        _draw_curves(ax, table, effect, curves, level)
        if ax is axes[0] and curves.ndim == 2 and len(effect.grid) > 1:
            places = effect.grid if curved else np.arange(len(effect.grid))
            plotting.individual_curves(ax, places, effect.individual, what="individual curves")
        if curved:
            plotting.rug(ax, values[_evenly(len(values))])
            if _is_counted(effect.grid):
                ax.set_xticks(effect.grid)
        ax.set_xlabel(_words(column.name))
        ax.set_title(title)
        if not curved:
            _name_places(ax, _places(column, effect.grid, values), "levels")
    axes[0].set_ylabel(
        "probability of the class" if response.kind == "categorical" else _predicted(response)
    )
    handles, labels = axes[0].get_legend_handles_labels()
    form = "shaded" if curved else "bars"
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=min(len(labels), 4),
        title=f"{form}: {plotting.band_label(level, len(effect.average))}",
        title_fontsize=10,
    )
    return figure


def _places(column: Column, grid: np.ndarray, values: np.ndarray) -> list[str]:
    """Names of levels, each with its number of rows."""
    names = [_words(name, 16) for name in column.levels] or [f"{value:g}" for value in grid]
    counts = [np.count_nonzero(values == value) for value in grid]
    return [f"{name}\n({count:,})" for name, count in zip(names, counts, strict=True)]


def _draw_curves(ax: Any, table: Table, effect: Effect, curves: np.ndarray, level: float) -> None:
    """Draw the mean over refits with its band: one curve, or one per class."""
    column, response = table.columns[effect.feature], table.response
    chosen, labels = [0], ["average of the refits"]
    if curves.ndim == 3:
        counts = np.bincount(table.y.astype(int), minlength=curves.shape[2])
        chosen = sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
        labels = [f"P({_words(response.levels[k], 16)})" for k in chosen]
    colors, lines = list(plotting.COLORS), list(plotting.LINES)
    for order, (k, label) in enumerate(zip(chosen, labels, strict=True)):
        seen = curves[..., k] if curves.ndim == 3 else curves
        center, ends = seen.mean(axis=0), interval(seen, level)
        color = colors[order % 6]
        if column.kind == "numeric" and len(effect.grid) > 1:
            line = lines[order % len(lines)]
            plotting.band(ax, effect.grid, center, ends, label=label, color=color, line=line)
        else:
            names = _places(column, effect.grid, table.X[:, effect.feature])
            offset = 0.6 * ((order + 0.5) / len(chosen) - 0.5)
            plotting.level_points(ax, names, center, ends, label=label, color=color, offset=offset)
