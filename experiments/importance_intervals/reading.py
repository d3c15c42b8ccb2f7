"""How do claims and figures compute coverage, widths and false alarms from the intervals?"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from experiments.importance_intervals.known_truths import KINDS, NOISE, ROWS, TRUTHS, Setting
from experiments.importance_intervals.rules import RULES
from experiments.lab.contract import Results

REFERENCE = "shifted"  # whose widths the others are divided by


class Cell(NamedTuple):
    """A setting, and the intervals made on its data sets.

    Attributes:
      setting: the known truth.
      ends: (2, rules, sets, predictors) ends of the intervals.
      truth: (predictors,) true importance.
      learner: (sets, predictors) importance to the fits of each data set, on new rows.
    """

    setting: Setting
    ends: np.ndarray
    truth: np.ndarray
    learner: np.ndarray

    @property
    def noise(self) -> np.ndarray:
        """Whether each predictor is noise: (predictors,)."""
        return np.array(NOISE[self.setting.truth])

    def covered(self, learner: bool = False) -> np.ndarray:
        """Share of the signals that each interval contains: (rules, sets).

        Args:
          learner: whether to ask for the learner's mean importance in place of the truth.
        """
        target = self.learner.mean(axis=0) if learner else self.truth
        return contained(self.ends, target)[..., ~self.noise].mean(axis=-1)

    def alarms(self) -> np.ndarray:
        """Share of the noise whose interval is above zero: (rules, sets)."""
        return (self.ends[0] > 0)[..., self.noise].mean(axis=-1)

    def widths(self) -> np.ndarray:
        """Mean widths of the signals' intervals, relative to the reference: (rules,)."""
        widths = (self.ends[1] - self.ends[0])[..., ~self.noise].mean(axis=1)
        return (widths / widths[list(RULES).index(REFERENCE)]).mean(axis=1)


def contained(ends: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Whether the intervals (2, ...) contain the target."""
    return (ends[0] <= target) & (target <= ends[1])


def cells(results: Results) -> list[Cell]:
    """The settings that the results hold, in order."""
    every = [Setting(truth, kind, rows) for truth in TRUTHS for kind in KINDS for rows in ROWS]
    return [
        Cell(setting, *(np.asarray(results[f"{setting.name}_{part}"]) for part in Cell._fields[1:]))
        for setting in every
        if f"{setting.name}_ends" in results
    ]


def mean_and_error(per_set: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean over data sets, along the last axis, and its standard error."""
    return per_set.mean(axis=-1), per_set.std(axis=-1, ddof=1) / math.sqrt(per_set.shape[-1])


def over_cells(shares: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The mean over settings of shares (rules, sets), and its standard error: both (rules,)."""
    means, errors = map(np.array, zip(*map(mean_and_error, shares), strict=True))
    return means.mean(axis=0), np.sqrt((errors**2).sum(axis=0)) / len(shares)
