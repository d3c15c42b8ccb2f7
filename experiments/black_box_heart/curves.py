"""How do predictions change with one predictor, and how good are they for rows left out?

    curve    f_0(x, .)                          band     quantiles over refits b of f_b(x, .)

Each curve has the shape (3, places): the fit to all rows, and the lower and upper end of the
pointwise band of nominal level 95% over the refits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.black_box_heart.heart_refits import HeartRefits, Refitted
from experiments.black_box_heart.settings import Settings
from experiments.shared.binary_models import LEVEL
from experiments.shared.exact_regression import logistic_curve, newton
from jaxnn import Table
from jaxnn.inspection import (
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.refits import out_of_bag
from jaxnn.tables import column_index

PREDICTORS = ("Age", "MaxHR", "Chol", "Thal")
YOUNGER, OLDER = 40.0, 65.0  # years; five of six patients are between them


def compute(refits: HeartRefits, settings: Settings) -> dict[str, Any]:
    """Predict each patient, the curves, and the rows that each refit left out.

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
    table, both, alone = refits.table, refits.all, refits.alone
    age = column_index(table.columns, "Age")
    ages = _grid(table, "Age", settings)
    effects: dict[str, Any] = {}
    for name in PREDICTORS:
        effects |= _effects(both, table, name, settings)
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


def _grid(table: Table, name: str, settings: Settings) -> np.ndarray:
    return grid_for(table.X, column_index(table.columns, name), settings.grid, (0.0, 1.0))


def _effects(both: Refitted, table: Table, name: str, settings: Settings) -> dict[str, Any]:
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


def _in_and_out_of_bag(both: Refitted, table: Table) -> dict[str, Any]:
    seen = out_of_bag(both.network, table.X, table.y, LEVEL)
    predicted = both.network.predict(table.X).astype(float)  # (refits, n)
    loss = -np.log(np.where(table.y == 1, predicted, 1 - predicted))
    right = (predicted > 0.5) == (table.y == 1)
    counts = both.network.multiplicities.astype(float)
    absent = (counts == 0).astype(float)
    return {
        f"left_out_{len(table.y)}": both.left_out,
        "left_out": np.stack([seen.mean, seen.lower, seen.upper]),
        "in_bag_loss": np.sum(counts * loss, axis=1) / counts.sum(axis=1),
        "out_of_bag_loss": np.sum(absent * loss, axis=1) / absent.sum(axis=1),
        "in_bag_accuracy": np.sum(counts * right, axis=1) / counts.sum(axis=1),
        "out_of_bag_accuracy": np.sum(absent * right, axis=1) / absent.sum(axis=1),
    }


def _newton_gap(alone: Refitted, age: np.ndarray, y: np.ndarray, ages: np.ndarray) -> float:
    center, scale = age.mean(), age.std()
    exact = logistic_curve((ages - center) / scale, *newton((age - center) / scale, y))
    return float(np.abs(alone.fit(ages[:, None]) - exact).max())
