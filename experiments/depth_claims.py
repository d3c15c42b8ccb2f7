"""What is claimed of the results of `depth_vs_width`, and what does it all come to?

exact       counts and bounds, which hold or do not
ordering    error of L layers / error of one layer, where theory and margin were set beforehand
reported    the same ratio where nothing was to be expected: its sign, with its interval
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.claims import Claim
from experiments.contract import Results
from experiments.depth_vs_width_figures import CLASSES, NAMES, find, ratio
from experiments.paired import Middle, direction, middle
from jaxnn.regions import least_errors_on_alternation

DEPTH = "lecture 11, “better generalization with depth”"
OVERFIT = "lecture 11, “shallow nets overfit more”; Goodfellow et al. 2016, section 6.4.1"
INTERVAL = "median and interval of at least 95%"
SOLVED = 0.05  # error below which a network has found the fold
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


def claims(results: Results) -> list[Claim]:
    """All claims, the exact ones first."""
    return [
        *_counted(results),
        *_followed(results),
        *_random(results),
        *_fold(results),
        *_orderings(results),
        *_reported(results),
        *_cost(results),
    ]


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


def _fold(results: Results) -> Iterator[Claim]:
    x = np.linspace(-8, 8, 4001)
    four = sum(
        out * np.maximum(slope * (x - knot), 0)
        for slope, knot, out in ((-1, -1.2, 1), (1, -1.2, 1), (1, 0, -2), (1, 1.2, 2))
    )
    gap = np.max(np.abs(four - np.abs(np.abs(x) - 1.2)))
    yield Claim(
        "one hidden layer of 4 ReLUs is the fold | |Σx| − 1.2 | (largest difference, float64)",
        "by hand",
        "at most 1e-12",
        gap,
        None,
        bool(gap <= 1e-12),
    )
    fresh = find(results, "fold", None, 600, 2000)
    if fresh is not None:
        errors = results["test"][fresh]
        for depth in (2, 3):
            if np.isnan(errors[depth - 1 :]).all():
                continue
            worst, best = np.nanmax(errors[depth - 1]), np.nanmin(errors[0])
            yield Claim(
                f"fold, fresh rows, 600 parameters, 2,000 steps: largest test error of {depth} "
                f"layers over the smallest of one ({_seeds(errors)} starts of each)",
                DEPTH,
                "below 0.25",
                worst / best,
                None,
                bool(worst < 0.25 * best),
            )
        longer = find(results, "fold", None, 600, 8000)
        longer = longer if longer is not None else find(results, "fold", 256_000, 600, 8000)
        if longer is not None:
            solved = np.mean(results["test"][longer, 0] < SOLVED)
            before = np.mean(errors[0] < SOLVED)
            yield Claim(
                "share of starts from which one hidden layer finds the fold (test error below "
                f"{SOLVED:g}) in 8,000 steps; in 2,000 steps: {before:.2f}",
                "reported here",
                "above 0: what depth gains is speed, not what can be represented",
                solved,
                None,
                None,
            )
    for rows, steps in ((1000, 3000), (1000, 8000)):
        place = find(results, "fold", rows, 1000, steps)
        if place is None:
            continue
        errors, training = results["test"][place], results["train"][place]
        for depth in (2, 3):
            found = ratio(results, place, depth)
            if np.isnan(found.median):
                continue
            extreme = np.nanmax(errors[depth - 1]) / np.nanmin(errors[0])
            yield _ordered(
                f"fold, n = {rows:,}, 1,000 parameters, {steps:,} steps: test error of {depth} "
                f"layers over that of one ({INTERVAL}; worst over best start: {extreme:.2f})",
                OVERFIT,
                found,
                "below 0.25, and the interval below 1",
                found.median < 0.25 and found.upper < 1,
            )
        gaps = [middle(test - train) for test, train in zip(errors[:2], training[:2], strict=True)]
        yield _ordered(
            f"fold, n = {rows:,}, 1,000 parameters, {steps:,} steps: one layer overfits, its test "
            f"error less its training error ({INTERVAL}); of two layers: {in_words(gaps[1])}",
            OVERFIT,
            gaps[0],
            "above that of two layers",
            gaps[0].lower > gaps[1].upper,
        )


def _orderings(results: Results) -> Iterator[Claim]:
    for data, depth, below in (("product_4", 4, True), ("product_6", 2, False)):
        place = find(results, data, None, 1000)
        if place is None:
            continue
        found = ratio(results, place, depth)
        yield _ordered(
            f"{NAMES[data]}, fresh rows, 1,000 parameters: test error of {depth} layers over that "
            f"of one ({INTERVAL})",
            DEPTH if below else "control: a target on which depth hurts",
            found,
            "below 1" if below else "above 1",
            direction(found) == ("below" if below else "above"),
        )


def _reported(results: Results) -> Iterator[Claim]:
    """Every other cell: the ratio at two layers, and the medians at every depth."""
    for place, data in enumerate(results["cell_data"].tolist()):
        if data in CLASSES:
            yield from _accuracies(results, place)
            continue
        medians = [middle(row).median for row in results["test"][place]]
        listed = ", ".join(f"{median:.3g}" for median in medians if not np.isnan(median))
        yield _ordered(
            f"{_cell(results, place)}: test error of two layers over that of one ({INTERVAL}); "
            f"medians at 1, 2, ... layers: {listed}",
            DEPTH,
            ratio(results, place, 2),
            "below 1, says the lecture",
            None,
        )


def _accuracies(results: Results, place: int) -> Iterator[Claim]:
    errors = results["test"][place]
    medians = [1 - middle(row).median for row in errors]
    listed = ", ".join(f"{median:.3f}" for median in medians if not np.isnan(median))
    differences = [middle(errors[0] - row) for row in errors[1:]]
    others = "; ".join(
        f"{depth} layers: {in_words(found)}"
        for depth, found in enumerate(differences[1:], start=3)
        if not np.isnan(found.median)
    )
    yield _ordered(
        f"{_cell(results, place)}: test accuracy of two layers less that of one on the same rows "
        f"({INTERVAL})"
        + (f"; {others}" if others else "")
        + f"; accuracies at 1, 2, ... layers: {listed}",
        DEPTH,
        differences[0],
        "above 0, says the lecture",
        None,
    )


def _cost(results: Results) -> Iterator[Claim]:
    failed = int(results["diverged"].sum())
    yield Claim("training runs that diverged", "reported here", 0, failed, None, failed == 0)
    counts, wanted = results["counts"], results["cell_parameters"][:, None]
    off = np.abs(counts / wanted - 1)[counts > 0].max()
    yield Claim(
        "largest difference between a network's number of parameters and the one asked for, share",
        "whole widths",
        "at most 0.1",
        off,
        None,
        bool(off <= 0.1),
    )
    yield Claim(
        f"seconds spent on compiling {int(results['compiled_programs'])} programs, of the time "
        "above (little where they were still in the cache)",
        "reported here",
        "not part of a second run",
        float(results["compile_seconds"]),
        None,
        None,
    )


def _ordered(
    statement: str, source: str, found: Middle, expected: str, holds: bool | None
) -> Claim:
    ends = (found.lower, found.upper)
    return Claim(
        statement, source, expected, found.median, ends, None if holds is None else bool(holds)
    )


def in_words(found: Middle) -> str:
    """A median and its interval in two digits."""
    return f"{found.median:.2g} ({found.lower:.2g} to {found.upper:.2g})"


def _seeds(errors: np.ndarray) -> int:
    return int((~np.isnan(errors[0])).sum())


def _cell(results: Results, place: int) -> str:
    data, rows, parameters, steps = (
        results[f"cell_{of}"][place] for of in ("data", "rows", "parameters", "steps")
    )
    many = "fresh rows" if results["cell_fresh"][place] else f"n = {rows:,}"
    return f"{NAMES[str(data)]}, {many}, {parameters:,} parameters, {steps:,} steps"
