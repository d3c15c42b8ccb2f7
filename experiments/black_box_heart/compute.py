"""What is computed for the black box of the Heart data? The work is done in `heart_refits`."""

from __future__ import annotations

from typing import Any

import jax
from jax import Array

from experiments.black_box_heart import heart_refits
from experiments.black_box_heart.heart_refits import Settings

FULL = Settings()
QUICK = Settings(refits=100)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """The arrays of `heart_refits.compute`."""
    key_heart, _ = jax.random.split(key)  # the other half is not used
    return heart_refits.compute(key_heart, settings)
