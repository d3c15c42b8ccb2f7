"""How good are the predictions? The page's section on errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jaxnn.cli.drawings import CALIBRATION, OBSERVED
from jaxnn.cli.numbers import decimals, ends, number, percent
from jaxnn.cli.results import Explanation
from jaxnn.inspection.calibration import Calibration
from jaxnn.refits.prediction_errors import PredictionError
from jaxnn.report import Block, Folded, Grid, Paragraph, Picture

SQUARED = "mean squared error"


def errors(
    results: Explanation, record: Mapping[str, Any], pictures: Mapping[str, Picture]
) -> Iterator[Folded | Block]:
    """Predictions against observations, and scores with their intervals."""
    yield from (pictures[name] for name in (OBSERVED, CALIBRATION) if name in pictures)
    found = results.errors
    if isinstance(found, str):
        yield Paragraph(found)
    else:
        yield Grid(
            "Scores on rows that were not seen",
            ("score", "value", f"{percent(found.level)} interval", "better"),
            tuple(_cells(row) for row in found.rows),
        )
        yield Paragraph(
            "Each row is predicted by the refits that left it out: one by one (“one refit”), or by "
            "their mean. The .632+ estimate stands for one fit to all rows, which has seen more "
            "rows than a refit. Intervals allow for the rows being a sample; how much the fits "
            "themselves would vary is not in them.",
            "note",
        )
        if results.calibration is not None:
            yield from _calibration(results.calibration)
        kinds = {row.score: row.interval for row in found.rows}
        yield Folded(
            "How are these intervals made?",
            (
                Grid(
                    "What each interval allows for",
                    ("score", "interval"),
                    tuple((_name(score), kind) for score, kind in kinds.items()),
                    numbers=False,
                ),
            ),
        )
    share = record["out_of_bag"]["inside_prediction_interval"]
    if share is not None:
        yield Paragraph(
            f"{share:.1%} of the rows lie in their {percent(results.options.level)} prediction "
            "interval out of bag (jackknife+-after-bootstrap), which is for single new "
            "observations."
        )


def _calibration(found: Calibration) -> Iterator[Block]:
    """In words: the slope, if there is one curve."""
    if len(found.curves) != 1:
        return
    slope = found.curves[0].slope
    where = {"binary": " on the log odds", "count": " on the logarithm"}.get(found.response, "")
    yield Paragraph(
        f"Calibration: where predictions differ by 1, observations differ by "
        f"{slope.estimate:.2f} ({ends(slope[1:3], 2)}){where}; below 1, predictions are too "
        "extreme."
    )


def _cells(row: PredictionError) -> tuple[str, ...]:
    """A score with its interval; mean squares as their root, in the unit of the response."""
    numbers = [row.estimate, row.lower, row.upper]
    if SQUARED in row.score:
        numbers = [max(value, 0.0) ** 0.5 for value in numbers]
    places = decimals([numbers[1:]])
    better = "higher" if row.higher_is_better else "lower"
    name = f"{_name(row.score)}, {row.of}"
    return name, number(numbers[0], places), ends(numbers[1:], places), better


def _name(score: str) -> str:
    return score.replace(SQUARED, f"root {SQUARED}")
