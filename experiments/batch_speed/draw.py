"""How are losses by pass and by the clock drawn?"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.batch_speed import passes
from experiments.lab.contract import Results
from experiments.shared.direct_labels import label_ends
from jaxnn import plotting
from jaxnn.plotting import COLORS, LINES

CAPTIONS = {
    "passes": "Losses of small and large batches, by passes through the rows and by the clock. "
    "A network learns digits from 1,000 rows, in batches of four sizes, each at its own best "
    "learning rate. a: training loss by passes, median over seeds; grey: 0.5. The smaller the "
    "batch, the fewer passes. b: the same losses by the clock, on the machine that made this "
    "figure: single rows lose their lead, since every step has a fixed cost. c: time of a pass "
    "(dots: repeats).",
}
SHADES = ("vermilion", "blue", "green", "black")
DASHES = ("dashed", "solid", "dashdot", "dotted")
PLAIN = FuncFormatter(lambda value, _: f"{value:,g}")


def draw(results: Results) -> dict[str, Figure]:
    """Losses by pass and by the clock, and seconds of a pass."""
    figure, (by_pass, by_clock, cost) = plotting.panels(3, columns=3, height=3.4)
    ends: list[tuple[float, str, str]] = []
    losses = np.median(results["pass_losses"], axis=1)
    seconds = results["pass_seconds"].min(axis=1)
    for place, size in enumerate(passes.SIZES):
        style = {"color": COLORS[SHADES[place]], "linestyle": LINES[DASHES[place]]}
        label = "all rows" if size == passes.ROWS else f"{size} row{'s' * (size > 1)}"
        count = np.arange(losses.shape[1])
        by_pass.plot(count, losses[place], **style)
        by_clock.plot(1000 * seconds[place] * count[1:], losses[place, 1:], **style)
        ends.append((float(losses[place, -1]), label, COLORS[SHADES[place]]))
        cost.plot(
            np.full(results["pass_seconds"].shape[1], place),
            1000 * results["pass_seconds"][place],
            "o",
            color=COLORS[SHADES[place]],
            markersize=4,
            alpha=0.6,
        )
    for ax in (by_pass, by_clock):
        ax.set_yscale("log")
        ax.axhline(passes.LOW_LOSS, color=COLORS["grey"], linewidth=1)
    by_pass.set_xlabel("passes through the rows")
    by_pass.set_ylabel("training loss")
    by_clock.set_xscale("log")
    by_clock.set_xlabel("milliseconds")
    by_clock.xaxis.set_major_formatter(PLAIN)
    cost.set_yscale("log")
    cost.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    cost.yaxis.set_major_formatter(PLAIN)
    cost.yaxis.set_minor_formatter(NullFormatter())
    cost.set_xticks(range(len(passes.SIZES)), ["1", "10", "100", "all"])
    cost.set_xlim(-0.5, len(passes.SIZES) - 0.5)
    cost.set_xlabel("rows of a batch")
    cost.set_ylabel("milliseconds per pass")
    label_ends(by_pass, ends)
    return {"passes": figure}
