"""What do the refits of a network predict for the 297 patients of the Heart data?

    fit      f_0 from all rows                  refits   f_b from rows drawn with replacement
    curve    f_0(x, .)                          band     quantiles over b of f_b(x, .)

Each curve has the shape (3, places): the fit to all rows, and the lower and upper end of the
pointwise band of nominal level 95% over the refits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import Array

from experiments.shared.binary_models import LEVEL, LOGISTIC, network
from experiments.shared.exact_regression import logistic_curve, newton
from jaxnn import Bootstrap, Encoder, Fitter, Table, encoded_width, interval
from jaxnn.bootstrap import bootstrap
from jaxnn.datasets import heart
from jaxnn.inspection import (
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.refits import RefittedNetwork, out_of_bag, refitted_network
from jaxnn.tables import column_index

PREDICTORS = ("Age", "MaxHR", "Chol", "Thal")
YOUNGER, OLDER = 40.0, 65.0  # years; five of six patients are between them

BlackBox = Callable[[Any], np.ndarray]


@dataclass(frozen=True)
class Settings:
    """The network, the number of refits, and the resolution of the curves.

    Attributes:
      hidden: number of nodes in each hidden layer of the network.
      refits: number of bootstrap refits of the network, and of the logistic regression on Age.
      grid: number of values at which the curve of a numeric predictor is evaluated.
    """

    hidden: tuple[int, ...] = (16, 16)
    refits: int = 1000
    grid: int = 40


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Refit, then predict each patient, the curves, and the rows that each refit left out.

    Returns:
      observed: (n,) 0/1; response_levels: their names; age: (n,) years.
      fitted: (3, n) probability of disease of each patient.
      left_out: (3, n) the same by the refits that left the patient out, with their mean first.
      in_bag_loss, out_of_bag_loss, in_bag_accuracy, out_of_bag_accuracy: (refits,) each refit on
        the rows that it was trained on, with their multiplicities, and on the rows it left out;
        the loss is cross-entropy in nats.
      <predictor>_grid, _values, _means, _rows, _levels for each of `PREDICTORS`: (g,) grid, (n,)
        observed values, (3, g) the curve with the other predictors at their mean or most common
        level, (3, g) the average of the curves of all rows, and (g,) names of levels, if any.
      age_individual: (n, g) one curve per patient, of the fit to all rows.
      alone: (3, g) logistic regression on Age alone, on the same resamples; alone_gap: its
        largest difference from Newton's method.
      rise_means, rise_rows, rise_alone: (3,) change in probability from age 40 to 65.
      left_out_297: (refits,) share of the n = 297 rows that a resample leaves out.
      heart_refits, heart_diverged: number of refits, and how many of them diverged.
    """
    key_fit, key_refits, key_alone = jax.random.split(key, 3)
    table = heart()
    encoder = Encoder(table.columns)
    fitter = network(encoded_width(encoder), settings.hidden, len(table.y), encoder)
    both = _refit(key_fit, key_refits, fitter, table.X, table.y, settings.refits)
    age = column_index(table.columns, "Age")
    ages = _grid(table, "Age", settings)

    effects: dict[str, Any] = {}
    for name in PREDICTORS:
        effects |= _effects(both, table, name, settings)
    alone = _refit(
        key_alone,
        jax.random.clone(key_refits),  # the same resamples
        Fitter(LOGISTIC.net, LOGISTIC.recipe, Encoder((table.columns[age],))),
        table.X[:, [age]],
        table.y,
        settings.refits,
    )
    ends = np.array([YOUNGER, OLDER])
    return {
        "observed": table.y,
        "response_levels": np.array(table.response.levels),
        "age": table.X[:, age],
        "fitted": both.band(lambda predict: predict(table.X)),
        **_in_and_out_of_bag(both, table),
        **effects,
        "age_individual": individual_conditional_expectation(both.fit, table.X, age, ages),
        "alone": alone.band(lambda predict: predict(ages[:, None])),
        "alone_gap": _newton_gap(alone, table.X[:, age], table.y, ages),
        "rise_means": both.band(
            lambda predict: _rise(profile_at(predict, table.X, age, ends, columns=table.columns))
        ),
        "rise_rows": both.band(
            lambda predict: _rise(partial_dependence(predict, table.X, age, ends))
        ),
        "rise_alone": alone.band(lambda predict: _rise(predict(ends[:, None]))),
        "heart_refits": 2 * settings.refits,
        "heart_diverged": both.diverged + alone.diverged,
    }


class _Refitted(NamedTuple):
    """The fit to all rows and the refits, as two black boxes.

    Attributes:
      fit: X (rows, predictors) -> (rows,) probabilities by the fit to all rows.
      refits: X -> (refits, rows) probabilities by the refits that converged.
      network: the refitted network whose prediction `refits` is.
      multiplicities: (refits, n) how often each refit was trained on each row.
      left_out: (all refits,) the share of rows that each refit leaves out.
      diverged: the number of refits that diverged.
    """

    fit: BlackBox
    refits: BlackBox
    network: RefittedNetwork
    multiplicities: np.ndarray
    left_out: np.ndarray
    diverged: int

    def band(self, curve: Callable[[BlackBox], np.ndarray]) -> np.ndarray:
        """The curve of the fit to all rows and the band of the refits' curves: (3, ...)."""
        return np.stack([curve(self.fit), *interval(curve(self.refits), LEVEL)])


def _refit(
    key_fit: Array, key_refits: Array, fitter: Fitter, X: Any, y: Any, refits: int
) -> _Refitted:
    label = f"heart, {X.shape[1]} predictor{'s' * (X.shape[1] > 1)}"
    made = bootstrap(key_refits, fitter, X, y, refits, progress=label)
    # The fit to all rows is a refit that uses every row once.
    stacked = jax.tree.map(lambda leaf: np.asarray(leaf)[None], fitter(key_fit, X, y))
    once = Bootstrap(stacked, np.ones((1, len(y)), np.uint8), np.zeros(1, bool))
    # Rows are padded to the number of patients, so that only one program is compiled.
    one, many = (
        refitted_network(fitter, of, row_multiple=len(X), dtype=np.float32) for of in (once, made)
    )
    return _Refitted(
        lambda X: one.predict(X)[0],
        many.predict,
        many,
        made.multiplicities[~made.diverged],
        made.out_of_bag.mean(axis=1),
        int(made.diverged.sum()),
    )


def _grid(table: Table, name: str, settings: Settings) -> np.ndarray:
    return grid_for(table.X, column_index(table.columns, name), settings.grid, (0.0, 1.0))


def _effects(both: _Refitted, table: Table, name: str, settings: Settings) -> dict[str, Any]:
    place, grid = column_index(table.columns, name), _grid(table, name, settings)
    short = name.lower()
    return {
        f"{short}_grid": grid,
        f"{short}_values": table.X[:, place],
        f"{short}_levels": np.array(table.columns[place].levels, str),
        f"{short}_means": both.band(
            lambda predict: profile_at(predict, table.X, place, grid, columns=table.columns)
        ),
        f"{short}_rows": both.band(
            lambda predict: partial_dependence(predict, table.X, place, grid)
        ),
    }


def _rise(ends: np.ndarray) -> np.ndarray:
    return ends[..., 1] - ends[..., 0]


def _in_and_out_of_bag(both: _Refitted, table: Table) -> dict[str, Any]:
    seen = out_of_bag(both.network, table.X, table.y, LEVEL)
    predicted = both.refits(table.X).astype(float)  # (refits, n)
    loss = -np.log(np.where(table.y == 1, predicted, 1 - predicted))
    right = (predicted > 0.5) == (table.y == 1)
    counts = both.multiplicities.astype(float)
    absent = (counts == 0).astype(float)
    return {
        f"left_out_{len(table.y)}": both.left_out,
        "left_out": np.stack([seen.mean, seen.lower, seen.upper]),
        "in_bag_loss": np.sum(counts * loss, axis=1) / counts.sum(axis=1),
        "out_of_bag_loss": np.sum(absent * loss, axis=1) / absent.sum(axis=1),
        "in_bag_accuracy": np.sum(counts * right, axis=1) / counts.sum(axis=1),
        "out_of_bag_accuracy": np.sum(absent * right, axis=1) / absent.sum(axis=1),
    }


def _newton_gap(alone: _Refitted, age: np.ndarray, y: np.ndarray, ages: np.ndarray) -> float:
    center, scale = age.mean(), age.std()
    exact = logistic_curve((ages - center) / scale, *newton((age - center) / scale, y))
    return float(np.abs(alone.fit(ages[:, None]) - exact).max())
