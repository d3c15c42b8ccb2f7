"""What does the page about the speed of refits say?"""

from __future__ import annotations

import numpy as np

from experiments.lab.claims import Found
from experiments.lab.contract import Results
from experiments.lab.reading import span
from experiments.refit_speed import curves
from experiments.refit_speed.compute import JOBS
from experiments.refit_speed.reading import label, relative_times, shares_of_peak

LECTURE = (
    "A band around the curve of a network comes from the bootstrap: the network is fitted again to "
    "many resamples of the rows. One small network takes a moment, but a band needs hundreds of "
    "refits. How long do a hundred take?"
)

SURE = (
    "All tools do the same work: resamples of the same kind, the same distribution of initial "
    "weights, the same steps, and final losses that agree within four standard errors. They take "
    "turns in every round on the same cores, and ratios are medians over rounds. Times are those "
    "of one machine. Targets for two cores were set beforehand; those that are missed are shown as "
    "refused."
)

LINES = """
import time, jax, jaxnn
import matplotlib.pyplot as plt
from jaxnn.bootstrap import bootstrap

table = jaxnn.datasets.heart()
encoder = jaxnn.Encoder(table.columns)
net = jaxnn.MLP((jaxnn.encoded_width(encoder), 16, 16, 1), response="binary")
fitter = jaxnn.Fitter(net, jaxnn.Recipe(epochs=100), encoder)
for count in (8, 32, 128):
    for key in jax.random.split(jax.random.key(0), 2):  # the first time compiles
        begin = time.perf_counter()
        bootstrap(key, fitter, table.X, table.y, count)
    plt.plot(count, time.perf_counter() - begin, "o")
plt.xlabel("refits")
plt.ylabel("seconds")
plt.show()
"""

TOPICS = {15: ("Time per step and refit",)}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    names = [str(name) for name in results["contenders"]]
    small = "18-16-16-1, full batch"
    job, (inputs, units, *_) = list(JOBS).index(small), JOBS[small][0]
    rate = results["refits"][0] * results["steps"][job] / np.median(results["seconds"][job, 0])
    of_peak = [np.median(shares_of_peak(results, j)) for j in range(len(JOBS))]
    times = {
        name: [np.median(relative_times(results, j, i)) for j in range(len(JOBS))]
        for i, name in enumerate(names[1:], start=1)
    }
    slower = "; ".join(
        f"{label(name)} {span(ratios, '.1f')} times as long" for name, ratios in times.items()
    )
    at_sizes = np.median(curves.relative_times(results), axis=-1)
    least = np.unravel_index(at_sizes.argmin(), at_sizes.shape)
    closest = str(results["curve_contenders"][1 + least[1]])
    return [
        f"{int(results['refits'][0])} refits of a network with {inputs} inputs, two layers of "
        f"{units} units and one output (18-16-16-1) to the Heart data, with "
        f"{results['steps'][job]} steps each, take "
        f"{np.median(results['seconds'][job, 0]):.2f} seconds on {int(results['cores'])} cores, "
        f"once compiled: {rate:,.0f} refit-steps (steps of one refit) per second.",
        "Counting every row of a resample, full batches run at "
        f"{of_peak[0]:.0%} of the machine's matrix-product peak with 64 units per layer, and at "
        f"{of_peak[1]:.0%} with 16; batches of 32 with 16 units at {of_peak[2]:.0%}. In full "
        "batches repeated rows are computed once, so this nominal share can exceed 100%.",
        f"Other tools take, for the same refits: {slower}.",
        f"Over {len(at_sizes)} widths, numbers of rows and sizes of batches, other tools take "
        f"{span(at_sizes, '.1f')} times as long; the closest is {label(closest)}, at "
        f"{curves.words(results['curve_points'][least[0]])}.",
        "With ten times as many refits, the time per step and refit grows by a factor of "
        f"{found.measured('Time per step and refit'):.2f}: cost is linear, so a thousand refits "
        "need no other method than ten.",
    ]
