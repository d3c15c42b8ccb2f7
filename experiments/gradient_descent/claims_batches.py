"""What do batches change: the gradient, where descent settles, and how soon it learns?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.gradient_descent import batch_noise, batches, passes
from experiments.lab.claims import (
    Claim,
    above,
    all_of,
    at_most,
    close,
    reported,
    within,
    within_errors,
)
from experiments.lab.contract import Results

LECTURE = "lecture 11, “Batch and Stochastic Gradient Descent”"
RECURSION = "recursion of the second moments"


def claims(results: Results) -> list[Claim]:
    """Claims about gradients of batches, their noise, and passes through the rows."""
    return [
        *_gradient_claims(results),
        *_parabola_claims(results),
        *_noise_claims(results),
        *_pass_claims(results),
    ]


def _gradient_claims(results: Results) -> Iterator[Claim]:
    gradients, sizes = results["row_gradients"], results["batch_sizes"]
    n, every = batches.ROWS, range(1, batches.ROWS + 1)
    mean, total = gradients.mean(axis=0), gradients.sum(axis=0)
    means = np.array([results["batch_means"][sizes == b].mean(axis=0) for b in every])
    yield at_most(
        "The mean gradient over all batches of b of 10 rows is that of all rows, for each b: "
        "greatest difference, relative to the largest entry",
        LECTURE,
        np.abs(means - mean) / np.abs(mean).max(),
        1e-12,
    )
    sums = np.array([results["batch_sums"][sizes == b].mean(axis=0) for b in every])
    yield close(
        "The sum over a batch is, on average, b / n of the sum over all rows (not all of it): "
        "share over b / n, for each b",
        "b / n: erratum of the lecture's sum",
        (sums @ total) / (total @ total) * n / np.array(every),
        1.0,
        1e-12,
    )
    partial = np.array(every[:-1])
    variances = np.array([results["batch_means"][sizes == b].var(axis=0) for b in partial])
    theory = gradients.var(axis=0, ddof=1) / partial[:, None] * (1 - partial[:, None] / n)
    yield close(
        "Variance of the mean gradient of a batch over that of a draw without replacement, b from "
        "1 to 9",
        "S² / b (1 − b / n)",
        variances / theory,
        1.0,
        1e-10,
    )


def _parabola_claims(results: Results) -> Iterator[Claim]:
    for rate, row in zip(batches.RATES, results["settled"], strict=True):
        yield within_errors(
            f"Mean square distance at which stochastic descent settles, learning rate {rate:g}",
            "e s² / (h (2 − e h))",
            float(row.mean()),
            rate / (2 - rate),
            float(row.std(ddof=1) / np.sqrt(len(row))),
        )


def _noise_claims(results: Results) -> Iterator[Claim]:
    """Least squares: at the end of each pass through the rows."""
    exact, mean, error = (results[f"noise_{name}"] for name in ("exact", "mean", "error"))
    ends = slice(batch_noise.ROWS, None, batch_noise.ROWS)
    for place, size in enumerate(batch_noise.SIZES):
        words = f"Mean loss above the minimum with independent batches of {size} of 32 rows, after "
        if size < batch_noise.ROWS:
            yield within_errors(
                words + f"each {batch_noise.ROWS} steps: the worst",
                RECURSION,
                mean[0, place, ends],
                exact[place, ends],
                error[0, place, ends],
            )
        else:
            yield close(
                words + "every step, over the recursion (nothing is random)",
                RECURSION,
                mean[0, place] / exact[place],
                1.0,
                1e-8,
            )
    part = np.array(batch_noise.SIZES) < batch_noise.ROWS
    gains = mean[0, part, -1] - mean[1, part, -1]
    reach = 4 * np.hypot(error[0, part, -1], error[1, part, -1])
    yield above(
        "Passes through the rows in random order, as `fit` makes them, end closer to the minimum "
        "than independent batches: gain in the mean loss less 4 SE, for batches of 1, 4 and 16",
        "Mishchenko et al. 2020",
        gains - reach,
        0.0,
    )
    yield reported(
        "Mean loss above the minimum, independent batches over passes in random order: batches of "
        "1, 4 and 16",
        "Mishchenko et al. 2020",
        ", ".join(f"{ratio:.3g}" for ratio in mean[0, part, -1] / mean[1, part, -1]),
    )


def _pass_claims(results: Results) -> Iterator[Claim]:
    rates, grid = results["pass_rates"], passes.RATES
    yield all_of(
        "Tuned learning rates of batches of 1, 10, 100 and all rows that lie inside the grid",
        "protocol",
        (rates > grid[0]) & (rates < grid[-1]),
    )
    needed = passes.passes_to_low_loss(results["pass_losses"])
    for size, row in zip(passes.SIZES[1:3], needed[1:3], strict=True):
        yield within(
            f"Passes until the loss of digits is at most {passes.LOW_LOSS:g}, all rows over "
            f"batches of {size}: more than 1, at most n / b (as many steps)",
            LECTURE,
            needed[-1] / row,
            1 + 1e-9,
            passes.ROWS / size,
        )
    seconds = results["pass_seconds"].min(axis=1)
    yield above(
        "Seconds of a pass, single rows over all rows at once",
        "a step has a price of its own",
        seconds[0] / seconds[-1],
        1.0,
    )
    waited = np.median(needed, axis=1) * seconds
    for place, words in ((-1, "all rows"), (0, "single rows")):
        yield above(
            f"Seconds until the loss is at most {passes.LOW_LOSS:g}, {words} over batches of 10",
            LECTURE,
            waited[place] / waited[1],
            1.0,
        )
