"""Do small batches need fewer passes, and does the clock say the same?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.batch_speed import passes
from experiments.lab.claims import Claim, above, all_of, within
from experiments.lab.contract import Results

LECTURE = "lecture 11, “Batch and Stochastic Gradient Descent”"


def claims(results: Results) -> list[Claim]:
    """Claims about tuned rates, passes and seconds, in this order."""
    return [*_pass_claims(results), *_time_claims(results)]


def _pass_claims(results: Results) -> Iterator[Claim]:
    rates, grid = results["pass_rates"], passes.RATES
    yield all_of(
        "Tuned learning rates of batches of 1, 10, 100 and all rows that lie inside the grid",
        "protocol",
        (rates > grid[0]) & (rates < grid[-1]),
    )
    needed = passes.passes_to_low_loss(results["pass_losses"])
    for size, row in zip(passes.SIZES[:-1], needed[:-1], strict=True):
        batches = "single rows" if size == 1 else f"batches of {size}"
        yield within(
            f"Passes until the loss of digits is at most {passes.LOW_LOSS:g}, all rows over "
            f"{batches}: more than 1, at most n / b (as many steps)",
            LECTURE,
            needed[-1] / row,
            1 + 1e-9,
            passes.ROWS / size,
        )


def _time_claims(results: Results) -> Iterator[Claim]:
    seconds = results["pass_seconds"].min(axis=1)
    yield above(
        "Seconds of a pass, single rows over all rows at once",
        "every step has a fixed cost",
        seconds[0] / seconds[-1],
        1.0,
    )
    needed = passes.passes_to_low_loss(results["pass_losses"])
    waited = np.median(needed, axis=1) * seconds
    for place, words in ((-1, "all rows"), (0, "single rows")):
        yield above(
            f"Seconds until the loss is at most {passes.LOW_LOSS:g}, {words} over batches of 10",
            LECTURE,
            waited[place] / waited[1],
            1.0,
        )
