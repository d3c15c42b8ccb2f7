"""How are surfaces of two predictors drawn in one call? As maps, and as a boundary with a ribbon.

    surface = refit_surface(model, table.X, ("age", "maximum heart rate"))
    plot_surface(surface)                         the prediction
    plot_standard_error(surface)                  how uncertain it is
    plot_boundary(surface, table.y)               where it crosses the threshold

Dots are the observed rows. A map is pale where no row is near, since it is extrapolated there. All
return axes, on which anything can be changed.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox, TransformedBbox

from jaxnn.errors import InputError, as_numbers, check_finite, check_name
from jaxnn.inspection.surfaces import Surface
from jaxnn.plotting.arguments import check_axes, check_output, check_texts, list_of_names
from jaxnn.plotting.effects import PREDICTIONS
from jaxnn.plotting.figure_style import COLORS, panels, style
from jaxnn.refits.surfaces import RefitSurface
from jaxnn.responses import RESPONSES
from jaxnn.results import check_result
from jaxnn.tables import axis_label

EDGE: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.5}
POINTS = 500  # rows with a dot
BANDS = 12  # colours at most of a map of two numeric predictors
BELOW, RIBBON, ABOVE = "#BFDDF0", "#F4F0E6", "#F6CDB0"  # sky, nearly white, and orange, pale
STEPS = 0.7548777, 0.5698403  # their multiples, less the whole part, fill a square evenly


def plot_surface(
    surface: Surface | RefitSurface,
    ax: Axes | None = None,
    *,
    output: int = 0,
    label: str | None = None,
) -> Axes:
    """Draw the prediction over two predictors as a map.

    Args:
      surface: as from `jaxnn.inspection.joint_surface` of one fit, or `refit_surface`, whose mean
        over refits is drawn.
      ax: where to draw; None makes a figure.
      output: which output is drawn, if there are several.
      label: of the colours; None says what is predicted.

    Returns:
      The axes; the colour bar is beside them.

    Raises:
      InputError, InputTypeError: not such a surface, or an output that there is not.

    Example:
      >>> from jaxnn.inspection import joint_surface
      >>> X = np.random.default_rng(0).normal(size=(50, 2))
      >>> ax = plot_surface(joint_surface(lambda X: X[:, 0] * X[:, 1], X, (0, 1)))
      >>> ax.get_xlabel(), ax.get_ylabel()
      ('x1', 'x2')
    """
    _check(surface, RefitSurface if isinstance(surface, RefitSurface) else Surface)
    check_axes(ax, optional=True)
    check_texts(label=label)
    if label is None:
        refitted = isinstance(surface, RefitSurface)
        label = PREDICTIONS[surface.response] if refitted else "prediction"
    values = _of_output(surface.prediction, surface, output)
    return _map(surface, values, ax, label, "viridis")


def plot_standard_error(
    surface: RefitSurface,
    ax: Axes | None = None,
    *,
    output: int = 0,
    label: str | None = None,
) -> Axes:
    """Draw the standard error of the prediction over two predictors as a map.

    Args:
      surface: as from `jaxnn.refits.refit_surface`.
      ax, output, label: as for `plot_surface`.

    Returns:
      The axes; the colour bar is beside them.

    Raises:
      InputError, InputTypeError: as `plot_surface`.
    """
    _check(surface, RefitSurface)
    check_axes(ax, optional=True)
    check_texts(label=label)
    if label is None:
        label = f"standard error over {len(surface.refits):,} refits"
    values = _of_output(surface.standard_error, surface, output)
    return _map(surface, values, ax, label, "BuPu")


def plot_boundary(
    surface: RefitSurface,
    y: Any = None,
    ax: Axes | None = None,
    *,
    output: int = 0,
    sides: tuple[str, str] | None = None,
) -> Axes:
    """Draw where the prediction crosses the threshold, and where the refits disagree about it.

    The two sides have a colour each; between them is the ribbon, in which more than a share of
    (1 - level) / 2 of the refits is on either side.

    Args:
      surface: as from `jaxnn.refits.refit_surface`, with a threshold.
      y: (n,) responses of the rows, by which their dots are coloured: above the threshold or not;
        for classes, in the class `output` or not. None draws grey dots.
      ax: where to draw; None makes a figure.
      output: which output is drawn, if there are several.
      sides: what the response is called below and above the threshold, such as the names of its
        two levels.

    Returns:
      The axes.

    Raises:
      InputError, InputTypeError: as `plot_surface`, no threshold, or y of another length.
    """
    _check(surface, RefitSurface)
    check_axes(ax, optional=True)
    names = None if sides is None else list_of_names(sides, "sides", 2)
    share = _of_output(_share_above(surface), surface, output)
    mean = _of_output(surface.prediction, surface, output)
    observed = _above(surface, y, output)
    threshold = f"{surface.threshold:g}"
    below, above = (f"{threshold} or less", f"above {threshold}") if names is None else names
    tail = (1 - surface.level) / 2
    with style() if ax is None else nullcontext():
        ax = _axes(ax)
        crosses = False
        zones = (share > tail).astype(float) + (share >= 1 - tail)
        if _numeric(surface):
            edges = [-1, tail, np.nextafter(1 - tail, 0), 2]
            ax.contourf(*surface.grids, share.T, edges, colors=[BELOW, RIBBON, ABOVE], zorder=0)
            crosses = bool(mean.min() < surface.threshold < mean.max())
            if crosses:
                ax.contour(*surface.grids, mean.T, [surface.threshold], colors="black")
        else:
            colors = ListedColormap([BELOW, RIBBON, ABOVE])
            ax.pcolormesh(*_edges(surface), zones.T, cmap=colors, vmin=0, vmax=2, zorder=0)
        _fade(ax, surface)
        _dots(ax, surface, observed, below, above)
        _label(ax, surface)
        ribbon = f"refits disagree (pointwise {100 * surface.level:g}% ribbon)"
        handles: list[Any] = [
            Patch(color=BELOW, label=f"predicted: {below}"),
            Patch(facecolor=RIBBON, edgecolor=COLORS["grey"], label=ribbon),
            Patch(color=ABOVE, label=f"predicted: {above}"),
        ]
        if crosses:
            label = f"mean of {len(surface.refits):,} refits = {threshold}"
            handles.append(Line2D([], [], color="black", linestyle="-", label=label))
        _legend(ax, handles + _handles(ax))
    return ax


def _map(surface: Any, values: np.ndarray, ax: Axes | None, label: str, colors: str) -> Axes:
    """Draw values (g0, g1) as a map with a colour bar, and the rows as dots."""
    with style() if ax is None else nullcontext():
        ax = _axes(ax)
        if _numeric(surface) and np.ptp(values) > 1e-9 * np.abs(values).max():
            # Multiples of 1, 2 or 5: those of probabilities end at 0 and 1.
            levels = MaxNLocator(BANDS, steps=[1, 2, 5, 10]).tick_values(values.min(), values.max())
            drawn = ax.contourf(*surface.grids, values.T, levels, cmap=colors, zorder=0)
        else:
            drawn = ax.pcolormesh(*_edges(surface), values.T, cmap=colors, zorder=0)
        figure = ax.get_figure(root=True)
        if figure is not None:
            figure.colorbar(drawn, ax=ax, label=label)
        _fade(ax, surface)
        _dots(ax, surface)
        _label(ax, surface)
        _legend(ax, _handles(ax))
    return ax


def _fade(ax: Axes, surface: Any) -> None:
    """Make the map pale where no row is near."""
    if surface.nearby.all():
        return
    pale = np.ma.masked_array(np.ones(surface.nearby.shape), surface.nearby)
    white = ListedColormap(["white"])
    ax.pcolormesh(*_edges(surface), pale.T, cmap=white, alpha=0.6, linewidth=0, zorder=0.5)
    ax.fill([], [], color="white", alpha=0.6, ec=COLORS["grey"], label="pale: no row nearby")


def _dots(
    ax: Axes,
    surface: Any,
    above: np.ndarray | None = None,
    *names: str,
) -> None:
    """Draw the rows, those of one level side by side, and those at the edges whole."""
    shown = np.linspace(0, len(surface.points) - 1, min(POINTS, len(surface.points)))
    shown = shown.round().astype(int)
    places = surface.points[shown].astype(float)
    for axis, column in enumerate(surface.columns):
        if column.levels:
            places[:, axis] += 0.7 * ((np.arange(len(shown)) * STEPS[axis]) % 1 - 0.5)
    total = len(surface.points)
    rows = f"{total:,} rows" if len(shown) == total else f"{len(shown):,} of {total:,} rows"
    if above is None:
        dots = ax.plot(*places.T, "o", color="black", **EDGE, markersize=4, alpha=0.7, label=rows)
    else:
        dots = []
        marks = (("o", COLORS["blue"]), ("^", COLORS["vermilion"]))
        for side, (marker, shade) in enumerate(marks):
            look = {"color": shade, "markersize": 5, "alpha": 0.8, **EDGE}
            kept = places[above[shown] == bool(side)]
            dots += ax.plot(*kept.T, marker, label=f"observed: {names[side]}", **look)
    around = TransformedBbox(Bbox([[-0.02, -0.02], [1.02, 1.02]]), ax.transAxes)
    for dot in dots:
        dot.set(clip_box=around, zorder=3)


def _label(ax: Axes, surface: Any) -> None:
    """Name both axes and their levels, and end them with the grids."""
    for axis, column, grid, edges in zip(
        (ax.xaxis, ax.yaxis), surface.columns, surface.grids, _edges(surface), strict=True
    ):
        axis.set_label_text(axis_label(column), parse_math=False)
        if column.levels:
            names = [column.levels[int(code)] for code in grid]
            axis.set_ticks(np.asarray(grid, float), names, parse_math=False)
            ends = edges[[0, -1]]
        else:
            ends = np.array([np.min(grid), np.max(grid)])
            if ends[0] == ends[1]:
                ends = edges[[0, -1]]
        (ax.set_xlim if axis is ax.xaxis else ax.set_ylim)(*ends)
    ax.grid(False)


def _legend(ax: Axes, handles: list[Any]) -> None:
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)


def _handles(ax: Axes) -> list[Any]:
    return ax.get_legend_handles_labels()[0]


def _axes(ax: Axes | None) -> Axes:
    return panels(1, height=5.6, width=7.5)[1][0] if ax is None else ax


def _numeric(surface: Any) -> bool:
    """Whether a map can be smooth: both predictors are numbers, with several values in order."""
    return all(
        not column.levels and len(grid) > 1 and (np.diff(grid) > 0).all()
        for column, grid in zip(surface.columns, surface.grids, strict=True)
    )


def _edges(surface: Any) -> list[np.ndarray]:
    """The edges of the cells around the values of each grid."""
    edges = []
    for grid in surface.grids:
        values = np.asarray(grid, float)
        if len(values) == 1:
            edges.append(values[0] + np.array([-0.5, 0.5]))
            continue
        middle = (values[1:] + values[:-1]) / 2
        ends = [2 * values[0] - middle[0], 2 * values[-1] - middle[-1]]
        edges.append(np.concatenate([ends[:1], middle, ends[1:]]))
    return edges


def _check(surface: Any, kind: type[Surface] | type[RefitSurface]) -> None:
    """Refuse what is not such a surface."""
    source = "refit_surface" if kind is RefitSurface else "joint_surface or refit_surface"
    axes = {"points": "n two", "nearby": "g0 g1"}
    if kind is RefitSurface:
        axes |= {"refits": "r g0 g1 *", "share_above": "g0 g1 *", "standard_error": "g0 g1 *"}
    check_result(surface, "surface", kind, source, **axes)
    sides = tuple(len(grid) for grid in surface.grids)
    if surface.nearby.shape != sides or 0 in sides or surface.points.shape[1:] != (2,):
        raise InputError(
            f"surface has grids of {sides} values and nearby of shape {surface.nearby.shape}; pass "
            f"what {source} returns, as it is."
        )
    if isinstance(surface, RefitSurface):
        check_name(surface.response, "the response of surface", RESPONSES)


def _of_output(values: np.ndarray, surface: Any, output: Any) -> np.ndarray:
    """(g0, g1) the values of one output."""
    sides = tuple(len(grid) for grid in surface.grids)
    if values.shape[:2] != sides or values.ndim > 3:
        raise InputError(
            f"surface.prediction has shape {values.shape} over grids of {sides[0]} and {sides[1]} "
            "values; pass a surface without a replicate axis, as refit_surface makes one."
        )
    outputs = values.shape[2] if values.ndim == 3 else 1
    check_output(output, outputs)
    return values if values.ndim == 2 else values[..., output]


def _share_above(surface: RefitSurface) -> np.ndarray:
    if surface.share_above is None or surface.threshold is None:
        raise InputError("surface has no threshold; pass refit_surface(..., threshold=...).")
    return surface.share_above


def _above(surface: RefitSurface, y: Any, output: int) -> np.ndarray | None:
    """(n,) bool, on which side of the threshold each response is; None without responses."""
    if y is None:
        return None
    responses = as_numbers(y, "y")
    if responses.shape != (len(surface.points),):
        raise InputError(
            f"y has shape {responses.shape}; pass one response for each of the "
            f"{len(surface.points)} rows."
        )
    check_finite(responses, "y")
    if surface.response == "categorical":
        return responses == output
    return responses > (surface.threshold or 0)
