"""How is the speed of many small fits drawn?

ratios     time of each peer over the time of this library, in each job
scaling    time per step and peak memory against the number of refits and of rows
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from experiments.lab.contract import Results
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
    "scaling": (
        "Time per step of all refits, and peak memory of the process, against the number of "
        "refits (with 303 rows) and the number of rows (with 8 refits). The network is "
        "18-16-16-1, trained on full batches."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """Relative times in all jobs, and time and memory against size."""
    return {"ratios": ratios(results), "scaling": scaling(results)}


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
