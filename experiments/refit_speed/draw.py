"""How is the speed of many small fits drawn?

ratios     time of each peer over the time of this library, in each job
curves     share of the machine's peak against width, rows and size of a batch, of every tool
tricks     speed with dropout and batch normalisation, against that without and that of PyTorch
scaling    time per step and peak memory against the number of refits and of rows
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter

from experiments.lab.contract import Results
from experiments.refit_speed import curves, tricks
from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.reading import label, relative_times, shares_of_peak
from experiments.refit_speed.scaling import REFITS
from experiments.shared.direct_labels import label_ends
from jaxnn import plotting

CAPTIONS = {
    "ratios": (
        "How many times as long other tools take for the same refits. Time per refit of each tool, "
        "divided by that of this library's bootstrap, on the Heart table (303 rows; 288 in jobs "
        "with batches; 18 encoded inputs), on the same cores in the same rounds. Large points: "
        "medians; small points: rounds; grey bars: the targets. Titles: steps of single refits per "
        "second by this library, and its nominal arithmetic per second as a share of that of "
        "float32 matrix products, the machine's peak. Compile time is not included."
    ),
    "curves": (
        "How near each tool comes to the machine's peak, by width, rows and size of the batch. "
        "Nominal arithmetic per second, as a share of that of float32 matrix products, of "
        "bootstrap refits of 18-64-64-1 on full batches of 320 rows, where a, the width of both "
        "hidden layers, b, the number of rows, or c, the size of a batch, changes. Lines: medians; "
        "points: rounds. The share can exceed 100%, since a step needs only the distinct rows of a "
        "resample, about 63%. Compile time is not included."
    ),
    "tricks": (
        "What dropout and batch normalisation cost, here and in PyTorch. "
        "a: the speed of this library's bootstrap with dropout (hidden units kept with "
        f"probability {tricks.HIDDEN_KEEP:g}), with batch normalisation and with both, as a share "
        "of its speed without either, in the same rounds. b, if PyTorch is installed: its time "
        "with all refits in batched matrix products, divided by the time of this library on the "
        "same job. Both draw a mask for every refit, row and unit in each step, and take "
        "moments over all rows of a resample. The network is 18-64-64-1, trained on full batches "
        "of the Heart table. Small points: single rounds; large points: medians; grey bars: the "
        "targets."
    ),
    "scaling": (
        "Time and memory as refits and rows grow. Time for one step of all refits, and peak memory "
        "of the process. a, b: against the number of refits, with 303 rows. c, d: against the "
        "number of rows, with 8 refits. The network is 18-16-16-1, trained on full batches."
    ),
}


AXES = {
    "width": "units in each hidden layer",
    "rows": "rows, all in each step",
    "batch": f"rows of a batch, of {curves.MIDDLE.rows}",
}
STYLES = {
    "jaxnn": ("blue", "solid"),
    "naive vmap": ("vermilion", "dashed"),
    "equinox": ("purple", "dashdot"),
    "torch": ("green", "dotted"),
    "torch compiled": ("black", "dashed"),
}


def draw(results: Results) -> dict[str, Figure]:
    """Relative times in all jobs, speed at many sizes, the cost of regularisers, growing cost."""
    return {
        "ratios": ratios(results),
        "curves": speed_curves(results),
        "tricks": costs_of_tricks(results),
        "scaling": scaling(results),
    }


def ratios(results: Results) -> Figure:
    """A panel per job, a row of points per peer, with its target."""
    names = [str(name) for name in results["contenders"]]
    figure, axes = plotting.panels(len(JOBS), columns=len(JOBS), height=3.6)
    for j, (ax, (job, (_, _, targets))) in enumerate(zip(axes, JOBS.items(), strict=True)):
        for i, name in enumerate(names[1:], start=1):
            values = relative_times(results, j, i)
            median = float(np.median(values))
            if name in targets:
                ax.plot(targets[name], i, "|", color=plotting.COLORS["grey"], ms=10, mew=2.5)
            ax.plot(median, i, "o", color=plotting.COLORS["blue"], ms=7)
            ax.plot(values, np.full(len(values), i), ".", color=plotting.COLORS["black"], ms=3)
            ax.annotate(
                f"{median:.1f}", (median, i), (0, 8), textcoords="offset points", ha="center"
            )
        rate = results["refits"][0] * results["steps"][j] / results["seconds"][j, 0]
        share = np.median(shares_of_peak(results, j))
        ax.set_title(f"{job}\n{np.median(rate):,.0f}/s, {share:.0%} of peak", fontsize=10)
        most = max(relative_times(results, j, i).max() for i in range(1, len(names)))
        ax.set_xscale("log")
        ax.set_xlim(0.8, 1.6 * max(10.0, most, *targets.values()))
        ax.axvline(1, color=plotting.COLORS["black"], linewidth=1)
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        shown = [label(name) for name in names[1:]]
        ax.set_yticks(range(1, len(names)), shown if j == 0 else [""] * len(shown))
        ax.set_ylim(len(names) - 0.5, 0.4)
        ax.set_xlabel("time relative to jaxnn")
    return figure


def speed_curves(results: Results) -> Figure:
    """A panel for each size that changes, a line for each tool, labelled at its end."""
    names = [str(name) for name in results["curve_contenders"]]
    shares = curves.shares(results)
    medians = np.median(shares, axis=-1)
    figure, axes = plotting.panels(3, columns=3, height=3.8, sharey=True)
    for ax, (axis, words) in zip(axes, AXES.items(), strict=True):
        values, indices = curves.along(results, axis)
        for i, name in enumerate(names):
            color, dashes = plotting.COLORS[STYLES[name][0]], plotting.LINES[STYLES[name][1]]
            ax.plot(values, medians[indices, i], color=color, linestyle=dashes)
            rounds = np.repeat(values, shares.shape[-1])
            ax.plot(rounds, shares[indices, i].ravel(), ".", color=color, ms=4)
        ax.axhline(1, color=plotting.COLORS["grey"], linewidth=1)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xticks(values, [f"{value:,}" for value in values])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g}%"))
        ax.set_xlabel(words)
    axes[0].set_ylabel("share of the peak")
    # All rows, the end of the last panel, are the sizes where the curves of the panels meet.
    ends = [
        (end, label(name), plotting.COLORS[STYLES[name][0]])
        for name, end in zip(names, medians[0], strict=True)
    ]
    label_ends(axes[-1], ends)
    return figure


def costs_of_tricks(results: Results) -> Figure:
    """A panel for the share of the speed without either; one against PyTorch, if that was timed."""
    peers = [str(name) for name in results["trick_contenders"][1:]]
    figure, axes = plotting.panels(2 if peers else 1, columns=2, height=3.2)
    shares, times = tricks.shares(results)[1:], tricks.relative_times(results)[1:]
    _dots(axes[0], [shares], ["jaxnn"], tricks.LEAST_SHARE, ".0%")
    axes[0].set_xlim(0, 1.1 * max(1.0, shares.max()))
    axes[0].xaxis.set_major_formatter(PercentFormatter(1))
    axes[0].set_xlabel("share of the speed without either")
    if peers:
        by_peer = [times[:, i] for i in range(len(peers))]
        _dots(axes[1], by_peer, peers, tricks.LEAST_RATIO, ".1f")
        axes[1].set_xlim(0, 1.2 * max(times.max(), tricks.LEAST_RATIO))
        axes[1].set_xlabel("time of PyTorch relative to jaxnn")
        axes[1].set_yticklabels([])
        axes[1].legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(peers))
    return figure


def _dots(ax: Axes, of_names: list[np.ndarray], names: list[str], target: float, form: str) -> None:
    """A row for each regulariser; for each name, (tricks, rounds) as points around their median."""
    labels = [name.removeprefix("with ") for name in list(tricks.TRICKS)[1:]]
    offsets = np.linspace(-0.2, 0.2, len(names)) if len(names) > 1 else [0.0]
    colors = (plotting.COLORS["blue"], plotting.COLORS["vermilion"])
    for name, values, offset, color in zip(names, of_names, offsets, colors, strict=False):
        places = np.arange(len(labels)) + offset
        medians = np.median(values, axis=1)
        targets = np.full(len(places), target)
        ax.plot(targets, places, "|", color=plotting.COLORS["grey"], ms=9, mew=2.5)
        ax.plot(medians, places, "o", color=color, label=label(name))
        for place, row, median in zip(places, values, medians, strict=True):
            ax.plot(row, np.full(len(row), place), ".", color=plotting.COLORS["black"], ms=3)
            ax.annotate(
                f"{median:{form}}", (median, place), (0, 7), textcoords="offset points", ha="center"
            )
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)


def scaling(results: Results) -> Figure:
    """Time per step and memory against the number of refits (top) and of rows (bottom)."""
    figure, axes = plotting.panels(4, columns=2, height=2.8)
    for row, (axis, words) in enumerate((("replicates", "refits"), ("rows", "rows"))):
        sizes = results[f"{axis}_sizes"]
        total = results[f"{axis}_seconds"] * (sizes if axis == "replicates" else REFITS) * 1e3
        ax = axes[2 * row]
        ax.loglog(sizes, total, "o-")
        ax.loglog(sizes, total[0] * sizes / sizes[0], color=plotting.COLORS["grey"], linestyle="--")
        ax.text(0.04, 0.9, "dashed: proportional", transform=ax.transAxes)
        ax.set_ylabel("one step of all refits (ms)")
        axes[2 * row + 1].plot(sizes, results[f"{axis}_memory"] / 2**20, "o-")
        axes[2 * row + 1].set_xscale("log")
        axes[2 * row + 1].set_ylabel("peak memory (MiB)")
        axes[2 * row + 1].set_ylim(0, 1.1 * results[f"{axis}_memory"].max() / 2**20)
        for ax in axes[2 * row : 2 * row + 2]:
            ax.set_xlabel(f"number of {words}")
    return figure
