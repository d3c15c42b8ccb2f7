"""How often do prediction intervals and sets contain new observations?

The ranges were set before the full run, for its number of data sets; with fewer they are wider. A
single truth outside its range by more than two standard errors is shown as refused; the mean over
all truths has to be in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from experiments.band_coverage.new_observations import LARGER, TRUTHS, name_of
from experiments.band_coverage.reading import mean_and_error, pooled, sizes_of
from experiments.lab.claims import Claim, refused, reported, within_errors
from experiments.lab.contract import Results
from experiments.shared.binary_models import LEVEL
from experiments.shared.statistics import share_interval

TRUTH = "known truth"
DISTANCE = 0.02
PLANNED = 8  # data sets, with fewer of which more is allowed
NOISY = ("growing noise", "uneven noise")


def claims(results: Results) -> list[Claim]:
    """Coverage of all new observations, and of those where the noise is largest."""
    return [*_pooled(results), *_overall(results), *_noisiest(results), *_bands(results)]


def _pooled(results: Results) -> Iterator[Claim]:
    cells = [(truth, rows) for truth in TRUTHS for rows in sizes_of(results, truth)]
    pairs = [mean_and_error(results[name_of(*cell)][0]) for cell in cells]
    mean, error = map(float, pooled(*map(np.array, zip(*pairs, strict=True))))
    sets = sum(results[name_of(*cell)].shape[1] for cell in cells)
    allowed = DISTANCE * math.sqrt(max(1.0, PLANNED / sets))
    yield within_errors(
        "New observations: coverage by nominal 95% prediction intervals and sets, mean over "
        f"{len(cells)} truths and sizes (interval: 4 SE; also allowed: {allowed:.2g})",
        TRUTH,
        mean,
        LEVEL,
        error,
        allowed=allowed,
        interval=share_interval(mean, error),
    )


def _overall(results: Results) -> Iterator[Claim]:
    for truth in TRUTHS:
        for rows in sizes_of(results, truth):
            shares = results[name_of(truth, rows)][0]
            what = "prediction sets" if truth == "binary" else "prediction intervals"
            mean, error = map(float, mean_and_error(shares))
            allowed = DISTANCE * math.sqrt(max(1.0, PLANNED / len(shares)))
            yield refused(
                f"New observations, {truth}, n = {rows}: coverage by nominal 95% {what} "
                "(interval: 2 SE)",
                "set beforehand",
                mean,
                f"{LEVEL}, within {allowed:.2g}",
                unless=abs(mean - LEVEL) <= allowed + 2 * error,
                interval=share_interval(mean, error, 2),
            )


def _noisiest(results: Results) -> Iterator[Claim]:
    for truth in NOISY:
        if LARGER not in sizes_of(results, truth):
            continue
        thirds = results[name_of(truth, LARGER)][1:4].mean(axis=1)
        yield reported(
            f"New observations, {truth}, n = {LARGER}: coverage by nominal 95% prediction "
            "intervals in the third with the least noise, the middle one and the noisiest",
            TRUTH,
            ", ".join(f"{share:.3f}" for share in thirds),
        )


def _bands(results: Results) -> Iterator[Claim]:
    shares = [
        results[name_of(truth, rows)][5].mean()
        for truth in TRUTHS
        for rows in sizes_of(results, truth)
    ]
    known = np.array([share for share in shares if not np.isnan(share)])
    if known.size:
        yield reported(
            "New observations: share inside the nominal 95% band for the mean, which is not meant "
            "for them (interval: lowest and highest truth)",
            TRUTH,
            float(known.mean()),
            interval=(float(known.min()), float(known.max())),
        )
