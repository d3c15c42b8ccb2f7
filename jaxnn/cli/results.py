"""What does an explanation compute? Everything that its files and figures are made from."""

from __future__ import annotations

import argparse
from typing import NamedTuple

import numpy as np

from jaxnn.bootstrap import Bootstrap, Interval
from jaxnn.cli.bands import EffectBands, Networks
from jaxnn.cli.choice import Choice
from jaxnn.cli.interactions import Interactions
from jaxnn.inspection import CorrelationCheck
from jaxnn.inspection.calibration import Calibration
from jaxnn.mlp import MLP
from jaxnn.refits import OutOfBag, PredictionErrors, RefitImportance
from jaxnn.tables import Table
from jaxnn.tables.table import one_line

MOST_DRAWN = 60  # predictors, unless they are named


class Explanation(NamedTuple):
    """The results of one `jaxnn explain`.

    Attributes:
      options: the options of the command.
      table: the table that was read.
      choice: the network, and how it was chosen.
      refits: all refits, including those that diverged.
      networks: what the bands are made from.
      out_of_bag: predictions and losses on rows that a refit has not seen.
      new_interval: (rows,) ends of the prediction interval of each row, around its prediction out
        of bag; None for classes.
      effects: the curves and bands of each predictor that was asked for.
      importance: of every predictor, or the sentence that says why there is none.
      importance_rows: how many rows importances are of; a large table's are of a sample.
      correlated: importances within what the other predictors say; None if not computed.
      interactions: of the most important predictors.
      errors: scores on rows that refits have not seen, or the sentence that says why none are.
      calibration: of the predictions of rows out of bag; None without errors.
      average_rows: (rows,) row numbers that the average curves are over.
      individual_rows: (m,) row numbers with an individual curve.
    """

    options: argparse.Namespace
    table: Table
    choice: Choice
    refits: Bootstrap
    networks: Networks
    out_of_bag: OutOfBag
    new_interval: Interval | None
    effects: tuple[EffectBands, ...]
    importance: RefitImportance | str
    importance_rows: int
    correlated: CorrelationCheck | None
    interactions: Interactions
    errors: PredictionErrors | str
    calibration: Calibration | None
    average_rows: np.ndarray
    individual_rows: np.ndarray

    @property
    def net(self) -> MLP:
        """The network that was fitted."""
        return self.choice.fitter.net

    @property
    def loss_scale(self) -> float:
        """What losses are divided by where they are shown: the variance of a number, or 1."""
        if self.table.response_kind != "quantitative":
            return 1.0
        center = np.average(self.table.y, weights=self.table.weights)
        variance = np.average(np.square(self.table.y - center), weights=self.table.weights)
        return float(variance) or 1.0

    @property
    def names(self) -> tuple[str, ...]:
        """Short names of the predictors, with their number where they would be equal."""
        return short_names(self.table)

    @property
    def drawn_effects(self) -> tuple[EffectBands, ...]:
        """The effects that are drawn, the most important predictor first; all that were named."""
        found, effects = self.importance, self.effects
        if not isinstance(found, str):
            effects = tuple(sorted(effects, key=lambda e: -found.center[e.effect.feature]))
        return effects if self.options.features else effects[:MOST_DRAWN]

    @property
    def scaled_importance(self) -> RefitImportance | None:
        """The importances divided by `loss_scale`, with short names; None if there are none."""
        found, scale = self.importance, self.loss_scale
        if isinstance(found, str):
            return None
        return found._replace(
            names=self.names,
            in_bag=found.in_bag / scale,
            out_of_bag=found.out_of_bag / scale,
            center=found.center / scale,
            lower=found.lower / scale,
            upper=found.upper / scale,
            permutation_error=found.permutation_error / scale,
        )

    @property
    def converged(self) -> int:
        """The number of refits that converged."""
        return int((~self.refits.diverged).sum())


def short_names(table: Table) -> tuple[str, ...]:
    """Short names of the predictors, with their number where they would be equal."""
    short = [one_line(column.name, 28) for column in table.columns]
    return tuple(
        f"{name} [{place}]" if short.count(name) > 1 else name
        for place, name in enumerate(short, start=1)
    )
