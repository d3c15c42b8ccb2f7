"""How is the speed of many small fits drawn?

ratios     how many times longer each peer takes, in each job
scaling    time per step and peak memory against the number of refits and of rows
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from experiments.lab.contract import Results
from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.reading import shares_of_peak, times_as_long
from experiments.refit_speed.scaling import REFITS
from jaxnn import plotting

CAPTIONS = {
    "ratios": (
        "How many times longer each peer takes for 100 refits of the Heart table (303 rows, 18 "
        "encoded inputs) than this library's bootstrap, on the same cores in the same rounds. "
        "Points: single rounds; bar: median. Compile time is left out."
    ),
    "scaling": (
        "Time per step of all refits, and peak memory of the process, against the number of "
        "refits (303 rows) and of rows (8 refits); 18-16-16-1, full batch."
    ),
}


def draw(results: Results) -> dict[str, Figure]:
    """Ratios of all jobs; time and memory against size."""
    return {"ratios": ratios(results), "scaling": scaling(results)}


def ratios(results: Results) -> Figure:
    """A panel per job, a bar per peer."""
    names = [str(name) for name in results["contenders"]]
    figure, axes = plotting.panels(len(JOBS), columns=len(JOBS), height=3.6, letters=False)
    for j, (ax, job) in enumerate(zip(axes, JOBS, strict=True)):
        most = max(times_as_long(results, j, i).max() for i in range(1, len(names)))
        for i in range(1, len(names)):
            values = times_as_long(results, j, i)
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
        ax.set_xlabel("times as long as jaxnn")
    return figure


def scaling(results: Results) -> Figure:
    """Time per step and memory against the number of refits (above) and of rows (below)."""
    figure, axes = plotting.panels(4, columns=2, height=2.8)
    for row, (axis, words) in enumerate((("replicates", "refits"), ("rows", "rows"))):
        sizes = results[f"{axis}_sizes"]
        total = results[f"{axis}_seconds"] * (sizes if axis == "replicates" else REFITS) * 1e3
        ax = axes[2 * row]
        ax.loglog(sizes, total, "o-", label="measured")
        ax.loglog(sizes, total[0] * sizes / sizes[0], "--", label="in proportion")
        ax.set_ylabel("ms per step of all refits")
        ax.legend()
        axes[2 * row + 1].plot(sizes, results[f"{axis}_memory"] / 2**20, "o-")
        axes[2 * row + 1].set_xscale("log")
        axes[2 * row + 1].set_ylabel("peak memory, MiB")
        axes[2 * row + 1].set_ylim(0, 1.1 * results[f"{axis}_memory"].max() / 2**20)
        for ax in axes[2 * row : 2 * row + 2]:
            ax.set_xlabel(words)
    return figure
