"""What is claimed of pieces and regions that were counted, and of networks trained to follow them?

Counts are equal or not; bounds hold of every network, trained or not; regions of random networks
are averages, held to a range that was set beforehand and to 4 standard errors.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.lab.claims import Claim
from experiments.lab.contract import Results
from jaxnn.regions import least_errors_on_alternation

FLOAT32 = 1e-5  # relative rounding allowed to a bound that holds exactly
# The least RMSE of p pieces on 512 middles of the tent composed 5 times, by another programme.
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
    """The exact claims, the bounds, and random networks."""
    yield from _counted(results)
    yield from _followed(results)
    yield from _random(results)


def _exactly(what: str, source: str, expected: np.ndarray, found: np.ndarray) -> Claim:
    """A claim that counts are what they should be, all of them."""
    wanted, counted = (", ".join(f"{count:,}" for count in of) for of in (expected, found))
    return Claim(what, source, wanted, counted, None, np.array_equal(expected, found))


def _counted(results: Results) -> Iterator[Claim]:
    times = np.arange(1, len(results["tent_pieces"]) + 1)
    yield _exactly(
        "straight pieces of the tent composed 1, 2, ... times, 2 units a layer",
        "Telgarsky 2015",
        2**times,
        results["tent_pieces"],
    )
    yield _exactly(
        "parameters of these networks, 6 k + 1",
        "Telgarsky 2015",
        6 * times + 1,
        results["tent_parameters"],
    )
    gap = max(results["tent_gap"].max(), results["alternation_gap"].max())
    yield Claim(
        "they are the composed tents, 0 and 1 by turns at i / 2^k (largest difference, float64)",
        "Telgarsky 2015",
        0,
        gap,
        None,
        gap == 0,
    )
    cut = ", ".join(
        f"{m} in R^{d}"
        for d, m in zip(
            results["arrangement_dimensions"], results["arrangement_hyperplanes"], strict=True
        )
    )
    yield _exactly(
        f"regions that hyperplanes cut space into, {cut}, against the sum over j of C(m, j)",
        "Zaslavsky 1975",
        results["arrangement_formula"],
        results["arrangement_regions"],
    )
    shown = ", ".join(
        f"{layers} layers of {units}"
        for units, layers in zip(results["folded_units"], results["folded_layers"], strict=True)
    )
    yield _exactly(
        f"regions on a line of zigzag networks, {shown}, against the most there can be, (n + 1)^L",
        "Serra et al. 2018; Prince 2023, figure 4.7a",
        results["folded_most"],
        results["folded_regions"],
    )
    four = results["folded_units"] == 4
    yield Claim(
        "Montufar's lower bound for 2, 3 and 4 layers of 4 units, and that it is reached (one "
        "layer of as many units has 9, 13 and 17 at most)",
        "Montufar et al. 2014",
        "20, 80, 320",
        ", ".join(str(count) for count in results["folded_bound"][four]),
        None,
        results["folded_bound"][four].tolist() == [20, 80, 320]
        and bool((results["folded_regions"] >= results["folded_bound"]).all()),
    )


def _followed(results: Results) -> Iterator[Claim]:
    errors = results["best_errors"]
    off = max(abs(errors[pieces - 1] - known) for pieces, known in PIECES.items())
    yield Claim(
        "least RMSE of p straight pieces on the tent composed 5 times, p = "
        f"{', '.join(map(str, PIECES))}: off the known values by at most",
        "dynamic programme",
        "at most 1e-4",
        off,
        None,
        bool(off <= 1e-4),
    )
    gap = float(results["followed_gap"])
    yield Claim(
        "distance from it of the network of 31 parameters that is written down (largest, float64)",
        "Telgarsky 2015",
        0,
        gap,
        None,
        gap == 0,
    )
    least = least_errors_on_alternation(32, 15)
    yield Claim(
        "share of 32 alternating points that 15 straight pieces get wrong at least",
        "(n − p − 1) / 2n; Telgarsky 2015",
        0.25,
        least,
        None,
        least == 0.25,
    )
    for place, hidden in enumerate(results["follower_hidden"].tolist()):
        trained = results["follower_errors"][place]
        if "+" in hidden:
            yield Claim(
                f"RMSE of deep networks of {hidden} units trained on it (least, and range over "
                "starts); weights with RMSE 0 exist",
                "reported here",
                0,
                np.nanmin(trained),
                (np.nanmin(trained), np.nanmax(trained)),
                None,
            )
            continue
        bound = errors[min(int(hidden) + 1, len(errors)) - 1]
        yield Claim(
            f"RMSE of one hidden layer of {hidden} units trained on it, against the bound for "
            f"{int(hidden) + 1} pieces (least, and range over starts)",
            "exact bound",
            f"at least {bound:.4f}",
            np.nanmin(trained),
            (np.nanmin(trained), np.nanmax(trained)),
            bool(np.nanmin(trained) >= bound * (1 - FLOAT32)),
        )
        wrong, points = results["follower_wrong"][place], len(errors)
        least = least_errors_on_alternation(points, int(hidden) + 1)
        yield Claim(
            f"share of the {points} alternating points that it gets wrong (least, and range)",
            "Telgarsky 2015; (n − p − 1) / 2n",
            f"at least {least:g}",
            wrong.min(),
            (wrong.min(), wrong.max()),
            bool(wrong.min() >= least),
        )


def _random(results: Results) -> Iterator[Claim]:
    counts, layers = results["random_regions"], results["random_layers"]
    units = results["random_units"]
    ratios = counts / (units[:, None, None] + 1)
    means = ratios.mean(axis=-1)
    far = means.flat[np.argmax(np.abs(means - 1))]
    yield Claim(
        "regions of random ReLU networks on a line over N + 1, N units in 1, 2 and 4 layers (the "
        "mean farthest from 1, and their range)",
        "Hanin and Rolnick 2019 (linear in N; the constant is an observation)",
        "0.85 to 1.1",
        far,
        (means.min(), means.max()),
        bool((means >= 0.85).all() and (means <= 1.1).all()),
    )
    widest = counts[-1]
    errors = widest.std(axis=-1, ddof=1) / widest.shape[-1] ** 0.5
    change = widest.mean(axis=-1) - widest[0].mean()
    reach = 4 * np.hypot(errors, errors[0])
    most = int(np.argmax(np.abs(change[1:]) / reach[1:])) + 1
    yield Claim(
        f"change of that number with depth, N = {units[-1]}, {layers[most]} layers less 1 (± 4 "
        f"standard errors); {(units[-1] // layers[-1] + 1) ** layers[-1]:,} would be possible",
        "Hanin and Rolnick 2019",
        0,
        change[most],
        (change[most] - reach[most], change[most] + reach[most]),
        bool((np.abs(change) <= reach).all()),
    )
