"""What does each band mean? The page's section on what bands say and how often they hold.

The measured numbers stand beside the code of each kind of band.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jaxnn.bands import calibration, simultaneous
from jaxnn.cli.numbers import percent
from jaxnn.cli.printed_report import report
from jaxnn.cli.results import Explanation
from jaxnn.fitted_models import prediction_intervals
from jaxnn.refits import contrasts, importance_intervals, interactions
from jaxnn.refits.prediction_errors import COVERAGE
from jaxnn.report import Block, Grid, Paragraph

NOT_MEASURED = "not measured"


def bands(results: Explanation, record: Mapping[str, Any]) -> Iterator[Block]:
    """What each kind of band says, and what was measured of it."""
    for line in report(record):
        if "bands are" in line:
            yield Paragraph(f"{line[:1].upper()}{line[1:]}.")
    yield Grid(
        f"Bands of this page, at level {percent(results.options.level)}",
        ("band", "says", "contains the truth"),
        tuple(_rows(results)),
        numbers=False,
    )
    yield Paragraph(
        "Bands describe how the response goes with the predictors in tables like this one. None "
        "says what would happen to the response if a predictor were changed."
    )


def _rows(results: Explanation) -> Iterator[tuple[str, str, str]]:
    """Each kind of band on the page, what it is about, and how often it was measured to hold."""
    calibrated = results.networks.calibrated
    yield (
        "curve",
        "where the mean prediction lies at one value; not the whole curve at once",
        str(calibration.MEASURED if calibrated else calibration.MEASURED_PERCENTILE),
    )
    if results.table.response_kind != "categorical":
        yield (
            "whole curve",
            "where all of the mean prediction lies",
            str(simultaneous.MEASURED if calibrated else simultaneous.MEASURED_UNCALIBRATED),
        )
    if not isinstance(results.importance, str):
        yield (
            "importance",
            "how much of the loss the predictor's values prevent",
            _of_importance(results.importance.rule),
        )
    if not isinstance(results.interactions.pairs, str):
        yield (
            "interaction",
            "how much of the joint effect of two predictors is not the sum of single ones",
            interactions.MEASURED,
        )
    yield (
        "change",
        "how far the average prediction differs between two values",
        str(contrasts.MEASURED if calibrated else contrasts.MEASURED_PERCENTILE),
    )
    yield (
        "prediction out of bag",
        "where the mean of one row lies; few single observations lie in it",
        NOT_MEASURED,
    )
    if results.calibration is not None:
        yield ("bin of the calibration", results.calibration.interval, NOT_MEASURED)
    if not isinstance(results.errors, str):
        yield (
            "score",
            "where the score of these fits lies over other rows",
            COVERAGE,
        )
    yield (
        "difference of losses",
        "how far the losses of these fits differ on average over new rows",
        NOT_MEASURED,
    )
    if results.new_interval is not None:
        yield (
            "prediction interval",
            "where single new observations lie",
            str(prediction_intervals.MEASURED),
        )


def _of_importance(rule: str) -> str:
    if rule not in importance_intervals.MEASURED:
        return NOT_MEASURED
    alarms = importance_intervals.FALSE_ALARMS[rule]
    return (
        f"{importance_intervals.MEASURED[rule]}; it lies above zero for {alarms:.1%} of the "
        "predictors that are noise"
    )
