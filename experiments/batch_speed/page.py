"""What does the page about batches by the clock say?"""

from __future__ import annotations

import numpy as np

from experiments.batch_speed import passes
from experiments.lab.claims import Found
from experiments.lab.contract import Results

LECTURE = (
    "Batch gradient descent computes the gradient of all rows for each step. Stochastic gradient "
    "descent takes one row, or a small batch, and so makes many steps in one pass through the rows."
)

SURE = (
    "Each size of batch has the learning rate that was best over other seeds than those shown. "
    "Losses by pass are the same on every machine; seconds are those of one machine, the least of "
    "several repeats."
)

LINES = """
import time, jax, jaxnn
from jaxnn.datasets import digits

table = digits()
net = jaxnn.MLP((64, 32, 10), response="categorical")
for batch in (None, 100, 10):
    fitter = jaxnn.Fitter(net, jaxnn.Recipe("sgd", epochs=20, batch_size=batch))
    fitter(jax.random.key(0), table.X, table.y)  # compiles
    begin = time.perf_counter()
    loss = fitter(jax.random.key(0), table.X, table.y).history.train_loss[-1]
    print("rows:", batch or "all", "loss:", loss, "seconds:", time.perf_counter() - begin)
"""

TOPICS = {18: ("pass", "Seconds", "learning rates")}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    needed = np.median(passes.passes_to_low_loss(results["pass_losses"]), axis=1)
    seconds = results["pass_seconds"].min(axis=1)
    waited = 1000 * needed * seconds
    return [
        f"To bring the loss of digits from 2.3 to {passes.LOW_LOSS:g}, batches of 10 rows need "
        f"{needed[1]:.0f} passes through 1,000 rows, batches of 100 need {needed[2]:.0f}, and all "
        f"rows at once {needed[3]:.0f}"
        + (" or more." if needed[3] == results["pass_losses"].shape[-1] - 1 else "."),
        f"By the clock, single rows lose: a pass in steps of one row takes "
        f"{seconds[0] / seconds[3]:.0f} times as long as one step with all rows.",
        f"So batches of 10 and 100 are first, after {waited[1]:.1f} and {waited[2]:.1f} "
        f"milliseconds; single rows take {waited[0]:.1f}, and all rows {waited[3]:.1f}.",
    ]
