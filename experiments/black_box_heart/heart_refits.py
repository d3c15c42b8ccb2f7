"""Which models are refitted to resamples of the 297 patients of the Heart data?

    fit       f_0 from all rows                  refits   f_b from rows drawn with replacement
    network   of all 13 predictors               alone    logistic regression on Age alone

Every figure and claim about the Heart data comes from this one set of resamples, so that all
differences are paired, refit by refit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from experiments.black_box_heart.settings import Settings
from experiments.shared.binary_models import LEVEL, LOGISTIC, network
from jaxnn import Bootstrap, Encoder, Fit, Fitter, Table, encoded_width, interval, predictor
from jaxnn.bootstrap import bootstrap
from jaxnn.datasets import heart
from jaxnn.refits import RefittedNetwork, refitted_network
from jaxnn.tables import column_index

BlackBox = Callable[[Any], np.ndarray]


class Refitted(NamedTuple):
    """The fit to all rows and the refits, as two black boxes.

    Attributes:
      fit: X (rows, predictors) -> (rows,) probabilities by the fit to all rows.
      compiled_fit: the same as a function of JAX arrays.
      network: the refits that converged.
      made: all refits.
    """

    fit: BlackBox
    compiled_fit: Callable[[Any], Any]
    network: RefittedNetwork
    made: Bootstrap

    @property
    def diverged(self) -> int:
        """The number of refits that diverged."""
        return int(self.made.diverged.sum())

    @property
    def left_out(self) -> np.ndarray:
        """(all refits,) the share of rows that each refit leaves out."""
        return self.made.out_of_bag.mean(axis=1)

    def band(self, curve: Callable[[BlackBox], np.ndarray]) -> np.ndarray:
        """The curve of the fit to all rows and the band of the refits' curves: (3, ...)."""
        return np.stack([curve(self.fit), *interval(curve(self.network.predict), LEVEL)])


class HeartRefits(NamedTuple):
    """The models that the whole experiment looks into.

    Attributes:
      table: the patients.
      encoder: how their predictors become the inputs of the network.
      all: the network of all predictors.
      few: its first refits, to whose resamples other methods are refitted.
      alone: logistic regression on Age alone, on the same resamples.
    """

    table: Table
    encoder: Encoder
    all: Refitted
    few: RefittedNetwork
    alone: Refitted


def refit_heart(key: Array, settings: Settings) -> HeartRefits:
    """Fit and refit the network, and logistic regression on Age alone."""
    key_fit, key_refits, key_alone = jax.random.split(key, 3)
    table = heart()
    encoder = Encoder(table.columns)
    fitter = network(encoded_width(encoder), settings.hidden, len(table.y), encoder)
    both = refitted(key_fit, key_refits, fitter, table.X, table.y, settings.refits)
    age = column_index(table.columns, "Age")
    alone = refitted(
        key_alone,
        jax.random.clone(key_refits),  # the same resamples
        Fitter(LOGISTIC.net, LOGISTIC.recipe, Encoder((table.columns[age],))),
        table.X[:, [age]],
        table.y,
        settings.refits,
    )
    few = _as_box(fitter, _first(both.made, settings.compared), len(table.y))
    return HeartRefits(table, encoder, both, few, alone)


def refitted(
    key_fit: Array, key_refits: Array, fitter: Fitter, X: Any, y: Any, refits: int
) -> Refitted:
    """The fit to all rows (rows, predictors), and `refits` bootstrap refits."""
    label = f"heart, {X.shape[1]} predictor{'s' * (X.shape[1] > 1)}"
    made = bootstrap(key_refits, fitter, X, y, refits, progress=label)
    fit: Fit = fitter(key_fit, X, y)
    # The fit to all rows is a refit that uses every row once.
    stacked = jax.tree.map(lambda leaf: np.asarray(leaf)[None], fit)
    once = Bootstrap(stacked, np.ones((1, len(y)), np.uint8), np.zeros(1, bool))
    one = _as_box(fitter, once, len(y))
    return Refitted(
        lambda X: one.predict(X)[0],
        predictor(fitter.net, fit, fitter.encoder),
        _as_box(fitter, made, len(y)),
        made,
    )


def _as_box(fitter: Fitter, made: Bootstrap, rows: int) -> RefittedNetwork:
    # Rows are padded to the number of patients, so that only one program is compiled.
    return refitted_network(fitter, made, row_multiple=rows, dtype=np.float32)


def _first(made: Bootstrap, refits: int) -> Bootstrap:
    return Bootstrap(
        jax.tree.map(lambda leaf: np.asarray(leaf)[:refits], made.fits),
        made.multiplicities[:refits],
        made.diverged[:refits],
    )
