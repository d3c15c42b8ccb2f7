"""What does each band mean? The page's section on what bands say and how often they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jaxnn.cli.numbers import percent
from jaxnn.cli.printed_report import report
from jaxnn.cli.results import Explanation
from jaxnn.report import Block, Grid, Paragraph

# Of a network's importances, by the rule of their intervals, in `experiments/importance_intervals`.
MEASURED_IMPORTANCE = {
    "shifted": "91% of the time on average over simulated truths at a nominal 95%; above zero for "
    "0.1% of predictors that are noise",
    "weighted": "94% of the time on average over simulated truths at a nominal 95%; above zero for "
    "0.8% of predictors that are noise",
}


def bands(results: Explanation, record: Mapping[str, Any]) -> Iterator[Block]:
    """What each kind of band says, and what was measured of it."""
    yield from (Paragraph(line) for line in report(record) if "bands are" in line)
    level = percent(results.options.level)
    rows = [
        (
            "curve",
            "how certain the average prediction is at one value; not the whole curve at once",
            "96% of the time on average over simulated truths at a nominal 95%, 80 to 90% with a "
            "curved truth of 8 predictors and 100 rows"
            if results.networks.calibrated
            else "90% of the time on average over simulated truths at a nominal 95%",
        ),
        (
            "importance",
            "how certain it is what is lost without the predictor's values",
            MEASURED_IMPORTANCE.get(getattr(results.importance, "rule", ""), "not measured"),
        ),
        (
            "change",
            "how the average prediction differs between two values, over refits",
            "not measured; percentile bands of curves hold the truth 90% of the time",
        ),
        (
            "prediction out of bag",
            "how certain the mean of one row is; few single observations lie in it",
            "not measured",
        ),
        (
            "difference of losses",
            "how certain the mean difference over rows is, for these fits",
            "not measured",
        ),
    ]
    if results.new_interval is not None:
        rows.append(
            (
                "prediction interval",
                "where single new observations lie",
                "94 to 97% on six simulated truths at a nominal 95%",
            )
        )
    yield Grid(f"Bands at level {level}", ("band", "says", "measured"), tuple(rows), numbers=False)
    yield Paragraph(
        "No band knows of what was not measured: none says what happens to a response if a "
        "predictor is changed."
    )
