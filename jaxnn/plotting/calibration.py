"""How is calibration drawn? Observed against predicted, bin by bin, about the diagonal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from jaxnn.errors import check_bool, check_name
from jaxnn.inspection.calibration import Calibration, CalibrationCurve
from jaxnn.inspection.score_intervals import ScoreInterval
from jaxnn.plotting.arguments import check_axes, check_texts, list_of_names
from jaxnn.plotting.figure_style import COLORS, LINES, axis_label, panels
from jaxnn.responses import RESPONSES
from jaxnn.results import check_result

SHADES = ("blue", "vermilion", "green", "purple", "orange", "grey")
MARKS = ("o", "s", "^", "D", "v", "P")
STRIP = 0.12  # height of the histogram, as a share of the axes
HISTOGRAM_BINS = 40


def plot_calibration(
    result: Calibration,
    ax: Axes | None = None,
    *,
    classes: Sequence[str] = (),
    unit: str = "",
    numbers: bool = True,
) -> Axes:
    """Draw observed against predicted for each bin, with intervals and the predictions' histogram.

    Points on the dashed diagonal are calibrated. The size of the bars along the bottom shows how
    many rows have such a prediction.

    Args:
      result: as from `jaxnn.refits.calibration_curve` or `jaxnn.inspection.calibration`.
      ax: where to draw; None makes a figure.
      classes: names of the classes of a categorical response; () takes their codes.
      unit: of a number or a count, for the axes.
      numbers: whether a single curve has its slope, intercept and expected calibration error beside
        it.

    Returns:
      The axes. Of more than six classes the six most frequent are drawn; the legend says so.

    Raises:
      InputTypeError: `result` is no calibration.
      InputError: another number of names than of classes.

    Example:
      >>> from jaxnn.inspection import calibration
      >>> result = calibration([0, 0, 1, 0, 1, 1], [0.2, 0.2, 0.2, 0.7, 0.7, 0.7])
      >>> plot_calibration(result).get_ylabel()
      'observed share of y = 1'
    """
    check_result(result, "result", Calibration, "calibration or calibration_curve")
    check_name(result.response, "the response of result", RESPONSES)
    check_axes(ax, optional=True)
    check_texts(unit=unit)
    check_bool(numbers, "numbers")
    curves = result.curves
    for curve in curves:
        axes = dict.fromkeys(("predicted", "observed", "lower", "upper", "rows", "weight"), "b")
        check_result(curve, "a curve of result", CalibrationCurve, "calibration", **axes)
    no_names = isinstance(classes, list | tuple) and not classes
    classes = [] if no_names else list_of_names(classes, "classes", len(curves))
    if ax is None:
        ax = panels(1, width=5.6, height=5.4)[1][0]
    many = result.response == "categorical"
    frequent = sorted(curves, key=lambda curve: -float(curve.weight @ curve.observed))
    shown = sorted(frequent[: len(SHADES)], key=lambda curve: curve.code)
    start, stop = _range(result.response, shown)
    ax.plot([start, stop], [start, stop], color=COLORS["grey"], linestyle=LINES["dashed"])
    edges = np.linspace(start, stop, HISTOGRAM_BINS + 1)
    for place, curve in enumerate(shown):
        label = f"bins with {result.level:.0%} intervals"
        if many:
            label = classes[curve.code] if classes else f"class {curve.code}"
        _draw(ax, curve, SHADES[place], MARKS[place], label, edges, faint=many)
    _name_axes(ax, result.response, unit)
    ax.set_xlim(start, stop)
    low, high = (start, stop) if result.response in ("binary", "categorical") else ax.get_ylim()
    ax.set_ylim(low - (high - low) * STRIP / (1 - STRIP), high)  # points stay above the histogram
    if many:
        left_out = len(curves) - len(shown)
        title = f"the {len(shown)} most frequent classes" if left_out else None
        ax.legend(loc="upper left", title=title)
    elif numbers:
        ax.text(0.03, 0.97, _numbers(shown[0]), transform=ax.transAxes, va="top", size=10)
        ax.legend(loc="lower right", bbox_to_anchor=(1, STRIP + 0.02))
    return ax


def _range(kind: str, curves: Sequence[CalibrationCurve]) -> tuple[float, float]:
    """The ends of the axis of predictions."""
    if kind in ("binary", "categorical"):
        return -0.02, 1.02
    low = min(float(curve.predictions[0]) for curve in curves)
    high = max(float(curve.predictions[-1]) for curve in curves)
    edge = 0.03 * (high - low) or 0.5
    return low - edge, high + edge


def _draw(
    ax: Axes,
    curve: CalibrationCurve,
    shade: str,
    mark: str,
    label: str,
    edges: np.ndarray,
    faint: bool,
) -> None:
    """One curve, and the histogram of its predictions along the bottom of the axes."""
    color = COLORS[shade]
    known = np.isfinite(curve.lower)
    ends = curve.lower[known], curve.upper[known]
    ax.vlines(
        curve.predicted[known], *ends, color=color, linewidth=1.6, alpha=0.4 if faint else 0.7
    )
    ax.plot(
        curve.predicted,
        curve.observed,
        marker=mark,
        color=color,
        linestyle="-",
        linewidth=1.0,
        markersize=5,
        label=label,
    )
    height = np.histogram(curve.predictions, edges)[0]
    height = (STRIP - 0.01) * height / max(1, height.max())
    across = ax.get_xaxis_transform()
    if faint:
        ax.stairs(height, edges, color=color, linewidth=1.0, transform=across)
    else:
        ax.stairs(height, edges, color=color, fill=True, alpha=0.35, transform=across)


def _name_axes(ax: Axes, kind: str, unit: str) -> None:
    if kind == "binary":
        ax.set_xlabel("predicted probability of y = 1")
        ax.set_ylabel("observed share of y = 1")
    elif kind == "categorical":
        ax.set_xlabel("predicted probability of the class")
        ax.set_ylabel("observed share of the class")
    else:
        ax.set_xlabel(axis_label("predicted", unit))
        ax.set_ylabel(axis_label("mean observed", unit))
    if kind in ("binary", "categorical"):
        ax.set_yticks(np.arange(6) / 5)


def _numbers(curve: CalibrationCurve) -> str:
    """What the curve comes to, in three lines."""
    error, chance = curve.expected_error, curve.expected_by_chance
    return "\n".join(
        [
            f"slope {_with_interval(curve.slope)}",
            f"intercept {_with_interval(curve.intercept)}",
            f"calibration error {error:.2g} ({chance:.2g} by chance)",
        ]
    )


def _with_interval(score: ScoreInterval) -> str:
    if not np.isfinite(score.estimate):
        return "unknown"
    return f"{score.estimate:.2f} ({score.lower:.2f} to {score.upper:.2f})"
