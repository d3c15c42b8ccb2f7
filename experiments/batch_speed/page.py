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
    "Losses by pass are the same on every machine up to rounding; seconds are those of one "
    "machine, the least of several repeats."
)

LINES = """
import jax, jaxnn
import matplotlib.pyplot as plt
from jaxnn.datasets import digits

table = digits()
net = jaxnn.MLP((64, 32, 10), response="categorical")
for rows in (None, 100, 10):
    recipe = jaxnn.Recipe("sgd", 0.1, epochs=20, batch_size=rows, history_every=1)
    history = jaxnn.fit(jax.random.key(0), net, table.X, table.y, recipe).history
    plt.semilogy(history.epoch, history.train_loss, label=f"{rows or 'all'} rows")
plt.xlabel("passes through the rows")
plt.ylabel("training loss")
plt.legend()
plt.show()
"""

TOPICS = {18: ("pass", "Passes", "Seconds", "learning rates")}


def findings(results: Results, found: Found) -> list[str]:
    """Sentences with the numbers that were found."""
    needed = np.median(passes.passes_to_low_loss(results["pass_losses"]), axis=1)
    seconds = results["pass_seconds"].min(axis=1)
    waited = 1000 * needed * seconds
    order = [int(place) for place in np.argsort(waited)]
    names = ["single rows", "batches of 10", "batches of 100", "all rows at once"]
    ranking = ", ".join(f"{waited[place]:.1f} with {names[place]}" for place in order)
    longest = results["pass_losses"].shape[-1] - 1
    passed = [("more than " if count == longest else "") + f"{count:.0f}" for count in needed]
    return [
        f"A network learns digits from 1,000 rows until its loss has fallen from 2.3 to "
        f"{passes.LOW_LOSS:g}. In passes through the rows, small batches are far ahead: "
        "it needs (in whole passes, medians over seeds) "
        + ", ".join(f"{count} with {name}" for name, count in zip(names, passed, strict=True))
        + ".",
        "But every step has a fixed cost: a pass with single rows takes "
        f"{seconds[0] / seconds[3]:.0f} times as long as one step with all rows.",
        f"By the clock the order is different, in milliseconds: {ranking}.",
    ]
