"""What does a lecture or a paper say, and does a measurement bear it out?

A claim is a test of nature, not of a seed: `holds` compares `measured` and its `interval`
with `expected`, and has to do so at any seed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from jaxnn.errors import InputError, InputTypeError

Value = bool | int | float | str


def _plain(value: Any, field: str) -> Value:
    """A NumPy scalar or shape-() array as the Python value that it holds."""
    if isinstance(value, np.ndarray | np.generic) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, bool | int | float | str):
        raise InputTypeError(
            f"{field} of a claim is {value!r}; pass a number, a string or a boolean."
        )
    return value


@dataclasses.dataclass(frozen=True)
class Claim:
    """One sentence about the results, with what was expected and what was measured.

    Fields:
      statement: what is claimed, with its unit and the level of the interval.
      source: who says so ("lecture 11, slide 40", a paper, or "known truth").
      expected: the number or words that the source gives.
      measured: the number or words that the experiment gives.
      interval: (low, high) around `measured`, or None.
      holds: True or False; None for a number that is reported and never asserted.

    NumPy scalars are turned into Python's own, so that `holds is False` means what it says.

    Raises:
      InputTypeError: a field is of a kind that a table cannot show.
      InputError: the interval is empty, or the claim "holds" of a measurement that is NaN.
    """

    statement: str
    source: str
    expected: Value
    measured: Value
    interval: tuple[float, float] | None
    holds: bool | None

    def __post_init__(self) -> None:
        for field in ("statement", "source", "expected", "measured"):
            object.__setattr__(self, field, _plain(getattr(self, field), field))
        if self.holds is not None:
            holds = _plain(self.holds, "holds")
            if not isinstance(holds, bool):
                raise InputTypeError(f"holds of a claim is {holds!r}; pass True, False or None.")
            object.__setattr__(self, "holds", holds)
        if self.interval is not None:
            ends = np.asarray(self.interval, dtype=float)
            if ends.shape != (2,) or ends[0] > ends[1]:
                raise InputError(
                    f"interval of a claim is {self.interval!r}; pass (low, high) with low <= high."
                )
            object.__setattr__(self, "interval", (float(ends[0]), float(ends[1])))
        if self.holds and isinstance(self.measured, float) and math.isnan(self.measured):
            raise InputError(f"measured is nan in a claim that holds: {self.statement!r}.")

    @property
    def verdict(self) -> str:
        """The word for the table: "holds", "does not hold" or "reported"."""
        return verdict(self.holds)


def within_errors(
    measured: float, theory: float, error: float, allowed: float = 0.0
) -> dict[str, Any]:
    """The last fields of a claim of a closed form: |measured - theory| <= 4 error + allowed.

    Args:
      measured: a mean over seeds, or another estimate.
      theory: what it should be.
      error: its standard error; the interval is 4 of them to either side.
      allowed: a bias that the statement names.
    """
    reach = 4 * float(error)
    return {
        "measured": float(measured),
        "interval": (float(measured) - reach, float(measured) + reach),
        "holds": bool(abs(measured - theory) <= reach + allowed),
    }


def verdict(holds: bool | None) -> str:
    """The word for a claim's outcome."""
    if holds is None:
        return "reported"
    return "holds" if holds else "does not hold"


def tally(outcomes: Iterable[bool | None]) -> str:
    """How many claims hold, in words: "4 of 5 claims hold, 1 reported"."""
    outcomes = list(outcomes)
    asserted = [holds for holds in outcomes if holds is not None]
    reported = len(outcomes) - len(asserted)
    words = [f"{sum(asserted)} of {len(asserted)} claims hold"] if asserted else []
    words += [f"{reported} reported"] if reported else []
    return ", ".join(words) or "no claims"
