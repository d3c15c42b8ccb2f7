"""How often did a kind of band contain a known truth? The form in which measurements are kept.

Each kind of band keeps its measurement beside its code, and a test compares it with the stored
record of the experiment that made it.
"""

from __future__ import annotations

from typing import NamedTuple


class MeasuredCoverage(NamedTuple):
    """Shares of bands that contained the truth, over several simulated settings.

    Attributes:
      experiment: whose stored record has these numbers.
      nominal: the level that the bands aimed at.
      mean: the mean share over the settings.
      settings: their number.
      least: the share in the worst setting; None if the record does not have it.
    """

    experiment: str
    nominal: float
    mean: float
    settings: int
    least: float | None = None

    def __str__(self) -> str:
        """The measurement as a sentence's part, without the experiment."""
        worst = "" if self.least is None else f", {self.least:.0%} in the worst"
        return (
            f"{self.mean:.0%} on average over {self.settings} simulated settings at a nominal "
            f"{100 * self.nominal:g}%{worst}"
        )
