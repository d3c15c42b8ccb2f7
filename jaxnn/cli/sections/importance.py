"""Which predictors matter? The page's section on their importance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from jaxnn.cli.drawings import IMPORTANCE, shown_unit
from jaxnn.cli.number_files import TOP
from jaxnn.cli.numbers import decimals, ends, number, percent
from jaxnn.cli.results import Explanation
from jaxnn.inspection import CorrelationCheck
from jaxnn.refits import matters_more, top_chance
from jaxnn.report import Block, Folded, Grid, Paragraph, Picture

MOST_ROWS = 100  # of the table


def importance(results: Explanation, pictures: Mapping[str, Picture]) -> Iterator[Block | Folded]:
    """The chart and the table of importances, and what they are."""
    found = results.scaled_importance
    if found is None:
        yield Paragraph(str(results.importance))
        return
    yield pictures[IMPORTANCE]
    order = np.argsort(-found.center, kind="stable")
    k = min(TOP, len(order))
    chances, more = top_chance(found, k), matters_more(found)
    places = decimals(zip(found.lower, found.upper, strict=True))
    rows = []
    for rank, j in enumerate(order[:MOST_ROWS].tolist()):
        after = f"{more[j, order[rank + 1]]:.0%}" if rank + 1 < len(order) else ""
        center = number(float(found.center[j]), places)
        interval = ends((found.lower[j], found.upper[j]), places)
        rows.append((found.names[j], center, interval, f"{chances[j]:.0%}", after))
    head = ("predictor", "importance", f"{percent(found.level)} interval")
    yield Grid(
        f"How much the loss rises ({shown_unit(results)}) when the predictor's values are "
        "exchanged between rows",
        (*head, f"among first {k}", "above the next"),
        tuple(rows),
    )
    if len(order) > MOST_ROWS:
        yield Paragraph(f"The first {MOST_ROWS} of {len(order):,}; importance.csv has all.")
    rows = len(results.table.y)
    if results.importance_rows < rows:
        yield Paragraph(
            f"Computed from {results.importance_rows:,} of the {rows:,} rows, drawn at random; the "
            "intervals are as wide as those of a table with that many rows."
        )
    if results.correlated is not None:
        yield from _within_the_others(results.correlated, results.loss_scale)
    yield Paragraph(
        "An importance is a weighted mean of two: that on the rows left out of each refit, and "
        "that on the rows drawn. Its interval is as wide as the spread of the second over refits. "
        "The last two columns are shares of refits. Where predictors are correlated, each may look "
        "less important than the group is.",
        "note",
    )


def _within_the_others(found: CorrelationCheck, scale: float) -> Iterator[Block | Folded]:
    """Importances without rows that cannot be, and a warning where they differ."""
    if found.differs.any():
        yield Paragraph(_warning(found), "warning")
    order = np.argsort(-found.plain.mean, kind="stable")[:MOST_ROWS]
    means = np.stack([found.plain.mean, found.conditional.mean]) / scale
    places = decimals([(0.0, float(np.abs(means).max()))])
    rows = tuple(
        (
            found.plain.names[j],
            *(number(float(value), places) for value in means[:, j]),
            f"{max(found.explained[j], 0):.0%}",
            "yes" if found.differs[j] else "no",
        )
        for j in order.tolist()
    )
    yield Folded(
        "Do correlated predictors mislead?",
        (
            Grid(
                "Importance for the mean of all refits, when values are exchanged between all rows "
                "and only within what the other predictors say",
                ("predictor", "all rows", "within", "explained by others", "differs"),
                rows,
            ),
            Paragraph(
                "Exchanging the values of a correlated predictor makes rows that nobody has seen. "
                "Within what a linear regression on the other predictors says, rows stay possible. "
                "These importances are of rows that the refits have partly seen.",
                "note",
            ),
        ),
    )


def _warning(found: CorrelationCheck) -> str:
    order = [j for j in np.argsort(-found.plain.mean, kind="stable") if found.differs[j]]
    named = ", ".join(found.plain.names[j] for j in order[:5])
    more = f" and {len(order) - 5} more" if len(order) > 5 else ""
    return (
        f"Correlated predictors: the importance of {named}{more} changes by more than a quarter "
        "when values are exchanged only within what the other predictors say."
    )
