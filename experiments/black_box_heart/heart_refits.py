"""What does a network that was refitted many times say of 297 patients?

    fit      f_0 from all rows                  refits   f_b from rows drawn with replacement
    curve    f_0(x, .)                          band     quantiles over b of f_b(x, .)

Each curve has the form (3, places): the fit to all rows, and the lower and upper end of the
pointwise band of nominal level 95% over the refits.  This room computes; `black_box_heart` says
what is claimed of it, and draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.black_box_heart.closed_forms import logistic_curve, newton
from experiments.black_box_heart.known_truth import LEVEL, LOGISTIC, network
from jaxnn import Bootstrap, Encoder, Fitter, Table, converged, encoded_width, interval, predictor
from jaxnn.bootstrap import bootstrap
from jaxnn.datasets import heart
from jaxnn.inspection import (
    grid_for,
    individual_conditional_expectation,
    partial_dependence,
    profile_at,
)
from jaxnn.tables import column_index

PREDICTORS = ("Age", "MaxHR", "Chol", "Thal")
YOUNGER, OLDER = 40.0, 65.0  # years; five patients of six are between them

Look = Callable[[Callable[[Any], np.ndarray]], np.ndarray]  # from a black box to a curve


@dataclass(frozen=True)
class HeartSettings:
    """The network, and how often and how finely it is looked at.

    Attributes:
      hidden: hidden layers of the network for the Heart data.
      refits: bootstrap refits of it, and of the logistic regression on Age.
      grid: places at which the curve of a numeric predictor is evaluated.
    """

    hidden: tuple[int, ...] = (16, 16)
    refits: int = 1000
    grid: int = 40


def compute(key: Array, settings: HeartSettings) -> dict[str, Any]:
    """Refit, and look at predictions, at effects and at the rows that each refit left out.

    Returns:
      observed: (n,) 0/1; response_levels: their names; age: (n,) years.
      fitted: (3, n) probability of disease of each patient.
      left_out: (3, n) the same by the refits that had left the patient out, their mean first.
      in_bag_loss, out_of_bag_loss, in_bag_accuracy, out_of_bag_accuracy: (refits,) each refit on
        the rows that it was trained on, with their multiplicities, and on the others; the loss is
        cross-entropy in nats.
      <predictor>_grid, _values, _means, _rows, _levels for each of `PREDICTORS`: places (g,),
        observed values (n,), (3, g) the curve with the other predictors at mean or most common
        level, (3, g) the average of the curves at all rows, and names of levels (g,) if it has.
      age_individual: (n, g) one curve a patient, of the fit to all rows.
      alone: (3, g) logistic regression on Age alone, on the same resamples; alone_gap: its
        largest difference from Newton's method.
      rise_means, rise_rows, rise_alone: (3,) change in probability from age 40 to 65.
      left_out_297: (refits,) share of the n = 297 rows that is not in a resample.
      heart_refits, heart_diverged: how many refits there were, and how many of them diverged.
    """
    key_fit, key_refits, key_alone = jax.random.split(key, 3)
    table = heart()
    encoder = Encoder(table.columns)
    fitter = network(encoded_width(encoder), settings.hidden, len(table.y), encoder)
    both = _Refitted(key_fit, key_refits, fitter, table.X, table.y, settings.refits)
    age = column_index(table.columns, "Age")
    ages = _grid(table, "Age", settings)

    effects: dict[str, Any] = {}
    for name in PREDICTORS:
        effects |= _effects(both, table, name, settings)
    alone = _Refitted(
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
        **_out_of_bag(both, table),
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
        "heart_diverged": both.refits.diverged.sum() + alone.refits.diverged.sum(),
    }


class _Refitted:
    """One fit to all rows, and the refits, as two black boxes."""

    def __init__(
        self, key_fit: Array, key_refits: Array, fitter: Fitter, X: Any, y: Any, refits: int
    ):
        label = f"heart, {X.shape[1]} predictor{'s' * (X.shape[1] > 1)}"
        self.refits: Bootstrap = bootstrap(key_refits, fitter, X, y, refits, progress=label)
        one = predictor(fitter.net, fitter(key_fit, X, y), fitter.encoder)
        many = predictor(fitter.net, converged(self.refits), fitter.encoder)
        self.fit, self.all = (_of_any_length(predict, len(X)) for predict in (one, many))

    def band(self, look: Look) -> np.ndarray:
        """(3, ...): what is seen of the fit, and the band of what is seen of the refits."""
        return np.stack([look(self.fit), *interval(look(self.all), LEVEL)])


def _of_any_length(predict: Callable[[Any], Any], rows: int) -> Callable[[Any], np.ndarray]:
    """The same black box, asked for `rows` rows whatever is wanted: one program to compile."""
    return lambda X: np.asarray(predict(np.resize(X, (rows, X.shape[1]))))[..., : len(X)]


def _grid(table: Table, name: str, settings: HeartSettings) -> np.ndarray:
    return grid_for(table.X, column_index(table.columns, name), settings.grid, (0.0, 1.0))


def _effects(both: _Refitted, table: Table, name: str, settings: HeartSettings) -> dict[str, Any]:
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


def _out_of_bag(both: _Refitted, table: Table) -> dict[str, Any]:
    predicted = both.all(table.X).astype(float)  # (refits, n)
    counts = both.refits.multiplicities[~both.refits.diverged].astype(float)
    absent = (counts == 0).astype(float)
    by_patient = [
        [seen.mean(), *interval(seen, LEVEL)]
        for seen in (column[out > 0] for column, out in zip(predicted.T, absent.T, strict=True))
    ]
    loss = -np.log(np.where(table.y == 1, predicted, 1 - predicted))
    right = (predicted > 0.5) == (table.y == 1)
    return {
        f"left_out_{len(table.y)}": both.refits.out_of_bag.mean(axis=1),
        "left_out": np.array(by_patient).T,
        "in_bag_loss": np.sum(counts * loss, axis=1) / counts.sum(axis=1),
        "out_of_bag_loss": np.sum(absent * loss, axis=1) / absent.sum(axis=1),
        "in_bag_accuracy": np.sum(counts * right, axis=1) / counts.sum(axis=1),
        "out_of_bag_accuracy": np.sum(absent * right, axis=1) / absent.sum(axis=1),
    }


def _newton_gap(alone: _Refitted, age: np.ndarray, y: np.ndarray, ages: np.ndarray) -> float:
    center, scale = age.mean(), age.std()
    exact = logistic_curve((ages - center) / scale, *newton((age - center) / scale, y))
    return float(np.abs(alone.fit(ages[:, None]) - exact).max())
