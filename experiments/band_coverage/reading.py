"""How do claims and figures compute coverage and widths from the bands?"""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.band_coverage.known_truth import GRID, PLACES
from experiments.lab.contract import Results


def covered(band: np.ndarray, target: Any) -> np.ndarray:
    """Whether the target lies in the band (2, sets, places): (sets, places) bool."""
    return (band[0] <= target) & (target <= band[1])


def at_grid(per_place: np.ndarray) -> np.ndarray:
    """From numbers at `PLACES`, those at `GRID`: (..., 5)."""
    return per_place[..., np.searchsorted(PLACES, GRID)]


def width_ratios(results: Results) -> tuple[np.ndarray, np.ndarray]:
    """Median width at n = 100 over that at n = 10,000, and its standard errors: both (places,).

    The standard error of the median of nearly normal numbers is sqrt(pi/2) times that of the mean.
    """
    pair = (results["logistic_100_width"], np.diff(results["logistic_10000"], axis=0)[0])
    small, large = (np.median(widths, axis=0) for widths in pair)
    relative = sum(
        np.pi / 2 * widths.var(axis=0, ddof=1) / len(widths) / np.median(widths, axis=0) ** 2
        for widths in pair
    )
    return small / large, small / large * np.sqrt(relative)
