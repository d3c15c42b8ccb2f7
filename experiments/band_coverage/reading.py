"""How do claims and figures compute coverage and widths from the bands?"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from experiments.band_coverage.known_truth import GRID, PLACES
from experiments.band_coverage.network_bands import METHODS, STRENGTHS
from experiments.band_coverage.new_observations import LARGER, SMALLER, name_of
from experiments.band_coverage.settings import SETTINGS, Setting, places
from experiments.lab.contract import Results
from jaxnn.bands.calibration import link

DECISIVE = 100  # data sets, with fewer of which coverage is only reported
REFERENCE = "percentile, strength 0.3"  # whose widths the others are divided by
DEFAULT = "calibrated (default)"


def covered(band: np.ndarray, target: Any) -> np.ndarray:
    """Whether the target lies in the band (2, sets, places): (sets, places) bool."""
    return (band[0] <= target) & (target <= band[1])


def at_grid(per_place: np.ndarray) -> np.ndarray:
    """From numbers at `PLACES`, those at `GRID`: (..., 5)."""
    return per_place[..., np.searchsorted(PLACES, GRID)]


def sizes_of(results: Results, truth: str) -> list[int]:
    """The numbers of rows for which the results hold new observations of a truth."""
    return [rows for rows in (SMALLER, LARGER) if name_of(truth, rows) in results]


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


class Compared(NamedTuple):
    """A setting on which kinds of band were compared, and what was found.

    Attributes:
      setting: the known truth.
      truth: (sets, places) the true mean responses.
      fits: (strengths, sets, places) the fits to all rows.
      bands: (2, methods, sets, places) ends of the bands.
      expected: (2, sets, places) coverage that simulations expect, for two of the methods.
      strength: (sets,) strength of the penalty of the default.
    """

    setting: Setting
    truth: np.ndarray
    fits: np.ndarray
    bands: np.ndarray
    expected: np.ndarray
    strength: np.ndarray

    @property
    def counted(self) -> np.ndarray:
        """The places that count: all but those beyond the central rows of a predictor."""
        counted = np.ones(self.truth.shape[1], bool)
        counted[places(self.setting).get("edge", slice(0, 0))] = False
        return counted

    def contained(self, target: np.ndarray | None = None) -> np.ndarray:
        """Whether each band contains the truth, or another target: (methods, sets, places)."""
        target = self.truth if target is None else target
        return (self.bands[0] <= target) & (target <= self.bands[1])

    def learner(self) -> np.ndarray:
        """What the network gives on average with each method's penalty: (methods, sets, places)."""
        means = self.fits.mean(axis=1)
        strengths = [self.strength if fixed is None else fixed for fixed in METHODS.values()]
        sets = len(self.truth)
        chosen = np.stack([np.broadcast_to(strength, (sets,)) for strength in strengths])
        return means[np.searchsorted(-np.array(STRENGTHS), -chosen)]

    def widths(self, on_link_scale: bool = False) -> np.ndarray:
        """Mean widths relative to those of the light percentile band: (methods, sets).

        Args:
          on_link_scale: whether widths are measured on the link scale, on which the bands are made.
        """
        lower, upper = self.bands[..., self.counted]
        if on_link_scale:
            lower, upper = link(self.setting.kind, lower), link(self.setting.kind, upper)
        widths = upper - lower
        reference = widths[list(METHODS).index(REFERENCE)].mean(axis=0)
        return (widths / reference).mean(axis=2)


def compared(results: Results) -> list[Compared]:
    """The settings that the results hold, in order."""
    parts = ("truth", "fits", "bands", "expected", "strength")
    return [
        Compared(setting, *(np.asarray(results[f"{setting.name}_{part}"]) for part in parts))
        for setting in SETTINGS
        if f"{setting.name}_bands" in results
    ]


def mean_and_error(per_set: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over data sets, along the last axis, and its standard error."""
    return per_set.mean(axis=-1), per_set.std(axis=-1, ddof=1) / math.sqrt(per_set.shape[-1])


def pooled(means: np.ndarray, errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over settings, along the first axis, and its standard error."""
    return means.mean(axis=0), np.sqrt((errors**2).sum(axis=0)) / len(means)
