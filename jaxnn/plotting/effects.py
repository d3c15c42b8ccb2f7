"""How is the effect of a predictor drawn in one call? With bands, and with where the data are.

    plot_effect(effect(model, table.X, "age"))     one predictor
    plot_effects(effects(model, table.X))          all of them, at the same scale

Dark is the pointwise band and light the simultaneous one, in which the whole curve lies as often as
its level says. Long ticks at the bottom are the deciles of the rows, short ones are single rows.
Both return axes, on which anything can be changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from jaxnn.errors import InputError, check_bool, check_count
from jaxnn.inspection.arguments import as_list
from jaxnn.plotting.arguments import check_axes, check_output
from jaxnn.plotting.curves import band, individual_curves, level_points, rug
from jaxnn.plotting.figure_style import COLORS, axis_label, panels, style
from jaxnn.refits.effect_bands import CurveBands, CurveName, curve_bands
from jaxnn.refits.effects import Effect, check_effect

LETTERS = 11  # of names of levels that fit side by side into an inch
ACCUMULATED = "accumulated local effects"
PREDICTIONS = {
    "quantitative": "predicted response",
    "binary": "predicted probability",
    "categorical": "predicted probability of the class",
    "count": "predicted count",
}


def plot_effect(
    effect: Effect,
    ax: Axes | None = None,
    *,
    curve: CurveName = "average",
    level: float = 0.95,
    individual: int = 0,
    accumulated: bool | None = None,
    output: int = 0,
    fitted: Effect | None = None,
    simulated: Effect | None = None,
    legend: bool = True,
) -> Axes:
    """Draw the curve of one predictor with its bands, or its levels as points with bars.

    Args:
      effect: as from `jaxnn.refits.effect`.
      ax: where to draw; None makes a figure.
      curve: "average", "profile", "row" or "accumulated".
      level: coverage of both bands, in (0, 1).
      individual: the largest number of thin curves of single rows; 0 draws none.
      accumulated: whether the accumulated local effects are drawn too, with the same mean over the
        rows. None draws them where the average runs over rows unlike any other, so that
        `effect.impossible.warning` is a sentence.
      output: which output is drawn, if there are several.
      fitted, simulated: effects that calibrate the bands, as for `jaxnn.refits.curve_bands`.
      legend: whether there is a legend.

    Returns:
      The axes. The text at the top says in which share of the refits the average curve ends higher
      than it begins.

    Raises:
      InputError, InputTypeError: as `jaxnn.refits.curve_bands`, or an output that there is not.

    Example:
      >>> import jax, jaxnn
      >>> from jaxnn.bootstrap import bootstrap
      >>> from jaxnn.refits import effect, refitted_network
      >>> X = np.linspace(-1, 1, 20)[:, None]
      >>> fitter = jaxnn.Fitter(jaxnn.MLP((1, 3, 1)), jaxnn.Recipe(epochs=3))
      >>> refits = bootstrap(jax.random.key(0), fitter, X, X[:, 0] ** 2, replicates=4)
      >>> ax = plot_effect(effect(refitted_network(fitter, refits), X, 0, resolution=9))
      >>> ax.get_xlabel(), ax.get_ylabel()
      ('x1', 'predicted response')
    """
    check_axes(ax, optional=True)
    check_bool(legend, "legend")
    if accumulated is not None:
        check_bool(accumulated, "accumulated")
    bands = _of_output(
        curve_bands(effect, curve, level, fitted=fitted, simulated=simulated), output
    )
    check_count(individual, "individual", 0)
    own = ax is None
    with style() if own else nullcontext():
        ax = panels(1)[1][0] if ax is None else ax
        _draw(effect, ax, bands, curve, individual, accumulated, output)
        if legend and own:
            _legend_below([ax])
        elif legend:
            ax.legend()
    return ax


def plot_effects(
    effects: Iterable[Effect], *, columns: int = 3, height: float = 2.9, **settings: Any
) -> list[Axes]:
    """Draw the curves of several predictors in one figure, all at the same scale.

    Args:
      effects: up to 26, as from `jaxnn.refits.effects`.
      columns: panels per row.
      height: of a row, in inches.
      **settings: as for `plot_effect`.

    Returns:
      One axes per predictor; `axes[0].figure` is the figure, with one legend below all panels.

    Raises:
      InputError, InputTypeError: as `plot_effect`, or no effects or more than 26.
    """
    wanted = "what jaxnn.refits.effects returned"
    listed = [effects] if isinstance(effects, Effect) else as_list(effects, "effects", wanted)
    if not 1 <= len(listed) <= 26:
        raise InputError(f"effects holds {len(listed)} effects; pass from 1 to 26.")
    for one in listed:
        check_effect(one, "an effect of effects")
    with style():
        _, axes = panels(len(listed), columns=columns, height=height, sharey=True, letters=False)
        for place, (one, ax) in enumerate(zip(listed, axes, strict=True)):
            plot_effect(one, ax, legend=False, **settings)
            if place % min(columns, len(listed)):
                ax.set_ylabel("")
        _legend_below(axes)
    return axes


def _draw(
    effect: Effect,
    ax: Axes,
    bands: CurveBands,
    curve: str,
    individual: int,
    accumulated: bool | None,
    output: int,
) -> None:
    """Draw everything but the legend on the axes."""
    described = f"{bands.refits:,} refits"
    if bands.simulations:
        described += f", {bands.simulations:,} simulations"
    shown: dict[str, Any] = {
        "label": f"mean of {described}" if not bands.simulations else f"estimate ({described})",
        "interval_label": f"{100 * bands.level:g}% at each value",
        "outer": bands.simultaneous,
        "outer_label": f"{100 * bands.level:g}% at all values at once",
    }
    levelled = bool(effect.column.levels) or len(bands.x) == 1
    x = np.arange(len(bands.x)) if levelled else bands.x
    if levelled:
        names = _level_names(effect, bands.x)
        pale = effect.extrapolated if len(effect.grid) == len(names) else None
        level_points(ax, names, bands.center, bands.pointwise, pale=pale, **shown)
        _fit_names(ax, names)
    else:
        order = np.argsort(x, kind="stable")
        in_order = _ordered(bands, order)
        core = (float(effect.observed.min()), float(effect.observed.max()))
        band(ax, x[order], in_order.center, in_order.pointwise, core=core, **shown)
        _draw_density(ax, effect)
    if individual and curve == "average":
        curves = (
            effect.individual[..., output] if effect.individual.ndim == 3 else effect.individual
        )
        individual_curves(ax, x, curves, most=individual, what="rows")
    if accumulated is None:
        accumulated = effect.impossible is not None and effect.impossible.warning is not None
    if accumulated and curve == "average":
        local = _of_output(curve_bands(effect, "accumulated", bands.level), output)
        mean = np.atleast_1d(effect.mean_over_rows)[output]
        if levelled:
            places = np.searchsorted(bands.x, local.x) + 0.12
            ax.plot(places, local.center + mean, "D", label=ACCUMULATED, color=COLORS["vermilion"])
        else:
            shape = local.center + mean
            band(ax, local.x, shape, label=ACCUMULATED, color="vermilion", line="dashed")
    ax.set_xlabel(axis_label(effect.column.name, effect.column.unit))
    difference = "change of the " if curve == "accumulated" else ""
    ax.set_ylabel(difference + PREDICTIONS[effect.response])
    if not levelled:
        rises = np.atleast_1d(effect.rises)[output]
        ax.set_title(f"ends higher in {rises:.0%} of refits", loc="right", fontsize="small")


def _draw_density(ax: Axes, effect: Effect) -> None:
    """Short ticks for rows, and long ones for deciles of the rows."""
    rug(ax, effect.density.values)
    long = {"color": "black", "linewidth": 1.2, "transform": ax.get_xaxis_transform()}
    ax.vlines(effect.density.deciles, 0, 0.06, **long)
    if effect.column.origin:
        first = np.datetime64(effect.column.origin)
        ax.xaxis.set_major_formatter(lambda day, _: str(first + np.timedelta64(round(day), "D")))


def _level_names(effect: Effect, x: np.ndarray) -> list[str]:
    """Names of levels, each with the weight of its rows."""
    levels = effect.column.levels
    if not levels:
        return [f"{value:g}" for value in x]
    places = x.astype(int)
    return [f"{levels[place]}\n({effect.density.counts[place]:,g})" for place in places]


def _fit_names(ax: Axes, names: list[str]) -> None:
    """Turn names of levels that would overlap."""
    grid, figure = ax.get_gridspec(), ax.get_figure(root=True)
    width = figure.get_figwidth() / (grid.ncols if grid else 1) if figure else 4.0
    longest = max(len(line) for name in names for line in name.split("\n"))
    if longest * len(names) > LETTERS * width:
        ax.tick_params("x", labelrotation=25, labelsize="small")
        for text in ax.get_xticklabels():
            text.set_horizontalalignment("right")


def _of_output(bands: CurveBands, output: Any) -> CurveBands:
    """The bands of one output."""
    outputs = bands.center.shape[1] if bands.center.ndim == 2 else 1
    check_output(output, outputs)
    if bands.center.ndim == 1:
        return bands
    return _indexed(bands, (slice(None), output))


def _ordered(bands: CurveBands, order: np.ndarray) -> CurveBands:
    """The bands with their points in another order."""
    return _indexed(bands._replace(x=bands.x[order]), order)


def _indexed(bands: CurveBands, index: Any) -> CurveBands:
    return bands._replace(
        center=bands.center[index],
        pointwise=type(bands.pointwise)(*(end[index] for end in bands.pointwise)),
        simultaneous=type(bands.simultaneous)(*(end[index] for end in bands.simultaneous)),
    )


def _legend_below(axes: list[Axes]) -> None:
    """One legend of all different entries, below all panels of a figure."""
    entries: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            entries.setdefault(label, handle)
    axes[0].get_figure(root=True).legend(  # type: ignore[union-attr]  # axes of panels have one
        list(entries.values()),
        list(entries),
        loc="outside lower center",
        ncols=min(3, len(entries)),
    )
