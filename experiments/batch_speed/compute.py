"""What is computed: losses by pass at tuned learning rates, and seconds of a pass (`passes`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jax import Array

from experiments.batch_speed import passes


@dataclass(frozen=True)
class Settings:
    """Numbers of fits.

    Attributes:
      tuning_seeds, seeds: fits to digits on which rates are chosen, and others, which are shown.
      passes: passes of these through the rows.
      repeats: times that a pass of each size is timed.
    """

    tuning_seeds: int = 3
    seeds: int = 12
    passes: int = 30
    repeats: int = 7


FULL = Settings()
QUICK = Settings(tuning_seeds=1, seeds=6, passes=20, repeats=3)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of `passes.compute`."""
    return passes.compute(
        key, settings.tuning_seeds, settings.seeds, settings.passes, settings.repeats
    )
