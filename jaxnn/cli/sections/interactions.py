"""Which predictors act together? The page's section on interactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jaxnn.cli.drawings import SURFACE
from jaxnn.cli.numbers import decimals, ends, number, percent
from jaxnn.cli.results import Explanation
from jaxnn.refits import RefitInteractions
from jaxnn.report import Block, Grid, Paragraph, Picture

MOST_ROWS = 10  # of the table
SCALES = {
    "quantitative": "in the unit of the response",
    "count": "on the logarithm of the mean",
    "binary": "on the log odds",
    "categorical": "on the log odds of the classes",
}


def interactions(results: Explanation, pictures: Mapping[str, Picture]) -> Iterator[Block]:
    """The strongest pairs with their intervals, and the surface of the strongest one."""
    found = results.interactions
    if isinstance(found.pairs, str):
        yield Paragraph(found.pairs)
        return
    yield Paragraph(_verdict(found.pairs, results.names), "lead")
    shown = range(min(MOST_ROWS, len(found.pairs.names)))
    pairs = found.pairs
    intervals = [(pairs.lower[place], pairs.upper[place]) for place in shown]
    shares = [(pairs.h_squared_lower[place], pairs.h_squared_upper[place]) for place in shown]
    places = decimals(intervals)
    level = percent(pairs.level)
    yield Grid(
        f"Strength of the interactions ({SCALES[results.table.response_kind]}) and the share of "
        "each pair's joint effect (H squared)",
        ("pair", "strength", f"{level} interval", "H squared", f"{level} interval"),
        tuple(
            (
                " and ".join(results.names[j] for j in pairs.features[place]),
                number(float(pairs.strength[place]), places),
                ends(intervals[place], places),
                f"{pairs.h_squared[place]:.2f}",
                ends(shares[place], 2),
            )
            for place in shown
        ),
    )
    if len(pairs.names) > len(shown):
        yield Paragraph(
            f"The strongest {len(shown)} of {len(pairs.names):,} pairs; interactions.csv has all."
        )
    if len(found.compared) < len(results.table.columns):
        yield Paragraph(
            f"Pairs of {len(found.compared)} of the {len(results.table.columns):,} predictors were "
            "compared, chosen by their importance and their number of values."
        )
    yield Paragraph(
        "Two predictors interact if the effect of one depends on the value of the other. The "
        "strength is the root mean square of what their joint effect has beyond the sum of the two "
        "single ones, corrected for the noise of the refits. Where the interval reaches zero, the "
        "refits are compatible with effects that add up.",
        "note",
    )
    if SURFACE in pictures:
        yield pictures[SURFACE]


def _verdict(pairs: RefitInteractions, names: tuple[str, ...]) -> str:
    """The answer in a sentence."""
    clear = [place for place, lower in enumerate(pairs.lower) if lower > 0]
    if not clear:
        return (
            "No pair clearly: for each of them the refits are compatible with effects that add up."
        )
    first = " and ".join(names[j] for j in pairs.features[clear[0]])
    if len(clear) == 1:
        return f"{first}: the only interaction whose interval lies above zero."
    return (
        f"{first} above all; the intervals of {len(clear)} of {len(pairs.names):,} pairs lie above "
        "zero."
    )
