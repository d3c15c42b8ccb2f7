"""What do batches change: the gradient, and where descent settles?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.gradient_descent import batch_noise, batches
from experiments.lab.claims import (
    Claim,
    above,
    at_most,
    reported,
    within_errors,
)
from experiments.lab.contract import Results

LECTURE = "lecture 11, “Batch and Stochastic Gradient Descent”"
RECURSION = "recursion of the second moments"


def claims(results: Results) -> list[Claim]:
    """Claims about gradients of batches and their noise."""
    return [
        *_gradient_claims(results),
        *_parabola_claims(results),
        *_noise_claims(results),
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
    shares, fractions = sums @ total / (total @ total), np.array(every) / n
    yield at_most(
        "The slide's sum over a batch, as an approximation to the sum over all rows: on average, "
        f"its share of that sum, for batches of 1 to {n} of {n} rows",
        "erratum 13 of the lecture",
        np.abs(shares / fractions - 1).max(),
        1e-12,
        expected=", ".join(f"{fraction:.4g}" for fraction in fractions),
        shown=", ".join(f"{share:.4g}" for share in shares),
    )
    partial = np.array(every[:-1])
    variances = np.array([results["batch_means"][sizes == b].var(axis=0) for b in partial])
    theory = gradients.var(axis=0, ddof=1) / partial[:, None] * (1 - partial[:, None] / n)
    yield at_most(
        "Variance of the mean gradient of a batch over that of a draw without replacement, b from "
        "1 to 9: largest difference from 1",
        "S² / b (1 − b / n)",
        np.abs(variances / theory - 1).max(),
        1e-10,
    )


def _parabola_claims(results: Results) -> Iterator[Claim]:
    for rate, row in zip(batches.RATES, results["settled"], strict=True):
        yield within_errors(
            f"Mean squared distance at which stochastic descent settles, learning rate {rate:g}",
            "η s² / (h (2 − η h))",
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
            yield at_most(
                words + "every step, over the recursion (nothing is random): largest difference "
                "from 1",
                RECURSION,
                np.abs(mean[0, place] / exact[place] - 1).max(),
                1e-8,
            )
    part = np.array(batch_noise.SIZES) < batch_noise.ROWS
    gains = mean[0, part, -1] - mean[1, part, -1]
    reach = 4 * np.hypot(error[0, part, -1], error[1, part, -1])
    yield above(
        "Passes through the rows in random order, as `fit` makes them, end closer to the minimum "
        "than independent batches: gain in the mean loss minus 4 SE, for batches of 1, 4 and 16",
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
