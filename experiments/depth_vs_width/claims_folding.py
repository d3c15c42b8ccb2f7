"""How many straight pieces can networks have, do they have, and do they need?

Counts must be equal; bounds hold for every network, trained or not; mean numbers of regions of
random networks must lie in a range that was set beforehand, and within 4 standard errors of each
other.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import (
    Claim,
    all_of,
    at_least,
    at_most,
    equals,
    reported,
    within,
    within_errors,
)
from experiments.lab.contract import Results
from jaxnn.regions import least_errors_on_alternation

FLOAT32 = 1e-5  # relative rounding error that an exact bound allows for
# Least RMSE of p pieces on 512 midpoints of the tent composed 5 times, from another program.
PIECES = {
    1: 0.28811,
    2: 0.28208,
    4: 0.27108,
    8: 0.24881,
    16: 0.19514,
    24: 0.13616,
    31: 0.05238,
    32: 0.0,
}


def claims(results: Results) -> Iterator[Claim]:
    """Exact counts, bounds, and random networks."""
    yield from _counted(results)
    yield from _followed(results)
    yield from _random(results)


def _same_counts(statement: str, source: str, found: np.ndarray, expected: np.ndarray) -> Claim:
    """A claim that all counts are equal; shown with thousands separators."""
    counted, wanted = (", ".join(f"{count:,}" for count in of) for of in (found, expected))
    return equals(statement, source, counted, wanted)


def _counted(results: Results) -> Iterator[Claim]:
    times = np.arange(1, len(results["tent_pieces"]) + 1)
    source = "Telgarsky 2015"
    yield _same_counts(
        "straight pieces of the tent composed k = 1, 2, ... times (networks of 2 units per layer)",
        source,
        results["tent_pieces"],
        2**times,
    )
    yield _same_counts(
        "parameters of these networks, 6k + 1", source, results["tent_parameters"], 6 * times + 1
    )
    yield equals(
        "these networks equal the composed tents, which alternate between 0 and 1 at i / 2ᵏ: "
        "largest difference, float64",
        source,
        max(results["tent_gap"].max(), results["alternation_gap"].max()),
        0,
    )
    cut = ", ".join(
        f"{m} in R^{d}"
        for d, m in zip(
            results["arrangement_dimensions"], results["arrangement_hyperplanes"], strict=True
        )
    )
    yield _same_counts(
        f"regions into which hyperplanes cut space ({cut}), against the sum of C(m, j) over j ≤ d",
        "Zaslavsky 1975",
        results["arrangement_regions"],
        results["arrangement_formula"],
    )
    shown = ", ".join(
        f"{layers} layers of {units}"
        for units, layers in zip(results["folded_units"], results["folded_layers"], strict=True)
    )
    yield _same_counts(
        f"regions on a line of zigzag networks ({shown}), against the largest number possible, "
        "(n + 1)^L",
        "Serra et al. 2018; Prince 2023, figure 4.7a",
        results["folded_regions"],
        results["folded_most"],
    )
    bounds = ", ".join(f"{bound:,}" for bound in results["folded_bound"])
    yield all_of(
        f"zigzag networks with at least as many regions as Montufar's lower bound, {bounds}",
        "Montufar et al. 2014",
        results["folded_regions"] >= results["folded_bound"],
    )


def _followed(results: Results) -> Iterator[Claim]:
    errors = results["best_errors"]
    yield at_most(
        "least RMSE of p straight pieces on the tent composed 5 times, p = "
        f"{', '.join(map(str, PIECES))}: largest difference from the known values",
        "dynamic program",
        max(abs(errors[pieces - 1] - known) for pieces, known in PIECES.items()),
        1e-4,
    )
    yield equals(
        "the tent composed 5 times equals a network with 31 parameters: largest difference in "
        "float64",
        "Telgarsky 2015",
        float(results["followed_gap"]),
        0,
    )
    sizes = list(
        zip(
            results["alternation_points"].tolist(),
            results["alternation_pieces"].tolist(),
            strict=True,
        )
    )
    listed = ", ".join(f"{pieces} pieces, {points} points" for points, pieces in sizes)
    yield equals(
        f"fewest alternating points that straight pieces misclassify, by search ({listed}), "
        "against (n − p − 1) / 2",
        "Telgarsky 2015",
        results["alternation_mistakes"],
        [round(points * least_errors_on_alternation(points, pieces)) for points, pieces in sizes],
    )
    for place, hidden in enumerate(results["follower_hidden"].tolist()):
        trained = results["follower_errors"][place]
        least, ends = np.nanmin(trained), (float(np.nanmin(trained)), float(np.nanmax(trained)))
        if "+" in hidden:
            yield reported(
                f"RMSE of networks of {hidden} units trained on this tent (smallest, and range "
                "over starts); other weights would reach 0",
                "measured here",
                least,
                0,
                interval=ends,
            )
            continue
        bound = errors[min(int(hidden) + 1, len(errors)) - 1]
        yield at_least(
            f"RMSE of one hidden layer of {hidden} units trained on this tent, against the bound "
            f"for {int(hidden) + 1} pieces (smallest, and range over starts)",
            "exact bound",
            least,
            bound * (1 - FLOAT32),
            expected=f"at least {bound:.4f}",
            interval=ends,
        )
        points = len(errors)
        yield at_least(
            f"share of the {points} alternating points that it misclassifies (smallest, and range "
            "over starts)",
            "Telgarsky 2015; (n − p − 1) / 2n",
            results["follower_wrong"][place],
            least_errors_on_alternation(points, int(hidden) + 1),
        )


def _random(results: Results) -> Iterator[Claim]:
    counts, layers = results["random_regions"], results["random_layers"]
    units = results["random_units"]
    yield within(
        "regions on a line of random ReLU networks with N units in 1, 2 and 4 layers, divided by "
        "N + 1 (the mean farthest from the middle of the range, and all means)",
        "Hanin and Rolnick 2019 (linear in N; the constant is an observation)",
        (counts / (units[:, None, None] + 1)).mean(axis=-1),
        0.85,
        1.1,
    )
    means, errors = counts.mean(axis=-1), counts.std(axis=-1, ddof=1) / counts.shape[-1] ** 0.5
    fewer = means[:, 1:] - means[:, :1]
    spread = np.hypot(errors[:, 1:], errors[:, :1])
    deeper = " or ".join(str(count) for count in layers[1:])
    yield within_errors(
        f"regions of random networks of {units[-1]} units in {deeper} layers minus those in one "
        "layer (the worst difference, ± 4 standard errors); up to "
        f"{(units[-1] // layers[-1] + 1) ** layers[-1]:,} regions are possible",
        "Hanin and Rolnick 2019",
        fewer[-1],
        0,
        spread[-1],
    )
    narrow, reach = float(fewer[0, -1]), 4 * float(spread[0, -1])
    yield reported(
        f"the same difference for only {units[0]} units in {layers[-1]} layers (± 4 standard "
        "errors)",
        "measured here",
        narrow,
        "0 for wide layers; theory is silent on narrow ones",
        interval=(narrow - reach, narrow + reach),
    )
