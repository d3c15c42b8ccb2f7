"""How does the prediction change? The page's section on the curve of each predictor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jaxnn.cli.bands import EffectBands
from jaxnn.cli.changes import changes
from jaxnn.cli.drawings import effect_names
from jaxnn.cli.figures import band_label
from jaxnn.cli.numbers import decimals, ends, number, percent, value
from jaxnn.cli.results import Explanation
from jaxnn.report import Block, Folded, Grid, Paragraph, Picture
from jaxnn.tables import Column, axis_label
from jaxnn.tables.table import one_line

OPEN = 12  # predictors whose curves are open
MOST_CHANGES = 24  # of one predictor


def curves(results: Explanation, pictures: Mapping[str, Picture]) -> Iterator[Folded | Block]:
    """The curves and changes of each predictor, the most important one first."""
    table = results.table
    by = "" if isinstance(results.importance, str) else ", the most important predictor first"
    yield Paragraph(
        f"Each predictor is varied while the others are kept{by}. First the prediction averaged "
        "over rows, then the prediction with the other predictors at their centre. Ticks at the "
        "bottom, long ones for deciles, or numbers below a level, show where rows are. "
        f"Dark, or thick bars: {band_label(results)}. Light, or thin bars: the band that contains "
        "all of a curve.",
        "note",
    )
    drawn = results.drawn_effects
    for rank, found in enumerate(drawn):
        feature = found.effect.feature
        column = table.columns[feature]
        blocks: list[Block] = [pictures[name] for name in effect_names(feature)]
        blocks += _changes(results, found, column)
        impossible = found.effect.impossible
        if impossible is not None and impossible.warning is not None:
            blocks.append(Paragraph(one_line(impossible.warning, 400), "warning"))
        unit = axis_label(column).removeprefix(column.name)
        yield Folded(results.names[feature] + unit, tuple(blocks), open=rank < OPEN)
    others = len(results.effects) - len(drawn)
    if others:
        yield Paragraph(
            f"The curves of {others:,} less important predictors are not drawn; curves.csv has "
            "their numbers, and --features draws those that it names."
        )


def _changes(results: Explanation, found: EffectBands, column: Column) -> Iterator[Block]:
    """A sentence about one change, or a table of several."""
    level = percent(results.options.level)
    kind = "calibrated" if results.networks.calibrated else "percentile"
    told = list(changes(results, found))
    places = decimals((change.lower, change.upper) for change in told)
    if len(told) == 1:
        (change,) = told
        places = None if places is None else places - 1  # nothing stands below these digits
        yield Paragraph(
            f"On average over rows, the prediction changes by "
            f"{number(change.change, places, '+')} "
            f"({ends((change.lower, change.upper), places, '+')}, {level} {kind} interval) "
            f"from {value(column, change.before)} to {value(column, change.after)}"
            f"{' (lower to upper quartile)' if not column.levels else ''}; it rises in "
            f"{change.rises:.0%} of the refits."
        )
    elif told:
        several = any(change.output for change in told)
        what = " of the probability of each class" if several else " of the average prediction"
        numeric = ", lower to upper quartile" if not column.levels else ""
        yield Grid(
            f"Change{what}{numeric}; {level} {kind} intervals",
            ("from, to", *(["class"] if several else []), "change", "interval", "rises in"),
            tuple(
                (
                    f"{value(column, change.before)} to {value(column, change.after)}",
                    *([one_line(change.output, 24)] if several else []),
                    number(change.change, places, "+"),
                    ends((change.lower, change.upper), places, "+"),
                    f"{change.rises:.0%}",
                )
                for change in told[:MOST_CHANGES]
            ),
        )
        if len(told) > MOST_CHANGES:
            yield Paragraph(f"The first {MOST_CHANGES} of {len(told):,}; changes.csv has all.")
