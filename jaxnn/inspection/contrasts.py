"""By how much does the prediction change, on average, from one value of a predictor to another?

    c(low, high) = sum_i w_i [f(high, x_iC) - f(low, x_iC)] / sum_i w_i

("age 40 to 65: +0.03"). Of many refits each has its own contrast, whose interval over the refits
says how sure it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from jaxnn.bootstrap import interval
from jaxnn.errors import InputError, InputTypeError, check_count, check_level, check_number, shown
from jaxnn.inspection.arguments import (
    as_list,
    check_columns,
    check_feature,
    check_grid,
    check_matrix,
)
from jaxnn.inspection.black_box import Predict, black_box
from jaxnn.inspection.quantiles import observed_quantiles
from jaxnn.inspection.row_averages import difference_blocks, weighted_rows
from jaxnn.results import check_result
from jaxnn.tables import Column, numeric_columns

LARGEST_DAY = 10**6  # days from the origin that are shown as a date


class Contrasts(NamedTuple):
    """Average changes of the prediction between pairs of values.

    Attributes:
      features: (k,) the predictors' columns of X.
      low: (k,) the values before the change, or codes of levels.
      high: (k,) the values after it.
      labels: k texts, such as "age 40 to 65" and "sex female to male".
      effect: (k,) or (k, outputs), averaged over replicates if there are any.
      samples: (replicates, k) or (replicates, k, outputs), or None if `predict` has no replicates.
    """

    features: np.ndarray
    low: np.ndarray
    high: np.ndarray
    labels: tuple[str, ...]
    effect: np.ndarray
    samples: np.ndarray | None


def contrasts(
    predict: Predict,
    X: Any,
    pairs: Any = None,
    *,
    columns: Sequence[Column] | None = None,
    weights: Any = None,
) -> Contrasts:
    """The average change of the prediction between two values of a predictor, for several of them.

    Args:
      predict: any function of X (see `jaxnn.inspection.black_box`).
      X: (n, p) rows to average over.
      pairs: {feature: (low, high)}, with several pairs of one feature in a list, or None for its
        default pairs. Features are numbers of columns, and values are numbers; with `columns` both
        may be names. None takes the default pairs of every column that varies: the observed
        lower and upper quartile of a numeric column (if they coincide, that value and the median of
        the other ones), and the most common level of a coded column against each observed one.
      columns: descriptions of the columns of X; None takes all as numeric, called x1, x2, ...
      weights: (n,) weights of the rows, at least 0: a row of weight two is that row twice. None
        gives all the same weight.

    Returns:
      `Contrasts` in the unit of the prediction, float64. These are 2 n k predictions, computed in
      blocks. A JAX function is compiled.

    Raises:
      InputError, InputTypeError: an argument that cannot be used, or no column that varies.

    Example:
      >>> X = np.array([[40.0, 0.0], [50.0, 1.0], [60.0, 1.0]])
      >>> columns = (Column("age", "numeric"), Column("sex", "binary", ("female", "male")))
      >>> predict = lambda X: 0.002 * X[:, 0] * (1 + X[:, 1])
      >>> found = contrasts(predict, X, {"age": (40, 65), "sex": None}, columns=columns)
      >>> print(contrast_table(found))
      age 40 to 65: +0.083
      sex male to female: -0.100
    """
    X = check_matrix(X)
    check_columns(columns, X)
    described = numeric_columns(X.shape[1]) if columns is None else columns
    rows, shares = weighted_rows(X, weights)
    asked = checked_pairs(pairs, X, columns)
    if asked is None:
        settings = [
            (j, *pair)
            for j in range(X.shape[1])
            for pair in default_pairs(rows[:, j], shares, described[j])
        ]
        if not settings:
            raise InputError("X has one value in every column, so there is nothing to contrast.")
    else:
        settings = []
        for j, given in asked:
            found = default_pairs(rows[:, j], shares, described[j]) if given is None else given
            if not found:
                raise InputError(
                    f"pairs has no values for column {described[j].name!r}, which has one value in "
                    "X; pass (low, high)."
                )
            settings += [(j, *pair) for pair in found]
    box = black_box(predict, X)
    axis = box.rows_axis
    changes = np.zeros((*box.row_shape[:axis], len(settings), *box.row_shape[axis:]))
    for place, (j, low, high) in enumerate(settings):
        for part, differences in difference_blocks(box, rows, j, [low, high]):
            average = np.tensordot(shares[part], differences, axes=(0, axis))
            changes[(slice(None),) * axis + (place,)] += average
    return Contrasts(
        np.array([j for j, _, _ in settings]),
        np.array([low for _, low, _ in settings], float),
        np.array([high for _, _, high in settings], float),
        tuple(contrast_label(described[j], low, high) for j, low, high in settings),
        changes.mean(axis=0) if axis else changes,
        changes if axis else None,
    )


def default_pairs(
    values: np.ndarray, weights: np.ndarray, column: Column
) -> list[tuple[float, float]]:
    """The pairs of values of a column that `contrasts` takes by default.

    Args:
      values: (n,) observed values, or codes of levels.
      weights: (n,) positive weights of the rows.
      column: the description of the column.

    Returns:
      Pairs (low, high): none if the column has one value.

    Raises:
      InputError: a code that is no level of the column.

    Example:
      >>> default_pairs(np.array([1.0, 2, 3, 4]), np.ones(4), Column("a", "numeric"))
      [(1.0, 3.0)]
      >>> default_pairs(np.array([0.0, 1, 1, 2]), np.ones(4), Column("b", "ordinal", tuple("pqr")))
      [(1.0, 0.0), (1.0, 2.0)]
    """
    distinct, place = np.unique(values, return_inverse=True)
    if len(distinct) == 1:
        return []
    if column.levels:
        check_grid(distinct, column, f"column {column.name!r} of X")
        common = distinct[np.bincount(place.ravel(), weights).argmax()]
        return [(float(common), float(level)) for level in distinct if level != common]
    low, high = observed_quantiles(values, weights, [0.25, 0.75]).tolist()
    if low == high:
        others = values != low
        median = observed_quantiles(values[others], weights[others], [0.5])[0]
        low, high = sorted((low, float(median)))
    return [(low, high)]


def checked_pairs(
    pairs: Any, X: np.ndarray, columns: Sequence[Column] | None, argument: str = "pairs"
) -> list[tuple[int, list[tuple[float, float]] | None]] | None:
    """Columns with their pairs of numbers, or with None for the default ones.

    Args:
      pairs, X, columns: as for `contrasts`.
      argument: what the caller calls the pairs.

    Raises:
      InputError, InputTypeError: pairs that cannot be used.
    """
    if pairs is None:
        return None
    if not isinstance(pairs, Mapping):
        raise InputTypeError(f"{argument} is {shown(pairs)}; pass {{feature: (low, high)}}.")
    if not pairs:
        raise InputError(f"{argument} is empty; pass {{feature: (low, high)}}, or None.")
    checked = []
    for feature, given in pairs.items():
        j = check_feature(feature, X, columns, f"a column in {argument}")
        if given is None:
            checked.append((j, None))
            continue
        name = f"{argument}[{shown(feature)}]"
        entries = as_list(given, name, "(low, high)")
        several = len(entries) > 0 and isinstance(entries[0], list | tuple | np.ndarray)
        column = None if columns is None else columns[j]
        listed = entries if several else [entries]
        checked.append((j, [_checked_pair(pair, column, name) for pair in listed]))
    return checked


def _checked_pair(pair: Any, column: Column | None, name: str) -> tuple[float, float]:
    values = check_grid(pair, column, name).astype(float).tolist()
    if len(values) != 2 or values[0] == values[1]:
        raise InputError(f"{name} is {shown(pair)}; pass two different values (low, high).")
    return values[0], values[1]


def contrast_label(column: Column, low: float, high: float) -> str:
    """Such as "age 40 to 65 years"."""
    low_text, high_text = (_value_text(column, value) for value in (low, high))
    return f"{column.name} {low_text} to {high_text}" + (f" {column.unit}" if column.unit else "")


def _value_text(column: Column, value: float) -> str:
    if column.levels:
        return column.levels[int(value)]
    if column.origin and abs(value) < LARGEST_DAY:
        return str(np.datetime64(column.origin) + np.timedelta64(round(value), "D"))
    return f"{value:.6g}"


def contrast_table(
    result: Contrasts,
    *,
    level: float = 0.95,
    decimals: int | None = None,
    outputs: Sequence[str] | None = None,
) -> str:
    """Contrasts as text, one per line: "age 40 to 65: +0.03 (-0.01 to 0.08)".

    Args:
      result: as from `contrasts`.
      level: share of the replicates in the interval.
      decimals: digits after the point; None gives the largest number of the table three digits.
      outputs: names of the outputs, if there are several; None numbers them from 1.

    Returns:
      The lines, with the percentile interval over the replicates if there are any, and then a last
      line that says so.

    Raises:
      InputError: a level outside (0, 1), fewer than 0 decimals, or names that do not fit.
      InputTypeError: decimals that are not a whole number.

    Example:
      >>> X = np.array([[0.0], [1.0]])
      >>> slopes = np.linspace(0.1, 0.5, 41)[:, None]
      >>> print(contrast_table(contrasts(lambda X: slopes * X[:, 0], X, {0: (0, 2)}), decimals=2))
      x1 0 to 2: +0.60 (0.22 to 0.98)
      (in brackets: the middle 95% of 41 replicates)
    """
    shapes = {"effect": "k *", "samples": "r k *", "labels": "k"}
    check_result(result, "result", Contrasts, "contrasts", **shapes)
    if result.effect.ndim > 2 or not result.effect.size:
        shape = result.effect.shape
        raise InputError(f"result has the effect of shape {shape}; pass what contrasts returns.")
    check_level(level)
    if decimals is not None:
        check_count(decimals, "decimals", least=0)
        check_number(decimals, "decimals", "at most 300", lambda number: number <= 300)
    band = None if result.samples is None else interval(result.samples, level)
    numbers = [result.effect, *(band or ())]
    if decimals is None:
        largest = max(float(np.abs(values).max()) for values in numbers)
        decimals = 2 - int(np.floor(np.log10(largest))) if largest > 0 else 2
        decimals = max(decimals, 0)
    columns = [np.reshape(values, (len(result.labels), -1)) for values in numbers]
    width = columns[0].shape[1]
    if outputs is None:
        outputs = [f"output {k + 1}" for k in range(width)]
    outputs = as_list(outputs, "outputs", f"{width} names, one for each output")
    if len(outputs) != width:
        raise InputError(f"outputs is {shown(outputs)}; pass {width} names, one for each output.")
    lines = []
    for place, label in enumerate(result.labels):
        for output, name in enumerate(outputs):
            texts = [_rounded(values[place, output], decimals) for values in columns]
            sign = "+" if float(texts[0]) > 0 else ""
            within = f" ({texts[1]} to {texts[2]})" if band else ""
            of = f", {name}" if result.effect.ndim == 2 else ""
            lines.append(f"{label}{of}: {sign}{texts[0]}{within}")
    if result.samples is not None:
        lines.append(
            f"(in brackets: the middle {100 * level:g}% of {len(result.samples):,} replicates)"
        )
    return "\n".join(lines)


def _rounded(value: float, decimals: int) -> str:
    """A number rounded to `decimals`, without the sign of a zero."""
    return f"{round(float(value), decimals) + 0.0:.{decimals}f}"
