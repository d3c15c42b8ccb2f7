"""What were the columns taken for? The page's section on the table."""

from __future__ import annotations

from collections.abc import Iterator

from jaxnn.cli.numbers import values
from jaxnn.cli.results import Explanation
from jaxnn.report import Block, Grid, Paragraph
from jaxnn.tables import axis_label
from jaxnn.tables.table import one_line

MOST_ROWS = 100  # of the table


def columns(results: Explanation) -> Iterator[Block]:
    """What each column of the table was taken for, and the notes about the table."""
    table = results.table
    every = (table.response, *table.columns)
    missing = (*table.missing[-1:], *table.missing[:-1]) or (0,) * len(every)
    found = (table.y, *table.X.T)
    rows = []
    for place, (column, numbers, absent) in enumerate(zip(every, found, missing, strict=False)):
        name = one_line(axis_label(column), 60) + (" (response)" if place == 0 else "")
        rows.append((name, column.kind, values(column, numbers), f"{absent:,}"))
    head = ("column", "kind", "values", "missing")
    yield Grid("Columns that were used", head, tuple(rows[: MOST_ROWS + 1]), numbers=False)
    if len(rows) > MOST_ROWS + 1:
        yield Paragraph(f"The first {MOST_ROWS} predictors of {len(rows) - 1:,}.")
    yield from (Paragraph(f"{note[:1].upper()}{note[1:]}") for note in table.notes)
