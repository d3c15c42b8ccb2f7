"""Is a network worth it? The page's section on other methods and on how the network was chosen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from jaxnn.cli.drawings import CHOICE, COMPARISON
from jaxnn.cli.numbers import decimals, ends, number, percent
from jaxnn.cli.printed_report import described_candidate
from jaxnn.cli.results import Explanation
from jaxnn.report import Block, Grid, Paragraph, Picture


def worth(
    results: Explanation, record: Mapping[str, Any], pictures: Mapping[str, Picture]
) -> Iterator[Block]:
    """The verdict, the losses of all methods, and how the network was chosen."""
    comparison, scale = record["comparison"], record["loss_scale"]
    level = percent(results.options.level)
    if comparison is None:
        yield Paragraph("The network was not compared with other methods.")
    else:
        yield Paragraph(comparison["verdict"], "lead")
        others = [m for name, m in comparison["methods"].items() if name != "network"]
        intervals = [[_scaled(end, scale) for end in other["interval"]] for other in others]
        places = decimals(intervals)
        yield Grid(
            f"Out-of-bag {record['shown_loss']}",
            ("method", "loss", "minus network", f"{level} interval"),
            tuple(
                (
                    name,
                    number(_scaled(numbers["loss"], scale), places),
                    *_difference(name, numbers, scale, places),
                )
                for name, numbers in comparison["methods"].items()
            ),
        )
        yield Paragraph(
            "All methods were refitted to the same resamples and judged on the rows left out. "
            "Intervals are normal ones for the mean difference over rows.",
            "note",
        )
    yield from (pictures[name] for name in (COMPARISON, CHOICE) if name in pictures)
    path = record["path"]
    if path is not None:
        best, fitted = path["candidates"][path["chosen"]], path["candidates"][path["fitted"]]
        yield Paragraph(f"The best candidate has {described_candidate(best)}.")
        if fitted != best:
            yield Paragraph(
                f"The curves are those of a network with {described_candidate(fitted)}: flexible "
                "enough that its bands contain the truth as often as they say."
            )
        yield from (Paragraph(f"Note: {note}") for note in path["notes"])


def _difference(
    name: str, numbers: Mapping[str, Any], scale: float, places: int | None
) -> tuple[str, str]:
    """The cells that compare a method with the network, which are empty for the network itself."""
    if name == "network":
        return "", ""
    interval = [_scaled(end, scale) for end in numbers["interval"]]
    return number(_scaled(numbers["difference"], scale), places, "+"), ends(interval, places, "+")


def _scaled(value: float | None, scale: float) -> float:
    return math.nan if value is None else value / scale
