"""Which numbers of an explanation are written as CSV?

importance.csv    each predictor with its interval, the most important one first
conditional.csv   importances within what the other predictors say
curves.csv        each point of each curve with its band
interactions.csv  each pair of the most important predictors, the strongest one first
changes.csv       the average prediction between two values of a predictor
errors.csv        scores on rows that were not seen, with intervals
calibration.csv   observed against predicted in bins of rows that were not seen
losses.csv        the network and the other methods
predictions.csv   each row, predicted by refits that left it out
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jaxnn.bootstrap import Interval
from jaxnn.cli.changes import changes
from jaxnn.cli.results import Explanation
from jaxnn.refits import top_chance
from jaxnn.saving import write_whole
from jaxnn.tables import Column

DIGITS = 7
TOP = 3  # of the predictors, for the chance of being among them
FILES = (
    *(
        "importance.csv",
        "conditional.csv",
        "curves.csv",
        "changes.csv",
        "interactions.csv",
        "errors.csv",
    ),
    *("calibration.csv", "losses.csv", "predictions.csv"),
)


def safe(text: str) -> str:
    """A text from a table that no spreadsheet takes for a formula."""
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text
    return text


def value_of(column: Column, value: float) -> str:
    """A value of a predictor as text: a number, or the name of a level."""
    return column.levels[int(value)] if column.levels else f"{value:.{DIGITS}g}"


def write_numbers(results: Explanation, record: dict[str, Any]) -> list[str]:
    """Write the CSV files, and remove those of an earlier run that this one does not make.

    Args:
      results: the explanation.
      record: the content of summary.json.

    Returns:
      The names of the files.

    Raises:
      OSError: a file cannot be written.
    """
    out, made = results.options.out, []
    makers = (
        _importance,
        _conditional,
        _curves,
        _changes,
        _interactions,
        _errors,
        _calibration,
        _losses,
        _predictions,
    )
    for name, maker in zip(FILES, makers, strict=True):
        lines = maker(results, record)
        if lines is None:
            (out / name).unlink(missing_ok=True)
            continue
        _write(out / name, *lines)
        made.append(name)
    return made


Lines = tuple[Sequence[str], Iterable[Sequence[Any]]]


def _importance(results: Explanation, _: Any) -> Lines | None:
    found = results.importance
    if isinstance(found, str):
        return None
    k = min(TOP, len(found.names))
    chances = top_chance(found, k)
    head = ["predictor", "importance", "lower", "upper", f"chance of the first {k}", "in bag"]
    inside = found.in_bag.mean(axis=0)
    columns = (found.center, found.lower, found.upper, chances, inside)
    order = np.argsort(-found.center, kind="stable")
    return head, ([found.names[j], *(numbers[j] for numbers in columns)] for j in order.tolist())


def _conditional(results: Explanation, _: Any) -> Lines | None:
    found = results.correlated
    if found is None:
        return None
    columns = (found.plain.mean, found.plain.std, found.conditional.mean, found.conditional.std)
    head = ["predictor", "importance", "deviation", "conditional importance"]
    return [*head, "conditional deviation", "explained by others"], (
        [column.name, *(float(numbers[j]) for numbers in (*columns, found.explained))]
        for j, column in enumerate(results.table.columns)
    )


def _curves(results: Explanation, _: Any) -> Lines:
    table = results.table
    classes = table.response.levels if table.response_kind == "categorical" else ("",)

    def lines() -> Iterable[Sequence[Any]]:
        for found in results.effects:
            column, grid = table.columns[found.effect.feature], found.effect.grid
            kinds = (
                ("average", grid, found.average, found.whole),
                ("profile", grid, found.profile, None),
                ("accumulated", found.effect.edges, found.accumulated, None),
            )
            for curve, values, band, whole in kinds:
                none = np.full_like(band.center, np.nan)
                ends = (none, none) if whole is None else (whole.lower, whole.upper)
                parts = np.stack([band.center, band.lower, band.upper, *ends], axis=-1)
                parts = parts.reshape(len(values), -1, 5)
                for value, of_value in zip(values.tolist(), parts, strict=True):
                    for level, numbers in zip(classes, of_value, strict=True):
                        yield [column.name, value_of(column, value), curve, level, *numbers]

    head = ["predictor", "value", "curve", "class", "estimate", "lower", "upper"]
    return [*head, "lower, whole curve", "upper, whole curve"], lines()


def _changes(results: Explanation, _: Any) -> Lines:
    columns = results.table.columns
    head = ["predictor", "from", "to", "class", "change", "lower", "upper"]
    return [*head, "share of refits that rise"], (
        [columns[found.effect.feature].name]
        + [value_of(columns[found.effect.feature], end) for end in change[:2]]
        + list(change[2:])
        for found in results.effects
        for change in changes(results, found)
    )


def _interactions(results: Explanation, _: Any) -> Lines | None:
    found = results.interactions.pairs
    if isinstance(found, str):
        return None
    head = ["first", "second"] + [
        f"{what}{end}" for what in ("strength", "H squared") for end in ("", ", lower", ", upper")
    ]
    columns = (
        *(found.strength, found.lower, found.upper),
        *(found.h_squared, found.h_squared_lower, found.h_squared_upper),
    )
    return head, (
        [*names, *(numbers[place] for numbers in columns)]
        for place, names in enumerate(found.names)
    )


def _errors(results: Explanation, _: Any) -> Lines | None:
    found = results.errors
    if isinstance(found, str):
        return None
    head = ["score", "of", "value", "lower", "upper", "standard error", "interval"]
    return head, (
        [row.score, row.of, row.estimate, row.lower, row.upper, row.standard_error, row.interval]
        for row in found.rows
    )


def _calibration(results: Explanation, _: Any) -> Lines | None:
    found = results.calibration
    if found is None:
        return None
    levels = results.table.response.levels
    several = len(found.curves) > 1
    return ["class", "predicted", "observed", "lower", "upper", "rows"], (
        [levels[curve.code] if several else "", *numbers]
        for curve in found.curves
        for numbers in zip(
            *(curve.predicted, curve.observed, curve.lower, curve.upper, curve.rows), strict=True
        )
    )


def _losses(_: Explanation, record: dict[str, Any]) -> Lines | None:
    if record["comparison"] is None:
        return None
    head = ["method", "loss", "standard error", "difference", "lower", "upper"]
    return head, (
        [name, numbers["loss"], numbers["standard_error"], numbers["difference"]]
        + numbers["interval"]
        for name, numbers in record["comparison"]["methods"].items()
    )


def _predictions(results: Explanation, _: Any) -> Lines:
    table, predicted = results.table, results.out_of_bag
    none = np.full(len(table.y), np.nan)
    new = results.new_interval or Interval(none, none)
    head = ["row", "observed", "predicted out of bag", "band lower", "band upper"]
    head += ["interval lower", "interval upper"]
    levels = table.response.levels
    observed = [value_of(table.response, y) if levels else float(y) for y in table.y]
    numbers = (predicted.mean, predicted.lower, predicted.upper, *new)
    return head, (
        [str(row + 1), observed[row], *(array[row] for array in numbers)]
        for row in range(len(table.y))
    )


def _write(path: Path, head: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Write one CSV file; what is not known is empty."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(head)
    for line in lines:
        writer.writerow([_cell(value) for value in line])
    text = written.getvalue()
    write_whole(path, lambda file: file.write(text.encode(errors="backslashreplace")))


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return safe(value)
    if value is None or not np.isfinite(value):
        return ""
    return f"{float(value):.{DIGITS}g}"
