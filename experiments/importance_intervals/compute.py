"""On which truths are intervals for importance made, and of how many refits?

least squares   y = x1 - x2 + noise: the importance of every refit in closed form
networks        four truths, a quantitative and a binary response, 100 and 300 rows
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.importance_intervals import least_squares, network_importance
from experiments.importance_intervals.known_truths import KINDS, ROWS, TRUTHS, Setting
from experiments.importance_intervals.known_truths import true_importance as monte_carlo
from experiments.importance_intervals.rules import calibrated, intervals


@dataclass(frozen=True)
class Settings:
    """The number of truths and data sets, and of refits of each.

    Attributes:
      least_squares_sets: data sets of 100 and of 303 rows.
      least_squares_refits: resamples of each.
      truths: names of the truths that networks are fitted to.
      kinds: of their responses.
      network_sets: data sets of 100 and of 300 rows of each; 0 leaves a size out.
      network_refits: resamples, and simulated responses, of each.
      fits: fits to all rows of each.
      correlated_sets: data sets of 100 rows, for what is lost without a column.
    """

    least_squares_sets: tuple[int, int] = (800, 400)
    least_squares_refits: int = 200
    truths: tuple[str, ...] = tuple(TRUTHS)
    kinds: tuple[str, ...] = KINDS
    network_sets: tuple[int, int] = (40, 24)
    network_refits: int = 60
    fits: int = 2
    correlated_sets: int = 2000


FULL = Settings()
QUICK = Settings(
    least_squares_sets=(150, 100),
    least_squares_refits=100,
    truths=("correlated",),
    kinds=("quantitative",),
    network_sets=(6, 0),
    network_refits=20,
    correlated_sets=200,
)


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Draw the data sets, refit, and make the intervals.

    Returns:
      least_squares_<rows>: (2, rules - 1, sets, predictors) ends of intervals, all but the
        calibrated, in the order of `rules.RULES`.
      <setting>_ends: (2, rules, sets, predictors) ends of intervals.
      <setting>_truth: (predictors,) true importance.
      <setting>_learner: (sets, predictors) importance to the fits of each data set, on new rows.
      permuted, lost: (sets, predictors) as from `least_squares.without_a_column`.
      refits, diverged: number of fits of networks, and how many of them diverged.
    """
    names = ("least_squares", "networks", "truth", "correlated")
    keys: dict[str, Array] = dict(zip(names, jax.random.split(key, len(names)), strict=True))
    results: dict[str, Any] = {"refits": 0, "diverged": 0}
    for number, (rows, sets) in enumerate(
        zip(least_squares.ROWS, settings.least_squares_sets, strict=True)
    ):
        key_rows = jax.random.fold_in(keys["least_squares"], number)
        scores = least_squares.refit(key_rows, rows, sets, settings.least_squares_refits)
        results[f"least_squares_{rows}"] = intervals(*scores)
    results["permuted"], results["lost"] = least_squares.without_a_column(
        keys["correlated"], 100, settings.correlated_sets
    )
    for number, kind in enumerate(settings.kinds):
        truth = {
            name: np.asarray(monte_carlo(jax.random.fold_in(keys["truth"], number), name, kind))
            for name in settings.truths
        }
        for size, (rows, sets) in enumerate(zip(ROWS, settings.network_sets, strict=True)):
            if not sets:
                continue
            cells = [Setting(name, kind, rows) for name in settings.truths]
            refits = network_importance.refit(
                jax.random.fold_in(keys["networks"], len(ROWS) * number + size),
                cells,
                sets,
                settings.network_refits,
                settings.fits,
                progress=f"{kind}, n = {rows}",
            )
            results["refits"] += refits.made
            results["diverged"] += refits.diverged
            resampled = refits.resampled
            ends = np.concatenate(
                [
                    intervals(resampled.own, resampled.out_of_bag, resampled.observed),
                    calibrated(refits.fits, resampled, refits.simulated)[:, None],
                ],
                axis=1,
            )
            learner = refits.fits.new.mean(axis=1)
            for place, cell in enumerate(cells):
                part = slice(place * sets, (place + 1) * sets)
                results[f"{cell.name}_ends"] = ends[:, :, part]
                results[f"{cell.name}_truth"] = truth[cell.truth]
                results[f"{cell.name}_learner"] = learner[part]
    return results
