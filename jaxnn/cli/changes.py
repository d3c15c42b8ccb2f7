"""By how much does the average prediction change between two values of a predictor, and how surely?

A row for each pair of values and each class: those of `Effect.contrasts`, with their bands and the
share of refits in which the change is above zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jaxnn.cli.bands import EffectBands
from jaxnn.cli.results import Explanation


class Change(NamedTuple):
    """How an average prediction differs between two values of a predictor.

    Attributes:
      before, after: the two values, or codes of levels.
      output: the class whose probability changes, or "" if there is one prediction.
      change: the change.
      lower, upper: its band.
      rises: the share of refits in which the change is above zero.
    """

    before: float
    after: float
    output: str
    change: float
    lower: float
    upper: float
    rises: float


def changes(results: Explanation, found: EffectBands) -> Iterator[Change]:
    """The changes of one predictor, pair by pair, and class by class within a pair."""
    pairs, band = found.effect.contrast_values, found.contrasts
    of_refits = found.effect.contrasts
    several = of_refits.ndim == 3
    classes = results.table.response.levels if several else ("",)
    parts = np.stack([band.center, band.lower, band.upper, (of_refits > 0).mean(axis=0)])
    for place, (before, after) in enumerate(pairs.tolist()):
        for output, name in enumerate(classes):
            numbers = parts[:, place, output] if several else parts[:, place]
            yield Change(before, after, name, *numbers.tolist())
