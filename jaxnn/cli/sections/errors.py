"""How good are the predictions? The page's section on errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jaxnn.cli.drawings import OBSERVED
from jaxnn.cli.numbers import decimals, ends, number, percent
from jaxnn.cli.results import Explanation
from jaxnn.report import Block, Grid, Paragraph, Picture


def errors(
    results: Explanation, record: Mapping[str, Any], pictures: Mapping[str, Picture]
) -> Iterator[Block]:
    """Predictions against observations, and the loss out of bag."""
    losses, level = record["out_of_bag"], percent(results.options.level)
    yield pictures[OBSERVED]
    if losses["network"] is None or losses["constant"] is None:
        yield Paragraph("There is no loss out of bag: no row was left out, or one is not finite.")
    else:
        scale = record["loss_scale"]
        kinds = ("network", "constant")
        intervals = {name: [end / scale for end in losses[name]["interval"]] for name in kinds}
        places = decimals(intervals.values())
        yield Grid(
            f"Out-of-bag {record['shown_loss']} of single refits",
            ("prediction", "mean", f"{level} interval"),
            tuple(
                (
                    name,
                    number(losses[name]["mean"] / scale, places),
                    ends(intervals[name], places),
                )
                for name in kinds
            ),
        )
        yield Paragraph("Intervals are percentiles over refits.", "note")
    if losses["inside_prediction_interval"] is not None:
        share = losses["inside_prediction_interval"]
        yield Paragraph(
            f"{share:.1%} of the rows lie in their {level} prediction interval out of bag "
            "(jackknife+-after-bootstrap), which is for single new observations."
        )
