"""How does the prediction change? The page's section on the curve of each predictor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jaxnn.cli.drawings import effect_names
from jaxnn.cli.figures import band_label
from jaxnn.cli.importance import Change, changes, most_correlated
from jaxnn.cli.numbers import decimals, ends, number, percent, value
from jaxnn.cli.results import Explanation
from jaxnn.report import Block, Folded, Grid, Paragraph, Picture
from jaxnn.tables import Column, axis_label

OPEN = 12  # predictors whose curves are open


def curve_order(results: Explanation) -> list[int]:
    """Places of the effects, the most important predictor first."""
    found = results.importance
    places = list(range(len(results.effects)))
    if isinstance(found, str):
        return places
    return sorted(places, key=lambda i: -found.center[results.effects[i].effect.feature])


def curves(results: Explanation, pictures: Mapping[str, Picture]) -> Iterator[Folded | Block]:
    """The curves and changes of each predictor, the most important one first."""
    table = results.table
    by = "" if isinstance(results.importance, str) else ", the most important predictor first"
    yield Paragraph(
        f"Each predictor is varied while the others are kept{by}. First the prediction averaged "
        "over rows, then the prediction with the other predictors at their centre. Ticks at the "
        "bottom, or numbers below a level, show where rows are. "
        f"Shaded or bars: {band_label(results)}.",
        "note",
    )
    for rank, place in enumerate(curve_order(results)):
        found = results.effects[place]
        feature = found.effect.feature
        column = table.columns[feature]
        blocks: list[Block] = [pictures[name] for name in effect_names(feature)]
        told = changes(found.effect, table, results.options.level)
        if column.levels and len(told) > 1:
            blocks.append(_changes_table(told, column, results.options.level))
        else:
            blocks += [Paragraph(_change(c, column, results.options.level)) for c in told]
        other = most_correlated(table, feature)
        if other is not None:
            name = results.names[other[0]]
            blocks.append(
                Paragraph(
                    f"This predictor varies with {name} (correlation {other[1]:.2f}): the average "
                    "also goes over combinations that hardly occur.",
                    "warning",
                )
            )
        unit = axis_label(column).removeprefix(column.name)
        yield Folded(results.names[feature] + unit, tuple(blocks), open=rank < OPEN)


def _change(told: Change, column: Column, level: float) -> str:
    where = "quartile to quartile" if column.kind == "numeric" else "level to level"
    places = decimals([told[3:5]])
    return (
        f"On average over rows, from {value(column, told.before)} to "
        f"{value(column, told.after)} ({where}) the prediction changes by "
        f"{number(told.change, places, '+')} ({ends(told[3:5], places, '+')}, {percent(level)} "
        f"percentile interval over refits, not calibrated); it rises in {told.rises:.0%} of "
        "the refits."
    )


def _changes_table(told: tuple[Change, ...], column: Column, level: float) -> Grid:
    places = decimals(change[3:5] for change in told)
    return Grid(
        f"Change of the average prediction from {value(column, told[0].before)}; percentile "
        "intervals over refits, not calibrated",
        ("to", "change", f"{percent(level)} interval", "rises in"),
        tuple(
            (
                value(column, c.after),
                number(c.change, places, "+"),
                ends(c[3:5], places, "+"),
                f"{c.rises:.0%}",
            )
            for c in told
        ),
    )
