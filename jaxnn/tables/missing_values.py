"""Which rows are left out for missing values, and what fills the holes of the others?

    refuse   any missing value is an error
    drop     rows with a missing value are left out
    impute   the median of a numeric column, the most common level of any other

A missing response, weight or group is never filled in: with "impute" such a row is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jaxnn.errors import InputError
from jaxnn.tables.column_kinds import TypedColumn
from jaxnn.tables.levels import listed
from jaxnn.tables.raw_columns import RowPlaces
from jaxnn.tables.table import quoted


class Holes(NamedTuple):
    """Where values are missing.

    Attributes:
      names: the names of the c columns: predictors, response, then weights and groups if any.
      absent: (n, c) bool.
      predictors: how many of the columns, from the first on, are predictors.
    """

    names: Sequence[str]
    absent: np.ndarray
    predictors: int


def rows_to_keep(
    missing: str, holes: Holes, where: RowPlaces, source: str
) -> tuple[np.ndarray, list[str]]:
    """The rows that stay, (n,) bool, and notes on those that are left out.

    Args:
      missing: "refuse", "drop" or "impute".
      holes: where values are missing.
      where: where each row is in the source, for messages.
      source: what to call the source in messages.

    Raises:
      InputError: missing values that are refused, or no row that stays.
    """
    names, absent, predictors = holes
    if not absent.any():
        return np.ones(len(absent), dtype=bool), []
    if missing == "refuse":
        counts = [
            f"{quoted(name)} {column.sum()} (first at {where(np.argmax(column))})"
            for name, column in zip(names, absent.T, strict=True)
            if column.any()
        ]
        raise InputError(
            f"missing is 'refuse', but {source} has missing values: {listed(counts, limit=200)}; "
            "pass missing='drop' to leave those rows out or missing='impute' to fill them in."
        )
    first = 0 if missing == "drop" else predictors
    dropped: np.ndarray = np.any(absent[:, first:], axis=1)
    if dropped.all():
        raise InputError(
            f"missing is {missing!r}, which leaves none of the {len(absent)} rows of {source}: "
            "each has a missing value."
        )
    if not dropped.any():
        return np.logical_not(dropped), []
    counts = [
        f"{quoted(name)} {column.sum()}"
        for name, column in zip(names[first:], absent.T[first:], strict=True)
        if column.any()
    ]
    note = (
        f"left out {dropped.sum()} of {len(absent)} rows with missing values "
        f"({listed(counts, limit=200)})"
    )
    return np.logical_not(dropped), [note]


def filled_in(typed: TypedColumn) -> tuple[TypedColumn, list[str]]:
    """A column without missing values, and a note if any was filled in."""
    column, codes, notes = typed
    holes = np.isnan(codes)
    if not holes.any():
        return typed, []
    present = codes[~holes]
    if column.kind == "numeric":
        filling = float(np.median(present))
        what = f"their median, {filling:g}"
    else:
        filling = float(np.argmax(np.bincount(present.astype(int))))
        what = f"the most common level, {quoted(column.levels[int(filling)])}"
    counted = "1 missing value" if holes.sum() == 1 else f"{holes.sum()} missing values"
    note = f"filled in {counted} of {quoted(column.name)} with {what}"
    return TypedColumn(column, np.where(holes, filling, codes), notes), [note]
