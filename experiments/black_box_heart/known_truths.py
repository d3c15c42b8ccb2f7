"""What should importance be? Two truths in which it is known.

linear   y = x1 + 2 x2 + x3 / 2 + noise: permuting x_j in the true function adds 2 b_j^2 var(x_j)
         to its squared error, whatever the correlation of x1 and x2; least squares without
         x_j loses b_j^2 var(x_j | the others), which does depend on it
noise    P(y = 1) is 0.3 or 0.7, depending on x1 alone; four other predictors are noise, with
         2, 4, 20 and 200 values: permuting them changes nothing on average
"""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array

from experiments.black_box_heart.settings import Settings
from jaxnn.estimators import impurity_importances, refitted_estimator
from jaxnn.inspection import partial_dependence, permutation_importance

SLOPES = np.array([1.0, 2.0, 0.5, 0.0])
CORRELATION = 0.8  # of the first two predictors; all have variance 1
LINEAR_ROWS = 2000
UNEXPLAINED = np.array([1 - CORRELATION**2, 1 - CORRELATION**2, 1.0, 1.0])
# Expectations for n rows: a permutation keeps 1/n of the values in their place, and least squares
# on the three other predictors leaves n - 3 degrees of freedom. The noise has variance 1.
PERMUTED = 2 * SLOPES**2 * (1 - 1 / LINEAR_ROWS)
LOST = (SLOPES**2 * UNEXPLAINED * (LINEAR_ROWS - 3) + 1) / LINEAR_ROWS
VALUES = (2, 4, 20, 200)  # of the predictors that are noise
NOISE_ROWS = 200
NOISE_TREES = 50


def compute(key: Array, settings: Settings) -> dict[str, Any]:
    """Importances in both truths.

    Returns:
      linear_permuted: (sets, 4) rise of the squared error of the true function by permutation.
      linear_lost: (sets, 4) rise of it when least squares is fitted without the predictor.
      linear_slopes: (4,) slopes of the partial dependence of the true function.
      noise_impurity: (sets, 1 + len(VALUES)) share of the impurity that a forest takes.
      noise_permuted: the same shape, loss of accuracy on new rows by permutation.
    """
    key_linear, key_noise = jax.random.split(key)
    linear = [_linear(one) for one in jax.random.split(key_linear, settings.linear_sets)]
    noise = [_noise(one) for one in jax.random.split(key_noise, settings.noise_sets)]
    X = np.random.default_rng(0).normal(size=(50, 4))
    ends = np.array([-1.0, 3.0])
    curves = [partial_dependence(lambda X: X @ SLOPES, X, j, ends) for j in range(4)]
    return {
        "linear_permuted": np.array([permuted for permuted, _ in linear]),
        "linear_lost": np.array([lost for _, lost in linear]),
        "linear_slopes": np.array([(curve[1] - curve[0]) / np.ptp(ends) for curve in curves]),
        "noise_impurity": np.array([impurity for impurity, _ in noise]),
        "noise_permuted": np.array([permuted for _, permuted in noise]),
    }


def _linear(key: Array) -> tuple[np.ndarray, np.ndarray]:
    key_rows, key_orders = jax.random.split(key)
    random = _random(key_rows)
    X = random.normal(size=(LINEAR_ROWS, len(SLOPES)))
    X[:, 1] = CORRELATION * X[:, 0] + np.sqrt(1 - CORRELATION**2) * X[:, 1]
    y = X @ SLOPES + random.normal(size=LINEAR_ROWS)
    found = permutation_importance(
        lambda X: X @ SLOPES, X, y, "negative_squared_error", key=key_orders
    )
    lost = [_error(np.delete(X, j, axis=1), y) - _error(X, y) for j in range(len(SLOPES))]
    return found.mean, np.array(lost)


def _error(X: np.ndarray, y: np.ndarray) -> float:
    """The mean squared error of least squares."""
    return float(np.mean((y - X @ np.linalg.lstsq(X, y)[0]) ** 2))


def _noise(key: Array) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.ensemble import RandomForestClassifier

    key_rows, key_fit, key_orders = jax.random.split(key, 3)
    random = _random(key_rows)
    values = np.array([2, *VALUES])
    X = np.floor(random.uniform(size=(2 * NOISE_ROWS, len(values))) * values)
    y = (random.uniform(size=2 * NOISE_ROWS) < 0.3 + 0.4 * X[:, 0]).astype(float)
    train, new = slice(NOISE_ROWS), slice(NOISE_ROWS, None)
    forest = refitted_estimator(
        key_fit,
        RandomForestClassifier(NOISE_TREES),
        X[train],
        y[train],
        multiplicities=np.ones((1, NOISE_ROWS), int),
    )
    found = permutation_importance(
        lambda X: forest.predict(X)[0], X[new], y[new], "accuracy", key=key_orders
    )
    return impurity_importances(forest)[0], found.mean


def _random(key: Array) -> np.random.Generator:
    return np.random.default_rng(np.asarray(jax.random.key_data(key)))
