"""Which weight does each row have, and which rows belong together?

A column of weights w_i says how much row i counts; a column of groups has equal values in rows
that belong together, such as the visits of one patient.
"""

from __future__ import annotations

import numpy as np

from jaxnn.errors import InputError
from jaxnn.tables.column_kinds import type_column
from jaxnn.tables.raw_columns import RawColumn, RowPlaces, texts_of
from jaxnn.tables.table import quoted

# Networks compute in single precision, where smaller numbers are 0.
SMALLEST = float(np.finfo(np.float32).tiny)


def case_weights(raw: RawColumn, where: RowPlaces) -> np.ndarray:
    """The weights of the rows, (n,) float64, none of them negative.

    Args:
      raw: a column without missing values.
      where: where each row is in the source, for messages.

    Raises:
      InputError: text, a negative or infinite weight, or weights that are all 0.
    """
    weights = type_column(raw, "numeric", None, where).codes
    negative = np.flatnonzero(weights < 0)
    if negative.size:
        row = negative[0]
        raise InputError(
            f"weights is {quoted(raw.name)}, which has {weights[row]:g} at {where(row)}; pass a "
            "column of numbers of at least 0."
        )
    small = np.flatnonzero((weights > 0) & (weights < SMALLEST))
    if small.size:
        row = small[0]
        raise InputError(
            f"weights is {quoted(raw.name)}, which has {weights[row]:g} at {where(row)}, below the "
            "range of single precision; multiply all weights by a large number."
        )
    if not weights.any():
        raise InputError(
            f"weights is {quoted(raw.name)}, which is 0 in every row; pass a column with positive "
            "numbers."
        )
    return weights


def group_codes(raw: RawColumn) -> np.ndarray:
    """The group of each row, (n,) int64 from 0 on in order of appearance.

    Args:
      raw: a column without missing values.

    Raises:
      InputError: all rows are in one group.
    """
    number_of: dict[str | None, int] = {}
    codes = [number_of.setdefault(text, len(number_of)) for text in texts_of(raw)]
    if len(number_of) < 2:
        raise InputError(
            f"groups is {quoted(raw.name)}, which puts all {len(codes)} rows into one group; "
            "at least two are needed."
        )
    return np.array(codes, dtype=np.int64)
