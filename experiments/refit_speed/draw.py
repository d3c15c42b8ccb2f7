"""How is the speed of many small fits drawn?

ratios     time of each peer over the time of this library, in each job
tricks     speed with dropout and batch normalisation, against that without and that of PyTorch
scaling    time per step and peak memory against the number of refits and of rows
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from experiments.lab.contract import Results
from experiments.refit_speed import tricks
from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.reading import relative_times, shares_of_peak
from experiments.refit_speed.scaling import REFITS
from jaxnn import plotting

CAPTIONS = {
    "ratios": (
        "Time per refit of each peer, divided by the time per refit of this library's bootstrap, "
        "on the Heart table (303 rows, 18 encoded inputs), on the same cores in the same rounds. "
        "Points: single rounds; bars: medians. Compile time is not included."
    ),
    "tricks": (
        "a: the speed of this library's bootstrap with dropout (hidden units kept with "
        f"probability {tricks.HIDDEN_KEEP:g}), with batch normalisation and with both, as a share "
        "of its speed without, in the same rounds. b, if PyTorch is installed: its time with all "
        "refits in batched matrix products, divided by the time of this library on "
        "the same job. Both draw a mask for every refit, row and unit in each step, and take "
        "moments over all rows of a resample. The network is 18-64-64-1, trained on full batches "
        "of the Heart table. Small points: single rounds; large points: medians; dashed: the "
        "targets."
    ),
    "scaling": (
        "Time per step of all refits, and peak memory of the process, against the number of "
        "refits (with 303 rows) and the number of rows (with 8 refits). The network is "
        "18-16-16-1, trained on full batches."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """Relative times in all jobs, the cost of tricks, and time and memory against size."""
    return {
        "ratios": ratios(results),
        "tricks": costs_of_tricks(results),
        "scaling": scaling(results),
    }


def ratios(results: Results) -> Figure:
    """A panel per job, a bar per peer."""
    names = [str(name) for name in results["contenders"]]
    figure, axes = plotting.panels(len(JOBS), columns=len(JOBS), height=3.6, letters=False)
    for j, (ax, job) in enumerate(zip(axes, JOBS, strict=True)):
        most = max(relative_times(results, j, i).max() for i in range(1, len(names)))
        for i in range(1, len(names)):
            values = relative_times(results, j, i)
            ax.barh(i, np.median(values), color=plotting.COLORS["sky"], height=0.6)
            ax.plot(values, np.full(len(values), i), ".", color=plotting.COLORS["black"])
            ax.text(values.max() * 1.1, i, f"{np.median(values):.1f}x", va="center")
        rate = results["refits"][0] * results["steps"][j] / results["seconds"][j, 0]
        share = np.median(shares_of_peak(results, j))
        ax.set_title(f"{job}\n{np.median(rate):,.0f} steps/s, {share:.0%} of peak", fontsize=10)
        ax.set_xscale("log")
        ax.set_xlim(0.5, 4 * max(2.0, most))
        ax.axvline(1, color=plotting.COLORS["grey"])
        ax.set_yticks(range(1, len(names)), names[1:] if j == 0 else [""] * (len(names) - 1))
        ax.invert_yaxis()
        ax.set_xlabel("time relative to jaxnn")
    return figure


def costs_of_tricks(results: Results) -> Figure:
    """A panel for the share of the speed without tricks; one against PyTorch, if that was timed."""
    peers = [str(name) for name in results["trick_contenders"][1:]]
    figure, axes = plotting.panels(2 if peers else 1, columns=2, height=2.8)
    shares, times = tricks.shares(results)[1:], tricks.relative_times(results)[1:]
    _dots(axes[0], [shares], ["jaxnn"], ".0%")
    axes[0].set_xlim(0, 1.1 * max(1.0, shares.max()))
    axes[0].xaxis.set_major_formatter(PercentFormatter(1))
    axes[0].set_xlabel("share of the speed without tricks")
    axes[0].axvline(tricks.LEAST_SHARE, color=plotting.COLORS["grey"], linestyle="--")
    if peers:
        _dots(axes[1], [times[:, i] for i in range(len(peers))], peers, ".1f")
        axes[1].set_xlim(0, 1.2 * times.max())
        axes[1].set_xlabel("time of PyTorch relative to jaxnn")
        axes[1].axvline(tricks.LEAST_RATIO, color=plotting.COLORS["grey"], linestyle="--")
        axes[1].set_yticklabels([])
        axes[1].legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(peers))
    return figure


def _dots(ax: Axes, of_names: list[np.ndarray], names: list[str], form: str) -> None:
    """A row for each trick; for each name, (tricks, rounds) as points around their median."""
    labels = [name.removeprefix("with ") for name in list(tricks.TRICKS)[1:]]
    offsets = np.linspace(-0.15, 0.15, len(names)) if len(names) > 1 else [0.0]
    colors = (plotting.COLORS["blue"], plotting.COLORS["vermilion"])
    for name, values, offset, color in zip(names, of_names, offsets, colors, strict=False):
        places = np.arange(len(labels)) + offset
        medians = np.median(values, axis=1)
        ax.plot(medians, places, "o", color=color, label=name)
        for place, row, median in zip(places, values, medians, strict=True):
            ax.plot(row, np.full(len(row), place), ".", color=plotting.COLORS["black"], ms=3)
            ax.annotate(
                f"{median:{form}}", (median, place), (0, 6), textcoords="offset points", ha="center"
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
        ax.loglog(sizes, total, "o-", label="measured")
        ax.loglog(sizes, total[0] * sizes / sizes[0], "--", label="proportional")
        ax.set_ylabel("time per step of all refits, ms")
        ax.legend()
        axes[2 * row + 1].plot(sizes, results[f"{axis}_memory"] / 2**20, "o-")
        axes[2 * row + 1].set_xscale("log")
        axes[2 * row + 1].set_ylabel("peak memory, MiB")
        axes[2 * row + 1].set_ylim(0, 1.1 * results[f"{axis}_memory"].max() / 2**20)
        for ax in axes[2 * row : 2 * row + 2]:
            ax.set_xlabel(f"number of {words}")
    return figure
