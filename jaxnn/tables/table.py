"""What is a typed table?

It has one column of numbers per raw predictor: a numeric column holds values, a binary or
categorical one the codes 0..k-1 of its k levels. The description of the columns is separate from
the numbers, so it is hashable and can be static in a compiled program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from jaxnn.errors import (
    InputError,
    InputTypeError,
    as_numbers,
    check_instance,
    check_name,
    shown,
)

Kind = Literal["numeric", "binary", "categorical", "ordinal"]
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Column:
    """The description of one column of a table; hashable.

    Attributes:
      name: the name of the column, any text.
      kind: "numeric", "binary", "categorical" or "ordinal".
      levels: the levels that the codes 0..k-1 stand for: none for a numeric column, two for a
        binary one (the second counts as 1), one or more for a categorical one and, from the least
        to the greatest, for an ordinal one.
      origin: for a numeric column of days since a date, that date, such as "2020-01-31";
        otherwise empty.
      unit: the unit of a numeric column if the source tells it, such as "days"; or empty.
      values: what the source calls each level, if the caller has renamed them; otherwise ().
      date_order: "dmy" or "mdy", the order of day and month in the source's dates; or empty.

    Columns are equal whatever their unit, values and date order, which only say how new rows are
    read and how an axis is named.

    Raises:
      InputError: an unknown kind, or levels that do not fit it.
      InputTypeError: anything that is not text where text is needed.

    Example:
      >>> Column("Thal", "categorical", ("normal", "fixed", "reversable"))
      Column(name='Thal', kind='categorical', levels=('normal', 'fixed', 'reversable'))
    """

    name: str
    kind: Kind
    levels: tuple[str, ...] = ()
    origin: str = field(default="", repr=False)
    unit: str = field(default="", compare=False, repr=False)
    values: tuple[str, ...] = field(default=(), compare=False, repr=False)
    date_order: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputTypeError(
                f"name is {shown(self.name)}; pass the name of the column as text."
            )
        check_name(self.kind, "kind", KINDS)
        for field_name in ("levels", "values"):
            texts = getattr(self, field_name)
            if not is_list_of_texts(texts):
                raise InputTypeError(f"{field_name} is {shown(texts)}; pass a tuple of texts.")
            object.__setattr__(self, field_name, tuple(map(str, texts)))  # a list becomes hashable
        for field_name in ("origin", "unit", "date_order"):
            if not isinstance(getattr(self, field_name), str):
                raise InputTypeError(
                    f"{field_name} is {shown(getattr(self, field_name))}; pass text."
                )
        levels = self.levels
        if len(set(levels)) < len(levels):
            raise InputError(f"levels is {shown(levels)}; pass each level once.")
        fits = {"numeric": not levels, "binary": len(levels) == 2}
        if not fits.get(self.kind, len(levels) > 0):
            wanted = {"numeric": "none", "binary": "two"}.get(self.kind, "one or more")
            raise InputError(
                f"levels has {len(levels)} entries for column {self.name!r}; "
                f"a {self.kind} column has {wanted}."
            )


class Table(NamedTuple):
    """Predictors and a response as numbers, with the descriptions of their columns.

    Attributes:
      columns: p `Column`s, one per raw predictor.
      X: (n, p) float64, values of numeric columns and codes of the others; all finite.
      y: (n,) float64, values of a numeric response or codes of any other; all finite.
      response: the `Column` of y.
      notes: sentences on what was left out, filled in or guessed when the table was made.
      missing: the number of missing values of each predictor and of the response, then of the
        weights and of the groups if there are any, before they were treated.
      response_kind: what `jaxnn.MLP` calls the response: "quantitative", "binary", "categorical"
        or "count"; empty in a table made by hand.
      weights: (n,) float64, positive case weights, or None.
      groups: (n,) int64, the codes 0..g-1 of g groups of rows that belong together, or None.
    """

    columns: tuple[Column, ...]
    X: np.ndarray
    y: np.ndarray
    response: Column
    notes: tuple[str, ...] = ()
    missing: tuple[int, ...] = ()
    response_kind: str = ""
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None


def check_table(table: Any) -> None:
    """Refuse what is not a `Table` whose columns, predictors and responses belong together.

    Raises:
      InputError, InputTypeError: anything else.
    """
    check_instance(table, "table", Table, "a jaxnn.Table")
    columns = table.columns
    listed = isinstance(columns, tuple | list) and all(isinstance(c, Column) for c in columns)
    if not listed or not isinstance(table.response, Column):
        raise InputTypeError(
            "table has something else than columns; pass a jaxnn.Table, as a reader returns it."
        )
    X, y = as_numbers(table.X, "table.X"), as_numbers(table.y, "table.y")
    if X.ndim != 2 or y.ndim < 1 or X.shape != (len(y), len(columns)) or len(y) == 0:
        raise InputError(
            f"table has X of shape {X.shape} and y of shape {y.shape} for {len(columns)} columns; "
            "pass a jaxnn.Table, as a reader returns it."
        )
    for name in ("weights", "groups"):
        values = getattr(table, name)
        if values is not None and as_numbers(values, f"table.{name}").shape != (len(y),):
            raise InputError(f"table.{name} is {shown(values)}; pass one number per row, or None.")
    texts, counts = table.notes, table.missing
    if not is_list_of_texts(texts) or not isinstance(counts, tuple | list):
        raise InputTypeError(
            "table has notes that are no texts, or missing that is no tuple; pass a jaxnn.Table, "
            "as a reader returns it."
        )


def axis_label(column: Column) -> str:
    """The name of a column for an axis, with the unit if it is known.

    Example:
      >>> axis_label(Column("visit", "numeric", origin="2020-01-31"))
      'visit (days since 2020-01-31)'
    """
    check_instance(column, "column", Column, "a jaxnn.tables.Column")
    unit = f"days since {column.origin}" if column.origin else column.unit
    return f"{column.name} ({unit})" if unit else column.name


def column_index(table: Any, name: str) -> int:
    """The number of the column of X that holds a predictor, counted from 0.

    Args:
      table: a `Table`, an `Encoder`, or a sequence of columns.
      name: the predictor's name.

    Raises:
      InputError: there is no such predictor; the message suggests similar names.
      InputTypeError: `table` is none of these.

    Example:
      >>> column_index((Column("Age", "numeric"), Column("Chol", "numeric")), "Chol")
      1
    """
    columns = getattr(table, "columns", table)
    listed = isinstance(columns, tuple | list)
    if not listed or not all(isinstance(column, Column) for column in columns):
        raise InputTypeError(f"table is a {type(table).__name__}; pass a table or its columns.")
    names = [column.name for column in columns]
    check_name(name, "name", names)
    return names.index(name)


def one_line(text: str, limit: int = 40) -> str:
    """A name or value as one short line of text, without line breaks or control characters."""
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= limit else text[: limit - 3] + "..."


def quoted(text: str, limit: int = 40) -> str:
    """A name or value between quotation marks, shortened."""
    return repr(text if len(text) <= limit else text[: limit - 3] + "...")


def is_list_of_texts(values: Any) -> bool:
    """Whether these are texts in an order: a list, a vector, or the names of a DataFrame."""
    if isinstance(values, np.ndarray):
        return values.ndim == 1 and values.dtype.kind in "UO" and is_list_of_texts(values.tolist())
    if hasattr(values, "to_list"):
        values = values.to_list()
    in_order = isinstance(values, Sequence) and not isinstance(values, str | bytes)
    return in_order and all(isinstance(text, str) for text in values)


def check_names(names: Sequence[str], argument: str) -> None:
    """Refuse names of columns of which two are equal.

    Raises:
      InputError: a name occurs twice.
    """
    seen: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if name in seen:
            raise InputError(
                f"{argument} names both column {seen[name]} and column {place} {quoted(name)}; "
                "give each column a name of its own."
            )
        seen[name] = place
