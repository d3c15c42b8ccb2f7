"""How is an explanation drawn?

Names in a table may be any text; they are drawn as plain text, never as formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jaxnn import plotting
from jaxnn.bands.calibration import Band
from jaxnn.bands.simultaneous import SimultaneousBand
from jaxnn.cli.bands import EffectBands
from jaxnn.cli.results import Explanation
from jaxnn.inspection.calibration import Calibration
from jaxnn.refits import Effect, RefitImportance
from jaxnn.tables import Column, Table, axis_label
from jaxnn.tables.table import one_line

MOST_POINTS = 1500  # rows in the figure of predicted against observed
MOST_LABELS = 60  # names that fit below an axis of full width
MOST_UPRIGHT = 12  # names that are not all turned
MOST_TICKS = 600  # of the rows
MOST_IMPORTANCES = 20
NARROW, HEIGHT = 5.2, 4.0  # inches, with which a figure can be read on a phone
MOST_CLASSES = 12  # curves that can be distinguished
ACCUMULATED = "accumulated local effects"
CORE = (0.02, 0.98)  # quantiles of a predictor beyond which its curves are pale
FEW_ROWS = 10  # a level with fewer rows is hollow


def plain(text: str, limit: int = 28) -> str:
    """A name as matplotlib can draw it: short, on one line, and without formulas."""
    return one_line(text, limit).replace("$", r"\$")


def prediction_label(table: Table) -> str:
    """What is predicted: the probability of the positive class, or the mean response."""
    response = table.response
    if response.kind == "binary":
        return f"P({plain(response.name)} = {plain(response.levels[1], 16)})"
    if table.response_kind == "categorical":
        return plain(response.name)
    return f"mean {plain(axis_label(response), 60)}"


def _fit_tick_labels(ax: Any, names: Sequence[str], what: str) -> None:
    """Make names fit below an axis: slanted if they are long, left out if there are too many."""
    if len(names) > MOST_LABELS:
        ax.set_xticks([])
        ax.set_xlabel(f"{ax.get_xlabel()} ({len(names)} {what})".strip())
    elif len(names) > MOST_UPRIGHT:
        ax.set_xticks(range(len(names)), [name.replace("\n", " ") for name in names])
        ax.tick_params("x", labelrotation=90, labelsize=8)
    elif sum(max(map(len, name.split("\n"))) + 1 for name in names) > 40:
        slant = 90 if len(names) > 8 else 30
        ax.tick_params("x", labelrotation=slant)
        for label in ax.get_xticklabels():
            label.set(ha="right", va="center" if slant == 90 else "top", rotation_mode="anchor")


def observed_figure(results: Explanation) -> Any:
    """A figure of the out-of-bag predictions against the observed values."""
    figure, (ax,) = plotting.panels(1, height=HEIGHT + 0.4, width=NARROW)
    table, predicted = results.table, results.out_of_bag
    response = table.response
    rows = np.flatnonzero(~np.isnan(predicted.mean))
    if not rows.size:
        ax.set_title("no refit left a row out")
        return figure
    total = rows.size
    rows = rows[_evenly(total, MOST_POINTS)]
    names = [plain(name, 16) for name in response.levels]
    level = f"{100 * results.options.level:g}%"
    new = results.new_interval
    plotting.predicted_versus_observed(
        ax,
        table.y[rows],
        predicted.mean[rows],
        (predicted.lower[rows], predicted.upper[rows]),
        new_interval=None if new is None else (new.lower[rows], new.upper[rows]),
        levels=names if table.response_kind in ("binary", "categorical") else (),
        interval_label=f"{level} band of the mean",
        new_label=f"{level} interval of a new observation",
    )
    ax.set_xlabel(f"observed {plain(axis_label(response), 60)}")
    name = prediction_label(table)
    if response.kind == "categorical":
        name = f"P({name} = observed class)"
    ax.set_ylabel(f"out-of-bag {name}")
    _fit_tick_labels(ax, names, "classes")
    legend_below(figure, ax)
    return figure


def legend_below(figure: Any, ax: Any) -> None:
    """Move the legend below the axes, where it hides nothing, in one or two columns."""
    handles, labels = ax.get_legend_handles_labels()
    if (legend := ax.get_legend()) is not None:
        legend.remove()
    columns = 2 if max(map(len, labels)) < 24 else 1
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)


def _evenly(total: int, most: int) -> np.ndarray:
    """At most `most` of the row numbers below `total`, evenly spaced."""
    return np.linspace(0, total - 1, min(most, total)).round().astype(int)


def _is_small_count(grid: np.ndarray) -> bool:
    """Whether a predictor is a small count, so that its axis has ticks at whole numbers only."""
    return bool((grid == grid.round()).all() and grid[-1] - grid[0] <= 10)


def effect_figures(results: Explanation, found: EffectBands) -> tuple[Any, Any]:
    """The figures of one predictor, at the same scale: its average curve, and its profile."""
    table, effect = results.table, found.effect
    column, response = table.columns[effect.feature], table.response
    values = table.X[:, effect.feature]
    curved = column.kind == "numeric" and len(effect.grid) > 1
    name = "estimate, corrected for bias" if results.networks.calibrated else "mean of the refits"
    drawn = []
    for band in (found.average, found.profile):
        figure, (ax,) = plotting.panels(1, height=HEIGHT, width=NARROW)
        drawn.append((figure, ax))
        whole = found.whole if band is found.average else None
        _draw_curves(ax, results, effect, band, whole, name)
        if band is found.average and band.center.ndim == 1 and len(effect.grid) > 1:
            x = effect.grid if curved else np.arange(len(effect.grid))
            plotting.individual_curves(ax, x, effect.individual, what="individual curves")
        if band is found.average and band.center.ndim == 1:
            _draw_accumulated(ax, found, curved)
        if curved:
            plotting.rug(ax, values[_evenly(len(values), MOST_TICKS)])
            deciles: dict[str, Any] = {
                "color": "black",
                "linewidth": 1.2,
                "transform": ax.get_xaxis_transform(),
            }
            ax.vlines(effect.density.deciles, 0, 0.06, **deciles)
            if _is_small_count(effect.grid):
                ax.set_xticks(effect.grid, _level_labels(column, effect.grid, values))
        ax.set_xlabel(plain(axis_label(column), 60))
        if not curved:
            _fit_tick_labels(ax, _level_labels(column, effect.grid, values), "levels")
        predicted = prediction_label(table)
        ax.set_ylabel("probability of the class" if response.kind == "categorical" else predicted)
    limits = np.array([ax.get_ylim() for _, ax in drawn])
    for figure, ax in drawn:
        ax.set_ylim(limits[:, 0].min(), limits[:, 1].max())
        legend_below(figure, ax)
    return drawn[0][0], drawn[1][0]


def importance_figure(importance: RefitImportance, unit: str) -> Any:
    """A figure of the importances with their intervals."""
    rows = min(len(importance.names), MOST_IMPORTANCES)
    figure, (ax,) = plotting.panels(1, height=1.1 + 0.3 * rows, width=NARROW)
    plotting.importance_chart(importance, ax, most=MOST_IMPORTANCES)
    ax.set_xlabel(f"rise of the loss ({unit})")
    legend_below(figure, ax)
    return figure


def calibration_figure(results: Explanation, calibration: Calibration) -> Any:
    """A figure of the calibration of predictions out of bag."""
    figure, (ax,) = plotting.panels(1, height=HEIGHT + 0.4, width=NARROW)
    classes = ()
    if results.table.response_kind == "categorical":
        classes = [plain(level, 16) for level in results.table.response.levels]
    plotting.plot_calibration(calibration, ax, classes=classes, numbers=False)
    ax.locator_params("x", nbins=5)
    if results.table.response_kind == "binary":
        ax.set_xlabel(f"predicted {prediction_label(results.table)}")
        ax.set_ylabel(f"observed share of {plain(results.table.response.levels[1], 16)}")
    legend_below(figure, ax)
    return figure


def what_is_pale(results: Explanation, found: EffectBands) -> str:
    """What is drawn pale or hollow in the figures of a predictor, or nothing."""
    effect, column = found.effect, results.table.columns[found.effect.feature]
    values = results.table.X[:, effect.feature]
    low, high = np.quantile(values, CORE)
    if column.kind == "numeric" and len(effect.grid) > 1:
        beyond = effect.grid[0] < low or high < effect.grid[-1]
        return "Pale: beyond the 2nd and 98th percentile of the rows." if beyond else ""
    few = (_row_counts(effect.grid, values) < FEW_ROWS).any()
    return f"Hollow: fewer than {FEW_ROWS} rows." if few else ""


def _level_labels(column: Column, grid: np.ndarray, values: np.ndarray) -> list[str]:
    """Names of levels, each with its number of rows."""
    names = [plain(name, 16) for name in column.levels] or [f"{value:g}" for value in grid]
    counts = _row_counts(grid, values)
    return [f"{name}\n({count:,})" for name, count in zip(names, counts, strict=True)]


def _row_counts(grid: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The number of rows at each value of a grid."""
    return np.array([np.count_nonzero(values == value) for value in grid])


def band_label(results: Explanation) -> str:
    """What the bands are."""
    level = results.options.level
    if results.networks.simulated is None:
        return plotting.band_label(level, results.converged)
    draws = len(results.networks.simulated.out_of_bag)
    return (
        f"pointwise {100 * level:g}% band, calibrated ({results.converged:,} refits, "
        f"{draws:,} simulations)"
    )


def _draw_accumulated(ax: Any, found: EffectBands, curved: bool) -> None:
    """Draw accumulated effects where the average goes over rows unlike any other."""
    effect = found.effect
    if effect.impossible is None or effect.impossible.warning is None:
        return
    heights = found.accumulated.center + effect.mean_over_rows
    if curved:
        plotting.band(
            ax, effect.edges, heights, label=ACCUMULATED, color="vermilion", line="dashed"
        )
    else:
        places = np.searchsorted(effect.grid, effect.edges) + 0.12
        ax.plot(places, heights, "D", label=ACCUMULATED, color=plotting.COLORS["vermilion"])


def _draw_curves(
    ax: Any,
    results: Explanation,
    effect: Effect,
    band: Band,
    whole: SimultaneousBand | None,
    name: str,
) -> None:
    """Draw a curve with its bands: one, or one per class with its pointwise band."""
    table, level = results.table, f"{100 * results.options.level:g}%"
    column, response = table.columns[effect.feature], table.response
    values = table.X[:, effect.feature]
    parts = np.stack([band.center, band.lower, band.upper]).reshape(3, len(effect.grid), -1)
    chosen, labels = [0], [name]
    if parts.shape[2] > 1:
        counts = np.bincount(table.y.astype(int), minlength=parts.shape[2])
        chosen = sorted(np.argsort(-counts, kind="stable")[:MOST_CLASSES])
        labels = [f"P({plain(response.levels[k], 16)})" for k in chosen]
    outer: dict[str, Any] = {}
    if parts.shape[2] == 1 and whole is not None:
        lower, upper = np.minimum(whole.lower, band.lower), np.maximum(whole.upper, band.upper)
        outer = {
            "outer": (lower.ravel(), upper.ravel()),
            "interval_label": f"{level} at each value",
            "outer_label": f"{level} at all values at once",
        }
    colors, lines = list(plotting.COLORS), list(plotting.LINES)
    for order, (k, label) in enumerate(zip(chosen, labels, strict=True)):
        center, *ends = parts[..., k]
        color = colors[order % 6]
        if column.kind == "numeric" and len(effect.grid) > 1:
            line, (low, high) = lines[order % len(lines)], np.quantile(values, CORE)
            core = (float(low), float(high))
            shown: dict[str, Any] = {
                "label": label,
                "color": color,
                "line": line,
                "core": core,
                **outer,
            }
            plotting.band(ax, effect.grid, center, tuple(ends), **shown)
        else:
            names = _level_labels(column, effect.grid, values)
            offset = 0.6 * ((order + 0.5) / len(chosen) - 0.5)
            few = _row_counts(effect.grid, values) < FEW_ROWS
            shown = {"label": label, "color": color, "offset": offset, "pale": few, **outer}
            plotting.level_points(ax, names, center, tuple(ends), **shown)
