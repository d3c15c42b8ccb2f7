"""How is an explanation drawn?

Names in a table may be any text; they are drawn as plain text, never as formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxnn import plotting
from jaxnn.bands.calibration import Band
from jaxnn.cli.bands import EffectBands
from jaxnn.cli.results import Explanation
from jaxnn.refits import Effect
from jaxnn.tables import Column, Table, axis_label
from jaxnn.tables.table import shown

MOST_POINTS = 2000  # rows in the figure of predicted against observed
MOST_LABELS = 60  # names that fit below an axis of full width
MOST_BESIDE = 12  # levels of which two panels fit beside each other
MOST_CLASSES = 12  # curves that can be distinguished
CORE = (0.02, 0.98)  # quantiles of a predictor beyond which its curves are pale
FEW_ROWS = 10  # a level with fewer rows is hollow


def _plain(text: str, limit: int = 28) -> str:
    """A name as matplotlib can draw it: short, on one line, and without formulas."""
    return shown(text, limit).replace("$", r"\$")


def _prediction_label(table: Table) -> str:
    """What is predicted: the probability of the positive class, or the mean response."""
    response = table.response
    if response.kind == "binary":
        return f"P({_plain(response.name)} = {_plain(response.levels[1], 16)})"
    if table.response_kind == "categorical":
        return _plain(response.name)
    return f"mean {_plain(axis_label(response), 60)}"


def _fit_tick_labels(ax: Any, names: Sequence[str], what: str) -> None:
    """Make names fit below an axis: slanted if they are long, left out if there are too many."""
    if len(names) > MOST_LABELS:
        ax.set_xticks([])
        ax.set_xlabel(f"{ax.get_xlabel()} ({len(names)} {what})".strip())
    elif len(names) > MOST_BESIDE:
        ax.set_xticks(range(len(names)), [name.replace("\n", " ") for name in names])
        ax.tick_params("x", labelrotation=90, labelsize=8)
    elif sum(max(map(len, name.split("\n"))) + 1 for name in names) > 52:
        slant = 90 if len(names) > 8 else 30
        ax.tick_params("x", labelrotation=slant)
        for label in ax.get_xticklabels():
            label.set(ha="right", va="center" if slant == 90 else "top", rotation_mode="anchor")


def observed_figure(results: Explanation) -> Any:
    """A figure of the out-of-bag predictions against the observed values."""
    figure, (ax,) = plotting.panels(1, height=4.2, width=7.0)
    table, predicted = results.table, results.out_of_bag
    response = table.response
    rows = np.flatnonzero(~np.isnan(predicted.mean))
    if not rows.size:
        ax.set_title("no refit left a row out")
        return figure
    total = rows.size
    rows = rows[_evenly(total)]
    names = [_plain(name, 16) for name in response.levels]
    level = f"{100 * results.options.level:g}%"
    new = results.new_interval
    plotting.predicted_versus_observed(
        ax,
        table.y[rows],
        predicted.mean[rows],
        (predicted.lower[rows], predicted.upper[rows]),
        new_interval=None if new is None else (new.lower[rows], new.upper[rows]),
        levels=names if table.response_kind in ("binary", "categorical") else (),
        interval_label=f"{level} band of the mean, over those refits",
        new_label=f"{level} prediction interval, for a new observation",
    )
    ax.set_xlabel(f"observed {_plain(axis_label(response), 60)}")
    name = _prediction_label(table)
    if response.kind == "categorical":
        name = f"P({name} = observed class)"
    ax.set_ylabel(f"out-of-bag {name}")
    _fit_tick_labels(ax, names, "classes")
    some = f"{rows.size:,} of {total:,} rows" if rows.size < total else f"{total:,} rows"
    ax.set_title(
        f"{some}, each predicted by those of {results.converged:,} refits that left it out"
    )
    figure.legend(loc="outside lower center")
    return figure


def _evenly(total: int) -> np.ndarray:
    """At most `MOST_POINTS` of the row numbers below `total`, evenly spaced."""
    return np.linspace(0, total - 1, min(MOST_POINTS, total)).round().astype(int)


def _is_small_count(grid: np.ndarray) -> bool:
    """Whether a predictor is a small count, so that its axis has ticks at whole numbers only."""
    return bool((grid == grid.round()).all() and grid[-1] - grid[0] <= 10)


def effect_figure(results: Explanation, found: EffectBands) -> Any:
    """A figure of one predictor: average and individual curves on the left, its profile right."""
    table, center, effect = results.table, results.options.center, found.effect
    column, response = table.columns[effect.feature], table.response
    values = table.X[:, effect.feature]
    curved = column.kind == "numeric" and len(effect.grid) > 1
    many = not curved and len(effect.grid) > MOST_BESIDE
    beside, height = (1, 3.4) if many else (2, 4.3)
    figure, axes = plotting.panels(2, columns=beside, height=height, sharex=many, sharey=True)
    titles = (
        f"averaged over {results.average_rows.size:,} rows",
        f"others at {center}" + " or most common level" * (center != "mode"),
    )
    name = "estimate, corrected for bias" if results.networks.calibrated else "mean of the refits"
    for ax, band, title in zip(axes, (found.average, found.profile), titles, strict=True):
        _draw_curves(ax, table, effect, band, name)
        if ax is axes[0] and band.center.ndim == 1 and len(effect.grid) > 1:
            x = effect.grid if curved else np.arange(len(effect.grid))
            plotting.individual_curves(ax, x, effect.individual, what="individual curves")
        if curved:
            plotting.rug(ax, values[_evenly(len(values))])
            if _is_small_count(effect.grid):
                ax.set_xticks(effect.grid, _level_labels(column, effect.grid, values))
        if ax is axes[-1] or not many:
            ax.set_xlabel(_plain(axis_label(column), 60))
        ax.set_title(title)
        if not curved:
            _fit_tick_labels(ax, _level_labels(column, effect.grid, values), "levels")
    predicted = _prediction_label(table)
    for ax in axes if many else axes[:1]:
        ax.set_ylabel("probability of the class" if response.kind == "categorical" else predicted)
    handles, labels = axes[0].get_legend_handles_labels()
    what = f"{'shaded' if curved else 'bars'}: {_band_label(results)}"
    low, high = np.quantile(values, CORE)
    if curved and (effect.grid[0] < low or high < effect.grid[-1]):
        what += "; pale: beyond the 2nd and 98th percentile"
    elif not curved and (_row_counts(effect.grid, values) < FEW_ROWS).any():
        what += f"; hollow: fewer than {FEW_ROWS} rows"
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=min(len(labels), 4),
        title=what,
        title_fontsize=10,
    )
    return figure


def _level_labels(column: Column, grid: np.ndarray, values: np.ndarray) -> list[str]:
    """Names of levels, each with its number of rows."""
    names = [_plain(name, 16) for name in column.levels] or [f"{value:g}" for value in grid]
    counts = _row_counts(grid, values)
    return [f"{name}\n({count:,})" for name, count in zip(names, counts, strict=True)]


def _row_counts(grid: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The number of rows at each value of a grid."""
    return np.array([np.count_nonzero(values == value) for value in grid])


def _band_label(results: Explanation) -> str:
    """What the bands are."""
    level = results.options.level
    if results.networks.simulated is None:
        return plotting.band_label(level, results.converged)
    draws = len(results.networks.simulated.out_of_bag)
    return f"calibrated {100 * level:g}% band ({results.converged:,} refits, {draws:,} simulations)"


def _draw_curves(ax: Any, table: Table, effect: Effect, band: Band, name: str) -> None:
    """Draw a curve with its band: one, or one per class."""
    column, response = table.columns[effect.feature], table.response
    values = table.X[:, effect.feature]
    parts = np.stack([band.center, band.lower, band.upper]).reshape(3, len(effect.grid), -1)
    chosen, labels = [0], [name]
    if parts.shape[2] > 1:
        counts = np.bincount(table.y.astype(int), minlength=parts.shape[2])
        chosen = sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
        labels = [f"P({_plain(response.levels[k], 16)})" for k in chosen]
    colors, lines = list(plotting.COLORS), list(plotting.LINES)
    for order, (k, label) in enumerate(zip(chosen, labels, strict=True)):
        center, *ends = parts[..., k]
        color = colors[order % 6]
        if column.kind == "numeric" and len(effect.grid) > 1:
            line, (low, high) = lines[order % len(lines)], np.quantile(values, CORE)
            core = (float(low), float(high))
            plotting.band(
                ax, effect.grid, center, tuple(ends), label=label, color=color, line=line, core=core
            )
        else:
            names = _level_labels(column, effect.grid, values)
            offset = 0.6 * ((order + 0.5) / len(chosen) - 0.5)
            few = _row_counts(effect.grid, values) < FEW_ROWS
            plotting.level_points(
                ax, names, center, tuple(ends), label=label, color=color, offset=offset, pale=few
            )
