"""Where does depth help in training, and where does it not?

    asserted   error of L layers / error of one layer, where a limit was set beforehand
    judged     the same ratio, two layers over one, on every task: that depth helps holds if its
               interval lies below 1, and is refused if it lies above 1
    reported   the ratio, if its interval contains 1 or no network learns

`claims_folding` has counts and bounds, which are exact; `verdict` has the conclusions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.depth_vs_width import claims_folding
from experiments.depth_vs_width.reading import (
    LOST,
    NAMES,
    SOLVED,
    cell_name,
    comparisons,
    error_ratio,
    find,
    in_words,
    overfitting,
)
from experiments.depth_vs_width.verdict import verdict
from experiments.lab.claims import (
    Claim,
    above,
    at_most,
    below,
    equals,
    refused,
    reported,
)
from experiments.lab.contract import Results
from experiments.shared.statistics import MedianInterval, median_interval

__all__ = ["claims", "verdict"]

DEPTH = "lecture 11, “better generalization with depth”"
OVERFIT = "lecture 11, “shallow nets overfit more”; Goodfellow et al. 2016, section 6.4.1"
INTERVAL = "median, interval of at least 95%"
STUCK = 0.5  # test error above which a network misses most of the tent
ENOUGH = 1000  # rows; with fewer no network finds the fold
MARGIN = 0.25  # upper limit of the ratio of errors on the fold, set beforehand


def claims(results: Results) -> list[Claim]:
    """All claims, the exact ones first."""
    return [
        *claims_folding.claims(results),
        *_trained_pieces(results),
        *_fold(results),
        *_orderings(results),
        *_cells(results),
        *_cost(results),
    ]


def _trained_pieces(results: Results) -> Iterator[Claim]:
    place = find(results, "tent_3", None, 1000)
    if place is None:
        return
    means = results["tent_regions"].mean(axis=1)
    tests = results["test"][place][: len(means)]
    errors = ", ".join(f"{median_interval(row).median:.2f}" for row in tests)
    starts = int((~np.isnan(tests[0])).sum())
    stuck = ", ".join(str(count) for count in (tests > STUCK).sum(axis=1))
    yield reported(
        "straight pieces on [0, 1] of networks trained on the tent composed 3 times, which has 8 "
        f"pieces: smallest mean among 1 to {len(means)} hidden layers (range of the means); "
        f"median test errors: {errors}; starts of {starts} stuck above {STUCK:g}: {stuck}",
        "measured here",
        means.min(),
        "more than 8: networks do not lack pieces",
        interval=(float(means.min()), float(means.max())),
    )


def _fold(results: Results) -> Iterator[Claim]:
    x = np.linspace(-8, 8, 4001)
    four = sum(
        out * np.maximum(slope * (x - knot), 0)
        for slope, knot, out in ((-1, -1.2, 1), (1, -1.2, 1), (1, 0, -2), (1, 1.2, 2))
    )
    yield at_most(
        "one hidden layer of 4 ReLUs equals the fold | |Σx| − 1.2 |: largest difference, float64",
        "by hand",
        np.max(np.abs(four - np.abs(np.abs(x) - 1.2))),
        1e-12,
    )
    fresh = find(results, "fold", None, 600, 2000)
    if fresh is not None:
        yield from _fresh_fold(results, fresh)
    for rows, steps in ((300, 3000), (1000, 3000), (1000, 8000), (4000, 3000)):
        place = find(results, "fold", rows, 1000, steps)
        if place is not None:
            yield from _scarce_fold(results, place)


def _fresh_fold(results: Results, place: int) -> Iterator[Claim]:
    errors = results["test"][place]
    starts = int((~np.isnan(errors[0])).sum())
    for depth in (2, 3):
        if np.isnan(errors[depth - 1 :]).all():
            continue
        yield below(
            f"fold, fresh rows, 600 parameters, 2,000 steps: largest test error of {depth} layers "
            f"over the smallest of one layer ({starts} starts each)",
            DEPTH,
            np.nanmax(errors[depth - 1]) / np.nanmin(errors[0]),
            MARGIN,
        )
    longer = find(results, "fold", 256_000, 600, 8000)
    if longer is not None:
        before, share = (_share_solved(results["test"][cell, 0]) for cell in (place, longer))
        yield above(
            "with more steps one hidden layer finds the fold too: share of starts with a test "
            f"error below {SOLVED:g} after 8,000 steps (after 2,000: {before:.2f})",
            "depth makes learning faster, but one layer can represent the fold",
            share,
            0,
        )


def _share_solved(errors: np.ndarray) -> float:
    return float(np.mean(errors[~np.isnan(errors)] < SOLVED))


def _scarce_fold(results: Results, place: int) -> Iterator[Claim]:
    errors = results["test"][place]
    rows, steps = int(results["cell_rows"][place]), int(results["cell_steps"][place])
    cell = f"fold, n = {rows:,}, 1,000 parameters, {steps:,} steps"
    for depth in (2, 3):
        found = error_ratio(results, place, depth)
        if np.isnan(found.median) or rows < ENOUGH:
            continue
        yield Claim(
            f"{cell}: test error of {depth} layers over that of one layer ({INTERVAL})",
            OVERFIT,
            f"below {MARGIN:g}, and the interval below 1",
            found.median,
            _ends(found),
            found.median < MARGIN and found.upper < 1,
        )
        if (depth, rows, steps) == (2, 1000, 3000):
            starts = int((~np.isnan(errors[0])).sum())
            extreme = np.nanmax(errors[1]) / np.nanmin(errors[0])
            yield refused(
                f"{cell}: largest test error of {depth} layers over the smallest of one layer "
                f"({starts} starts each)",
                "rule set beforehand; the median (above) is asserted instead, since now and then "
                "a start of two layers misses the fold",
                extreme,
                f"below {MARGIN:g}",
                unless=bool(extreme < MARGIN),
            )
    one, two = overfitting(results, place, 1), overfitting(results, place, 2)
    statement = f"{cell}: one layer overfits more than two, test error minus training error"
    expected = f"interval above that of two layers, {in_words(two)}"
    if rows >= ENOUGH:
        yield above(
            f"{statement} ({INTERVAL})",
            OVERFIT,
            one.lower,
            two.upper,
            expected=expected,
            shown=one.median,
            interval=_ends(one),
        )
    else:
        more, less = one.lower > two.upper, one.upper < two.lower
        yield _by_interval(
            f"{statement} ({INTERVAL})",
            OVERFIT,
            one,
            expected,
            agrees=more if more != less else None,
            otherwise="undecided: they overlap",
        )


def _orderings(results: Results) -> Iterator[Claim]:
    control = "control: a target on which depth hurts"
    for data, parameters, depth, helps in (
        ("product_4", 1000, 4, True),
        ("product_4", 300, 2, False),
        ("product_6", 1000, 2, False),
    ):
        place = find(results, data, None, parameters)
        if place is None:
            continue
        found = error_ratio(results, place, depth)
        statement = (
            f"{NAMES[data]}, fresh rows, {parameters:,} parameters: test error of {depth} layers "
            f"over that of one layer ({INTERVAL})"
        )
        if helps:
            yield below(
                statement,
                DEPTH,
                found.upper,
                1,
                expected="interval below 1",
                shown=found.median,
                interval=_ends(found),
            )
        else:
            yield above(
                statement,
                control,
                found.lower,
                1,
                expected="interval above 1",
                shown=found.median,
                interval=_ends(found),
            )


def _cells(results: Results) -> Iterator[Claim]:
    """For every cell: two layers against one, judged by one rule, and all other numbers."""
    compared = comparisons(results)
    for found in compared:
        if found.depth > 2:
            continue
        deeper = "".join(
            f"; {other.depth} layers: {in_words(other.ratio)}"
            for other in compared
            if other.place == found.place and other.depth > 2
        )
        medians = [median_interval(row).median for row in results["test"][found.place]]
        listed = ", ".join(f"{median:.3g}" for median in medians if not np.isnan(median))
        yield _by_interval(
            f"{cell_name(results, found.place)}: test error of two layers over that of one "
            f"({INTERVAL}){deeper}; medians for 1, 2, ... layers: {listed}",
            DEPTH,
            found.ratio,
            "interval below 1",
            agrees={"helps": True, "hurts": False}.get(found.outcome),
            otherwise=LOST if found.outcome == LOST else "undecided: it contains 1",
        )
    outcomes = [found.outcome for found in compared]
    counts = {word: outcomes.count(word) for word in ("helps", "hurts", "unclear", LOST)}
    yield reported(
        "comparisons of several layers with one, at equal numbers of parameters, in all "
        f"{len(results['cell_data'])} tasks, by one rule: depth helps (interval below 1), hurts "
        "(above 1), is unclear, or no network learns",
        "measured here; chance alone puts one interval in forty on either side",
        ", ".join(f"{word} {count}" for word, count in counts.items()),
        f"{len(outcomes)} in all",
    )


def _by_interval(
    statement: str,
    source: str,
    found: MedianInterval,
    expected: str,
    *,
    agrees: bool | None,
    otherwise: str,
) -> Claim:
    """What the lecture says: it holds, is refused, or is only reported where nothing is decided."""
    ends = _ends(found)
    if agrees is None:
        return reported(statement, source, found.median, f"{expected} ({otherwise})", interval=ends)
    return refused(statement, source, found.median, expected, unless=agrees, interval=ends)


def _cost(results: Results) -> Iterator[Claim]:
    yield equals("training runs that diverged", "measured here", int(results["diverged"].sum()), 0)
    counts, wanted = results["counts"], results["cell_parameters"][:, None]
    yield at_most(
        "largest relative difference between a network's number of parameters and the requested "
        "number",
        "all hidden layers have the same whole number of units",
        np.abs(counts / wanted - 1)[counts > 0].max(),
        0.1,
    )


def _ends(found: MedianInterval) -> tuple[float, float]:
    return found.lower, found.upper
