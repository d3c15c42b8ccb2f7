"""Which pictures show how fast many small fits are?

times as long = (seconds a refit of a peer) / (seconds a refit here), round by round
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from jaxnn import plotting


def times_as_long(results: Any, job: int, contender: int) -> np.ndarray:
    """(rounds,) time a refit of a contender over time a refit here."""
    seconds = results["seconds"][job] / results["refits"][:, None]
    return seconds[contender] / seconds[0]


def shares_of_peak(results: Any, job: int) -> np.ndarray:
    """(rounds,) nominal arithmetic a second here over that of a matrix product."""
    return results["operations"][job, 0] / results["seconds"][job, 0] / results["peak"][job]


def ratios(results: Any, jobs: Sequence[str]) -> Figure:
    """A panel a job, a bar a peer."""
    names = [str(name) for name in results["contenders"]]
    figure, axes = plotting.panels(len(jobs), columns=len(jobs), height=3.6, letters=False)
    for j, (ax, job) in enumerate(zip(axes, jobs, strict=True)):
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


def scaling(results: Any) -> Figure:
    """Time of a step and memory against replicates (above) and rows (below)."""
    figure, axes = plotting.panels(4, columns=2, height=2.8)
    for row, axis in enumerate(("replicates", "rows")):
        sizes = results[f"{axis}_sizes"]
        total = results[f"{axis}_seconds"] * (sizes if axis == "replicates" else 8) * 1e3
        ax = axes[2 * row]
        ax.loglog(sizes, total, "o-", label="measured")
        ax.loglog(sizes, total[0] * sizes / sizes[0], "--", label="in proportion")
        ax.set_ylabel("ms a step of all refits")
        ax.legend()
        axes[2 * row + 1].plot(sizes, results[f"{axis}_memory"] / 2**20, "o-")
        axes[2 * row + 1].set_xscale("log")
        axes[2 * row + 1].set_ylabel("peak memory, MiB")
        axes[2 * row + 1].set_ylim(0, 1.1 * results[f"{axis}_memory"].max() / 2**20)
        for ax in axes[2 * row : 2 * row + 2]:
            ax.set_xlabel(axis)
    return figure
